#include "options.h"

#include <string.h>

#include "base/bytes.h"
#include "base/report.h"
#include "bmp/format.h"
#include "option_table.h"

/* Sizes that png2bmp_options may have had or may get: any other is an error. */
#define LEAST_SIZE offsetof(png2bmp_options, alpha_threshold)
#define MOST_SIZE 65536

#define CHOICE(...)
#define VALUE(name, field, scope, initial, ...) .field = (initial),
#define COLOR(name, field, scope, red, green, blue) .field = {red, green, blue},
#define PALETTE(...)
static const png2bmp_options defaults = {
    .size = sizeof(png2bmp_options),
    OPTION_TABLE_ALL(CHOICE, CHOICE, VALUE, VALUE, VALUE, COLOR, PALETTE)};
#undef CHOICE
#undef VALUE
#undef COLOR
#undef PALETTE

/* The part of the caller's structure that this library knows. */
static size_t known_size(size_t size)
{
    return smaller(size, sizeof(png2bmp_options));
}

void png2bmp_options_init_size(png2bmp_options *options, size_t size)
{
    memcpy(options, &defaults, known_size(size));
    options->size = size;
}

/* ---- Values ------------------------------------------------------------------- */

static bool enums_are_known(const png2bmp_options *options)
{
#define CHOICE(name, field, scope, count, ...)                                                     \
    if ((unsigned)options->field >= (count))                                                       \
        return false;
#define OTHER(...)
    OPTION_TABLE_ALL(CHOICE, CHOICE, OTHER, OTHER, OTHER, OTHER, OTHER)
#undef CHOICE
#undef OTHER
    return true;
}

static const char *contradiction(const png2bmp_options *options)
{
    const uint8_t bits = options->bits;

    if (bits != 0 && bits != 1 && bits != 4 && bits != 8)
        return "'bits' must be 1, 4 or 8";
    if (options->colors == 1 || options->colors > 256)
        return "'colors' must be 2 to 256";
    if (options->palette_entries == 1 || options->palette_entries > 256)
        return "'palette' must have 2 to 256 colours";
    if (options->row_align != 1 && options->row_align != 2 && options->row_align != 4)
        return "'rowAlign' must be 1, 2 or 4";
    if (options->key_index > PNG2BMP_KEY_NONE)
        return "'keyIndex' must be 0 to 255";
    if (options->width > INT32_MAX || options->height > INT32_MAX)
        return "'size' must have at most 2147483647 pixels on a side";
    if (options->colors && options->palette_entries)
        return "'colors' chooses a palette and 'palette' gives one: use one of them";
    if (options->has_seen && !options->palette_entries)
        return "'seen' says what a panel shows for the colours of 'palette': use both";
    if (bits && (options->colors > 1u << bits || options->palette_entries > 1u << bits))
        return "'bits' is too small for so many colours";
    if (options->profile == PNG2BMP_PROFILE_EMBED && options->header != PNG2BMP_HEADER_DEFAULT &&
        options->header != PNG2BMP_HEADER_V5)
        return "profile 'embed' requires header 'v5'";
    if (options->exact && options->dither != PNG2BMP_DITHER_DEFAULT &&
        options->dither != PNG2BMP_DITHER_NONE)
        return "'exact' leaves nothing to dither: leave 'dither' out, or use 'none'";
    if (options->exact && options->has_seen)
        return "'exact' compares with the colours that are written: leave 'seen' out";
    return NULL;
}

png2bmp_status options_take(png2bmp_options *options, const png2bmp_options *given,
                            png2bmp_report *report)
{
    const char *wrong;

    if (!given || given->size < sizeof *options)
        *options = defaults;
    if (!given)
        return PNG2BMP_OK;
    if (given->size < LEAST_SIZE || given->size > MOST_SIZE)
        return report_error(report, PNG2BMP_ERR_OPTION,
                            "the options were not set up with png2bmp_options_init");
    memcpy(options, given, known_size(given->size));
    if (!enums_are_known(options))
        return report_plain_error(report, PNG2BMP_ERR_OPTION);
    wrong = contradiction(options);
    return wrong ? report_error(report, PNG2BMP_ERR_OPTION, "%s", wrong) : PNG2BMP_OK;
}

