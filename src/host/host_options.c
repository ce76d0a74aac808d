#include "host_options.h"

#include <string.h>

#include "cpu/levels.h"

static const char *host_format_name(uint32_t i)
{
    return png2bmp_format_name((png2bmp_format)i);
}

/* The names of a choice. */
#define CHOICE(name, field, scope, count, ...)                                                     \
    static const char *names_of_##field(uint32_t i)                                                \
    {                                                                                              \
        static const char *const names[count] = {__VA_ARGS__};                                     \
                                                                                                   \
        return i < (count) ? names[i] : NULL;                                                      \
    }
#define OTHER(...)
OPTION_TABLE_ALL(CHOICE, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER)
#undef CHOICE
#undef OTHER

#define FIELD(field)                                                                               \
    .offset = offsetof(png2bmp_options, field), .size = sizeof((png2bmp_options *)0)->field
#define NAMES(name, field, scope, count, names)                                                    \
    {name, HOST_CHOICE, FIELD(field), .choice = names, .most = count - 1},
#define CHOICE(name, field, scope, count, ...) NAMES(name, field, scope, count, names_of_##field)
#define FLAG(name, field, scope, initial) {name, HOST_FLAG, FIELD(field), .most = 1},
#define NUMBER(name, field, scope, initial, from, to)                                              \
    {name, HOST_NUMBER, FIELD(field), .least = (from), .most = (to)},
#define LIMIT(name, field, scope, initial) {name, HOST_LIMIT, FIELD(field)},
#define COLOR(name, field, scope, ...) {name, HOST_COLOR, FIELD(field), .most = 0xffffff},
#define PALETTE(...)

const host_option host_options_all[HOST_OPTIONS_COUNT] = {
    OPTION_TABLE_ALL(CHOICE, NAMES, FLAG, NUMBER, LIMIT, COLOR, PALETTE)};

/* ---- A field, whatever its type ------------------------------------------------ */

/* Enums are unsigned, and bool is a byte: an integer of the field's size can hold its value. */
static void put(png2bmp_options *options, const host_option *row, uint64_t value)
{
    uint8_t *field = (uint8_t *)options + row->offset;

    if (row->kind == HOST_COLOR) {
        for (unsigned i = 0; i < 3; i++)
            field[i] = (uint8_t)(value >> (16 - 8 * i));
    } else if (row->size == sizeof(uint8_t)) {
        *field = (uint8_t)value;
    } else if (row->size == sizeof(uint16_t)) {
        memcpy(field, &(uint16_t){(uint16_t)value}, sizeof(uint16_t));
    } else if (row->size == sizeof(uint32_t)) {
        memcpy(field, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
    } else {
        memcpy(field, &value, sizeof value);
    }
}

static uint64_t get(const png2bmp_options *options, const host_option *row)
{
    const uint8_t *field = (const uint8_t *)options + row->offset;
    uint16_t       value16;
    uint32_t       value32;
    uint64_t       value64;

    if (row->kind == HOST_COLOR)
        return (uint32_t)field[0] << 16 | (uint32_t)field[1] << 8 | field[2];
    if (row->size == sizeof(uint8_t))
        return *field;
    if (row->size == sizeof(uint16_t)) {
        memcpy(&value16, field, sizeof value16);
        return value16;
    }
    if (row->size == sizeof(uint32_t)) {
        memcpy(&value32, field, sizeof value32);
        return value32;
    }
    memcpy(&value64, field, sizeof value64);
    return value64;
}

/* ---- All of them ----------------------------------------------------------------- */

void host_options_defaults(double values[HOST_OPTIONS_COUNT])
{
    png2bmp_options options;

    png2bmp_options_init(&options);
    for (unsigned i = 0; i < HOST_OPTIONS_COUNT; i++)
        values[i] = (double)get(&options, &host_options_all[i]);
}

/* A default may be outside the allowed range: it means that the option was not given. `options`
 * already has it. */
static bool read_one(png2bmp_options *options, const host_option *row, double value)
{
    if (row->kind == HOST_LIMIT && value >= 0) {
        put(options, row, value < 0x1p63 ? (uint64_t)value : UINT64_MAX);
        return true;
    }
    if (value == (double)get(options, row))
        return true;
    if (!(value >= row->least && value <= row->most))
        return false;
    put(options, row, (uint64_t)value);
    return true;
}

static void put_color(uint8_t rgb[3], uint64_t value)
{
    for (unsigned channel = 0; channel < 3; channel++)
        rgb[channel] = (uint8_t)(value >> (16 - 8 * channel));
}

/* A colour without `seen` looks as it is written. */
static bool read_palette(png2bmp_options *options, const double *colors, size_t count)
{
    const double most = 0x1p48 + 0xffffff;

    if (count > 256)
        return false;
    options->palette_entries = (uint16_t)count;
    for (size_t i = 0; i < count; i++) {
        if (!(colors[i] >= 0 && colors[i] <= most))
            return false;
        const uint64_t color = (uint64_t)colors[i], seen = color >> 24;

        put_color(options->palette[i], color);
        put_color(options->seen[i], seen ? seen - 1 : color);
        options->has_seen |= seen > 0;
    }
    return true;
}

bool host_options_read(png2bmp_options *options, const double *values, size_t count)
{
    if (count < HOST_OPTIONS_COUNT)
        return false;
    png2bmp_options_init(options);
    for (unsigned i = 0; i < HOST_OPTIONS_COUNT; i++) {
        if (!read_one(options, &host_options_all[i], values[i]))
            return false;
    }
    return read_palette(options, values + HOST_OPTIONS_COUNT, count - HOST_OPTIONS_COUNT);
}
