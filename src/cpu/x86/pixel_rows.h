/*
 * One row of BMP pixels from one scanline. A template: each level includes it with its own KERNEL,
 * TARGET, LEVEL and VECTOR_BYTES (16 or 32).
 *
 * Most rows are made of quads: four pixels B G R A in 16 bytes. With 32 bytes the upper half has
 * the next four pixels.
 */
#if VECTOR_BYTES == 16
#define VEC __m128i
#define V(op) _mm_##op
#define V_BITS(op) _mm_##op##_si128
#else
#define VEC __m256i
#define V(op) _mm256_##op
#define V_BITS(op) _mm256_##op##_si256
#endif
#define QUADS (VECTOR_BYTES / 16)
#define PIXELS (4 * QUADS)

/* Four pixels at `src` and, with 32 bytes, the four that are `quad_bytes` after them. */
KERNEL VEC load_quads(const uint8_t *src, size_t quad_bytes)
{
#if VECTOR_BYTES == 16
    (void)quad_bytes;
    return _mm_loadu_si128((const __m128i *)src);
#else
    if (quad_bytes == 16)
        return _mm256_loadu_si256((const __m256i *)src);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)src)),
                                   _mm_loadu_si128((const __m128i *)(src + quad_bytes)), 1);
#endif
}

/* The same 16 bytes in each half. */
KERNEL VEC repeat(const void *bytes)
{
    const __m128i v = _mm_loadu_si128((const __m128i *)bytes);

#if VECTOR_BYTES == 16
    return v;
#else
    return _mm256_broadcastsi128_si256(v);
#endif
}

#define Z 0x80 /* pshufb: a zero byte */

/* A quad without its alpha: 12 bytes. */
static const uint8_t without_alpha[16] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, Z, Z, Z, Z};

/* ---- What a row is made from ---------------------------------------------- */

/* The sources that come as quads. Those of 16 bits are big-endian (PNG specification, section 7.1):
 * the shuffle reverses their bytes. */
typedef enum source {
    GRAY_ALPHA_8,
    RGB_8,
    RGBA_8,
    GRAY_16,
    GRAY_ALPHA_16,
    RGB_16,
    RGBA_16,
} source;

/* How alpha and key are handled. */
typedef enum finish {
    DROP,
    BLEND,
    KEEP,
    KEY_BLEND,
    KEY_KEEP
} finish;

static const uint8_t source_bytes[] = {2, 3, 4, 2, 4, 6, 8};

/* To B G R A. 16 bits: two pixels; the other two are source_bytes * 2 after them. */
static const uint8_t source_order[][16] = {
    [GRAY_ALPHA_8] = {0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6, 6, 7},
    [RGB_8] = {2, 1, 0, Z, 5, 4, 3, Z, 8, 7, 6, Z, 11, 10, 9, Z},
    [RGBA_8] = {2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15},
    [GRAY_16] = {1, 0, 1, 0, 1, 0, Z, Z, 3, 2, 3, 2, 3, 2, Z, Z},
    [GRAY_ALPHA_16] = {1, 0, 1, 0, 1, 0, 3, 2, 5, 4, 5, 4, 5, 4, 7, 6},
    [RGB_16] = {5, 4, 3, 2, 1, 0, Z, Z, 11, 10, 9, 8, 7, 6, Z, Z},
    [RGBA_16] = {5, 4, 3, 2, 1, 0, 7, 6, 13, 12, 11, 10, 9, 8, 15, 14},
};

/* Two pixels in 16-bit lanes, B G R A, and their alpha four times; the other two. */
static const uint8_t wide_rgba[4][16] = {
    {2, Z, 1, Z, 0, Z, 3, Z, 6, Z, 5, Z, 4, Z, 7, Z},
    {3, Z, 3, Z, 3, Z, 3, Z, 7, Z, 7, Z, 7, Z, 7, Z},
    {10, Z, 9, Z, 8, Z, 11, Z, 14, Z, 13, Z, 12, Z, 15, Z},
    {11, Z, 11, Z, 11, Z, 11, Z, 15, Z, 15, Z, 15, Z, 15, Z},
};
static const uint8_t wide_gray_alpha[4][16] = {
    {0, Z, 0, Z, 0, Z, 1, Z, 2, Z, 2, Z, 2, Z, 3, Z},
    {1, Z, 1, Z, 1, Z, 1, Z, 3, Z, 3, Z, 3, Z, 3, Z},
    {4, Z, 4, Z, 4, Z, 5, Z, 6, Z, 6, Z, 6, Z, 7, Z},
    {5, Z, 5, Z, 5, Z, 5, Z, 7, Z, 7, Z, 7, Z, 7, Z},
};

