#include "gnn/rowpass.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 96,  /* rows between gather and activation: the gathered ones fit in L1/L2 */
    PANEL = 128, /* columns of inputs and outputs worked on at once */
    GROUPS = 64, /* sums of weight gradients that are added in order */
    CHUNK = 4,   /* blocks a thread takes at once in the forward pass */
    STREAM_FLOATS = 4 << 20, /* outputs larger than this bypass the caches */
};

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static gal__factor factor(gal_mat m) {
    return (gal__factor){m.data, m.stride, 1};
}
static gal__factor flipped(gal_mat m) {
    return (gal__factor){m.data, 1, m.stride};
}

static gal_mat buffer(float *data, int64_t rows, int32_t cols) {
    return (gal_mat){data, rows, cols, cols};
}

/* c = a b (or +=) */
static void product(gal_mat c, gal__factor a, gal_mat b, int add, gal__ahead *ahead) {
    gal__kernels_active()->product(c.rows, c.cols, b.rows, a, factor(b), c.data, c.stride, add,
                                   ahead);
}

/* The rows that the block at `first` gathers, to be touched during `products` products. */
static gal__ahead gathered_ahead(const gal__gather *g, int64_t first, int32_t products) {
    if (!g || first >= g->csr->n_row) return (gal__ahead){0};
    const int64_t from = g->csr->ptr[first];
    const int64_t to = g->csr->ptr[least(first + BLOCK, g->csr->n_row)];
    return (gal__ahead){.table = g->x,
                        .stride = g->stride,
                        .cols = g->cols,
                        .quota = (to - from + products - 1) / products,
                        .next = g->csr->col + from,
                        .end = g->csr->col + to};
}

/* The block of m at `first`, to be touched during one product. */
static gal__ahead rows_ahead(gal_mat m, int64_t first) {
    static const int32_t row[BLOCK] = {
#define TEN(n) n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9
        TEN(0),  TEN(10), TEN(20), TEN(30), TEN(40), TEN(50), TEN(60), TEN(70),
        TEN(80), 90,      91,      92,      93,      94,      95};
#undef TEN
    const int64_t rows = least(BLOCK, m.rows - first);
    if (rows <= 0) return (gal__ahead){0};
    return (gal__ahead){.table = gal_mat_row(m, first),
                        .stride = m.stride,
                        .cols = m.cols,
                        .quota = rows,
                        .next = row,
                        .end = row + rows};
}

/* g with columns [first..first+cols[ only. */
static gal__gather gather_cols(const gal__gather *g, int32_t first, int32_t cols) {
    gal__gather part = *g;
    part.x += first;
    part.cols = cols;
    return part;
}

/* z (+)= t gather_w for rows [first..first+z.rows[, panel by panel of inputs. */
static void add_gathered(gal_mat z, const gal__forward *pass, gal_mat w, int64_t first, int add) {
    float rows[BLOCK * PANEL] __attribute__((aligned(64)));
    for (int32_t i = 0; i < w.rows; i += PANEL) {
        const int32_t in = (int32_t)least(PANEL, w.rows - i);
        const gal__gather part = gather_cols(pass->gather, i, in);
        gal__kernels_active()->aggregate(rows, in, &part, (int32_t)first, (int32_t)(first + z.rows),
                                         0);
        gal__ahead ahead = gathered_ahead(&part, first + BLOCK, 1);
        gal_mat panel = w;
        panel.data += (int64_t)i * w.stride;
        panel.rows = in;
        product(z, (gal__factor){rows, in, 1}, panel, add || i > 0, &ahead);
    }
}

static void forward_block(const gal__forward *pass, int64_t first, int64_t rows) {
    float sums[BLOCK * PANEL] __attribute__((aligned(64)));
    const int around = pass->y.rows * pass->y.cols > STREAM_FLOATS;
    for (int32_t j = 0; j < pass->y.cols; j += PANEL) {
        const int32_t out = (int32_t)least(PANEL, pass->y.cols - j);
        const gal_mat z = buffer(sums, rows, out);
        if (pass->x.data) {
            gal__ahead ahead = rows_ahead(pass->x, first + BLOCK);
            product(z, factor(gal_mat_rows(pass->x, first, rows)), gal_mat_cols(pass->w, j, out), 0,
                    &ahead);
        }
        if (pass->gather)
            add_gathered(z, pass, gal_mat_cols(pass->gather_w, j, out), first,
                         pass->x.data != NULL);
        gal__kernels_active()->finish(gal_mat_row(pass->y, first) + j, pass->y.stride, sums, out,
                                      rows, out, pass->bias ? pass->bias + j : NULL, pass->act,
                                      around);
    }
}

