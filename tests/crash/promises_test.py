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
making t-0 1 retention.bytes=70
made t-0 1
records t-0 0 0 t-0 1 1
deleting t-0 1
deleted t-0 1
making t-1 1 retention.bytes=71
made t-1 1
records t-1 0 0 t-1 1 1
making t-2 1 retention.bytes=72
made t-2 1
deleting t-2 1
making t-3 4 retention.bytes=9
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
    def broken(self, records=None, committed=None, retention=None, more: str = "", **changed) -> list[str]:
        """`retention`: retention.bytes by topic; `changed`: more of what is found."""
        configs = {name: {"retention.bytes": value} for name, value in (retention or {"t-1": "71"}).items()}
        configs |= {"t-1": changed["configs"]} if "configs" in changed else {}
        found = Found(records or KEPT, committed or {("group", 0): 3}, configs,
                      dict.fromkeys(configs, changed.get("partitions", 1)))
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
        said = "t-1 has {}, {{'retention.bytes': '71'}} was promised"
        self.assertEqual(self.broken(retention={"t-1": "-1"}), [said.format({"retention.bytes": "-1"})])
        self.assertEqual(self.broken(configs={}), [said.format({})])
        self.assertEqual(len(self.broken(retention={"t-1": "71", "t-3": "8"})), 1)  # made as it was asked for

    def test_an_alteration_is_there_or_not_until_it_was_answered(self):
        asked = "altering t-1 1 retention.bytes=- segment.bytes=500\n"
        old, new = {"retention.bytes": "71"}, {"segment.bytes": "500"}
        for configs in (old, new):
            self.assertEqual(self.broken(configs=configs, more=asked), [])
        self.assertEqual(self.broken(configs=new, more=asked + "altered t-1 1\n"), [])

    def test_a_half_alteration_is_found(self):
        asked = "altering t-1 1 retention.bytes=- segment.bytes=500\n"
        for configs in ({}, {"retention.bytes": "71", "segment.bytes": "500"}):
            self.assertEqual(len(self.broken(configs=configs, more=asked)), 1, configs)

    def test_an_alteration_that_was_answered_and_is_lost_is_found(self):
        more = "altering t-1 1 segment.bytes=500\naltered t-1 1\n"
        self.assertEqual(self.broken(more=more), ["t-1 has {'retention.bytes': '71'}, {'retention.bytes': '71',"
                                                  " 'segment.bytes': '500'} was promised"])

    def test_a_config_that_was_taken_away_and_comes_back_is_found(self):
        more = "altering t-1 1 retention.bytes=-\naltered t-1 1\n"
        self.assertEqual(self.broken(configs={}, more=more), [])
        self.assertEqual(self.broken(more=more), ["t-1 has {'retention.bytes': '71'}, {} was promised"])

    def test_a_config_of_an_earlier_life_that_comes_back_is_found(self):
        more = "deleting t-1 1\ndeleted t-1 1\nmaking t-1 2\nmade t-1 2\n"
        records = {place: value for place, value in KEPT.items() if place[0] != "t-1"}
        self.assertEqual(self.broken(records, configs={}, more=more), [])
        self.assertEqual(self.broken(records, more=more), ["t-1 has {'retention.bytes': '71'}, {} was promised"])

    def test_partitions_that_go_away_are_found(self):
        asked = "growing t-1 1 2\n"
        for partitions in (1, 2):
            self.assertEqual(self.broken(partitions=partitions, more=asked), [])
        self.assertEqual(self.broken(partitions=2, more=asked + "grown t-1 1 2\n"), [])
        self.assertEqual(self.broken(partitions=1, more=asked + "grown t-1 1 2\n"),
                         ["t-1 has 1 partitions, 2 were promised"])
        self.assertEqual(self.broken(partitions=2), ["t-1 has 2 partitions, 1 were promised"])

    def test_what_a_reader_saw_of_an_unanswered_change_stays(self):
        old, new = {"retention.bytes": "71"}, {"retention.bytes": "71", "segment.bytes": "500"}
        read = promises("altering t-1 1 segment.bytes=500\ngrowing t-1 1 2\n")
        seen = Found(KEPT, {("group", 0): 3}, {"t-1": new}, {"t-1": 2})
        self.assertEqual(broken(read, seen), [])
        read.see(seen)
        self.assertEqual(broken(read, seen), [])
        self.assertEqual(len(broken(read, Found(KEPT, {("group", 0): 3}, {"t-1": old}, {"t-1": 1}))), 2)
        gone = Found(KEPT, {("group", 0): 3}, {"t-1": new, "t-2": {"retention.bytes": "72"}}, {"t-1": 2, "t-2": 1})
        self.assertEqual(broken(read, gone), ["t-2 was deleted and is there"])

    def test_records_that_come_back_in_a_topic_made_again_are_found(self):
        more = "making t-0 2 retention.bytes=70\nmade t-0 2\n"
        retention = {"t-0": "70", "t-1": "71"}
        self.assertEqual(self.broken(retention=retention, more=more), [])
        self.assertEqual(self.broken(KEPT | {("t-0", 0, 0): "t-0/1"}, retention=retention, more=more),
                         ["t-0-0@0: t-0/1 was deleted with its topic and came back"])

    def test_what_is_under_way_is_counted_by_connection(self):
        read = promises()
        self.assertEqual(read.in_flight(), 1)  # plain; the consumer's will never come
        self.assertEqual((read.acknowledgements, read.acknowledged_records), (11, 6))
        more = promises("altering t-1 1 a=b\naltered t-1 1\ngrowing t-1 1 2\ngrown t-1 1 2\n")
        self.assertEqual((more.acknowledgements, more.alterations), (13, 2))


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
