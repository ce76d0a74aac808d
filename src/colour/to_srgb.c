#include "to_srgb.h"

#include "base/bytes.h"
#include "curve.h"

/* ---- Which function ------------------------------------------------------------------ */

srgb_kind srgb_kind_of(const png2bmp_png_info *png, bool key_matters)
{
    const png2bmp_color_type type = png->color_type;

    if (type == PNG2BMP_GRAY)
        return key_matters ? SRGB_gray16_key : SRGB_gray16;
    if (png->bit_depth == 8)
        return type == PNG2BMP_GRAY_ALPHA  ? SRGB_gray_alpha8
               : type == PNG2BMP_RGB_ALPHA ? SRGB_rgba8
               : key_matters               ? SRGB_rgb8_key
                                           : SRGB_rgb8;
    return type == PNG2BMP_GRAY_ALPHA  ? SRGB_gray_alpha16
           : type == PNG2BMP_RGB_ALPHA ? SRGB_rgba16
           : key_matters               ? SRGB_rgb16_key
                                       : SRGB_rgb16;
}

png2bmp_color_type srgb_color_type(const png2bmp_png_info *png, bool key_matters)
{
    if (!key_matters)
        return png->color_type;
    return png->color_type == PNG2BMP_GRAY ? PNG2BMP_GRAY_ALPHA : PNG2BMP_RGB_ALPHA;
}

/* ---- Tables -------------------------------------------------------------------------- */

#define BYTES_PARTS (3 * 256 * sizeof(uint64_t))
#define BYTES_LIGHT (65536 * sizeof(uint16_t))
#define BYTES_STEPS ((SRGB_STEPS + 8) * sizeof(uint16_t)) /* 0 to SRGB_STEPS, likewise */

uint64_t srgb_memory(const png2bmp_plan *plan)
{
    const png2bmp_png_info *png = &plan->png;

    if (color_type_is_gray(png->color_type))
        return png->bit_depth == 8 ? 256 : BYTES_LIGHT;
    return png->bit_depth == 8 ? BYTES_PARTS + SRGB_PLACES : 3 * BYTES_LIGHT + BYTES_STEPS;
}

static int32_t rounded(double v)
{
    return (int32_t)(v < 0 ? v - 0.5 : v + 0.5);
}

static void fill_light8(double light[3][256], const color_space *space)
{
    for (unsigned i = 0; i < 3; i++)
        if (i > 0 && curve_equals(&space->curves[i], &space->curves[0]))
            memcpy(light[i], light[0], sizeof light[0]);
        else
            for (unsigned v = 0; v < 256; v++)
                light[i][v] = curve_at(&space->curves[i], v / 255.0);
}

/* What a channel adds to the three fields: the first also the bias, and half a place, to round. A
 * part may be negative, and borrows from the fields above: their sum is right. */
static void fill_parts(uint64_t (*parts)[256], const color_space *space)
{
    const double unit = (double)SRGB_LIGHT * (1 << SRGB_FRACTION);
    const double first = (SRGB_BELOW + 0.5) * (1 << SRGB_FRACTION);
    double       light[3][256];

    fill_light8(light, space);
    for (unsigned from = 0; from < 3; from++)
        for (unsigned v = 0; v < 256; v++) {
            parts[from][v] = 0;
            for (unsigned to = 0; to < 3; to++) {
                const double part = light[from][v] * space->matrix.m[to][from] * unit;

                parts[from][v] += (uint64_t)(int64_t)rounded(part + (from == 0 ? first : 0))
                                  << SRGB_FIELD * to;
            }
        }
}

/* From the light on that is nearer to a sample than to the one below. */
static void fill_from_light(uint8_t *table)
{
    const color_curve curve = curve_srgb();
    size_t            at = 0;

    for (unsigned v = 0; v < 255; v++) {
        const double end = SRGB_BELOW + curve_at(&curve, (v + 0.5) / 255) * SRGB_LIGHT;
        const size_t next = (size_t)end + 1;

        memset(table + at, (int)v, next - at);
        at = next;
    }
    memset(table + at, 255, SRGB_PLACES - at);
}

static uint16_t sample16(double v)
{
    return (uint16_t)(v < 1 ? v * 65535 + 0.5 : 65535);
}

