#include "window.h"

#include <stdlib.h>

/* Bytes that are allocated at least, and how many remain allocated: of most files no more than the
 * header of a chunk is ever held. */
#define LEAST_ROOM 64
#define MOST_IDLE 4096

void window_close(png_window *window)
{
    free(window->held);
}

/* Copies the next `size` bytes of the piece to the end of what is held. */
static png2bmp_status hold(png_window *window, png_file *file, size_t size)
{
    const size_t held = window->is_held ? file->size : 0;

    if (held + size > window->room || !window->held) {
        const size_t   wanted = held + size < LEAST_ROOM ? LEAST_ROOM : held + size;
        const size_t   room = wanted < 2 * window->room ? 2 * window->room : wanted;
        uint8_t *const more = realloc(window->held, room);

        if (!more)
            return report_plain_error(file->report, PNG2BMP_ERR_OUT_OF_MEMORY);
        window->held = more;
        window->room = room;
    }
    if (size > 0)
        memcpy(window->held + held, window->piece + window->shown, size);
    window->shown += size;
    window->is_held = true;
    file->bytes = window->held;
    file->size = held + size;
    return PNG2BMP_OK;
}

/* Twice as much as is held already, so that a long wait does not cost more than its bytes. */
static png2bmp_status hold_more(png_window *window, png_file *file)
{
    const size_t most = file->size < CHUNK_OVERHEAD ? CHUNK_OVERHEAD : file->size;

    return hold(window, file, smaller(window->piece_size - window->shown, most));
}

/* Shows the piece from its byte `from` on. */
static void show_piece(png_window *window, png_file *file, size_t from)
{
    if (window->room > MOST_IDLE) {
        free(window->held);
        window->held = NULL;
        window->room = 0;
    }
    window->is_held = false;
    window->shown = window->piece_size;
    file->bytes = window->piece + from;
    file->size = window->piece_size - from;
}

png2bmp_status window_feed(png_window *window, png_file *file, const uint8_t *piece, size_t size)
{
    window->piece = piece;
    window->piece_size = size;
    window->shown = 0;
    if (window->is_held && file->size > 0)
        return hold_more(window, file);
    show_piece(window, file, 0);
    return PNG2BMP_OK;
}

png2bmp_status window_move(png_window *window, png_file *file, size_t position, bool *more)
{
    const size_t passed = position - file->start;
    const size_t left = file->size - passed;

    file->start = position;
    file->bytes += passed;
    file->size = left;
    *more = window->shown < window->piece_size;
    if (!window->is_held) {
        window->shown = window->piece_size - left;
        return hold(window, file, left);
    }
    if (left <= window->shown && *more) {
        show_piece(window, file, window->shown - left);
        return PNG2BMP_OK;
    }
    memmove(window->held, file->bytes, left);
    file->bytes = window->held;
    return *more ? hold_more(window, file) : PNG2BMP_OK;
}
