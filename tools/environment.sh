# Sourced by ./setup, ./run and ./test: where tools are, what is said, and how a target is built.
root=$(pwd)
export PATH="$root/.tools/node/bin:$root/.tools/go/bin:$PATH"
# The same file in another checkout is the same file for the compiler cache.
export CCACHE_BASEDIR="$root"
# What is built once for every checkout of this machine (librdkafka).
export RIACHO_CACHE_DIR="${RIACHO_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/riacho}"

say() { echo "${0##*/}: $*" >&2; }
die() {
    say "$1"
    exit "${2:-1}"
}

# version_of TOOL: the number that decides (the one after "1." of Go, 2019 for Node 20.19), 0 without it.
version_of() {
    local text=
    case $1 in
    node) text=$(node --version 2>/dev/null | awk -F '[v.]' '{ print $2 * 100 + $3 }') ;;
    go) text=$(go version 2>/dev/null | sed -nE 's/.* go1\.([0-9]+).*/\1/p') ;;
    javac) text=$(javac -version 2>&1 | sed -nE 's/^javac ([0-9]+).*/\1/p') ;;
    esac
    echo "${text:-0}"
}

# configure PRESET: says nothing unless it fails. `standalone` is dev with every file compiled by itself.
configure() {
    local arguments=(--preset "$1") words
    [ "$1" != standalone ] || arguments=(--preset dev -B build/standalone -DRIACHO_UNITY=OFF)
    words=$(cmake "${arguments[@]}" 2>&1) || {
        rm -f "build/$1/build.ninja"
        echo "$words" >&2
        return 1
    }
}

# build PRESET TARGET...: configures once, builds, and is silent where there is nothing to do.
build() {
    local preset=$1 quiet=--quiet
    shift
    if [ ! -f "build/$preset/build.ninja" ]; then
        say "configuring build/$preset"
        configure "$preset" || die "cmake cannot configure build/$preset; its words are above"
        say "building $* in build/$preset: the first time takes some minutes"
        quiet=
    fi
    # shellcheck disable=SC2086 # $quiet is one word or none
    NINJA_STATUS='[%f/%t %es] ' ninja -C "build/$preset" $quiet "$@" >&2
}
