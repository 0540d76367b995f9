/* Finding this program's simulation processes, to kill one. */
#ifndef GAL_TESTS_CHILD_H
#define GAL_TESTS_CHILD_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The process id of a child of this program, by /proc; 0 when there is none. */
static inline pid_t find_child(void) {
    DIR *list = opendir("/proc");
    pid_t found = 0;
    for (struct dirent *entry; list && (entry = readdir(list));) {
        char path[300], line[512] = "";
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
        if (!file) continue;
        const char *tail = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
        fclose(file);
        int parent = 0;
        if (tail && sscanf(tail, ") %*c %d", &parent) == 1 && parent == (int)getpid())
            found = (pid_t)atoi(entry->d_name);
    }
    if (list) closedir(list);
    return found;
}

#endif