/* Curves bend most where it is dark: there the light of each sample is computed, elsewhere of one
 * in 15, of which 65535 is a multiple, and straight lines connect them. */
typedef double (*curve_fn)(const color_curve *curve, double x);

static void fill_curve16(uint16_t *table, const color_curve *curve, curve_fn at)
{
    enum {
        STEP = 15,
        DARK = 68 * STEP
    };
    double from = at(curve, DARK / 65535.0);

    for (unsigned v = 0; v < DARK; v++)
        table[v] = sample16(at(curve, v / 65535.0));
    for (unsigned v = DARK; v < 65535; v += STEP) {
        const double to = at(curve, (v + STEP) / 65535.0);

        for (unsigned i = 0; i <= STEP; i++)
            table[v + i] = sample16(from + (to - from) * i / STEP);
        from = to;
    }
}

static void fill_steps(uint16_t *steps)
{
    for (unsigned i = 0; i < SRGB_STEPS + 8; i++)
        steps[i] = sample16(curve_to_srgb(16.0 * i / 65535));
}

static double through_light(const color_curve *curve, double x)
{
    return curve_to_srgb(curve_at(curve, x));
}

static void open_gray(srgb_tables *tables, const png2bmp_plan *plan, void *memory)
{
    const color_curve *curve = &plan->space.curves[0];
    uint8_t           *bytes = memory;

    tables->gray = memory;
    if (plan->png.bit_depth == 16)
        fill_curve16(memory, curve, through_light);
    else
        for (unsigned i = 0; i < 256; i++)
            bytes[i] = (uint8_t)(through_light(curve, i / 255.0) * 255 + 0.5);
}

static void open_rgb8(srgb_tables *tables, const png2bmp_plan *plan, void *memory)
{
    uint64_t(*parts)[256] = memory;
    uint8_t *from_light = (uint8_t *)memory + BYTES_PARTS;

    fill_parts(parts, &plan->space);
    fill_from_light(from_light);
    tables->parts = (const uint64_t(*)[256])parts;
    tables->from_light = from_light;
}

static void open_rgb16(srgb_tables *tables, const png2bmp_plan *plan, void *memory)
{
    const color_space *space = &plan->space;
    uint16_t          *light = memory, *steps = light + 3 * (size_t)65536;

    for (unsigned i = 0; i < 3; i++) {
        const bool is_first = i == 0 || !curve_equals(&space->curves[i], &space->curves[0]);

        if (is_first)
            fill_curve16(light + i * (size_t)65536, &space->curves[i], curve_at);
        tables->light[i] = is_first ? light + i * (size_t)65536 : light;
        for (unsigned k = 0; k < 3; k++)
            tables->matrix[i][k] = rounded(space->matrix.m[i][k] * 65536);
    }
    fill_steps(steps);
    tables->steps = steps;
}

srgb_tables srgb_open(const png2bmp_plan *plan, void *memory)
{
    srgb_tables tables = {.key = {plan->png.key[0], plan->png.key[1], plan->png.key[2]}};

    if (color_type_is_gray(plan->png.color_type))
        open_gray(&tables, plan, memory);
    else if (plan->png.bit_depth == 8)
        open_rgb8(&tables, plan, memory);
    else
        open_rgb16(&tables, plan, memory);
    return tables;
}

/* ---- Pixels ---------------------------------------------------------------------------- */

static ALWAYS_INLINE void convert8(uint8_t *dst, const uint8_t *src, const srgb_tables *tables)
{
    const uint64_t sum =
        tables->parts[0][src[0]] + tables->parts[1][src[1]] + tables->parts[2][src[2]];

    dst[0] = tables->from_light[sum >> SRGB_FRACTION & (SRGB_PLACES - 1)];
    dst[1] = tables->from_light[sum >> (SRGB_FIELD + SRGB_FRACTION) & (SRGB_PLACES - 1)];
    dst[2] = tables->from_light[sum >> (2 * SRGB_FIELD + SRGB_FRACTION) & (SRGB_PLACES - 1)];
}

static uint32_t within16(int64_t v)
{
    return v < 0 ? 0 : v > 65535 ? 65535 : (uint32_t)v;
}

static void store_be16(uint8_t *dst, uint32_t v)
{
    dst[0] = (uint8_t)(v >> 8);
    dst[1] = (uint8_t)v;
}

