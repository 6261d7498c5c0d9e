#!/bin/sh
# Installs what package-lock.json pins into ui/node_modules, unless it is there.
set -eu
cd "$(dirname "$0")"
stamp=$(sha256sum <package-lock.json | cut -c 1-16)
[ "$(cat node_modules/.stamp 2>/dev/null)" != "$stamp" ] || exit 0
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
echo "$stamp" >node_modules/.stamp
