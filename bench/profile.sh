#!/bin/sh
# Where the time of png2bmp goes, in C, class by class: the share of each
# function, sampled by perf (linux-perf). Needs a run of `npm run bench` before,
# which builds and fetches.
#
#     bench/profile.sh photo-rgb icon ...
set -eu
cd "$(dirname "$0")"
data=$(mktemp)
trap 'rm -f "$data"' EXIT
for class in "$@"; do
  perf record -q -o "$data" -e cpu-clock -F 4000 build/native --mode warm \
    --seconds 0.3 --rounds 200 --peers png2bmp corpus/"$class"/*.png >/dev/null
  echo "$class"
  perf report -q -i "$data" --stdio --sort symbol --percent-limit 2 2>/dev/null |
    sed -n 's/ *-  *- *$//; s/^ *\([0-9.]*%\) *\[.\] /  \1 /p'
done