static ALWAYS_INLINE void convert16(uint8_t *dst, const uint8_t *src, const srgb_tables *tables)
{
    int64_t light[3];

    for (size_t i = 0; i < 3; i++)
        light[i] = tables->light[i][load_be16(src + 2 * i)];
    for (size_t i = 0; i < 3; i++) {
        const int32_t  *row = tables->matrix[i];
        const int64_t   sum = row[0] * light[0] + row[1] * light[1] + row[2] * light[2] + 32768;
        const uint32_t  at = within16(sum >> 16);
        const uint16_t *step = tables->steps + at / 16;

        store_be16(dst + 2 * i, step[0] + (((uint32_t)step[1] - step[0]) * (at % 16) + 8) / 16);
    }
}

static ALWAYS_INLINE void convert_gray8(uint8_t *dst, const uint8_t *src, const srgb_tables *tables)
{
    const uint8_t *gray = tables->gray;

    *dst = gray[*src];
}

static ALWAYS_INLINE void convert_gray16(uint8_t *dst, const uint8_t *src,
                                         const srgb_tables *tables)
{
    const uint16_t *gray = tables->gray;

    store_be16(dst, gray[load_be16(src)]);
}

static ALWAYS_INLINE bool is_key(const uint8_t *src, unsigned samples, unsigned bytes,
                                 const srgb_tables *tables)
{
    for (unsigned i = 0; i < samples; i++) {
        if ((bytes == 1 ? src[i] : load_be16(src + 2 * i)) != tables->key[i])
            return false;
    }
    return true;
}

typedef enum row_alpha {
    ALPHA_NONE,
    ALPHA_COPY,
    ALPHA_OF_KEY
} row_alpha;

typedef void (*convert_fn)(uint8_t *dst, const uint8_t *src, const srgb_tables *tables);

/* A row of pixels that have `samples` of light of `bytes` each, and perhaps alpha. The loop has a
 * copy of its own: the caller's tables may overlap dst, as far as compilers know, and would be read
 * again for each pixel. */
static ALWAYS_INLINE void convert_row(uint8_t *dst, const uint8_t *src, size_t width,
                                      const srgb_tables *tables, convert_fn convert,
                                      unsigned samples, unsigned bytes, row_alpha alpha)
{
    const size_t      light = (size_t)samples * bytes;
    const size_t      from = light + (alpha == ALPHA_COPY ? bytes : 0);
    const size_t      to = light + (alpha == ALPHA_NONE ? 0 : bytes);
    const srgb_tables own = *tables;

    for (size_t x = 0; x < width; x++, src += from, dst += to) {
        convert(dst, src, &own);
        if (alpha == ALPHA_COPY)
            memcpy(dst + light, src + light, bytes);
        if (alpha == ALPHA_OF_KEY)
            memset(dst + light, is_key(src, samples, bytes, &own) ? 0 : 255, bytes);
    }
}

#define DEFINE_ROW(name, convert, samples, bytes, alpha)                                           \
    void srgb_##name##_c(uint8_t *dst, const uint8_t *src, size_t width,                           \
                         const srgb_tables *tables)                                                \
    {                                                                                              \
        convert_row(dst, src, width, tables, convert, samples, bytes, alpha);                      \
    }
DEFINE_ROW(rgb8, convert8, 3, 1, ALPHA_NONE)
DEFINE_ROW(rgb8_key, convert8, 3, 1, ALPHA_OF_KEY)
DEFINE_ROW(rgba8, convert8, 3, 1, ALPHA_COPY)
DEFINE_ROW(rgb16, convert16, 3, 2, ALPHA_NONE)
DEFINE_ROW(rgb16_key, convert16, 3, 2, ALPHA_OF_KEY)
DEFINE_ROW(rgba16, convert16, 3, 2, ALPHA_COPY)
DEFINE_ROW(gray16, convert_gray16, 1, 2, ALPHA_NONE)
DEFINE_ROW(gray16_key, convert_gray16, 1, 2, ALPHA_OF_KEY)
DEFINE_ROW(gray_alpha8, convert_gray8, 1, 1, ALPHA_COPY)
DEFINE_ROW(gray_alpha16, convert_gray16, 1, 2, ALPHA_COPY)
