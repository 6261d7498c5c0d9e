#!/usr/bin/env python3
"""A clean stop while hundreds of clients wait in long polls and group joins."""
import pathlib
import signal
import struct
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "hostile"))
import wire  # noqa: E402
from program import ProgramTest  # noqa: E402

EACH = 300
STOP_MAX = 20.0  # ten times what is promised
NOT_COORDINATOR = 16


class StopTest(ProgramTest):
    def test_hundreds_who_wait_are_answered_and_the_stop_is_clean(self):
        broker = self.started()
        first = wire.Peer(broker.port)
        first.ask(wire.create_topic("words", 1))
        first.ask(wire.produce("words", {0: wire.batch(wire.record(b"one"))}))
        first.ask(wire.find_coordinator("readers"))
        # The leader never joins again, so that the others wait for it.
        self.assertEqual(struct.unpack_from(">h", first.ask(wire.join_group("readers")))[0], 0)
        polls = [wire.Peer(broker.port) for _ in range(EACH)]
        joins = [wire.Peer(broker.port) for _ in range(EACH)]
        for peer in polls:
            peer.send(wire.fetch("words", 0, 1, max_wait_ms=60_000))
        for peer in joins:
            peer.send(wire.join_group("readers"))
        time.sleep(1)  # they are all there
        begin = time.monotonic()
        status = broker.process.stop(signal.SIGTERM, STOP_MAX)
        print(f"stop: {time.monotonic() - begin:.2f} s", file=sys.stderr)
        self.assertEqual(status, 0, broker.process.err())
        self.assertTrue(list(broker.data.rglob(".kafka_cleanshutdown")))
        for peer in polls:
            self.assertEqual(wire.fetched_bytes(peer.answer()), 0)
        answers = [struct.unpack_from(">h", peer.answer())[0] for peer in joins]
        self.assertEqual(set(answers), {NOT_COORDINATOR})


if __name__ == "__main__":
    unittest.main()
