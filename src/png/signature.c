#include "signature.h"

#include <stdio.h>
#include <string.h>

#include "base/report.h"

const uint8_t png_signature[SIGNATURE_LENGTH] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

/* How many bytes are examined to identify an input, and how many to find a PNG after others: the
 * head of a form, or a page of warnings. */
#define HEAD_BYTES 256
#define SEARCHED_BYTES 65536

/* What an input is by the bytes at a place. */
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
#define UTF16_TEXT                                                                                 \
    " any more: it became UTF-16 text, as PowerShell's > writes. Let the program write the file "  \
    "itself (-o)"

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
    /* 0x89 is U+2030 in Windows-1252, and U+00EB in the code pages 437 and 850 of consoles. */
    KIND(0, "\xe2\x80\xb0PNG",
         " any more: it was read as Windows-1252 text and written as UTF-8. Write and read it as "
         "binary, without an encoding"),
    KIND(0, "\xc3\xabPNG",
         " any more: it was read as text of a console and written as UTF-8. Write and read it as "
         "binary, without an encoding"),
    KIND(4, "P\0N\0G\0", UTF16_TEXT),
    KIND(4, "\0P\0N\0G", UTF16_TEXT),
    KIND(0, "?PNG",
         " any more: it was written as text, with ? for what is no character. Write it as binary, "
         "without an encoding"),
    KIND(0, "iVBORw0KGgo", " but one in base64: decode it first"),
    KIND(0, "b'iVBORw0KGgo",
         " but one in base64, as Python prints bytes: decode what is in quotes"),
    KIND(0, "b'\\x89PNG", " but one as Python prints bytes: write the bytes, not str() of them"),
    KIND(0, "\\211PNG", " but one in PostgreSQL's escape format: decode it first"),
    KIND(0, "%89PNG", " but one in percent-encoding: decode it to bytes first"),
    KIND(0, "version https://git-lfs", " but a Git LFS pointer to a file: run 'git lfs pull'"),
    KIND(0, "\xff\xd8\xff", " but a JPEG: " CONVERT),
    KIND(0, "\xff\x0a", " but a JPEG XL: " CONVERT),
    KIND(4, "JXL \r\n\x87\n", " but a JPEG XL: " CONVERT),
    KIND(4, "jP  \r\n\x87\n", " but a JPEG 2000: " CONVERT),
    KIND(8, "WEBP", " but a WebP: " CONVERT),
    KIND(0, "GIF8", " but a GIF: " CONVERT),
    KIND(4, "ftypavi", " but an AVIF: " CONVERT),
    KIND(4, "ftyphei", " but a HEIC: " CONVERT),
    KIND(4, "ftyphev", " but a HEIC: " CONVERT),
    KIND(4, "ftypmif1", " but a HEIC or AVIF: " CONVERT),
    KIND(4, "ftypmsf1", " but a HEIC or AVIF: " CONVERT),
    KIND(4, "ftyp", " but a video (MP4 or MOV): extract a picture from it first"),
    KIND(0, "II*\0", " but a TIFF: " CONVERT),
    KIND(0, "MM\0*", " but a TIFF: " CONVERT),
    KIND(0, "\0\0\1\0", " but an ICO: " CONVERT),
    KIND(0, "\0\0\2\0", " but a cursor (CUR): " CONVERT),
    KIND(0, "icns", " but an icon of macOS (ICNS): " CONVERT),
    KIND(0, "\0\5\x16\7", " but metadata of macOS: convert the file whose name lacks the ._"),
    KIND(0, "\x8aMNG", " but an MNG: " CONVERT),
    KIND(0, "\x8bJNG", " but a JNG: " CONVERT),
    KIND(0, "8BPS", " but a Photoshop file: " CONVERT),
    KIND(0, "qoif", " but a QOI: " CONVERT),
    KIND(0, "%PDF", " but a PDF: " CONVERT),
    KIND(0, "\x1f\x8b", " but gzip data: decompress it first"),
    KIND(0, "\x28\xb5\x2f\xfd", " but Zstandard data: decompress it first"),
    KIND(0, "PK\3\4", " but a zip archive: extract the PNG first"),
    KIND(0, "\xff\xfe", " but UTF-16 text: write the PNG as binary"),
};

/* What a text is by its first word, in any case, and a word that follows somewhere; or what text
 * there is before a PNG. */
typedef struct text_kind {
    const char *begins, *contains;
    const char *text;
} text_kind;

#define CHECK "check the server's response"

/* After a byte order mark, blanks and a quotation mark. The first match counts. */
static const text_kind texts[] = {
    {"<!doctype html", "", " but HTML, perhaps an error page: " CHECK},
    {"<html", "", " but HTML, perhaps an error page: " CHECK},
    {"<svg", "", " but an SVG: " CONVERT},
    {"<?xml", "<svg", " but XML, perhaps an SVG: " CONVERT},
    {"<?xml", "<error", " but an error message in XML, as S3 sends: " CHECK},
    {"<error", "", " but an error message in XML: " CHECK},
    {"<?xml", "", " but XML, perhaps an SVG: " CONVERT},
    {"data:", "", ": it is a data URL. Decode what follows the comma (base64) first"},
    {"{", "\"buffer\"",
     " but a Buffer that became JSON: make bytes of its \"data\" again, as "
     "Buffer.from(JSON.parse(text).data) does"},
    {"{\"0\":137", "", " but a Uint8Array that became JSON: send the bytes themselves"},
    {"{", "", " but JSON, perhaps an error message: " CHECK},
    {"[object ", "",
     " but what JavaScript makes of an object as text: write its bytes, not the object"},
    {"[137,", "80", " but its bytes as a list of numbers: write the bytes themselves"},
    {"137,", "80", " but its bytes as a list of numbers: write the bytes themselves"},
    {"137 80 78", "", " but its bytes as a list of numbers: write the bytes themselves"},
    {"<buffer 89", "", " but what console.log shows of a Buffer: write the Buffer itself"},
    {"\\x89504e47", "",
     " but one in hexadecimal, as PostgreSQL shows bytea: decode it, without \\x"},
    {"\\x89", "", " but one with \\x escapes: write the bytes themselves"},
    {"0x89504e47", "", " but one in hexadecimal: decode it first, without 0x"},
    {"89504e47", "", " but one in hexadecimal: decode it first"},
    {"89 50 4e 47", "", " but one in hexadecimal: decode it first"},
    {"--", "content-disposition",
     " but a form (multipart/form-data): take the file out of it first"},
    {"http/", "", " but the head of an HTTP response: " CHECK},
};

