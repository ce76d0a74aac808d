/* Options: their defaults, and whether given ones are valid. */
#ifndef PNG2BMP_OPTIONS_H
#define PNG2BMP_OPTIONS_H

#include "base/opaque.h"

/* Fills `options` from those of the caller, which may be NULL and may have another size. */
png2bmp_status options_take(png2bmp_options *options, const png2bmp_options *given,
                            png2bmp_report *report);

/* An option that has no effect on options->format is an error, since ignoring it would hide a
 * mistake. The image does not matter: 'auto' refuses what not all of its formats would use. */
png2bmp_status options_check_effect(const png2bmp_options *options, png2bmp_report *report);

#endif
