/* What stands before the contents: of the stream, and of a block with its codes. Each reads it, and
 * sets the stage that follows. */
#ifndef PNG2BMP_INFLATE_HEADER_H
#define PNG2BMP_INFLATE_HEADER_H

#include "inflate_state.h"

inflate_status inflate_read_zlib_header(inflater *z);
inflate_status inflate_read_block_header(inflater *z);

#endif
