"""What the tests of the program share: a folder, a broker, and the program's own words.

RIACHO_TEST_BROKER=apache-kafka runs run_test.py against Kafka itself, as riacho's clients may be used.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from harness.brokers import BROKERS, Broker, Riacho  # noqa: E402
from harness.process import Process, free_port  # noqa: E402

BINARY = Riacho.binary


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="riacho-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def broker(self, **options) -> Broker:
        broker = BROKERS[os.environ.get("RIACHO_TEST_BROKER", "riacho")](self.folder / "broker", **options)
        self.addCleanup(lambda: broker.process and broker.process.kill())
        return broker

    def started(self, **options) -> Broker:
        broker = self.broker(**options)
        broker.start()
        return broker

    def riacho(self, *words, seconds: float = 20, **environment) -> subprocess.CompletedProcess:
        """Runs to its end; exit code, stdout and stderr are for the test to judge."""
        return subprocess.run([str(word) for word in (BINARY, *words)], capture_output=True, text=True,
                              timeout=seconds, env=os.environ | environment, stdin=subprocess.DEVNULL)

    def spawn(self, name: str, *words, **environment) -> Process:
        process = Process([BINARY, *words], self.folder, name, env=os.environ | environment)
        self.addCleanup(process.kill)
        return process

    def up(self, name: str = "up", *words, **environment) -> tuple[Process, int]:
        """`riacho up` on a free port, until it is ready."""
        port = free_port()
        anywhere = "listeners=http://127.0.0.1:0"
        process = self.spawn(name, "up", "--port-offset", port - 9092, "--set", f"ops.{anywhere}", "--set",
                             f"console.{anywhere}", *words, **environment)
        done = self.riacho("ready", "--bootstrap-servers", f"127.0.0.1:{port}", "--timeout", 15)
        self.assertEqual(done.returncode, 0, done.stderr + process.err())
        return process, port

    def assert_one_line(self, text: str, *parts: str):
        self.assertEqual(len(text.strip().splitlines()), 1, text)
        for part in parts:
            self.assertIn(part, text)
