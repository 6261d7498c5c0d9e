"""How long from exec to the first acknowledged record, into an empty folder, and what an idle broker takes."""
import pathlib
import shutil
import time

from machine import cpu_seconds
from harness.brokers import BROKERS, Broker
from probe import until_acknowledged

IDLE_S = 5
IDLE_CPU_S = 10


def timed_start(broker: Broker) -> float:
    """Milliseconds."""
    start = time.monotonic()
    broker.launch()
    until_acknowledged(broker.port)
    return (time.monotonic() - start) * 1000


def measure(name: str, folder: pathlib.Path, wanted: set[str]) -> dict[str, float]:
    shutil.rmtree(folder, ignore_errors=True)
    broker = BROKERS[name](folder)
    if name == "apache-kafka":
        broker.format()  # a step of its own in Kafka; it is not counted
    try:
        found = {"first_ack": timed_start(broker)}
        time.sleep(IDLE_S)
        found["memory_idle"] = broker.resident_bytes() / 1e6
        if "cpu_idle" in wanted:
            before = cpu_seconds(broker.process.pid)
            time.sleep(IDLE_CPU_S)
            found["cpu_idle"] = (cpu_seconds(broker.process.pid) - before) / IDLE_CPU_S * 100
        broker.stop()
    finally:
        broker.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return found
