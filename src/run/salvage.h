/* Damaged images: the rows that are there, and the rest in the background colour. */
#ifndef PNG2BMP_SALVAGE_H
#define PNG2BMP_SALVAGE_H

#include "base/cancel.h"
#include "rows.h"

/* Whether the error is in the image's data, not out of memory or a mistake of the caller. */
bool salvage_is_damage(png2bmp_status status);

/* Writes rows in the background colour, and hands them on. */
typedef struct salvage_filler {
    uint32_t     y; /* the next row */
    png2bmp_plan background;
    row_writer   writer;
    uint8_t     *memory; /* the writer's, and */
    uint8_t     *line;   /* of R G B */
} salvage_filler;

/* From row `from` on. The filler must not move until salvage_close, which must be called in any
 * case. */
png2bmp_status salvage_open(salvage_filler *filler, const png2bmp_plan *plan, uint32_t from,
                            cancel_check *cancel);
png2bmp_status salvage_row(salvage_filler *filler, row_target *target);
void           salvage_close(salvage_filler *filler);

/* After the last row, or the first failure: the status of them all. */
png2bmp_status salvage_finish(salvage_filler *filler, png2bmp_status status);

/* All rows at once. */
png2bmp_status salvage_all(const png2bmp_plan *plan, row_target *target, cancel_check *cancel);

#endif
