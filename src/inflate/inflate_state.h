/*
 * The inflater's insides, shared by its careful part (inflate.c) and its fast
 * loop (inflate_fast.h, compiled once for each instruction set).
 */
#ifndef PNG2BMP_INFLATE_STATE_H
#define PNG2BMP_INFLATE_STATE_H

#include "base/bytes.h"
#include "inflate.h"

/* RFC 1951, sections 3.2.5 and 3.2.7. The fixed codes and the counts in a block header allow two
 * symbols more than have a meaning (286, 287; 30, 31). */
enum {
    WINDOW_SIZE = 32768,
    MAX_MATCH = 258,
    MAX_CODE_BITS = 15,
    LITLEN_SYMBOLS = 288,
    DISTANCE_SYMBOLS = 32,
    PRECODE_SYMBOLS = 19,
    MAX_PRECODE_BITS = 7,
    END_OF_BLOCK = 256
};

/*
 * A decode table is indexed by the next bits of the stream: first `root` bits; longer codes
 * continue in a sub-table after the root table.
 *
 * The sizes are the largest that any complete code with this many symbols and at most 15 bits needs
 * (computed by zlib's examples/enough.c): 288 symbols, 11 bits: 2342; 32 symbols, 8 bits: 402.
 * table_build checks the bound as well.
 */
enum {
    LITLEN_ROOT = 11,
    LITLEN_ENTRIES = 2342,
    DISTANCE_ROOT = 8,
    DISTANCE_MASK = (1 << DISTANCE_ROOT) - 1,
    DISTANCE_ENTRIES = 402
};

/*
 * Table entries.
 *
 *             bits 31..24      23..16        15..8                     7  6  5..0
 * literals    second literal   first         how many, 1 or 2          1  0  shift
 * match       literal before   length - 3    13..8: bits of the codes  0  0  shift
 * distance    base             of 16 bits    13..8: bits of the code   0  0  shift
 * sub-table   its start        of 16 bits    13..8: bits of its index  0  1  shift
 * end         -                -             13: 1                     0  1  shift
 *
 * The shift drops what the entry stands for from the bit buffer, extra bits
 * included. The fast loop keeps its bit count modulo 64, where it lies in 0..63
 * anyway, so a whole entry may be subtracted from it.
 *
 * If the index covers both codes, a match entry also carries the literal before
 * it (bit 14), which saves a lookup and an unpredictable branch. Pairs of
 * literals are merged for the same reason.
 */
#define ENTRY_LITERAL 0x80u
#define ENTRY_SPECIAL 0x40u
#define ENTRY_IS_END 0x2000u
#define ENTRY_END (ENTRY_SPECIAL | ENTRY_IS_END)
#define ENTRY_JOINED 0x4000u
#define ENTRY_SHIFT(entry) ((entry)&63u)
#define ENTRY_CODE_BITS(entry) (((entry) >> 8) & 63u)
#define ENTRY_LITERAL_COUNT(entry) (((entry) >> 8) & 0xFFu)
#define ENTRY_LENGTH(entry) (((entry) >> 16 & 0xFFu) + 3u)
#define ENTRY_LITERALS_BEFORE(entry) (((entry) >> 14) & 1u)

/*
 * Slack after the output limit: a step that starts below the limit may write nine literals and a
 * match beyond it, its copy may write 64 bytes too many, inflate_finish decodes one step beyond the
 * last scanline, and the kernels may read KERNEL_SLACK bytes more.
 */
enum {
    OUTPUT_SLACK = 1 + 9 + MAX_MATCH + 64 + KERNEL_SLACK
};

/* What comes next in the stream. Each stage takes nothing from the bit buffer before all of its
 * next step is there, and keeps in the inflater what it has taken: so it can be starved anywhere,
 * and go on. */
typedef enum inflate_stage {
    STAGE_ZLIB_HEADER,
    STAGE_BLOCK_HEADER,
    STAGE_STORED_HEADER, /* of a stored block: its length */
    STAGE_STORED,
    STAGE_CODE_COUNTS, /* of a dynamic block: how many lengths there are, */
    STAGE_PRECODE,     /* the code that they are sent in, */
    STAGE_CODE_LENGTHS,
    STAGE_CODES,
    STAGE_TRAILER, /* after the last block */
    STAGE_END
} inflate_stage;

/* The code in which the code lengths are sent. */
typedef struct precode {
    uint32_t table[1 << MAX_PRECODE_BITS];
    uint32_t mask;
} precode;

/* As much of a dynamic block's header as has been read: RFC 1951, section 3.2.7. */
typedef struct dynamic_header {
    unsigned litlens, distances, precodes; /* how many lengths are sent of each code */
    unsigned read; /* of the lengths of the precode, then of those of both alphabets */
    uint8_t  precode_lengths[PRECODE_SYMBOLS + 5];       /* of inflate_build_precode */
    uint8_t  lengths[LITLEN_SYMBOLS + DISTANCE_SYMBOLS]; /* of both alphabets, as one sequence */
    precode  precode;
} dynamic_header;

struct inflater {
    /* The bit buffer: bit_count bits, the next one lowest, followed by zeros. */
    uint64_t       bits;
    unsigned       bit_count; /* 0 to 63 */
    const uint8_t *in, *in_end;

    /* The output buffer: history, then scanlines not yet handed out, up to `out`. Matches may refer
     * to everything from `base` to `out`. Decoding stops at the first step that reaches `limit`. */
    uint8_t *base, *out, *limit;
    uint8_t *taken;  /* handed out up to here */
    uint8_t *summed; /* in the Adler-32 up to here */

    uint32_t litlen_mask;

    uint8_t       *buffer_end; /* OUTPUT_SLACK bytes follow */
    uint64_t       bytes_left; /* of total_bytes, not yet decoded */
    inflate_stage  stage;
    inflate_status status;
    bool source_empty, source_pauses, refill_is_cut, final_block, fixed_codes, has_surplus,
        check_adler, is_raw;
    uint32_t        stored_left; /* of the current stored block */
    uint32_t        adler, stored_adler;
    byte_source     source;
    inflate_fast_fn fast;

    /* See inflate_fetch. */
    const uint8_t *fetch_edge;
    uintptr_t      fetch_by; /* from a byte of output to the line that is fetched with it */
    bool           fetch_up;

    /* A dynamic block's header lies where the tables will be that are built from it: those of the
     * block before are not needed any more. */
    union {
        uint32_t       litlen[LITLEN_ENTRIES];
        dynamic_header header;
    };
    uint32_t distance[DISTANCE_ENTRIES];
};

/* Bytes of the span that the fast loop needs before a turn: two refills of seven bytes, and another
 * one reads eight. */
enum {
    FAST_INPUT = 24
};

/* The plain C fast loop; see inflate_fast.h. */
bool inflate_fast_c(struct inflater *z);

#endif
