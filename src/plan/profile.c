/* Offsets are those of the profile header in ICC.1:2022, section 7.2; iCCP is section 11.3.2.3 of
 * the PNG specification, third edition. */
#include "profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/report.h"
#include "cpu/levels.h"
#include "inflate/inflate.h"
#include "png/chunk.h"

/* Longer profiles are left out: those of displays and cameras have kilobytes, and a chunk of a few
 * bytes could announce 4 GiB. */
#define MOST_BYTES (4u << 20)

/* The name of the profile and a zero; a byte more says how it is compressed. */
#define MOST_NAME 80

#define HEADER_BYTES 128
#define TAG_COUNT_BYTES 4

/* The compressed bytes are handed out in pieces, before each of which the conversion may be
 * cancelled. */
#define PIECE 65536u

/* Values of bV5Intent: wingdi.h. */
enum {
    LCS_GM_BUSINESS = 1,
    LCS_GM_GRAPHICS = 2,
    LCS_GM_IMAGES = 4,
    LCS_GM_ABS_COLORIMETRIC = 8
};

/* ---- The compressed bytes ------------------------------------------------------ */

typedef struct stream {
    const uint8_t *next;
    size_t         left;
    cancel_check  *cancel;
} stream;

static void next_piece(void *user, const uint8_t **bytes, size_t *size)
{
    stream *s = user;

    *size = cancel_ask(s->cancel) ? 0 : smaller(s->left, PIECE);
    *bytes = s->next;
    s->next += *size;
    s->left -= *size;
}

/* In an iCCP chunk a name of 1 to 79 bytes and a zero come first, then the method, 0. Returns what
 * is wrong with it; NULL: nothing. */
static const char *find_stream(const chunk *c, stream *s)
{
    const size_t         most = smaller(c->length, MOST_NAME);
    const uint8_t *const zero = most > 0 ? memchr(c->data, 0, most) : NULL;
    size_t               before;

    if (!zero || zero == c->data)
        return "it has no name";
    before = (size_t)(zero - c->data) + 2;
    if (c->length <= before || zero[1] != 0)
        return "its compression method is unknown";
    *s = (stream){.next = c->data + before, .left = c->length - before};
    return s->left > MOST_BYTES ? "it is longer than 4 MiB" : NULL;
}

static inflater *open_stream(stream *s, const png2bmp_plan *plan, uint32_t total, size_t row)
{
    return inflate_open(&(inflate_config){.source = {.next = next_piece, .user = s},
                                          .total_bytes = total,
                                          .longest_row = row,
                                          .check_adler = !plan->options.ignore_checksums,
                                          .kernels = kernels_for(plan->options.cpu)});
}

uint64_t profile_memory(const png2bmp_plan *plan)
{
    return plan->bmp.profile_length ? inflate_memory(plan->bmp.profile_length, 1) : 0;
}

/* ---- The profile --------------------------------------------------------------- */

static png2bmp_status discard(void *user, const uint8_t *bytes, size_t size, uint64_t offset)
{
    (void)user, (void)bytes, (void)size, (void)offset;
    return PNG2BMP_OK;
}

/* Passes on `length` bytes, which belong at `offset`. False: the stream has fewer, or is damaged,
 * or the sink has failed, which sets *status. Bytes after the profile are ignored. */
static bool copy_profile(inflater *z, uint32_t length, byte_sink sink, uint64_t offset,
                         png2bmp_status *status)
{
    const uint8_t *bytes;
    size_t         size;
    bool           extra;

    for (uint32_t left = length; left > 0; left -= (uint32_t)size, offset += size) {
        if (inflate_rows(z, 1, left, &bytes, &size))
            return false;
        *status = sink.write(sink.user, bytes, size, offset);
        if (*status)
            return false;
    }
    return !inflate_finish(z, &extra);
}

/* Whether there are so many bytes; or out of memory. */
static png2bmp_status check_length(const png2bmp_plan *plan, stream s, uint32_t length, bool *fits)
{
    inflater      *z = open_stream(&s, plan, length, 1);
    png2bmp_status status = PNG2BMP_OK;

    if (!z)
        return PNG2BMP_ERR_OUT_OF_MEMORY;
    *fits = copy_profile(z, length, (byte_sink){discard, NULL}, 0, &status);
    inflate_close(z);
    return PNG2BMP_OK;
}

