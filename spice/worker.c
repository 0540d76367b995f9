#include "spice/worker.h"

#include "spice/engine.h"
#include "spice/wire.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A reloaded circuit leaks about 1 KB in the library: a fresh process now and then bounds that. */
enum { JOBS_PER_PROCESS = 4096 };

static const double START_TIME = 20;               /* s until ngspice must be ready */
static const rlim_t FILE_LIMIT = (rlim_t)64 << 20; /* bytes of one scratch file */

struct gal_sim_worker {
    pid_t pid; /* 0: no process */
    int fd;    /* -1: no process */
    int busy;
    int32_t n_start, n_job; /* processes so far, jobs of this process */
    uint64_t resident;      /* the deck the process holds, 0: none */
    double deadline, limit; /* gal__clock time; s granted */
    gal_buf out, in;
    char directory[64];
};

static int make_scratch(gal_sim_worker *worker) {
    static const char *const place[] = {"/dev/shm", "/tmp", "."};
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        snprintf(worker->directory, sizeof worker->directory, "%s/galena-XXXXXX", place[i]);
        if (mkdtemp(worker->directory)) return 1;
    }
    return worker->directory[0] = '\0', 0;
}

/* Bounds what a job can take; the parent's size counts because a fork starts with it. */
static void limit_resources(void) {
    const struct rlimit none = {0, 0}, file = {FILE_LIMIT, FILE_LIMIT};
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &file);
#if !defined(__SANITIZE_ADDRESS__) /* whose shadow memory has no bounds */
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (!statm) return;
    if (fscanf(statm, "%lu", &pages) == 1) {
        const rlim_t own = (rlim_t)2 << 30;
        const rlim_t bytes = pages * (rlim_t)sysconf(_SC_PAGESIZE) + own;
        const struct rlimit memory = {bytes, bytes};
        setrlimit(RLIMIT_AS, &memory);
    }
    fclose(statm);
#endif
}

/* The child: nothing of the parent but memory, and no terminal. Ctrl-C is for the parent alone. */
static _Noreturn void become_simulator(int fd, const char *directory) {
    static const int reset[] = {SIGTERM, SIGHUP, SIGCHLD, SIGSEGV, SIGALRM, SIGABRT, SIGFPE};
    for (size_t i = 0; i < sizeof reset / sizeof *reset; i++) signal(reset[i], SIG_DFL);
    signal(SIGINT, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    const int null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++) dup2(null, i);
    if (fd != 3) dup2(fd, 3);
    closefrom(4); /* else a brother's socket stays open when the parent dies */
    limit_resources();
    setlocale(LC_ALL, "C"); /* numbers of decks and answers have a '.' */
    uselocale(LC_GLOBAL_LOCALE);
    setenv("HOME", directory, 1); /* a user's .spiceinit would change results */
    if (chdir(directory) != 0) _exit(1);
    gal__engine_serve(3, directory);
}

void gal_sim_worker_stop(gal_sim_worker *worker) {
    if (worker->pid > 0) {
        kill(worker->pid, SIGKILL);
        while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR) continue;
    }
    if (worker->fd >= 0) close(worker->fd);
    if (worker->directory[0]) gal__scratch_remove(worker->directory);
    worker->directory[0] = '\0';
    worker->pid = 0;
    worker->fd = -1;
    worker->busy = 0;
    worker->n_job = 0;
    worker->resident = 0;
}

static gal_status fork_simulator(gal_sim_worker *worker, gal_error *err) {
    int pair[2];
    if (!make_scratch(worker))
        return gal_fail(err, GAL_EIO, "no scratch directory for ngspice: %s", strerror(errno));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        gal_sim_worker_stop(worker);
        return gal_fail(err, GAL_EIO, "no socket for ngspice: %s", strerror(errno));
    }
    const pid_t pid = fork();
    if (pid == 0) become_simulator(pair[1], worker->directory);
    const int reason = errno;
    close(pair[1]);
    worker->fd = pair[0];
    worker->pid = pid > 0 ? pid : 0;
    if (pid < 0) {
        gal_sim_worker_stop(worker);
        return gal_fail(err, GAL_EIO, "no process for ngspice: %s", strerror(reason));
    }
    fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK);
    worker->n_start++;
    return GAL_OK;
}

/* Reads what is there: 1 whole frame in, 0 more to come, -1 the peer is gone or talks nonsense. */
static int read_frame(gal_sim_worker *worker) {
    char block[1 << 16];
    for (;;) {
        const uint64_t whole = gal__wire_frame_size(worker->in.data, worker->in.size);
        if (whole > GAL_WIRE_LIMIT || worker->in.failed) return -1;
        if (whole && worker->in.size >= whole) return worker->in.size == whole ? 1 : -1;
        const ssize_t n = read(worker->fd, block, sizeof block);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
        if (n <= 0) return -1;
        gal_buf_append(&worker->in, block, (size_t)n);
    }
}

