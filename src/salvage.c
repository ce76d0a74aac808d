#include "salvage.h"

#include <stdlib.h>
#include <string.h>

#include "colors.h"
#include "levels.h"
#include "pixel_way.h"
#include "report.h"
#include "rows.h"

bool salvage_is_damage(png2bmp_status status)
{
    return status == PNG2BMP_ERR_TRUNCATED || status == PNG2BMP_ERR_CHUNK ||
           status == PNG2BMP_ERR_CRC || status == PNG2BMP_ERR_ADLER32 ||
           status == PNG2BMP_ERR_ZLIB || status == PNG2BMP_ERR_DEFLATE ||
           status == PNG2BMP_ERR_FILTER;
}

/* The same BMP, from an RGB image. If it has a palette of its own, that is kept, and the nearest of
 * its colours is used. */
static png2bmp_plan plan_of_background(const png2bmp_plan *plan)
{
    const pixel_way way = pixel_way_of(plan);
    png2bmp_plan    background = *plan;

    background.png.bit_depth = 8;
    background.png.color_type = PNG2BMP_RGB;
    background.options.uncached = false;
    background.png.has_key = background.png.has_alpha = false;
    if (way.palette == PALETTE_OF_IMAGE) {
        uint8_t bgr[256][4];

        colors_palette(bgr, plan, &way);
        background.options.palette_entries = (uint16_t)plan->bmp.palette_entries;
        for (unsigned i = 0; i < plan->bmp.palette_entries; i++)
            for (unsigned channel = 0; channel < 3; channel++)
                background.options.palette[i][channel] = bgr[i][2 - channel];
    }
    return background;
}

static uint64_t line_bytes(const png2bmp_plan *plan)
{
    return 3 * (uint64_t)plan->png.width + KERNEL_SLACK;
}

uint64_t salvage_memory(const png2bmp_plan *plan)
{
    const png2bmp_plan background = plan_of_background(plan);

    return rows_steps(&background).memory + line_bytes(plan);
}

static void fill_line(uint8_t *rgb, size_t width, const uint8_t background[3])
{
    for (size_t x = 0; x < width; x++)
        memcpy(rgb + 3 * x, background, 3);
}

png2bmp_status salvage_fill(const png2bmp_plan *plan, row_target *target, uint32_t from,
                            png2bmp_report *report)
{
    const png2bmp_plan background = plan_of_background(plan);
    const uint32_t     width = plan->png.width, height = plan->png.height;
    const row_steps    steps = rows_steps(&background);
    const size_t       scratch = (size_t)steps.memory;
    uint8_t           *memory = malloc(scratch + (size_t)line_bytes(plan));
    png2bmp_status     status = PNG2BMP_OK;
    row_writer         writer;

    if (!memory)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    rows_open(&writer, &background, &steps, kernels_for(plan->options.cpu), memory);
    fill_line(memory + scratch, width, plan->options.background);
    for (uint32_t y = from; y < height && !status; y++) {
        uint8_t *dst = target_row(target, y);

        rows_write(&writer, dst, memory + scratch, width);
        rows_clear_padding(plan, dst);
        status = rows_hand_on(&writer, target, y + 1);
    }
    rows_flush(&writer);
    free(memory);
    return status;
}
