/*
 * Linked into the Windows build of `npm run prebuilds`, which imports Node-API from "node.exe" when a
 * function of it is called first (a delayed import). The program that has loaded the addon may have
 * another name (Electron, Bun), or have its Node-API in libnode.dll: this says where it is.
 */
#include <windows.h>

#include <delayimp.h>
#include <string.h>

static FARPROC WINAPI find_host(unsigned event, PDelayLoadInfo info)
{
    HMODULE host;

    if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0)
        return NULL;
    host = GetModuleHandleA("libnode.dll");
    return (FARPROC)(void *)(host ? host : GetModuleHandleA(NULL));
}

PfnDliHook __pfnDliNotifyHook2 = find_host;
