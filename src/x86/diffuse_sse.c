/*
 * Error diffusion, four rows at a time: each of the four lanes walks one of them, three pixels
 * behind the lane above it. What it hands down has then all arrived when the lane below comes
 * there, and what takes its time in one row (an error waits for the pixel before) takes it for
 * four.
 *
 * Samples and errors are in sixteenths. In a dword of each lane: B and G, R and 0.
 */
#include "diffuse.h"
#include "x86.h"

#ifdef PNG2BMP_SSE

#include "bytes.h"
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
    int                 *error;
    ptrdiff_t            width;
    bool                 is_chosen;
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

/* Rounded down. */
#define HALF(v, times) ((pixels){_mm_srai_epi16((v).bg, times), _mm_srai_epi16((v).r, times)})

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

SSE_STEP pixels choose_few(const group *g, pixels v, unsigned count, uint32_t *indices)
{
    const small_palette *small = g->small;
    const __m128i pack = _mm_setr_epi8(0, 4, 8, 12, -128, -128, -128, -128, -128, -128, -128, -128,
                                       -128, -128, -128, -128);
    const __m128i least = _mm_min_epi32(least_score(small, v, 0, count / 2),
                                        least_score(small, v, count / 2, count / 2));
    /* The place in the lowest byte of each lane; the others choose nothing. */
    const __m128i place =
        _mm_or_si128(_mm_and_si128(least, _mm_set1_epi32(15)), _mm_set1_epi32((int)0x80808000u));
    const __m128i green = _mm_slli_epi32(_mm_shuffle_epi8(small->g_of, place), 16);
    const __m128i blue = _mm_shuffle_epi8(small->b_of, place);

    *indices = (uint32_t)_mm_cvtsi128_si32(
        _mm_shuffle_epi8(_mm_shuffle_epi8(small->index_of, place), pack));
    return (pixels){_mm_slli_epi16(_mm_or_si128(blue, green), 4),
                    _mm_slli_epi16(_mm_shuffle_epi8(small->r_of, place), 4)};
}

/* ---- A large one ---------------------------------------------------------------------- */

SSE_STEP __m128i load_entry(const group *g, unsigned entry)
{
    return _mm_loadl_epi64((const __m128i *)g->palette->bgr16[entry]);
}

SSE_STEP __m128i squares(const group *g, __m128i twice, unsigned one, unsigned other)
{
    const __m128i d =
        _mm_sub_epi16(twice, _mm_unpacklo_epi64(load_entry(g, one), load_entry(g, other)));

    return _mm_madd_epi16(d, d);
}

/* Of four entries, the least squared distance to B G R 0, given twice, and in the lowest bits the
 * place of the entry that has it; 4 * 3 * 4080^2 is below 2^31. */
SSE_STEP uint32_t nearest_of_four(const group *g, uint32_t four, __m128i twice)
{
    const __m128i distances = _mm_hadd_epi32(squares(g, twice, four & 0xff, four >> 8 & 0xff),
                                             squares(g, twice, four >> 16 & 0xff, four >> 24));
    const __m128i placed = _mm_or_si128(_mm_slli_epi32(distances, 2), _mm_setr_epi32(0, 1, 2, 3));
    const __m128i two = _mm_min_epi32(placed, _mm_shuffle_epi32(placed, 0x4e));
    const __m128i one = _mm_min_epi32(two, _mm_shuffle_epi32(two, 0xb1));

    return (uint32_t)_mm_cvtsi128_si32(one);
}

SSE_STEP unsigned entry_at(uint32_t four, uint32_t found)
{
    return four >> 8 * (found & 3) & 0xff;
}

SSE_TARGET static __attribute__((noinline)) unsigned nearest_of_list(const group *g, uint32_t cell,
                                                                     __m128i twice)
{
    const uint32_t *list = nearest_list(g->tables, cell);
    uint32_t        least, four;

    if (!list) {
        int16_t bgr[8];

        _mm_storeu_si128((__m128i *)bgr, twice);
        return nearest_of(g->palette, (const int[3]){bgr[0], bgr[1], bgr[2]});
    }
    four = list[1];
    least = nearest_of_four(g, four, twice);
    for (uint32_t i = 2; i <= list[0]; i++) {
        const uint32_t found = nearest_of_four(g, list[i], twice);
        const bool     is_nearer = found >> 2 < least >> 2;

        four = is_nearer ? list[i] : four;
        least = is_nearer ? found : least;
    }
    return entry_at(four, least);
}

SSE_STEP unsigned nearest_entry(const group *g, uint32_t at, __m128i twice)
{
    const uint32_t cell = g->tables.cells[at];

    if (UNLIKELY(!nearest_is_few(cell)))
        return nearest_of_list(g, cell, twice);
    return entry_at(cell, nearest_of_four(g, cell, twice));
}