void gal__rows_forward(const gal__forward *pass) {
    const int64_t n = pass->y.rows;
#pragma omp parallel for schedule(dynamic, CHUNK) if (n > CHUNK * BLOCK)
    for (int64_t first = 0; first < n; first += BLOCK)
        forward_block(pass, first, least(BLOCK, n - first));
}

/* One panel of weights while the backward pass runs over all rows: views of its columns. */
typedef struct panel {
    gal__backward pass;
    gal__gather gather; /* what pass.gather points to */
    int add;            /* dx holds the sum of earlier panels */
} panel;

/* The sums of one group of rows: parts of one block of slot_floats() floats. */
typedef struct partial {
    float *dw, *gather_dw, *dbias;
} partial;

enum { LARGEST_SLOT = 2 * PANEL * PANEL + PANEL };

static partial partial_in(const panel *p, float *slot) {
    partial sum = {.dw = slot};
    sum.gather_dw = sum.dw + (p->pass.dy.data ? p->pass.x.cols * p->pass.dy.cols : 0);
    sum.dbias = sum.gather_dw + (p->pass.gather ? p->pass.x.cols * p->pass.gather_w.cols : 0);
    return sum;
}

static int64_t slot_floats(const panel *p) {
    const int64_t in = p->pass.x.cols, own = p->pass.dy.data ? p->pass.dy.cols : 0;
    return in * own + (p->pass.gather ? in * p->pass.gather_w.cols : 0) + own;
}

/* to[cols, rows] = from^T */
static gal_mat transpose(float *to, gal_mat from) {
    for (int64_t i = 0; i < from.rows; i++)
        for (int32_t j = 0; j < from.cols; j++) to[j * from.rows + i] = gal_mat_row(from, i)[j];
    return buffer(to, from.cols, (int32_t)from.rows);
}

/* Moves a block of dx from its buffer to its rows. */
static void put_dx(const panel *p, int64_t first, gal_mat dx) {
    const gal_mat to = gal_mat_rows(p->pass.dx, first, dx.rows);
    const int around = p->pass.dx.rows * to.cols > STREAM_FLOATS;
    if (p->add) gal_mat_add(to, dx, 1);
    else
        gal__kernels_active()->finish(to.data, to.stride, dx.data, dx.stride, dx.rows, dx.cols,
                                      NULL, GAL_ACT_NONE, around);
}

/* The block at `first` of one panel; dx gathers its sum in a buffer and leaves around the caches.
 */
static void backward_block(const panel *p, const partial *sum, gal_mat w, gal_mat gather_w,
                           int64_t first, int64_t rows) {
    const gal__kernels *kernels = gal__kernels_active();
    const gal__backward *pass = &p->pass;
    float gathered[BLOCK * PANEL] __attribute__((aligned(64)));
    float sums[BLOCK * PANEL] __attribute__((aligned(64)));
    const gal_mat x = gal_mat_rows(pass->x, first, rows), dx = buffer(sums, rows, x.cols);
    gal__ahead gather_ahead = gathered_ahead(pass->gather, first + BLOCK, pass->dx.data ? 2 : 1);
    if (pass->gather) {
        const gal_mat t = buffer(gathered, rows, pass->gather_w.cols);
        kernels->aggregate(gathered, t.stride, pass->gather, (int32_t)first,
                           (int32_t)(first + rows), 0);
        if (pass->dx.data) product(dx, factor(t), gather_w, 0, &gather_ahead);
        product(buffer(sum->gather_dw, x.cols, t.cols), flipped(x), t, 1, &gather_ahead);
    }
    if (pass->dy.data) {
        const gal_mat dy = gal_mat_rows(pass->dy, first, rows);
        gal__ahead x_ahead = rows_ahead(pass->x, first + BLOCK);
        gal__ahead dy_ahead = rows_ahead(pass->dy, first + BLOCK);
        if (pass->dx.data) product(dx, factor(dy), w, pass->gather != NULL, &x_ahead);
        product(buffer(sum->dw, x.cols, dy.cols), flipped(x), dy, 1, &dy_ahead);
        kernels->col_sum(sum->dbias, dy.data, dy.stride, rows, dy.cols);
    }
    if (pass->dx.data) put_dx(p, first, dx);
}

