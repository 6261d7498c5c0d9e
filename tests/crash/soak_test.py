#!/usr/bin/env python3
"""The soak remembers its runs, broken ones too, and writes what they came to."""
import pathlib
import tempfile
import unittest

from soak import BEGIN, END, State, write

RUN = {"seed": 1, "date": "2026-01-02", "cuts": 20, "kills": 19, "in_recovery": 9, "in_flight": 11,
       "acknowledgements": [600, 800], "records": 40_000, "laps": 12, "checkpoints": 70}


class SoakTest(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.path = pathlib.Path(kept.name) / "state.json"

    def test_a_second_start_goes_on_where_the_first_one_ended(self):
        State(self.path).add(RUN)
        again = State(self.path)
        again.add(RUN | {"date": "2026-01-04", "cuts": 21, "in_flight": 9})
        self.assertEqual((State(self.path).ends(), again.ends(), again.sum("records")), (79, 79, 80_000))

    def test_a_broken_promise_is_not_forgotten(self):
        state = State(self.path)
        for run in (RUN, {"seed": 2, "date": "2026-01-03", "broken": "lost"}):
            state.add(run)
        self.assertIn("| runs in which a promise was broken | 1 |", State(self.path).text())
        self.assertIn("Runs: 2, 2026-01-02 to 2026-01-03.", state.text())

    def test_the_document_gets_what_the_state_says_between_its_marks(self):
        document = self.path.with_name("document.md")
        document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
        state = State(self.path)
        state.add(RUN)
        for _ in range(2):
            write(state, document)
        text = document.read_text()
        self.assertTrue(text.startswith(f"before\n{BEGIN}\nRuns: 1, 2026-01-02.") and text.endswith(f"{END}\nafter\n"))
        self.assertIn("| cuts of the power, kills (1,000 together are wanted) | 20, 19 |", text)
        self.assertIn("| acknowledgements before an end, median | 700 |", text)
        self.assertNotIn("old", text)


if __name__ == "__main__":
    unittest.main()
