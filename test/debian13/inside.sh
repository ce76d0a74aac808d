#!/bin/sh
# Run by run.sh on a bare Debian 13 with Node.js, as root, beside a clone in /root/png2bmp.
set -eu
cd /root/png2bmp

title() { printf '\n-- %s (%s)\n' "$*" "$(date -u +%H:%M:%S)"; }
fail() { echo "$*" >&2; exit 1; }
is_installed() { dpkg-query --show --showformat '${Status}' "$1" 2>/dev/null | grep -q ' installed$'; }
# Converts with the package that is installed in the current folder.
convert() {
    cp /root/png2bmp/samples/sample.png .
    npx --no-install png2bmp sample.png
    cmp sample.bmp /root/png2bmp/samples/sample.bmp
    node -p 'require("png2bmp").versions.backend' | grep -q "^$1\$" || fail "not the backend $1"
}
empty_folder() {
    rm -rf /root/empty && mkdir /root/empty && cd /root/empty
    echo '{ "private": true }' >package.json
}

title './setup.sh && npm start, while another apt runs'
scripts/apt-install.sh git &
other=$!
./setup.sh && npm start
wait "$other" || fail 'the other apt failed'
[ -s samples/sample.bmp ] || fail 'no BMP'
for package in ffmpeg imagemagick libpng-dev libsdl2-dev clang; do
    if is_installed "$package"; then fail "$package was installed to convert a file"; fi
done

title './setup.sh && npm test'
./setup.sh && npm test >/root/test.log || { grep -A 30 '^not ok' /root/test.log >&2; exit 1; }
tail -n 9 /root/test.log
for package in ffmpeg imagemagick libpng-dev; do
    is_installed "$package" || fail "npm test did without $package"
done

title 'npm pack, for older systems as well'
npm pack --silent --pack-destination /root
empty_folder
npm install --ignore-scripts --no-audit --no-fund --loglevel=error /root/png2bmp-*.tgz
convert native

title 'npm install of the repository'
empty_folder
npm install --no-audit --no-fund --loglevel=error git+file:///root/png2bmp
convert native

title './setup.sh develop, npm run build:wasm'
cd /root/png2bmp
./setup.sh develop
npm run --silent build:wasm
PNG2BMP_BACKEND=wasm node bin/png2bmp.js -f -o wasm.bmp samples/sample.png
cmp wasm.bmp samples/sample.bmp

title 'Debian 13 has all that it needs'
