#!/usr/bin/env python3
"""The judge of the power cuts finds each kind of broken promise, and nothing where all are kept."""
import unittest

from promises import Ends, Found, Promises, broken

JOURNAL = """\
ordered once
> once
< once
records crash 0 0 once 0 1
records crash 0 1 plain 0 1
records crash 0 2 once 1 2
seen crash 0 2 once/1
commit group 0 2
commit group 0 3
making t-0 1
made t-0 1 70
records t-0 0 0 t-0 1 1
deleting t-0 1
deleted t-0 1
making t-1 1
made t-1 1 71
records t-1 0 0 t-1 1 1
making t-2 1
made t-2 1 72
deleting t-2 1
making t-3 4
> plain
> consumer
x consumer
"""
KEPT = {("crash", 0, 0): "once/0", ("crash", 0, 1): "plain/0", ("crash", 0, 2): "once/1", ("crash", 0, 3): "once/2",
        ("t-1", 0, 0): "t-1/1"}


def promises(more: str = "") -> Promises:
    read = Promises()
    for line in (JOURNAL + more).splitlines():
        read.take(line)
    return read


class PromisesTest(unittest.TestCase):
    def broken(self, records=None, committed=None, retention=None, more: str = "") -> list[str]:
        found = Found(records or KEPT, committed or {("group", 0): 3}, retention or {"t-1": "71"})
        return broken(promises(more), found)

    def test_kept_promises_are_no_problem(self):
        self.assertEqual(self.broken(), [])
        self.assertEqual(self.broken(committed={("group", 0): 4}), [])  # a commit whose answer was lost
        self.assertEqual(self.broken(retention={"t-1": "71", "t-2": "72"}), [])  # the answer to a deletion was lost
        self.assertEqual(self.broken(retention={"t-1": "71", "t-3": "9"}), [])  # and to a creation

    def test_a_lost_record_is_found(self):
        records = {place: value for place, value in KEPT.items() if value != "plain/0"}
        self.assertIn("('crash', 0, 1): plain/0 was promised, None is there", self.broken(records))

    def test_another_record_at_its_offset_is_found(self):
        self.assertIn("('crash', 0, 1): plain/0 was promised, plain/7 is there",
                      self.broken(KEPT | {("crash", 0, 1): "plain/7"}))

    def test_a_record_that_a_reader_had_and_that_is_gone_is_found(self):
        self.assertIn("('crash', 0, 4): plain/1 was promised, None is there",
                      self.broken(more="seen crash 0 4 plain/1\n"))

    def test_a_duplicate_of_an_idempotent_producer_is_found(self):
        self.assertIn("crash-0@4 has once/2, and once/3 was its turn", self.broken(KEPT | {("crash", 0, 4): "once/2"}))
        self.assertEqual(self.broken(KEPT | {("crash", 0, 4): "plain/0"}), [])  # the other kind may repeat itself

    def test_a_gap_of_an_idempotent_producer_is_found(self):
        self.assertIn("crash-0@3 has once/3, and once/2 was its turn", self.broken(KEPT | {("crash", 0, 3): "once/3"}))

    def test_two_promises_for_one_offset_are_found(self):
        self.assertIn("('crash', 0, 0) was promised to once/0 and to plain/0",
                      self.broken(more="records crash 0 0 plain 0 1\n"))

    def test_an_answer_that_nobody_should_get_is_found(self):
        self.assertEqual(self.broken(more="wrong once OUT_OF_ORDER_SEQUENCE_NUMBER\n"),
                         ["once OUT_OF_ORDER_SEQUENCE_NUMBER"])

    def test_a_commit_that_went_back_is_found(self):
        for there in (2, -1001):
            self.assertEqual(self.broken(committed={("group", 0): there}),
                             [f"group, partition 0: 3 was committed, {there} is there"])

    def test_topics_that_are_lost_or_came_back_are_found(self):
        self.assertIn("t-1 was created and is not there", self.broken(retention={"t-2": "72"}))
        self.assertEqual(self.broken(retention={"t-0": "70", "t-1": "71"}), ["t-0 was deleted and is there"])

    def test_a_config_that_is_lost_is_found(self):
        self.assertEqual(self.broken(retention={"t-1": "-1"}), ["t-1 has retention.bytes=-1, 71 was promised"])

    def test_records_that_come_back_in_a_topic_made_again_are_found(self):
        more = "making t-0 2\nmade t-0 2 70\n"
        retention = {"t-0": "70", "t-1": "71"}
        self.assertEqual(self.broken(retention=retention, more=more), [])
        self.assertEqual(self.broken(KEPT | {("t-0", 0, 0): "t-0/1"}, retention=retention, more=more),
                         ["t-0-0@0: t-0/1 was deleted with its topic and came back"])

    def test_what_is_under_way_is_counted_by_connection(self):
        read = promises()
        self.assertEqual(read.in_flight(), 1)  # plain; the consumer's will never come
        self.assertEqual((read.acknowledgements, read.acknowledged_records), (11, 6))


class EndsTest(unittest.TestCase):
    enough = {"cuts": 33, "kills": 32, "in_recovery": 7, "in_flight": [8, 15], "acknowledgements": [10, 500, 500]}

    def test_a_run_that_proves_enough_is_no_problem(self):
        self.assertEqual(Ends(**self.enough).unmet(30), [])

    def test_a_run_that_proves_too_little_says_why(self):
        for change, said in (({"cuts": 29}, "29 cuts"), ({"kills": 29}, "29 kills"),
                             ({"in_recovery": 6}, "6 of 65 ends came during recovery"),
                             ({"in_flight": [15, 7]}, "7 connections"), ({"acknowledgements": [499]}, "after 499")):
            self.assertIn(said, "".join(Ends(**(self.enough | change)).unmet(30)))


if __name__ == "__main__":
    unittest.main()
