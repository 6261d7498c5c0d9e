#!/usr/bin/env python3
"""How long from exec to the first acknowledged record, into an empty folder, and how much memory when idle.

    start.py [--rounds N] [--alone] [--write] [--check [--slack X]]

The brokers take turns. --alone leaves Apache Kafka out; --write puts the numbers into docs/performance.md and the
README between their markers; --check exits 1 where a median is over X times the limit that bench/points.yaml sets.
"""
import argparse
import datetime
import os
import pathlib
import re
import shutil
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/interop"))
from harness.brokers import BROKERS, KAFKA_VERSION  # noqa: E402
from harness.process import BUILD, ROOT, run  # noqa: E402
from probe import until_acknowledged  # noqa: E402

IDLE_S = 5
NAMES = {"riacho": "Riacho", "apache-kafka": f"Apache Kafka {KAFKA_VERSION}"}
UNITS = {"start": "ms", "memory": "MB"}
TITLES = {"start": "exec to first acknowledged record", "memory": "resident memory, idle"}
TITLES_PT = {"start": "da execução ao primeiro registro confirmado", "memory": "memória residente, em repouso"}


def measure(name: str, folder: pathlib.Path) -> dict[str, float]:
    shutil.rmtree(folder, ignore_errors=True)
    broker = BROKERS[name](folder)
    if name == "apache-kafka":
        broker.format()  # a step of its own in Kafka; it is not counted
    try:
        start = time.monotonic()
        broker.launch()
        until_acknowledged(broker.port)
        took = time.monotonic() - start
        time.sleep(IDLE_S)
        memory = broker.resident_bytes()
        broker.stop()
    finally:
        broker.kill()
    return {"start": took * 1000, "memory": memory / 1e6}


def measure_all(rounds: int, names: list[str]) -> dict[str, dict[str, list[float]]]:
    found = {name: {point: [] for point in UNITS} for name in names}
    for number in range(1, rounds + 1):
        for name in names:
            one = measure(name, BUILD / "bench-run" / name)
            for point, value in one.items():
                found[name][point].append(value)
            print(f"round {number}: {NAMES[name]:20} {one['start']:8.1f} ms {one['memory']:7.1f} MB", flush=True)
    return found


def number(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def cell(values: list[float], unit: str) -> str:
    return f"{number(statistics.median(values), unit)} ({min(values):.0f}–{max(values):.0f})"


def ratio(found, point: str) -> float:
    return statistics.median(found["apache-kafka"][point]) / statistics.median(found["riacho"][point])


def table(found, titles: dict[str, str], head: str) -> str:
    lines = [head, "|---|---|---|---|"]
    lines += [f"| {titles[point]} | {cell(found['riacho'][point], unit)} | {cell(found['apache-kafka'][point], unit)}"
              f" | {ratio(found, point):.0f} |" for point, unit in UNITS.items()]
    return "\n".join(lines)


def machine() -> str:
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    java = run(["java", "-version"]).stdout.splitlines()[0]
    commit = run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT).stdout.strip()
    return (f"{os.cpu_count()} cores ({cpu[1] if cpu else os.uname().machine}), Linux {os.uname().release},"
            f" {java}, commit {commit}, {datetime.date.today().isoformat()}")


def between(path: pathlib.Path, inside: str) -> None:
    opening, closing = "<!-- start -->\n", "<!-- /start -->"
    text = path.read_text(encoding="utf-8")
    start, end = text.index(opening) + len(opening), text.index(closing)
    path.write_text(text[:start] + inside + "\n" + text[end:], encoding="utf-8")


def write(found, rounds: int) -> None:
    peer = NAMES["apache-kafka"]
    english = table(found, TITLES, f"| median (least–most) | Riacho | {peer} | ratio |")
    portuguese = table(found, TITLES_PT, f"| mediana (mínimo–máximo) | Riacho | {peer} | razão |")
    between(ROOT / "docs/performance.md", f"{english}\n\n{rounds} rounds in turn on {machine()}.")
    between(ROOT / "README.md", english)
    between(ROOT / "README.pt-BR.md", portuguese)


def limits() -> dict[str, float]:
    points = re.findall(r"- id: (\w+)\n.*?at_most: ([\d.]+)", (HERE / "points.yaml").read_text(), re.S)
    return {point: float(most) for point, most in points}


def check(found, slack: float) -> int:
    """Slack is for time alone: other work on the machine slows a start and takes none of its memory."""
    over = []
    for point, most in limits().items():
        median = statistics.median(found["riacho"][point])
        limit = most * slack if UNITS[point] == "ms" else most
        if median > limit:
            over.append(f"{TITLES[point]}: {number(median, UNITS[point])}, the limit is {limit:.0f} {UNITS[point]}")
    print("\n".join(over) or "every median is within its limit")
    return bool(over)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    for flag in ("--alone", "--write", "--check"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--slack", type=float, default=1)
    chosen = parser.parse_args()
    names = ["riacho"] if chosen.alone else list(NAMES)
    found = measure_all(chosen.rounds, names)
    for point, unit in UNITS.items():
        medians = {name: statistics.median(values[point]) for name, values in found.items()}
        print(f"{TITLES[point]}: " + ", ".join(f"{NAMES[name]} {number(one, unit)}" for name, one in medians.items())
              + ("" if chosen.alone else f", ratio {ratio(found, point):.1f}"))
    if chosen.write and not chosen.alone:
        write(found, chosen.rounds)
    return check(found, chosen.slack) if chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
