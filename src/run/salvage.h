/* Damaged images: the rows that are there, and the rest in the background colour. */
#ifndef PNG2BMP_SALVAGE_H
#define PNG2BMP_SALVAGE_H

#include "base/cancel.h"
#include "target.h"

/* Whether the error is in the image's data, not out of memory or a mistake of the caller. */
bool salvage_is_damage(png2bmp_status status);

/* Writes the rows from `from` on in the background colour, and hands them on. */
png2bmp_status salvage_fill(const png2bmp_plan *plan, row_target *target, uint32_t from,
                            cancel_check *cancel);

#endif