static png2bmp_status read_header(const png2bmp_plan *plan, stream s, uint8_t header[HEADER_BYTES],
                                  bool *is_there)
{
    inflater      *z = open_stream(&s, plan, HEADER_BYTES, HEADER_BYTES);
    const uint8_t *bytes;
    size_t         count;

    if (!z)
        return PNG2BMP_ERR_OUT_OF_MEMORY;
    *is_there = !inflate_rows(z, HEADER_BYTES, 1, &bytes, &count);
    if (*is_there)
        memcpy(header, bytes, HEADER_BYTES);
    inflate_close(z);
    return PNG2BMP_OK;
}

static const char *profile_defect(const uint8_t header[HEADER_BYTES])
{
    const uint32_t size = load_be32(header);

    if (memcmp(header + 36, "acsp", 4) != 0 || size < HEADER_BYTES + TAG_COUNT_BYTES)
        return "it is not an ICC profile";
    return size > MOST_BYTES ? "it is longer than 4 MiB" : NULL;
}

static const char *header_defect(const uint8_t header[HEADER_BYTES])
{
    const char *defect = profile_defect(header);

    if (defect)
        return defect;
    return memcmp(header + 16, "RGB ", 4) == 0 ? NULL : "it is not for RGB, as the pixels of a BMP";
}

/* Section 7.2.15; an unknown one is treated as the default. */
static uint32_t intent_of(const uint8_t header[HEADER_BYTES])
{
    switch (load_be32(header + 64)) {
    case 1:
        return LCS_GM_GRAPHICS; /* relative colorimetric */
    case 2:
        return LCS_GM_BUSINESS; /* saturation */
    case 3:
        return LCS_GM_ABS_COLORIMETRIC;
    default:
        return LCS_GM_IMAGES; /* perceptual */
    }
}

/* ---- Plan ------------------------------------------------------------------------ */

/* What is wrong with the profile in *defect, or its facts in the plan. */
static png2bmp_status read_profile(png2bmp_plan *plan, const chunk *c, const char **defect)
{
    const char *const damaged = "its compressed data is damaged";
    uint8_t           header[HEADER_BYTES];
    bool              fits;
    stream            s;
    png2bmp_status    status;

    *defect = find_stream(c, &s);
    if (*defect)
        return PNG2BMP_OK;
    status = read_header(plan, s, header, &fits);
    if (!status)
        *defect = fits ? header_defect(header) : damaged;
    if (status || *defect)
        return status;
    status = check_length(plan, s, load_be32(header), &fits);
    if (status)
        return status;
    if (!fits) {
        *defect = damaged;
        return PNG2BMP_OK;
    }
    plan->bmp.profile_length = load_be32(header);
    plan->bmp.profile_intent = intent_of(header);
    plan->bmp.byte_length += plan->bmp.profile_length;
    return PNG2BMP_OK;
}

size_t profile_most_kept(const png2bmp_options *options)
{
    return options->profile == PNG2BMP_PROFILE_EMBED ||
                   options->color_space == PNG2BMP_COLOR_SPACE_SRGB
               ? MOST_NAME + 1 + MOST_BYTES
               : 0;
}

uint64_t profile_kept_bytes(const png_file *file)
{
    return file->fed ? file->fed->kept : 0;
}

/* The iCCP chunk that the plan knows. */
static png2bmp_status read_chunk(const png_file *file, size_t at, chunk *c)
{
    if (!file->fed)
        return chunk_read(file, at, c);
    *c = file->fed->profile;
    return PNG2BMP_OK;
}

/* The same, and whether its CRC is right. */
static png2bmp_status check_chunk(const png_file *file, size_t at, chunk *c, bool *dropped)
{
    const png2bmp_status status = read_chunk(file, at, c);

    *dropped = false;
    if (status)
        return status == PNG2BMP_ERR_TRUNCATED ? chunk_report_truncated(file, at) : status;
    return chunk_check_ancillary_crc(file, c, dropped);
}

png2bmp_status profile_plan(png2bmp_plan *plan, const png_file *file)
{
    const size_t   at = plan->about.icc_at;
    const char    *defect;
    bool           dropped;
    png2bmp_status status;
    chunk          c;

    if (plan->options.profile != PNG2BMP_PROFILE_EMBED || at == 0 || plan->is_srgb)
        return PNG2BMP_OK;
    status = check_chunk(file, at, &c, &dropped);
    if (status || dropped)
        return status;
    status = read_profile(plan, &c, &defect);
    if (status)
        return report_plain_error(file->report, status);
    if (!defect)
        return PNG2BMP_OK;
    return report_warning(file->report, file->strict, PNG2BMP_ERR_PROFILE,
                          "iCCP at byte %zu is left out: %s", at, defect);
}

