#!/usr/bin/env python3
"""The judge of the crash loop finds each kind of broken promise, and nothing where all are kept."""
import pathlib
import tempfile
import unittest

from promises import Found, Promises, broken

JOURNALS = {
    "once": "ordered\nrecord 0 0 once/0\nrecord 0 2 once/1\n",
    "plain": "record 0 1 plain/0\n",
    "consumer": "commit 0 2\ncommit 0 3\n",
    "topics": "made t-0\ndeleting t-0\ndeleted t-0\nmade t-1\nmade t-2\ndeleting t-2\n",
}
KEPT = {(0, 0): "once/0", (0, 1): "plain/0", (0, 2): "once/1", (0, 3): "once/2"}


class PromisesTest(unittest.TestCase):
    def broken(self, records=None, committed=None, topics=None, **journals: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, text in (JOURNALS | journals).items():
                paths.append(pathlib.Path(folder) / f"{name}.journal")
                paths[-1].write_text(text)
            return broken(Promises(paths), Found(records or KEPT, committed or {0: 3}, topics or {"t-1", "crash"}))

    def test_kept_promises_are_no_problem(self):
        self.assertEqual(self.broken(), [])
        self.assertEqual(self.broken(committed={0: 4}), [])  # a commit whose answer was lost
        self.assertEqual(self.broken(topics={"t-1", "t-2"}), [])  # a deletion whose answer never came

    def test_a_lost_record_is_found(self):
        records = {place: value for place, value in KEPT.items() if value != "plain/0"}
        self.assertIn("0@1: plain/0 was acknowledged, None is there", self.broken(records))

    def test_another_record_at_its_offset_is_found(self):
        self.assertIn("0@1: plain/0 was acknowledged, plain/7 is there", self.broken(KEPT | {(0, 1): "plain/7"}))

    def test_a_duplicate_of_an_idempotent_producer_is_found(self):
        self.assertIn("0@4 has once/2, and once/3 was its turn", self.broken(KEPT | {(0, 4): "once/2"}))
        self.assertEqual(self.broken(KEPT | {(0, 4): "plain/0"}), [])  # the other kind may repeat itself

    def test_a_gap_of_an_idempotent_producer_is_found(self):
        self.assertIn("0@3 has once/3, and once/2 was its turn", self.broken(KEPT | {(0, 3): "once/3"}))

    def test_two_promises_for_one_offset_are_found(self):
        with self.assertRaisesRegex(AssertionError, "was acknowledged for"):
            self.broken(plain="record 0 0 plain/0\n")

    def test_a_commit_that_went_back_is_found(self):
        self.assertEqual(self.broken(committed={0: 2}), ["partition 0: 3 was committed, 2 is there"])
        self.assertEqual(self.broken(committed={0: -1001}), ["partition 0: 3 was committed, -1001 is there"])

    def test_topics_that_are_lost_or_came_back_are_found(self):
        self.assertEqual(self.broken(topics={"crash"}), ["t-1 was created and is not there"])
        self.assertEqual(self.broken(topics={"t-0", "t-1"}), ["t-0 was deleted and is there"])

    def test_a_line_that_was_being_written_is_not_a_promise(self):
        self.assertEqual(self.broken(plain="record 0 1 plain/0\nrecord 0 9 pl"), [])


if __name__ == "__main__":
    unittest.main()
