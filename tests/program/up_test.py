#!/usr/bin/env python3
"""`riacho up`, `riacho broker` and `riacho ready`, as a person or a script meets them."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import unittest

from program import ProgramTest  # first: it knows where the others are
from harness.process import free_port, run


class UpTest(ProgramTest):
    def test_help_and_version_are_everywhere(self):
        for words in (["--help"], ["up", "--help"], ["broker", "--help"], ["ready", "--help"], ["run", "--help"]):
            with self.subTest(words):
                done = self.riacho(*words)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("Usage", done.stdout)
        self.assertRegex(self.riacho("--version").stdout, r"\d+\.\d+\.\d+")

    def test_an_unknown_flag_is_a_usage_error_of_one_line(self):
        done = self.riacho("up", "--fast")
        self.assertEqual(done.returncode, 2)
        self.assert_one_line(done.stderr, "--fast")

    def test_a_taken_port_is_one_line_and_exit_1(self):
        broker = self.started()
        done = self.riacho("up", "--ephemeral", "--port-offset", broker.port - 9092)
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stderr, str(broker.port))

    def test_a_folder_in_use_is_one_line_and_exit_1(self):
        broker = self.started()
        done = self.riacho("up", "--data", broker.data, "--port-offset", free_port() - 9092)
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stderr, str(broker.data))

    def test_a_folder_that_cannot_be_made_is_one_line_and_exit_1(self):
        (self.folder / "file").write_text("in the way")
        done = self.riacho("up", "--data", self.folder / "file/data", "--port-offset", free_port() - 9092)
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stderr, str(self.folder / "file"))

    def test_signals_stop_it_cleanly_within_two_seconds(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                broker = self.broker()
                broker.start()
                run(["kcat", "-b", broker.address, "-P", "-t", "words"], input="one\n")
                reader = subprocess.Popen(["kcat", "-b", broker.address, "-C", "-t", "words", "-X",
                                           "fetch.wait.max.ms=60000"], stdout=subprocess.DEVNULL,
                                          stderr=subprocess.DEVNULL)
                time.sleep(0.5)  # its fetch is waiting
                start = time.monotonic()
                status = broker.process.stop(number, 10)
                took = time.monotonic() - start
                reader.kill()
                reader.wait()
                self.assertEqual(status, 0, broker.process.err())
                self.assertLess(took, 2)
                self.assertTrue(list(broker.data.rglob(".kafka_cleanshutdown")))

    def test_ephemeral_leaves_nothing(self):
        process, _ = self.up("up", "--ephemeral", TMPDIR=str(self.folder))
        self.assertEqual(process.stop(), 0)
        self.assertEqual([path.name for path in self.folder.iterdir() if path.is_dir()], [])

    def ephemeral_folder(self, process) -> pathlib.Path:
        links = [os.readlink(fd) for fd in pathlib.Path(f"/proc/{process.pid}/fd").iterdir() if fd.is_symlink()]
        return next(pathlib.Path(link).parent for link in links if link.endswith("/owner.lock"))

    def test_ephemeral_removes_what_a_killed_one_left_and_nothing_else(self):
        dead, _ = self.up("dead", "--ephemeral")
        alive, _ = self.up("alive", "--ephemeral")
        left, used = self.ephemeral_folder(dead), self.ephemeral_folder(alive)
        dead.kill()
        foreign = [left.parent / f"riacho-{os.getpid() % 10_000:04}{number}x" for number in range(3)]
        link = left.parent / f"riacho-{os.getpid() % 10_000:04}ln"
        try:
            for path in foreign:
                path.mkdir()
            (foreign[1] / "owner.lock").touch()
            (foreign[1] / "letter").write_text("not ours")
            (foreign[2] / "data").mkdir()
            link.symlink_to(used)
            self.assertTrue(left.is_dir())
            self.up("next", "--ephemeral")
            self.assertFalse(left.exists())
            self.assertTrue(used.is_dir() and link.is_symlink())
            self.assertEqual([path.is_dir() for path in foreign], [True] * 3)
            self.assertEqual(alive.stop(), 0)
            self.assertFalse(used.exists())
        finally:
            link.unlink(missing_ok=True)
            for path in foreign:
                shutil.rmtree(path, ignore_errors=True)

    def test_the_default_folder_respects_xdg(self):
        home = self.folder / "home"
        home.mkdir()
        process, _ = self.up("xdg", XDG_DATA_HOME=str(home / "xdg"), HOME=str(home))
        process.stop()
        self.assertTrue((home / "xdg/riacho").is_dir())
        environment = {"HOME": str(home), "XDG_DATA_HOME": ""}
        process, _ = self.up("home", **environment)
        process.stop()
        self.assertTrue((home / ".local/share/riacho").is_dir())

    def test_a_line_for_each_service_says_name_address_state_and_time(self):
        process, port = self.up("up", "--ephemeral")
        self.assertRegex(process.out(), rf"(?m)^broker\b.*127\.0\.0\.1:{port}\b.*\bready\b.*\b\d+(\.\d+)? ?ms\b")

    def test_ready_gives_up_after_its_timeout(self):
        start = time.monotonic()
        done = self.riacho("ready", "--bootstrap-servers", f"127.0.0.1:{free_port()}", "--timeout", 1)
        self.assertEqual(done.returncode, 3)
        self.assertLess(time.monotonic() - start, 4)
        self.assertNotEqual(done.stderr, "")


class ConfigurationTest(ProgramTest):
    def partitions_of_a_new_topic(self, port: int, topic: str) -> int:
        run(["kcat", "-b", f"127.0.0.1:{port}", "-P", "-t", topic], input="one\n")
        listed = run(["kcat", "-b", f"127.0.0.1:{port}", "-L", "-t", topic]).stdout
        return int(re.search(r"with (\d+) partitions", listed)[1])

    def test_set_wins_over_environment_over_file(self):
        properties = self.folder / "server.properties"
        properties.write_text("# Kafka's own format\nnum.partitions = 2\n")
        environment = {"KAFKA_NUM_PARTITIONS": "3"}
        for wanted, words, given in ((2, ["--config", properties], {}), (3, ["--config", properties], environment),
                                     (4, ["--config", properties, "--set", "num.partitions=4"], environment)):
            with self.subTest(wanted):
                process, port = self.up(f"up-{wanted}", "--ephemeral", *words, **given)
                self.assertEqual(self.partitions_of_a_new_topic(port, "words"), wanted)
                process.stop()

    def test_a_bad_value_is_refused_with_name_value_and_what_is_allowed(self):
        done = self.riacho("up", "--ephemeral", "--set", "num.partitions=none")
        self.assertNotEqual(done.returncode, 0)
        self.assert_one_line(done.stderr, "num.partitions", "none")

    def test_a_kafka_name_without_effect_here_is_listed_once(self):
        process, _ = self.up("up", "--ephemeral", "--set", "log.cleaner.threads=2")
        self.assertEqual((process.out() + process.err()).count("log.cleaner.threads"), 1)

    def test_advertised_addresses(self):
        _, port = self.up("plain", "--ephemeral")
        for host in ("127.0.0.1", "localhost"):
            listed = run(["kcat", "-b", f"{host}:{port}", "-X", "broker.address.family=v4", "-L"]).stdout
            self.assertIn(f"at 127.0.0.1:{port}", listed)
        _, port = self.up("named", "--ephemeral", "--advertise", "PLAINTEXT=riacho.example:1234")
        self.assertIn("at riacho.example:1234", run(["kcat", "-b", f"127.0.0.1:{port}", "-L"]).stdout)


if __name__ == "__main__":
    unittest.main()
