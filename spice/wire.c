#include "spice/wire.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

double gal__clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void gal__wire_put_number(gal_buf *frame, uint64_t number) {
    gal_buf_append(frame, (const char *)&number, sizeof number);
}

void gal__wire_put_bytes(gal_buf *frame, const void *bytes, size_t size) {
    static const char zeros[8];
    gal__wire_put_number(frame, size);
    gal_buf_append(frame, bytes, size);
    gal_buf_append(frame, zeros, 8 - size % 8);
}

void gal__wire_put_text(gal_buf *frame, const char *text) {
    gal__wire_put_bytes(frame, text, strlen(text));
}

void gal__wire_begin(gal_buf *frame) {
    frame->size = 0;
    gal__wire_put_number(frame, 0);
}

void gal__wire_end(gal_buf *frame) {
    const uint64_t payload = frame->size - GAL_WIRE_HEADER;
    if (!frame->failed) memcpy(frame->data, &payload, sizeof payload);
}

uint64_t gal__wire_number(gal_wire_reader *reader) {
    uint64_t number = 0;
    if (reader->failed || reader->size - reader->at < sizeof number) return reader->failed = 1, 0;
    memcpy(&number, reader->data + reader->at, sizeof number);
    reader->at += sizeof number;
    return number;
}

const void *gal__wire_bytes(gal_wire_reader *reader, size_t *size) {
    const uint64_t n = gal__wire_number(reader);
    const size_t left = reader->size - reader->at;
    if (size) *size = 0;
    if (reader->failed || n >= left || 8 - n % 8 > left - n) return reader->failed = 1, NULL;
    const char *bytes = reader->data + reader->at;
    if (bytes[n] != '\0') return reader->failed = 1, NULL;
    reader->at += n + 8 - n % 8;
    if (size) *size = n;
    return bytes;
}

const char *gal__wire_text(gal_wire_reader *reader) {
    return gal__wire_bytes(reader, NULL);
}

/* Waits until the socket takes more; 0 once the deadline has passed. */
static int wait_writable(int fd, double deadline) {
    int timeout = -1;
    if (deadline > 0) {
        const double left = deadline - gal__clock();
        if (left <= 0) return 0;
        timeout = left > 1e6 ? 1000000000 : (int)ceil(left * 1e3);
    }
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    return poll(&wait, 1, timeout) >= 0 || errno == EINTR;
}

int gal__wire_send(int fd, const gal_buf *frame, double deadline) {
    for (size_t sent = 0; sent < frame->size;) {
        const ssize_t n = send(fd, frame->data + sent, frame->size - sent, MSG_NOSIGNAL);
        if (n > 0) sent += (size_t)n;
        else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            if (!wait_writable(fd, deadline)) return 0;
        } else return 0;
    }
    return 1;
}

uint64_t gal__wire_frame_size(const char *data, size_t size) {
    uint64_t payload;
    if (size < GAL_WIRE_HEADER) return 0;
    memcpy(&payload, data, sizeof payload);
    return payload > UINT64_MAX - GAL_WIRE_HEADER ? UINT64_MAX : payload + GAL_WIRE_HEADER;
}

int gal__wire_receive(int fd, gal_buf *frame) {
    char block[1 << 14];
    frame->size = 0;
    for (;;) {
        const uint64_t whole = gal__wire_frame_size(frame->data, frame->size);
        if (whole > GAL_WIRE_LIMIT || frame->failed) return 0;
        if (whole && frame->size == whole) return 1;
        size_t want = (size_t)(whole ? whole : GAL_WIRE_HEADER) - frame->size;
        if (want > sizeof block) want = sizeof block;
        const ssize_t n = read(fd, block, want);
        if (n == 0 || (n < 0 && errno != EINTR)) return 0;
        if (n > 0) gal_buf_append(frame, block, (size_t)n);
    }
}
