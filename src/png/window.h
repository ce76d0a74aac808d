/* The part of a file that its readers see while it is fed. Pieces are read in place; of what the
 * readers have not yet passed, a copy is held until the next piece comes. */
#ifndef PNG2BMP_WINDOW_H
#define PNG2BMP_WINDOW_H

#include "chunk.h"

typedef struct png_window {
    uint8_t       *held;
    size_t         room;
    bool           is_held; /* the file shows `held`, else the piece itself */
    const uint8_t *piece;   /* the piece that is being fed, and how much of it is shown or gone */
    size_t         piece_size, shown;
} png_window;

/* A window is all 0 at first. */
void window_close(png_window *window);

/* The next bytes of the file: they stay readable until window_move says that they are used up. */
png2bmp_status window_feed(png_window *window, png_file *file, const uint8_t *piece, size_t size);

/* The readers wait, and need no byte before `position`. *more: there is more to see, ask them
 * again. Else the piece is used up. PNG2BMP_ERR_OUT_OF_MEMORY is reported. */
png2bmp_status window_move(png_window *window, png_file *file, size_t position, bool *more);

#endif
