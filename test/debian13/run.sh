#!/bin/sh
# README's commands on a bare Debian 13, and what is built there: test/debian13/inside.sh, with the last
# commit, in a system that debootstrap makes in a temporary folder. Beside Debian's smallest set of packages it
# has only this machine's Node.js.
#
# Needs root, or sudo. What was downloaded is kept in build/debian13, and not needed.
set -eu
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || exec sudo "PATH=$PATH" "$0"

cache=$PWD/build/debian13
root=$(mktemp -d "${TMPDIR:-/tmp}/png2bmp-debian13-XXXXXX")
inside=
# Its mounts are in a namespace, and end with its processes, which end with unshare. That ignores SIGTERM.
clean_up() {
    [ -z "$inside" ] || { kill -KILL "$inside" 2>/dev/null && wait "$inside"; } || true
    rm -rf --one-file-system "$root"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The archive that this machine takes its packages from; without one, debootstrap knows Debian's.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

make_base() {
    command -v debootstrap >/dev/null || scripts/apt-install.sh debootstrap
    # shellcheck disable=SC2046 # no argument at all without a mirror
    debootstrap --variant=minbase --include=ca-certificates trixie "$root" $(mirror) >"$cache/debootstrap.log" 2>&1 ||
        { tail -n 20 "$cache/debootstrap.log" >&2; exit 1; }
    tar -cf "$cache/base.tar.new" -C "$root" .
    mv "$cache/base.tar.new" "$cache/base.tar"
}

# A month old, it would have much to bring up to date.
unpack_base() {
    if [ -n "$(find "$cache/base.tar" -mtime -30 2>/dev/null)" ]; then
        tar -xf "$cache/base.tar" -C "$root"
    else
        make_base
    fi
}

copy() { [ ! -e "$1" ] || { mkdir -p "$(dirname "$root$2")" && cp -a "$1" "$root$2"; }; }

# How this machine reaches Debian's archive and npm's registry.
copy_settings() {
    for file in /etc/resolv.conf /etc/hosts /etc/apt/auth.conf /etc/apt/auth.conf.d \
        /etc/ssl/certs/ca-certificates.crt; do
        rm -rf "$root$file"
        copy "$file" "$file"
    done
    apt-config dump | grep -E '^Acquire::(https?|Check-)' >"$root/etc/apt/apt.conf.d/50machine" || true
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/quick" # nothing here must outlast a power failure
    copy "$(npm config get userconfig)" /root/.npmrc
    copy "$(npm config get globalconfig)" /usr/local/etc/npmrc
}

copy_node() {
    copy "$(node -p process.execPath)" /usr/local/bin/node
    copy "$(npm root --global)/npm" /usr/local/lib/node_modules/npm
    for name in npm npx; do ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$root/usr/local/bin/$name"; done
}

# In a name space of its own: "$1" is the root, "$2" the cache.
enter='
mount -t proc proc "$1/proc"
mount -t sysfs sysfs "$1/sys"
mount --rbind /dev "$1/dev"
mount --bind "$2/archives" "$1/var/cache/apt/archives"
mount --bind "$2/npm" "$1/root/.npm"
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    npm_config_registry="$(npm config get registry)" \
    ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt} \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} \
    chroot "$1" /root/inside.sh
'

mkdir -p "$cache/archives/partial" "$cache/npm"
unpack_base
copy_settings
copy_node
mkdir -p "$root/root/.npm"
cp test/debian13/inside.sh "$root/root/"
# The repository may belong to another user.
git -c safe.directory='*' clone --quiet --no-hardlinks . "$root/root/png2bmp"

unshare --mount --pid --fork --kill-child sh -eu -c "$enter" enter "$root" "$cache" &
inside=$!
wait "$inside"
