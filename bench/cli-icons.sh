#!/bin/sh
# How long 10 000 icons take: png2bmp, one mogrify, and one ImageMagick process
# for each (timed on 100 of them, and multiplied).
#
#   bench/cli-icons.sh [DIRECTORY]
#
# DIRECTORY holds the icons, /usr/share/icons by default; on Debian the packages
# adwaita-icon-theme, imagemagick and time. Works in memory (/dev/shm) where it
# can: the time a disk takes is the same for all, and differs from run to run.
set -eu

icons=${1:-/usr/share/icons}
count=10000
rounds=3
program=$(cd "$(dirname "$0")/.." && pwd)/bin/png2bmp.js

base=/tmp
[ -w /dev/shm ] && base=/dev/shm
work=$(mktemp -d "$base/png2bmp-icons.XXXXXX")
trap 'rm -rf "$work"' EXIT

# At most 256 x 256 pixels: icons. If there are too few, they are used again.
find "$icons" -type f -name '*.png' | grep -vE '512x512|1024x1024' | sort > "$work/list"
available=$(wc -l < "$work/list")
[ "$available" -gt 0 ] || { echo "no PNG below $icons" >&2; exit 1; }

mkdir "$work/in"
i=0
while [ "$i" -lt "$count" ]; do
    while [ "$i" -lt "$count" ] && read -r file; do
        cp "$file" "$work/in/$i.png"
        i=$((i + 1))
    done < "$work/list"
done

# Prints the wall-clock and processor seconds of the fastest round.
measure() {
    round=0
    : > "$work/times"
    while [ "$round" -lt "$rounds" ]; do
        rm -rf "$work/out"
        mkdir "$work/out"
        /usr/bin/time -a -o "$work/times" -f '%e %U %S' "$@"
        round=$((round + 1))
    done
    sort -n "$work/times" | awk 'NR == 1 { printf "%.2f %.2f", $1, $2 + $3 }'
}

# The first 100 icons, one process each.
cat > "$work/each" <<'SCRIPT'
i=0
while [ "$i" -lt 100 ]; do
    convert "in/$i.png" "out/$i.bmp"
    i=$((i + 1))
done
SCRIPT

cd "$work"
ours=$(measure "$program" -r -d out in)
written=$(find out -name '*.bmp' | wc -l)
[ "$written" -eq "$count" ] || { echo "png2bmp wrote $written of $count" >&2; exit 1; }
mogrify=$(measure mogrify -format bmp -path out in/*.png)
each=$(measure sh each)

echo "$count icons of $available different ones, $(du -sk --apparent-size in | cut -f1) kB; fastest of $rounds; seconds, processor seconds"
echo "png2bmp        $ours"
echo "mogrify        $mogrify"
echo "convert, each  $(echo "$each" | awk '{ printf "%.0f %.0f", $1 * 100, $2 * 100 }') (100 timed)"
