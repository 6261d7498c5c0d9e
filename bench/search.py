"""How fast the console searches a topic of a million JSON messages of 1 KiB, beside kcat, which is librdkafka's
consumer and only reads them; how soon the first hit is there, and what a search takes of memory.

The console is a program of its own here (`riacho console`), as kcat is, and is asked as its page asks it: searches are
requests to its API. The topic is filled once and kept for all rounds.
"""
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import time
import urllib.parse

from harness.brokers import Broker, Riacho, accepts
from harness.process import Process, free_port, wait_until
from machine import resident_bytes

MESSAGES = int(os.environ.get("RIACHO_BENCH_MESSAGES", 1_000_000))
MESSAGE_BYTES = 1024
PARTITIONS = 4
# Nothing is found by these, so that only looking counts; then one whose first hit is among the first messages.
SCANS = {"search_text_rate": ("text", "nothing like this"), "search_json_rate": ("where", "value.user.id == 4711"),
         "search_regex_rate": ("where", 'value ~ "user.*nobody"'),
         "search_pattern_rate": ("where", 'value ~ "[Nn]obody (was|is)"')}
FINDS = ("where", "value.user.id == 7")


def values() -> list[str]:
    """The parts of a message that numbers choose."""
    return [json.dumps([{"sku": f"sku-{one}-{i}", "count": i, "price": f"{i}.90"} for i in range(16)])
            for one in range(97)]


def message(number: int, items: list[str]) -> str:
    """A key, a tab, and JSON of 1 KiB."""
    value = (f'{{"id": {number}, "user": {{"id": {number % 1000}, "name": "somebody with a name"}}, '
             f'"items": {items[number % len(items)]}, "note": "')
    return f'key-{number}\t{value}{"x" * (MESSAGE_BYTES - len(value) - 2)}"}}\n'


def fill(broker: Broker) -> None:
    kcat = subprocess.Popen(["kcat", "-P", "-b", broker.address, "-t", "searched", "-K", "\t", "-X", "linger.ms=50",
                             "-X", "queue.buffering.max.kbytes=65536"], stdin=subprocess.PIPE, text=True)
    items = values()
    for number in range(MESSAGES):
        kcat.stdin.write(message(number, items))
    kcat.stdin.close()
    if kcat.wait() != 0:
        raise RuntimeError("kcat could not write the messages")


def topic(folder: pathlib.Path) -> Broker:
    """A broker with the topic; what an earlier round has filled is used again."""
    full = folder / f"has-{MESSAGES}"
    if not full.exists():
        shutil.rmtree(folder, ignore_errors=True)
    broker = Riacho(folder, settings={"num.partitions": str(PARTITIONS)})
    broker.start()
    if not full.exists():
        fill(broker)
        broker.restart()
        full.touch()
    return broker


def bare(broker: Broker) -> float:
    """Seconds in which librdkafka reads the topic and nobody looks at it; it ends with the last message."""
    start = time.monotonic()
    subprocess.run(["kcat", "-C", "-b", broker.address, "-t", "searched", "-o", "beginning", "-c", str(MESSAGES), "-q",
                    "-f", ""], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


class Console:
    def __init__(self, broker: Broker, folder: pathlib.Path):
        self.port = free_port()
        self.process = Process([Riacho.binary, "console", "--listen", f"127.0.0.1:{self.port}", "--cluster",
                                f"riacho={broker.address}"], folder, "console")
        wait_until(lambda: accepts(self.port), 20, "the console")

    def knows_topic(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", "/api/v1/clusters/riacho/topics/searched")
        status = connection.getresponse().status
        connection.close()
        return status == 200

    def search(self, how: tuple[str, str], until: bytes) -> tuple[float, dict]:
        """Seconds until the first event of that name, and what it says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        start = time.monotonic()
        query = urllib.parse.urlencode({"from": "earliest", how[0]: how[1]})
        connection.request("GET", f"/api/v1/clusters/riacho/topics/searched/messages?{query}")
        answer, name = connection.getresponse(), b""
        for line in answer:
            name = line.removeprefix(b"event: ").strip() if line.startswith(b"event: ") else name
            if line.startswith(b"data: ") and name == until:
                seconds = time.monotonic() - start
                connection.close()
                return seconds, json.loads(line.removeprefix(b"data: "))
        raise RuntimeError(f"the search ended with {name}, before {until}: {answer.status}")


def searches(broker: Broker, folder: pathlib.Path, wanted: set[str]) -> dict[str, float]:
    console, found = Console(broker, folder), {}
    try:
        wait_until(console.knows_topic, 20, "the console has connected")
        before = resident_bytes(console.process.pid)
        pathlib.Path(f"/proc/{console.process.pid}/clear_refs").write_text("5", encoding="utf-8")  # its most, anew
        found["search_first_hit"] = console.search(FINDS, b"message")[0] * 1000
        for point, how in SCANS.items():
            if point in wanted or "search_memory" in wanted:
                seconds, done = console.search(how, b"done")
                if int(done["progress"]["scanned"]) != MESSAGES:
                    raise RuntimeError(f"{how}: not every message was looked at: {done}")
                found[point] = MESSAGES / seconds
        found["search_memory"] = (resident_bytes(console.process.pid, "VmHWM") - before) / 1e6
    finally:
        console.process.kill()
    return found


def forget(folder: pathlib.Path) -> None:
    shutil.rmtree(folder / "searched", ignore_errors=True)


def measure(name: str, folder: pathlib.Path, wanted: set[str]) -> dict[str, float]:
    folder = folder.parent / "searched"
    broker = topic(folder)
    try:
        if name == "kcat":
            rate = MESSAGES / bare(broker)
            return {point: rate for point in SCANS}
        bare(broker)  # the files are in the page cache for whoever comes first, too
        return searches(broker, folder, wanted)
    finally:
        broker.kill()