/* The rows [first..last[ of one panel; their sums go into slot. */
static void backward_group(const panel *p, float *slot, gal_mat w, gal_mat gather_w, int64_t first,
                           int64_t last) {
    const partial sum = partial_in(p, slot);
    memset(slot, 0, (size_t)slot_floats(p) * sizeof(float));
    for (; first < last; first += BLOCK)
        backward_block(p, &sum, w, gather_w, first, least(BLOCK, last - first));
}

static void add_slot(const panel *p, float *slot) {
    const gal__backward *pass = &p->pass;
    const partial sum = partial_in(p, slot);
    const int32_t in = pass->x.cols;
    if (pass->gather)
        gal_mat_add(pass->gather_dw, buffer(sum.gather_dw, in, pass->gather_w.cols), 1);
    if (!pass->dy.data) return;
    if (in > 0) gal_mat_add(pass->dw, buffer(sum.dw, in, pass->dy.cols), 1);
    for (int32_t j = 0; pass->dbias && j < pass->dy.cols; j++) pass->dbias[j] += sum.dbias[j];
}

/* Rows per group: about GROUPS groups, whatever the number of threads. */
static int64_t group_rows(int64_t n) {
    const int64_t blocks = (n / GROUPS + BLOCK - 1) / BLOCK;
    return blocks < 2 ? 2 * BLOCK : blocks * BLOCK;
}

/* Every group sums into its own slot, and the slots are added in order. Without memory for the
 * slots one thread goes through the groups, with the same result. */
static void backward_panel(const panel *p) {
    const int64_t n = p->pass.x.rows, rows = group_rows(n), groups = (n + rows - 1) / rows;
    const int64_t size = slot_floats(p);
    float flip[PANEL * PANEL], gather_flip[PANEL * PANEL], one_slot[LARGEST_SLOT];
    gal_mat w = {0}, gather_w = {0};
    if (p->pass.dx.data && p->pass.dy.data) w = transpose(flip, p->pass.w);
    if (p->pass.dx.data && p->pass.gather) gather_w = transpose(gather_flip, p->pass.gather_w);
    float *slots = groups > 1 ? malloc((size_t)(groups * size) * sizeof *slots) : NULL;
    if (slots) {
#pragma omp parallel for schedule(dynamic)
        for (int64_t g = 0; g < groups; g++)
            backward_group(p, slots + g * size, w, gather_w, g * rows, least((g + 1) * rows, n));
        for (int64_t g = 0; g < groups; g++) add_slot(p, slots + g * size);
    } else {
        for (int64_t g = 0; g < groups; g++) {
            backward_group(p, one_slot, w, gather_w, g * rows, least((g + 1) * rows, n));
            add_slot(p, one_slot);
        }
    }
    free(slots);
}

static gal_mat block_of(gal_mat m, int32_t row, int32_t rows, int32_t col, int32_t cols) {
    return m.data ? gal_mat_cols(gal_mat_rows(m, row, rows), col, cols) : m;
}

static gal_mat cols_of(gal_mat m, int32_t col, int32_t cols) {
    return m.data ? gal_mat_cols(m, col, cols) : m;
}

void gal__rows_backward(const gal__backward *pass) {
    const int32_t n_out = pass->dy.data ? pass->dy.cols : pass->gather_w.cols;
    for (int32_t j = 0; j < n_out; j += PANEL)
        for (int32_t i = 0; i == 0 || i < pass->x.cols; i += PANEL) {
            const int32_t in = (int32_t)least(PANEL, pass->x.cols - i);
            const int32_t out = (int32_t)least(PANEL, n_out - j);
            panel p = {.pass = *pass, .add = j > 0};
            p.pass.dx = cols_of(pass->dx, i, in);
            p.pass.x = cols_of(pass->x, i, in);
            p.pass.dy = cols_of(pass->dy, j, out);
            p.pass.w = block_of(pass->w, i, in, j, out);
            p.pass.dw = block_of(pass->dw, i, in, j, out);
            p.pass.dbias = pass->dbias && i == 0 ? pass->dbias + j : NULL;
            p.pass.gather_w = block_of(pass->gather_w, i, in, j, out);
            p.pass.gather_dw = block_of(pass->gather_dw, i, in, j, out);
            if (pass->gather) {
                p.gather = gather_cols(pass->gather, j, out);
                p.pass.gather = &p.gather;
            }
            backward_panel(&p);
        }
}
