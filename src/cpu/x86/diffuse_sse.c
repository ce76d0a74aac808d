/*
 * Error diffusion, four rows at a time: each of the four lanes walks one of them, three pixels
 * behind the lane above it. What it hands down has then all arrived when the lane below comes
 * there, and what takes its time in one row (an error waits for the pixel before) takes it for
 * four.
 *
 * Numbers are those of light.h. In a dword of each lane: B and G, R and 0. If they are those of the
 * samples as stored, they are computed; else they are looked up, and colours cannot be held as
 * bytes.
 */
#include "reduce/dither.h"
#include "x86.h"

#ifdef PNG2BMP_SSE

#include "base/bytes.h"
#include "sse.h"

#define SSE_STEP static ALWAYS_INLINE SSE_TARGET

typedef struct pixels {
    __m128i bg, r;
} pixels;

/* For each entry c of a small palette: what makes |c|^2 / 2 - c * v of a colour v. That and
 * |v|^2 / 2, which is the same for all entries, is half the squared distance: the entry that has
 * least is nearest. Its slot is in the lowest four bits, which are 0 for samples as stored, whose
 * numbers are multiples of 16; for others, all is 32 times as much, of which v brings four. */
typedef struct small_palette {
    __m128i bg[NEAREST_FEW], r[NEAREST_FEW], square[NEAREST_FEW];
    __m128i b_of, g_of, r_of, index_of; /* slot to sample, or low byte of the number; to entry */
    __m128i b_high, g_high, r_high;     /* slot to high byte of the number */
} small_palette;

/* What a walk through the group does not change. */
typedef struct group {
    const uint8_t       *bgr; /* of the first lane's first pixel */
    ptrdiff_t            bgr_step, bgr_lane;
    uint8_t             *indices;
    ptrdiff_t            index_step, index_lane;
    int16_t             *error; /* B G R and 0 */
    ptrdiff_t            width;
    __m128i              ahead, behind, below, all; /* dither_shares */
    nearest             *palette;
    nearest_tables       tables;
    const small_palette *small;
    const int16_t (*numbers)[256]; /* of B, G and R */
    const uint8_t *sample;         /* of a number */
} group;

/* What is on its way. down: to the lane below, for its next pixel, and next_down, for the one after
 * it. carry: what of that is known a pixel earlier; last: the share for the pixel below and ahead.
 */
typedef struct errors {
    pixels ahead, down, next_down, carry, last;
} errors;

/* ---- Pixels -------------------------------------------------------------------- */

SSE_STEP pixels add(pixels a, pixels b)
{
    return (pixels){_mm_add_epi16(a.bg, b.bg), _mm_add_epi16(a.r, b.r)};
}

SSE_STEP pixels subtract(pixels a, pixels b)
{
    return (pixels){_mm_sub_epi16(a.bg, b.bg), _mm_sub_epi16(a.r, b.r)};
}

/* Rounded to the nearest. share: in 32768ths. */
SSE_STEP pixels share_of(pixels v, __m128i share)
{
    return (pixels){_mm_mulhrs_epi16(v.bg, share), _mm_mulhrs_epi16(v.r, share)};
}

SSE_STEP pixels clamp(pixels v, int16_t least, int16_t most)
{
    const __m128i low = _mm_set1_epi16(least), high = _mm_set1_epi16(most);

    return (pixels){_mm_min_epi16(_mm_max_epi16(v.bg, low), high),
                    _mm_min_epi16(_mm_max_epi16(v.r, low), high)};
}

SSE_STEP int load32(const void *p)
{
    int v;

    memcpy(&v, p, sizeof v);
    return v;
}

SSE_STEP pixels load(const uint8_t *bgr, ptrdiff_t lane)
{
    const __m128i bg =
        _mm_setr_epi8(0, -128, 1, -128, 4, -128, 5, -128, 8, -128, 9, -128, 12, -128, 13, -128);
    const __m128i r = _mm_setr_epi8(2, -128, -128, -128, 6, -128, -128, -128, 10, -128, -128, -128,
                                    14, -128, -128, -128);
    __m128i       v = _mm_cvtsi32_si128(load32(bgr));

    v = _mm_insert_epi32(v, load32(bgr + lane), 1);
    v = _mm_insert_epi32(v, load32(bgr + 2 * lane), 2);
    v = _mm_insert_epi32(v, load32(bgr + 3 * lane), 3);
    return (pixels){_mm_slli_epi16(_mm_shuffle_epi8(v, bg), 4),
                    _mm_slli_epi16(_mm_shuffle_epi8(v, r), 4)};
}

