#include "tasks/parasitics/result.h"

#include "tasks/json_private.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_COUPLINGS = 3 };

void gal_pex_result_clear(gal_pex_result *result) {
    gal_arena_clear(&result->arena);
    *result = (gal_pex_result){0};
}

/* The place of a circuit's net among those of the result. */
static int32_t find_net(const gal_pex_result *result, int32_t net) {
    int32_t low = 0, high = result->n_net;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (result->net[middle].net < net) low = middle + 1;
        else high = middle;
    }
    return low;
}

int64_t gal_pex_result_caps(gal_cap *caps, const gal_pex_result *result) {
    int64_t n = result->n_net;
    for (int32_t i = 0; i < result->n_net; i++)
        caps[i] = (gal_cap){-1, result->net[i].net, result->net[i].total.farad};
    for (int32_t i = 0; i < result->n_coupling; i++) {
        const gal_pex_coupling *c = &result->coupling[i];
        caps[n++] = (gal_cap){c->a, c->b, c->value.farad};
        caps[find_net(result, c->a)].farad -= c->value.farad;
        caps[find_net(result, c->b)].farad -= c->value.farad;
    }
    for (int32_t i = 0; i < result->n_net; i++)
        caps[i].farad = fmax(caps[i].farad, result->net[i].ground.farad);
    return n;
}

static int by_total(const void *x, const void *y) {
    const gal_pex_net *p = x, *q = y;
    if (p->total.farad != q->total.farad) return p->total.farad > q->total.farad ? -1 : 1;
    return (p->net > q->net) - (p->net < q->net);
}

/* Keeps index k among the largest couplings of one net; best[] ends at the first -1. */
static void keep_largest(int32_t *best, const gal_pex_result *result, int32_t k) {
    for (int i = 0; i < SHOWN_COUPLINGS; i++) {
        if (best[i] >= 0 &&
            result->coupling[best[i]].value.farad >= result->coupling[k].value.farad)
            continue;
        memmove(best + i + 1, best + i, (size_t)(SHOWN_COUPLINGS - 1 - i) * sizeof *best);
        best[i] = k;
        return;
    }
}

/* "+-12%": the upper side of the 68 % interval, relative. */
static const char *band(char *buf, size_t size, gal_pex_value value) {
    const double up = pow(10, value.sd) - 1;
    if (up < 1) gal_text_printf(buf, size, "+-%.0f%%", 100 * up);
    else gal_text_printf(buf, size, "x/%.1f", 1 + up);
    return buf;
}

static void table_row(gal_buf *out, const gal_pex_result *result, const gal_pex_net *net,
                      const int32_t *best, int name_width) {
    const gal_circuit *circuit = result->circuit;
    char g[16], t[16];
    gal_buf_printf(out, "%-*s %10.4g %7s %10.4g %7s ", name_width, circuit->net[net->net].name,
                   net->ground.farad * 1e15, band(g, sizeof g, net->ground),
                   net->total.farad * 1e15, band(t, sizeof t, net->total));
    for (int i = 0; i < SHOWN_COUPLINGS && best[i] >= 0; i++) {
        const gal_pex_coupling *c = &result->coupling[best[i]];
        gal_buf_printf(out, " %s %.3g", circuit->net[c->a == net->net ? c->b : c->a].name,
                       c->value.farad * 1e15);
    }
    gal_buf_text(out, "\n");
}

static int name_width(const gal_pex_result *result) {
    size_t width = 3;
    for (int32_t i = 0; i < result->n_net; i++) {
        const size_t size = strlen(result->circuit->net[result->net[i].net].name);
        if (size > width) width = size;
    }
    return width > 40 ? 40 : (int)width;
}

static void summary(gal_buf *out, const gal_pex_result *result, int32_t shown) {
    double ground = 0, coupled = 0;
    for (int32_t i = 0; i < result->n_net; i++) ground += result->net[i].ground.farad;
    for (int32_t i = 0; i < result->n_coupling; i++) coupled += result->coupling[i].value.farad;
    if (shown < result->n_net) gal_buf_printf(out, "... %d more nets\n", result->n_net - shown);
    gal_buf_printf(out, "%d nets, %.4g fF to ground; %d couplings, %.4g fF\n", result->n_net,
                   ground * 1e15, result->n_coupling, coupled * 1e15);
}

