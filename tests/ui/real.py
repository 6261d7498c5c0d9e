#!/usr/bin/env python3
"""Runs a test of ui/browser/ against the real thing: `riacho up`, or `riacho console` over Apache Kafka.

    real.py TEST [--broker riacho|apache-kafka]      runs ui/browser/TEST.test.mjs

The test finds in its environment where the console is, and a second one that is read-only and knows a cluster which
does not answer; where the broker is; and the programs that it may use as clients.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/interop"))
from harness import tools  # noqa: E402
from harness.brokers import ApacheKafka, Riacho  # noqa: E402
from harness.process import Process, free_port, wait_until  # noqa: E402

CLUSTER = "riacho"


def console_of(process: Process) -> str:
    """Where it is, once it is ready."""
    def said():
        return re.search(r"(?m)^console\s+(http://\S+)\s+ready\b", process.out()) or process.popen.poll()
    found = wait_until(said, 60, "the console is ready")
    if isinstance(found, int):
        sys.exit(f"{process.name} ended with {found}:\n{process.err()}")
    return found[1]


def up(folder: pathlib.Path) -> tuple[Process, str]:
    port, anywhere = free_port(), "listeners=http://127.0.0.1:0"
    return Process([Riacho.binary, "up", "--data", folder / "data", "--port-offset", port - 9092, "--set",
                    f"ops.{anywhere}", "--set", f"console.{anywhere}"], folder, "up"), f"127.0.0.1:{port}"


def attached(folder: pathlib.Path, name: str, *words) -> Process:
    return Process([Riacho.binary, "console", "--listen", "127.0.0.1:0", *words], folder, name)


def drive(test: str, **addresses) -> int:
    environment = tools.ENVIRONMENT | addresses | {
        "RIACHO_BINARY": str(Riacho.binary), "RIACHO_PYTHON": str(tools.python()), "RIACHO_CLUSTER": CLUSTER}
    return subprocess.call(["node", f"browser/{test}.test.mjs"], cwd=ROOT / "ui", env=environment)


def run(test: str, broker: str, folder: pathlib.Path) -> int:
    kafka = ApacheKafka(folder / "broker") if broker == "apache-kafka" else None
    first, address = (None, kafka.address) if kafka else up(folder)
    try:
        if kafka:
            kafka.start()
            first = attached(folder, "console", "--cluster", f"{CLUSTER}={address}")
        console = console_of(first)
        with attached(folder, "reader", "--read-only", "--cluster", f"{CLUSTER}={address}", "--cluster",
                      f"away=127.0.0.1:{free_port()}") as reader:
            return drive(test, RIACHO_CONSOLE=console, RIACHO_READER=console_of(reader), RIACHO_BROKER=address)
    finally:
        for process in (first, kafka and kafka.process):
            if process:
                process.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("test")
    parser.add_argument("--broker", choices=("riacho", "apache-kafka"), default="riacho")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="riacho-page-") as folder:
        return run(chosen.test, chosen.broker, pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(main())
