#include "salvage.h"

#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "bmp/bmp.h"
#include "cpu/levels.h"
#include "plan/background.h"

bool salvage_is_damage(png2bmp_status status)
{
    return status == PNG2BMP_ERR_TRUNCATED || status == PNG2BMP_ERR_CHUNK ||
           status == PNG2BMP_ERR_CRC || status == PNG2BMP_ERR_ADLER32 ||
           status == PNG2BMP_ERR_ZLIB || status == PNG2BMP_ERR_DEFLATE ||
           status == PNG2BMP_ERR_FILTER;
}

static void fill_line(uint8_t *rgb, size_t width, const png2bmp_plan *plan)
{
    const uint8_t *const background = plan->options.background;

    if (background_is_hole(plan))
        memset(rgb, 0, 4 * width);
    for (size_t x = 0; x < width && !background_is_hole(plan); x++)
        memcpy(rgb + 3 * x, background, 3);
}

png2bmp_status salvage_open(salvage_filler *filler, const png2bmp_plan *plan, uint32_t from,
                            cancel_check *cancel)
{
    row_steps steps;
    size_t    scratch;

    filler->y = from;
    filler->background = background_of(plan);
    steps = steps_of(&filler->background);
    scratch = (size_t)steps.memory;
    filler->memory = malloc(scratch + (size_t)background_line_bytes(plan));
    if (!filler->memory)
        return report_plain_error(cancel->report, PNG2BMP_ERR_OUT_OF_MEMORY);
    filler->line = filler->memory + scratch;
    fill_line(filler->line, plan->bmp.width, plan);
    rows_open(&filler->writer, &filler->background, &steps, kernels_for(plan->options.cpu),
              filler->memory, cancel);
    filler->writer.above = from;
    return PNG2BMP_OK;
}

png2bmp_status salvage_row(salvage_filler *filler, row_target *target)
{
    const png2bmp_plan *plan = &filler->background;
    uint8_t            *dst = target_row(target, filler->y);

    rows_write(&filler->writer, dst, filler->line, plan->bmp.width);
    bmp_clear_padding(plan, dst);
    filler->y++;
    return rows_hand_on(&filler->writer, target, filler->y);
}

png2bmp_status salvage_finish(salvage_filler *filler, png2bmp_status status)
{
    const png2bmp_status flushed = rows_flush(&filler->writer);

    if (!status)
        status = cancel_status(filler->writer.cancel);
    return status ? status : flushed;
}

void salvage_close(salvage_filler *filler)
{
    free(filler->memory);
}

png2bmp_status salvage_all(const png2bmp_plan *plan, row_target *target, cancel_check *cancel)
{
    salvage_filler filler;
    png2bmp_status status = salvage_open(&filler, plan, 0, cancel);

    if (filler.memory) {
        while (!status && filler.y < plan->bmp.height)
            status = salvage_row(&filler, target);
        status = salvage_finish(&filler, status);
    }
    salvage_close(&filler);
    return status;
}
