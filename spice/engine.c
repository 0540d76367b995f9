#include "spice/engine.h"

#include "spice/simulate.h"
#include "spice/wire.h"
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ngspice/sharedspice.h>

enum { COMPLEX_FLAG = 2, WORDS = 400 };

/* The process serves one library, which has one global state: so does this file. */
typedef struct engine {
    int fd;
    const char *directory;
    char words[WORDS]; /* the end of what this job printed on standard error, joined by "; " */
    int failed;
    gal_sim_fault fault; /* what kind of failure it is, as far as the words do not tell */
    uint64_t resident;   /* the deck that stays loaded, 0: none */
    gal_buf reply;
} engine;

void gal__scratch_remove(const char *directory) {
    DIR *list = opendir(directory);
    if (!list) return;
    for (struct dirent *entry; (entry = readdir(list));) unlinkat(dirfd(list), entry->d_name, 0);
    closedir(list);
    rmdir(directory);
}

/* Errors span several lines and the cause comes before the word "Error": all lines are kept, the
 * oldest making room. */
static void add_words(engine *e, const char *text) {
    char line[WORDS / 2];
    snprintf(line, sizeof line, "%s%s", e->words[0] ? "; " : "", text);
    size_t used = strlen(e->words);
    const size_t size = strlen(line);
    if (used + size >= sizeof e->words) {
        const size_t drop = used + size - sizeof e->words + 1;
        memmove(e->words, e->words + drop, used - drop + 1);
        used -= drop;
    }
    memcpy(e->words + used, line, size + 1);
}

static int fail(engine *e, const char *reason) {
    add_words(e, reason);
    e->failed = 1;
    return 0;
}

/* A failed operating point, a singular matrix and a vanishing time step say so. */
static gal_sim_fault fault_of(const engine *e) {
    static const char *const sign[] = {"aborted", "ingular", "imestep too small", "onvergence"};
    for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
        if (strstr(e->words, sign[i])) return GAL_SIM_CONVERGENCE;
    return e->fault ? e->fault : GAL_SIM_PARSE;
}

/* Answers with an error; standing in when ngspice said nothing is `reason`. */
static void reply_error(engine *e, const char *reason) {
    gal__wire_begin(&e->reply);
    gal__wire_put_number(&e->reply, fault_of(e));
    gal__wire_put_text(&e->reply, e->words[0] ? e->words : reason);
    gal__wire_end(&e->reply);
}

static _Noreturn void leave(engine *e, int status) {
    gal__scratch_remove(e->directory);
    _exit(status);
}

static void send_reply(engine *e) {
    if (e->reply.failed || !gal__wire_send(e->fd, &e->reply, 0)) leave(e, 1);
}

/* Notes, warnings and "Trying gmin = ..." come on standard error as well and are no failures. */
static int is_error(const char *line) {
    return strstr(line, "aborted") || strstr(line, "Error") || strstr(line, "fatal error") ||
           strstr(line, "no such command");
}

/* The steps of a search for an operating point, and what says nothing by itself. */
static int is_chatter(const char *line) {
    static const char *const sign[] = {"Trying gmin", "gmin step",        "gmin increment",
                                       "Note:",       "Supplies reduced", "awaits to be detached"};
    for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
        if (strstr(line, sign[i]) && !strstr(line, "stepping failed")) return 1;
    return strspn(line, " \t;") == strlen(line);
}

/* SendChar: every line that ngspice prints, led by "stdout " or "stderr ". */
static int on_line(char *text, int ident, void *user) {
    engine *e = user;
    (void)ident;
    if (strncmp(text, "stderr ", 7) != 0) return 0;
    const char *line = text + 7 + strspn(text + 7, " \t");
    if (is_chatter(line)) return 0;
    add_words(e, line);
    e->failed |= is_error(line);
    return 0;
}

