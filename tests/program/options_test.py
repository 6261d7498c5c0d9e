#!/usr/bin/env python3
"""docs/configuration.md holds the tables that `riacho options` prints. `--fix` writes them there."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/configuration.md"
BEGIN, END = "<!-- options -->\n", "<!-- /options -->"


def main() -> int:
    program = os.environ.get("RIACHO_BINARY", str(ROOT / "build/release/riacho"))
    tables = subprocess.run([program, "options"], check=True, text=True, stdout=subprocess.PIPE, timeout=60).stdout
    text = DOCUMENT.read_text(encoding="utf-8")
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    if text[start:end] == tables:
        return 0
    if "--fix" in sys.argv:
        DOCUMENT.write_text(text[:start] + tables + text[end:], encoding="utf-8")
        return 0
    print("docs/configuration.md is not what the program says: tests/program/options_test.py --fix")
    return 1


if __name__ == "__main__":
    sys.exit(main())
