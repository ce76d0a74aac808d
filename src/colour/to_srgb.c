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

bool srgb_is_narrowed_well(const color_space *space)
{
    const double end = SRGB_EVERY / 65535.0;

    for (unsigned i = 0; i < 3; i++) {
        const color_curve *curve = &space->curves[i];
        const double       line = (curve_at(curve, 0) + curve_at(curve, end)) / 2;
        const double off = 255 * (curve_to_srgb(curve_at(curve, end / 2)) - curve_to_srgb(line));

        if (!(off < 0.25 && off > -0.25))
            return false;
    }
    return true;
}

/* ---- Tables -------------------------------------------------------------------------- */

#define BYTES_PARTS(samples) (3 * (samples) * sizeof(uint64_t))
#define BYTES_LIGHT (65536 * sizeof(uint16_t))
#define BYTES_STEPS ((SRGB_STEPS + 8) * sizeof(uint16_t)) /* 0 to SRGB_STEPS, likewise */

uint64_t srgb_memory(const png2bmp_plan *plan, srgb_kind kind)
{
    const png2bmp_png_info *png = &plan->png;

    if (color_type_is_gray(png->color_type))
        return png->bit_depth == 8 ? 256 : BYTES_LIGHT;
    if (kind == SRGB_rgb16_to_rgb8)
        return BYTES_PARTS(SRGB_COARSE) + SRGB_PLACES;
    return png->bit_depth == 8 ? BYTES_PARTS(256) + SRGB_PLACES : 3 * BYTES_LIGHT + BYTES_STEPS;
}

static int32_t rounded(double v)
{
    return (int32_t)(v < 0 ? v - 0.5 : v + 0.5);
}

/* The light of R, G and B for the same sample. */
static void light_at(double light[3], const color_space *space, double x)
{
    light[0] = curve_at(&space->curves[0], x);
    for (unsigned i = 1; i < 3; i++)
        light[i] = curve_equals(&space->curves[i], &space->curves[0])
                       ? light[0]
                       : curve_at(&space->curves[i], x);
}

/* What a channel's light adds to the three fields, in which `unit` is 1; the first also adds the
 * bias. A part may be negative, and borrows from the fields above: their sum is right. */
static uint64_t part_of(double light, const color_space *space, unsigned from, double unit,
                        double bias)
{
    uint64_t part = 0;

    for (unsigned to = 0; to < 3; to++) {
        const double v = light * space->matrix.m[to][from] * unit + (from == 0 ? bias : 0);

        part += (uint64_t)(int64_t)rounded(v) << SRGB_FIELD * to;
    }
    return part;
}

/* The bias has half a place, to round. */
static void fill_parts(uint64_t *parts, const color_space *space)
{
    const double unit = (double)SRGB_LIGHT * (1 << SRGB_FRACTION);
    const double bias = (SRGB_BELOW + 0.5) * (1 << SRGB_FRACTION);
    double       light[3];

    for (unsigned v = 0; v < 256; v++) {
        light_at(light, space, v / 255.0);
        for (unsigned i = 0; i < 3; i++)
            parts[256 * i + v] = part_of(light[i], space, i, unit, bias);
    }
}

/* The last sample would be 65536: it lies on the line from the one before through 65535. */
static void fill_coarse_parts(uint64_t *parts, const color_space *space)
{
    double light[3], before[3] = {0, 0, 0};

    for (unsigned v = 0; v < SRGB_COARSE; v++) {
        const bool is_last = v == SRGB_COARSE - 1;

        light_at(light, space, is_last ? 1 : (double)SRGB_EVERY * v / 65535);
        for (unsigned i = 0; i < 3; i++) {
            if (is_last)
                light[i] += (light[i] - before[i]) / (SRGB_EVERY - 1);
            before[i] = light[i];
            parts[SRGB_COARSE * i + v] = part_of(light[i], space, i, SRGB_LIGHT, SRGB_BELOW);
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

/* samples: of each channel that have parts. */
static void open_sums(srgb_tables *tables, const color_space *space, void *memory, size_t samples)
{
    uint64_t *parts = memory;
    uint8_t  *from_light = (uint8_t *)memory + BYTES_PARTS(samples);

    if (samples == SRGB_COARSE)
        fill_coarse_parts(parts, space);
    else
        fill_parts(parts, space);
    fill_from_light(from_light);
    for (unsigned i = 0; i < 3; i++)
        tables->parts[i] = parts + i * samples;
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

srgb_tables srgb_open(const png2bmp_plan *plan, srgb_kind kind, void *memory)
{
    srgb_tables tables = {.key = {plan->png.key[0], plan->png.key[1], plan->png.key[2]}};

    if (color_type_is_gray(plan->png.color_type))
        open_gray(&tables, plan, memory);
    else if (plan->png.bit_depth == 8)
        open_sums(&tables, &plan->space, memory, 256);
    else if (kind == SRGB_rgb16_to_rgb8)
        open_sums(&tables, &plan->space, memory, SRGB_COARSE);
    else
        open_rgb16(&tables, plan, memory);
    return tables;
}

/* ---- Pixels ---------------------------------------------------------------------------- */

static ALWAYS_INLINE void put_sums(uint8_t *dst, uint64_t sum, const srgb_tables *tables)
{
    for (size_t i = 0; i < 3; i++)
        dst[i] = tables->from_light[sum >> (SRGB_FIELD * i + SRGB_FRACTION) & (SRGB_PLACES - 1)];
}

static ALWAYS_INLINE void convert8(uint8_t *dst, const uint8_t *src, const srgb_tables *tables)
{
    put_sums(dst, tables->parts[0][src[0]] + tables->parts[1][src[1]] + tables->parts[2][src[2]],
             tables);
}

/* Half a place in each field, to round. */
#define HALF ((uint64_t)1 << (SRGB_FRACTION - 1))
#define HALVES (HALF | HALF << SRGB_FIELD | HALF << 2 * SRGB_FIELD)

static ALWAYS_INLINE void narrow16(uint8_t *dst, const uint8_t *src, const srgb_tables *tables)
{
    uint64_t sum = HALVES;

    for (size_t i = 0; i < 3; i++) {
        const uint32_t  v = load_be16(src + 2 * i);
        const uint64_t *part = tables->parts[i] + v / SRGB_EVERY;

        sum += SRGB_EVERY * part[0] + v % SRGB_EVERY * (part[1] - part[0]);
    }
    put_sums(dst, sum, tables);
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

void srgb_rgb16_to_rgb8_c(uint8_t *dst, const uint8_t *src, size_t width, const srgb_tables *tables)
{
    const srgb_tables own = *tables; /* as in convert_row */

    for (size_t x = 0; x < width; x++)
        narrow16(dst + 3 * x, src + 6 * x, &own);
}
