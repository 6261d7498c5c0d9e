#!/bin/sh
# What of the page needs no browser: types, logic, words of both languages, the mock against the contract.
set -eu
cd "$(dirname "$0")"
./install.sh
node tools/types.mjs
node_modules/.bin/tsc --noEmit
node_modules/.bin/vitest run --reporter=dot
