/* With `salvage`: chunks whose length or type is damaged. */
#ifndef PNG2BMP_MEND_H
#define PNG2BMP_MEND_H

#include "chunk.h"

/* Reads the chunks of a file in their order. */
typedef struct mender {
    const png_file *file;
    uint64_t        budget; /* bytes whose CRC may be computed: a bound on the time */
} mender;

typedef enum mending {
    MEND_NOTHING,  /* the chunk is as the file has it */
    MEND_REPAIRED, /* its length or type was wrong; its CRC says that the new ones are right */
    MEND_SKIPPED   /* the chunk extends to the next plausible one, and its type is 0 */
} mending;

mender mend_open(const png_file *file);

/* As chunk_read, without messages. With `salvage` a chunk whose header or CRC is wrong is compared
 * with what follows: the next plausible chunk (type, length, CRC) says how long it was. Finds it in
 * time that is linear in the rest of the file. PNG2BMP_ERR_CANCELLED, which is reported: it was
 * given up. */
png2bmp_status mend_read(mender *m, size_t offset, chunk *c, mending *what);

/* The warning about a chunk that was repaired or skipped. */
png2bmp_status mend_report(const png_file *file, const chunk *c, mending what);

#endif
