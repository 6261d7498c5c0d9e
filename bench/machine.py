"""The machine that measures: what it is, what a process has used of it, and its memory."""
import datetime
import mmap
import os
import pathlib
import re
import subprocess
import sys

from harness.process import ROOT, run

SPARED = 2 * 10**9  # for whatever else lives here
TOUCH = "import machine; machine.touch()"


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def touch() -> None:
    """Writes to every page that is free. A virtual machine gets memory from its host at the first touch, four times
    slower than afterwards, and whoever runs first would pay for it."""
    free = int(re.search(r"MemFree:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) * 1024 - SPARED
    if free > 0:
        pages = mmap.mmap(-1, free)
        for at in range(0, free, mmap.PAGESIZE):
            pages[at] = 1


def touch_memory() -> None:
    """In a process of its own, which gives it back."""
    here = pathlib.Path(__file__).parent
    paths = os.pathsep.join([str(here), str(ROOT / "tests/interop")])
    subprocess.run([sys.executable, "-c", TOUCH], env=os.environ | {"PYTHONPATH": paths}, check=True)


def commit() -> str:
    """The commit that is built, with a mark where files differ from it."""
    dirty = run(["git", "status", "--porcelain", "--", "src", "bench/load"], cwd=ROOT).stdout.strip()
    return run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT).stdout.strip() + ("+" if dirty else "")


def described() -> str:
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    java = run(["java", "-version"]).stdout.splitlines()[0]
    return (f"{os.cpu_count()} cores ({cpu[1] if cpu else os.uname().machine}), Linux {os.uname().release}, {java},"
            f" {datetime.date.today().isoformat()}")
