#include "panel.h"

#include "base/bytes.h"

/* Rec. 601: 0.299 R + 0.587 G + 0.114 B. In 65536ths the weights still add up to one, so gray does
 * not change. */
static uint8_t luma(const uint8_t *bgr)
{
    return (uint8_t)((bgr[0] * 7471u + bgr[1] * 38470u + bgr[2] * 19595u + 32768u) >> 16);
}

void panel_luma(uint8_t *dst, const uint8_t *bgr, size_t width)
{
    for (size_t x = 0; x < width; x++)
        dst[x] = luma(bgr + 3 * x);
}

void panel_gray(uint8_t *bgr, size_t width)
{
    for (size_t x = 0; x < width; x++, bgr += 3)
        memset(bgr, luma(bgr), 3);
}

/* The nearest of max + 1 levels. */
static unsigned nearest_level(unsigned v, unsigned max)
{
    return (v * max + 127) / 255;
}

void panel_levels(uint8_t *dst, const uint8_t *bgr, size_t width, const uint8_t levels[3])
{
    const unsigned blue = levels[0], green = levels[1], red = levels[2];
    const unsigned green_at = blue + 1, red_at = green_at * (green + 1);

    for (size_t x = 0; x < width; x++, bgr += 3)
        store_le16(dst + 2 * x, (uint16_t)(nearest_level(bgr[2], red) * red_at +
                                           nearest_level(bgr[1], green) * green_at +
                                           nearest_level(bgr[0], blue)));
}

void panel_key(uint8_t *bgr, const uint8_t *bgra, size_t width, unsigned threshold,
               const uint8_t background[3])
{
    for (size_t x = 0; x < width; x++, bgr += 3, bgra += 4) {
        const uint8_t *color = bgra[3] >= threshold ? bgra : background;

        for (unsigned i = 0; i < 3; i++)
            bgr[i] = color[i];
    }
}

void panel_premultiply(uint8_t *pixels, size_t width)
{
    for (size_t x = 0; x < width; x++, pixels += 4) {
        for (unsigned i = 0; i < 3; i++)
            pixels[i] = (uint8_t)((pixels[i] * pixels[3] + 127u) / 255);
    }
}

void panel_pack(uint8_t *dst, const uint8_t *indices, size_t width, unsigned bits)
{
    const size_t per_byte = 8 / bits, whole = width / per_byte;

    if (bits == 4)
        for (size_t i = 0; i < whole; i++)
            dst[i] = (uint8_t)(indices[2 * i] << 4 | indices[2 * i + 1]);
    else
        for (size_t i = 0; i < whole; i++) {
            uint8_t byte = 0;

            for (size_t k = 0; k < per_byte; k++)
                byte = (uint8_t)(byte << bits | indices[per_byte * i + k]);
            dst[i] = byte;
        }
    if (width % per_byte) {
        dst[whole] = 0;
        for (size_t x = whole * per_byte; x < width; x++)
            dst[whole] |= (uint8_t)(indices[x] << (8 - bits * (x % per_byte + 1)));
    }
}
