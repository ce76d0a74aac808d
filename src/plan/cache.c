#include "cache.h"

#include "png/png_size.h"
#include "turn.h"

/* BMPs from this size on are not in the level 2 cache, even if their memory is written again and
 * again. */
#define LARGE (2u << 20)

static uint64_t scanline_bytes(const png2bmp_plan *plan)
{
    return png_scanline_bytes(plan->png.width, &plan->png);
}

/* Rows of the BMP are longer than scanlines: gray and palettes to 24 bits. The inflater cannot
 * fetch lines as fast as they will be written. */
static bool expands(const png2bmp_plan *plan)
{
    return plan->bmp.stride * 2 > scanline_bytes(plan) * 3;
}

/* ... or much shorter, 16-bit samples: inflating takes most of the time. */
static bool shrinks(const png2bmp_plan *plan)
{
    return plan->bmp.stride * 3 < scanline_bytes(plan) * 2;
}

bool cache_is_fetched(const png2bmp_plan *plan)
{
    return plan->bmp.byte_length >= (plan->options.uncached ? CACHE_CONCERNS_FROM : LARGE) &&
           !turn_scatters(plan) && !expands(plan) && !shrinks(plan);
}

bool cache_may_be_bypassed(const png2bmp_plan *plan)
{
    return plan->bmp.byte_length >= CACHE_CONCERNS_FROM && !turn_scatters(plan) && expands(plan);
}

bool cache_is_bypassed(const png2bmp_plan *plan)
{
    return plan->options.uncached && cache_may_be_bypassed(plan);
}
