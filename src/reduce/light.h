/*
 * The numbers in which colours are compared and errors are carried, 0 to LIGHT_WHITE: samples as
 * they are stored, in sixteenths, or, since the eye adds up the light of dots, their light.
 */
#ifndef PNG2BMP_LIGHT_H
#define PNG2BMP_LIGHT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LIGHT_WHITE = 255 * 16
};

typedef struct light_scale {
    bool    is_linear;               /* numbers are light */
    int16_t of[256];                 /* of each sample */
    uint8_t sample[LIGHT_WHITE + 1]; /* the nearest sample of each number */
} light_scale;

/* The number of each sample. */
void light_fill(int16_t of[256], bool is_linear);

void light_open(light_scale *scale, bool is_linear);

/* The numbers of samples whose light is brought into the range from a panel's black to its white,
 * two of `colors`, which are R G B: the darkest and the lightest. to: for B, G and R, that of each
 * sample. */
void light_fit(int16_t to[3][256], const light_scale *scale, const uint8_t (*colors)[3],
               unsigned count);

#endif
