#!/bin/sh
# The module for browsers, the page of examples/browser, and that of examples/http-server, in a real
# Chromium; the first two in a real Firefox, too.
#
# Needs Chromium, and installs Debian's with apt-get if it is missing, and Firefox ESR if that is
# available; CHROMIUM and FIREFOX name others. SCREENSHOTS names a directory to put pictures in.
set -eu
cd "$(dirname "$0")"

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
if [ -z "$CHROMIUM" ]; then
    ../../scripts/apt-install.sh chromium
    CHROMIUM=$(command -v chromium)
fi
FIREFOX=${FIREFOX:-$(command -v firefox-esr || command -v firefox || true)}
if [ -z "$FIREFOX" ]; then # its tests are skipped by name without it
    ../../scripts/apt-install.sh firefox-esr || true
    FIREFOX=$(command -v firefox-esr || true)
fi
export CHROMIUM
[ -z "$FIREFOX" ] || export FIREFOX

npm ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error
node ../../scripts/build-wasm.js --optional
node ../../scripts/build-browser.js
node ../../scripts/build-inline.js --optional
[ $# -gt 0 ] || set -- --test library.test.js origins.test.js example.test.js page.test.js
exec node "$@"
