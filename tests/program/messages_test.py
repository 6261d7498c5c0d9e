#!/usr/bin/env python3
"""`riacho messages` and `riacho groups reset` as a person meets them, against our broker or, with
RIACHO_TEST_BROKER=apache-kafka, against Apache Kafka."""
import csv
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

from program import BINARY, ProgramTest  # first: it knows where the others are
from harness.brokers import BROKERS
from harness.process import free_port, run, wait_until


class MessagesTest(ProgramTest):
    """All on one broker, since Kafka takes long to start: each test has topics and a group of its own."""

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="riacho-messages-"))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        broker = BROKERS[os.environ.get("RIACHO_TEST_BROKER", "riacho")](folder, settings={"num.partitions": "2"})
        cls.addClassCleanup(lambda: broker.process and broker.process.kill())
        broker.start()
        cls.address = broker.address

    def setUp(self):
        super().setUp()
        self.topic = self.id().rsplit("test_", 1)[1]

    def produce(self, lines: str, *words: str) -> None:
        run(["kcat", "-b", self.address, "-P", "-t", self.topic, "-K:", *words], input=lines)

    def asked(self, *words, seconds: float = 20) -> subprocess.CompletedProcess:
        return self.riacho(words[0], *words[1:], "--bootstrap-servers", self.address, seconds=seconds)

    def messages(self, *words) -> subprocess.CompletedProcess:
        return self.asked("messages", self.topic, *words)

    def lines(self, *words) -> list[list[str]]:
        done = self.messages(*words)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [line.split("\t") for line in done.stdout.splitlines()]

    def piped(self, *words) -> subprocess.Popen:
        process = subprocess.Popen([BINARY, "messages", self.topic, "--bootstrap-servers", self.address, *words],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        return process

    def fifty(self) -> None:
        """Fifty orders in partition 0, three others in partition 1."""
        self.produce("".join(f'k{number}:{{"n": {number}}}\n' for number in range(50)), "-p", "0")
        self.produce("a:x\nb:y\nc:z\n", "-p", "1", "-H", "trace=abc")

    def test_a_topic_is_read_searched_and_cut(self):
        self.fifty()
        self.assertEqual(len(self.lines()), 53)
        self.assertEqual([line[0] for line in self.lines("--where", "value.n >= 40", "--limit", "3")],
                         ["0:40", "0:41", "0:42"])
        self.assertEqual([line[:1] + line[2:] for line in self.lines("--partition", "1")],
                         [["1:0", "a", "x", "trace=abc"], ["1:1", "b", "y", "trace=abc"],
                          ["1:2", "c", "z", "trace=abc"]])
        self.assertEqual([line[0] for line in self.lines("--from", "48", "--partition", "0")],
                         ["0:48", "0:49"])
        self.assertEqual([line[0] for line in self.lines("--from", "beginning", "--to", "1")], ["0:0", "1:0"])
        self.assertEqual(len(self.lines("--from", "last:5")), 5)
        self.assertEqual(len(self.lines("--from", "2024-01-31")), 53)
        self.assertEqual(self.lines("--from", "2024-01-31", "--to", "2024-02-01"), [])

    def test_formats_are_for_programs_too(self):
        self.fifty()
        done = self.messages("--partition", "1", "--format", "json")
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(one["offset"], one["key"]["text"], one["headers"][0]["name"]) for one in found],
                         [("0", "a", "trace"), ("1", "b", "trace"), ("2", "c", "trace")])
        done = self.messages("--limit", "1", "--where", "value.n == 7", "--format", "csv")
        names, row = csv.reader(io.StringIO(done.stdout))
        self.assertEqual(dict(zip(names, row, strict=True))["value"], '{"n": 7}')

    def test_a_large_message_is_whole(self):
        text = "ol\u00e1" * 60_000
        self.produce(f"k:{text}\n")
        self.assertEqual([line[3] for line in self.lines()], [text])

    def test_what_arrives_is_followed_until_ctrl_c(self):
        self.produce("old:1\n")
        process = self.spawn("tail", "messages", self.topic, "--follow", "--where", "key contains new",
                             "--bootstrap-servers", self.address)

        def found() -> bool:
            self.produce("new:2\nother:3\n")
            return "new" in process.out()
        wait_until(found, 60, "what arrives is printed")
        self.assertEqual(process.stop(signal.SIGINT), 0)
        self.assertEqual({line.split("\t")[2] for line in process.lines()}, {"new"})
        self.assertEqual(process.err(), "")

    def test_a_follower_ends_after_so_many_and_when_nobody_reads_it_any_more(self):
        self.fifty()
        self.assertEqual(len(self.lines("--follow", "--from", "beginning", "--limit", "53")), 53)
        process = self.piped("--follow", "--from", "beginning")
        process.stdout.readline()
        process.stdout.close()  # nothing more arrives, and yet it ends
        self.assertEqual(process.wait(20), 0)
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()

    def test_ctrl_c_ends_it_while_its_reader_sleeps(self):
        self.produce("".join(f"k:{'x' * 1000}\n" for _ in range(2000)))
        process = self.piped()
        process.stdout.read(1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 0)
        process.stdout.close()
        process.stderr.close()

    def test_errors_say_where_and_what_to_do(self):
        done = self.messages("--where", "value.n >=")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr.splitlines()[1:3], ["  value.n >=", "            ^"])
        done = self.asked("messages", "nothing-here")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stderr, "nothing-here", "UNKNOWN_TOPIC_OR_PARTITION")
        self.produce("a:b\n")
        done = self.messages("--partition", "7")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stderr, f"{self.topic} has no partition 7")
        nobody = f"127.0.0.1:{free_port()}"
        done = self.riacho("messages", self.topic, "--bootstrap-servers", nobody, "--timeout", 1)
        self.assertEqual(done.returncode, 3)
        self.assert_one_line(done.stderr, nobody)

    def test_a_group_is_moved_after_a_look(self):
        self.fifty()
        reset = ["groups", "reset", "billing", "--topic", f"{self.topic}:0"]
        done = self.asked(*reset, "--to", "20", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.splitlines()[1].split(), [self.topic, "0", "-", "20"])
        self.assertIn("nothing was changed", done.stdout)
        done = self.asked(*reset, "--to", "shift:5")
        self.assertEqual(done.returncode, 1, "nothing was committed")
        self.assert_one_line(done.stderr, f"{self.topic}:0 stays as it is")
        self.assertEqual(self.asked(*reset, "--to", "20").returncode, 0)
        done = self.asked("groups", "reset", "billing", "--topic", self.topic, "--to", "latest")
        self.assertEqual([line.split() for line in done.stdout.splitlines()[1:]],
                         [[self.topic, "0", "20", "50"], [self.topic, "1", "-", "3"]])
        done = self.asked(*reset, "--to", "shift:-10")
        self.assertEqual(done.stdout.splitlines()[1].split(), [self.topic, "0", "50", "40"])
        self.assertEqual(self.asked("groups", "reset", "billing", "--topic", "nope", "--to", "latest").returncode, 1)


if __name__ == "__main__":
    unittest.main()
