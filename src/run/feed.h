/* What only this library asks of a feed: see png2bmp.h. */
#ifndef PNG2BMP_FEED_H
#define PNG2BMP_FEED_H

#include "base/opaque.h"

/*
 * The sink's `begin` may return STATUS_WAITING, which pauses the feed: it is called again when the
 * feed goes on.
 */

/* When there is a plan: the name of the ICC profile, plan->about.icc_name_length bytes. */
const uint8_t *feed_profile_name(const png2bmp_feed *feed);

#endif
