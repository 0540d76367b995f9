/* Classes and case of ASCII characters, whatever the locale. */
#ifndef GAL_BASE_ASCII_H
#define GAL_BASE_ASCII_H

static inline int gal_is_digit(char c) {
    return c >= '0' && c <= '9';
}
static inline int gal_is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/* Of an identifier: letters, digits and '_'. */
static inline int gal_is_word(char c) {
    return gal_is_letter(c) || gal_is_digit(c) || c == '_';
}
static inline char gal_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

#endif
