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

/* Touches the next `rows` rows of the table. */
INLINE void touch(gal__ahead *ahead, int64_t rows) {
    for (; rows > 0 && ahead->next < ahead->end; rows--, ahead->next++) {
        const float *row = ahead->table + *ahead->next * ahead->stride;
        for (int32_t j = 0; j < ahead->cols; j += 16) __builtin_prefetch(row + j, 0, 2);
    }
}

/* One panel of b against all the rows of a. */
typedef struct panel_job {
    int64_t m, depth, ldb, ldc;
    gal__factor a;
    const float *b;
    float *c;
    int add;
    gal__ahead *ahead; /* or NULL */
    int64_t touches;   /* rows to touch after each tile */
} panel_job;

INLINE void panel(const int vectors, const panel_job *job) {
    gal__factor a = job->a;
    float *c = job->c;
    int64_t left = job->m;
    for (; left >= TILE_ROWS; left -= TILE_ROWS, a.data += TILE_ROWS * a.row) {
        if (job->ahead) touch(job->ahead, job->touches);
        tile(TILE_ROWS, vectors, job->depth, a, job->b, job->ldb, c, job->ldc, job->add);
        c += TILE_ROWS * job->ldc;
    }
    switch (left) {
    case 1:
        tile(1, vectors, job->depth, a, job->b, job->ldb, c, job->ldc, job->add);
        break;
    case 2:
        tile(2, vectors, job->depth, a, job->b, job->ldb, c, job->ldc, job->add);
        break;
    case 3:
        tile(3, vectors, job->depth, a, job->b, job->ldb, c, job->ldc, job->add);
        break;
    case 4:
        tile(4, vectors, job->depth, a, job->b, job->ldb, c, job->ldc, job->add);
        break;
    case 5:
        tile(5, vectors, job->depth, a, job->b, job->ldb, c, job->ldc, job->add);
        break;
    default:
        break;
    }
}

typedef void panel_function(const panel_job *job);
static void panel_1(const panel_job *job) {
    panel(1, job);
}
static void panel_2(const panel_job *job) {
    panel(2, job);
}
#if TILE_VECTORS == 4
static void panel_3(const panel_job *job) {
    panel(3, job);
}
static void panel_4(const panel_job *job) {
    panel(4, job);
}
static panel_function *const panels[] = {NULL, panel_1, panel_2, panel_3, panel_4};
#else
static panel_function *const panels[] = {NULL, panel_1, panel_2};
#endif

/* Runs a panel of `cols` columns. Whole vectors go straight into c, a last part of a vector through
 * a buffer, row tile by row tile. */
static void run_panel(const panel_job *job, int64_t cols) {
    panel_function *const run = panels[(cols + LANES - 1) / LANES];
    if (cols % LANES == 0) {
        run(job);
        return;
    }
    float buffer[TILE_ROWS * TILE_COLS];
    panel_job part = *job;
    part.c = buffer;
    part.ldc = TILE_COLS;
    part.add = 0;
    for (int64_t i = 0; i < job->m; i += TILE_ROWS, part.a.data += TILE_ROWS * part.a.row) {
        part.m = job->m - i < TILE_ROWS ? job->m - i : TILE_ROWS;
        run(&part);
        for (int64_t r = 0; r < part.m; r++)
            for (int64_t j = 0; j < cols; j++) {
                float *to = job->c + (i + r) * job->ldc + j;
                *to = buffer[r * TILE_COLS + j] + (job->add ? *to : 0);
            }
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
    float packed[TILE_DEPTH * TILE_COLS] __attribute__((aligned(64)));
    const int64_t tiles =
        tile_count(m, TILE_ROWS) * tile_count(n, TILE_COLS) * tile_count(k, TILE_DEPTH);
    panel_job job = {.m = m, .ldc = ldc, .ahead = ahead};
    if (ahead && tiles) job.touches = tile_count(ahead->quota, tiles);
    for (int64_t p = 0; p < k || (p == 0 && !add); p += TILE_DEPTH) {
        job.depth = k - p < TILE_DEPTH ? k - p : TILE_DEPTH;
        job.a = (gal__factor){a.data + p * a.col, a.row, a.col};
        job.add = add || p > 0;
        for (int64_t j = 0; j < n; j += TILE_COLS) {
            const int64_t cols = n - j < TILE_COLS ? n - j : TILE_COLS;
            const gal__factor right = {b.data + p * b.row + j * b.col, b.row, b.col};
            const int copy = b.col != 1 || cols % LANES || (m >= PACK_ROWS && job.depth > 64);
            if (copy) pack(packed, right, job.depth, cols);
            job.b = copy ? packed : right.data;
            job.ldb = copy ? TILE_COLS : right.row;
            job.c = c + j;
            run_panel(&job, cols);
        }
    }
}
