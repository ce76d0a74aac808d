/* Powers by basic arithmetic alone, which IEEE 754 rounds the same everywhere. Those of C libraries
 * differ in the last bit, and so would the BMPs of different builds. */
#ifndef PNG2BMP_POWER_H
#define PNG2BMP_POWER_H

/* x to the power of y, for x >= 0 and any finite y; off by less than 1e-10 of it while x^y is
 * between 1e-4 and 1e4. 0 to any power is 0; what a double cannot hold is 0 or a large number. */
double power(double x, double y);

#endif
