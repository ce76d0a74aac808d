#!/bin/sh
# Shows pictures in the page of examples/http-server, in a real Chromium, and
# compares what is on the screen.
#
# Needs Chromium, and installs Debian's with apt-get where it is missing;
# CHROMIUM names another. SCREENSHOTS names a directory to put pictures in.
set -eu
cd "$(dirname "$0")"

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
if [ -z "$CHROMIUM" ]; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get update
    $as_root apt-get install -y --no-install-recommends chromium
    CHROMIUM=$(command -v chromium)
fi
export CHROMIUM

npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
exec node --test page.test.js