/* ControlledExit: a fatal error or `quit`. The library is dead, hence so is the process. */
static int on_end(int status, bool immediate, bool quit, int ident, void *user) {
    engine *e = user;
    (void)status, (void)immediate, (void)ident;
    if (quit) add_words(e, "the deck told ngspice to quit");
    reply_error(e, "ngspice gave up without a message");
    gal__wire_send(e->fd, &e->reply, 0);
    leave(e, 1);
}

static void command(const char *text) {
    char copy[1024];
    snprintf(copy, sizeof copy, "%s", text);
    ngSpice_Command(copy);
}

/* The vector as `plot` lists it (v(out) is listed as out, v(2) as V(2)), if the plot is `type` and
 * a number and has it; else NULL. */
static const char *listed(char *plot, const char *type, size_t size, const char *vector) {
    if (strncmp(plot, type, size) != 0 || plot[size] < '0' || plot[size] > '9') return NULL;
    char **list = ngSpice_AllVecs(plot);
    const int called = strncmp(vector, "v(", 2) == 0;
    const gal_view bare = {vector + (called ? 2 : 0), strlen(vector) - (called ? 3 : 0)};
    for (; list && *list; list++)
        if (gal_text_equal_nocase(*list, vector) || gal_view_equal_nocase(bare, *list))
            return *list;
    return NULL;
}

/* "op:v(out)" becomes "op3.out", after the newest plot of that type that has it; 0 when none has.
 */
static int qualify(char copy[256], const char *name) {
    const size_t size = strcspn(name, ":(");
    snprintf(copy, 256, "%s", name);
    if (name[size] != ':') return 1;
    for (char **plot = ngSpice_AllPlots(); plot && *plot; plot++) {
        const char *vector = listed(*plot, name, size, name + size + 1);
        if (!vector) continue;
        snprintf(copy, 256, "%s.%s", *plot, vector);
        return 1;
    }
    return 0;
}

/* The vector of that name in the current plot, or NULL (empty ones count as missing). */
static const vector_info *find_vector(const char *name) {
    char copy[256];
    if (!qualify(copy, name)) return NULL;
    const vector_info *vector = ngGet_Vec_Info(copy);
    const int ok = vector && vector->v_length > 0 && (vector->v_realdata || vector->v_compdata);
    return ok ? vector : NULL;
}

static int put_vector(engine *e, const char *name) {
    const vector_info *vector = find_vector(name);
    char text[160];
    if (!vector) {
        const char *colon = name[strcspn(name, ":(")] == ':' ? strchr(name, ':') + 1 : name;
        snprintf(text, sizeof text, "no vector '%.100s' after the analysis", colon);
        e->fault = GAL_SIM_MISSING;
        return fail(e, text);
    }
    const size_t n = (size_t)vector->v_length;
    const int complex_flag = (vector->v_flags & COMPLEX_FLAG) && vector->v_compdata;
    gal__wire_put_text(&e->reply, name);
    gal__wire_put_number(&e->reply, (uint64_t)complex_flag);
    if (!complex_flag) {
        gal__wire_put_bytes(&e->reply, vector->v_realdata, n * sizeof(double));
        return 1;
    }
    double *part = malloc(n * sizeof *part);
    if (!part) leave(e, 1);
    for (size_t i = 0; i < n; i++) part[i] = vector->v_compdata[i].cx_real;
    gal__wire_put_bytes(&e->reply, part, n * sizeof *part);
    for (size_t i = 0; i < n; i++) part[i] = vector->v_compdata[i].cx_imag;
    gal__wire_put_bytes(&e->reply, part, n * sizeof *part);
    free(part);
    return 1;
}

/* Analyses make a plot; an analysis that made none leaves the stale one of an earlier run. */
static int is_analysis(const char *text) {
    static const char *const name[] = {"op", "dc", "ac",   "tran",  "noise",
                                       "tf", "pz", "sens", "disto", "run"};
    const size_t size = strcspn(text, " \t");
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        if (gal_view_equal_nocase((gal_view){text, size}, name[i])) return 1;
    return 0;
}

