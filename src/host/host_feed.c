#include "host_feed.h"

#include <string.h>

static void write_name(double numbers[HOST_FEED_COUNT], const pump *p)
{
    const size_t length = p->plan->about.icc_name_length;

    if (length > HOST_FEED_NAME_BYTES)
        return;
    numbers[HOST_FACT_profileNameAt] = HOST_FEED_NAME * sizeof *numbers;
    if (length > 0)
        memcpy(numbers + HOST_FEED_NAME, p->plan->about.icc_name, length);
}

void host_feed_write(double numbers[HOST_FEED_COUNT], const pump *p, pump_state state)
{
    memset(numbers, 0, HOST_FEED_COUNT * sizeof *numbers);
    numbers[HOST_FEED_STATE] = state;
    if (!p->plan)
        return;
    host_facts_write(numbers, p->plan);
    write_name(numbers, p);
    numbers[HOST_FACT_memory] = (double)pump_memory(p);
    numbers[HOST_FEED_USED] = (double)p->used;
    numbers[HOST_FEED_IS_PLANNED] = 1;
    numbers[HOST_FEED_IS_WHOLE] = p->is_whole;
    numbers[HOST_FEED_NEEDED] = (double)pump_needed(p);
    numbers[HOST_FEED_NEXT] = (double)pump_next(p);
}
