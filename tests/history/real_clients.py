#!/usr/bin/env python3
"""Clients that are not ours, treated badly, and the history of what they saw.

    real_clients.py [--seconds N] [--seed N] [--broker riacho|apache-kafka]

Producers (idempotent and not) and one group of consumers, of kafka-clients, confluent-kafka, franz-go and kafkajs,
reach the broker through a proxy that cuts, holds up and half closes connections. Meanwhile the broker is killed and
started again, members are stopped for longer than their session (SIGSTOP), others join and leave. Then it is calm, and
checker.py judges the journals: nothing lost, doubled, reordered or from nowhere, no position gone back.
"""
import argparse
import json
import pathlib
import random
import shutil
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from harness import tools  # noqa: E402
from harness.brokers import BROKERS  # noqa: E402
from harness.process import BUILD, Failure, Process, run, wait_until  # noqa: E402
from proxy import Proxy  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SESSION_S = 6
SETTINGS = {"auto.create.topics.enable": "false", "log.segment.bytes": str(1024 * 1024),
            "group.initial.rebalance.delay.ms": "0"}
RIACHO = {"wal.file.bytes": str(512 * 1024), "wal.bytes.max": str(4 * 1024 * 1024), "wal.external.bytes": "16384",
          "wal.checkpoint.interval.ms": "1000"}
PRODUCERS = {"java-once": "idempotent", "python-once": "idempotent", "go-once": "idempotent", "js-once": "idempotent",
             "go-plain": "plain", "python-plain": "plain"}
CONSUMERS = ("java-reader", "python-reader", "go-reader", "js-reader")
VISITORS = ("python-visitor", "go-visitor")


