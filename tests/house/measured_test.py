#!/usr/bin/env python3
"""What was promised to be measured is written down: the soak, for as long as it had to be. tests/crash/soak.py writes
the table."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/interop"))
from harness.documents import read_between  # noqa: E402

RELIABILITY = ROOT / "docs/reliability.md"
SOAK = ("<!-- written by tests/crash/soak.py -->\n", "<!-- end of what soak.py writes -->\n")


def rows(document: pathlib.Path, opening: str, closing: str) -> list[list[str]]:
    """The cells of each row of the table between two marks, without its head."""
    lines = [line for line in read_between(document, opening, closing).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def numbers(cell: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", cell)]


class Reliability(unittest.TestCase):
    def test_the_soak_ran_until_it_had_what_is_wanted(self):
        found = {row[0]: row[1] for row in rows(RELIABILITY, *SOAK)}
        ends = next(value for what, value in found.items() if what.startswith("cuts of the power, kills"))
        records = next(value for what, value in found.items() if what.startswith("records acknowledged"))
        self.assertGreaterEqual(sum(numbers(ends)), 1000)
        self.assertGreaterEqual(sum(numbers(records)), 1_000_000)
        self.assertEqual(found["runs in which a promise was broken"], "0")


if __name__ == "__main__":
    unittest.main()
