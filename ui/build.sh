#!/bin/sh
# Builds the page into DESTINATION: its files packed with gzip, and assets.S and assets.cpp, which put them into
# a program as the table of src/console/page.hpp. May be run again: what is built stays.
#
#   ui/build.sh DESTINATION
#
# RIACHO_CACHE_DIR, where set, keeps built copies for several work trees.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
mkdir -p "$1" "$root/build"
destination=$(cd "$1" && pwd)

say() { echo "ui: $*" >&2; }
die() {
    say "$*"
    exit 1
}

command -v npm >/dev/null || die "npm is needed to build the page: ./setup build installs it"
exec 9>"$root/build/ui.lock"
flock 9 # ui/node_modules is one for all presets

# What a build depends on; a copy with another stamp is built anew.
stamp=$({
    cd "$root"
    find ui/src ui/public ui/tools ui/index.html ui/vite.config.ts ui/package-lock.json ui/build.sh src/console/openapi.yaml \
        -type f ! -path ui/src/api/types.ts | LC_ALL=C sort | xargs sha256sum
    node --version
} | sha256sum | cut -c 1-16)

if [ "$(cat "$destination/stamp" 2>/dev/null)" = "$stamp" ]; then
    touch "$destination/assets.S" "$destination/assets.cpp"
    exit 0
fi

"$here/install.sh"
work=$destination/work
cached=${RIACHO_CACHE_DIR:+$RIACHO_CACHE_DIR/ui-$stamp}
if [ -n "$cached" ] && [ -d "$cached" ]; then
    rm -rf "$work"
    cp -R "$cached" "$work"
else
    (cd "$here" && node tools/types.mjs && RIACHO_UI_OUT="$work" node_modules/.bin/vite build --logLevel warn) >&2 ||
        die "vite cannot build the page; its words are above"
    if [ -n "$cached" ]; then
        mkdir -p "$RIACHO_CACHE_DIR"
        cp -R "$work" "$cached.$$"
        mv -T "$cached.$$" "$cached" 2>/dev/null || rm -rf "$cached.$$"
    fi
fi
rm -rf "$destination/page"
mv "$work" "$destination/page"
node "$here/tools/assets.mjs" "$destination"
echo "$stamp" >"$destination/stamp"
