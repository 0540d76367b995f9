#include "netlist/info.h"

#include "netlist/spice_flatten.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMES = 40 };

static gal_status count_unconnected(gal_netlist_info *info, gal_error *err) {
    const gal_circuit *circuit = info->circuit;
    char *used = calloc((size_t)circuit->n_net + 1, 1);
    if (!used) return gal_fail(err, GAL_ENOMEM, "out of memory for the description");
    for (int32_t p = 0; p < circuit->n_pin; p++) used[circuit->pin_net[p]] = 1;
    for (int32_t n = 0; n < circuit->n_net; n++) info->n_unconnected += !used[n];
    free(used);
    return GAL_OK;
}

static gal_status describe_hierarchy(gal_netlist_info *info, const gal_design *design,
                                     gal_error *err) {
    int32_t top;
    gal_cell_size size;
    info->warnings = &design->warnings;
    info->n_cell = (int32_t)design->cell.size - 1;
    GAL_TRY(gal_design_find_top(&top, design, info->top[0] ? info->top : NULL, err));
    GAL_TRY(gal_design_measure(&size, design, top, err));
    info->depth = size.depth;
    for (int32_t c = 1; c < (int32_t)design->cell.size; c++)
        info->n_unused += c != top && design->cell.data[c]->n_use == 0;
    return GAL_OK;
}

gal_status gal_netlist_describe(gal_netlist_info *info, const gal_circuit *circuit,
                                const gal_design *design, gal_error *err) {
    *info = (gal_netlist_info){.top = circuit->name,
                               .n_net = circuit->n_net,
                               .n_device = circuit->n_device,
                               .n_pin = circuit->n_pin,
                               .n_port = circuit->n_port,
                               .circuit = circuit};
    for (int32_t d = 0; d < circuit->n_device; d++) {
        const gal_device *device = &circuit->device[d];
        info->n_of_type[device->type]++;
        if (gal_device_is_mos(device))
            info->gate_area += device->width * device->length * device->multiplier;
    }
    for (int32_t n = 0; n < circuit->n_net; n++) {
        info->n_power += (circuit->net[n].flags & GAL_NET_POWER) != 0;
        info->n_ground += (circuit->net[n].flags & GAL_NET_GROUND) != 0;
    }
    GAL_TRY(count_unconnected(info, err));
    return design ? describe_hierarchy(info, design, err) : GAL_OK;
}

/* " a b c and 12 more", or the elements of a JSON array. */
typedef struct name_list {
    gal_buf *buf;
    int n, json;
} name_list;

static void add_name(name_list *list, const char *name) {
    list->n++;
    if (list->json) {
        gal_buf_text(list->buf, list->n > 1 ? "," : "");
        gal_buf_json(list->buf, name);
    } else if (list->n <= MOST_NAMES) {
        gal_buf_printf(list->buf, " %s", name);
    }
}

static void end_list(name_list *list) {
    if (!list->json && list->n > MOST_NAMES)
        gal_buf_printf(list->buf, " and %d more", list->n - MOST_NAMES);
    gal_buf_text(list->buf, list->json ? "]" : "\n");
}

static void list_ports(gal_buf *buf, const gal_netlist_info *info, int json) {
    name_list list = {buf, 0, json};
    for (int32_t i = 0; i < info->n_port; i++)
        add_name(&list, info->circuit->net[info->circuit->port[i]].name);
    end_list(&list);
}

static void list_supplies(gal_buf *buf, const gal_netlist_info *info, uint32_t flag, int json) {
    name_list list = {buf, 0, json};
    for (int32_t n = 0; n < info->n_net; n++)
        if (info->circuit->net[n].flags & flag) add_name(&list, info->circuit->net[n].name);
    end_list(&list);
}

static void text_warnings(gal_buf *buf, const gal_warnings *warnings, int most) {
    const int shown = warnings->n < most ? warnings->n : most;
    for (int i = 0; i < shown; i++) {
        const gal_warning *w = &warnings->item[i];
        if (w->file[0]) gal_buf_printf(buf, "warning: %s:%d: %s\n", w->file, w->line, w->text);
        else gal_buf_printf(buf, "warning: %s\n", w->text);
    }
    const long long more = (long long)(warnings->n - shown) + warnings->n_dropped;
    if (more) gal_buf_printf(buf, "and %lld more warnings\n", more);
}

