/* Messages between a simulation process and its parent: length-prefixed binary frames.
 *
 * A frame is a u64 count of payload bytes and the payload. The payload is a sequence of u64
 * numbers and byte strings; a string is its u64 size, its bytes and 1 to 8 zero bytes, so that
 * texts are NUL-terminated in place and every item starts 8-aligned. Both ends are the same
 * program, hence native byte order. The reader checks every length: a corrupted simulator may
 * send anything.
 */
#ifndef GAL_SPICE_WIRE_H
#define GAL_SPICE_WIRE_H

#include "base/text.h"
#include <stdint.h>

enum { GAL_WIRE_HEADER = 8 };
#define GAL_WIRE_LIMIT ((uint64_t)1 << 30) /* bytes of one payload */

typedef struct gal_wire_reader {
    const char *data; /* the payload, 8-aligned */
    size_t size, at;
    int failed; /* set once something did not fit; all later reads give 0 or NULL */
} gal_wire_reader;

/* Writing: begin, put items, end (which fills in the frame's size). */
void gal__wire_begin(gal_buf *frame);
void gal__wire_put_number(gal_buf *frame, uint64_t number);
void gal__wire_put_bytes(gal_buf *frame, const void *bytes, size_t size);
void gal__wire_put_text(gal_buf *frame, const char *text);
void gal__wire_end(gal_buf *frame);

uint64_t gal__wire_number(gal_wire_reader *reader);
/* Points into the message; *size (may be NULL) gets the byte count. NULL when malformed. */
const void *gal__wire_bytes(gal_wire_reader *reader, size_t *size);
const char *gal__wire_text(gal_wire_reader *reader);

/* Sends a whole frame; 1, or 0 when the peer is gone or `deadline` (gal__clock time; 0: none)
 * has passed. The socket may be blocking or not. */
int gal__wire_send(int fd, const gal_buf *frame, double deadline);

/* Reads exactly one frame from a blocking socket; 1, or 0 at the end of the stream. */
int gal__wire_receive(int fd, gal_buf *frame);

/* Bytes the frame that starts at data[0..size[ has in all; 0 while its header is incomplete. */
uint64_t gal__wire_frame_size(const char *data, size_t size);

/* Seconds on the monotonic clock. */
double gal__clock(void);

#endif
