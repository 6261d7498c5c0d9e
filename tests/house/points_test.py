#!/usr/bin/env python3
"""The points of the benchmarks: what points.yaml says is read, judged by its limits, and kept over runs."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
sys.path.insert(0, str(ROOT / "tests/interop"))
import report  # noqa: E402
from points import Point, Results, read_points, sides  # noqa: E402

RATE = Point("rate", "a rate", "records/s", "x", at_least_of_peer=1)
COST = Point("cost", "a cost", "s/GB", "x", at_most_of_peer=0.5)
START = Point("start", "a start", "ms", "x", at_most=50)
SCAN = Point("scan", "a search", "records/s", "x", at_least_of_peer=0.5, peer="kcat", table="console")
TAIL = Point("tail", "a tail", "ms", "x", at_most_of_device=2, plus=0.5)


class Points(unittest.TestCase):
    def test_every_point_is_read_with_its_limits(self):
        points = {point.id: point for point in read_points()}
        self.assertEqual(points["first_ack"].at_most, 50)
        self.assertEqual((points["latency_p99"].at_most_of_device, points["latency_p99"].plus), (2, 0.5))
        for size in ("100", "1k"):
            for connections in (1, 8, 64):
                self.assertEqual(points[f"produce_{size}_{connections}_rate"].at_least_of_peer, 1)
                self.assertEqual(points[f"produce_{size}_{connections}_cpu"].at_most_of_peer, 0.5)
        self.assertEqual([point.id for point in points.values() if point.slow], ["restart_20gb"])

    def test_a_rate_may_not_be_lower_and_a_cost_not_higher(self):
        self.assertTrue(RATE.holds({"riacho": [1, 10, 11], "apache-kafka": [10]}))
        self.assertFalse(RATE.holds({"riacho": [9], "apache-kafka": [10]}))
        self.assertTrue(COST.holds({"riacho": [2], "apache-kafka": [4]}))
        self.assertFalse(COST.holds({"riacho": [2.1], "apache-kafka": [4]}))

    def test_a_tail_is_judged_by_the_device_of_the_same_rounds(self):
        self.assertTrue(TAIL.holds({"riacho": [2.5], "device": [1], "apache-kafka": [0.1]}))
        self.assertFalse(TAIL.holds({"riacho": [2.6], "device": [1]}))

    def test_nothing_is_judged_without_the_other_side(self):
        self.assertIsNone(COST.holds({"riacho": [2]}))
        self.assertIsNone(TAIL.holds({"riacho": [2], "apache-kafka": [1]}))

    def test_a_point_may_have_another_beside_it_than_kafka(self):
        self.assertTrue(SCAN.holds({"riacho": [5], "kcat": [10], "apache-kafka": [100]}))
        self.assertFalse(SCAN.holds({"riacho": [4.9], "kcat": [10]}))
        self.assertEqual(report.ratio(SCAN, {"riacho": [5], "kcat": [10]}), 0.5)
        self.assertEqual(sides([SCAN], alone=False), ["riacho", "kcat"])
        self.assertEqual(sides([Point("m", "m", "MB", "x", at_most=50, peer="nobody")], alone=False), ["riacho"])

    def test_who_only_answers_is_beside_what_a_client_does(self):
        rate = Point("produce_1k_1_rate", "a rate", "records/s", "x", at_least_of_peer=1)
        self.assertEqual(sides([rate], alone=False), ["riacho", "apache-kafka", "answers"])
        self.assertEqual(sides([START], alone=False), ["riacho", "apache-kafka"])
        self.assertEqual(sides([rate], alone=True), ["riacho"])

    def test_slack_is_for_time_alone(self):
        self.assertTrue(START.holds({"riacho": [400]}, 10))
        self.assertFalse(Point("m", "m", "MB", "x", at_most=50).holds({"riacho": [51]}, 10))

    def test_a_ratio_says_how_many_times_better(self):
        self.assertEqual(report.ratio(RATE, {"riacho": [30], "apache-kafka": [10]}), 3)
        self.assertEqual(report.ratio(COST, {"riacho": [2], "apache-kafka": [8]}), 4)
        self.assertIsNone(report.ratio(COST, {"riacho": [0], "apache-kafka": [8]}))

    def test_a_client_that_is_the_limit_is_named(self):
        slow = {"riacho": [100], "apache-kafka": [60], "answers": [129]}
        fast = slow | {"answers": [131]}
        self.assertIn("the limit", report.beside(RATE, slow))
        self.assertNotIn("the limit", report.beside(RATE, fast))
        self.assertEqual(report.beside(COST, slow), "")

    def test_a_run_goes_on_where_it_was_broken_off(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "bench/results.json"
            first = Results(path, "abc")
            first.add("rate", "riacho", 1)
            first.save()
            self.assertEqual(Results(path, "abc").rounds("rate"), 1)
            other = Results(path, "def")  # another program: its values do not mix with those
            self.assertEqual(other.rounds("rate"), 0)
            other.add("rate", "riacho", 2)
            self.assertEqual(other.values("rate"), {"riacho": [2]})


if __name__ == "__main__":
    unittest.main()
