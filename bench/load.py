"""Runs `bench_load`, our raw client and the broker that only answers, and reads what it says."""
import json
import os
import pathlib
import time

from harness.brokers import Riacho, accepts
from harness.process import Process, free_port, run, wait_until

PROGRAM = pathlib.Path(os.environ.get("RIACHO_BENCH_LOAD", Riacho.binary.parent / "bench_load"))


def load(broker, kind: str, **options) -> dict:
    """What one run says of itself; the broker's CPU is counted while it measures."""
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    watched = ["--watch", broker.process.pid] if broker else []
    port = ["--port", broker.port] if broker else []
    return json.loads(run([PROGRAM, kind, *port, *watched, *words], options.get("seconds", 10) + 120).stdout)


class OnlyAnswers:
    """A broker that answers and does nothing: as fast as the client can be."""

    def __init__(self, folder: pathlib.Path):
        self.port, self.folder, self.process = free_port(), folder, None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = Process([PROGRAM, "null", "--port", self.port, "--partitions", 8], self.folder, "answers")
        wait_until(lambda: accepts(self.port), 10, "the broker that only answers")

    def kill(self) -> None:
        self.process.kill()
