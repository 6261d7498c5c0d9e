#!/usr/bin/env python3
"""Power cuts and kills of the real program, in turn, under clients that write down what they were told.

    power_cuts.py --binary RIACHO --mirror LIBRARY --clients PROGRAM [--rounds N] [--seed N] [--plant BUG]

A cut leaves what the mirror has (mirror.py), a kill what the process wrote; what a kill left unsynced and recovery
has read has to survive the next cut. After each the program starts on what is left, at times it ends again in the
middle of its recovery, and every promise in the journal must have been kept (promises.py). The seed, which is
printed, decides when and how; a second run of it meets other moments, for the program has threads.

With --plant it expects the bug of that name to break a promise within five cuts (a build of the preset `planted`).
"""
import argparse
import contextlib
import dataclasses
import os
import pathlib
import random
import shutil
import signal
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from harness import tools  # noqa: E402
from harness.brokers import Riacho, accepts  # noqa: E402
from harness.process import BUILD, Failure, Process, wait_until  # noqa: E402

from mirror import Mirror, folder_for_tests  # noqa: E402
from promises import IN_FLIGHT_LEAST, Ends, Promises, broken  # noqa: E402

WAL_BYTES, WAL_FILE_BYTES = 768 * 1024, 128 * 1024
# In one run segments roll, the ring of the write-ahead log wraps, checkpoints come, batches go to segments first,
# and what is compacted is looked at often.
SETTINGS = {"num.partitions": "3", "offsets.topic.num.partitions": "5", "log.segment.bytes": str(1024 * 1024),
            "wal.file.bytes": str(WAL_FILE_BYTES), "wal.bytes.max": str(WAL_BYTES), "wal.external.bytes": "16384",
            "wal.checkpoint.bytes": str(256 * 1024), "wal.checkpoint.interval.ms": "300",
            "disk.reserve.bytes": str(1024 * 1024), "log.cleaner.backoff.ms": "200"}
PATIENCE_S = 180  # a soak runs when nothing else does
NAP_US_MAX = 8000  # a sync takes up to so much longer than here: there is a time to be cut in
CHANGES_OF_A_RECOVERY = 30  # more or less
NAP_US_TO_FIND_A_BUG = 150_000  # on a busy machine answers take long to arrive
CUTS_TO_FIND_A_BUG = 5


class BrokenPromise(Exception):
    """What was promised and is not there."""


class MirroredBroker(Riacho):
    """The program under the mirror."""

    def __init__(self, binary: pathlib.Path, folder: pathlib.Path):
        super().__init__(folder, None, SETTINGS)
        self.binary, self.environment = binary, {}

    def launch(self) -> None:
        if accepts(self.port):
            raise Failure(f"port {self.port} is taken by another program")
        self.process = Process(self.command(), self.folder, self.name, env=self.environment)


@dataclasses.dataclass
class Programs:
    binary: pathlib.Path
    mirror: pathlib.Path
    clients: pathlib.Path


