/* The ICC profile of a PNG (its iCCP chunk), as it is embedded in a BMP (options.profile), and as
 * it is read to convert colours (options.color_space). */
#ifndef PNG2BMP_PROFILE_H
#define PNG2BMP_PROFILE_H

#include "base/sink.h"
#include "png/png.h"

/* Reads the profile once: sets its length and intent in plan->bmp, whose layout must be there, and
 * adds it to byte_length. A profile that cannot be embedded is left out with a warning. */
png2bmp_status profile_plan(png2bmp_plan *plan, const png_file *file);

/* How much of the data of the chunk has to be kept of a file that is fed; 0: none. */
size_t profile_most_kept(const png2bmp_options *options);

/* How much was: part of the memory of the plan. */
uint64_t profile_kept_bytes(const png_file *file);

/* Reads the profile at about.icc_at whole: `size` bytes, 132 or more, which the caller frees. An
 * error if that takes more than options.max_memory. */
typedef struct profile_bytes {
    uint8_t    *bytes; /* NULL: there are none, since: */
    size_t      size;
    const char *defect; /* what is wrong with it; NULL: the chunk has a wrong CRC */
} profile_bytes;

png2bmp_status profile_read(const png2bmp_plan *plan, const png_file *file, profile_bytes *profile);

/* Bytes that profile_plan and profile_write allocate at most. */
uint64_t profile_memory(const png2bmp_plan *plan);

/* Writes the profile again, after the last row. It is an error if the PNG has changed since the
 * plan, so that there are fewer bytes. Does nothing without a profile. */
png2bmp_status profile_write(const png2bmp_plan *plan, const png_file *file, byte_sink sink);

#endif
