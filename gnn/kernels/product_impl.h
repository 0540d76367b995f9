/* Dense products in register tiles of up to 6 rows by TILE_VECTORS vectors.
 *
 * The right factor is walked in panels of up to TILE_DEPTH rows, one tile wide; a panel is copied
 * (and padded with zeros) when it is not LANES-wide in memory or when enough rows use it. */
enum { TILE_ROWS = 6, TILE_COLS = TILE_VECTORS * LANES, TILE_DEPTH = 256, PACK_ROWS = 128 };

/* c[rows, vectors] (+)= a[rows, depth] b[depth, vectors]; rows and vectors are constants after
 * inlining, so that the sums live in registers. */
INLINE void tile(const int rows, const int vectors, int64_t depth, gal__factor a, const float *b,
                 int64_t ldb, float *c, int64_t ldc, int add) {
    vec sum[TILE_ROWS][TILE_VECTORS] = {{{0}}};
    for (int64_t p = 0; p < depth; p++, b += ldb, a.data += a.col) {
        vec right[TILE_VECTORS];
        UNROLL
        for (int j = 0; j < vectors; j++) right[j] = load(b + j * LANES);
        UNROLL
        for (int i = 0; i < rows; i++) {
            const vec left = splat(a.data[i * a.row]);
            UNROLL
            for (int j = 0; j < vectors; j++) sum[i][j] += left * right[j];
        }
    }
    UNROLL
    for (int i = 0; i < rows; i++) UNROLL
    for (int j = 0; j < vectors; j++) {
        float *to = c + i * ldc + j * LANES;
        store(to, add ? load(to) + sum[i][j] : sum[i][j]);
    }
}

#define TILE_OF(vectors)                                                                           \
    static void tile_##vectors(int64_t rows, int64_t depth, gal__factor a, const float *b,         \
                               int64_t ldb, float *c, int64_t ldc, int add) {                      \
        switch (rows) {                                                                            \
        case 1:                                                                                    \
            tile(1, vectors, depth, a, b, ldb, c, ldc, add);                                       \
            break;                                                                                 \
        case 2:                                                                                    \
            tile(2, vectors, depth, a, b, ldb, c, ldc, add);                                       \
            break;                                                                                 \
        case 3:                                                                                    \
            tile(3, vectors, depth, a, b, ldb, c, ldc, add);                                       \
            break;                                                                                 \
        case 4:                                                                                    \
            tile(4, vectors, depth, a, b, ldb, c, ldc, add);                                       \
            break;                                                                                 \
        case 5:                                                                                    \
            tile(5, vectors, depth, a, b, ldb, c, ldc, add);                                       \
            break;                                                                                 \
        default:                                                                                   \
            tile(6, vectors, depth, a, b, ldb, c, ldc, add);                                       \
        }                                                                                          \
    }

typedef void tile_function(int64_t rows, int64_t depth, gal__factor a, const float *b, int64_t ldb,
                           float *c, int64_t ldc, int add);

TILE_OF(1)
TILE_OF(2)
#if TILE_VECTORS == 4
TILE_OF(3)
TILE_OF(4)
static tile_function *const tile_table[] = {NULL, tile_1, tile_2, tile_3, tile_4};
#else
static tile_function *const tile_table[] = {NULL, tile_1, tile_2};
#endif

/* Touches the next `rows` rows of the table. */
INLINE void touch(gal__ahead *ahead, int64_t rows) {
    for (; rows > 0 && ahead->next < ahead->end; rows--, ahead->next++) {
        const float *row = ahead->table + *ahead->next * ahead->stride;
        for (int32_t j = 0; j < ahead->cols; j += 16) __builtin_prefetch(row + j, 0, 2);
    }
}

/* One panel against all m rows. Whole vectors go straight into c, a last part of a vector through a
 * buffer. */
static void panel_product(int64_t m, int64_t cols, int64_t depth, gal__factor a, const float *b,
                          int64_t ldb, float *c, int64_t ldc, int add, gal__ahead *ahead,
                          int64_t touches) {
    tile_function *const run = tile_table[(cols + LANES - 1) / LANES];
    float buffer[TILE_ROWS * TILE_COLS];
    for (int64_t i = 0; i < m; i += TILE_ROWS, a.data += TILE_ROWS * a.row, c += TILE_ROWS * ldc) {
        const int64_t rows = m - i < TILE_ROWS ? m - i : TILE_ROWS;
        if (ahead) touch(ahead, touches);
        if (cols % LANES == 0) {
            run(rows, depth, a, b, ldb, c, ldc, add);
            continue;
        }
        run(rows, depth, a, b, ldb, buffer, TILE_COLS, 0);
        for (int64_t r = 0; r < rows; r++)
            for (int64_t j = 0; j < cols; j++)
                c[r * ldc + j] = buffer[r * TILE_COLS + j] + (add ? c[r * ldc + j] : 0);
    }
}

/* panel[depth][TILE_COLS] = b[depth][cols], zeros behind. */
static void pack(float *panel, gal__factor b, int64_t depth, int64_t cols) {
    if (b.col == 1 && cols == TILE_COLS) {
        for (int64_t p = 0; p < depth; p++)
            for (int j = 0; j < TILE_VECTORS; j++)
                store(panel + p * TILE_COLS + j * LANES, load(b.data + p * b.row + j * LANES));
        return;
    }
    if (cols < TILE_COLS) memset(panel, 0, (size_t)(depth * TILE_COLS) * sizeof(float));
    for (int64_t j = 0; j < cols; j++)
        for (int64_t p = 0; p < depth; p++)
            panel[p * TILE_COLS + j] = b.data[p * b.row + j * b.col];
}

INLINE int64_t tile_count(int64_t n, int64_t size) {
    return (n + size - 1) / size;
}

static void product(int64_t m, int64_t n, int64_t k, gal__factor a, gal__factor b, float *c,
                    int64_t ldc, int add, gal__ahead *ahead) {
    float panel[TILE_DEPTH * TILE_COLS] __attribute__((aligned(64)));
    const int64_t tiles =
        tile_count(m, TILE_ROWS) * tile_count(n, TILE_COLS) * tile_count(k, TILE_DEPTH);
    const int64_t touches = ahead && tiles ? tile_count(ahead->quota, tiles) : 0;
    for (int64_t p = 0; p < k || (p == 0 && !add); p += TILE_DEPTH) {
        const int64_t depth = k - p < TILE_DEPTH ? k - p : TILE_DEPTH;
        const gal__factor left = {a.data + p * a.col, a.row, a.col};
        for (int64_t j = 0; j < n; j += TILE_COLS) {
            const int64_t cols = n - j < TILE_COLS ? n - j : TILE_COLS;
            gal__factor right = {b.data + p * b.row + j * b.col, b.row, b.col};
            if (b.col != 1 || cols % LANES || (m >= PACK_ROWS && depth > 64)) {
                pack(panel, right, depth, cols);
                right = (gal__factor){panel, TILE_COLS, 1};
            }
            panel_product(m, cols, depth, left, right.data, right.row, c + j, ldc, add || p > 0,
                          ahead, touches);
        }
    }
}