static void reset_input(gal_sim_worker *worker) {
    worker->in.size = 0;
    if (worker->in.failed) gal_buf_clear(&worker->in);
}

/* Waits for something to read until the deadline. */
static void wait_readable(const gal_sim_worker *worker) {
    struct pollfd wait = {.fd = worker->fd, .events = POLLIN};
    const double left = gal_sim_worker_left(worker);
    poll(&wait, 1, left <= 0 ? 0 : left > 1e6 ? 1000000000 : (int)(left * 1e3) + 1);
}

static gal_status start_simulator(gal_sim_worker *worker, gal_error *err) {
    GAL_TRY(fork_simulator(worker, err));
    worker->deadline = gal__clock() + START_TIME;
    reset_input(worker);
    int state;
    while ((state = read_frame(worker)) == 0 && gal_sim_worker_left(worker) > 0)
        wait_readable(worker);
    if (state == 1) return GAL_OK;
    gal_sim_worker_stop(worker);
    return gal_fail(err, GAL_ESIM, "ngspice could not be initialised");
}

gal_status gal_sim_worker_create(gal_sim_worker **out, gal_error *err) {
    gal_sim_worker *worker = calloc(1, sizeof *worker);
    *out = NULL;
    if (!worker) return gal_fail(err, GAL_ENOMEM, "out of memory for a simulation worker");
    worker->fd = -1;
    const gal_status status = start_simulator(worker, err);
    if (status == GAL_OK) *out = worker;
    else gal_sim_worker_destroy(worker);
    return status;
}

void gal_sim_worker_destroy(gal_sim_worker *worker) {
    if (!worker) return;
    gal_sim_worker_stop(worker);
    gal_buf_clear(&worker->out);
    gal_buf_clear(&worker->in);
    free(worker);
}

int gal_sim_worker_descriptor(const gal_sim_worker *worker) {
    return worker->fd;
}
int32_t gal_sim_worker_starts(const gal_sim_worker *worker) {
    return worker->n_start;
}
double gal_sim_worker_left(const gal_sim_worker *worker) {
    return worker->deadline - gal__clock();
}

gal_status gal_sim_worker_start(gal_sim_worker *worker, const gal_sim_job *job, double deadline,
                                gal_error *err) {
    assert(!worker->busy && deadline > 0);
    if (worker->n_job >= JOBS_PER_PROCESS) gal_sim_worker_stop(worker);
    if (worker->fd < 0) GAL_TRY(start_simulator(worker, err));
    gal_sim_job sent = *job;
    if (job->resident && job->resident == worker->resident) sent.deck = "";
    worker->resident = job->resident;
    gal__sim_job_encode(&worker->out, &sent, deadline);
    if (gal_buf_ok(&worker->out, err) != GAL_OK) {
        gal_buf_clear(&worker->out);
        return GAL_ENOMEM;
    }
    reset_input(worker);
    worker->limit = deadline;
    worker->deadline = gal__clock() + deadline;
    worker->busy = 1;
    worker->n_job++;
    /* A send that fails shows as the end of the stream in the poll that follows. */
    gal__wire_send(worker->fd, &worker->out, worker->deadline);
    return GAL_OK;
}

/* How the process ended, once its stream is over. */
static void report_end(gal_sim_result *result, gal_sim_worker *worker) {
    int status = 0;
    result->fault = GAL_SIM_CRASH;
    kill(worker->pid, SIGKILL); /* a zombie already, unless it only closed its socket */
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) continue;
    worker->pid = 0;
    if (WIFSIGNALED(status))
        gal_fail(&result->error, GAL_ESIM, "ngspice was ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else gal_fail(&result->error, GAL_ESIM, "ngspice ended with status %d", WEXITSTATUS(status));
}

int gal_sim_worker_poll(gal_sim_result *result, gal_sim_worker *worker) {
    assert(worker->busy);
    const int state = read_frame(worker);
    if (state == 0 && gal_sim_worker_left(worker) > 0) return 0;
    gal_sim_result_clear(result);
    worker->busy = 0;
    if (state == 1) gal__sim_result_decode(result, &worker->in);
    else if (state == 0) {
        result->fault = GAL_SIM_TIMEOUT;
        gal_fail(&result->error, GAL_ESIM, "no answer from ngspice within %g s", worker->limit);
    } else report_end(result, worker);
    if (result->error.code != GAL_OK) gal_sim_worker_stop(worker); /* no state outlives a failure */
    return 1;
}

gal_status gal_sim_worker_run(gal_sim_result *result, gal_sim_worker *worker,
                              const gal_sim_job *job, double deadline, gal_error *err) {
    gal_sim_result_clear(result);
    GAL_TRY(gal_sim_worker_start(worker, job, deadline, err));
    while (!gal_sim_worker_poll(result, worker)) wait_readable(worker);
    result->n_attempt = 1;
    return GAL_OK;
}