class Run:
    def __init__(self, chosen: argparse.Namespace, folder: pathlib.Path):
        self.chance, self.folder, self.seconds = random.Random(chosen.seed), folder, chosen.seconds
        self.broker = BROKERS[chosen.broker](folder / chosen.broker, None, dict(SETTINGS))
        self.proxy = Proxy(self.broker.port, chosen.seed)
        if chosen.broker == "riacho":
            self.broker.settings |= RIACHO
            self.broker.settings["advertised.listeners"] = f"PLAINTEXT://127.0.0.1:{self.proxy.port}"
        else:
            properties, name = self.broker.properties, "advertised.listeners=PLAINTEXT://"
            properties.write_text(properties.read_text().replace(f"{name}{self.broker.address}",
                                                                 f"{name}127.0.0.1:{self.proxy.port}"))
        self.commands = {"java": [*tools.java("kafka-clients"), "History"], "go": [tools.franz_go()],
                         "python": [tools.python(), tools.INTEROP / "confluent-kafka/history.py"],
                         "js": tools.kafkajs()}
        self.commands["java"][1:1] = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        self.clients: dict[str, Process] = {}
        self.visits = self.kills = self.stops = 0

    def journal(self, name: str) -> pathlib.Path:
        return self.folder / f"{name}.journal"

    def client(self, role: str, name: str, *words: str) -> None:
        command = self.commands[name.split("-")[0]]
        self.clients[name] = Process([*command, role, name, f"127.0.0.1:{self.proxy.port}", self.journal(name), *words],
                                     self.folder, name)

    def once(self, role: str) -> None:
        """The topic, a look at the group's positions, or all records."""
        run([*self.commands["python"], role, role, f"127.0.0.1:{self.proxy.port}", self.journal(role)], 120)

    def leave(self, name: str, seconds: float = 90) -> None:
        client = self.clients.pop(name)
        status = client.stop(signal.SIGTERM, seconds)
        if status not in (0, 143):  # a JVM that was asked to leave says so
            raise Failure(f"{name} ended with {status}:\n{client.err()[-3000:]}")

    def check_clients(self) -> None:
        for name, client in self.clients.items():
            if not client.running():
                raise Failure(f"{name} has ended with {client.popen.returncode}:\n{client.err()[-3000:]}")

    # -- what happens to them

    def kill_broker(self) -> None:
        self.broker.kill()
        time.sleep(self.chance.uniform(0, 0.5))
        self.broker.start()
        self.kills += 1

    def stop_a_member(self) -> None:
        """For longer than its session: the others have its partitions when it wakes."""
        client = self.clients[self.chance.choice(CONSUMERS)]
        client.popen.send_signal(signal.SIGSTOP)
        until = time.monotonic() + SESSION_S + 2
        while time.monotonic() < until:
            self.proxy.misbehave()
            time.sleep(0.5)
        client.popen.send_signal(signal.SIGCONT)
        self.stops += 1

    def come_or_go(self) -> None:
        """A name is a member's once: its journal is one client's."""
        here = [name for name in self.clients if "visitor" in name]
        if here and self.chance.random() < 0.6:
            self.leave(here[0])
            return
        self.visits += 1
        self.client("consume", f"{self.chance.choice(VISITORS)}-{self.visits}")

    def trouble(self) -> None:
        deadline = time.monotonic() + self.seconds
        acts = [self.kill_broker, self.stop_a_member, self.come_or_go]
        turn = 0
        while time.monotonic() < deadline:
            for _ in range(self.chance.randrange(2, 6)):
                self.proxy.misbehave()
                time.sleep(self.chance.uniform(0.1, 0.5))
            acts[turn % len(acts)]()
            turn += 1
            self.check_clients()

    # -- from the beginning to the end

    def lines(self, name: str, what: str) -> int:
        path = self.journal(name)
        return path.read_text().count(what) if path.exists() else 0

    def fetched(self) -> set[str]:
        read = "".join(path.read_text() for path in self.folder.glob("*.journal") if '"fetch"' in path.read_text())
        return {name for name in PRODUCERS if f'"{name}/' in read}

    def run(self) -> None:
        self.broker.start()
        self.once("make")
        for name, kind in PRODUCERS.items():
            self.client("produce", name, kind)
        for name in CONSUMERS:
            self.client("consume", name)
        wait_until(lambda: self.check_clients() or all(self.lines(name, '"acked"') > 10 for name in PRODUCERS),
                   90, "every producer has something acknowledged")
        wait_until(lambda: self.check_clients() or self.fetched() == set(PRODUCERS), 90, "every producer is read")
        self.trouble()
        print(f"{self.kills} kills, {self.stops} stopped members, {self.visits} visitors, {self.proxy.done}",
              flush=True)
        self.once("look")
        for name in [*PRODUCERS, *(name for name in self.clients if "visitor" in name)]:
            self.leave(name)
        self.once("log")
        wait_until(self.has_all_committed, 90, "the group has committed everything")
        for name in list(self.clients):
            self.leave(name)
        self.once("look")
        self.broker.stop()

    def has_all_committed(self) -> bool:
        """By what the members journalled: the ends of what was acknowledged to producers."""
        ends: dict[int, int] = {}
        done: dict[int, int] = {}
        for path in self.folder.glob("*.journal"):
            for text in path.read_text().splitlines(keepends=True):
                if '"acked"' not in text or not text.endswith("\n"):
                    continue
                line = json.loads(text)
                into = ends if line["op"] == "produce" else done
                offset = line["offset"] + (1 if line["op"] == "produce" else 0)
                into[line["partition"]] = max(into.get(line["partition"], 0), offset)
        self.check_clients()
        return all(done.get(partition, 0) >= end for partition, end in ends.items())

    def close(self) -> None:
        for client in self.clients.values():
            client.kill()
        self.proxy.close()
        if self.broker.process:
            self.broker.process.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--broker", choices=BROKERS, default="riacho")
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    folder = BUILD / "history-run" / chosen.broker
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    history = Run(chosen, folder)
    try:
        history.run()
    except Failure as failure:
        print(f"seed {chosen.seed}, folder {folder} is kept\n{failure}")
        return 1
    finally:
        history.close()
    required = ["acked=1000", "fetched=1000", "acked_commits=100", "looks=12", "kept=1000"]
    words = [word for one in required for word in ("--require", one)]
    judged = run([sys.executable, HERE / "checker.py", *words, *sorted(folder.glob("*.journal"))], 120)
    print(judged.stdout)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as broken:
        print(broken)
        sys.exit(1)