SSE_STEP int pair(int low, int high)
{
    return (int)((uint32_t)(uint16_t)low | (uint32_t)(uint16_t)high << 16);
}

SSE_STEP int bg_number(const group *g, const uint8_t *bgr)
{
    return pair(g->numbers[0][bgr[0]], g->numbers[1][bgr[1]]);
}

SSE_STEP int r_number(const group *g, const uint8_t *bgr)
{
    return g->numbers[2][bgr[2]];
}

SSE_STEP pixels look_up(const group *g, const uint8_t *bgr)
{
    const ptrdiff_t lane = g->bgr_lane;
    pixels          v = {_mm_cvtsi32_si128(bg_number(g, bgr)), _mm_cvtsi32_si128(r_number(g, bgr))};

    v.bg = _mm_insert_epi32(v.bg, bg_number(g, bgr + lane), 1);
    v.r = _mm_insert_epi32(v.r, r_number(g, bgr + lane), 1);
    v.bg = _mm_insert_epi32(v.bg, bg_number(g, bgr + 2 * lane), 2);
    v.r = _mm_insert_epi32(v.r, r_number(g, bgr + 2 * lane), 2);
    v.bg = _mm_insert_epi32(v.bg, bg_number(g, bgr + 3 * lane), 3);
    v.r = _mm_insert_epi32(v.r, r_number(g, bgr + 3 * lane), 3);
    return v;
}

/* ---- A small palette ---------------------------------------------------------------- */

SSE_TARGET static __m128i table_of(const uint8_t bytes[16])
{
    return _mm_loadu_si128((const __m128i *)bytes);
}

/* In the numbers of samples as stored, or 8 times any numbers: see small_palette. */
SSE_TARGET static void open_score(small_palette *small, unsigned i, const int16_t *c,
                                  bool is_stored)
{
    const int times = is_stored ? 1 : 8;
    const int square = c[0] * c[0] + c[1] * c[1] + c[2] * c[2];

    small->bg[i] = _mm_set1_epi32(pair(-times * c[0], -times * c[1]));
    small->r[i] = _mm_set1_epi32(pair(-times * c[2], 0));
    small->square[i] = _mm_set1_epi32((is_stored ? square / 2 : 16 * square) + (int)i);
}

SSE_TARGET static void open_small(small_palette *small, const nearest *n, bool is_stored)
{
    uint8_t low[3][16] = {{0}}, high[3][16] = {{0}}, index[16] = {0};

    for (unsigned i = 0; i < NEAREST_FEW; i++) {
        const bool     is_there = i < n->count;
        const unsigned entry = n->all[is_there ? i : 0];

        open_score(small, i, n->number[entry], is_stored);
        if (!is_there) {
            small->bg[i] = small->r[i] = _mm_setzero_si128();
            small->square[i] = _mm_set1_epi32(INT32_MAX);
        }
        for (unsigned channel = 0; channel < 3; channel++) {
            const unsigned number = (unsigned)n->number[entry][channel];

            low[channel][i] = (uint8_t)(is_stored ? number / 16 : number);
            high[channel][i] = (uint8_t)(number >> 8);
        }
        index[i] = (uint8_t)entry;
    }
    small->b_of = table_of(low[0]);
    small->g_of = table_of(low[1]);
    small->r_of = table_of(low[2]);
    small->b_high = table_of(high[0]);
    small->g_high = table_of(high[1]);
    small->r_high = table_of(high[2]);
    small->index_of = table_of(index);
}

SSE_STEP __m128i score(const small_palette *small, pixels v, unsigned i)
{
    return _mm_add_epi32(_mm_madd_epi16(v.bg, small->bg[i]),
                         _mm_add_epi32(_mm_madd_epi16(v.r, small->r[i]), small->square[i]));
}

