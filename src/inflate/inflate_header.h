/* Everything before the contents: the headers of the stream and of a block, with its codes. Each
 * function reads one, and sets the next stage; starved, it goes on when it is called again. */
#ifndef PNG2BMP_INFLATE_HEADER_H
#define PNG2BMP_INFLATE_HEADER_H

#include "inflate_state.h"

inflate_status inflate_read_zlib_header(inflater *z);
inflate_status inflate_read_block_header(inflater *z);
inflate_status inflate_read_stored_header(inflater *z);
inflate_status inflate_read_codes(inflater *z); /* of a dynamic block */

#endif
