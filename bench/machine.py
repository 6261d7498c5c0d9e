"""The machine that measures: what it is, what a process has used of it, and its memory."""
import datetime
import os
import pathlib
import re

from harness import documents
from harness.process import ROOT, run

SPARED = 10**9  # for whatever else lives here


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid: int, name: str = "VmRSS") -> int:
    """What a process has in memory; VmHWM: the most that it had."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(rf"{name}:\s+(\d+)", status)[1]) * 1024


def memory_bytes(name: str) -> int:
    return int(re.search(rf"{name}:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) * 1024


def fill_memory(folder: pathlib.Path) -> None:
    """Leaves little memory free but what page cache holds, as on a machine that has run for a while. A virtual machine
    gets memory from its host at the first touch, several times slower than afterwards, and gives back what is free: so
    a file without content is read, and whoever needs a page then gets one of its."""
    folder.mkdir(parents=True, exist_ok=True)
    chunk = bytearray(64 << 20)
    with open(folder / "fills-memory", "ab+", buffering=0) as file:
        file.truncate(memory_bytes("MemTotal"))
        file.seek(0)
        while memory_bytes("MemFree") > SPARED and file.readinto(chunk):
            pass


def release_memory(folder: pathlib.Path) -> None:
    (folder / "fills-memory").unlink(missing_ok=True)


def commit() -> str:
    """The commit that is built, with a mark where files differ from it."""
    dirty = run(["git", "status", "--porcelain", "--", "src", "bench/load"], cwd=ROOT).stdout.strip()
    return run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT).stdout.strip() + ("+" if dirty else "")


def described() -> str:
    java = run(["java", "-version"]).stdout.splitlines()[0]
    return f"{documents.machine()}, {java}, {datetime.date.today().isoformat()}"
