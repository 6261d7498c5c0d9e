#!/usr/bin/env python3
"""Plays crowded lives of a simulated broker from seed to seed, and has what the clients saw judged by tests/history.

    lives.py PROGRAM FIRST LAST                no seed may have a finding, and all of MET must have been met
    lives.py PROGRAM FIRST LAST --bug NAME     a build with planted bugs: one of the seeds must find this one

A seed that fails plays again, event for event: `PROGRAM SEED SEED > journal`, then tests/history/checker.py journal.
RIACHO_LIVES=N takes only the first N seeds, for slow builds; what must be met is then not looked at.
"""
import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "history"))
from checker import counts, findings  # noqa: E402
from journal import histories  # noqa: E402

AT_ONCE = {False: 250, True: 20}  # seeds of one process; fewer where the first finding ends the run
MET = ("acknowledged batches", "clean stops", "crashes at a write or sync", "duplicates in flight",
       "external batches", "fetched records", "full ring", "kills", "log starts inside a batch", "power cuts",
       "recycled files of the log", "segment rolls", "slow syncs", "topics made again", "two checkpoints",
       "broken connections", "half closed connections", "held connections", "EIO", "ENOSPC", "failed logs",
       "generations", "stalled members")


class Lives:
    def __init__(self, program: str, bug: str | None):
        self.program, self.bug = program, bug
        self.met: collections.Counter[str] = collections.Counter()
        self.judged: collections.Counter[str] = collections.Counter()

    def play(self, first: int, last: int) -> dict[int, list[str]]:
        """What is wrong with these seeds: said by the program at once, or by the judge."""
        wrong: dict[int, list[str]] = collections.defaultdict(list)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "journal.jsonl"
            with path.open("w", encoding="utf-8") as journal:
                done = subprocess.run([self.program, str(first), str(last), *([self.bug] if self.bug else [])],
                                      stdout=journal, stderr=subprocess.PIPE, text=True, timeout=1200)
            for seed, text in re.findall(r"^seed (\d+): (.*)$", done.stderr, re.M):
                wrong[int(seed)].append(text)
            if done.returncode not in (0, 1):  # a check of the broker's own
                wrong[first].append(f"one of {first} to {last} ended with {done.returncode}: {done.stderr[-2000:]}")
            for count, what in re.findall(r"^met (\d+) (.*)$", done.stderr, re.M):
                self.met[what] += int(count)
            for history in histories([path]):
                self.judged.update(counts(history))
                for finding in findings(history):
                    wrong[int(history.name.split()[-1])].append(str(finding))
        return wrong


def tell(lives: Lives, wrong: dict[int, list[str]]) -> None:
    for seed, texts in sorted(wrong.items())[:10]:
        print(f"seed {seed}, again with `{lives.program} {seed} {seed}`")
        print("".join(f"    {text}\n" for text in texts[:5]), end="")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--bug")
    chosen = parser.parse_args()
    few = int(os.environ.get("RIACHO_LIVES", "0"))
    last = min(chosen.last, chosen.first + few - 1) if few else chosen.last
    lives, wrong, step = Lives(chosen.program, chosen.bug), {}, AT_ONCE[chosen.bug is not None]
    for first in range(chosen.first, last + 1, step):
        wrong |= lives.play(first, min(first + step - 1, last))
        if wrong:
            break
    tell(lives, wrong)
    if chosen.bug:
        print(f"{chosen.bug}: " + (f"found with seed {min(wrong)}" if wrong else "not found"))
        return 0 if wrong else 1
    print(", ".join(f"{count} {name}" for name, count in lives.judged.items()))
    print("met " + ", ".join(f"{count} {what}" for what, count in sorted(lives.met.items())))
    missing = [] if few else [what for what in MET if not lives.met[what]]
    if missing:
        print(f"not met: {', '.join(missing)}")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main())
