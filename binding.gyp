{
  "targets": [
    {
      "target_name": "png2bmp",
      "type": "loadable_module",
      "sources": ["<!@(node scripts/sources.js)"],
      "include_dirs": ["include", "src", "<!(node scripts/libdeflate.js include)"],
      "defines": ["NAPI_VERSION=8", "NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED"],
      "libraries": ["<!(node scripts/libdeflate.js)"],
      "cflags": ["-std=c11", "-O3", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "conditions": [
        ["OS=='linux'", {
          "ldflags": ["-Wl,--as-needed", "-Wl,--exclude-libs,ALL", "-Wl,-z,relro,-z,now", "-Wl,-s"]
        }],
        ["OS=='mac'", {
          "xcode_settings": {
            "GCC_C_LANGUAGE_STANDARD": "c11",
            "GCC_OPTIMIZATION_LEVEL": "3",
            "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
            "WARNING_CFLAGS": ["-Wall", "-Wextra"]
          }
        }]
      ]
    }
  ]
}
