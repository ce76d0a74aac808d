/* gdk-pixbuf's loader: the R G B A pixels of each file to standard output. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        GError       *error = NULL;
        GdkPixbuf    *pixbuf = gdk_pixbuf_new_from_file(argv[i], &error);
        const guchar *pixels;
        int           channels;

        if (!pixbuf) {
            fprintf(stderr, "%s\n", error->message);
            return 1;
        }
        pixels = gdk_pixbuf_read_pixels(pixbuf);
        channels = gdk_pixbuf_get_n_channels(pixbuf);
        for (int y = 0; y < gdk_pixbuf_get_height(pixbuf); y++) {
            for (int x = 0; x < gdk_pixbuf_get_width(pixbuf); x++) {
                const guchar *p =
                    pixels + (size_t)y * (size_t)gdk_pixbuf_get_rowstride(pixbuf) + x * channels;

                fwrite(p, 1, 3, stdout);
                putchar(channels == 4 ? p[3] : 255);
            }
        }
        g_object_unref(pixbuf);
    }
    return 0;
}