void gal_netlist_info_text(gal_buf *buf, const gal_netlist_info *info, int most_warnings) {
    gal_buf_printf(buf, "top         %s\n", info->top[0] ? info->top : "(main)");
    gal_buf_printf(buf, "devices     %d\n", (int)info->n_device);
    for (int t = 0; t < GAL_N_DEVICE_TYPE; t++)
        if (info->n_of_type[t])
            gal_buf_printf(buf, "  %-9d %s\n", (int)info->n_of_type[t],
                           gal_device_type_plural((gal_device_type)t));
    gal_buf_printf(buf, "nets        %d (%d without a pin)\n", (int)info->n_net,
                   (int)info->n_unconnected);
    gal_buf_printf(buf, "ports       %d:", (int)info->n_port);
    list_ports(buf, info, 0);
    gal_buf_printf(buf, "power       %d:", (int)info->n_power);
    list_supplies(buf, info, GAL_NET_POWER, 0);
    gal_buf_printf(buf, "ground      %d:", (int)info->n_ground);
    list_supplies(buf, info, GAL_NET_GROUND, 0);
    if (info->circuit->n_micron)
        gal_buf_printf(buf, "micrometres %d (devices whose sizes have no unit)\n",
                       (int)info->circuit->n_micron);
    if (info->gate_area > 0) gal_buf_printf(buf, "gate area   %.4g um^2\n", info->gate_area * 1e12);
    if (!info->warnings) return;
    gal_buf_printf(buf, "subcircuits %d (%d unused)\nlevels      %d\n", (int)info->n_cell,
                   (int)info->n_unused, info->depth);
    text_warnings(buf, info->warnings, most_warnings);
}

static void json_warnings(gal_buf *buf, const gal_warnings *warnings) {
    gal_buf_text(buf, ",\"warnings\":[");
    for (int32_t i = 0; i < warnings->n; i++) {
        const gal_warning *w = &warnings->item[i];
        gal_buf_text(buf, i ? ",{\"file\":" : "{\"file\":");
        gal_buf_json(buf, w->file);
        gal_buf_printf(buf, ",\"line\":%d,\"text\":", w->line);
        gal_buf_json(buf, w->text);
        gal_buf_text(buf, "}");
    }
    gal_buf_printf(buf, "],\"warnings_dropped\":%lld", (long long)warnings->n_dropped);
}

void gal_netlist_info_json(gal_buf *buf, const gal_netlist_info *info) {
    gal_buf_text(buf, "{\"top\":");
    gal_buf_json(buf, info->top);
    gal_buf_printf(buf, ",\"devices\":%d,\"device_types\":{", (int)info->n_device);
    int n = 0;
    for (int t = 0; t < GAL_N_DEVICE_TYPE; t++)
        if (info->n_of_type[t])
            gal_buf_printf(buf, "%s\"%s\":%d", n++ ? "," : "",
                           gal_device_type_name((gal_device_type)t), (int)info->n_of_type[t]);
    gal_buf_printf(buf, "},\"nets\":%d,\"nets_without_pins\":%d,\"pins\":%d,\"ports\":[",
                   (int)info->n_net, (int)info->n_unconnected, (int)info->n_pin);
    list_ports(buf, info, 1);
    gal_buf_text(buf, ",\"power\":[");
    list_supplies(buf, info, GAL_NET_POWER, 1);
    gal_buf_text(buf, ",\"ground\":[");
    list_supplies(buf, info, GAL_NET_GROUND, 1);
    gal_buf_printf(buf, ",\"gate_area_um2\":%.9g,\"devices_in_micrometres\":%d",
                   info->gate_area * 1e12, (int)info->circuit->n_micron);
    if (info->warnings) {
        gal_buf_printf(buf, ",\"subcircuits\":%d,\"subcircuits_unused\":%d,\"levels\":%d",
                       (int)info->n_cell, (int)info->n_unused, info->depth);
        json_warnings(buf, info->warnings);
    }
    gal_buf_text(buf, "}\n");
}
