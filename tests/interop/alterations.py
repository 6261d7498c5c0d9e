#!/usr/bin/env python3
"""Topics and brokers are altered, rightly and wrongly, and the broker says what Apache Kafka says.

    alterations.py [--broker riacho|apache-kafka] [--fix]

kafka-clients/Alterations.java asks, and Administration.java what else an Admin may do; alterations.txt has each
question with Kafka's answer, and below it ours where that is another. `--fix` writes down what the broker answers
now. A question may have another error code only where OTHER_CODES says why.
"""
import argparse
import pathlib
import re
import shutil
import sys

from harness import tools
from harness.brokers import BROKERS
from harness.process import BUILD, run

HERE = pathlib.Path(__file__).resolve().parent
TRANSCRIPT = HERE / "alterations.txt"
HEAD = "# What Apache Kafka 4.3.1 answers; where riacho answers something else, that stands below (alterations.py).\n"
OTHER_CODES = {  # by how a question begins: why
    "BROKER '' set log.segment.bytes=1000": "from 14 bytes on, as in Kafka 3.9",
    "BROKER '1' set log.segment.bytes=1000": "from 14 bytes on, as in Kafka 3.9",
    "incremental v1 | 8": "the broker's loggers stay as they were started",
    "incremental v1 | 32": "groups have no configuration of their own",
    "incremental v1 | 2 'one' such": "Kafka fails with UNKNOWN_SERVER_ERROR where there is no such operation",
    "TOPIC 'one' set segment.bytes=500000": "from 14 bytes on, as in Kafka 3.9",
    "TOPIC 'one' set retention.bytes=-2": "Kafka takes any number; what -2 means nobody knows",
    "partitions of '__consumer_offsets'": "a group's partition depends on how many there are",
}
BY_HAND = re.compile(r"(incremental|whole|whole, only to see,|partitions) v\d")  # an answer for each resource
Answers = list[tuple[str, str]]  # (question, answer)


def ask(broker_name: str, folder: pathlib.Path) -> Answers:
    settings = {"offsets.topic.num.partitions": "5"}
    with BROKERS[broker_name](folder / broker_name, None, settings) as broker:
        told = "".join(run([*tools.java("kafka-clients"), questions, broker.address], 300, stderr=None).stdout
                       for questions in ("Alterations", "Administration"))
        broker.stop()
    return [(question, answer) for question, answer in (line.split("\t") for line in told.splitlines())]


def text_of(kafka: Answers, ours: Answers) -> str:
    lines = [HEAD]
    for (question, answer), (_, our) in zip(kafka, ours, strict=True):
        lines.append(f"{question}\n    {answer}\n")
        if our != answer:
            lines.append(f"    riacho: {our}\n")
    return "".join(lines)


def read(text: str) -> tuple[Answers, Answers]:
    """What Kafka answers, and what we do."""
    kafka, ours = [], []
    for line in text.removeprefix(HEAD).splitlines():
        if line.startswith("    riacho: "):
            ours[-1] = (ours[-1][0], line.removeprefix("    riacho: "))
        elif line.startswith("    "):
            kafka[-1] = ours[-1] = (kafka[-1][0], line.removeprefix("    "))
        else:
            kafka.append((line, ""))
            ours.append((line, ""))
    return kafka, ours


def codes(question: str, answer: str) -> list[str]:
    """The error codes in it; what is no error counts as a whole."""
    if question.startswith("what "):
        return [answer]
    if not BY_HAND.match(question):
        return answer.split()[:1]
    return [part.partition(": ")[2].split()[0] for part in answer.split(" | ") if part]


def other_codes(kafka: Answers, ours: Answers) -> list[str]:
    problems, used = [], set()
    for (question, answer), (_, our) in zip(kafka, ours, strict=True):
        if codes(question, answer) == codes(question, our):
            continue
        excuse = next((start for start in OTHER_CODES if question.startswith(start)), None)
        if excuse is None:
            problems.append(f"{question}\n  Kafka:  {answer}\n  riacho: {our}")
        used.add(excuse)
    return problems + [f"OTHER_CODES: {start} has none" for start in OTHER_CODES if start not in used]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", choices=BROKERS, default="riacho")
    parser.add_argument("--fix", action="store_true")
    chosen = parser.parse_args()
    folder = BUILD / "interop-run" / f"alterations-{chosen.broker}"
    shutil.rmtree(folder, ignore_errors=True)
    now = ask(chosen.broker, folder)
    kafka, ours = read(TRANSCRIPT.read_text() if TRANSCRIPT.exists() else HEAD)
    if chosen.fix and chosen.broker == "apache-kafka":
        TRANSCRIPT.write_text(text_of(now, ours if len(ours) == len(now) else now))
        return 0
    if chosen.fix:
        TRANSCRIPT.write_text(text_of(kafka, now))
        kafka, ours = kafka, now
    expected = kafka if chosen.broker == "apache-kafka" else ours
    problems = [f"{question}\n  expected: {answer}\n  answered: {told}"
                for (question, answer), (_, told) in zip(expected, now) if answer != told]
    if [question for question, _ in expected] != [question for question, _ in now]:
        problems.append(f"{len(now)} questions were asked, alterations.txt has {len(expected)}, or others")
    problems += other_codes(kafka, ours)
    print("\n".join(problems) or f"{len(now)} questions, {sum(k != o for k, o in zip(kafka, ours))} of them answered in"
          " other words than Kafka's")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
