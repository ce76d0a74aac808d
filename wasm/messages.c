/* vsnprintf and snprintf for the messages of src/: %s, %u, %x, %%, the sizes l, ll and z, and a
 * width with or without zeros. They take the place of the C library's, which know floating point
 * and files: 15 kB. test/backends.test.js compares messages, and looks for other conversions. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct text {
    char  *bytes;
    size_t room,
        length; /* length: without the zero at the end, and maybe more than there is room */
} text;

/* 2^64 has 20 decimal digits. */
#define MOST_DIGITS 20

typedef struct conversion {
    char     pad;
    unsigned width;
    bool     is_64_bit;
    char     letter;
} conversion;

static void add(text *to, char c)
{
    if (to->length + 1 < to->room)
        to->bytes[to->length] = c;
    to->length++;
}

static void add_padded(text *to, const char *bytes, size_t length, const conversion *how)
{
    for (size_t i = length; i < how->width; i++)
        add(to, how->pad);
    for (size_t i = 0; i < length; i++)
        add(to, bytes[i]);
}

static void add_number(text *to, unsigned long long number, const conversion *how)
{
    const unsigned base = how->letter == 'x' ? 16 : 10;
    char           digits[MOST_DIGITS];
    size_t         first = MOST_DIGITS;

    do {
        digits[--first] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0);
    add_padded(to, digits + first, MOST_DIGITS - first, how);
}

/* What comes after a percent sign; returns its last letter. size_t and long have 32 bits here. */
static const char *read_conversion(const char *format, conversion *how)
{
    *how = (conversion){.pad = *format == '0' ? '0' : ' '};
    for (; *format >= '0' && *format <= '9'; format++)
        how->width = how->width * 10 + (unsigned)(*format - '0');
    how->is_64_bit = format[0] == 'l' && format[1] == 'l';
    while (*format == 'l' || *format == 'z')
        format++;
    how->letter = *format;
    return format;
}

int vsnprintf(char *restrict bytes, size_t room, const char *restrict format, va_list arguments)
{
    text to = {bytes, room, 0};

    for (; *format; format++) {
        conversion  how;
        const char *string;

        if (*format != '%') {
            add(&to, *format);
            continue;
        }
        format = read_conversion(format + 1, &how);
        if (how.letter == 's') {
            string = va_arg(arguments, const char *);
            add_padded(&to, string, strlen(string), &how);
        } else if (how.letter == '%') {
            add(&to, '%');
        } else if (how.is_64_bit) {
            add_number(&to, va_arg(arguments, unsigned long long), &how);
        } else {
            add_number(&to, va_arg(arguments, unsigned), &how);
        }
    }
    if (room > 0)
        bytes[to.length < room ? to.length : room - 1] = 0;
    return (int)to.length;
}

int snprintf(char *restrict bytes, size_t room, const char *restrict format, ...)
{
    va_list arguments;
    int     length;

    va_start(arguments, format);
    length = vsnprintf(bytes, room, format, arguments);
    va_end(arguments);
    return length;
}
