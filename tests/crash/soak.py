#!/usr/bin/env python3
"""Power cuts and kills, run after run, until there are as many as wanted; it can be stopped and started again.

    soak.py --state FILE --until ENDS --binary RIACHO --mirror LIBRARY --clients PROGRAM
    soak.py --state FILE --write DOCUMENT

Each run of power_cuts.py has a seed and a folder of its own, and is added to the state file when it has ended. The
first broken promise ends the soak; it stays in the state file, so that the next start does not forget it. `--write`
puts what the file says into a document, between its two marks.
"""
import argparse
import datetime
import json
import pathlib
import statistics
import sys
import time

from power_cuts import BrokenPromise, Failure, Programs, check_coverage, new_loop, parser_for, with_confluents_python
from harness.documents import put_between
from promises import Ends

ROUNDS, ENDS_WANTED, RECORDS_WANTED = 30, 1000, 1_000_000
FAILURES_MAX = 5  # one after another
BEGIN, END = "<!-- written by tests/crash/soak.py -->", "<!-- end of what soak.py writes -->"


class State:
    """The runs so far, in a file that is replaced as a whole."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.runs: list[dict] = json.loads(path.read_text()) if path.exists() else []

    def add(self, run: dict) -> None:
        self.runs.append(run)
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(self.runs, indent=0))
        new.replace(self.path)

    def sum(self, what: str) -> int:
        return sum(run.get(what, 0) for run in self.runs)

    def ends(self) -> int:
        return self.sum("cuts") + self.sum("kills")

    def text(self) -> str:
        good = [run for run in self.runs if "broken" not in run]
        broken = [run for run in self.runs if "broken" in run]
        median = statistics.median([count for run in good for count in run["acknowledgements"]])
        lines = [
            f"| cuts of the power, kills ({ENDS_WANTED:,} together are wanted) |"
            f" {self.sum('cuts'):,}, {self.sum('kills'):,} |",
            f"| of them in the middle of recovery | {self.sum('in_recovery'):,} |",
            f"| records acknowledged ({RECORDS_WANTED:,} are wanted) | {self.sum('records'):,} |",
            f"| connections with a request in flight at an end, at least | {min(run['in_flight'] for run in good)} |",
            f"| acknowledgements before an end, median | {median:,.0f} |",
            f"| laps of the ring, checkpoints | {self.sum('laps'):,}, {self.sum('checkpoints'):,} |",
            f"| runs in which a promise was broken | {len(broken)} |",
        ]
        dates = sorted(run["date"] for run in self.runs)
        between = dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
        return "\n".join([f"Runs: {len(self.runs)}, {between}.", "", "| what | how often |", "|---|--:|", *lines])


def run_once(programs: Programs, seed: int) -> dict:
    run = {"seed": seed, "date": datetime.date.today().isoformat()}
    try:
        with new_loop(programs, seed) as loop:
            loop.run(ROUNDS)
            check_coverage(loop, ROUNDS)
    except BrokenPromise as broken:
        return run | {"broken": str(broken)[:2000]}
    laps, checkpoints = loop.laps_at_the_end
    ends: Ends = loop.ends
    return run | {"cuts": ends.cuts, "kills": ends.kills, "in_recovery": ends.in_recovery,
                  "in_flight": min(ends.in_flight), "acknowledgements": ends.acknowledgements,
                  "records": loop.promises.acknowledged_records, "laps": round(laps), "checkpoints": checkpoints}


def write(state: State, document: pathlib.Path) -> None:
    put_between(document, BEGIN, END, f"\n{state.text()}\n")


def soak(state: State, programs: Programs, until: int) -> int:
    failures = 0
    while state.ends() < until or state.sum("records") < RECORDS_WANTED:
        try:
            run = run_once(programs, time.time_ns() % 1_000_000)
        except Failure:  # of the harness, not of a promise: a busy machine
            failures += 1
            if failures == FAILURES_MAX:
                return 1
            continue
        failures = 0
        state.add(run)
        print(f"{state.ends()} ends, {state.sum('records')} records", flush=True)
        if "broken" in run:
            return 1
    return 0


def main() -> int:
    if "--write" in sys.argv:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--write", type=pathlib.Path)
    else:
        with_confluents_python()
        parser = parser_for(__doc__)
        parser.add_argument("--until", type=int, default=ENDS_WANTED)
    parser.add_argument("--state", type=pathlib.Path, required=True)
    chosen = parser.parse_args()
    state = State(chosen.state)
    if "--write" in sys.argv:
        write(state, chosen.write)
        return 0
    return soak(state, Programs(chosen.binary, chosen.mirror, chosen.clients), chosen.until)


if __name__ == "__main__":
    sys.exit(main())
