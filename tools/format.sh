#!/bin/sh
# Is every C++ file as clang-format writes it? `tools/format.sh --fix` writes them so.
set -eu
cd "$(dirname "$0")/.."
files=$(find src include tests bench -name '*.cpp' -o -name '*.hpp' | sort)
[ -n "$files" ] || exit 0
if [ "${1:-}" = --fix ]; then
    echo "$files" | xargs clang-format-19 -i
else
    echo "$files" | xargs clang-format-19 --dry-run -Werror
fi
