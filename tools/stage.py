#!/usr/bin/env python3
"""Runs ctest as one stage of ./test, keeps what each test did, and gives ctest's summary the last word.

    tools/stage.py NAME BUILD_FOLDER CTEST_ARGUMENT...

Results go to build/results/NAME.json, by test (and by GoogleTest's names) with result and date, for
tools/status.py. Under RIACHO_CI=1 a test of tests/required.txt that was skipped fails the stage, and so does
one that is missing from the stage `standard`, unless its line names other stages behind it.
"""
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build/results"
CLOSING = re.compile(r"^\d+% tests passed")


def run_ctest(folder: pathlib.Path, arguments: list[str], junit: pathlib.Path, gtest: pathlib.Path):
    """ctest's exit code and its closing lines; all before them is printed as it comes."""
    command = ["ctest", "--test-dir", str(folder), "--output-on-failure", "--no-label-summary",
               "--no-tests=error", "--output-junit", str(junit), *arguments]
    environment = os.environ | {"GTEST_OUTPUT": f"xml:{gtest}/", "RIACHO_ROOT": str(ROOT)}
    closing: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace",
                          env=environment) as ctest:
        for line in ctest.stdout:
            if closing or CLOSING.match(line):
                closing.append(line)
            else:
                print(line, end="", flush=True)
    return ctest.returncode, closing


def result_of(case: xml.Element) -> str:
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "failed" if case.find("failure") is not None or case.get("status") == "fail" else "passed"


def read_junit(path: pathlib.Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return {case.get("name"): result_of(case) for case in xml.parse(path).getroot().iter("testcase")}


def read_gtest(folder: pathlib.Path) -> dict[str, str]:
    results = {}
    for path in sorted(folder.glob("*.xml")):
        try:
            cases = list(xml.parse(path).getroot().iter("testcase"))
        except xml.ParseError:
            continue  # the program died while it wrote; ctest has counted it as failed
        for case in cases:
            skipped = case.get("result") == "skipped"
            results[f"{case.get('classname')}.{case.get('name')}"] = "skipped" if skipped else result_of(case)
    return results


def read_required() -> list[tuple[str, set[str]]]:
    """(test, the stages it belongs to; none said means `standard`)."""
    lines = (line.split("#")[0].split() for line in (ROOT / "tests/required.txt").read_text().splitlines())
    return [(words[0], set(words[1:]) or {"standard"}) for words in lines if words]


def unmet(stage: str, results: dict[str, str]) -> list[str]:
    problems = []
    for test, stages in read_required():
        if results.get(test) == "skipped":
            problems.append(f"{test} was skipped, and tests/required.txt names it")
        elif test not in results and stage in stages:
            problems.append(f"{test} did not run in the stage {stage}, and tests/required.txt names it")
    return problems


def main() -> int:
    stage, folder, arguments = sys.argv[1], ROOT / sys.argv[2], sys.argv[3:]
    work = RESULTS / stage
    shutil.rmtree(work, ignore_errors=True)
    (work / "gtest").mkdir(parents=True)
    start = time.monotonic()
    status, closing = run_ctest(folder, arguments, work / "junit.xml", work / "gtest")
    results = read_junit(work / "junit.xml") | read_gtest(work / "gtest")
    date = datetime.date.today().isoformat()
    kept = {test: {"result": result, "date": date, "stage": stage} for test, result in results.items()}
    (RESULTS / f"{stage}.json").write_text(json.dumps(kept, indent=1))
    if stage == "standard":
        for writer in ("tools/status.py", "tools/compatibility.py"):
            status = subprocess.call([sys.executable, ROOT / writer]) or status
    skipped = sorted(test for test, result in results.items() if result == "skipped")
    if skipped:
        print(f"test: skipped: {', '.join(skipped)}")
    problems = unmet(stage, results) if os.environ.get("RIACHO_CI") == "1" else []
    print(f"test: the stage {stage} took {(time.monotonic() - start) / 60:.1f} min\n")
    for problem in problems:
        print(f"test: {problem}")
    print("".join(closing), end="", flush=True)
    return status or bool(problems)


if __name__ == "__main__":
    sys.exit(main())
