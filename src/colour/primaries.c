#include "primaries.h"

#define WHITE_D65 0.3127, 0.3290

const primaries primaries_bt709 = {{WHITE_D65}, {{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}}};

/* X Y Z of D50: ICC.1:2022, section 7.2.16. */
static const double d50[3] = {0.9642, 1, 0.8249};

/* Bradford's matrix, from X Y Z to what cones see: ICC.1:2022, annex E. */
static const color_matrix bradford = {
    {{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}};

static color_matrix multiply(const color_matrix *a, const color_matrix *b)
{
    color_matrix out;

    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < 3; j++)
            out.m[i][j] =
                a->m[i][0] * b->m[0][j] + a->m[i][1] * b->m[1][j] + a->m[i][2] * b->m[2][j];
    return out;
}

static void apply(double out[3], const color_matrix *a, const double v[3])
{
    for (unsigned i = 0; i < 3; i++)
        out[i] = a->m[i][0] * v[0] + a->m[i][1] * v[1] + a->m[i][2] * v[2];
}

/* The cofactor of row j, column i, with its sign. */
static double cofactor(const color_matrix *a, unsigned i, unsigned j)
{
    const double  *first = a->m[(j + 1) % 3], *second = a->m[(j + 2) % 3];
    const unsigned c = (i + 1) % 3, d = (i + 2) % 3;

    return first[c] * second[d] - first[d] * second[c];
}

static bool invert(color_matrix *out, const color_matrix *a)
{
    const double determinant = a->m[0][0] * cofactor(a, 0, 0) + a->m[0][1] * cofactor(a, 1, 0) +
                               a->m[0][2] * cofactor(a, 2, 0);

    if (!(determinant > 1e-9 || determinant < -1e-9))
        return false;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < 3; j++)
            out->m[i][j] = cofactor(a, i, j) / determinant;
    return true;
}

/* X Y Z of a colour with Y = 1. */
static bool to_xyz(double xyz[3], const double xy[2])
{
    if (!(xy[1] > 0 && xy[1] <= 1 && xy[0] >= 0 && xy[0] <= 1))
        return false;
    xyz[0] = xy[0] / xy[1];
    xyz[1] = 1;
    xyz[2] = (1 - xy[0] - xy[1]) / xy[1];
    return true;
}

/* What makes X Y Z of a picture with this white those of one with D50. */
static bool adaptation(color_matrix *out, const double white[3])
{
    color_matrix inverse, scaled;
    double       from[3], to[3];

    if (!invert(&inverse, &bradford))
        return false;
    apply(from, &bradford, white);
    apply(to, &bradford, d50);
    for (unsigned i = 0; i < 3; i++) {
        if (!(from[i] > 1e-4))
            return false;
        for (unsigned j = 0; j < 3; j++)
            scaled.m[i][j] = bradford.m[i][j] * to[i] / from[i];
    }
    *out = multiply(&inverse, &scaled);
    return true;
}

/* From light in these primaries to X Y Z, adapted to D50: each primary is as strong as makes their
 * sum the white. */
static bool matrix_to_d50(color_matrix *out, const primaries *from)
{
    color_matrix columns, inverse, adapt;
    double       white[3], strength[3], xyz[3];

    if (!to_xyz(white, from->white))
        return false;
    for (unsigned j = 0; j < 3; j++) {
        if (!to_xyz(xyz, from->rgb[j]))
            return false;
        for (unsigned i = 0; i < 3; i++)
            columns.m[i][j] = xyz[i];
    }
    if (!invert(&inverse, &columns) || !adaptation(&adapt, white))
        return false;
    apply(strength, &inverse, white);
    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < 3; j++)
            columns.m[i][j] *= strength[j];
    *out = multiply(&adapt, &columns);
    return true;
}

/* Whether light stays from -3 to 5, for which the tables in to_srgb.h have room, and most of it: of
 * X Y Z as primaries it is -2.1 to 3.3, of ProPhoto -1.1 to 2.1. */
static bool is_of_colors(const color_matrix *a)
{
    for (unsigned i = 0; i < 3; i++) {
        double above = 0, below = 0;

        for (unsigned j = 0; j < 3; j++) {
            above += a->m[i][j] > 0 ? a->m[i][j] : 0;
            below += a->m[i][j] < 0 ? a->m[i][j] : 0;
        }
        if (!(above < 4.9 && below > -2.9))
            return false;
    }
    return true;
}

bool primaries_matrix_of_xyz(color_matrix *matrix, const color_matrix *xyz)
{
    color_matrix srgb, inverse;

    if (!matrix_to_d50(&srgb, &primaries_bt709) || !invert(&inverse, &srgb))
        return false;
    *matrix = multiply(&inverse, xyz);
    return is_of_colors(matrix);
}

bool primaries_matrix(color_matrix *matrix, const primaries *from)
{
    color_matrix xyz;

    return matrix_to_d50(&xyz, from) && primaries_matrix_of_xyz(matrix, &xyz);
}