/* The node voltages of an operating point: every vector but branch currents and the nodes inside
 * devices. */
static int put_voltages(engine *e, uint64_t *n_vector) {
    char **list = ngSpice_AllVecs(ngSpice_CurPlot());
    for (; list && *list; list++) {
        if (strchr(*list, '#')) continue;
        if (!put_vector(e, *list)) return 0;
        ++*n_vector;
    }
    return 1;
}

static int plot_has(const char *name) {
    char **list = ngSpice_AllVecs(ngSpice_CurPlot()); /* asking for a missing one prints an error */
    for (; list && *list; list++)
        if (strcmp(*list, name) == 0) return 1;
    return 0;
}

/* 1 when the current plot's axis ends at `reach` or later. */
static int axis_reaches(double reach) {
    const char *name = plot_has("time") ? "time" : "frequency";
    const vector_info *axis = plot_has(name) ? find_vector(name) : NULL;
    if (!axis) return 0;
    const int32_t last = axis->v_length - 1;
    const double end = axis->v_realdata ? axis->v_realdata[last] : axis->v_compdata[last].cx_real;
    return end >= reach * (1 - 1e-6);
}

/* Runs the command and judges its outcome. */
static int run_command(engine *e, const char *text, double reach) {
    char before[64];
    snprintf(before, sizeof before, "%s", ngSpice_CurPlot());
    command(text);
    if (e->failed) return 0;
    if (is_analysis(text) && strcmp(before, ngSpice_CurPlot()) == 0)
        return fail(e, "the analysis did not run");
    if (reach > 0 && !axis_reaches(reach)) {
        e->fault = GAL_SIM_CONVERGENCE;
        return fail(e, "the analysis stopped before its end");
    }
    return 1;
}

static void put_nothing(engine *e, const char *name) {
    gal__wire_put_text(&e->reply, name);
    gal__wire_put_number(&e->reply, 0);
    gal__wire_put_bytes(&e->reply, "", 0);
}

/* Forgets an optional step's failure. */
static void forgive(engine *e, const char *words) {
    memcpy(e->words, words, sizeof e->words);
    e->failed = 0;
    e->fault = GAL_SIM_FINE;
}

/* Runs one step read from the job; appends its vectors to the reply. */
static int run_step(engine *e, gal_wire_reader *job, uint64_t *n_vector) {
    const char *text = gal__wire_text(job);
    const double *reach = gal__wire_bytes(job, NULL);
    const uint64_t optional = gal__wire_number(job), n_want = gal__wire_number(job);
    if (job->failed) return fail(e, "malformed job");
    char words[WORDS];
    memcpy(words, e->words, sizeof words);
    const int ran = run_command(e, text, *reach);
    if (!ran && !optional) return 0;
    for (uint64_t i = 0; i < n_want; i++) {
        const char *name = gal__wire_text(job);
        if (!name) return fail(e, "malformed job");
        if (ran && strcmp(name, "*") == 0) return put_voltages(e, n_vector);
        if (optional && (!ran || !find_vector(name))) put_nothing(e, name);
        else if (!put_vector(e, name)) return 0;
        ++*n_vector;
    }
    if (optional) forgive(e, words);
    return !e->failed;
}

/* Cuts the deck into the NULL-terminated list of lines that ngSpice_Circ wants; the text is cut
 * in place. What follows .end is dropped, and a missing one added. NULL when memory is out. */
static char **split_lines(char *deck) {
    static char end_card[] = ".end";
    size_t n = 1;
    for (const char *p = deck; *p; p++) n += *p == '\n';
    char **line = malloc((n + 2) * sizeof *line);
    if (!line) return NULL;
    n = 0;
    for (char *p = deck; *p;) {
        const size_t size = strcspn(p, "\r\n");
        char *next = p + size + (p[size] != '\0');
        p[size] = '\0';
        if (gal_text_equal_nocase(p, ".end")) break;
        if (size || n == 0) line[n++] = p;
        p = next;
    }
    line[n++] = end_card;
    line[n] = NULL;
    return line;
}

