#!/usr/bin/env python3
"""What `riacho up` says of a folder that it cannot open, and how it goes on when told to."""
import pathlib
import shutil
import signal
import unittest

from program import ProgramTest  # first: it knows where the others are
from harness.process import free_port, run


class DamageTest(ProgramTest):
    def killed(self) -> pathlib.Path:
        """A data folder with five records, each in a frame of its own, whose process was killed."""
        broker = self.started()
        for number in range(5):
            run(["kcat", "-b", broker.address, "-P", "-t", "words"], input=f"needle-{number}\n")
        broker.process.stop(signal.SIGKILL, 10)
        return broker.data

    def refused(self, data: pathlib.Path, *parts: str) -> None:
        done = self.riacho("up", "--data", data, "--port-offset", free_port() - 9092)
        self.assertEqual(done.returncode, 1, done.stderr)
        said = [line for line in done.stderr.splitlines() if line.startswith("riacho up: ")]
        self.assertEqual(len(said), 1, done.stderr)
        for part in parts:
            self.assertIn(part, said[0])

    def words(self, port: int) -> list[str]:
        done = run(["kcat", "-b", f"127.0.0.1:{port}", "-C", "-t", "words", "-e", "-q"])
        return done.stdout.split()

    def wal_with(self, data: pathlib.Path, text: bytes) -> pathlib.Path:
        return next(path for path in sorted((data / "wal").glob("*.wal")) if text in path.read_bytes())

    def overwrite(self, path: pathlib.Path, at: int, content: bytes) -> None:
        with path.open("r+b") as file:
            file.seek(at)
            file.write(content)

    def test_a_lost_frame_stops_it_until_it_is_told_to_go_on(self):
        data = self.killed()
        path = self.wal_with(data, b"needle-2")
        self.overwrite(path, path.read_bytes().index(b"needle-2"), b"xxxxxxxx")
        self.refused(data, path.name, "is gone, and yet there is frame", "--accept-data-loss")
        self.refused(data, path.name)  # nothing was changed
        process, port = self.up("accepted", "--data", data, "--accept-data-loss")
        self.assertEqual(self.words(port), ["needle-0", "needle-1", "needle-3", "needle-4"])
        self.assertIn("lost: words-0, offsets 2 to 2", process.err())
        self.assertTrue((data / "lost+found/wal" / path.name).exists())
        process.stop()
        process, port = self.up("again", "--data", data)
        self.assertEqual(self.words(port), ["needle-0", "needle-1", "needle-3", "needle-4"])

    def test_a_damaged_checkpoint_is_named_and_can_be_done_without(self):
        data = self.killed()
        self.overwrite(data / "wal/checkpoint", 30, b"\xff\xff\xff")
        self.refused(data, "wal/checkpoint at 0: its checksum is wrong", "--accept-data-loss")
        _, port = self.up("accepted", "--data", data, "--accept-data-loss")
        self.assertEqual(self.words(port), [f"needle-{number}" for number in range(5)])

    def test_a_missing_log_is_named(self):
        data = self.killed()
        shutil.rmtree(data / "wal")
        self.refused(data, "/wal is missing", "restore the folder from a copy")
        self.refused(data, "/wal is missing")  # the first refusal made no new one
        _, port = self.up("accepted", "--data", data, "--accept-data-loss")  # nothing was in segments yet
        self.assertTrue((data / "wal/checkpoint").exists())

    def test_a_newer_format_is_refused_with_both_versions(self):
        data = self.killed()
        self.overwrite(data / "wal/checkpoint", 8, b"\x63\0\0\0")
        self.refused(data, "wal/checkpoint has format version 99, this program knows 2", "or a newer one")
        self.overwrite(data / "wal/checkpoint", 8, b"\x02\0\0\0")
        path = self.wal_with(data, b"needle-2")
        self.overwrite(path, 8, b"\x63\0\0\0")
        self.refused(data, f"{path.name}: format version 99, this program knows 1", "or a newer one")


if __name__ == "__main__":
    unittest.main()