/* What comes before an intact PNG. The first match counts. */
static const text_kind before_png[] = {
    {"\xef\xbb\xbf", "", "a byte order mark: write it as binary, without an encoding"},
    {"http/", "", "the head of an HTTP response: convert its body only"},
    {"--", "content-", "the head of a form (multipart/form-data): take the file out of it first"},
    {"content-", "", "the head of a message: convert its body only"},
    {"<", "", "HTML, perhaps a warning of PHP: see what wrote it, and remove it"},
    {"", "warning", "a warning: see what wrote it, and remove it"},
    {"\r", "", "an empty line: see what wrote it, and remove it"},
    {"\n", "", "an empty line: see what wrote it, and remove it"},
    {"", "", "other bytes: remove those"},
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

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

/* word: in lower case. */
static bool begins_with_word(const uint8_t *head, size_t size, const char *word)
{
    for (size_t i = 0; word[i]; i++) {
        if (i == size || lower(head[i]) != (uint8_t)word[i])
            return false;
    }
    return true;
}

static bool contains_word(const uint8_t *head, size_t size, const char *word)
{
    for (size_t at = 0; at <= size; at++) {
        if (begins_with_word(head + at, size - at, word))
            return true;
    }
    return false;
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* A text may start with a byte order mark, blank lines, and a quotation mark. */
static void skip_blanks(const uint8_t **head, size_t *size)
{
    static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};

    if (*size >= sizeof mark && memcmp(*head, mark, sizeof mark) == 0) {
        *head += sizeof mark;
        *size -= sizeof mark;
    }
    while (*size > 0 && (is_space(**head) || **head == '"')) {
        ++*head;
        --*size;
    }
}

/* What the bytes are, or NULL. */
static const char *describe_bytes(const uint8_t *head, size_t size)
{
    if (is_bmp(head, size))
        return " but a BMP already";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (fits(&kinds[i], head, size))
            return kinds[i].text;
    }
    return NULL;
}

static const char *describe_text(const text_kind *list, size_t count, const uint8_t *head,
                                 size_t size)
{
    for (size_t i = 0; i < count; i++) {
        if (begins_with_word(head, size, list[i].begins) &&
            contains_word(head, size, list[i].contains))
            return list[i].text;
    }
    return NULL;
}

#define DESCRIBE_TEXT(list, head, size) describe_text(list, sizeof list / sizeof *list, head, size)

bool signature_is_png(const uint8_t *bytes, size_t size)
{
    return size >= SIGNATURE_LENGTH && memcmp(bytes, png_signature, SIGNATURE_LENGTH) == 0;
}

bool signature_is_decided(const uint8_t *bytes, size_t size)
{
    if (signature_is_png(bytes, size))
        return true;
    return size >= SEARCHED_BYTES + SIGNATURE_LENGTH ||
           (size >= HEAD_BYTES && describe_bytes(bytes, HEAD_BYTES));
}

/* Where a PNG begins after other bytes; 0: nowhere. */
static size_t find_png(const uint8_t *bytes, size_t size)
{
    for (size_t at = 1; at < size && at < SEARCHED_BYTES; at++) {
        if (signature_is_png(bytes + at, size - at))
            return at;
    }
    return 0;
}

static png2bmp_status report_first_bytes(const uint8_t *head, size_t size, png2bmp_report *report)
{
    char text[3 * SIGNATURE_LENGTH + 1] = "";
    for (size_t i = 0; i < size && i < SIGNATURE_LENGTH; i++)
        snprintf(text + 3 * i, sizeof text - 3 * i, " %02x", head[i]);
    return report_error(report, PNG2BMP_ERR_SIGNATURE,
                        "not a PNG: it begins with%s, not with 89 50 4e 47 0d 0a 1a 0a", text);
}

/* Neither a PNG nor known by its first bytes: one after other bytes, or a text. */
static png2bmp_status report_unusual(const uint8_t *bytes, size_t size, const uint8_t *head,
                                     size_t length, png2bmp_report *report)
{
    const size_t   begins = find_png(bytes, size);
    const uint8_t *text = head;
    size_t         left = length;
    const char    *what;

    if (begins > 0)
        return report_error(report, PNG2BMP_ERR_SIGNATURE,
                            "not a PNG: the PNG begins %zu byte%s later, after %s", begins,
                            begins == 1 ? "" : "s", DESCRIBE_TEXT(before_png, head, length));
    skip_blanks(&text, &left);
    what = DESCRIBE_TEXT(texts, text, left);
    if (!what)
        what = describe_bytes(text, left);
    return what ? report_error(report, PNG2BMP_ERR_SIGNATURE, "not a PNG%s", what)
                : report_first_bytes(head, length, report);
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
    what = describe_bytes(head, length);
    return what ? report_error(report, PNG2BMP_ERR_SIGNATURE, "not a PNG%s", what)
                : report_unusual(bytes, size, head, length, report);
}