/* The least of the scores from `first` on; count: a power of two, or three times one. */
SSE_STEP __m128i least_score(const small_palette *small, pixels v, unsigned first, unsigned count)
{
    __m128i least = score(small, v, first);

    for (unsigned i = 1; i < count; i++)
        least = _mm_min_epi32(least, score(small, v, first + i));
    return least;
}

/* The lowest byte of each lane. */
SSE_STEP void store_indices(const group *g, __m128i indices, uint8_t *to)
{
    to[0] = (uint8_t)_mm_cvtsi128_si32(indices);
    to[g->index_lane] = (uint8_t)_mm_extract_epi32(indices, 1);
    to[2 * g->index_lane] = (uint8_t)_mm_extract_epi32(indices, 2);
    to[3 * g->index_lane] = (uint8_t)_mm_extract_epi32(indices, 3);
}

SSE_STEP pixels times_four(pixels v)
{
    return (pixels){_mm_slli_epi16(v.bg, 2), _mm_slli_epi16(v.r, 2)};
}

/* slot: in the lowest byte of each dword. */
SSE_STEP __m128i number_at(__m128i low, __m128i high, __m128i slot)
{
    return _mm_or_si128(_mm_shuffle_epi8(low, slot),
                        _mm_slli_epi32(_mm_shuffle_epi8(high, slot), 8));
}

/* The numbers of the entries in these slots. */
SSE_STEP pixels numbers_at(const small_palette *small, __m128i slot, bool is_stored)
{
    if (is_stored) {
        const __m128i green = _mm_slli_epi32(_mm_shuffle_epi8(small->g_of, slot), 16);
        const __m128i blue = _mm_shuffle_epi8(small->b_of, slot);

        return (pixels){_mm_slli_epi16(_mm_or_si128(blue, green), 4),
                        _mm_slli_epi16(_mm_shuffle_epi8(small->r_of, slot), 4)};
    }
    return (pixels){_mm_or_si128(number_at(small->b_of, small->b_high, slot),
                                 _mm_slli_epi32(number_at(small->g_of, small->g_high, slot), 16)),
                    number_at(small->r_of, small->r_high, slot)};
}

SSE_STEP pixels choose_few(const group *g, pixels wanted, unsigned count, bool is_stored,
                           uint8_t *to)
{
    const small_palette *small = g->small;
    const pixels         v = is_stored ? wanted : times_four(wanted);
    const __m128i        least = _mm_min_epi32(least_score(small, v, 0, count / 2),
                                               least_score(small, v, count / 2, count / 2));
    /* The slot in the lowest byte of each lane; the others choose nothing. */
    const __m128i slot =
        _mm_or_si128(_mm_and_si128(least, _mm_set1_epi32(15)), _mm_set1_epi32((int)0x80808000u));

    store_indices(g, _mm_shuffle_epi8(small->index_of, slot), to);
    return numbers_at(small, slot, is_stored);
}

/* ---- A large one ---------------------------------------------------------------------- */

SSE_STEP __m128i load_color(const group *g, unsigned entry)
{
    return _mm_loadl_epi64((const __m128i *)g->palette->number[entry]);
}

/* Cell and slot in its block, as the tables have them: B G R of 6 bits, then of 2. */
static __attribute__((noinline)) unsigned entry_of_new_cell(const group *g, uint32_t at)
{
    const unsigned bgr[3] = {at >> 18 << 2 | (at >> 4 & 3), (at >> 12 & 63) << 2 | (at >> 2 & 3),
                             (at >> 6 & 63) << 2 | (at & 3)};

    return nearest_search_large(g->palette, bgr, at / NEAREST_BLOCK);
}

SSE_STEP unsigned entry_at(const group *g, uint32_t at)
{
    const unsigned block = g->tables.cells[at / NEAREST_BLOCK];

    if (UNLIKELY(block == 0))
        return entry_of_new_cell(g, at);
    return g->tables.blocks[block][at % NEAREST_BLOCK];
}

/* The samples of numbers in range. */
SSE_STEP pixels stored_samples(pixels v)
{
    const __m128i half = _mm_set1_epi16(8);

    return (pixels){_mm_srli_epi16(_mm_add_epi16(v.bg, half), 4),
                    _mm_srli_epi16(_mm_add_epi16(v.r, half), 4)};
}

