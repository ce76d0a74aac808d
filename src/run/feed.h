/* What a pump asks of a feed beside png2bmp.h. */
#ifndef PNG2BMP_FEED_H
#define PNG2BMP_FEED_H

#include "base/opaque.h"
#include "base/sink.h"

/* Where rows are written, if run_can_be_placed: see run_begin_into. To be called before sink.begin
 * returns PNG2BMP_OK. */
void feed_set_room(png2bmp_feed *feed, const byte_room *room);

#endif
