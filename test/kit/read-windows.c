/* Windows' loaders of BMP, here those of Wine: the R G B A pixels of each file to standard output.
 *     read-windows.exe LoadImage|WIC FILE... */
#define COBJMACROS
#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <wincodec.h>

static int fail(const char *what, const wchar_t *file)
{
    fprintf(stderr, "%s: %ls\n", what, file);
    return 1;
}

static void print(const BYTE *bgra, int width, int height, BOOL has_alpha)
{
    for (int i = 0; i < width * height; i++, bgra += 4) {
        putchar(bgra[2]);
        putchar(bgra[1]);
        putchar(bgra[0]);
        putchar(has_alpha ? bgra[3] : 255);
    }
}

/* ---- GDI ---------------------------------------------------------------------------- */

static int print_bitmap(HBITMAP bitmap, const wchar_t *file)
{
    DIBSECTION dib;
    int        failed = 1;

    if (GetObjectW(bitmap, sizeof dib, &dib) != sizeof dib)
        return fail("no DIB section", file);

    const int  width = dib.dsBm.bmWidth, height = dib.dsBm.bmHeight;
    BITMAPINFO info = {{sizeof info.bmiHeader, width, -height, 1, 32, BI_RGB, 0, 0, 0, 0, 0},
                       {{0}}};
    BYTE      *bgra = malloc((size_t)width * (size_t)height * 4);
    const HDC  screen = GetDC(NULL);

    if (bgra && GetDIBits(screen, bitmap, 0, (UINT)height, bgra, &info, DIB_RGB_COLORS) == height) {
        print(bgra, width, height, dib.dsBm.bmBitsPixel == 32);
        failed = 0;
    }
    ReleaseDC(NULL, screen);
    free(bgra);
    return failed;
}

static int with_load_image(const wchar_t *file)
{
    const HBITMAP bitmap =
        LoadImageW(NULL, file, IMAGE_BITMAP, 0, 0, LR_LOADFROMFILE | LR_CREATEDIBSECTION);
    int failed;

    if (!bitmap)
        return fail("LoadImage", file);
    failed = print_bitmap(bitmap, file);
    DeleteObject(bitmap);
    return failed;
}

/* ---- The Windows Imaging Component ------------------------------------------------------ */

static int print_source(IWICBitmapSource *source)
{
    UINT    width = 0, height = 0;
    BYTE   *bgra;
    HRESULT result;

    IWICBitmapSource_GetSize(source, &width, &height);
    bgra = malloc((size_t)width * height * 4);
    if (!bgra)
        return 1;
    result = IWICBitmapSource_CopyPixels(source, NULL, width * 4, width * height * 4, bgra);
    if (SUCCEEDED(result))
        print(bgra, (int)width, (int)height, TRUE);
    free(bgra);
    return FAILED(result);
}

static int with_wic(IWICImagingFactory *factory, const wchar_t *file)
{
    IWICBitmapDecoder     *decoder = NULL;
    IWICBitmapFrameDecode *frame = NULL;
    IWICBitmapSource      *bgra = NULL;
    int                    failed = 1;

    if (SUCCEEDED(IWICImagingFactory_CreateDecoderFromFilename(
            factory, file, NULL, GENERIC_READ, WICDecodeMetadataCacheOnDemand, &decoder)) &&
        SUCCEEDED(IWICBitmapDecoder_GetFrame(decoder, 0, &frame)) &&
        SUCCEEDED(WICConvertBitmapSource(&GUID_WICPixelFormat32bppBGRA, (IWICBitmapSource *)frame,
                                         &bgra)))
        failed = print_source(bgra);
    if (bgra)
        IWICBitmapSource_Release(bgra);
    if (frame)
        IWICBitmapFrameDecode_Release(frame);
    if (decoder)
        IWICBitmapDecoder_Release(decoder);
    return failed ? fail("WIC", file) : 0;
}

/* ---- Both --------------------------------------------------------------------------------- */

static IWICImagingFactory *open_wic(void)
{
    void *factory = NULL;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    CoCreateInstance(&CLSID_WICImagingFactory, NULL, CLSCTX_INPROC_SERVER, &IID_IWICImagingFactory,
                     &factory);
    return factory;
}

int wmain(int argc, wchar_t **argv)
{
    const BOOL          is_wic = argc > 1 && wcscmp(argv[1], L"WIC") == 0;
    IWICImagingFactory *factory = is_wic ? open_wic() : NULL;

    if (is_wic && !factory)
        return fail("no WIC", argv[1]);
    _setmode(_fileno(stdout), _O_BINARY);
    for (int i = 2; i < argc; i++) {
        if (is_wic ? with_wic(factory, argv[i]) : with_load_image(argv[i]))
            return 1;
    }
    return 0;
}
