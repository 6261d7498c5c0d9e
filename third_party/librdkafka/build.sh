#!/bin/sh
# Builds librdkafka from the source in its npm package, pinned by package-lock.json, into
# build/third_party/librdkafka/{include/librdkafka,lib}. May be run again: what is built stays.
#
#   third_party/librdkafka/build.sh [DESTINATION]
#
# RIACHO_CACHE_DIR, where set, keeps one built copy for several work trees. CC and CXX choose the compiler.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
destination=${1:-$(cd "$here/../.." && pwd)/build/third_party/librdkafka}
# lz4 is the system's, as in codec/: two copies of one library in a program would shadow each other.
# pthreads rather than C11 threads, whose thrd_create ThreadSanitizer does not see and falls over.
configuration="--disable-gssapi --disable-curl --enable-lz4-ext --disable-c11threads"
: "${CC:=clang-19}" "${CXX:=clang++-19}"
export CC CXX

say() { echo "librdkafka: $*" >&2; }
die() {
    say "$*"
    exit 1
}

# What a build depends on; a copy with another stamp is built anew.
stamp=$({
    cat "$here/package-lock.json" "$here/build.sh"
    uname -m
    "$CC" --version | head -n 1
} | sha256sum | cut -c 1-16)
is_built() { [ -f "$1/lib/librdkafka.a" ] && [ "$(cat "$1/stamp" 2>/dev/null)" = "$stamp" ]; }

# install_from FOLDER: the built copy in FOLDER becomes the one in $destination.
install_from() {
    mkdir -p "$(dirname "$destination")"
    rm -rf "$destination.new"
    cp -R "$1" "$destination.new"
    rm -rf "$destination"
    mv "$destination.new" "$destination"
}

if is_built "$destination"; then
    exit 0
fi
cached=${RIACHO_CACHE_DIR:+$RIACHO_CACHE_DIR/librdkafka-$stamp}
if [ -n "$cached" ] && is_built "$cached"; then
    install_from "$cached"
    exit 0
fi

command -v npm >/dev/null || die "npm is needed to fetch the source: install Node 20 or later"
command -v "$CC" >/dev/null || die "$CC is needed to compile: install it, or set CC and CXX"

work=$destination.work
rm -rf "$work"
mkdir -p "$work/out/include/librdkafka" "$work/out/lib"
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$work"
say "fetching the source"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)

source=$work/node_modules/@confluentinc/kafka-javascript/deps/librdkafka
say "compiling, about half a minute"
(
    cd "$source"
    # shellcheck disable=SC2086 # the configuration is a list of words
    ./configure $configuration && make -j"$(nproc)" -C src librdkafka.a
) >"$work/log" 2>&1 || {
    tail -n 30 "$work/log" >&2
    die "the build failed; its last lines are above"
}

cp "$source/src/rdkafka.h" "$source/src/rdkafka_mock.h" "$work/out/include/librdkafka/"
cp "$source/src/librdkafka.a" "$work/out/lib/"
cp "$source/LICENSES.txt" "$work/out/"
echo "$stamp" >"$work/out/stamp"
if [ -n "$cached" ]; then
    mkdir -p "$RIACHO_CACHE_DIR"
    rm -rf "$cached.$$"
    cp -R "$work/out" "$cached.$$"
    rm -rf "$cached"
    mv "$cached.$$" "$cached"
fi
install_from "$work/out"
say "built in $destination"
