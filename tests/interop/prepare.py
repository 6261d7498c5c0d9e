#!/usr/bin/env python3
"""Fetches and builds every foreign client, one after the other, so that tests which run side by side find them."""
import sys
import time

from harness import tools

for name, build in (("confluent-kafka", tools.python),
                    ("schemathesis", lambda: tools.python("schemathesis")),
                    ("kafka-clients", lambda: tools.java("kafka-clients")),
                    ("apache-kafka", lambda: tools.java("apache-kafka")), ("go-article", tools.go_article),
                    ("franz-go", tools.franz_go), ("kafkajs", tools.kafkajs), ("h2spec", tools.h2spec)):
    start = time.monotonic()
    build()
    if time.monotonic() - start > 1:
        print(f"test: {name} is ready after {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