/* ---- Into memory ---------------------------------------------------------------- */

static png2bmp_status check_memory(const png2bmp_plan *plan, size_t length, png2bmp_report *report)
{
    const uint64_t bytes = length + inflate_memory(length, 1);

    if (bytes <= plan->options.max_memory)
        return PNG2BMP_OK;
    return report_error(report, PNG2BMP_ERR_MEMORY_LIMIT,
                        "to read the ICC profile needs %llu bytes; maxMemory allows %llu",
                        (unsigned long long)bytes, (unsigned long long)plan->options.max_memory);
}

/* Fills profile->bytes, unless there are fewer, or they are damaged. */
static png2bmp_status read_bytes(const png2bmp_plan *plan, stream s, profile_bytes *profile)
{
    const uint32_t length = (uint32_t)profile->size;
    inflater      *z = open_stream(&s, plan, length, 1);
    uint8_t       *memory = z ? malloc(length) : NULL;
    png2bmp_status status = PNG2BMP_OK;

    if (memory && copy_profile(z, length, sink_into(memory), 0, &status))
        profile->bytes = memory;
    else
        free(memory);
    inflate_close(z);
    return memory ? PNG2BMP_OK : PNG2BMP_ERR_OUT_OF_MEMORY;
}

static png2bmp_status read_whole(const png2bmp_plan *plan, const chunk *c, profile_bytes *profile,
                                 png2bmp_report *report)
{
    const char *const damaged = "its compressed data is damaged";
    uint8_t           header[HEADER_BYTES];
    bool              is_there;
    png2bmp_status    status;
    stream            s;

    profile->defect = find_stream(c, &s);
    if (profile->defect)
        return PNG2BMP_OK;
    status = read_header(plan, s, header, &is_there);
    if (status)
        return report_plain_error(report, status);
    profile->defect = is_there ? profile_defect(header) : damaged;
    if (profile->defect)
        return PNG2BMP_OK;
    profile->size = load_be32(header);
    status = check_memory(plan, profile->size, report);
    if (status)
        return status;
    status = read_bytes(plan, s, profile);
    if (status)
        return report_plain_error(report, status);
    profile->defect = profile->bytes ? NULL : damaged;
    return PNG2BMP_OK;
}

png2bmp_status profile_read(const png2bmp_plan *plan, const png_file *file, profile_bytes *profile)
{
    bool           dropped;
    png2bmp_status status;
    chunk          c;

    *profile = (profile_bytes){NULL, 0, NULL};
    status = check_chunk(file, plan->about.icc_at, &c, &dropped);
    return status || dropped ? status : read_whole(plan, &c, profile, file->report);
}

/* ---- Run ------------------------------------------------------------------------- */

/* Where the profile starts: after the rows. */
static uint64_t offset_of_profile(const png2bmp_plan *plan)
{
    return plan->bmp.byte_length - plan->bmp.profile_length;
}

static png2bmp_status copy_again(const png2bmp_plan *plan, stream *s, byte_sink sink,
                                 png2bmp_report *report)
{
    inflater      *z = open_stream(s, plan, plan->bmp.profile_length, 1);
    png2bmp_status status = PNG2BMP_OK;
    bool           copied;

    if (!z)
        return report_plain_error(report, PNG2BMP_ERR_OUT_OF_MEMORY);
    copied = copy_profile(z, plan->bmp.profile_length, sink, offset_of_profile(plan), &status);
    inflate_close(z);
    if (status)
        return status;
    status = cancel_status(s->cancel); /* perhaps after the last byte */
    if (status)
        return status;
    if (copied)
        return PNG2BMP_OK;
    return report_error(report, PNG2BMP_ERR_PROFILE, "iCCP at byte %zu has changed since the plan",
                        plan->about.icc_at);
}

png2bmp_status profile_write(const png2bmp_plan *plan, const png_file *file, byte_sink sink)
{
    stream s;
    chunk  c;

    if (plan->bmp.profile_length == 0)
        return PNG2BMP_OK;
    if (read_chunk(file, plan->about.icc_at, &c) || find_stream(&c, &s))
        return report_error(file->report, PNG2BMP_ERR_PROFILE,
                            "iCCP at byte %zu has changed since the plan", plan->about.icc_at);
    s.cancel = file->cancel;
    return copy_again(plan, &s, sink, file->report);
}
