/* A feed for callers that cannot be called back, as JavaScript on another thread: it goes on in
 * steps, each of which is given memory for the next part of the BMP. */
#ifndef PNG2BMP_PUMP_H
#define PNG2BMP_PUMP_H

#include "base/opaque.h"
#include "base/sink.h"

/* What the pump needs to go on. */
typedef enum pump_state {
    PUMP_WANTS_INPUT,  /* the next bytes of the PNG: the last ones are used up */
    PUMP_WANTS_MEMORY, /* memory, for the same bytes or the same end */
    PUMP_IS_DONE       /* nothing: the BMP is complete */
} pump_state;

typedef struct pump {
    png2bmp_feed       *feed;
    png2bmp_report     *report;
    const png2bmp_plan *plan;       /* NULL: not yet known */
    bool                is_whole;   /* the BMP is converted in one piece of memory */
    bool                is_held;    /* and that counts for options.max_memory */
    uint64_t            left;       /* bytes of the BMP that have not left */
    size_t              piece_size; /* of the PNG, of the last step */
    bool                goes_on;    /* with the bytes that it had: PUMP_WANTS_MEMORY */

    uint8_t *memory; /* of this step; `used` bytes of it are written, in the order of the file */
    size_t   size, used;

    bool      is_placed; /* rows are written to `room`: in memory, or if they do not fit, in row */
    byte_room room;
    uint8_t  *row;
    uint8_t  *whole; /* is_whole: it must be the same in all steps */

    /* NULL, or what receives a whole, in strips if it need not be complete before it leaves: no
     * memory is given for it. To be set after pump_open. */
    byte_sink parts_of_whole;

    uint8_t *rest; /* of a piece that was longer than the memory */
    size_t   rest_size, rest_at;
} pump;

/* What a step is given. */
typedef struct pump_input {
    const uint8_t *bytes; /* after PUMP_WANTS_MEMORY the same as before, which have not moved */
    size_t         size;
    bool           is_last; /* the PNG ends with these bytes */
    uint8_t       *memory;  /* without a plan, any or NULL; a whole is not written to this one */
    size_t         memory_size;
} pump_input;

/*
 * wants_whole: the caller has the BMP in one piece in any case. Else its parts leave in the order
 * of the file where rows come in this order, and an embedded profile counts for
 * options.max_memory; where they do not, the whole does.
 *
 * png_size, control, report: as in png2bmp_feed_new; report and options are not NULL. An invalid
 * option is an error, and without wants_whole one that has no effect: there is somebody who made a
 * stream, to whom it is told before the PNG comes. To be closed in any case.
 */
png2bmp_status pump_open(pump *p, const png2bmp_options *options, uint64_t png_size,
                         bool wants_whole, const png2bmp_control *control, png2bmp_report *report);
png2bmp_status pump_step(pump *p, const pump_input *input, pump_state *state);
void           pump_close(pump *p);

/* Bytes of memory, when there is a plan: of a whole all, else for several parts. */
uint64_t pump_needed(const pump *p);

/* The most bytes of the next part: with less room it takes a step more. */
uint64_t pump_next(const pump *p);

/* The most bytes that a conversion allocates, with what is held of the BMP. */
uint64_t pump_memory(const pump *p);

#endif
