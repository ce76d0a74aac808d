#include "power.h"

#include <stdint.h>
#include <string.h>

#define LN2 0.69314718055994530942
#define SQRT2 1.41421356237309504880

/* IEEE 754: 11 bits of exponent above 52 of the fraction. */
#define FRACTION_BITS 52
#define EXPONENT_ONE 1023
#define LEAST_NORMAL 0x1p-1022

static double with_exponent(uint64_t fraction, int exponent)
{
    const uint64_t bits = (uint64_t)(exponent + EXPONENT_ONE) << FRACTION_BITS | fraction;
    double         x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* a[0] + a[1] x + a[2] x^2 ... */
static double polynomial(const double *a, int terms, double x)
{
    double sum = a[terms - 1];

    for (int i = terms - 2; i >= 0; i--)
        sum = sum * x + a[i];
    return sum;
}

/* Of a normal number: log2(m 2^n) = n + 2 / ln 2 * artanh(t), t = (m - 1) / (m + 1), with m near
 * 1. |t| < 0.172: the next term of the series is below 1e-12. */
static double binary_logarithm(double x)
{
    static const double odd[] = {1, 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13};
    uint64_t            bits;
    double              m, t;
    int                 n;

    memcpy(&bits, &x, sizeof bits);
    n = (int)(bits >> FRACTION_BITS) - EXPONENT_ONE;
    m = with_exponent(bits & ((UINT64_C(1) << FRACTION_BITS) - 1), 0);
    if (m > SQRT2) {
        m /= 2;
        n++;
    }
    t = (m - 1) / (m + 1);
    return n + 2 / LN2 * t * polynomial(odd, sizeof odd / sizeof *odd, t * t);
}

/* 2^z = 2^n e^(f ln 2), with |f ln 2| < 0.347: the next term of the series is below 1e-12. */
static double binary_power(double z)
{
    static const double factorials[] = {
        1,         1,          1.0 / 2,     1.0 / 6,      1.0 / 24,     1.0 / 120,
        1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800};
    const int n = (int)(z < 0 ? z - 0.5 : z + 0.5);

    return polynomial(factorials, sizeof factorials / sizeof *factorials, (z - n) * LN2) *
           with_exponent(0, n);
}

double power(double x, double y)
{
    double z;

    if (!(x >= LEAST_NORMAL))
        return 0;
    z = y * binary_logarithm(x);
    if (z < -1000)
        return 0;
    return binary_power(z < 1000 ? z : 1000);
}
