#!/usr/bin/env python3
"""The build with planted bugs: RIACHO_PLANT chooses one, and only one that there is."""
import unittest

from program import ProgramTest


class Plant(ProgramTest):
    def test_runs_with_a_bug_that_there_is_and_with_none(self):
        for name in ("no_sync", "early_duplicate_answer"):
            self.assertEqual(self.riacho("options", RIACHO_PLANT=name).returncode, 0)
        self.assertEqual(self.riacho("options").returncode, 0)

    def test_refuses_any_other_and_lists_what_there_is(self):
        for name in ("no_such_bug", ""):
            done = self.riacho("options", RIACHO_PLANT=name)
            self.assertEqual(done.returncode, 2)
            self.assert_one_line(done.stderr, "no_sync, sync_after_answer", "index_not_truncated")


if __name__ == "__main__":
    unittest.main()
