/* Whether two files hold the same bytes; a file that cannot be read fails the test. */
#ifndef GAL_TESTS_SAME_FILE_H
#define GAL_TESTS_SAME_FILE_H

#include "base/file.h"
#include <string.h>

static inline int same_file(const char *a, const char *b) {
    gal_file x, y;
    assert_int_equal(gal_file_read(&x, a, 0, NULL), GAL_OK);
    assert_int_equal(gal_file_read(&y, b, 0, NULL), GAL_OK);
    const int same = x.size == y.size && memcmp(x.data, y.data, x.size) == 0;
    gal_file_clear(&x);
    gal_file_clear(&y);
    return same;
}

#endif
