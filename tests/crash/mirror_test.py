#!/usr/bin/env python3
"""The mirror keeps what was synced, the rest by its coins, and nothing else; and so does the simulated disk.

Each trace below is a small program of its own that runs under the mirror; the result is the folder that a power cut
leaves, as {path: content}.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from mirror import Mirror, folder_for_tests

LIBRARY, TRACE = (pathlib.Path(os.environ[name]) for name in ("RIACHO_MIRROR", "RIACHO_MIRROR_TRACE"))
PRELUDE = """
import os
def write(path, text, at=0, flags=0):
    file = os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o644)
    os.pwrite(file, text.encode(), at)
    return file
def sync_folder(path):
    os.fsync(os.open(path, os.O_RDONLY))
"""


def files_of(folder: pathlib.Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


class MirrorTest(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory(dir=folder_for_tests(LIBRARY.parent))
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        self.begin()

    def begin(self) -> None:
        self.mirror = Mirror(LIBRARY, self.folder / "live", self.folder / "store")

    def run_trace(self, trace: str, keeps: str = "", seed: int = 1, die_at: int = 0) -> subprocess.CompletedProcess:
        environment = self.mirror.environment(seed, keeps, die_at=die_at)
        return subprocess.run([sys.executable, "-c", PRELUDE + trace], cwd=self.mirror.live, env=environment,
                              capture_output=True, text=True, timeout=60, check=False)

    def after(self, trace: str, keeps: str = "nothing", seed: int = 1) -> dict[str, str]:
        done = self.run_trace(trace, keeps, seed)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.mirror.cut()
        return files_of(self.mirror.live)

    def some_after(self, trace: str, seeds: int = 40) -> list[dict[str, str]]:
        found = []
        for seed in range(seeds):
            self.begin()
            found.append(self.after(trace, "", seed))
        return found

    # ---- what is promised

    def test_a_synced_file_with_a_synced_name_is_kept_whole(self):
        self.assertEqual(self.after("os.fdatasync(write('a', 'old')); sync_folder('.')"), {"a": "old"})
        self.assertEqual(self.after("write('a', 'new')"), {"a": "old"})
        self.assertEqual(self.after("os.fsync(write('a', 'newer'))"), {"a": "newer"})  # with its size

    def test_a_new_name_needs_a_sync_of_its_folder(self):
        self.assertEqual(self.after("os.fsync(write('a', 'x'))"), {})
        self.assertEqual(self.after("write('a', 'x'); sync_folder('.')"), {"a": ""})
        self.assertEqual(self.after("os.mkdir('f'); os.fsync(write('f/b', 'x')); sync_folder('f')"), {"a": ""})

    def test_a_rename_and_an_unlink_need_a_sync_of_their_folder(self):
        self.after("os.fsync(write('a', '1')); os.fsync(write('b', '2')); sync_folder('.')")
        self.assertEqual(self.after("os.rename('a', 'b')"), {"a": "1", "b": "2"})
        self.assertEqual(self.after("os.rename('a', 'b'); sync_folder('.')"), {"b": "1"})
        self.assertEqual(self.after("os.unlink('b')"), {"b": "1"})
        self.assertEqual(self.after("os.unlink('b'); sync_folder('.')"), {})

    def test_a_rename_between_folders_is_settled_by_the_sync_of_either(self):
        begin = "os.mkdir('f'); os.fsync(write('a', '1')); sync_folder('.')"
        for synced in (".", "f"):
            self.begin()
            self.after(begin)
            self.assertEqual(self.after("os.rename('a', 'f/b')"), {"a": "1"})
            self.assertEqual(self.after(f"os.rename('a', 'f/b'); sync_folder('{synced}')"), {"f/b": "1"})

    def test_a_shortened_file_needs_a_sync(self):
        self.after("os.fsync(write('a', 'long')); sync_folder('.')")
        self.assertEqual(self.after("os.ftruncate(write('a', 'L'), 2)"), {"a": "long"})
        self.assertEqual(self.after("f = write('a', 'L'); os.ftruncate(f, 2); os.ftruncate(f, 3); os.fsync(f)"),
                         {"a": "Lo\0"})
        self.assertEqual(self.after("os.posix_fallocate(write('a', ''), 0, 5)"), {"a": "Lo\0"})

    def test_what_was_written_through_is_there_and_nothing_more(self):
        self.after("write('a', ''); sync_folder('.')")
        self.assertEqual(self.after("write('a', 'abc'); write('a', 'X', 1, os.O_DSYNC)"), {"a": "\0X"})
        self.assertEqual(self.after("write('a', 'Z', 3, os.O_SYNC)"), {"a": "\0X\0Z"})

    def test_one_sync_covers_what_was_written_through_another_descriptor(self):
        self.assertEqual(self.after("write('a', 'one'); os.fsync(write('a', 'T')); sync_folder('.')"), {"a": "Tne"})

    def test_a_hint_to_begin_writing_promises_nothing(self):
        self.after("write('a', ''); sync_folder('.')")
        hint = "import ctypes; ctypes.CDLL(None).sync_file_range(f, 0, 0, 7)"  # with both waits, even
        self.assertEqual(self.after(f"f = write('a', 'x'); {hint}"), {"a": ""})

    def test_what_a_killed_process_left_is_durable_once_the_next_one_has_synced_it(self):
        self.after("write('a', 'aaaa'); sync_folder('.')")
        self.run_trace("write('a', 'bbbb'); os.mkdir('f'); write('f/c', 'c'); os.kill(os.getpid(), 9)", "nothing")
        self.assertEqual((self.mirror.live / "a").read_text(), "bbbb")
        self.run_trace("os.fsync(os.open('a', os.O_RDWR)); sync_folder('.')", "nothing")
        self.mirror.cut()
        self.assertEqual(files_of(self.mirror.live), {"a": "bbbb"})
        self.assertTrue((self.mirror.live / "f").is_dir())

    # ---- coins

    def test_with_every_coin_for_it_all_is_kept(self):
        trace = "write('a', 'x' * 5000); write('b', 'b'); os.rename('b', 'c'); os.mkdir('f'); write('f/d', 'd')"
        self.assertEqual(self.after(trace, "everything"), {"a": "x" * 5000, "c": "b", "f/d": "d"})
        self.assertEqual(self.after("os.unlink('c'); os.ftruncate(write('a', ''), 1)", "everything"),
                         {"a": "x", "f/d": "d"})

    def test_unsynced_sectors_are_kept_each_for_itself(self):
        trace = "os.fsync(write('a', 'o' * 4096)); sync_folder('.'); write('a', 'n' * 4096)"
        patterns = set()
        for found in self.some_after(trace):
            sectors = [found["a"][at:at + 512] for at in range(0, 4096, 512)]
            self.assertTrue(all(one in ("o" * 512, "n" * 512) for one in sectors))
            patterns.add("".join(one[0] for one in sectors))
        self.assertLessEqual({"o" * 8, "n" * 8}, patterns)
        self.assertTrue(any("on" in one for one in patterns), "a later sector without an earlier one")
        self.assertGreater(len(patterns), 8)

    def test_sizes_and_names_are_kept_each_for_itself(self):
        results = self.some_after("os.fsync(write('a', '1')); sync_folder('.'); os.rename('a', 'b'); write('c', 'x')")
        self.assertEqual({tuple(sorted(found)) for found in results}, {("a",), ("b",), ("a", "c"), ("b", "c")})
        self.assertEqual({found.get("a", found.get("b")) for found in results}, {"1"})
        sizes = {len(found["a"]) for found in self.some_after("f = write('a', 'x' * 9); sync_folder('.');"
                                                              "os.fsync(f); os.ftruncate(f, 4)")}
        self.assertEqual(sizes, {9, 4})

    def test_the_same_seed_tosses_the_same_coins(self):
        trace = "write('a', 'n' * 9000); sync_folder('.'); write('a', 'm' * 9000); write('b', ''); os.mkdir('f')"
        found = []
        for seed in (3, 3, 4):
            self.begin()
            found.append(self.after(trace, "", seed))
        self.assertEqual(found[0], found[1])
        self.assertNotEqual(found[0], found[2])

    def test_a_process_dies_at_the_change_it_was_told(self):
        trace = "write('a', '1'); os.rename('a', 'b'); os.unlink('b')"  # made, written, renamed, removed
        for die_at, left in ((1, {}), (2, {"a": ""}), (3, {"a": "1"}), (4, {"b": "1"}), (5, {})):
            self.begin()
            done = self.run_trace(trace, die_at=die_at)
            self.assertEqual(done.returncode, 0 if die_at == 5 else -9)
            self.assertEqual(files_of(self.mirror.live), left)

    def test_what_the_mirror_lacks_is_named(self):
        self.run_trace("os.mkdir('f'); write('f/a', 'x'); write('b', 'y')", "everything")
        self.assertEqual(self.mirror.differences(), [])
        self.run_trace("write('f/a', 'z'); write('c', ''); os.unlink('b')", "nothing")
        self.assertEqual(self.mirror.differences(), [str(self.mirror.live / name) for name in ("b", "c", "f/a")])

    # ---- what it does not know

    def test_calls_that_are_not_modelled_end_the_process(self):
        for call in ("os.write(write('a', ''), b'x')", "os.writev(write('a', ''), [b'x'])", "os.link('a', 'b')",
                     "os.symlink('a', 'b')", "os.dup(write('a', ''))", "os.truncate('a', 1)",
                     "os.rename('a', '../outside')", "open('a', 'w')",
                     "import mmap; f = write('a', 'x'); mmap.mmap(f, 1)",
                     "os.sendfile(write('a', ''), os.open('/etc/passwd', 0), 0, 1)"):
            self.begin()
            done = self.run_trace(f"write('a', 'x')\n{call}")
            self.assertEqual(done.returncode, -6, call)
            self.assertIn("is not modelled", done.stderr)

    def test_what_lies_outside_of_the_folder_is_left_alone(self):
        self.assertEqual(self.after("f = open('../free', 'w'); f.write('x'); f.close(); os.rename('../free', '../b')"),
                         {})
        self.assertEqual((self.folder / "b").read_text(), "x")

    # ---- the simulated disk

    def test_the_simulated_disk_promises_the_same(self):
        lives = 0
        for seed in range(1, 26):
            for keeps, holds in (("nothing", "durable"), ("everything", "seen")):
                self.begin()
                expected = self.folder / f"expected-{seed}-{keeps}"
                done = subprocess.run([TRACE, self.mirror.live, str(seed), expected], timeout=60, check=False,
                                      env=self.mirror.environment(seed, keeps), capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, f"seed {seed}: {done.stderr}")
                self.assertEqual(files_of(self.mirror.live), files_of(expected / "seen"), f"seed {seed}")
                self.mirror.cut()
                self.assertEqual(files_of(self.mirror.live), files_of(expected / holds), f"seed {seed}, {keeps}")
                lives += len(files_of(expected / "durable"))
        self.assertGreater(lives, 100, "the traces leave something")


if __name__ == "__main__":
    unittest.main()