class Loop:
    """A folder's whole life: one broker after another on it, the same clients throughout."""

    def __init__(self, programs: Programs, folder: pathlib.Path, seed: int, plant: str = ""):
        self.folder, self.seed, self.plant, self.chance = folder, seed, plant, random.Random(seed)
        self.broker = MirroredBroker(programs.binary, folder)
        self.mirror = Mirror(programs.mirror, self.broker.data, folder / "mirror")
        self.journal, self.read_to = folder / "journal", 0
        self.clients_program, self.clients = programs.clients, None
        self.promises, self.ends = Promises(), Ends()
        self.laps_at_the_end = (0.0, 0)

    # ---- the broker

    def arm(self, die_at: int = 0) -> None:
        keeps = self.chance.choice(("", "nothing", "nothing") if self.plant
                                   else ("", "", "", "", "everything", "nothing"))
        nap_us = NAP_US_TO_FIND_A_BUG if self.plant else NAP_US_MAX
        self.broker.environment = self.mirror.environment(self.chance.getrandbits(63), keeps, nap_us, die_at)
        if self.plant:
            self.broker.environment["RIACHO_PLANT"] = self.plant

    def start(self) -> None:
        self.arm()
        try:
            self.broker.start(PATIENCE_S)
        except Failure as failure:
            if self.broker.process.running():
                raise
            raise BrokenPromise(f"there is no start:\n{failure}") from failure

    def end_in_recovery(self, kind: str) -> None:
        """Starts the broker, which ends at one of its first changes and syncs; that counts if its port was shut."""
        self.arm(die_at=self.chance.randint(1, CHANGES_OF_A_RECOVERY))
        self.broker.launch()
        wait_until(lambda: not self.broker.process.running() or accepts(self.broker.port), PATIENCE_S,
                   "recovery")
        early = not self.broker.process.running()
        if early and self.broker.process.popen.returncode != -signal.SIGKILL:
            raise BrokenPromise(f"recovery ended with {self.broker.process.popen.returncode}:"
                                f"\n{self.broker.process.out()[-2000:]}{self.broker.process.err()[-3000:]}")
        self.broker.kill()
        if early:
            self.count(kind)
            self.ends.in_recovery += 1
        if kind == "cut":
            self.mirror.cut()

    def count(self, kind: str) -> None:
        self.ends.cuts += kind == "cut"
        self.ends.kills += kind == "kill"

    # ---- the clients

    def start_clients(self) -> None:
        host, port = self.broker.address.split(":")
        self.clients = Process([self.clients_program, host, port, self.journal, self.seed], self.folder, "clients")

    def read_journal(self) -> None:
        if not self.journal.exists():
            return
        with open(self.journal, "rb") as journal:
            journal.seek(self.read_to)
            text = journal.read()
        text = text[:text.rfind(b"\n") + 1]  # a last line may be half written
        self.read_to += len(text)
        for line in text.decode().splitlines():
            self.promises.take(line)

    def wait_for(self, condition, what: str) -> None:
        def met():
            self.read_journal()
            if not self.clients.running():
                raise Failure(f"the clients have ended:\n{self.clients.err()[-2000:]}")
            return condition()
        wait_until(met, PATIENCE_S, what)

    def wait_for_traffic(self) -> None:
        """Until there is enough to lose."""
        before = self.promises.acknowledgements
        wanted = self.chance.randint(50, 150) if self.plant else self.chance.randint(400, 1000)
        self.wait_for(lambda: self.promises.acknowledgements >= before + wanted or self.broker.ended(),
                      f"{wanted} acknowledgements")
        time.sleep(self.chance.uniform(0, 0.02))

    def end_under_traffic(self, kind: str, before: int) -> None:
        self.wait_for(lambda: self.promises.in_flight() >= IN_FLIGHT_LEAST, "requests in flight")
        in_flight = self.promises.in_flight()
        self.broker.kill()
        self.wait_for(lambda: self.promises.in_flight() == 0, "every connection has noticed")
        self.clients.popen.send_signal(signal.SIGSTOP)  # what they do next is the next round's matter
        self.read_journal()
        self.count(kind)
        self.ends.in_flight.append(in_flight)
        self.ends.acknowledgements.append(self.promises.acknowledgements - before)
        if kind == "cut":
            self.mirror.cut()

    # ---- rounds

    def verify(self) -> str:
        from reader import read  # needs the client's own interpreter
        groups = {group for group, _ in self.promises.commits}
        found = read(self.broker.address, groups)
        problems = broken(self.promises, found)
        if problems:
            raise BrokenPromise("\n".join(problems[:20]))
        self.promises.see(found)
        return f"{len(self.promises.records())} of {len(found.records)} records, {len(found.configs)} topics"

    def round(self, kind: str) -> None:
        before = self.promises.acknowledgements
        self.wait_for_traffic()
        self.end_under_traffic(kind, before)
        other = {"cut": "kill", "kill": "cut"}
        again = ""
        while self.chance.random() < 0.35:
            again += f", {other[kind]} in recovery"
            self.end_in_recovery(other[kind])
        start = time.monotonic()
        self.start()
        ready = (time.monotonic() - start) * 1000
        print(f"{kind} after {self.ends.acknowledgements[-1]}, {self.ends.in_flight[-1]} in flight{again}: ready after"
              f" {ready:.0f} ms, {self.verify()}", flush=True)
        self.clients.popen.send_signal(signal.SIGCONT)

    def begin(self) -> None:
        self.start()
        self.start_clients()

    def check_mirror(self) -> None:
        """A life in which every coin is for it, and no write or name went around the mirror."""
        self.broker.environment = self.mirror.environment(self.seed, "everything")
        self.broker.start(PATIENCE_S)
        self.start_clients()
        self.wait_for_traffic()
        self.broker.stop(PATIENCE_S)
        if differing := self.mirror.differences():
            raise Failure(f"the mirror does not have what the broker wrote: {differing}")
        self.start()

    def run(self, rounds: int) -> None:
        self.check_mirror()
        for number in range(rounds):
            self.round("kill" if number % 2 else "cut")
        self.wait_for_traffic()
        self.clients.kill()
        self.read_journal()
        self.laps_at_the_end = self.laps()
        self.broker.stop(PATIENCE_S)  # naps and all; what the clients had under way ends too
        self.start()
        print(f"after a clean stop: {self.verify()}", flush=True)
        self.broker.stop(PATIENCE_S)

    def laps(self) -> tuple[float, int]:
        """How often the ring went round, and the checkpoints that were not a start's (docs/formats/checkpoint.md)."""
        checkpoint = (self.broker.data / "wal/checkpoint").read_bytes()
        number, starts = struct.unpack_from("<QI", checkpoint, 16)
        first_file, = struct.unpack_from("<Q", checkpoint, 32)
        return first_file * WAL_FILE_BYTES / WAL_BYTES, number - starts

    def close(self) -> None:
        for process in (self.clients, self.broker.process):
            if process:
                process.kill()


