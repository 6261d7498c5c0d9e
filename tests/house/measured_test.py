#!/usr/bin/env python3
"""What was measured is written down: every point of the benchmarks, with a reason where a goal is missed, and the soak
and the fuzzers for as long as was promised. bench/run.py, tests/crash/soak.py and tests/fuzz/long_run.py write the
tables."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
sys.path.insert(0, str(ROOT / "tests/interop"))
from harness.documents import marks, read_between  # noqa: E402
from points import Point, read_points  # noqa: E402

PERFORMANCE = ROOT / "docs/performance.md"
RELIABILITY = ROOT / "docs/reliability.md"
FUZZING = ("<!-- written by tests/fuzz/long_run.py -->\n", "<!-- end of what long_run.py writes -->\n")
SOAK = ("<!-- written by tests/crash/soak.py -->\n", "<!-- end of what soak.py writes -->\n")


def rows(document: pathlib.Path, opening: str, closing: str) -> list[list[str]]:
    """The cells of each row of the table between two marks, without its head."""
    lines = [line for line in read_between(document, opening, closing).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def numbers(cell: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", cell)]


def rounds(name: str) -> int:
    """The fewest that a point of the table was measured in."""
    return min(int(count) for count in re.findall(r"(\d+) rounds at", read_between(PERFORMANCE, *marks(name))))


class Performance(unittest.TestCase):
    def found(self, name: str) -> dict[Point, list[str]]:
        """The rows of a table, by point; each point that is not slow has one."""
        found = rows(PERFORMANCE, *marks(name))
        points = [point for point in read_points() if point.table == name]
        measured = [point for point in points if not point.slow or len(found) == len(points)]
        self.assertEqual([row[0] for row in found], [point.what for point in measured])
        return dict(zip(measured, found, strict=True))

    def test_every_point_was_measured_in_five_rounds_beside_kafka(self):
        for point, row in self.found("points").items():
            self.assertRegex(row[1], r"\d", point)
            self.assertRegex(row[2], r"\d", point)
        self.assertGreaterEqual(rounds("points"), 5)

    def test_every_point_of_the_console_was_measured_in_five_rounds(self):
        for point, row in self.found("console").items():
            self.assertRegex(row[1], r"\d", point)
            self.assertEqual(row[2] != "–", point.peer != "nobody", point)
        self.assertGreaterEqual(rounds("console"), 5)

    def test_a_missed_goal_has_a_profile(self):
        profiles = PERFORMANCE.read_text(encoding="utf-8").split("## Where the time goes")[1]
        for name in ("points", "console"):
            for point, row in self.found(name).items():
                if "missed" in row[4]:
                    self.assertIn(f"`{point.id}`", profiles)


class Reliability(unittest.TestCase):
    def test_the_soak_ran_until_it_had_what_is_wanted(self):
        found = {row[0]: row[1] for row in rows(RELIABILITY, *SOAK)}
        ends = next(value for what, value in found.items() if what.startswith("cuts of the power, kills"))
        records = next(value for what, value in found.items() if what.startswith("records acknowledged"))
        self.assertGreaterEqual(sum(numbers(ends)), 1000)
        self.assertGreaterEqual(sum(numbers(records)), 1_000_000)
        self.assertEqual(found["runs in which a promise was broken"], "0")

    def test_each_family_of_fuzzers_had_an_hour_of_processor_time(self):
        hours = {row[0].strip("`"): float(row[1]) for row in rows(RELIABILITY, *FUZZING)}
        for target in ("messages_fuzz", "batch_fuzz", "recovery_fuzz", "group_fuzz"):
            self.assertGreaterEqual(hours[target], 1.0, target)


if __name__ == "__main__":
    unittest.main()
