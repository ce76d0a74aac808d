/* SDL2's loader: the R G B A pixels of each file to standard output. */
#include <SDL.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        SDL_Surface *file = SDL_LoadBMP(argv[i]), *rgba;

        rgba = file ? SDL_ConvertSurfaceFormat(file, SDL_PIXELFORMAT_RGBA32, 0) : NULL;
        if (!rgba) {
            fprintf(stderr, "%s\n", SDL_GetError());
            return 1;
        }
        for (int y = 0; y < rgba->h; y++)
            fwrite((char *)rgba->pixels + y * rgba->pitch, 4, (size_t)rgba->w, stdout);
        SDL_FreeSurface(file);
        SDL_FreeSurface(rgba);
    }
    return 0;
}
