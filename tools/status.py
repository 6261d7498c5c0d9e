#!/usr/bin/env python3
"""Writes docs/status.md: every promise of docs/promises/ with the tests that prove it and what they last did.

    tools/status.py            from the results that ./test left in build/results/
    tools/status.py --check    only whether each test that a promise names is one that exists

In docs/promises/*.md a promise is a quotation (`> ...`), and the line behind it is `Proof:` with names of
tests in backticks (ctest's, or GoogleTest's Suite.Name), or `Proof: none yet`, or `Proof: by hand, ...`.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORDER = ("failed", "not run", "skipped", "passed")  # the worst of several proofs is what a promise is worth


def read_promises(path: pathlib.Path):
    """Yields ("title" | "promise", text, proof)."""
    quote: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            yield "title", line[3:], ""
        elif line.startswith(">"):
            quote.append(line[1:].strip())
        elif line.startswith("Proof:"):
            yield "promise", " ".join(quote), line.removeprefix("Proof:").strip()
            quote = []
        elif line.strip() and quote:
            raise SystemExit(f"{path.name}: a promise without `Proof:`: {quote[0]}")


def known_tests() -> set[str]:
    """Names of tests that sources and CMake files define, and of those that must run."""
    names = set()
    for tree in ("src", "tests", "bench"):
        for path in (ROOT / tree).rglob("*.cpp"):
            names.update(f"{suite}.{name}" for suite, name in re.findall(
                r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", path.read_text(encoding="utf-8"), re.M))
            if path.name.endswith("_test.cpp") and tree == "src":
                names.add(path.relative_to(ROOT / "src").parts[0] + "_test")
        for path in (ROOT / tree).rglob("CMakeLists.txt"):
            text = path.read_text(encoding="utf-8")
            names.update(re.findall(r"^\s*(?:\w*_test|test_program|fuzz_target)\((\w+)", text, re.M))
            names.update(re.findall(r"add_test\(\s*NAME\s+(\w+)", text))
    for line in (ROOT / "tests/required.txt").read_text(encoding="utf-8").splitlines():
        names.update(line.split("#")[0].split()[:1])  # a stage fails where one of these did not run
    return names


def read_results() -> dict[str, dict]:
    """The newest result of each test, over all stages."""
    newest: dict[str, dict] = {}
    for path in sorted((ROOT / "build/results").glob("*.json"), key=lambda path: path.stat().st_mtime):
        newest |= json.loads(path.read_text())
    return newest


def tests_of(proof: str) -> list[str]:
    return [] if proof.startswith("by hand") else re.findall(r"`([^`]+)`", proof)


def worth(proof: str, results: dict[str, dict]) -> tuple[str, str]:
    tests = tests_of(proof)
    if not tests:
        return ("by hand" if proof.startswith("by hand") else "no test"), ""
    found = [results.get(test, {"result": "not run", "date": ""}) for test in tests]
    return min((one["result"] for one in found), key=ORDER.index), max(one["date"] for one in found)


def table(results: dict[str, dict]) -> str:
    lines, counts = [], {}
    for path in sorted((ROOT / "docs/promises").glob("[0-9]*.md")):
        lines += ["", f"## [{path.stem}](promises/{path.name})"]
        for kind, text, proof in read_promises(path):
            if kind == "title":
                lines += ["", f"### {text}", "", "| promise | proof | result | date |", "|---|---|---|---|"]
                continue
            result, date = worth(proof, results)
            counts[result] = counts.get(result, 0) + 1
            lines.append(f"| {text.replace('|', chr(92) + '|')} | {proof} | {result} | {date} |")
    total = ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))
    head = ("# Status\n\nWritten by `./test` (tools/status.py) from docs/promises/ and the results of its last"
            f" runs; not edited by hand.\n\n{sum(counts.values())} promises: {total}.")
    return "\n".join([head, *lines, ""])


def check() -> int:
    known, problems = known_tests(), []
    for path in sorted((ROOT / "docs/promises").glob("[0-9]*.md")):
        for kind, text, proof in read_promises(path):
            tests = tests_of(proof)
            problems += [f"{path.name}: no test is called {test}" for test in tests if test not in known]
            if kind == "promise" and not tests and not proof.startswith(("none yet", "by hand")):
                problems.append(f"{path.name}: neither a test nor a reason: {text[:60]}")
    print("\n".join(problems) or "status: every promise names tests that exist, or says that it has none")
    return bool(problems)


def main() -> int:
    if sys.argv[1:] == ["--check"]:
        return check()
    (ROOT / "docs/status.md").write_text(table(read_results()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
