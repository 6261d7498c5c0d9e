#!/usr/bin/env python3
"""kill -9 on the real program, over and over, under producers, a consumer that commits, and topics that come and go.

    kill_loop.py [--rounds N] [--seed N] [--broker riacho|apache-kafka] [--set name=value]...

After each kill the broker is started on the same folder, sometimes killed again while it recovers, and all that was
ever acknowledged must be there: every record at its offset, an idempotent producer's each once and in order, every
commit, every topic. The seed decides when the kills come; it is printed.
"""
import argparse
import pathlib
import random
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from harness import tools  # noqa: E402
from harness.brokers import BROKERS  # noqa: E402
from harness.process import BUILD, Failure, Process, run  # noqa: E402

WORKER = pathlib.Path(__file__).resolve().parent / "worker.py"
# In one run: segments roll, the ring of the write-ahead log wraps, checkpoints come, batches go to segments first.
SETTINGS = {"num.partitions": "3", "log.segment.bytes": str(1024 * 1024), "wal.file.bytes": str(512 * 1024),
            "wal.bytes.max": str(4 * 1024 * 1024), "wal.external.bytes": "16384",
            "wal.checkpoint.bytes": str(1024 * 1024), "wal.checkpoint.interval.ms": "400"}
WORKERS = {
    "idempotent": ["produce", "enable.idempotence=true"],
    "idempotent-zstd": ["produce", "enable.idempotence=true", "compression.type=zstd"],
    "plain": ["produce", "acks=all"],
    "leader": ["produce", "acks=1", "compression.type=lz4"],
    "consumer": ["consume"],
    "topics": ["topics"],
}


class Loop:
    def __init__(self, chosen, folder: pathlib.Path):
        settings = SETTINGS | dict(one.split("=", 1) for one in chosen.set)
        self.broker = BROKERS[chosen.broker](folder / chosen.broker, None, settings)
        self.folder, self.chance, self.python = folder, random.Random(chosen.seed), tools.python()
        self.workers: list[Process] = []

    def journal(self, name: str) -> pathlib.Path:
        return self.folder / f"{name}.journal"

    def start_workers(self) -> None:
        for name, (role, *settings) in WORKERS.items():
            command = [self.python, WORKER, role, name, self.broker.address, self.journal(name), *settings]
            self.workers.append(Process(command, self.folder, name))

    def stop_workers(self) -> None:
        for worker in self.workers:
            worker.popen.send_signal(signal.SIGTERM)
        for worker in self.workers:
            if worker.wait(90) != 0:
                raise Failure(f"{worker.name} ended with {worker.popen.returncode}:\n{worker.err()[-3000:]}")

    def check_workers(self) -> None:
        for worker in self.workers:
            if not worker.running():
                raise Failure(f"{worker.name} has ended:\n{worker.out()[-2000:]}\n{worker.err()[-2000:]}")

    def snapshot(self) -> list[pathlib.Path]:
        """The journals as they are now; what is acknowledged later is the next round's matter."""
        kept = self.folder / "journals"
        kept.mkdir(exist_ok=True)
        return [pathlib.Path(shutil.copy(self.journal(name), kept / f"{name}.journal")) for name in WORKERS]

    def verify(self, journals: list[pathlib.Path]) -> str:
        return run([self.python, WORKER, "verify", self.broker.address, *journals], 180).stdout.strip()

    def kill(self) -> None:
        self.broker.kill()
        while self.chance.random() < 0.2:  # and again, somewhere in the recovery
            self.broker.launch()
            time.sleep(self.chance.uniform(0, 0.1))
            self.broker.kill()

    def wait_for_traffic(self) -> None:
        """Every worker has something to lose: a kill before that would prove nothing."""
        deadline = time.monotonic() + 60
        while any(not self.journal(name).exists() or self.journal(name).stat().st_size < 100 for name in WORKERS):
            self.check_workers()
            if time.monotonic() > deadline:
                raise Failure(f"no promise in a minute: {[(p.name, p.stat().st_size) for p in self.snapshot()]}")
            time.sleep(0.1)

    def run(self, rounds: int) -> None:
        self.broker.start()
        self.start_workers()
        self.wait_for_traffic()
        for number in range(1, rounds + 1):
            time.sleep(self.chance.uniform(0.2, 1.5))
            self.kill()
            journals = self.snapshot()
            start = time.monotonic()
            self.broker.start()
            ready = (time.monotonic() - start) * 1000
            print(f"round {number}: ready after {ready:.0f} ms, {self.verify(journals)}", flush=True)
            self.check_workers()
        self.stop_workers()
        print(f"all clients left: {self.verify(self.snapshot())}", flush=True)
        self.broker.restart()
        print(f"after a clean stop: {self.verify(self.snapshot())}", flush=True)
        self.broker.stop()

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
        if self.broker.process:
            self.broker.process.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--broker", choices=BROKERS, default="riacho")
    parser.add_argument("--set", action="append", default=[])
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    folder = BUILD / "crash-run" / f"{chosen.broker}-{chosen.rounds}"
    shutil.rmtree(folder, ignore_errors=True)
    loop = Loop(chosen, folder)
    try:
        loop.run(chosen.rounds)
    except Failure as failure:
        print(f"seed {chosen.seed}, folder {folder} is kept\n{failure}")
        return 1
    finally:
        loop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
