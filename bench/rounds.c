/* For bench/palettes.js --rounds: chooses colours for the R G B bytes of standard input, and prints
 * the PSNR of the picture in them. Compiled with src/reduce/quantize.c and a number of
 * QUANTIZE_ROUNDS. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "reduce/nearest.h"
#include "reduce/quantize.h"

static uint8_t *read_all(size_t *size)
{
    size_t   room = 1 << 20;
    uint8_t *data = malloc(room);

    *size = 0;
    for (;;) {
        *size += data ? fread(data + *size, 1, room - *size, stdin) : 0;
        if (!data || *size < room)
            return data;
        data = realloc(data, room *= 2);
    }
}

static double squared_error(const uint8_t *rgb, size_t size, nearest *palette)
{
    double sum = 0;

    for (size_t i = 0; i + 2 < size; i += 3) {
        const int      bgr16[3] = {16 * rgb[i + 2], 16 * rgb[i + 1], 16 * rgb[i]};
        const int16_t *color = nearest_number(palette, nearest_of(palette, bgr16));

        for (unsigned channel = 0; channel < 3; channel++)
            sum += (bgr16[channel] - color[channel]) * (bgr16[channel] - color[channel]) / 256.0;
    }
    return sum;
}

int main(int argc, char **argv)
{
    const unsigned wanted = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 256;
    uint8_t        palette[256][3];
    size_t         size;
    uint8_t       *rgb = read_all(&size);
    const unsigned count = rgb ? quantize(palette, rgb, size / 3, wanted, NULL) : 0;
    void          *memory = malloc(nearest_memory(256));
    light_scale    scale;

    if (!count || !memory)
        return 1;
    light_open(&scale, false);
    printf("%.4f\n",
           10 * log10(255.0 * 255 * (double)size /
                      squared_error(rgb, size, nearest_open(memory, palette, count, &scale))));
    free(memory);
    free(rgb);
    return 0;
}
