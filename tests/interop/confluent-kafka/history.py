"""One client whose journal tests/history/checker.py judges, on librdkafka.

    history.py produce NAME ADDRESS JOURNAL idempotent|plain
    history.py consume NAME ADDRESS JOURNAL
    history.py make NAME ADDRESS JOURNAL      the topic, once
    history.py look NAME ADDRESS JOURNAL      the group's positions, once
    history.py log NAME ADDRESS JOURNAL       everything that is there, once
"""
import json
import signal
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

TOPIC, GROUP, PARTITIONS, RECORDS_PER_S = "history", "history-group", 6, 100
running = True


def leave(*_):
    global running
    running = False


class Journal:
    def __init__(self, client: str, path: str):
        self.client, self.file = client, open(path, "a", encoding="utf-8")

    def write(self, op: str, **fields) -> None:
        line = {"op": op, "client": self.client, "at": time.monotonic()} | fields
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()


def settings(address: str, **more) -> dict:
    return {"bootstrap.servers": address, "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200,
            "log_level": 0, "error_cb": lambda _: None} | more


def produce(journal: Journal, address: str, kind: str) -> None:
    is_idempotent = kind == "idempotent"
    producer = Producer(settings(address, **{
        "enable.idempotence": is_idempotent, "acks": "all", "linger.ms": 5, "retry.backoff.ms": 50,
        "message.timeout.ms": 300000, "socket.timeout.ms": 5000}))
    journal.write("producer", idempotent=is_idempotent)

    def delivered(error, message):
        value = message.value().decode()
        if error is None:
            journal.write("produce", state="acked", topic=TOPIC, value=value, partition=message.partition(),
                          offset=message.offset())
        else:
            journal.write("produce", state="unknown", topic=TOPIC, value=value)

    number, turn = 0, time.monotonic()
    while running:
        value, partition = f"{journal.client}/{number}", number // 3 % PARTITIONS
        journal.write("produce", state="sent", topic=TOPIC, value=value, partition=partition)
        producer.produce(TOPIC, value, partition=partition, on_delivery=delivered)
        number += 1
        turn = max(turn + 1 / RECORDS_PER_S, time.monotonic() - 0.1)
        while (left := turn - time.monotonic()) > 0 or len(producer) > 2000:
            producer.poll(max(left, 0.01))
    producer.flush(60)


def commit(journal: Journal, consumer: Consumer, ends: dict[int, int]) -> None:
    for partition, end in ends.items():
        journal.write("commit", state="sent", group=GROUP, topic=TOPIC, partition=partition, offset=end)
    done = {}
    try:
        answer = consumer.commit(offsets=[TopicPartition(TOPIC, p, end) for p, end in ends.items()],
                                 asynchronous=False)
        done = {one.partition for one in answer if one.error is None}
    except KafkaException:
        time.sleep(0.05)
    for partition, end in ends.items():
        journal.write("commit", state="acked" if partition in done else "unknown", group=GROUP, topic=TOPIC,
                      partition=partition, offset=end)


def consume(journal: Journal, address: str) -> None:
    consumer = Consumer(settings(address, **{
        "group.id": GROUP, "auto.offset.reset": "earliest", "enable.auto.commit": False, "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 1000, "partition.assignment.strategy": "range", "fetch.wait.max.ms": 100,
        "socket.timeout.ms": 5000}))
    journal.write("consumer", group=GROUP)

    def told(op: str):
        return lambda _, places: journal.write(op, partitions=[[one.topic, one.partition] for one in places])

    consumer.subscribe([TOPIC], on_assign=told("assigned"), on_revoke=told("revoked"), on_lost=told("revoked"))
    while running:
        records: dict[int, list] = {}
        for one in consumer.consume(100, 0.1):
            if one.error() is None:
                records.setdefault(one.partition(), []).append([one.offset(), one.value().decode()])
        for partition, some in records.items():
            journal.write("fetch", topic=TOPIC, partition=partition, records=some)
        if records:
            commit(journal, consumer, {partition: some[-1][0] + 1 for partition, some in records.items()})
    consumer.close()


def patiently(ask):
    deadline = time.monotonic() + 30
    while True:
        try:
            return ask()
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def reader(address: str) -> Consumer:
    return Consumer(settings(address, **{"group.id": GROUP, "enable.auto.commit": False,
                                         "auto.offset.reset": "error"}))


def make(_journal: Journal, address: str) -> None:
    admin = AdminClient(settings(address))
    admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])[TOPIC].result(30)


def look(journal: Journal, address: str) -> None:
    consumer = reader(address)
    places = [TopicPartition(TOPIC, partition) for partition in range(PARTITIONS)]

    def ask():
        since = time.monotonic()
        return since, consumer.committed(places, 10)

    since, answer = patiently(ask)
    for one in answer:
        journal.write("committed", group=GROUP, topic=TOPIC, partition=one.partition, since=since,
                      offset=max(one.offset, -1))
    consumer.close()


def log(journal: Journal, address: str) -> None:
    consumer = reader(address)
    for partition in range(PARTITIONS):
        start, end = patiently(lambda p=partition: consumer.get_watermark_offsets(TopicPartition(TOPIC, p), 10))
        consumer.assign([TopicPartition(TOPIC, partition, start)])
        records: list = []
        deadline = time.monotonic() + 60
        while (records[-1][0] + 1 if records else start) < end:
            assert time.monotonic() < deadline, f"partition {partition} cannot be read to its end"
            records += [[one.offset(), one.value().decode()] for one in consumer.consume(5000, 0.2)
                        if one.error() is None]
        journal.write("log", topic=TOPIC, partition=partition, start=start, records=records)
    consumer.close()


def main() -> None:
    signal.signal(signal.SIGTERM, leave)
    role, name, address, path, *words = sys.argv[1:]
    roles = {"produce": produce, "consume": consume, "make": make, "look": look, "log": log}
    roles[role](Journal(name, path), address, *words)


if __name__ == "__main__":
    main()
