#!/bin/sh
# Installs Debian packages, as root or by sudo, and says nothing unless it fails:
#
#     scripts/apt-install.sh [--architecture NAME]... [PACKAGE]...
#
# Without a package it brings only apt's lists up to date.
# While another apt runs, as on a machine that has just been started, it waits up to ten minutes.
set -eu

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

deadline=$(($(date +%s) + 600))

is_locked() { tail -n 5 "$log" | grep -Eq '^E: (Could not get lock|Unable to (lock|acquire))'; }

# dpkg's lock has a timeout. The other two of apt's, for its lists and archives, fail at once.
apt() {
    until as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=600 "$@" >>"$log" 2>&1; do
        if ! is_locked || [ "$(date +%s)" -ge "$deadline" ]; then return 1; fi
        sleep 2
    done
}

while [ "${1-}" = --architecture ]; do
    as_root dpkg --add-architecture "$2"
    shift 2
done
# A mirror may lack some lists, of other architectures say: what can be installed decides.
apt update || true
if ! apt install -y --no-install-recommends "$@"; then
    tail -n 20 "$log" >&2
    echo "apt-get could not install $*" >&2
    exit 1
fi
