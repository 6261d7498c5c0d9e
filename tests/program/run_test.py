#!/usr/bin/env python3
"""`riacho run producer` and `riacho run consumer`: the article's lines, and what they do when things go wrong."""
import signal
import time
import unittest

from program import ProgramTest  # first: it knows where the others are
from go_article_client import CLOSED, CREATED, consumed, delivered
from harness.process import free_port, run, wait_until

SESSION_TIMEOUT_S = 6


class RunTest(ProgramTest):
    def consumer(self, broker, name: str, *words):
        return self.spawn(name, "run", "consumer", "--bootstrap-servers", broker.address, *words)

    def produce(self, broker, *words) -> str:
        done = self.riacho("run", "producer", "--bootstrap-servers", broker.address, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_without_a_name_it_says_how_it_is_used(self):
        done = self.riacho("run")
        self.assertEqual((done.returncode, done.stdout + done.stderr), (2, "Uso: riacho run [producer|consumer]\n"))

    def test_the_lines_are_the_articles(self):
        broker = self.started()
        self.assertEqual(self.produce(broker), delivered(0))
        consumer = self.consumer(broker, "consumer")
        consumer.wait_for("Committed offsets: [meu-topico[0]@3]\n")
        self.assertEqual(consumer.stop(signal.SIGINT), 0)
        self.assertEqual(consumer.out(), CREATED + consumed(0) + CLOSED)

    def test_it_goes_on_where_it_had_committed(self):
        broker = self.started()
        self.produce(broker)
        consumer = self.consumer(broker, "first")
        consumer.wait_for("Committed offsets: [meu-topico[0]@3]\n")
        consumer.stop(signal.SIGTERM)
        self.assertTrue(consumer.out().endswith("Caught signal terminated: terminating\nClosing consumer\n"))
        broker.restart()
        self.produce(broker)
        consumer = self.consumer(broker, "second")
        consumer.wait_for("Committed offsets: [meu-topico[0]@6]\n")
        consumer.stop(signal.SIGINT)
        self.assertEqual(consumer.out(), CREATED + consumed(3) + CLOSED)

    def test_headers_are_printed_as_the_article_prints_them(self):
        broker = self.started()
        run(["kcat", "-b", broker.address, "-P", "-t", "meu-topico", "-H", "a=1", "-H", 'b=x"y'], input="Hello\n")
        consumer = self.consumer(broker, "consumer")
        consumer.wait_for("Committed offsets: [meu-topico[0]@1]\n")
        self.assertIn('% Message on meu-topico[0]@0:\nHello\n% Headers: [a="1" b="x\\"y"]\n', consumer.out())

    def test_options_choose_topic_group_commit_and_reset(self):
        broker = self.started()
        self.assertEqual(self.produce(broker, "--topic", "outro"), delivered(0).replace("meu-topico", "outro"))
        consumer = self.consumer(broker, "auto", "--topic", "outro", "--group", "g", "--commit", "auto", "-X",
                                 "client.id=eu")
        consumer.wait_for("% Message on outro[0]@2:\nWorld\n")
        self.assertTrue(consumer.out().startswith("Created Consumer eu#consumer-1\n"))
        consumer.stop(signal.SIGINT)
        self.assertNotIn("Committed offsets", consumer.out())
        latest = self.consumer(broker, "latest", "--topic", "outro", "--group", "h", "--reset", "latest")
        latest.wait_for(CREATED)
        time.sleep(5)  # it has joined and found the end
        self.produce(broker, "--topic", "outro")
        latest.wait_for("% Message on outro[0]@5:\n")
        self.assertNotIn("outro[0]@2:", latest.out())

    def test_no_broker_is_an_error_after_ten_seconds(self):
        for program in ("producer", "consumer"):
            with self.subTest(program):
                start = time.monotonic()
                done = self.riacho("run", program, "--bootstrap-servers", f"127.0.0.1:{free_port()}")
                self.assertEqual(done.returncode, 1)
                self.assertLess(time.monotonic() - start, 13)
                self.assertIn("127.0.0.1", done.stderr)

    def test_a_broker_that_goes_away_later_is_waited_for(self):
        broker = self.started()
        self.produce(broker)
        consumer = self.consumer(broker, "consumer")
        consumer.wait_for("Committed offsets: [meu-topico[0]@3]\n")
        broker.stop()
        time.sleep(2)
        self.assertTrue(consumer.running(), consumer.err())
        broker.start()
        self.produce(broker)
        consumer.wait_for("Committed offsets: [meu-topico[0]@6]\n")

    def check_handover(self, number: int):
        broker = self.started()
        first = self.consumer(broker, "first")
        self.produce(broker)
        first.wait_for("Committed offsets: [meu-topico[0]@3]\n")
        second = self.consumer(broker, "second")
        second.wait_for(CREATED)
        time.sleep(4)  # the first hears of it with its next heartbeat
        self.produce(broker)
        wait_until(lambda: "@6]" in first.out() + second.out(), 20, "one of the two reads on")
        owner, heir = (first, second) if "@6]" in first.out() else (second, first)
        owner.stop(number)
        self.produce(broker)
        heir.wait_for("Committed offsets: [meu-topico[0]@9]\n", SESSION_TIMEOUT_S - 1)

    def test_ctrl_c_hands_over_before_a_session_could_end(self):
        self.check_handover(signal.SIGINT)

    def test_sigterm_hands_over_before_a_session_could_end(self):
        self.check_handover(signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