/* ---- Effect --------------------------------------------------------------------- */

typedef enum option_scope {
#define SCOPE(scope, words, holds) SCOPE_##scope,
    OPTION_SCOPES(SCOPE)
#undef SCOPE
} option_scope;

static const char *const scope_words[] = {
#define SCOPE(scope, words, holds) words,
    OPTION_SCOPES(SCOPE)
#undef SCOPE
};

/* Whether errors are made and carried. */
static bool options_dither(const png2bmp_options *options, const format_row *format)
{
    if (options->exact || options->dither == PNG2BMP_DITHER_NONE)
        return false;
    if (options->dither != PNG2BMP_DITHER_DEFAULT)
        return true;
    return format->step == STEP_BITS || options->palette_entries || options->colors;
}

static bool applies(option_scope scope, const png2bmp_options *options, const format_row *format)
{
    switch (scope) {
#define SCOPE(scope, words, holds)                                                                 \
    case SCOPE_##scope:                                                                            \
        return holds;
        OPTION_SCOPES(SCOPE)
#undef SCOPE
    }
    return true;
}

/* An option that does not apply: its name. */
static const char *without_effect(const png2bmp_options *options, const format_row *format,
                                  option_scope *scope)
{
#define VALUE(name, field, where, ...)                                                             \
    if (SCOPE_##where != SCOPE_ALL && options->field != defaults.field &&                          \
        !applies(*scope = SCOPE_##where, options, format))                                         \
        return name;
#define COLOR(name, field, where, ...) _Static_assert(SCOPE_##where == SCOPE_ALL, name);
    OPTION_TABLE(VALUE, VALUE, VALUE, VALUE, VALUE, COLOR, VALUE)
#undef VALUE
#undef COLOR
    return NULL;
}

/* Why the rule for alpha does not apply; NULL: it does. */
static const char *alpha_without_effect(png2bmp_alpha alpha, const format_row *format)
{
    if (alpha == PNG2BMP_ALPHA_PREMULTIPLY && format->header != HEADER_ALPHA)
        return "alpha 'premultiply' applies only to 'bgra32'";
    if ((alpha == PNG2BMP_ALPHA_DROP || alpha == PNG2BMP_ALPHA_KEY) && format->keeps_alpha &&
        format->header != HEADER_NONE)
        return "alpha 'drop' and 'key' apply only to formats without alpha";
    return NULL;
}

/* Whether options.key_index is given and nothing has a key of its own. */
static bool key_without_effect(const png2bmp_options *options, const format_row *format)
{
    const bool has_key = options->alpha == PNG2BMP_ALPHA_KEY &&
                         format->palette == PALETTE_OF_IMAGE &&
                         (options->palette_entries || options->colors);

    if (options->key_index == PNG2BMP_KEY_NONE)
        return options->alpha != PNG2BMP_ALPHA_KEY;
    return options->key_index != defaults.key_index && !has_key;
}

#define NO_EFFECT "an option has no effect on '%s': "

png2bmp_status options_check_effect(const png2bmp_options *options, png2bmp_report *report)
{
    const format_row *const format = format_of(options->format);
    const char *const       rule = alpha_without_effect(options->alpha, format);
    option_scope            scope = SCOPE_ALL;
    const char *const       name = without_effect(options, format, &scope);

    if (name)
        return report_error(report, PNG2BMP_ERR_OPTION, NO_EFFECT "'%s' applies only to %s",
                            format->name, name, scope_words[scope]);
    if (key_without_effect(options, format))
        return report_error(report, PNG2BMP_ERR_OPTION,
                            NO_EFFECT "'keyIndex' applies only to 'indexed' with alpha 'key' and "
                                      "with 'colors' or 'palette'",
                            format->name);
    if (rule)
        return report_error(report, PNG2BMP_ERR_OPTION, NO_EFFECT "%s", format->name, rule);
    return PNG2BMP_OK;
}
