#!/usr/bin/env python3
"""Every configuration is described as Apache Kafka describes it: value, source, type, what may change, synonyms.

    configs.py [--broker riacho|apache-kafka] [--fix]

kafka-clients/Configs.java asks; configs.txt has what Apache Kafka 4.3.1 tells. `--fix --broker apache-kafka` writes
it. Ours may differ only where OTHERS says why; names that Kafka does not have must be in docs/configuration.md.
"""
import argparse
import pathlib
import shutil
import sys

from harness import tools
from harness.brokers import BROKERS
from harness.process import BUILD, ROOT, run

HERE = pathlib.Path(__file__).resolve().parent
TRANSCRIPT = HERE / "configs.txt"
SETTINGS = {"offsets.topic.num.partitions": "5", "log.retention.minutes": "100", "num.partitions": "1",
            "offsets.topic.replication.factor": "1", "ssl.keystore.password": "secret"}
OTHERS = {  # by name: why
    "advertised.listeners": "addresses of the run",
    "controller.listener.names": "Kafka's controller has a listener; there is none here",
    "controller.quorum.bootstrap.servers": "Kafka's controller has an address; there is none here",
    "listeners": "addresses of the run",
    "log.dirs": "a folder of the run",
    "min.insync.replicas": "docs/decisions/0007",
    "max.connections": "docs/decisions/0007",
    "group.initial.rebalance.delay.ms": "docs/configuration.md",
    "log.cleaner.dedupe.buffer.size": "docs/configuration.md",
    "queued.max.request.bytes": "docs/configuration.md",
    "share.coordinator.state.topic.min.isr": "set for Kafka's run",
    "share.coordinator.state.topic.replication.factor": "set for Kafka's run",
    "transaction.state.log.min.isr": "set for Kafka's run",
    "transaction.state.log.replication.factor": "set for Kafka's run",
}
Told = dict[str, str]


def ask(broker_name: str, folder: pathlib.Path) -> Told:
    with BROKERS[broker_name](folder, None, SETTINGS) as broker:
        told = run([*tools.java("kafka-clients"), "Configs", broker.address], 300, stderr=None).stdout
        broker.stop()
    return dict(line.split("\t") for line in told.splitlines())


def name_of(question: str) -> str:
    return question.rpartition(" ")[2]


def differences(kafka: Told, ours: Told) -> list[str]:
    problems, used = [], set()
    documented = (ROOT / "docs/configuration.md").read_text()
    for question in sorted(kafka.keys() | ours.keys()):
        there, here = kafka.get(question), ours.get(question)
        if there == here:
            continue
        name = name_of(question)
        used.add(name)
        is_ours = there is None and f"`{name}`" in documented
        if name not in OTHERS and not is_ours:
            problems.append(f"{question}\n  Kafka:  {there}\n  riacho: {here}")
    return problems + [f"OTHERS: {name} is the same" for name in OTHERS if name not in used]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", choices=BROKERS, default="riacho")
    parser.add_argument("--fix", action="store_true")
    chosen = parser.parse_args()
    folder = BUILD / "interop-run" / f"configs-{chosen.broker}"
    shutil.rmtree(folder, ignore_errors=True)
    told = ask(chosen.broker, folder)
    if chosen.fix and chosen.broker == "apache-kafka":
        lines = (f"{question}\t{answer.replace(str(folder), 'FOLDER')}\n" for question, answer in told.items()
                 if name_of(question) not in ("advertised.listeners", "listeners", "log.dirs",
                                              "controller.quorum.bootstrap.servers"))
        TRANSCRIPT.write_text("".join(lines))
        return 0
    kafka = dict(line.split("\t") for line in TRANSCRIPT.read_text().splitlines())
    problems = differences(kafka, told)
    if chosen.broker == "apache-kafka":
        problems = [f"{question}: {answer}, now {told.get(question)}" for question, answer in kafka.items()
                    if told.get(question) != answer]
    print("\n".join(problems) or f"{len(kafka)} answers as Kafka gives them, but for {len(OTHERS)} names")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
