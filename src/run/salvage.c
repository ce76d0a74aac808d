#include "salvage.h"

#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "cpu/levels.h"
#include "plan/background.h"
#include "rows.h"

bool salvage_is_damage(png2bmp_status status)
{
    return status == PNG2BMP_ERR_TRUNCATED || status == PNG2BMP_ERR_CHUNK ||
           status == PNG2BMP_ERR_CRC || status == PNG2BMP_ERR_ADLER32 ||
           status == PNG2BMP_ERR_ZLIB || status == PNG2BMP_ERR_DEFLATE ||
           status == PNG2BMP_ERR_FILTER;
}

static void fill_line(uint8_t *rgb, size_t width, const uint8_t background[3])
{
    for (size_t x = 0; x < width; x++)
        memcpy(rgb + 3 * x, background, 3);
}

png2bmp_status salvage_fill(const png2bmp_plan *plan, row_target *target, uint32_t from,
                            cancel_check *cancel)
{
    const png2bmp_plan background = background_of(plan);
    const uint32_t     width = plan->png.width, height = plan->png.height;
    const row_steps    steps = steps_of(&background);
    const size_t       scratch = (size_t)steps.memory;
    uint8_t           *memory = malloc(scratch + (size_t)background_line_bytes(plan));
    png2bmp_status     status = PNG2BMP_OK, flushed;
    row_writer         writer;

    if (!memory)
        return report_plain_error(cancel->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    rows_open(&writer, &background, &steps, kernels_for(plan->options.cpu), memory, cancel);
    writer.above = from;
    fill_line(memory + scratch, width, plan->options.background);
    for (uint32_t y = from; y < height && !status; y++) {
        uint8_t *dst = target_row(target, y);

        rows_write(&writer, dst, memory + scratch, width);
        bmp_clear_padding(plan, dst);
        status = rows_hand_on(&writer, target, y + 1);
    }
    flushed = rows_flush(&writer);
    free(memory);
    if (!status)
        status = cancel_status(cancel);
    return status ? status : flushed;
}
