#!/usr/bin/env python3
"""Measures the points of points.yaml: Riacho, who stands beside it and what only answers, in turn, round after round.

    run.py [POINT]... [--rounds N] [--write] [--check [--slack X]] [--alone] [--forget]

A POINT is an id or the beginning of one (`produce_1k`, `latency`); without any, all but the slow ones are measured.
What was measured at this commit counts, so a run that was broken off goes on: build/bench/results.json. --forget
neither reads nor keeps it. --write puts the file into docs/performance.md and the READMEs. --alone leaves everything
but Riacho out. --check exits 1 where a median is over its limit, or X times that for times.
"""
import argparse
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/interop"))
from harness.process import BUILD  # noqa: E402
import console  # noqa: E402
import machine  # noqa: E402
import report  # noqa: E402
import restart  # noqa: E402
import search  # noqa: E402
import start  # noqa: E402
import under_load  # noqa: E402
from points import Point, Results, read_points, sides  # noqa: E402

PROGRAMS = {"bench/start.py": start, "bench/under_load.py": under_load, "bench/restart.py": restart,
            "bench/console.py": console, "bench/search.py": search}
FILLS_MEMORY = (under_load, restart)
FOLDER = BUILD / "bench-run"


def chosen_points(names: list[str]) -> list[Point]:
    points = read_points()
    for name in names:
        if not any(point.id.startswith(name) for point in points):
            raise SystemExit(f"no point begins with {name}: {' '.join(point.id for point in points)}")
    return [point for point in points
            if (any(point.id.startswith(name) for name in names) if names else not point.slow)]


def one_round(results: Results, points: list[Point], number: int, alone: bool) -> None:
    for program, module in PROGRAMS.items():
        chosen = [point for point in points if point.run == program and results.rounds(point.id) < number]
        wanted = {point.id for point in chosen}
        values: list[tuple[str, dict[str, float]]] = []
        for side in sides(chosen, alone) if chosen else []:
            if any(point.startswith("latency") for point in wanted) and side != "answers" and not alone:
                values += under_load.device(FOLDER).items()
            if module in FILLS_MEMORY and side != "answers":  # which keeps nothing
                machine.fill_memory(FOLDER)
            values.append((side, module.measure(side, FOLDER / side, wanted)))
            print(f"round {number}, {side}: " + ", ".join(
                f"{point} {value:.4g}" for point, value in values[-1][1].items() if point in wanted), flush=True)
        for side, found in values:  # a round counts when all of it is there
            for point, value in found.items():
                if point in wanted:
                    results.add(point, side, value)
        results.save()


def summary(points: list[Point], results: Results) -> None:
    for point in points:
        values = results.values(point.id)
        medians = ", ".join(f"{name} {point.number(statistics.median(each))}" for name, each in values.items())
        notes = [f"ratio {report.shown(report.ratio(point, values))}", report.verdict(point, values),
                 report.beside(point, values)]
        print(f"{point.id} ({point.what}): {medians}, {', '.join(note for note in notes if note)}")


def check(points: list[Point], results: Results, slack: float) -> int:
    over = [point for point in points if point.holds(results.values(point.id), slack) is False]
    for point in over:
        values = results.values(point.id)
        print(f"{point.what}: {point.number(statistics.median(values['riacho']))}, the limit is "
              f"{point.number(point.limit(values))}" + (f", times {slack:g}" if slack != 1 else ""))
    if not over:
        print("every median is within its limit")
    return bool(over)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("points", nargs="*", metavar="POINT")
    parser.add_argument("--rounds", type=int, default=5)
    for flag in ("--alone", "--write", "--check", "--forget"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--slack", type=float, default=1)
    chosen = parser.parse_args()
    points = chosen_points(chosen.points)
    results = Results(None if chosen.forget or chosen.alone else BUILD / "bench/results.json", machine.commit())
    try:
        for number in range(1, chosen.rounds + 1):
            one_round(results, points, number, chosen.alone)
    finally:
        machine.release_memory(FOLDER)
        search.forget(FOLDER)
    summary(points, results)
    if chosen.write and not chosen.alone:
        report.write(results)
    return check(points, results, chosen.slack) if chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
