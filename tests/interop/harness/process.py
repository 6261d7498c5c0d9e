"""Programs that are started, watched and always stopped: by their own id, and within a limit."""
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"


class Failure(Exception):
    """What was expected and what came instead, for the reader of a test's log."""


def free_port(above: int = 0) -> int:
    """A port nobody listens on now, below those that Linux gives to outgoing connections."""
    for port in range(above + 1 if above else 20000 + os.getpid() % 5000, 32000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failure("no free port")


def wait_until(condition, seconds: float, what: str):
    """Whatever `condition` returns once it is true."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Failure(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def run(command: list, seconds: float = 120, **options) -> subprocess.CompletedProcess:
    """The command's output as text; a Failure where it fails or takes too long."""
    options = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} | options
    words = " ".join(str(word) for word in command)[:300]
    try:
        done = subprocess.run([str(word) for word in command], timeout=seconds, **options)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"still running after {seconds} s: {words}\n{late.stdout or ''}") from late
    if done.returncode != 0:
        raise Failure(f"exit {done.returncode}: {words}\n{done.stdout}\n{done.stderr or ''}")
    return done


PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def end_with_parent() -> None:
    """In the child, before exec: a test that is itself killed leaves nothing behind."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program with its standard output and error in files. Leaving the `with` kills what is left of it."""

    def __init__(self, command: list, folder: pathlib.Path, name: str, **options):
        folder.mkdir(parents=True, exist_ok=True)
        self.name, self.command = name, [str(word) for word in command]
        self.out_path, self.err_path = folder / f"{name}.out", folder / f"{name}.err"
        with open(self.out_path, "wb") as out, open(self.err_path, "ab") as err:
            self.popen = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                          start_new_session=True, preexec_fn=end_with_parent, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def pid(self) -> int:
        return self.popen.pid

    def out(self) -> str:
        return self.out_path.read_text(encoding="utf-8", errors="replace")

    def lines(self) -> list[str]:
        """Its standard output so far, without a last line that is only half there."""
        text = self.out()
        return text[:text.rfind("\n") + 1].splitlines()

    def err(self) -> str:
        return self.err_path.read_text(encoding="utf-8", errors="replace")

    def running(self) -> bool:
        return self.popen.poll() is None

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Until `text` is on its standard output."""
        def said():
            if text in self.out():
                return True
            if not self.running():
                raise Failure(f"{self.name} ended with {self.popen.returncode} and never said {text!r}:\n"
                              f"{self.out()[-2000:]}\n{self.err()[-2000:]}")
            return False
        try:
            wait_until(said, seconds, f"{self.name} says {text!r}")
        except Failure as late:
            raise Failure(f"{late}\n{self.out()[-2000:]}\n{self.err()[-2000:]}") from None

    def stop(self, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        """Sends a signal, waits, and gives the exit code."""
        if self.running():
            self.popen.send_signal(number)
        return self.wait(seconds)

    def wait(self, seconds: float) -> int:
        """The exit code of a program that is about to end by itself."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"{self.name} did not end within {seconds} s:\n"
                          f"{self.err()[-2000:]}") from None

    def kill(self) -> None:
        if self.running():
            self.popen.kill()
        self.popen.wait()
