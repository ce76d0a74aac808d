#include "walk.h"

#include <libdeflate.h>

void walk_pass(chunk_walk *walk, const chunk *c)
{
    walk->passes = true;
    walk->current = *c;
    walk->current.is_summed = true;
    walk->current.computed = libdeflate_crc32(0, c->name, 4);
    walk->current.data = NULL;
    walk->left = c->length;
    walk->position = c->offset + 8;
}

png2bmp_status walk_on(chunk_walk *walk, const png_file *file)
{
    chunk *const         c = &walk->current;
    const uint8_t *const bytes = file_at(file, walk->position);
    const size_t         there = smaller(walk->left, file_left(file, walk->position));

    if (!file->ignore_checksums)
        c->computed = chunk_crc(file, c->computed, bytes, there);
    walk->position += there;
    walk->left -= (uint32_t)there;
    if (walk->left > 0 || file_left(file, walk->position) < 4)
        return file_lacks(file);
    c->stored = load_be32(bytes + there);
    walk->position += 4;
    walk->passes = false;
    return PNG2BMP_OK;
}

png2bmp_status walk_next(chunk_walk *walk, const png_file *file, chunk *c)
{
    png2bmp_status status;

    if (!walk->passes) {
        status = chunk_read_quietly(file, walk->position, c);
        if (status)
            return status;
        if (chunk_is_visible(file, c)) {
            walk->position = chunk_end(c);
            return PNG2BMP_OK;
        }
        walk_pass(walk, c);
    }
    status = walk_on(walk, file);
    *c = walk->current;
    return status;
}

size_t walk_offset(const chunk_walk *walk)
{
    return walk->passes ? walk->current.offset : walk->position;
}
