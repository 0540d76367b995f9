/* The simulator's side of a worker: libngspice, resident, one job after the other.
 *
 * Runs only in a forked process (spice/worker.h): after a fatal error the library cannot be used
 * again, so the process answers with the error and ends.
 */
#ifndef GAL_SPICE_ENGINE_H
#define GAL_SPICE_ENGINE_H

/* Initialises ngspice, sends one empty frame, then answers job frames on `fd` until it closes.
 * `directory` is the working directory; it is emptied and removed at the end. Never returns. */
_Noreturn void gal__engine_serve(int fd, const char *directory);

/* Removes a scratch directory and the plain files in it. */
void gal__scratch_remove(const char *directory);

#endif