#undef Z

/* ---- Constants of a row --------------------------------------------------- */

typedef struct row_constants {
    VEC order;      /* source_order */
    VEC packed;     /* the same without alpha */
    VEC background; /* B G R and 0: bytes */
    VEC added;      /* BLEND: what is added, in 16 or 32 bits */
    VEC base;       /* BLEND: the background in 16 bits */
    VEC key;        /* B G R, and in place of alpha 0, or 1 if there is no key */
    VEC half, less; /* 16 bits to 8, see reduce() */
} row_constants;

KERNEL bool is_wide(source from)
{
    return from >= GRAY_16;
}

KERNEL row_constants make_constants(source from, finish how, const row_context *context)
{
    const uint8_t *bg = context->background;
    const uint32_t highest = context->key[0] | context->key[1] | context->key[2];
    const bool     has_key = highest < (is_wide(from) ? 0x10000 : 0x100);
    row_constants  c = {.order = repeat(source_order[from]),
                        .background = V(set1_epi32)(bg[0] | bg[1] << 8 | bg[2] << 16)};

    c.packed = V(shuffle_epi8)(c.order, repeat(without_alpha));

    if (how == BLEND) {
        c.base = V(setr_epi16)(bg[0], bg[1], bg[2], 0, bg[0], bg[1], bg[2], 0
#if VECTOR_BYTES == 32
                               ,
                               bg[0], bg[1], bg[2], 0, bg[0], bg[1], bg[2], 0
#endif
        );
        /* 8 bits: 255 bg + 128. 16 bits: the background at 16 bits, 257 bg. */
        c.added = is_wide(from) ? V(mullo_epi16)(c.base, V(set1_epi16)(257))
                                : V(add_epi16)(V(mullo_epi16)(c.base, V(set1_epi16)(255)),
                                               V(set1_epi16)(128));
    }
    if (how == KEY_BLEND || how == KEY_KEEP) {
        const uint64_t r = context->key[0], g = context->key[1], b = context->key[2];

        if (is_wide(from))
            c.key =
                V(set1_epi64x)((long long)(has_key ? b | g << 16 | r << 32 : UINT64_C(1) << 48));
        else
            c.key = V(set1_epi32)((int)(has_key ? b | g << 8 | r << 16 : UINT64_C(1) << 24));
    }
    c.half = V(set1_epi16)(context->truncate16 ? 0 : 128);
    c.less = V(set1_epi16)(context->truncate16 ? 0 : 255);
    return c;
}

/* ---- 8 bits ---------------------------------------------------------------- */

/* round((c a + bg (255 - a)) / 255) for two pixels in 16-bit lanes. The sum is
 * bg 255 + (c - bg) a, at most 65025, so it is right modulo 65536; and for such p
 * round(p / 255) is (q + (q >> 8)) >> 8 with q = p + 128. */
KERNEL VEC blend_lanes(VEC color, VEC alpha, const row_constants *c)
{
    const VEC q = V(add_epi16)(V(mullo_epi16)(V(sub_epi16)(color, c->base), alpha), c->added);

    return V(srli_epi16)(V(add_epi16)(q, V(srli_epi16)(q, 8)), 8);
}

/* v: four pixels as stored in the scanline. */
KERNEL VEC blend_quads(source from, VEC v, const row_constants *c)
{
    const uint8_t(*const wide)[16] = from == RGBA_8 ? wide_rgba : wide_gray_alpha;

    return V(packus_epi16)(
        blend_lanes(V(shuffle_epi8)(v, repeat(wide[0])), V(shuffle_epi8)(v, repeat(wide[1])), c),
        blend_lanes(V(shuffle_epi8)(v, repeat(wide[2])), V(shuffle_epi8)(v, repeat(wide[3])), c));
}

KERNEL VEC alpha_bits(void)
{
    return V(set1_epi32)((int)0xff000000);
}

KERNEL bool all_opaque(VEC v)
{
    return V_BITS(testc)(v, alpha_bits());
}

KERNEL bool all_transparent(VEC v)
{
    return V_BITS(testz)(v, alpha_bits());
}

/* ---- 16 bits --------------------------------------------------------------- */

/*
 * (v 255 + 32895) >> 16, which is (v 255 + 32767) / 65535, equals (w - (w >> 8)) >> 8 with w = v +
 * 128 limited to 65535. Truncating takes v >> 8 in the same steps.
 */
KERNEL VEC reduce(VEC v, const row_constants *c)
{
    const VEC w = V(adds_epu16)(v, c->half);

    return V(srli_epi16)(V(sub_epi16)(w, V_BITS(and)(V(srli_epi16)(w, 8), c->less)), 8);
}

