/* Copies of matches at distances below 16: 32 bytes of the repeated pattern at a time. */
#ifndef PNG2BMP_INFLATE_REPEATS_H
#define PNG2BMP_INFLATE_REPEATS_H

#include <stdint.h>

/* Row d: 0 to d-1 repeated, to shuffle the bytes of a match at distance d. */
#define TIMES32(f, d)                                                                              \
    f(0, d), f(1, d), f(2, d), f(3, d), f(4, d), f(5, d), f(6, d), f(7, d), f(8, d), f(9, d),      \
        f(10, d), f(11, d), f(12, d), f(13, d), f(14, d), f(15, d), f(16, d), f(17, d), f(18, d),  \
        f(19, d), f(20, d), f(21, d), f(22, d), f(23, d), f(24, d), f(25, d), f(26, d), f(27, d),  \
        f(28, d), f(29, d), f(30, d), f(31, d)
#define MODULO(i, d) (i) % (d)
#define ROW(d)                                                                                     \
    {                                                                                              \
        TIMES32(MODULO, d)                                                                         \
    }
static const uint8_t repeat_order[16][32] = {ROW(1),  ROW(1),  ROW(2),  ROW(3), ROW(4),  ROW(5),
                                             ROW(6),  ROW(7),  ROW(8),  ROW(9), ROW(10), ROW(11),
                                             ROW(12), ROW(13), ROW(14), ROW(15)};

/* How many of the 32 bytes are whole repetitions. */
static const uint8_t repeat_steps[16] = {32, 32, 32, 30, 32, 30, 30, 28,
                                         32, 27, 30, 22, 24, 26, 28, 30};

#undef ROW
#undef MODULO
#undef TIMES32

#endif