def check_coverage(loop: Loop, rounds: int) -> None:
    laps, checkpoints = loop.laps_at_the_end
    print(f"{loop.ends}; {loop.promises.acknowledged_records} records and {loop.promises.alterations} alterations of"
          f" topics acknowledged; the ring went round {laps:.0f} times, {checkpoints} checkpoints")
    problems = loop.ends.unmet(rounds // 2)
    if laps * 60 < 20 * rounds or checkpoints * 60 < 50 * rounds:
        problems.append("20 laps and 50 checkpoints are wanted in 60 rounds")
    if loop.promises.alterations < 5 * rounds:
        problems.append("five alterations of topics are wanted in each round")
    if problems:
        raise Failure("the run proves too little: " + "; ".join(problems))


@contextlib.contextmanager
def new_loop(programs: Programs, seed: int, plant: str = ""):
    """A loop with a folder of its own, which is kept under build/crash-run where a promise was broken."""
    name = f"riacho-power-cuts-{os.getpid()}"
    folder = folder_for_tests(BUILD / "crash-run") / name
    loop = Loop(programs, folder, seed, plant)
    print(f"seed {seed}", flush=True)
    try:
        yield loop
    except (Failure, BrokenPromise) as failure:
        loop.close()
        kept = BUILD / "crash-run" / name
        shutil.copytree(folder, kept, dirs_exist_ok=True)
        print(f"seed {seed}, folder {kept} is kept\n{failure}")
        raise
    finally:
        loop.close()
        shutil.rmtree(folder, ignore_errors=True)


def find_bug(loop: Loop) -> None:
    """The planted bug breaks a promise within five cuts."""
    try:
        loop.begin()
        for _ in range(CUTS_TO_FIND_A_BUG):
            loop.round("cut")
    except BrokenPromise as found:
        print(f"{loop.plant} was found after {loop.ends.cuts} cuts:\n{found}")
        return
    raise Failure(f"{loop.plant} broke no promise in {CUTS_TO_FIND_A_BUG} cuts")


def parser_for(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("binary", "mirror", "clients"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    return parser


def with_confluents_python() -> None:
    """Runs this program again in the interpreter that has the reader's client, where this one has not."""
    python = tools.python()
    if pathlib.Path(sys.executable) != python:
        os.execv(python, [str(python), *sys.argv])


def main() -> int:
    with_confluents_python()
    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--plant", default="")
    chosen = parser.parse_args()
    try:
        with new_loop(Programs(chosen.binary, chosen.mirror, chosen.clients), chosen.seed, chosen.plant) as loop:
            if chosen.plant:
                find_bug(loop)
            else:
                loop.run(chosen.rounds)
                check_coverage(loop, chosen.rounds)
    except (Failure, BrokenPromise):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