SSE_STEP pixels samples_of(const group *g, pixels v)
{
    uint16_t bg[8], r[8];

    _mm_storeu_si128((__m128i *)bg, v.bg);
    _mm_storeu_si128((__m128i *)r, v.r);
    for (unsigned i = 0; i < 8; i += 2) {
        bg[i] = g->sample[bg[i]];
        bg[i + 1] = g->sample[bg[i + 1]];
        r[i] = g->sample[r[i]];
    }
    return (pixels){_mm_loadu_si128((const __m128i *)bg), _mm_loadu_si128((const __m128i *)r)};
}

/* Where the tables have the colours of these samples. */
SSE_STEP __m128i slots_of(pixels samples)
{
    const __m128i low = _mm_set1_epi16(3), bg = samples.bg, r = samples.r;
    const __m128i cells =
        _mm_add_epi32(_mm_madd_epi16(_mm_srli_epi16(bg, 2), _mm_set1_epi32(pair(4096, 64))),
                      _mm_srli_epi16(r, 2));
    const __m128i slots = _mm_add_epi32(
        _mm_madd_epi16(_mm_and_si128(bg, low), _mm_set1_epi32(pair(16, 4))), _mm_and_si128(r, low));

    return _mm_add_epi32(_mm_slli_epi32(cells, 6), slots);
}

SSE_STEP pixels choose_many(const group *g, pixels wanted, bool is_stored, uint8_t *to)
{
    const pixels   v = clamp(wanted, 0, LIGHT_WHITE);
    const __m128i  at = slots_of(is_stored ? stored_samples(v) : samples_of(g, v));
    const unsigned entries[4] = {entry_at(g, (uint32_t)_mm_cvtsi128_si32(at)),
                                 entry_at(g, (uint32_t)_mm_extract_epi32(at, 1)),
                                 entry_at(g, (uint32_t)_mm_extract_epi32(at, 2)),
                                 entry_at(g, (uint32_t)_mm_extract_epi32(at, 3))};
    const __m128i  first = _mm_unpacklo_epi32(load_color(g, entries[0]), load_color(g, entries[1]));
    const __m128i second = _mm_unpacklo_epi32(load_color(g, entries[2]), load_color(g, entries[3]));

    for (unsigned i = 0; i < 4; i++)
        to[(ptrdiff_t)i * g->index_lane] = (uint8_t)entries[i];
    return (pixels){_mm_unpacklo_epi64(first, second), _mm_unpackhi_epi64(first, second)};
}

/* ---- The walk ------------------------------------------------------------------------- */

/* Which lanes are within the row: that of lane i is at t - i * DITHER_LAG. */
SSE_STEP __m128i lanes_within(const group *g, ptrdiff_t t)
{
    int within[4];

    for (int i = 0; i < 4; i++)
        within[i] = t - i * DITHER_LAG >= 0 && t - i * DITHER_LAG < g->width ? -1 : 0;
    return _mm_setr_epi32(within[0], within[1], within[2], within[3]);
}

/* The errors that the first lane gets from the row above the group, and the other lanes from the
 * lane above them: below[t] is for pixel t. */
SSE_STEP pixels errors_from_above(pixels down, const int16_t *error)
{
    return (pixels){_mm_alignr_epi8(down.bg, _mm_loadu_si128((const __m128i *)(error - 6)), 12),
                    _mm_alignr_epi8(down.r, _mm_loadu_si128((const __m128i *)(error - 4)), 12)};
}

SSE_STEP int16_t *error_at(const group *g, ptrdiff_t t)
{
    return g->error + 4 * g->index_step * t;
}

/* What the last lane leaves for the row below the group. */
SSE_STEP void leave(const group *g, pixels down, ptrdiff_t t)
{
    const __m128i last = _mm_unpackhi_epi32(down.bg, down.r);

    _mm_storel_epi64((__m128i *)error_at(g, t), _mm_unpackhi_epi64(last, last));
}

/* few: entries that are searched; 0: a large palette. is_stored: the numbers are those of samples
 * as stored. at_end: some lane is not within the row. */
