#!/usr/bin/env python3
"""Runs the fuzz targets for a long time, two at once and behind everything else, and writes down what came of it.

    long_run.py [--minutes 60] [--folder FOLDER] [TARGET...]

The minutes are of processor time and for each target: on a busy machine an hour of the clock says nothing. Programs are
copied from build/fuzz, so a build may go on. FOLDER (build/fuzz-long) keeps corpora, findings and state.json; another
run goes on from there. A target ends at its first finding, and the run with 1. The table in docs/reliability.md is
written after each part of ten minutes.
"""
import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from harness.documents import put_between  # noqa: E402
from harness.process import ROOT  # noqa: E402

TARGETS = ("messages_fuzz", "batch_fuzz", "recovery_fuzz", "group_fuzz", "http_fuzz", "http_peer_fuzz")
OPTIONS = {"recovery_fuzz": ["-len_control=0", "-max_len=256"], "group_fuzz": ["-max_len=600"]}
PART_S = 600
DOCUMENT = ROOT / "docs/reliability.md"
BEGIN, END = "<!-- written by tests/fuzz/long_run.py -->\n", "<!-- end of what long_run.py writes -->\n"
writing = threading.Lock()


def run_part(target: str, folder: pathlib.Path, seconds: int) -> dict:
    """One run of libFuzzer: what it did, with the processor time it had."""
    for name in ("corpus", "findings"):
        (folder / target / name).mkdir(parents=True, exist_ok=True)
    log = folder / target / "last.log"
    command = [folder / target / target, f"-max_total_time={seconds}", "-timeout=1200", "-rss_limit_mb=1024",
               "-report_slow_units=300",  # of the clock: on a busy machine a usual input may take ten seconds
               "-print_final_stats=1", f"-artifact_prefix={folder / target / 'findings'}/",
               *OPTIONS.get(target, ["-max_len=8192"]), folder / target / "corpus",
               ROOT / "tests/fuzz/corpus" / target]
    with open(log, "wb") as out:
        child = subprocess.Popen([str(word) for word in command], stdout=out, stderr=out,
                                 preexec_fn=lambda: os.nice(19))
        _, _, used = os.wait4(child.pid, 0)
    text = log.read_text(errors="replace")
    executions = re.search(r"number_of_executed_units: (\d+)", text)
    covered = re.findall(r"cov: (\d+)", text)
    return {"executions": int(executions[1]) if executions else 0, "edges": int(covered[-1]) if covered else 0,
            "seconds": used.ru_utime + used.ru_stime}


def write_table(state: dict) -> None:
    rows = ["| target | processor hours | inputs tried | edges covered | date |", "|---|--:|--:|--:|---|"]
    rows += [f"| `{target}` | {one['seconds'] / 3600:.2f} | {one['executions']:,} | {one['edges']:,} | {one['date']} |"
             for target, one in sorted(state.items())]
    put_between(DOCUMENT, BEGIN, END, "\n".join(rows) + "\n")


def fuzz(target: str, folder: pathlib.Path, wanted_s: float, state: dict) -> list[pathlib.Path]:
    """Ends with what it found, or when it had its time: what ran into a bug does not count."""
    (folder / target).mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "build/fuzz/tests/fuzz" / target, folder / target / target)
    while state.get(target, {}).get("seconds", 0) < wanted_s:
        done = run_part(target, folder, PART_S)
        if found := sorted((folder / target / "findings").iterdir()):
            return found
        with writing:
            one = state.setdefault(target, {"executions": 0, "edges": 0, "seconds": 0.0, "date": ""})
            one["executions"] += done["executions"]
            one["seconds"] += done["seconds"]
            one["edges"] = max(one["edges"], done["edges"])
            one["date"] = datetime.date.today().isoformat()
            (folder / "state.json").write_text(json.dumps(state, indent=1))
            write_table(state)
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/fuzz-long")
    parser.add_argument("targets", nargs="*", default=TARGETS)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    kept = chosen.folder / "state.json"
    state = json.loads(kept.read_text()) if kept.exists() else {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(fuzz, target, chosen.folder, chosen.minutes * 60, state) for target in chosen.targets]
        findings = [found for run in runs for found in run.result()]
    for found in findings:
        print(f"{found.parent.parent.name}: {found}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
