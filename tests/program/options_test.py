#!/usr/bin/env python3
"""docs/configuration.md holds the tables that `riacho options` prints. `--fix` writes them there."""
import sys

from program import BINARY  # first: it knows where the others are
from harness.documents import marks, put_between, read_between
from harness.process import ROOT, run

DOCUMENT = ROOT / "docs/configuration.md"


def main() -> int:
    tables = run([BINARY, "options"], 60, stderr=None).stdout
    if read_between(DOCUMENT, *marks("options")) == tables:
        return 0
    if "--fix" in sys.argv:
        put_between(DOCUMENT, *marks("options"), tables)
        return 0
    print("docs/configuration.md is not what the program says: tests/program/options_test.py --fix")
    return 1


if __name__ == "__main__":
    sys.exit(main())
