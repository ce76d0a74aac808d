/*
 * Error diffusion, four rows at a time: each of the four lanes walks one of them, three pixels
 * behind the lane above it. What it hands down has then all arrived when the lane below comes
 * there, and what takes its time in one row (an error waits for the pixel before) takes it for
 * four.
 *
 * Samples and errors are in sixteenths. In a dword of each lane: B and G, R and 0.
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

/* For each entry of a small palette c, in sixteenths of 16 times the samples: what makes
 * |c|^2 / 2 - c * v of a colour v. That and |v|^2 / 2, which is the same for all entries, is half
 * the squared distance: the entry that has least is nearest. Its place is in the lowest bits. */
typedef struct small_palette {
    __m128i bg[NEAREST_FEW], r[NEAREST_FEW], square[NEAREST_FEW];
    __m128i b_of, g_of, r_of, index_of; /* place to sample, place to entry */
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

/* ---- A small palette ---------------------------------------------------------------- */

static int pair(int low, int high)
{
    return (int)((uint32_t)(uint16_t)low | (uint32_t)(uint16_t)high << 16);
}

SSE_TARGET static void open_small(small_palette *small, const nearest *n)
{
    uint8_t of[4][16] = {{0}};

    for (unsigned i = 0; i < NEAREST_FEW; i++) {
        const bool     is_there = i < n->count;
        const unsigned entry = n->all[is_there ? i : 0];
        const uint8_t *c = n->bgr[entry];

        small->bg[i] = _mm_set1_epi32(is_there ? pair(-16 * c[0], -16 * c[1]) : 0);
        small->r[i] = _mm_set1_epi32(is_there ? pair(-16 * c[2], 0) : 0);
        small->square[i] = _mm_set1_epi32(
            is_there ? 128 * (c[0] * c[0] + c[1] * c[1] + c[2] * c[2]) + (int)i : INT32_MAX);
        of[0][i] = c[0];
        of[1][i] = c[1];
        of[2][i] = c[2];
        of[3][i] = (uint8_t)entry;
    }
    small->b_of = _mm_loadu_si128((const __m128i *)of[0]);
    small->g_of = _mm_loadu_si128((const __m128i *)of[1]);
    small->r_of = _mm_loadu_si128((const __m128i *)of[2]);
    small->index_of = _mm_loadu_si128((const __m128i *)of[3]);
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

SSE_STEP pixels choose_few(const group *g, pixels v, unsigned count, uint8_t *to)
{
    const small_palette *small = g->small;
    const __m128i        least = _mm_min_epi32(least_score(small, v, 0, count / 2),
                                               least_score(small, v, count / 2, count / 2));
    /* The place in the lowest byte of each lane; the others choose nothing. */
    const __m128i place =
        _mm_or_si128(_mm_and_si128(least, _mm_set1_epi32(15)), _mm_set1_epi32((int)0x80808000u));
    const __m128i green = _mm_slli_epi32(_mm_shuffle_epi8(small->g_of, place), 16);
    const __m128i blue = _mm_shuffle_epi8(small->b_of, place);

    store_indices(g, _mm_shuffle_epi8(small->index_of, place), to);
    return (pixels){_mm_slli_epi16(_mm_or_si128(blue, green), 4),
                    _mm_slli_epi16(_mm_shuffle_epi8(small->r_of, place), 4)};
}

/* ---- A large one ---------------------------------------------------------------------- */

SSE_STEP __m128i load_color(const group *g, unsigned entry)
{
    return _mm_loadl_epi64((const __m128i *)g->palette->bgr16[entry]);
}

/* Cell and place in its block, as the tables have them: B G R of 6 bits, then of 2. */
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

/* Where the tables have the colours. */
SSE_STEP __m128i places_of(pixels wanted)
{
    const pixels  v = clamp(wanted, 0, NEAREST_WHITE);
    const __m128i half = _mm_set1_epi16(8), low = _mm_set1_epi16(3);
    const __m128i bg = _mm_srli_epi16(_mm_add_epi16(v.bg, half), 4);
    const __m128i r = _mm_srli_epi16(_mm_add_epi16(v.r, half), 4);
    const __m128i cells =
        _mm_add_epi32(_mm_madd_epi16(_mm_srli_epi16(bg, 2), _mm_set1_epi32(pair(4096, 64))),
                      _mm_srli_epi16(r, 2));
    const __m128i places = _mm_add_epi32(
        _mm_madd_epi16(_mm_and_si128(bg, low), _mm_set1_epi32(pair(16, 4))), _mm_and_si128(r, low));

    return _mm_add_epi32(_mm_slli_epi32(cells, 6), places);
}

SSE_STEP pixels choose_many(const group *g, pixels wanted, uint8_t *to)
{
    const __m128i  at = places_of(wanted);
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

/* few: entries that are searched; 0: a large palette. at_end: some lane is not within the row. */
SSE_STEP void walk_one(const group *g, errors *e, ptrdiff_t t, unsigned few, bool at_end)
{
    const ptrdiff_t below =
        t + 1 - DITHER_GROUP * DITHER_LAG; /* where a fifth lane would be next */
    const pixels source = load(g->bgr + g->bgr_step * t, g->bgr_lane);
    const pixels above =
        errors_from_above(e->down, error_at(g, at_end && t >= g->width ? g->width - 1 : t));
    const pixels wanted = clamp(add(add(source, above), e->ahead), NEAREST_LEAST, NEAREST_MOST);
    uint8_t     *to = g->indices + g->index_step * t;
    const pixels chosen = few ? choose_few(g, wanted, few, to) : choose_many(g, wanted, to);
    pixels       left_over = subtract(wanted, chosen), behind, below_it;

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

SSE_STEP void walk(const group *g, unsigned few)
{
    const ptrdiff_t delay = DITHER_GROUP * DITHER_LAG - 1;
    const pixels    none = {_mm_setzero_si128(), _mm_setzero_si128()};
    errors          e = {none, none, none, none, none};

    for (ptrdiff_t t = 0; t < g->width + delay; t++)
        walk_one(g, &e, t, few, t < delay || t >= g->width);
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
                         .small = &small};

    if (state->palette->is_large) {
        walk(&g, 0);
        return;
    }
    open_small(&small, state->palette);
    if (state->palette->count <= 6)
        walk(&g, 6);
    else if (state->palette->count <= 8)
        walk(&g, 8);
    else
        walk(&g, 16);
}

#endif
