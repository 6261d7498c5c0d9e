"""One broker's life under load: produce of several shapes, memory after 10 GB, fetch, latency; what is wanted of it.

The client is bench_load for all of them: pre-encoded batches of 16 KiB (what Kafka's producer sends by default), five
requests in flight on each connection, one batch in each, over eight partitions where there are that many connections.
`java_1k` is Kafka's own ProducerPerformance, which shows why: see docs/performance.md.
"""
import pathlib
import re
import shutil

from harness import tools
from harness.brokers import BROKERS
from harness.process import run
from load import OnlyAnswers, load

RECORD_BYTES = {"100": 100, "1k": 1024}
SECONDS = 4
LOADED_BYTES = 10 * 10**9
RATE = 5000


class Life:
    def __init__(self, broker, wanted: set[str]):
        self.broker, self.wanted = broker, wanted
        self.found: dict[str, float] = {}
        self.bytes = 0

    def is_wanted(self, start: str) -> bool:
        return any(point.startswith(start) for point in self.wanted)

    def produce(self, topic: str, connections: int, **options) -> dict:
        said = load(self.broker, "produce", topic=topic, connections=connections, partitions=min(connections, 8),
                    **options)
        self.bytes += said["total_bytes"]
        return said

    def keep(self, point: str, said: dict) -> None:
        self.found |= {f"{point}_rate": said["records_per_s"], f"{point}_cpu": said["cpu_s_per_gb"]}

    def warm_up(self) -> None:
        """What runs on a virtual machine of its own has compiled itself afterwards."""
        self.produce("warm", 8, seconds=6, record_bytes=1024)

    def shapes(self) -> None:
        for size, record_bytes in RECORD_BYTES.items():
            for connections in (1, 8, 64):
                point = f"produce_{size}_{connections}"
                if self.is_wanted(point + "_"):
                    self.keep(point, self.produce(point, connections, record_bytes=record_bytes, seconds=SECONDS))

    def java(self) -> None:
        if not self.is_wanted("java_1k"):
            return
        said = run([*tools.java("apache-kafka"), "org.apache.kafka.tools.ProducerPerformance", "--topic", "java",
                    "--num-records", 500_000, "--record-size", 1024, "--throughput", -1, "--bootstrap-server",
                    self.broker.address, "--command-property", "acks=all", "enable.idempotence=false"], 300).stdout
        self.found["java_1k_rate"] = float(re.findall(r"([\d.]+) records/sec", said)[-1])

    def memory(self) -> None:
        if "memory_loaded" not in self.wanted:
            return
        if self.bytes < LOADED_BYTES:
            self.produce("warm", 8, seconds=3600, bytes=LOADED_BYTES - self.bytes)
        self.found["memory_loaded"] = self.broker.resident_bytes() / 1e6

    def fetch(self) -> None:
        if self.is_wanted("fetch_1k"):
            self.keep("fetch_1k", load(self.broker, "fetch", topic="warm", partitions=8, seconds=SECONDS,
                                       warm_seconds=3))

    def latency(self) -> None:
        if self.is_wanted("latency"):
            said = load(self.broker, "latency", topic="latency", rate=RATE, seconds=8, warm_seconds=3)
            if said["missing"]:
                raise RuntimeError(f"{said['missing']} records did not come back")
            self.found |= {f"latency_{share}": said[f"{share}_ms"] for share in ("p50", "p99", "p999")}


def measure(name: str, folder: pathlib.Path, wanted: set[str]) -> dict[str, float]:
    shutil.rmtree(folder, ignore_errors=True)
    broker = OnlyAnswers(folder) if name == "answers" else BROKERS[name](folder)
    life = Life(broker, wanted)
    try:
        broker.start()
        life.warm_up()
        life.java()
        life.shapes()
        if name != "answers":
            life.memory()
        life.fetch()
        if name != "answers":
            life.latency()
    finally:
        broker.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return life.found


def device(folder: pathlib.Path) -> dict[str, dict[str, float]]:
    """The disk alone: one block, as much as a frame with what came in one sync takes, written over and synced; one
    after the other, and at the moments in which records are due."""
    folder.mkdir(parents=True, exist_ok=True)
    said = load(None, "device", file=folder / "device", batch_bytes=4096, rate=RATE, seconds=4)
    return {name: {f"latency_{share}": said[key][f"{share}_ms"] for share in ("p50", "p99", "p999")}
            for name, key in (("device", "alone"), ("device-paced", "paced"))}
