#!/usr/bin/env python3
"""Searches topics of Apache Kafka: transactions that were committed and aborted, compressed, in several partitions, and
Kafka's internal topics."""
import json
import os
import pathlib
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))
from harness.brokers import ApacheKafka  # noqa: E402
from harness.process import BUILD, Failure, run  # noqa: E402

DRIVER = pathlib.Path(os.environ.get("RIACHO_BROWSE_DRIVER", BUILD / "dev/tests/browse/browse_driver"))
ROUNDS, NUMBERS = 6, 10


class SmallKafka(ApacheKafka):
    def command(self) -> list:
        return [*self.java, "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true",
                "kafka.Kafka", self.properties]


def search(kafka: SmallKafka, topic: str, text: str, isolation: str = "read_committed") -> list[dict]:
    lines = run([DRIVER, kafka.address, topic, isolation, text], 60).stdout.splitlines()
    return [json.loads(line) for line in lines]


def check(holds: bool, what: str) -> None:
    if not holds:
        raise Failure(what)
    print("ok:", what)


def check_transactions(kafka: SmallKafka) -> None:
    committed = search(kafka, "browsed", "")
    values = [json.loads(each["value"]["text"]) for each in committed]
    check(len(values) == ROUNDS // 2 * NUMBERS, f"what is committed is found, and no marker ({len(values)})")
    check(all(value["end"] == "committed" for value in values), "nothing that was aborted is found")
    times = [int(each["timestamp"]) for each in committed]
    check(times == sorted(times), "partitions are merged by time")
    check(len({each["partition"] for each in committed}) > 1, "there are several")
    everything = search(kafka, "browsed", "", "read_uncommitted")
    check(len(everything) == ROUNDS * NUMBERS, f"all is found where all is read ({len(everything)})")
    aborted = search(kafka, "browsed", 'value.end == "aborted" and value.number in (3, 4)', "read_uncommitted")
    check(len(aborted) == ROUNDS // 2 * 2, "an expression finds what it says")


def check_internal_topics(kafka: SmallKafka) -> None:
    offsets = search(kafka, "__consumer_offsets", "readers")
    keys = [json.loads(each["key"]["text"]) for each in offsets]
    check({"group": "readers", "topic": "browsed", "partition": 0} in [key["data"] for key in keys],
          "a committed offset's key is shown")
    values = [json.loads(each["value"]["text"])["data"]["offset"] for each in offsets]
    check(values == [0, 2, 4], f"offsets of committed transactions are shown ({values})")
    states = search(kafka, "__transaction_state", "browsed")
    check(all(each["key"]["text"] == '{"type":0,"data":{"transactionalId":"browsed"}}' for each in states),
          "a transaction's key is shown")
    names = [json.loads(each["value"]["text"])["data"]["state"] for each in states]
    check(names.count("CompleteCommit") == ROUNDS // 2 and names.count("CompleteAbort") == ROUNDS // 2,
          f"the states of transactions are shown ({sorted(set(names))})")
    touched = [json.loads(each["value"]["text"])["data"]["transactionPartitions"] for each in states]
    check(any(part and {"__consumer_offsets", "browsed"} <= {topic["topic"] for topic in part} for part in touched),
          "the partitions of a transaction are shown")


def main() -> int:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="riacho-browse-"))
    kafka = SmallKafka(folder, settings={"num.partitions": "3", "transaction.state.log.num.partitions": "2",
                                         "offsets.topic.num.partitions": "2"})
    try:
        kafka.start(120)
        run([*kafka.java, HERE / "Transactions.java", kafka.address, "browsed"], 120)
        check_transactions(kafka)
        check_internal_topics(kafka)
        kafka.stop()
        return 0
    except Failure as failure:
        print(failure)
        return 1
    finally:
        kafka.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
