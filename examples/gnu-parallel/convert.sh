#!/bin/sh
# Converts a tree of PNGs with GNU parallel, on this machine or on several.
#
#   convert.sh IN OUT STATE [OPTION OF PARALLEL]...
#
# IN/a/b.png becomes OUT/a/b.bmp. STATE is a directory that records what has
# been done: if the same command is run again, it only runs the batches that
# failed or were not reached. The result of each file is one line of JSON on
# standard output. Exit status 0: every file is converted, or is not a good PNG.
#
# PNG2BMP  the program (default: png2bmp)   BATCH  files per process (default: 200)
set -eu

if [ $# -lt 3 ]; then
    echo "usage: convert.sh IN OUT STATE [OPTION OF PARALLEL]..." >&2
    exit 2
fi

in=$(cd "$1" && pwd)
mkdir -p "$2" "$3"
out=$(cd "$2" && pwd)
state=$(cd "$3" && pwd)
shift 3
batch=$(cd "$(dirname "$0")" && pwd)/batch.sh

# Parallel identifies batches by number, so the list is made only once.
if [ ! -e "$state/list" ]; then
    (cd "$in" && find . -name '*.png' -print0) | LC_ALL=C sort -z > "$state/list.new"
    mv "$state/list.new" "$state/list"
fi

# The commands are plain sh. Where SHELL is not set, parallel guesses, and on
# other machines wrongly.
PARALLEL_SHELL=/bin/sh
export PARALLEL_SHELL

# --quote: the names of the program and of OUT may have spaces.
exec parallel --quote --null --max-args "${BATCH:-200}" --workdir "$in" \
    --joblog "$state/joblog" --resume-failed "$@" \
    "$batch" "${PNG2BMP:-png2bmp}" "$out" '{}' < "$state/list"
