#!/usr/bin/env python3
"""Peers that stall, flood and lie, and one good client that is served meanwhile.

hostile.py           a short run of every attack: memory is bounded, the good client gets every answer
hostile.py --write   the whole run; its figures go to docs/reliability.md, with the date and the machine
"""
import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))
import wire  # noqa: E402
from attacks import ATTACKS, MIB, Attack  # noqa: E402
from harness.brokers import Riacho  # noqa: E402
from harness.documents import machine, marks, put_between  # noqa: E402
from harness.process import Failure  # noqa: E402

DOCUMENT = HERE.parents[1] / "docs/reliability.md"
MEMORY_MAX = 384 * MIB  # the budgets, one batch being unpacked, and what the allocator keeps
ANSWER_MAX = 30.0       # ten times what stalled memory may take to be taken back; a bound against hanging
PAUSE = 0.01


@dataclasses.dataclass
class Figures:
    name: str
    what: str
    peak_bytes: int
    requests: int
    p50_ms: float
    p99_ms: float
    worst_ms: float


def good_client(port: int, ends: threading.Event | None = None) -> None:
    """Until stdin ends: produces a record, fetches it, and prints how long each took, in seconds."""
    over = ends or threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    peer = wire.Peer(port, ANSWER_MAX)
    now_ms = int(time.time() * 1000)  # else retention takes it before it is read
    frame = wire.produce("good", {0: wire.batch(wire.record(b"g" * 1000), timestamp_ms=now_ms)})
    took = []
    while not over.is_set():
        for question in ("produce", "fetch"):
            begin = time.monotonic()
            if question == "produce":
                answer = peer.ask(frame)
                errors = wire.produce_errors(answer)
                offset = wire.base_offset(answer)
            else:
                records = wire.fetched_bytes(peer.ask(wire.fetch("good", 0, offset)))
                errors = [] if records > 1000 else [-1]
            took.append(time.monotonic() - begin)
            if any(errors):
                raise SystemExit(f"the good client's {question} failed: {errors}")
        time.sleep(PAUSE)
    print(json.dumps(took))


def peak_bytes(pid: int) -> int:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def forget_peak(pid: int) -> None:
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def under(kind: type[Attack] | None, broker: Riacho, scale: float, seconds: float) -> Figures:
    """The good client's figures while `kind` goes on; None: in peace."""
    forget_peak(broker.process.pid)
    client = subprocess.Popen([sys.executable, __file__, "--good", str(broker.port)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    attack = kind(broker.port, scale) if kind else None
    try:
        what = attack.begin() if attack else "nobody else"
        time.sleep(seconds)
        out, _ = client.communicate("", timeout=ANSWER_MAX + 5)
    finally:
        client.kill()
        client.wait()
        if attack:
            attack.end()
    if client.returncode != 0:
        raise Failure(f"the good client ended with {client.returncode} under {attack and attack.__doc__}")
    took = sorted(1000 * one for one in json.loads(out))
    return Figures(attack.__doc__ if attack else "peace", what, peak_bytes(broker.process.pid), len(took),
                   took[len(took) // 2], took[len(took) * 99 // 100], took[-1])


def fill(broker: Riacho) -> None:
    """Topics, and 64 MiB that slow readers can ask for."""
    peer = wire.Peer(broker.port)
    peer.ask(wire.create_topic("good", 1))
    peer.ask(wire.create_topic("bulk", 1))
    now_ms = int(time.time() * 1000)
    frame = wire.produce("bulk", {0: wire.batch(wire.record(os.urandom(900_000)), timestamp_ms=now_ms)})
    for _ in range(72):
        if any(wire.produce_errors(peer.ask(frame))):
            raise Failure("the bulk cannot be produced")
    if wire.fetched_bytes(peer.ask(wire.fetch("bulk", 0, 0))) < 20 * MIB:
        raise Failure("slow readers would not ask for much")
    peer.close()


def run(scale: float, seconds: float, folder: pathlib.Path) -> list[Figures]:
    figures = []
    with Riacho(folder, settings={"log.retention.check.interval.ms": "1000", "log.segment.bytes": "33554432",
                                  "log.retention.bytes": "134217728"}) as broker:
        fill(broker)
        for kind in (None, *ATTACKS, None):
            figures.append(under(kind, broker, scale, seconds))
            one = figures[-1]
            print(f"{one.name:40} {one.peak_bytes / MIB:6.0f} MiB  p50 {one.p50_ms:7.2f} ms  p99 {one.p99_ms:8.2f} ms"
                  f"  worst {one.worst_ms:8.2f} ms  ({one.what})", flush=True)
            if one.peak_bytes > MEMORY_MAX:
                raise Failure(f"{one.peak_bytes / MIB:.0f} MiB under {one.name}; {MEMORY_MAX / MIB:.0f} are allowed")
        lines = broker.process.err().count("\n")
        print(f"{lines} lines of log")
        if lines > 3000:
            raise Failure("the log was flooded")
        broker.stop(20)
    return figures


def write(figures: list[Figures]) -> None:
    text = (f"\nRun of {datetime.date.today()} on {machine()}, attackers and broker on the same machine.\n\n"
            "| attack | what | peak memory | p50 | p99 | worst |\n|--|--|--|--|--|--|\n")
    for one in figures:
        text += (f"| {one.name} | {one.what} | {one.peak_bytes / MIB:.0f} MiB | {one.p50_ms:.2f} ms "
                 f"| {one.p99_ms:.1f} ms | {one.worst_ms:.0f} ms |\n")
    put_between(DOCUMENT, *marks("hostile"), text + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--good", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.good:
        good_client(options.good)
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="riacho-hostile-"))
    try:
        figures = run(1, 20, folder) if options.write else run(0.1, 4, folder)
        if options.write:
            write(figures)
    except Failure as failure:
        print(f"failed: {failure}")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
