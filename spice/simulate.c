#include "spice/simulate.h"

#include "spice/wire.h"
#include <stdlib.h>
#include <string.h>

void gal_sim_result_clear(gal_sim_result *result) {
    free(result->vector);
    free(result->block);
    *result = (gal_sim_result){0};
}

const gal_sim_vector *gal_sim_result_find(const gal_sim_result *result, const char *name) {
    for (int32_t i = 0; i < result->n_vector; i++)
        if (gal_text_equal_nocase(result->vector[i].name, name)) return &result->vector[i];
    return NULL;
}

void gal__sim_job_encode(gal_buf *frame, const gal_sim_job *job, double deadline) {
    gal__wire_begin(frame);
    gal__wire_put_bytes(frame, &deadline, sizeof deadline);
    gal__wire_put_number(frame, job->resident);
    gal__wire_put_text(frame, job->deck);
    gal__wire_put_number(frame, (uint64_t)job->n_prepare);
    for (int32_t i = 0; i < job->n_prepare; i++) gal__wire_put_text(frame, job->prepare[i]);
    gal__wire_put_number(frame, (uint64_t)job->n_step);
    for (int32_t i = 0; i < job->n_step; i++) {
        const gal_sim_step *step = &job->step[i];
        gal__wire_put_text(frame, step->command);
        gal__wire_put_bytes(frame, &step->reach, sizeof step->reach);
        gal__wire_put_number(frame, (uint64_t)step->optional);
        gal__wire_put_number(frame, (uint64_t)step->n_want);
        for (int32_t k = 0; k < step->n_want; k++) gal__wire_put_text(frame, step->want[k]);
    }
    gal__wire_end(frame);
}

/* One vector: name, complex flag, real parts, imaginary parts. 0 when malformed. */
static int decode_vector(gal_sim_vector *vector, gal_wire_reader *reader) {
    size_t size, imag_size;
    vector->name = gal__wire_text(reader);
    const uint64_t complex_flag = gal__wire_number(reader);
    vector->real = gal__wire_bytes(reader, &size);
    vector->imag = NULL;
    if (complex_flag) {
        vector->imag = gal__wire_bytes(reader, &imag_size);
        if (imag_size != size) return 0;
    }
    vector->n = (int32_t)(size / sizeof(double));
    if (size == 0) vector->real = vector->imag = NULL;
    return !reader->failed && size % sizeof(double) == 0;
}

static gal_status decode(gal_sim_result *result, gal_wire_reader *reader) {
    static const char malformed[] = "the simulator sent a malformed reply";
    const uint64_t fault = gal__wire_number(reader);
    const char *words = gal__wire_text(reader);
    result->fault = fault <= GAL_SIM_TIMEOUT ? (gal_sim_fault)fault : GAL_SIM_CRASH;
    if (reader->failed) return gal_fail(&result->error, GAL_ESIM, malformed);
    if (fault) return gal_fail(&result->error, GAL_ESIM, "%s", words);
    const uint64_t n = gal__wire_number(reader);
    if (n > reader->size / 24) return gal_fail(&result->error, GAL_ESIM, malformed);
    result->vector = calloc(n ? n : 1, sizeof *result->vector);
    if (!result->vector) return gal_fail(&result->error, GAL_ENOMEM, "out of memory for a result");
    for (uint64_t i = 0; i < n; i++)
        if (!decode_vector(&result->vector[i], reader))
            return gal_fail(&result->error, GAL_ESIM, malformed);
    result->n_vector = (int32_t)n;
    return GAL_OK;
}

void gal__sim_result_decode(gal_sim_result *result, gal_buf *frame) {
    gal_wire_reader reader = {frame->data + GAL_WIRE_HEADER, frame->size - GAL_WIRE_HEADER, 0, 0};
    gal_sim_result_clear(result);
    if (decode(result, &reader) != GAL_OK) {
        const gal_error error = result->error;
        const gal_sim_fault fault = result->fault;
        gal_sim_result_clear(result);
        result->error = error;
        result->fault = fault ? fault : GAL_SIM_CRASH;
        return;
    }
    result->block = frame->data;
    gal_buf_init(frame);
}
