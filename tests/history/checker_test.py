#!/usr/bin/env python3
"""The checker finds each kind of broken promise, and nothing where all are kept."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from checker import Finding, counts, findings
from journal import Malformed, histories

PLACE = {"topic": "t", "partition": 0}


def sent(value: str, client: str = "p", **more) -> dict:
    return {"op": "produce", "client": client, "state": "sent", "topic": "t", "partition": 0, "value": value} | more


def outcome(value: str, state: str, offset: int | None = None, client: str = "p") -> dict:
    line = {"op": "produce", "client": client, "state": state, "topic": "t", "value": value}
    return line | ({} if offset is None else {"partition": 0, "offset": offset})


def log(*values: str, start: int = 0) -> dict:
    records = [[start + number, value] for number, value in enumerate(values)]
    return {"op": "log", "start": start, "records": records} | PLACE


def fetch(client: str, *records: tuple[int, str]) -> dict:
    return {"op": "fetch", "client": client, "records": records} | PLACE


def commit(state: str, offset: int, **more) -> dict:
    return {"op": "commit", "client": "c", "state": state, "group": "g", "offset": offset} | PLACE | more


def committed(offset: int, **more) -> dict:
    return {"op": "committed", "client": "judge", "group": "g", "offset": offset} | PLACE | more


def assigned(client: str, *partitions: int, generation: int = 1) -> dict:
    return {"op": "assigned", "client": client, "group": "g", "generation": generation,
            "partitions": [["t", partition] for partition in partitions]}


IDEMPOTENT = {"op": "producer", "client": "p", "idempotent": True}
MEMBERS = [{"op": "consumer", "client": client, "group": "g"} for client in ("c", "d")]
THREE = [IDEMPOTENT, sent("a"), sent("b"), sent("c"), outcome("a", "acked", 0), outcome("b", "acked", 1),
         outcome("c", "acked", 2)]


class CheckerTest(unittest.TestCase):
    def read(self, *journals: list[dict], tail: str = "") -> list:
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder) / f"{number}.jsonl" for number in range(len(journals))]
            for path, lines in zip(paths, journals):
                path.write_text("".join(json.dumps(line) + "\n" for line in lines) + tail)
            return list(histories(paths))

    def found(self, *lines: dict) -> list[Finding]:
        (history,) = self.read(list(lines))
        return findings(history)

    def kinds(self, *lines: dict) -> list[str]:
        return [finding.kind for finding in self.found(*lines)]

    def test_kept_promises_are_no_finding(self):
        self.assertEqual(self.found(*THREE, *MEMBERS, assigned("c", 0), fetch("c", (0, "a"), (1, "b")),
                                    commit("sent", 2), commit("acked", 2), committed(2), assigned("d", 0, generation=2),
                                    fetch("d", (2, "c")), commit("sent", 3), committed(3), log("a", "b", "c")), [])

    def test_a_lost_record_is_found(self):
        self.assertEqual(self.found(*THREE, log("a", "b")),
                         [Finding("lost", "t-0@2 was acknowledged to p for 'c', None is there")])

    def test_a_record_at_another_offset_is_lost_from_its_own(self):
        self.assertIn("lost", self.kinds(*THREE, log("b", "a", "c")))

    def test_what_lies_below_the_log_start_may_be_gone(self):
        self.assertEqual(self.found(*THREE, log("c", start=2)), [])

    def test_what_was_not_acknowledged_may_be_there_or_not(self):
        for values in ([], ["a"], ["a", "b"]):
            self.assertEqual(self.found(IDEMPOTENT, sent("a"), sent("b"), outcome("b", "unknown"), log(*values)), [])

    def test_a_doubled_record_of_an_idempotent_producer_is_found(self):
        self.assertEqual(self.kinds(*THREE, log("a", "b", "c", "b")), ["doubled"])
        self.assertEqual(self.kinds(*THREE[1:], log("a", "b", "c", "b")), [])  # another may repeat itself

    def test_reordered_records_of_an_idempotent_producer_are_found(self):
        lines = [sent("a"), sent("b"), sent("c"), log("a", "c", "b")]
        self.assertEqual(self.kinds(IDEMPOTENT, *lines), ["reordered"])
        self.assertEqual(self.kinds(*lines), [])

    def test_the_order_is_the_sequences_where_they_are_journalled(self):
        first, second = sent("a", sequence=5, producer=7), sent("b", sequence=4, producer=7)
        self.assertEqual(self.kinds(IDEMPOTENT, first, second, log("b", "a")), [])
        self.assertEqual(self.kinds(IDEMPOTENT, first, second, log("a", "b")), ["reordered"])
        self.assertEqual(self.kinds(IDEMPOTENT, first, sent("b", sequence=0, producer=8), log("a", "b")), [])

    def test_a_record_from_nowhere_is_found(self):
        self.assertEqual(self.kinds(*THREE, log("a", "b", "c", "x")), ["phantom"])
        self.assertEqual(self.kinds(*THREE, fetch("c", (3, "x"))), ["phantom"])
        self.assertEqual(self.kinds(sent("a"), outcome("a", "failed"), log("a")), ["phantom"])
        self.assertEqual(self.kinds(sent("a", partition=1), log("a")), ["phantom"])

    def test_a_record_that_was_read_and_is_gone_is_found(self):
        self.assertEqual(self.kinds(sent("a"), sent("b"), fetch("c", (0, "a"), (1, "b")), log("a")), ["changed"])

    def test_two_values_of_one_offset_are_found(self):
        self.assertEqual(self.kinds(sent("a"), sent("b"), fetch("c", (0, "a")), fetch("d", (0, "b"))), ["changed"])
        self.assertEqual(self.kinds(sent("a"), sent("b"), log("a"), log("b")), ["changed"])
        self.assertEqual(self.kinds(*THREE, outcome("a", "acked", 5)), ["changed"])

    def test_a_consumer_that_leaves_out_repeats_or_goes_back_is_found(self):
        end = log("a", "b", "c")
        self.assertEqual(self.kinds(*THREE, fetch("c", (0, "a"), (2, "c")), end), ["passed_over"])
        self.assertEqual(self.kinds(*THREE, fetch("c", (0, "a")), fetch("c", (0, "a")), end), ["doubled"])
        self.assertEqual(self.kinds(*THREE, fetch("c", (1, "b")), fetch("c", (0, "a")), end), ["reordered"])

    def test_a_new_assignment_and_a_seek_begin_anew(self):
        for begin in (assigned("c", 0), {"op": "seek", "client": "c"} | PLACE,
                      {"op": "revoked", "client": "c", "partitions": [["t", 0]]}):
            self.assertEqual(self.kinds(*THREE, fetch("c", (1, "b")), begin, fetch("c", (0, "a")),
                                        log("a", "b", "c")), [])

    def test_a_gap_in_the_offsets_is_nothing_left_out(self):
        gap = {"op": "log", "records": [[0, "a"], [5, "b"]]} | PLACE
        self.assertEqual(self.kinds(sent("a"), sent("b"), fetch("c", (0, "a"), (5, "b")), gap), [])

    def test_a_group_that_commits_what_nobody_was_given_is_found(self):
        lines = [*THREE, *MEMBERS, fetch("c", (0, "a")), fetch("d", (2, "c")), commit("sent", 3), commit("acked", 3),
                 log("a", "b", "c")]
        self.assertEqual(self.found(*lines), [Finding("passed_over", "g committed t-0@3 and was never given [1]")])
        self.assertEqual(self.kinds({"op": "consumer", "client": "c", "group": "g", "from": "latest"}, *lines), [])

    def test_a_position_that_went_back_is_found(self):
        done = [commit("sent", 5), commit("acked", 5), commit("sent", 9), commit("acked", 9)]
        self.assertEqual(self.kinds(*done, committed(9)), [])
        self.assertEqual(self.found(*done, committed(5)),
                         [Finding("went_back", "g is at t-0@5, it may be at [9]")])
        self.assertEqual(self.kinds(*done, committed(-1)), ["went_back"])
        self.assertEqual(self.kinds(committed(-1), *done), [])

    def test_a_commit_without_an_answer_may_count_or_not(self):
        for state in ("sent", "unknown"):
            lines = [commit("sent", 5), commit("acked", 5), commit("sent", 9)] + [commit(state, 9)] * (state != "sent")
            self.assertEqual(self.kinds(*lines, committed(5)), [])
            self.assertEqual(self.kinds(*lines, committed(9)), [])
            self.assertEqual(self.kinds(*lines, committed(7)), ["went_back"])

    def test_a_refused_commit_does_not_count(self):
        self.assertEqual(self.kinds(commit("sent", 9), commit("failed", 9), committed(9)), ["went_back"])

    def test_a_look_that_began_before_a_commit_ended_may_miss_it(self):
        lines = [commit("sent", 5, at=1), commit("acked", 5, at=2), commit("sent", 9, at=3), commit("acked", 9, at=6)]
        self.assertEqual(self.kinds(*lines, committed(5, at=7, since=5)), [])
        self.assertEqual(self.kinds(*lines, committed(5, at=9, since=8)), ["went_back"])

    def test_commits_that_were_under_way_together_may_end_in_any_order(self):
        lines = [commit("sent", 5, at=1), commit("sent", 9, at=2, client="d"), commit("acked", 9, at=3, client="d"),
                 commit("acked", 5, at=4)]
        for offset in (5, 9):
            self.assertEqual(self.kinds(*lines, committed(offset, at=9)), [])

    def test_two_owners_of_a_partition_are_found(self):
        self.assertEqual(self.kinds(assigned("c", 0, 1), assigned("d", 1)), ["assigned_twice"])
        self.assertEqual(self.kinds(assigned("c", 0, 1), assigned("d", 1, generation=2)), [])

    def test_journals_of_one_history_are_read_together(self):
        (history,) = self.read([fetch("c", (0, "a")), log("a"), outcome("a", "acked", 0)], [sent("a")])
        self.assertEqual(findings(history), [])
        with self.assertRaises(Malformed):
            self.read([commit("sent", 5)], [committed(5)])

    def test_runs_are_histories_of_their_own(self):
        first, second = self.read([{"op": "run", "name": "seed 1"}, *THREE, log("a", "b", "c"),
                                   {"op": "run", "name": "seed 2"}, *THREE, log("a", "b")])
        self.assertEqual((first.name, findings(first)), ("seed 1", []))
        self.assertEqual([finding.kind for finding in findings(second)], ["lost"])

    def test_a_line_that_was_being_written_is_none(self):
        (history,) = self.read([*THREE], tail='{"op": "fe')
        self.assertEqual(counts(history)["acked"], 3)

    def test_a_journal_that_makes_no_sense_is_refused(self):
        for lines in ([{"op": "dance"}], [{"op": "fetch", "client": "c"}], [sent("a"), sent("a")],
                      [outcome("a", "acked", 0)], [sent("a"), outcome("a", "acked")], [sent("a", state="perhaps")],
                      [commit("acked", 3)], [sent("a"), outcome("a", "acked", 0, client="q")]):
            with self.assertRaises(Malformed):
                self.read(lines)

    def test_the_program_says_what_it_found_and_how_much_it_judged(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "journal.jsonl"
            program = [sys.executable, pathlib.Path(__file__).parent / "checker.py", path]
            for lines, words, code in (([*THREE, log("a", "b", "c")], [], 0), ([*THREE, log("a", "b")], [], 1),
                                       ([*THREE], ["--require", "acked=4"], 2), ([{"op": "dance"}], [], 2)):
                path.write_text("".join(json.dumps(line) + "\n" for line in lines))
                done = subprocess.run([*program, *words], text=True, capture_output=True, timeout=60)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertEqual("lost: t-0@2" in done.stdout, code == 1)
                self.assertTrue(code == 2 or "3 acked" in done.stdout)


if __name__ == "__main__":
    unittest.main()
