/*
 * A whole conversion that is fed, for the programs that compare it with one in memory. Each piece
 * of the PNG is an allocation of its own, which is overwritten and freed when it was taken.
 */
#ifndef PNG2BMP_TEST_FED_H
#define PNG2BMP_TEST_FED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/opaque.h"

typedef struct fed {
    png2bmp_status status;
    uint8_t       *bmp; /* `size` bytes, once the header has come */
    size_t         size;
    const char    *wrong; /* a promise that was not kept; NULL: none */

    bool     in_strips, is_in_order; /* rows come as they are in the file */
    uint64_t next;                   /* where the next piece then belongs */

    png2bmp_feed *feed;
    unsigned      pause_every; /* that many pieces of the BMP; 0: never */
    unsigned      pieces;      /* since it has paused */
    unsigned      pauses;
    bool          has_paused; /* so no piece may come */
} fed;

/* How pieces are cut: the size of the next one, at least 1 and at most `most`. */
typedef size_t (*fed_cut)(void *user, size_t most);

static inline void *fed_memory(size_t size)
{
    void *const memory = malloc(size ? size : 1);

    if (!memory)
        abort();
    memset(memory, 0xb7, size);
    return memory;
}

/* Rows of an image that is flipped come from the last one up, unless they are resized. */
static inline bool fed_goes_up(const png2bmp_plan *plan)
{
    return plan->turn.flips && plan->options.width == 0 && plan->options.height == 0;
}

static inline png2bmp_status fed_begin(void *user, const png2bmp_plan *plan, uint8_t **bmp)
{
    fed *const f = user;

    if (f->bmp)
        f->wrong = "the plan comes twice";
    f->is_in_order = plan->options.top_down != fed_goes_up(plan);
    f->size = (size_t)png2bmp_plan_bmp(plan)->byte_length;
    f->bmp = fed_memory(f->size);
    if (!f->in_strips)
        *bmp = f->bmp;
    if (f->pause_every) /* the headers may follow */
        png2bmp_feed_pause(f->feed);
    return PNG2BMP_OK;
}

static inline png2bmp_status fed_write(void *user, const uint8_t *bytes, size_t size,
                                       uint64_t offset)
{
    fed *const f = user;

    if (!f->in_strips || !f->bmp || offset > f->size || size > f->size - offset) {
        f->wrong = "a piece of the BMP is not in it";
        return PNG2BMP_ERR_FILE;
    }
    if (f->is_in_order && offset != f->next)
        f->wrong = "a BMP does not come in its order";
    if (f->has_paused)
        f->wrong = "a piece of the BMP comes while it is paused";
    if (f->pause_every && ++f->pieces >= f->pause_every) {
        f->has_paused = true;
        png2bmp_feed_pause(f->feed);
    }
    f->next = offset + size;
    memcpy(f->bmp + offset, bytes, size);
    return PNG2BMP_OK;
}

/* Until it is not paused any more. */
static inline void fed_go_on(fed *f)
{
    while (!f->status && png2bmp_feed_is_paused(f->feed)) {
        f->has_paused = false;
        f->pieces = 0;
        f->pauses++;
        f->status = png2bmp_feed_bytes(f->feed, NULL, 0);
    }
}

/* strip_bytes: 0: into memory. pause_every: as above. The caller frees the BMP. */
static inline fed fed_convert(const uint8_t *png, size_t size, const png2bmp_options *options,
                              size_t strip_bytes, unsigned pause_every, fed_cut cut, void *user,
                              png2bmp_report *report)
{
    fed                f = {.in_strips = strip_bytes > 0, .pause_every = pause_every};
    const png2bmp_sink sink = {fed_begin, fed_write, &f, strip_bytes};

    f.feed = png2bmp_feed_new(options, size, &sink, NULL, report);
    if (!f.feed)
        abort();
    for (size_t at = 0, n; at < size && !f.status; at += n) {
        uint8_t *piece;

        n = cut(user, size - at);
        piece = fed_memory(n);
        memcpy(piece, png + at, n);
        f.status = png2bmp_feed_bytes(f.feed, piece, n);
        fed_go_on(&f);
        memset(piece, 0xee, n);
        free(piece);
    }
    if (f.status && png2bmp_feed_bytes(f.feed, png, size) != f.status)
        f.wrong = "an error is not that of each call";
    f.status = png2bmp_feed_finish(f.feed);
    fed_go_on(&f);
    png2bmp_feed_free(f.feed);
    return f;
}

#endif