/* round(p / 65535) for p up to 65535^2: (q + (q >> 16)) >> 16 with q = p + 32768. */
KERNEL VEC divide_65535(VEC p)
{
    const VEC q = V(add_epi32)(p, V(set1_epi32)(32768));

    return V(srli_epi32)(V(add_epi32)(q, V(srli_epi32)(q, 16)), 16);
}

/* round((c a + bg (65535 - a)) / 65535), two pixels. */
KERNEL VEC blend_wide(VEC v, const row_constants *c)
{
    const VEC alpha = V(shufflehi_epi16)(V(shufflelo_epi16)(v, 0xff), 0xff);
    const VEC rest = V_BITS(xor)(alpha, V(set1_epi8)(-1));
    const VEC lo = V(mullo_epi16)(v, alpha), hi = V(mulhi_epu16)(v, alpha);
    const VEC bg_lo = V(mullo_epi16)(c->added, rest);
    const VEC bg_hi = V(mulhi_epu16)(c->added, rest);

    return V(packus_epi32)(
        divide_65535(V(add_epi32)(V(unpacklo_epi16)(lo, hi), V(unpacklo_epi16)(bg_lo, bg_hi))),
        divide_65535(V(add_epi32)(V(unpackhi_epi16)(lo, hi), V(unpackhi_epi16)(bg_lo, bg_hi))));
}

/* ---- Quads ----------------------------------------------------------------- */

KERNEL VEC finish_key(finish how, VEC v, VEC is_key, const row_constants *c)
{
    if (how == KEY_BLEND)
        return V(blendv_epi8)(v, c->background, is_key);
    return V_BITS(or)(v, V_BITS(andnot)(is_key, alpha_bits()));
}

/* whole: all of them are pixels of the row. Bytes after a row may be uninitialised: they must not
 * control a branch. */
KERNEL VEC quads_8(source from, finish how, bool whole, const uint8_t *src, const row_constants *c)
{
    const VEC stored = load_quads(src, 4u * source_bytes[from]);
    const VEC v = V(shuffle_epi8)(stored, c->order);

    if (how == BLEND && whole && all_opaque(v))
        return v;
    if (how == BLEND && whole && all_transparent(v))
        return c->background;
    if (how == BLEND)
        return blend_quads(from, stored, c);
    if (how == KEY_BLEND || how == KEY_KEEP)
        return finish_key(how, v, V(cmpeq_epi32)(v, c->key), c);
    return v;
}

KERNEL VEC quads_16(source from, finish how, const uint8_t *src, const row_constants *c)
{
    const size_t bytes = source_bytes[from];
    VEC          a = V(shuffle_epi8)(load_quads(src, 4 * bytes), c->order);
    VEC          b = V(shuffle_epi8)(load_quads(src + 2 * bytes, 4 * bytes), c->order);
    VEC          v;

    if (how == BLEND) {
        a = blend_wide(a, c);
        b = blend_wide(b, c);
    }
    v = V(packus_epi16)(reduce(a, c), reduce(b, c));
    if (how == KEY_BLEND || how == KEY_KEEP)
        return finish_key(how, v,
                          V(packs_epi16)(V(cmpeq_epi64)(a, c->key), V(cmpeq_epi64)(b, c->key)), c);
    return v;
}

KERNEL VEC quads(source from, finish how, bool whole, const uint8_t *src, const row_constants *c)
{
    return is_wide(from) ? quads_16(from, how, src, c) : quads_8(from, how, whole, src, c);
}

KERNEL size_t pixel_bytes(finish how)
{
    return how == KEEP || how == KEY_KEEP ? 4 : 3;
}

/* bytes: of a quad. With 12, 4 more are written after the last. */
KERNEL void store_quads(size_t bytes, uint8_t *dst, VEC v)
{
#if VECTOR_BYTES == 16
    (void)bytes;
    _mm_storeu_si128((__m128i *)dst, v);
#else
    _mm_storeu_si128((__m128i *)dst, _mm256_castsi256_si128(v));
    _mm_storeu_si128((__m128i *)(dst + bytes), _mm256_extracti128_si256(v, 1));
#endif
}

/* Quads B G R A. */
KERNEL void store_pixels(finish how, uint8_t *dst, VEC v)
{
    if (pixel_bytes(how) == 3)
        v = V(shuffle_epi8)(v, repeat(without_alpha));
    store_quads(4 * pixel_bytes(how), dst, v);
}

/*
 * RGBA to 24 bits, two vectors a turn. Most images with alpha are opaque almost everywhere, and
 * sprites are opaque or transparent: then one test serves both vectors, and one shuffle a vector is
 * enough.
 */
