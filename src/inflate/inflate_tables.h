/* Code lengths in, decode tables out: RFC 1951, section 3.2.2. The entries: inflate_state.h. */
#ifndef PNG2BMP_INFLATE_TABLES_H
#define PNG2BMP_INFLATE_TABLES_H

#include "inflate_state.h"

/* The code lengths of a block's two alphabets, 0 for symbols without a code. */
typedef struct code_lengths {
    uint8_t litlen[LITLEN_SYMBOLS];
    uint8_t distance[DISTANCE_SYMBOLS];
} code_lengths;

/* The tables of a block. False: the lengths are not a valid code. */
bool inflate_build_codes(inflater *z, const code_lengths *lengths);

/* The lengths of the fixed codes, and their tables. */
void inflate_fixed_lengths(code_lengths *lengths);
void inflate_use_fixed_codes(inflater *z);

/* The same, ready-made: inflate_fixed.c. */
enum {
    FIXED_LITLEN_ENTRIES = 512
};
extern const uint32_t inflate_fixed_litlen[FIXED_LITLEN_ENTRIES];
extern const uint32_t inflate_fixed_distance[1 << DISTANCE_ROOT];

/* The table of the precode, from a length for each of `symbols` symbols (at most
 * PRECODE_SYMBOLS + 5). Its entries: the symbol from bit 16 on, and the length of its code. */
bool inflate_build_precode(precode *code, const uint8_t *lengths, unsigned symbols);

#endif
