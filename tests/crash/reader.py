"""What a broker holds, seen by Confluent's Python client (tests/interop/harness/ builds it)."""
import time

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ConfigSource, ResourceType

from promises import MAIN, Configs, Found, Records

SECONDS = 180


def quiet(address: str, **settings) -> dict:
    """Keeps to itself that the broker is away."""
    return {"bootstrap.servers": address, "log_level": 0, "error_cb": lambda _: None} | settings


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
            time.sleep(0.05)


def read_records(address: str, topics: dict[str, int]) -> Records:
    """Every record of these topics; `topics` has the number of partitions."""
    reader = Consumer(quiet(address, **{"group.id": "reader", "enable.auto.commit": False, "fetch.wait.max.ms": 10,
                                        "auto.offset.reset": "error"}))
    places = [TopicPartition(topic, partition, 0) for topic, count in topics.items() for partition in range(count)]
    left = {}
    for place in places:
        end = reader.get_watermark_offsets(place, SECONDS)[1]
        if end > 0:
            left[place.topic, place.partition] = end
    reader.assign(places)
    found: Records = {}
    deadline = time.monotonic() + SECONDS
    while left:
        assert time.monotonic() < deadline, f"cannot be read to their ends: {left}"
        for one in reader.consume(5000, 0.05):
            assert one.error() is None, one.error()
            place = (one.topic(), one.partition(), one.offset())
            assert place not in found, f"{place} was read twice"
            found[place] = one.value().split(b" ", 1)[0].decode()
            if one.offset() + 1 >= left.get(place[:2], 0):
                left.pop(place[:2], None)
    reader.close()
    return found


def read_committed(admin: AdminClient, group: str) -> dict[tuple[str, int], int]:
    asked = [ConsumerGroupTopicPartitions(group)]
    answer = patiently(lambda: admin.list_consumer_group_offsets(asked, request_timeout=SECONDS)[group].result())
    return {(group, one.partition): one.offset for one in answer.topic_partitions}


def read_configs(admin: AdminClient, topics: list[str]) -> dict[str, Configs]:
    """What the topics say themselves."""
    if not topics:
        return {}
    asked = admin.describe_configs([ConfigResource(ResourceType.TOPIC, name) for name in topics],
                                   request_timeout=SECONDS)
    own = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    return {resource.name: {name: entry.value for name, entry in answer.result().items() if entry.source == own}
            for resource, answer in asked.items()}


def read(address: str, groups: set[str]) -> Found:
    admin = AdminClient(quiet(address))
    topics = {name: len(topic.partitions) for name, topic in admin.list_topics(timeout=SECONDS).topics.items()
              if not name.startswith("__")}
    committed = {place: offset for group in groups for place, offset in read_committed(admin, group).items()}
    changing = {name: partitions for name, partitions in topics.items() if name != MAIN}
    return Found(read_records(address, topics), committed, read_configs(admin, list(changing)), changing)