KERNEL void rgba_pair(finish how, uint8_t *dst, const uint8_t *src, const row_constants *c)
{
    const VEC a = load_quads(src, 16), b = load_quads(src + 4 * PIXELS, 16);

    if (how == DROP || all_opaque(V_BITS(and)(a, b))) {
        store_quads(12, dst, V(shuffle_epi8)(a, c->packed));
        store_quads(12, dst + 3 * PIXELS, V(shuffle_epi8)(b, c->packed));
    } else if (all_transparent(V_BITS(or)(a, b))) {
        store_pixels(how, dst, c->background);
        store_pixels(how, dst + 3 * PIXELS, c->background);
    } else {
        store_pixels(how, dst, blend_quads(RGBA_8, a, c));
        store_pixels(how, dst + 3 * PIXELS, blend_quads(RGBA_8, b, c));
    }
}

KERNEL void quad_row(source from, finish how, uint8_t *dst, const uint8_t *src, size_t width,
                     const row_context *context)
{
    const row_constants c = make_constants(from, how, context);
    const size_t        out = pixel_bytes(how), in = source_bytes[from];
    const size_t        needed = out == 3 ? PIXELS + 2 : PIXELS;

    if (from == RGBA_8 && out == 3)
        for (; width >= 2 * PIXELS + 2; width -= 2 * PIXELS, src += 8 * PIXELS, dst += 6 * PIXELS)
            rgba_pair(how, dst, src, &c);
    for (; width >= needed; width -= PIXELS, src += PIXELS * in, dst += PIXELS * out)
        store_pixels(how, dst, quads(from, how, true, src, &c));
    while (width > 0) {
        const size_t n = width < PIXELS ? width : PIXELS;
        uint8_t      bytes[4 * PIXELS + 4];

        store_pixels(how, bytes, quads(from, how, n == PIXELS, src, &c));
        memcpy(dst, bytes, n * out);
        src += n * in;
        dst += n * out;
        width -= n;
    }
}

#define ROW_PASTE(name, level) row_##name##_##level
#define ROW_EXPAND(name, level) ROW_PASTE(name, level)
#define DEFINE_QUAD_ROW(name, from, how)                                                           \
    TARGET void ROW_EXPAND(name, LEVEL)(uint8_t * dst, const uint8_t *src, size_t width,           \
                                        const row_context *context)                                \
    {                                                                                              \
        quad_row(from, how, dst, src, width, context);                                             \
    }

DEFINE_QUAD_ROW(rgb8_to_bgr24, RGB_8, DROP)
DEFINE_QUAD_ROW(rgb8_key_to_bgr24, RGB_8, KEY_BLEND)
DEFINE_QUAD_ROW(rgb8_key_to_bgra32, RGB_8, KEY_KEEP)
DEFINE_QUAD_ROW(gray_alpha8_blend_to_bgr24, GRAY_ALPHA_8, BLEND)
DEFINE_QUAD_ROW(gray_alpha8_drop_to_bgr24, GRAY_ALPHA_8, DROP)
DEFINE_QUAD_ROW(gray_alpha8_to_bgra32, GRAY_ALPHA_8, KEEP)
DEFINE_QUAD_ROW(rgba8_blend_to_bgr24, RGBA_8, BLEND)
DEFINE_QUAD_ROW(rgba8_drop_to_bgr24, RGBA_8, DROP)
DEFINE_QUAD_ROW(rgba8_to_bgra32, RGBA_8, KEEP)
DEFINE_QUAD_ROW(gray16_key_to_bgr24, GRAY_16, KEY_BLEND)
DEFINE_QUAD_ROW(gray16_key_to_bgra32, GRAY_16, KEY_KEEP)
DEFINE_QUAD_ROW(rgb16_key_to_bgr24, RGB_16, KEY_BLEND)
DEFINE_QUAD_ROW(rgb16_key_to_bgra32, RGB_16, KEY_KEEP)
DEFINE_QUAD_ROW(gray_alpha16_blend_to_bgr24, GRAY_ALPHA_16, BLEND)
DEFINE_QUAD_ROW(gray_alpha16_drop_to_bgr24, GRAY_ALPHA_16, DROP)
DEFINE_QUAD_ROW(gray_alpha16_to_bgra32, GRAY_ALPHA_16, KEEP)
DEFINE_QUAD_ROW(rgba16_blend_to_bgr24, RGBA_16, BLEND)
DEFINE_QUAD_ROW(rgba16_drop_to_bgr24, RGBA_16, DROP)
DEFINE_QUAD_ROW(rgba16_to_bgra32, RGBA_16, KEEP)