SSE_STEP pixels choose_many(const group *g, pixels wanted, uint32_t *indices)
{
    const pixels  v = clamp(wanted, 0, NEAREST_WHITE);
    const pixels  at = HALF(v, NEAREST_CELL_BITS);
    const __m128i weights = _mm_set1_epi32(pair(NEAREST_SIDE * NEAREST_SIDE, NEAREST_SIDE));
    const __m128i low = _mm_unpacklo_epi32(v.bg, v.r), high = _mm_unpackhi_epi32(v.bg, v.r);
    uint32_t      cells[4];
    unsigned      entries[4];
    __m128i       first, second;

    _mm_storeu_si128((__m128i *)cells, _mm_add_epi32(_mm_madd_epi16(at.bg, weights), at.r));
    entries[0] = nearest_entry(g, cells[0], _mm_unpacklo_epi64(low, low));
    entries[1] = nearest_entry(g, cells[1], _mm_unpackhi_epi64(low, low));
    entries[2] = nearest_entry(g, cells[2], _mm_unpacklo_epi64(high, high));
    entries[3] = nearest_entry(g, cells[3], _mm_unpackhi_epi64(high, high));
    *indices = entries[0] | entries[1] << 8 | entries[2] << 16 | entries[3] << 24;
    first = _mm_unpacklo_epi32(load_entry(g, entries[0]), load_entry(g, entries[1]));
    second = _mm_unpacklo_epi32(load_entry(g, entries[2]), load_entry(g, entries[3]));
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

/* What the row above the group left for pixel t of the first lane, added to what the lanes hand
 * down to each other. */
SSE_STEP pixels handed_down(const group *g, pixels down, ptrdiff_t t)
{
    const int *error = g->error + 3 * g->index_step * t;

    return (pixels){
        _mm_or_si128(_mm_slli_si128(down.bg, 4), _mm_cvtsi32_si128(pair(error[0], error[1]))),
        _mm_or_si128(_mm_slli_si128(down.r, 4), _mm_cvtsi32_si128(pair(error[2], 0)))};
}

/* What the last lane leaves for the row below the group: down is for the pixel where a lane below
 * it would be next. */
SSE_STEP void leave(const group *g, pixels down, ptrdiff_t t)
{
    int          *error = g->error + 3 * g->index_step * (t + 1 - DITHER_GROUP * DITHER_LAG);
    const int32_t bg = _mm_cvtsi128_si32(_mm_shuffle_epi32(down.bg, 3));

    error[0] = (int16_t)bg;
    error[1] = bg >> 16;
    error[2] = (int16_t)_mm_cvtsi128_si32(_mm_shuffle_epi32(down.r, 3));
}

SSE_STEP void store_indices(const group *g, ptrdiff_t t, uint32_t indices)
{
    uint8_t *to = g->indices + g->index_step * t;

    to[0] = (uint8_t)indices;
    to[g->index_lane] = (uint8_t)(indices >> 8);
    to[2 * g->index_lane] = (uint8_t)(indices >> 16);
    to[3 * g->index_lane] = (uint8_t)(indices >> 24);
}

/* few: entries that are searched; 0: a large palette. at_end: some lane is not within the row. */
SSE_STEP void walk_one(const group *g, errors *e, ptrdiff_t t, unsigned few, bool at_end)
{
    const pixels source = load(g->bgr + g->bgr_step * t, g->bgr_lane);
    const pixels above = !at_end || t < g->width ? handed_down(g, e->down, t)
                                                 : (pixels){_mm_slli_si128(e->down.bg, 4),
                                                            _mm_slli_si128(e->down.r, 4)};
    const pixels wanted = clamp(add(add(source, above), e->ahead), NEAREST_LEAST, NEAREST_MOST);
    uint32_t     indices;
    const pixels chosen =
        few ? choose_few(g, wanted, few, &indices) : choose_many(g, wanted, &indices);
    pixels left_over = subtract(wanted, chosen), sixteenth, behind, below;

    store_indices(g, t, indices);
    if (g->is_chosen)
        left_over = subtract(left_over, HALF(left_over, 3));
    if (at_end) {
        const __m128i within = lanes_within(g, t);

        left_over =
            (pixels){_mm_and_si128(left_over.bg, within), _mm_and_si128(left_over.r, within)};
    }
    sixteenth = HALF(left_over, 4);
    e->ahead = subtract(HALF(left_over, 1), sixteenth);
    behind = add(HALF(left_over, 3), sixteenth);
    below = add(HALF(left_over, 2), sixteenth);
    e->down = e->next_down;
    e->next_down = add(e->carry, behind);
    e->carry = add(e->last, below);
    e->last = subtract(subtract(left_over, e->ahead), add(behind, below));
    if (!at_end ||
        (t + 1 >= DITHER_GROUP * DITHER_LAG && t + 1 - DITHER_GROUP * DITHER_LAG < g->width))
        leave(g, e->down, t);
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
                         .error = state->rows.error + 3 * first,
                         .width = (ptrdiff_t)state->width,
                         .is_chosen = state->is_chosen,
                         .palette = state->palette,
                         .small = &small};

    if (state->palette->is_large) {
        g.tables = nearest_tables_of(state->palette);
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
