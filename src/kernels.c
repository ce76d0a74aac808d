/* Which function does which work at which level of the CPU. */
#include "kernels.h"

#include "inflate_state.h"
#include "pixels.h"
#include "unfilter.h"

/* Every entry of a table, in plain C. */
static const kernels plain = {
    .unfilter =
        {
            [UNFILTER_1] = unfilter_1_c,
            [UNFILTER_2] = unfilter_2_c,
            [UNFILTER_3] = unfilter_3_c,
            [UNFILTER_4] = unfilter_4_c,
            [UNFILTER_6] = unfilter_6_c,
            [UNFILTER_8] = unfilter_8_c,
            [UNFILTER_SWAP3] = unfilter_swap3_c,
            [UNFILTER_SWAP4] = unfilter_swap4_c,
        },
    .row =
        {
#define ROW_PLAIN(name) [ROW_##name] = row_##name##_c,
            ROW_KINDS(ROW_PLAIN)
#undef ROW_PLAIN
        },
    .inflate_fast = inflate_fast_c,
};

const kernels *kernels_for(png2bmp_cpu level)
{
    (void)level;
    return &plain;
}
