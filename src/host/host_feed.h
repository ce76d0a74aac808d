/* A PNG that is fed: what JavaScript receives from each step, from addon/ and wasm/ alike. */
#ifndef PNG2BMP_HOST_FEED_H
#define PNG2BMP_HOST_FEED_H

#include "host_facts.h"
#include "run/pump.h"

/* The facts of the plan, all 0 until there is one; where the bytes of the profile's name are, at
 * whose first profileNameAt points; then numbers, in the order in which lib/feed.js reads them. */
#define HOST_FEED_NAME_BYTES 80
enum {
    HOST_FEED_NAME = HOST_FACTS_COUNT,
    HOST_FEED_STATE = HOST_FEED_NAME + 10, /* a pump_state */
    HOST_FEED_USED,                        /* bytes of the memory that are written */
    HOST_FEED_IS_PLANNED,
    HOST_FEED_IS_WHOLE,
    HOST_FEED_NEEDED, /* bytes of memory */
    HOST_FEED_NEXT,   /* as pump_next */
    HOST_FEED_COUNT
};

void host_feed_write(double numbers[HOST_FEED_COUNT], const pump *p, pump_state state);

#endif
