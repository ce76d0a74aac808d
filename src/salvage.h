/* What becomes of a damaged image: the rows that are there, and the rest in the colour of the
 * background. */
#ifndef PNG2BMP_SALVAGE_H
#define PNG2BMP_SALVAGE_H

#include "target.h"

/* Whether the error is one of the image's data, and not of memory or the caller. */
bool salvage_is_damage(png2bmp_status status);

/* Bytes that salvage_fill allocates. */
uint64_t salvage_memory(const png2bmp_plan *plan);

/* Writes rows `from` to the last in the background's colour. Flushes them as they come, if `flush`.
 */
png2bmp_status salvage_fill(const png2bmp_plan *plan, row_target *target, uint32_t from, bool flush,
                            png2bmp_report *report);

#endif
