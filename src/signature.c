#include "signature.h"

#include <stdio.h>
#include <string.h>

#include "report.h"

static const uint8_t png_signature[SIGNATURE_LENGTH] = {0x89, 'P',  'N',  'G',
                                                        '\r', '\n', 0x1a, '\n'};

/* How many bytes are examined to identify an input. */
#define HEAD_BYTES 64

typedef struct kind {
    size_t      offset;
    const char *bytes;
    size_t      length;
    const char *text; /* after "not a PNG" */
} kind;

#define KIND(offset, bytes, text)                                                                  \
    {                                                                                              \
        offset, bytes, sizeof(bytes) - 1, text                                                     \
    }
#define CONVERT "convert it to PNG first"

/* The first match counts. Damaged PNGs come first: the bytes of the signature were chosen so that
 * each of these transfers would be noticed. */
static const kind kinds[] = {
    KIND(0, "\x89PNG\n\x1a\n",
         " any more: its CR LF line endings became LF. Transfer it as binary, not in text mode"),
    KIND(0, "\x89PNG",
         " any more: its line endings were changed. Transfer it as binary, not in text mode"),
    KIND(0, "\x09PNG",
         " any more: the high bit of each byte was stripped. Transfer it as 8-bit binary"),
    KIND(0, "\xef\xbf\xbdPNG",
         " any more: it was decoded as UTF-8 text. Read it as binary, without an encoding"),
    KIND(0, "\xc2\x89PNG",
         " any more: it was encoded as UTF-8 text. Write and read it as binary, without an "
         "encoding"),
    KIND(0, "?PNG",
         " any more: it was written as text, with ? for what is no character. Write it as binary, "
         "without an encoding"),
    KIND(0, "iVBORw0KGgo", " but one in base64: decode it first"),
    KIND(0, "data:", ": it is a data URL. Decode what follows the comma (base64) first"),
    KIND(0, "version https://git-lfs", " but a Git LFS pointer to a file: run 'git lfs pull'"),
    KIND(0, "\xff\xd8\xff", " but a JPEG: " CONVERT),
    KIND(0, "\xff\x0a", " but a JPEG XL: " CONVERT),
    KIND(8, "WEBP", " but a WebP: " CONVERT),
    KIND(0, "GIF8", " but a GIF: " CONVERT),
    KIND(4, "ftypavif", " but an AVIF: " CONVERT),
    KIND(4, "ftyphei", " but a HEIC: " CONVERT),
    KIND(4, "ftypmif1", " but a HEIC or AVIF: " CONVERT),
    KIND(4, "ftypmsf1", " but a HEIC or AVIF: " CONVERT),
    KIND(0, "II*\0", " but a TIFF: " CONVERT),
    KIND(0, "MM\0*", " but a TIFF: " CONVERT),
    KIND(0, "\0\0\1\0", " but an ICO: " CONVERT),
    KIND(0, "\x8aMNG", " but an MNG: " CONVERT),
    KIND(0, "%PDF", " but a PDF: " CONVERT),
    KIND(0, "\x1f\x8b", " but gzip data: decompress it first"),
    KIND(0, "PK\3\4", " but a zip archive: extract the PNG first"),
    KIND(0, "<svg", " but an SVG: " CONVERT),
    KIND(0, "<?xml", " but XML, perhaps an SVG: " CONVERT),
};

static bool fits(const kind *k, const uint8_t *head, size_t size)
{
    return k->offset + k->length <= size && memcmp(head + k->offset, k->bytes, k->length) == 0;
}

static bool is_bmp(const uint8_t *head, size_t size)
{
    static const uint8_t reserved[4] = {0};
    return size >= 10 && head[0] == 'B' && head[1] == 'M' && memcmp(head + 6, reserved, 4) == 0;
}

static bool begins_with_word(const uint8_t *head, size_t size, const char *word)
{
    for (size_t i = 0; word[i]; i++) {
        if (i == size || (head[i] | 0x20) != (word[i] | 0x20))
            return false;
    }
    return true;
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* A text may start with a byte order mark and blank lines. */
static void skip_blanks(const uint8_t **head, size_t *size)
{
    static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};

    if (*size >= sizeof mark && memcmp(*head, mark, sizeof mark) == 0) {
        *head += sizeof mark;
        *size -= sizeof mark;
    }
    while (*size > 0 && is_space(**head)) {
        ++*head;
        --*size;
    }
}

static bool is_html(const uint8_t *head, size_t size)
{
    return begins_with_word(head, size, "<!doctype html") || begins_with_word(head, size, "<html");
}

/* What the bytes are, or NULL. */
static const char *describe(const uint8_t *head, size_t size)
{
    if (is_bmp(head, size))
        return " but a BMP already";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (fits(&kinds[i], head, size))
            return kinds[i].text;
    }
    return NULL;
}

static const char *describe_text(const uint8_t *head, size_t size)
{
    skip_blanks(&head, &size);
    return is_html(head, size) ? " but HTML, perhaps an error page: check the server's response"
                               : describe(head, size);
}

static png2bmp_status report_first_bytes(const uint8_t *head, size_t size, png2bmp_report *report)
{
    char text[3 * SIGNATURE_LENGTH + 1] = "";
    for (size_t i = 0; i < size && i < SIGNATURE_LENGTH; i++)
        snprintf(text + 3 * i, sizeof text - 3 * i, " %02x", head[i]);
    return report_error(report, PNG2BMP_ERR_SIGNATURE,
                        "not a PNG: it begins with%s, not with 89 50 4e 47 0d 0a 1a 0a", text);
}

bool signature_is_png(const uint8_t *bytes, size_t size)
{
    return size >= SIGNATURE_LENGTH && memcmp(bytes, png_signature, SIGNATURE_LENGTH) == 0;
}

png2bmp_status signature_check(const uint8_t *bytes, size_t size, png2bmp_report *report)
{
    uint8_t      head[HEAD_BYTES]; /* a copy: the input may change while it is examined */
    const size_t length = size < sizeof head ? size : sizeof head;
    const size_t compared = length < SIGNATURE_LENGTH ? length : SIGNATURE_LENGTH;
    const char  *what;

    if (length == 0)
        return report_error(report, PNG2BMP_ERR_SIGNATURE, "not a PNG: the input is empty");
    memcpy(head, bytes, length);
    if (memcmp(head, png_signature, compared) == 0)
        return compared == SIGNATURE_LENGTH
                   ? PNG2BMP_OK
                   : report_error(report, PNG2BMP_ERR_TRUNCATED,
                                  "the file ends at byte %zu, inside the signature", size);
    what = describe(head, length);
    if (!what)
        what = describe_text(head, length);
    return what ? report_error(report, PNG2BMP_ERR_SIGNATURE, "not a PNG%s", what)
                : report_first_bytes(head, length, report);
}