SSE_STEP void walk_one(const group *g, errors *e, ptrdiff_t t, unsigned few, bool is_stored,
                       bool at_end)
{
    const ptrdiff_t below =
        t + 1 - DITHER_GROUP * DITHER_LAG; /* where a fifth lane would be next */
    const uint8_t *bgr = g->bgr + g->bgr_step * t;
    const pixels   source = is_stored ? load(bgr, g->bgr_lane) : look_up(g, bgr);
    const pixels   above =
        errors_from_above(e->down, error_at(g, at_end && t >= g->width ? g->width - 1 : t));
    const pixels wanted = clamp(add(add(source, above), e->ahead), NEAREST_LEAST, NEAREST_MOST);
    uint8_t     *to = g->indices + g->index_step * t;
    const pixels chosen =
        few ? choose_few(g, wanted, few, is_stored, to) : choose_many(g, wanted, is_stored, to);
    pixels left_over = subtract(wanted, chosen), behind, below_it;

    if (at_end) {
        const __m128i within = lanes_within(g, t);

        left_over =
            (pixels){_mm_and_si128(left_over.bg, within), _mm_and_si128(left_over.r, within)};
    }
    e->ahead = share_of(left_over, g->ahead);
    behind = share_of(left_over, g->behind);
    below_it = share_of(left_over, g->below);
    e->down = e->next_down;
    e->next_down = add(e->carry, behind);
    e->carry = add(e->last, below_it);
    e->last = subtract(subtract(share_of(left_over, g->all), e->ahead), add(behind, below_it));
    if (!at_end || (below >= 0 && below < g->width))
        leave(g, e->down, below);
}

SSE_STEP void walk(const group *g, unsigned few, bool is_stored)
{
    const ptrdiff_t delay = DITHER_GROUP * DITHER_LAG - 1;
    const pixels    none = {_mm_setzero_si128(), _mm_setzero_si128()};
    errors          e = {none, none, none, none, none};

    for (ptrdiff_t t = 0; t < g->width + delay; t++)
        walk_one(g, &e, t, few, is_stored, t < delay || t >= g->width);
}

SSE_TARGET static void walk_stored(const group *g)
{
    if (g->palette->is_large)
        walk(g, 0, true);
    else if (g->palette->count <= 6)
        walk(g, 6, true);
    else if (g->palette->count <= 8)
        walk(g, 8, true);
    else
        walk(g, 16, true);
}

SSE_TARGET static void walk_others(const group *g)
{
    if (g->palette->is_large)
        walk(g, 0, false);
    else if (g->palette->count <= 8)
        walk(g, 8, false);
    else
        walk(g, 16, false);
}

SSE_TARGET void diffuse_sse(const dither_state *state, const dither_rows *rows, bool to_left)
{
    const ptrdiff_t step = to_left ? -1 : 1;
    const ptrdiff_t first = to_left ? (ptrdiff_t)state->width - 1 : 0;
    small_palette   small;
    group           g = {.bgr = rows->bgr + 3 * first,
                         .bgr_step = 3 * step,
                         .bgr_lane = (ptrdiff_t)rows->pitch - 3 * step * DITHER_LAG,
                         .indices = rows->indices + first,
                         .index_step = step,
                         .index_lane = (ptrdiff_t)rows->index_pitch - step * DITHER_LAG,
                         .error = (int16_t *)state->rows.error + 4 * first,
                         .width = (ptrdiff_t)state->width,
                         .ahead = _mm_set1_epi16((int16_t)state->shares.ahead),
                         .behind = _mm_set1_epi16((int16_t)state->shares.behind),
                         .below = _mm_set1_epi16((int16_t)state->shares.below),
                         .all = _mm_set1_epi16((int16_t)state->shares.all),
                         .palette = state->palette,
                         .tables = state->palette->tables,
                         .small = &small,
                         .numbers = (const int16_t(*)[256])state->numbers->of,
                         .sample = state->numbers->scale.sample};
    const bool      is_stored = state->numbers->are_stored;

    if (!state->palette->is_large)
        open_small(&small, state->palette, is_stored);
    if (is_stored)
        walk_stored(&g);
    else
        walk_others(&g);
}

#endif
