/* Runs a libFuzzer target over the files of a corpus directory, without a fuzzer. */
#include "base/file.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv) {
    long runs = 0;
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (!dir) return fprintf(stderr, "cannot open %s\n", argv[i]), 1;
        for (struct dirent *entry; (entry = readdir(dir));) {
            char path[4096];
            if (entry->d_name[0] == '.') continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            gal_file file;
            gal_error err = {0};
            if (gal_file_read(&file, path, 0, &err) != GAL_OK)
                return fprintf(stderr, "%s: %s\n", path, err.message), 1;
            LLVMFuzzerTestOneInput((const uint8_t *)file.data, file.size);
            gal_file_clear(&file);
            runs++;
        }
        closedir(dir);
    }
    printf("%ld corpus files replayed\n", runs);
    return runs == 0;
}
