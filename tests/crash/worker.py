"""One client in the crash loop. It lives on while the broker dies, and writes down only what was acknowledged.

    worker.py produce NAME ADDRESS JOURNAL name=value...     librdkafka's settings
    worker.py consume NAME ADDRESS JOURNAL
    worker.py topics NAME ADDRESS JOURNAL
    worker.py verify ADDRESS JOURNAL...                      exits 1 where something acknowledged is not there

promises.py says what a journal looks like and what makes a promise a broken one.
"""
import pathlib
import random
import signal
import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from promises import Found, Promises, broken

TOPIC, GROUP, PARTITIONS = "crash", "crash-group", 3
RECORDS_PER_S, SECONDS = 300, 60
running = True


def leave(*_):
    global running
    running = False


def quiet(address: str, **settings) -> dict:
    """Reconnects quickly, and keeps to itself that the broker is away."""
    return {"bootstrap.servers": address, "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200,
            "log_level": 0, "error_cb": lambda _: None} | settings


def produce(name: str, address: str, journal, *settings: str) -> None:
    chosen = dict(one.split("=", 1) for one in settings)
    producer = Producer(quiet(address, **{"message.timeout.ms": 300000, "retry.backoff.ms": 20, "linger.ms": 2,
                                          "batch.size": 20000} | chosen))
    if chosen.get("enable.idempotence") == "true":
        journal.write("ordered\n")

    def delivered(error, message):
        if error is None:
            journal.write(f"record {message.partition()} {message.offset()} {message.value().split()[0].decode()}\n")
            journal.flush()

    chance, counters, turn = random.Random(name), [0] * PARTITIONS, time.monotonic()
    while running:
        partition = chance.randrange(PARTITIONS)
        value = f"{name}/{counters[partition]} " + "x" * chance.randrange(800)
        try:
            producer.produce(TOPIC, value, partition=partition, on_delivery=delivered)
            counters[partition] += 1
        except BufferError:
            pass
        turn = max(turn + 1 / RECORDS_PER_S, time.monotonic() - 0.1)  # a broker that was away is not made up for
        while (left := turn - time.monotonic()) > 0:
            producer.poll(left)
    producer.flush(SECONDS)


def consume(_name: str, address: str, journal) -> None:
    consumer = Consumer(quiet(address, **{"group.id": GROUP, "auto.offset.reset": "earliest", "fetch.wait.max.ms": 50,
                                          "enable.auto.commit": False, "session.timeout.ms": 6000}))
    consumer.subscribe([TOPIC])
    while running:
        messages = [one for one in consumer.consume(50, 0.1) if one.error() is None]
        if not messages:
            continue
        ends = {one.partition(): one.offset() + 1 for one in messages}
        try:
            done = consumer.commit(offsets=[TopicPartition(TOPIC, p, end) for p, end in ends.items()],
                                   asynchronous=False)
            journal.writelines(f"commit {one.partition} {one.offset}\n" for one in done if one.error is None)
            journal.flush()
        except KafkaException:
            time.sleep(0.02)
    consumer.close()


def topics(name: str, address: str, journal) -> None:
    admin, number = AdminClient(quiet(address)), 0
    while running:
        topic = f"{name}-{number}"
        if answered(lambda: admin.create_topics([NewTopic(topic, 2, 1)], request_timeout=2)[topic],
                    KafkaError.TOPIC_ALREADY_EXISTS):
            journal.write(f"made {topic}\n")
            journal.flush()
            if number % 3 == 0 and answered(lambda: admin.delete_topics([topic], request_timeout=2)[topic],
                                            KafkaError.UNKNOWN_TOPIC_OR_PART, journal, topic):
                journal.write(f"deleted {topic}\n")
                journal.flush()
            number += 1
        time.sleep(0.1)


def answered(ask, also: int, journal=None, topic: str = "") -> bool:
    """Whether the broker said yes, or said with `also` that an earlier try had been carried out."""
    if journal:
        journal.write(f"deleting {topic}\n")  # from here on it may be gone, and its answer may be lost
        journal.flush()
    while running:
        try:
            ask().result(5)
            return True
        except KafkaException as refused:
            if refused.args[0].code() == also:
                return True
        except Exception:  # no answer: the broker is away
            time.sleep(0.05)
    return False


def patiently(ask):
    """Its answer, once the coordinator has loaded."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return ask()
        except KafkaException as refused:
            if time.monotonic() > deadline or refused.args[0].code() not in (KafkaError.NOT_COORDINATOR,
                                                                             KafkaError.COORDINATOR_LOAD_IN_PROGRESS):
                raise
            time.sleep(0.1)


def read_all(address: str) -> tuple[dict[tuple[int, int], str], dict[int, int]]:
    """Every record of the topic by its place, and what the group has committed."""
    reader = Consumer(quiet(address, **{"group.id": GROUP, "enable.auto.commit": False, "auto.offset.reset": "error",
                                        "enable.partition.eof": False}))
    places = [TopicPartition(TOPIC, partition, 0) for partition in range(PARTITIONS)]
    committed = {one.partition: one.offset for one in patiently(lambda: reader.committed(places, SECONDS))}
    ends = {partition: reader.get_watermark_offsets(TopicPartition(TOPIC, partition), SECONDS)[1]
            for partition in range(PARTITIONS)}
    reader.assign(places)
    found: dict[tuple[int, int], str] = {}
    left, deadline = {partition for partition, end in ends.items() if end > 0}, time.monotonic() + SECONDS
    while left:
        assert time.monotonic() < deadline, f"partitions {left} cannot be read to their ends {ends}"
        for one in reader.consume(5000, 0.2):
            assert one.error() is None, one.error()
            found[one.partition(), one.offset()] = one.value().split()[0].decode()
            if one.offset() + 1 >= ends[one.partition()]:
                left.discard(one.partition())
    reader.close()
    return found, committed


def verify(address: str, *journals: str) -> int:
    promises = Promises([pathlib.Path(path) for path in journals])
    records, committed = read_all(address)
    listed = set(AdminClient(quiet(address)).list_topics(timeout=SECONDS).topics)
    problems = broken(promises, Found(records, committed, listed))
    print(f"{len(promises.records)} acknowledged of {len(records)} records, {len(promises.commits)} partitions"
          f" committed to {sum(promises.commits.values())}, {len(promises.made)} topics made,"
          f" {len(promises.deleted)} deleted")
    print("\n".join(problems[:20]))
    return bool(problems)


def main() -> int:
    role, *words = sys.argv[1:]
    if role == "verify":
        return verify(*words)
    signal.signal(signal.SIGTERM, leave)
    name, address, path, *settings = words
    with open(path, "a", encoding="utf-8") as journal:
        {"produce": produce, "consume": consume, "topics": topics}[role](name, address, journal, *settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
