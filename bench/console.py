"""`riacho up` with all that it has: how long until broker, ops and console answer, what it takes when nobody asks, and
what a browser with a cold cache waits for."""
import http.client
import json
import pathlib
import shutil
import time

from harness.brokers import Riacho
from harness.process import ROOT, Process, free_port, run
from machine import cpu_seconds, resident_bytes
from probe import until_acknowledged
from start import IDLE_CPU_S, IDLE_S

START_MAX_S = 60
PORTS = (9092, 9101, 9021)  # of the broker, ops and the console


def until_answered(port: int, path: str, until: float) -> None:
    """Asks every millisecond until the answer is 200."""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        if time.monotonic() > until:
            raise TimeoutError(f"port {port} did not answer {path}")
        time.sleep(0.001)


class Up:
    """`riacho up` into an empty folder, its three ports moved to where nobody listens."""

    def __init__(self, folder: pathlib.Path):
        offset = free_port() - min(PORTS)
        self.broker, self.ops, self.console = (port + offset for port in PORTS)
        self.start = time.monotonic()
        command = [Riacho.binary, "up", "--data", folder / "data", "--port-offset", offset]
        self.process = Process(command, folder, "up")

    def until_ready(self) -> float:
        """Milliseconds until a record is acknowledged, ops says so, and the console shows the cluster."""
        until_acknowledged(self.broker)
        until_answered(self.ops, "/ready", self.start + START_MAX_S)
        until_answered(self.console, "/", self.start + START_MAX_S)
        until_answered(self.console, "/api/v1/clusters/riacho", self.start + START_MAX_S)
        return (time.monotonic() - self.start) * 1000

    def idle(self) -> dict[str, float]:
        time.sleep(IDLE_S)
        found = {"up_memory_idle": resident_bytes(self.process.pid) / 1e6}
        before = cpu_seconds(self.process.pid)
        time.sleep(IDLE_CPU_S)
        return found | {"up_cpu_idle": (cpu_seconds(self.process.pid) - before) / IDLE_CPU_S * 100}

    def page(self) -> dict[str, float]:
        browser = ["node", "browser/paint.mjs", f"http://127.0.0.1:{self.console}/"]
        said = json.loads(run(browser, cwd=ROOT / "ui").stdout)
        return {"page_first_paint": said["first_contentful_paint_ms"], "page_bytes": said["transferred_bytes"] / 1000}


def measure(_name: str, folder: pathlib.Path, wanted: set[str]) -> dict[str, float]:
    shutil.rmtree(folder, ignore_errors=True)
    up = Up(folder)
    try:
        found = {"up_ready": up.until_ready()}
        if wanted & {"up_memory_idle", "up_cpu_idle"}:
            found |= up.idle()
        if wanted & {"page_first_paint", "page_bytes"}:
            found |= up.page()
    finally:
        up.process.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return found
