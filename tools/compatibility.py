#!/usr/bin/env python3
"""Writes the tables of docs/compatibility.md between their markers.

    tools/compatibility.py

The API table is what `build/release/riacho api-versions --markdown` prints from the handler table; the clients'
table is what the last interop runs left in build/results/interop/. A table whose source is not there stays.
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/interop"))
from harness.documents import marks, put_between  # noqa: E402

BINARY = pathlib.Path(os.environ.get("RIACHO_BINARY", ROOT / "build/release/riacho"))
MARKS = {"passed": "yes", "failed": "**no**"}


def api_table() -> str:
    if not BINARY.exists():
        return ""
    return subprocess.run([BINARY, "api-versions", "--markdown"], check=True, capture_output=True, text=True).stdout


def steps_and_clients() -> tuple[list[str], list[str], dict[str, dict[str, str]]]:
    """The committed table of what each client has: steps, clients, and client to step to `yes` or a reason."""
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in
            (ROOT / "tests/interop/capabilities.md").read_text().splitlines() if line.startswith("|")]
    steps, clients = [row[0].strip("`") for row in rows[2:]], rows[0][1:]
    return steps, clients, {client: {row[0].strip("`"): row[column] for row in rows[2:]}
                            for column, client in enumerate(clients, 1)}


def client_table() -> str:
    steps, clients, has = steps_and_clients()
    runs = {}
    for client in clients:
        path = ROOT / f"build/results/interop/{client}-riacho.json"
        if path.exists():
            runs[client] = json.loads(path.read_text())
    if not runs:
        return ""
    head = [f"{client} {runs[client]['version']}" if client in runs else client for client in clients]
    lines = ["| step | " + " | ".join(head) + " |", "|---" * (len(clients) + 1) + "|"]
    for step in steps:
        cells = []
        for client in clients:
            asked = has[client].get(step) == "yes"
            result = runs.get(client, {}).get("steps", {}).get(step)
            cells.append(MARKS.get(result, "not run") if asked else "–")
        lines.append(f"| {step.replace('_', ' ')} | " + " | ".join(cells) + " |")
    lines.append("| last run | " + " | ".join(runs.get(client, {}).get("date", "") for client in clients) + " |")
    return "\n".join(lines)


def main() -> int:
    for marker, table in (("apis", api_table()), ("clients", client_table())):
        if table.strip():
            put_between(ROOT / "docs/compatibility.md", *marks(marker), table.strip("\n") + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
