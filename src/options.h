/* Options: their defaults, and whether those that were given are any. */
#ifndef PNG2BMP_OPTIONS_H
#define PNG2BMP_OPTIONS_H

#include "png2bmp.h"

/* Fills `options` from what the caller has given, which may be NULL and may be of another size. */
png2bmp_status options_take(png2bmp_options *options, const png2bmp_options *given,
                            png2bmp_report *report);

/* An option that can do nothing for `format` is an error, so that nobody waits for what will not
 * come. Not for 'auto', whose format depends on the image. */
png2bmp_status options_check_effect(const png2bmp_options *options, png2bmp_format format,
                                    png2bmp_report *report);

#endif