gal_status gal_pex_result_table(gal_buf *out, const gal_pex_result *result, int32_t limit,
                                gal_error *err) {
    const size_t n_net = (size_t)result->circuit->n_net;
    gal_pex_net *order = malloc(((size_t)result->n_net + 1) * sizeof *order);
    int32_t *best = malloc((n_net + 1) * SHOWN_COUPLINGS * sizeof *best);
    if (!order || !best) {
        free(order);
        free(best);
        return gal_fail(err, GAL_ENOMEM, "out of memory for the table");
    }
    memset(best, -1, n_net * SHOWN_COUPLINGS * sizeof *best);
    for (int32_t k = 0; k < result->n_coupling; k++) {
        keep_largest(best + (size_t)result->coupling[k].a * SHOWN_COUPLINGS, result, k);
        keep_largest(best + (size_t)result->coupling[k].b * SHOWN_COUPLINGS, result, k);
    }
    memcpy(order, result->net, (size_t)result->n_net * sizeof *order);
    qsort(order, (size_t)result->n_net, sizeof *order, by_total);
    const int width = name_width(result);
    const int32_t shown = limit > 0 && limit < result->n_net ? limit : result->n_net;
    gal_buf_printf(out, "%-*s %10s %7s %10s %7s  largest couplings, fF\n", width, "net", "C_gnd fF",
                   "", "C_total fF", "");
    for (int32_t i = 0; i < shown; i++)
        table_row(out, result, &order[i], best + (size_t)order[i].net * SHOWN_COUPLINGS, width);
    summary(out, result, shown);
    free(order);
    free(best);
    return gal_buf_ok(out, err);
}

static void csv_row(gal_buf *out, const gal_circuit *circuit, const char *kind, int32_t a,
                    int32_t b, gal_pex_value value, double probability) {
    gal_buf_printf(out, "%s,", kind);
    gal_buf_csv(out, circuit->net[a].name);
    gal_buf_text(out, ",");
    if (b >= 0) gal_buf_csv(out, circuit->net[b].name);
    const double factor = pow(10, value.sd);
    gal_buf_printf(out, ",%.6g,%.6g,%.6g,%.4f\n", value.farad, value.farad / factor,
                   value.farad * factor, probability);
}

gal_status gal_pex_result_csv(gal_buf *out, const gal_pex_result *result, gal_error *err) {
    gal_buf_text(out, "kind,net_a,net_b,farad,low,high,probability\n");
    for (int32_t i = 0; i < result->n_net; i++) {
        const gal_pex_net *net = &result->net[i];
        csv_row(out, result->circuit, "ground", net->net, -1, net->ground, 1);
        csv_row(out, result->circuit, "total", net->net, -1, net->total, 1);
    }
    for (int32_t i = 0; i < result->n_coupling; i++) {
        const gal_pex_coupling *c = &result->coupling[i];
        csv_row(out, result->circuit, "coupling", c->a, c->b, c->value, c->probability);
    }
    return gal_buf_ok(out, err);
}

static json_t *json_value(gal_pex_value value) {
    const double factor = pow(10, value.sd);
    return json_pack("{s:f,s:f,s:f,s:f}", "farad", value.farad, "low", value.farad / factor, "high",
                     value.farad * factor, "sd_log10", value.sd);
}

/* Any bytes may stand in a netlist's names; JSON wants UTF-8, so others become '?'. */
static json_t *json_name(const char *name) {
    json_t *text = json_string(name);
    if (text) return text;
    char copy[256];
    size_t n = 0;
    for (; name[n] && n + 1 < sizeof copy; n++)
        copy[n] = (unsigned char)name[n] < 0x80 ? name[n] : '?';
    copy[n] = '\0';
    return json_string(copy);
}

static json_t *to_json(const gal_pex_result *result, const char *model) {
    json_t *nets = json_array(), *couplings = json_array();
    for (int32_t i = 0; i < result->n_net; i++) {
        const gal_pex_net *net = &result->net[i];
        json_array_append_new(
            nets, json_pack("{s:o,s:o,s:o}", "net", json_name(result->circuit->net[net->net].name),
                            "ground", json_value(net->ground), "total", json_value(net->total)));
    }
    for (int32_t i = 0; i < result->n_coupling; i++) {
        const gal_pex_coupling *c = &result->coupling[i];
        json_array_append_new(couplings,
                              json_pack("{s:o,s:o,s:o,s:f}", "a",
                                        json_name(result->circuit->net[c->a].name), "b",
                                        json_name(result->circuit->net[c->b].name), "value",
                                        json_value(c->value), "probability", c->probability));
    }
    return json_pack("{s:o,s:s,s:o,s:o}", "circuit", json_name(result->circuit->name), "model",
                     model, "nets", nets, "couplings", couplings);
}

gal_status gal_pex_result_json(gal_buf *out, const gal_pex_result *result, const char *model,
                               gal_error *err) {
    return gal__json_print(out, to_json(result, model), 6, err);
}
