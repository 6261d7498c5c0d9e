#!/usr/bin/env python3
"""How fast a topic of a million JSON messages of 1 KiB is searched, beside kcat, which only reads it.

    search.py [--messages N] [--rounds N]

Needs the release build and kcat. Says for each search: messages a second, the share of kcat's, the time to the first
hit, and what the search took of memory.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "interop"))
from harness.brokers import BROKERS, Riacho  # noqa: E402

SEARCHES = ("nothing like this", "value.user.id == 4711", 'value.items[*].sku == "none"', 'value ~ "user.*nobody"',
            "offset >= 0 and key == key-77", "value.user.id == 7")
MESSAGE_BYTES = 1024


def message(number: int) -> str:
    """A key, a tab, and JSON of 1 KiB."""
    items = [{"sku": f"sku-{number % 97}-{i}", "count": i, "price": f"{i}.90"} for i in range(16)]
    value = json.dumps({"id": number, "user": {"id": number % 1000, "name": "somebody with a name"}, "items": items})
    pad = max(0, MESSAGE_BYTES - len(value) - len(', "note": ""'))
    return f'key-{number}\t{value[:-1]}, "note": "{"x" * pad}"}}\n'


def fill(address: str, messages: int) -> None:
    kcat = subprocess.Popen(["kcat", "-P", "-b", address, "-t", "searched", "-K", "\t", "-X", "linger.ms=50",
                             "-X", "queue.buffering.max.kbytes=65536"], stdin=subprocess.PIPE, text=True)
    for number in range(messages):
        kcat.stdin.write(message(number))
    kcat.stdin.close()
    assert kcat.wait() == 0, "kcat could not write the messages"


def bare(address: str) -> float:
    """Seconds in which librdkafka reads the topic and nobody looks at it."""
    start = time.monotonic()
    subprocess.run(["kcat", "-C", "-b", address, "-t", "searched", "-o", "beginning", "-e", "-q", "-f", ""],
                   stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


def searched(address: str, search: str) -> dict:
    program = Riacho.binary.parent / "bench_search"
    return json.loads(subprocess.run([program, address, "searched", search], capture_output=True, text=True,
                                     check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    words = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="riacho-search-"))
    broker = BROKERS["riacho"](folder)
    try:
        broker.start()
        fill(broker.address, words.messages)
        base = statistics.median(bare(broker.address) for _ in range(words.rounds))
        print(f"kcat alone: {words.messages / base / 1000:.0f} thousand messages a second")
        for search in SEARCHES:
            found = [searched(broker.address, search) for _ in range(words.rounds)]
            assert all(each["records"] == words.messages for each in found), "not every message was looked at"
            seconds = statistics.median(each["seconds"] for each in found)
            print(f"{search}: {words.messages / seconds / 1000:.0f} thousand a second, {base / seconds:.2f} of kcat, "
                  f"{found[0]['hits']} hits, the first after {found[0]['first_hit_seconds'] * 1000:.0f} ms, "
                  f"{max(each['grown_kib'] for each in found) / 1024:.0f} MiB more memory")
        broker.stop()
    finally:
        broker.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
