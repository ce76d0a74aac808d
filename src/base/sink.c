#include "sink.h"

#include <string.h>

static png2bmp_status put(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    memcpy((uint8_t *)user + offset, bytes, size);
    return PNG2BMP_OK;
}

byte_sink sink_into(uint8_t *memory)
{
    return (byte_sink){put, memory};
}
