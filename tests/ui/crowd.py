#!/usr/bin/env python3
"""A crowd on a broker, through Confluent's client: many topics by one request, or a steady flow of messages.

    crowd.py topics BOOTSTRAP COUNT                 until they are there
    crowd.py flow BOOTSTRAP TOPIC PER_SECOND        until it is stopped
"""
import sys
import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

SLICES = 20  # of a second
VALUE = '{"id":"ORD-%d","customer":{"name":"Ana Souza","tier":"plus"},"total":%d,"paid":true}'


def topics(bootstrap: str, count: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})  # kept: what it asked for goes with it
    wanted = [NewTopic(f"orders.{number:05}", 1, 1) for number in range(int(count))]
    begin = time.monotonic()
    for made in admin.create_topics(wanted, request_timeout=120).values():
        made.result(150)
    print(f"{count} topics in {time.monotonic() - begin:.1f} s", flush=True)


def flow(bootstrap: str, topic: str, per_second: str) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "queue.buffering.max.messages": 1_000_000})
    sent, begin = 0, time.monotonic()
    print("flowing", flush=True)
    while True:
        due = int((time.monotonic() - begin) * int(per_second))
        for number in range(sent, due):
            producer.produce(topic, VALUE % (number, number % 1000), f"customer-{number % 977}")
        sent = due
        producer.poll(1 / SLICES)


if __name__ == "__main__":
    {"topics": topics, "flow": flow}[sys.argv[1]](*sys.argv[2:])
