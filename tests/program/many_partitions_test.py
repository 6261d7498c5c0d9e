#!/usr/bin/env python3
"""Thousands of partitions in one broker: memory, open files, starts."""
import os
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "hostile"))
import wire  # noqa: E402
from program import ProgramTest  # noqa: E402

PARTITIONS = 10_000
MEMORY_MAX = 200 << 20
START_MAX = 10.0  # ten times what is promised
AT_ONCE = 1000


class ManyPartitionsTest(ProgramTest):
    def produce_to_each(self, peer: wire.Peer, count: int, value: bytes) -> None:
        batch = wire.batch(wire.record(value))
        for first in range(0, count, AT_ONCE):
            sent = {index: batch for index in range(first, min(count, first + AT_ONCE))}
            self.assertEqual(set(wire.produce_errors(peer.ask(wire.produce("many", sent)))), {0})

    def start_in_time(self, broker) -> wire.Peer:
        begin = time.monotonic()
        broker.start()
        took = time.monotonic() - begin
        print(f"start: {took:.2f} s, {broker.resident_bytes() >> 20} MiB", file=sys.stderr)
        self.assertLess(took, START_MAX)
        self.assertLess(broker.resident_bytes(), MEMORY_MAX)
        return wire.Peer(broker.port)

    def test_ten_thousand_partitions_fit_in_200_mb_and_start_at_once(self):
        broker = self.started()
        peer = wire.Peer(broker.port)
        peer.ask(wire.create_topic("many", PARTITIONS))
        self.produce_to_each(peer, PARTITIONS, b"first")
        self.assertLess(broker.resident_bytes(), MEMORY_MAX)
        broker.kill()
        peer = self.start_in_time(broker)
        self.produce_to_each(peer, PARTITIONS, b"second")
        self.assertLess(broker.resident_bytes(), MEMORY_MAX)
        for index in range(0, PARTITIONS, 997):
            self.assertIn(b"first", peer.ask(wire.fetch("many", index, 0)))
        self.assertEqual(broker.process.stop(signal.SIGTERM, 20), 0)  # out of time or not: the next start knows
        peer = self.start_in_time(broker)
        for index in range(0, PARTITIONS, 997):
            self.assertIn(b"second", peer.ask(wire.fetch("many", index, 1)))

    def test_a_start_after_a_clean_stop_does_not_wait_for_ten_thousand_partitions(self):
        broker = self.started()
        peer = wire.Peer(broker.port)
        peer.ask(wire.create_topic("many", PARTITIONS))
        self.produce_to_each(peer, 5, b"kept")
        broker.stop(20)
        peer = self.start_in_time(broker)
        self.assertIn(b"kept", peer.ask(wire.fetch("many", 4, 0)))

    def test_open_files_are_bounded_by_their_option(self):
        count, files = 300, 50
        broker = self.started(settings={"open.files.max": str(files), "wal.checkpoint.interval.ms": "200"})
        peer = wire.Peer(broker.port)
        peer.ask(wire.create_topic("many", count))
        for value in (b"first", b"second"):
            self.produce_to_each(peer, count, value)
            deadline = time.monotonic() + 60
            while len(list(broker.log_folder.glob("many-*"))) < count and time.monotonic() < deadline:
                time.sleep(0.1)
        self.assertEqual(len(list(broker.log_folder.glob("many-*"))), count)
        for index in range(count):
            answer = peer.ask(wire.fetch("many", index, 0)) + peer.ask(wire.fetch("many", index, 1))
            self.assertTrue(b"first" in answer and b"second" in answer)
        opened = [os.readlink(path) for path in pathlib.Path(f"/proc/{broker.process.pid}/fd").iterdir()]
        segments = [path for path in opened if "/log/many-" in path]
        self.assertLessEqual(len(segments), files)
        broker.kill()
        peer = self.start_in_time(broker)
        for index in range(0, count, 7):
            self.assertIn(b"second", peer.ask(wire.fetch("many", index, 1)))


if __name__ == "__main__":
    unittest.main()
