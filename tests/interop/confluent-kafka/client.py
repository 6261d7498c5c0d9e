"""What Confluent's Python client has of the broker, step by step; one line of JSON for each step.

    client.py before|after BOOTSTRAP     `after` runs when the broker has been started again
"""
import json
import sys
import time
import traceback

import confluent_kafka
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

BOOTSTRAP = sys.argv[2]
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
TOPIC, GROUP, PARTITIONS, EACH, COMMITTED = "interop-python", "group-python", 4, 100, 50
SECONDS = 60


def until(condition, what: str):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {SECONDS} s: {what}"


def consumer(group: str, **settings) -> Consumer:
    return Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group, "auto.offset.reset": "earliest",
                     "enable.auto.commit": False, "session.timeout.ms": 10000} | settings)


def produce(topic: str, records, **settings) -> list:
    """Sends (partition, key, value, headers) and gives what was delivered, in the order of its reports."""
    delivered, failed = [], []
    producer = Producer({"bootstrap.servers": BOOTSTRAP, "linger.ms": 5} | settings)
    for partition, key, value, headers in records:
        producer.produce(topic, value, key, partition, headers=headers,
                         on_delivery=lambda error, message: (failed.append(error) if error
                                                             else delivered.append(message)))
        producer.poll(0)
    left = producer.flush(SECONDS)
    assert not left and not failed, f"{left} not delivered, {failed[:3]}"
    return delivered


def numbered(partition: int, first: int, count: int):
    return [(partition, f"k{n}", f"{partition}-{n} " + "padding " * 20, [("n", str(n).encode()), ("empty", b""),
                                                                        ("null", None)])
            for n in range(first, first + count)]


def create_topic():
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1, config={"retention.ms": "86400000"})])[TOPIC].result(30)
    until(lambda: TOPIC in admin.list_topics(timeout=10).topics, "the topic is listed")
    assert len(admin.list_topics(TOPIC, timeout=10).topics[TOPIC].partitions) == PARTITIONS
    try:
        admin.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result(30)
        raise AssertionError("a topic was created twice")
    except confluent_kafka.KafkaException as refused:
        assert refused.args[0].code() == confluent_kafka.KafkaError.TOPIC_ALREADY_EXISTS, refused


def describe_configs():
    resource = ConfigResource(ResourceType.TOPIC, TOPIC)
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    configs = admin.describe_configs([resource])[resource].result(30)
    assert configs["retention.ms"].value == "86400000", configs["retention.ms"]
    assert configs["cleanup.policy"].value == "delete" and configs["cleanup.policy"].is_default


def produce_and_read(codec: str):
    topic = f"python-{codec}"
    sent = numbered(0, 0, 500)
    delivered = produce(topic, sent, **{"compression.type": codec})
    assert [message.offset() for message in delivered] == list(range(500))
    reader = consumer("nobody")
    reader.assign([TopicPartition(topic, 0, 0)])
    received = []
    until(lambda: received.extend(reader.consume(500, 0.2)) or len(received) >= 500, "all 500 come back")
    reader.close()
    for (_, key, value, headers), message in zip(sent, received, strict=True):
        assert message.error() is None, message.error()
        assert (message.key(), message.value()) == (key.encode(), value.encode())
        assert message.headers() == headers, message.headers()


def idempotent():
    delivered = produce("python-idempotent", numbered(0, 0, 2000), **{"enable.idempotence": True, "linger.ms": 0})
    assert [message.offset() for message in delivered] == list(range(2000))


def list_offsets():
    produce("python-times", numbered(0, 0, 10))
    reader = consumer("nobody")
    assert reader.get_watermark_offsets(TopicPartition("python-times", 0), 10) == (0, 10)
    found = reader.offsets_for_times([TopicPartition("python-times", 0, 1)], 10)
    assert found[0].offset == 0, found
    later = reader.offsets_for_times([TopicPartition("python-times", 0, int(time.time() * 1000) + 3_600_000)], 10)
    assert later[0].offset == confluent_kafka.OFFSET_END, later
    reader.close()


def drain(consumers, seen: set) -> None:
    for one in consumers:
        for message in one.consume(100, 0.1):
            assert message.error() is None, message.error()
            place = (message.partition(), message.offset())
            assert place not in seen, f"{place} came twice"
            seen.add(place)


PAIR: list = []


def polled(*consumers) -> bool:
    for one in consumers:
        message = one.poll(0.05)
        assert message is None or message.error() is None, message.error()
    return True


def group_of_two():
    PAIR.extend((consumer(GROUP), consumer(GROUP)))
    for one in PAIR:
        one.subscribe([TOPIC])
    # Both join before there is anything: what one reads before the other joins, the other would read again.
    until(lambda: polled(*PAIR) and all(len(one.assignment()) == 2 for one in PAIR), "two partitions for each")
    mine, yours = ({place.partition for place in one.assignment()} for one in PAIR)
    assert mine | yours == set(range(PARTITIONS)) and not mine & yours
    for partition in range(PARTITIONS):
        produce(TOPIC, numbered(partition, 0, EACH))
    seen: set = set()
    until(lambda: drain(PAIR, seen) or len(seen) == PARTITIONS * EACH, "the two read everything once")


def rebalance():
    PAIR.pop().close()
    until(lambda: polled(*PAIR) and len(PAIR[0].assignment()) == PARTITIONS, "one has all partitions")


def commit():
    places = [TopicPartition(TOPIC, partition, COMMITTED) for partition in range(PARTITIONS)]
    PAIR[0].commit(offsets=places, asynchronous=False)
    committed = PAIR[0].committed(places, 10)
    assert [place.offset for place in committed] == [COMMITTED] * PARTITIONS, committed
    PAIR.pop().close()


def describe_group():
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    assert GROUP in [group.group_id for group in admin.list_consumer_groups().result(30).valid]
    group = admin.describe_consumer_groups([GROUP])[GROUP].result(30)
    assert group.state == confluent_kafka.ConsumerGroupState.EMPTY, group.state


def delete_topic():
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    admin.delete_topics(["python-none"])["python-none"].result(30)
    until(lambda: "python-none" not in admin.list_topics(timeout=10).topics, "the topic is gone")


def resume():
    reader, seen = consumer(GROUP), set()
    reader.subscribe([TOPIC])
    until(lambda: drain([reader], seen) or len(seen) >= PARTITIONS * (EACH - COMMITTED), "what was not committed")
    assert seen == {(p, n) for p in range(PARTITIONS) for n in range(COMMITTED, EACH)}
    assert [message.offset() for message in produce(TOPIC, numbered(0, EACH, 1))] == [EACH]
    reader.close()


BEFORE = {"create_topic": create_topic, "describe_configs": describe_configs,
          **{f"produce_{codec}": lambda codec=codec: produce_and_read(codec) for codec in CODECS},
          "idempotent": idempotent, "list_offsets": list_offsets, "group_of_two": group_of_two,
          "rebalance": rebalance, "commit": commit, "describe_group": describe_group,
          "delete_topic": delete_topic}
AFTER = {"resume_after_restart": resume}


def main() -> None:
    for step, act in (BEFORE if sys.argv[1] == "before" else AFTER).items():
        try:
            act()
            print(json.dumps({"step": step, "result": "passed"}), flush=True)
        except Exception:  # whatever a client may throw is this step's result
            print(json.dumps({"step": step, "result": "failed", "detail": traceback.format_exc()}), flush=True)


if __name__ == "__main__":
    main()
