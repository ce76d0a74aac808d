/* Sections are those of ICC.1:2022. Numbers in profiles are big-endian. */
#include "icc.h"

#include "base/bytes.h"
#include "curve.h"
#include "primaries.h"

#define HEADER 128
#define TAG_ENTRY 12
#define MOST_TAGS 1000

/* A curve of more entries than lcms2 takes is refused. */
#define MOST_ENTRIES 32767

typedef struct profile {
    const uint8_t *bytes;
    size_t         size;
} profile;

typedef struct tag {
    const uint8_t *data; /* NULL: there is none */
    size_t         size;
} tag;

static bool is_type(const uint8_t *bytes, const char *type)
{
    return memcmp(bytes, type, 4) == 0;
}

/* Section 7.3: a number of entries, then signature, offset and size of each. */
static tag find_tag(const profile *p, const char *name)
{
    size_t count;

    if (p->size < HEADER + 4)
        return (tag){NULL, 0};
    count = smaller(load_be32(p->bytes + HEADER), MOST_TAGS);
    for (size_t i = 0; i < count && p->size - HEADER - 4 >= (i + 1) * TAG_ENTRY; i++) {
        const uint8_t *entry = p->bytes + HEADER + 4 + i * TAG_ENTRY;
        const uint32_t at = load_be32(entry + 4), size = load_be32(entry + 8);

        if (is_type(entry, name))
            return at <= p->size && size <= p->size - at ? (tag){p->bytes + at, size}
                                                         : (tag){NULL, 0};
    }
    return (tag){NULL, 0};
}

/* Section 4.7: s15Fixed16Number. */
static double fixed16(const uint8_t *p)
{
    const uint32_t v = load_be32(p);

    return (v < 0x80000000u ? (double)v : (double)v - 4294967296.0) / 65536;
}

/* ---- Curves --------------------------------------------------------------------- */

/* Entry of the table at x, 0 to 1, on straight lines: 65535 is 1. */
static double table_at(const uint8_t *table, uint32_t entries, double x)
{
    const double   at = x * (entries - 1);
    const uint32_t i = at < entries - 2 ? (uint32_t)at : entries - 2;
    const double   first = load_be16(table + 2 * (size_t)i),
                 next = load_be16(table + 2 * (size_t)i + 2);

    return first + (next - first) * (at - i);
}

/* Section 10.6: no entry: the identity; one: an exponent in 256ths; more: a table. */
static bool read_curv(color_curve *curve, tag t)
{
    const uint32_t entries = t.size >= 12 ? load_be32(t.data + 8) : UINT32_MAX;

    if (entries > MOST_ENTRIES || t.size - 12 < 2 * (size_t)entries)
        return false;
    if (entries < 2) {
        *curve = curve_of_gamma(entries == 0 ? 1 : load_be16(t.data + 12) / 256.0);
        return curve->g > 0;
    }
    *curve = (color_curve){.is_sampled = true};
    for (unsigned i = 0; i < 256; i++)
        curve->samples[i] = (uint16_t)(table_at(t.data + 12, entries, i / 255.0) + 0.5);
    return true;
}

/* Section 10.18: of types 0 to 3 the parameters that they lack follow. */
static bool read_para(color_curve *curve, tag t)
{
    static const uint8_t counts[] = {1, 3, 4, 5, 7};
    const unsigned       type = t.size >= 12 ? load_be16(t.data + 8) : 5;
    double               v[7] = {0};

    if (type > 4 || t.size < 12 + 4 * (size_t)counts[type])
        return false;
    for (unsigned i = 0; i < counts[type]; i++)
        v[i] = fixed16(t.data + 12 + 4 * (size_t)i);
    *curve =
        (color_curve){.g = v[0], .a = v[1], .b = v[2], .c = v[3], .d = v[4], .e = v[5], .f = v[6]};
    if (type == 0)
        curve->a = 1;
    if (type == 2)
        curve->e = curve->f = v[3];
    if (type == 1 || type == 2) {
        curve->c = 0;
        curve->d = curve->a > 0 ? -curve->b / curve->a : 0;
    }
    return curve->g > 0 && curve->a > 0;
}

static bool read_curve(color_curve *curve, const profile *p, const char *name)
{
    const tag t = find_tag(p, name);

    if (!t.data || t.size < 8)
        return false;
    if (is_type(t.data, "curv"))
        return read_curv(curve, t);
    return is_type(t.data, "para") && read_para(curve, t);
}

/* ---- The matrix ------------------------------------------------------------------- */

/* Section 10.31: X Y Z of a primary, which become a column. */
static bool read_primary(color_matrix *xyz, unsigned column, const profile *p, const char *name)
{
    const tag t = find_tag(p, name);

    if (!t.data || t.size < 20 || !is_type(t.data, "XYZ "))
        return false;
    for (unsigned row = 0; row < 3; row++)
        xyz->m[row][column] = fixed16(t.data + 8 + 4 * (size_t)row);
    return true;
}

static const char *read_matrix(color_space *space, const profile *p)
{
    static const char *const names[] = {"rXYZ", "gXYZ", "bXYZ"};
    color_matrix             xyz;

    for (unsigned i = 0; i < 3; i++)
        if (!read_primary(&xyz, i, p, names[i]))
            return find_tag(p, "A2B0").data ? "it has tables and no matrix"
                                            : "its matrix is missing or damaged";
    return primaries_matrix_of_xyz(&space->matrix, &xyz) ? NULL : "its matrix cannot be of colours";
}

/* ---- The profile ------------------------------------------------------------------- */

static const char *read_rgb(color_space *space, const profile *p)
{
    static const char *const names[] = {"rTRC", "gTRC", "bTRC"};
    const char              *defect = read_matrix(space, p);

    for (unsigned i = 0; i < 3 && !defect; i++)
        if (!read_curve(&space->curves[i], p, names[i]))
            defect = "a curve is missing or damaged";
    return defect;
}

static const char *read_gray(color_space *space, const profile *p)
{
    if (!read_curve(&space->curves[0], p, "kTRC"))
        return "its curve is missing or damaged";
    space->curves[1] = space->curves[2] = space->curves[0];
    return NULL;
}

/* Section 7.2.5: those that say what the colours of a picture are. */
static bool is_of_pictures(const uint8_t *class)
{
    return is_type(class, "mntr") || is_type(class, "scnr") || is_type(class, "spac");
}

const char *icc_read(color_space *space, const uint8_t *bytes, size_t size, bool is_gray)
{
    const profile p = {bytes, size};

    if (!is_of_pictures(bytes + 12))
        return "it is not for a display, a camera or a colour space";
    if (!is_type(bytes + 16, is_gray ? "GRAY" : "RGB "))
        return is_gray ? "it is not for gray, as the image" : "it is not for RGB, as the image";
    if (!is_type(bytes + 20, "XYZ "))
        return "it is made of tables to Lab";
    return is_gray ? read_gray(space, &p) : read_rgb(space, &p);
}
