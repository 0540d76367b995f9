#include "cli/plot.h"

#include "base/file.h"
#include <signal.h>
#include <stdio.h>

int cli_can_plot(const char *path) {
    if (!path) return 1;
    int ok = gal_path_has_ending(path, ".png") || gal_path_has_ending(path, ".svg");
    for (const char *p = path; *p; p++) ok = ok && (unsigned char)*p >= ' ';
    if (!ok) fputs("galena: --plot FILE: expected a name in one line, .png or .svg\n", stderr);
    return ok;
}

/* In gnuplot's single quotes only the quote itself is special: it is doubled. A name that begins
 * with '|' would be a command. */
static void put_quoted(gal_buf *text, const char *path) {
    gal_buf_text(text, *path == '|' ? "'./" : "'");
    for (; *path; path++) gal_buf_printf(text, *path == '\'' ? "''" : "%c", *path);
    gal_buf_text(text, "'\n");
}

gal_status cli_plot(const char *path, int width, int height, const gal_buf *commands,
                    gal_error *err) {
    gal_buf head;
    gal_buf_init(&head);
    gal_buf_printf(&head, "set terminal %s size %d,%d\nset output ",
                   gal_path_has_ending(path, ".png") ? "pngcairo" : "svg", width, height);
    put_quoted(&head, path);
    gal_status status = gal_buf_ok(&head, err);
    if (status == GAL_OK) status = gal_buf_ok(commands, err);
    if (status == GAL_OK) {
        signal(SIGPIPE, SIG_IGN);
        FILE *pipe = popen("gnuplot", "w");
        if (pipe) fwrite(head.data, 1, head.size, pipe);
        if (pipe) fwrite(commands->data, 1, commands->size, pipe);
        if (!pipe || pclose(pipe) != 0)
            status = gal_fail(err, GAL_EIO, "%s: gnuplot failed: is package gnuplot-nox installed?",
                              path);
    }
    gal_buf_clear(&head);
    return status;
}