static int load_deck(engine *e, const char *deck) {
    char *copy = strdup(deck);
    char **line = copy ? split_lines(copy) : NULL;
    if (!line) leave(e, 1);
    const int rc = ngSpice_Circ(line);
    free(line);
    free(copy);
    if (rc) e->failed = 1;
    return !e->failed;
}

/* The parent watches the deadline; the alarm is for a parent that is gone. */
static void set_alarm(double deadline) {
    alarm(deadline > 0 && deadline < 1e9 ? (unsigned)deadline + 5 : 0);
}

/* Loads the deck unless it is there already, then runs the commands that prepare the job. */
static int prepare_job(engine *e, gal_wire_reader *job) {
    const uint64_t resident = gal__wire_number(job);
    const char *deck = gal__wire_text(job);
    const uint64_t n_prepare = gal__wire_number(job);
    if (job->failed) return fail(e, "malformed job");
    if (!resident || resident != e->resident) {
        if (e->resident) command("remcirc");
        e->resident = resident;
        if (!load_deck(e, deck)) return 0;
    }
    for (uint64_t i = 0; i < n_prepare; i++) {
        const char *text = gal__wire_text(job);
        if (!text) return fail(e, "malformed job");
        command(text);
        if (e->failed) return 0;
    }
    return 1;
}

static void run_job(engine *e, gal_wire_reader *job) {
    const double *deadline = gal__wire_bytes(job, NULL);
    if (deadline) set_alarm(*deadline);
    e->words[0] = '\0';
    e->failed = 0;
    e->fault = GAL_SIM_FINE;
    if (!prepare_job(e, job)) {
        reply_error(e, "ngspice did not accept the deck");
        return;
    }
    const uint64_t n_step = gal__wire_number(job);
    gal__wire_begin(&e->reply);
    gal__wire_put_number(&e->reply, 0);
    gal__wire_put_text(&e->reply, "");
    const size_t count_at = e->reply.size;
    uint64_t n_vector = 0;
    gal__wire_put_number(&e->reply, 0);
    for (uint64_t i = 0; i < n_step; i++)
        if (!run_step(e, job, &n_vector)) {
            reply_error(e, "the simulation failed without a message");
            return;
        }
    if (!e->reply.failed) memcpy(e->reply.data + count_at, &n_vector, sizeof n_vector);
    gal__wire_end(&e->reply);
}

/* Without this every job keeps its plots and the next ones slow down: the list of plots is
 * searched linearly. The last call drops the command history. */
static void forget_job(const engine *e) {
    if (!e->resident) command("remcirc");
    command("destroy all");
    ngSpice_Command(NULL);
}

static void start_ngspice(engine *e) {
    mallopt(M_TRIM_THRESHOLD, 256 << 20); /* no page faults for memory just returned: 27 % */
    mallopt(M_TOP_PAD, 16 << 20);
    if (ngSpice_Init(on_line, NULL, on_end, NULL, NULL, NULL, e) != 0) leave(e, 1);
    command("set num_threads=1"); /* two OpenMP threads that spin cost up to 100x */
}

void gal__engine_serve(int fd, const char *directory) {
    static engine e; /* the callbacks outlive any frame */
    e.fd = fd;
    e.directory = directory;
    gal_buf frame;
    gal_buf_init(&frame);
    start_ngspice(&e);
    gal__wire_begin(&e.reply);
    gal__wire_end(&e.reply);
    send_reply(&e);
    while (gal__wire_receive(fd, &frame)) {
        gal_wire_reader job = {frame.data + GAL_WIRE_HEADER, frame.size - GAL_WIRE_HEADER, 0, 0};
        run_job(&e, &job);
        send_reply(&e);
        forget_job(&e);
        alarm(0);
    }
    leave(&e, 0);
}
