#!/bin/sh
# The inflater compared with one-shot libdeflate, on the IDAT streams of the corpus:
#
#     bench/inflate.sh [-v] [-c cpu level] [-t milliseconds a file]
#
# See bench/inflate.c for what is measured and printed.
set -eu
cd "$(dirname "$0")"

[ -n "${BENCH_SMOKE:-}" ] || [ -d corpus ] || ./corpus.sh
make -s build/inflate
node -e '
  for (const file of require("./corpus.js").corpusFiles())
    if (!file.interlaced) console.log(`${file.class}\t${file.file}`);
' >build/inflate.list
exec build/inflate "$@" build/inflate.list
