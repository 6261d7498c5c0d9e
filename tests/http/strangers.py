#!/usr/bin/env python3
"""Programs that are not ours ask a small server of ours, over HTTP/1.1 and HTTP/2, plain and with TLS: README.md."""
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
from harness import tools  # noqa: E402
from harness.process import BUILD, Failure, Process, run, wait_until  # noqa: E402

FOLDER = BUILD / "http-run"
MANNERS = {"1.0": ["--http1.0"], "1.1": ["--http1.1"], "2": ["--http2-prior-knowledge"]}
# Bytes that are no preface are HTTP/1.1 on the plain port: refused with an answer, then closed.
MEANT_TO_FAIL = {"plain": {"Sends invalid connection preface"}, "tls": set()}


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise Failure(what)


class Served:
    """The server. Leaving the `with` stops it, which must be clean and soon."""

    def __init__(self, name: str):
        self.certificate = FOLDER / f"{name}.pem"
        self.process = Process([os.environ["HTTP_SERVED"], self.certificate], FOLDER, name)

    def __enter__(self):
        try:
            wait_until(self.process.lines, 30, "the server prints its ports")
            plain, secure = self.process.lines()[0].split()
        except BaseException:
            self.process.kill()
            raise
        self.port, self.secure_port = int(plain), int(secure)
        self.plain, self.secure = f"http://127.0.0.1:{plain}", f"https://localhost:{secure}"
        return self

    def __exit__(self, error, *_):
        try:
            code = self.process.stop(seconds=20)
            if error is None:
                expect(code == 0, f"the server ended with {code}:\n{self.process.err()[-2000:]}")
        finally:
            self.process.kill()

    def resident(self) -> int:
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) * 1024

    def curl(self, path: str, *options, secure: bool = False, seconds: float = 60) -> bytes:
        address = (self.secure if secure else self.plain) + path
        return run(["curl", "-sS", "--cacert", self.certificate, *options, address], seconds, text=False).stdout


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def curl_asks_in_every_version(served: Served) -> None:
    told = ["-w", " %{http_version} %{http_code}"]
    for version, manner in MANNERS.items():
        expected = f"hello\n {'1.1' if version == '1.0' else version} 200".encode()  # the server says what it is
        got = served.curl("/hello", *manner, *told)
        expect(got == expected, f"{version}: {got}")
    expect(served.curl("/hello", *told, secure=True) == b"hello\n 2 200", "ALPN does not choose HTTP/2")
    expect(served.curl("/hello", *told, "--http1.1", secure=True) == b"hello\n 1.1 200", "ALPN and HTTP/1.1")
    expect(served.curl("/hello", "--no-alpn", *told, secure=True) == b"hello\n 1.1 200", "TLS without ALPN")


def curl_sends_and_takes_large_bodies(served: Served) -> None:
    content = os.urandom(8_000_000)
    (FOLDER / "large").write_bytes(content)
    chunked = ["-H", "Transfer-Encoding: chunked"]
    for secure in (False, True):
        for manner in (["--http1.1"], ["--http1.1", "-H", "Expect:"], ["--http1.1", *chunked], MANNERS["2"]):
            got = served.curl("/back", *manner, "-X", "POST", "-T", FOLDER / "large", secure=secure)
            expect(digest(got) == digest(content), f"{manner}, TLS {secure}: {len(got)} bytes came back")
    for manner in MANNERS.values():
        rows = served.curl("/rows?count=300000", *manner)
        expect(rows.count(b"\n") == 300_000 and rows.endswith(b"row 299999\n"), f"{manner}: {len(rows)} bytes")
        packed = served.curl("/rows?count=300000", "--compressed", *manner)
        expect(packed == rows, f"{manner}: unpacked to {len(packed)} bytes")
        expect(len(served.curl("/rows?count=300000", "-H", "Accept-Encoding: gzip", *manner)) < len(rows) / 3,
               f"{manner}: not compressed")


def curl_is_refused_with_a_reason(served: Served) -> None:
    cases = [("/rows", [], 400), ("/a/none.js", [], 404), ("/wait", ["-X", "DELETE"], 405),
             ("/small", ["-d", "x" * 1001], 413), ("/small", ["-X", "POST", "-T", FOLDER / "large"], 413),
             ("/hello", ["-H", "A: " + "x" * 40_000], 431), ("/" + "x" * 9000, [], 414),
             ("/hello", ["-X", "BREW"], 501)]
    (FOLDER / "large").write_bytes(bytes(5_000_000))
    for manner in (["--http1.1"], MANNERS["2"]):
        for path, options, status in cases:
            got = served.curl(path, *manner, *options, "-o", FOLDER / "refused", "-w", "%{http_code}")
            expect(got == str(status).encode(), f"{manner} {path[:20]} {str(options)[:40]}: {got}, not {status}")
        head = served.curl("/wait", *manner, "-X", "DELETE", "-D", "-", "-o", FOLDER / "refused").decode().lower()
        expect("allow: get, head, options" in head, head)


def curl_keeps_what_has_not_changed(served: Served) -> None:
    for manner in MANNERS.values():
        head = served.curl("/a/app-1.js", *manner, "--compressed", "-D", "-", "-o", FOLDER / "script").decode().lower()
        expect("immutable" in head and "content-encoding: gzip" in head and "vary: accept-encoding" in head, head)
        expect((FOLDER / "script").read_bytes().endswith(b"alert(1)"), "the script is not unpacked")
        tag = FOLDER / "tag"
        served.curl("/index.html", *manner, "--etag-save", tag)
        again = served.curl("/index.html", *manner, "--etag-compare", tag, "-w", "%{http_code}")
        expect(again == b"304", f"{manner}: {again}")
        expect(served.curl("/some/page", *manner) == b"<p>page</p>\n", "no fallback")
        size = served.curl("/rows?count=1000", *manner, "-I", "-w", "%{size_download}")
        expect(size.endswith(b"\r\n0"), f"a body behind HEAD: {size}")


def curl_hears_events(served: Served) -> None:
    for manner in (["--http1.1"], MANNERS["2"]):
        out = FOLDER / "events"
        command = ["curl", "-sSN", *manner, "-o", out, served.plain + "/events"]
        with Process(command, FOLDER, "curl-events"):
            wait_until(lambda: out.exists() and out.read_text().count("still here") > 2, 20, "heartbeats come")
        text = out.read_text()
        expect("id: 2\ndata: tick\n\n" in text, text)
        out.unlink()


def slow_readers_cost_no_memory(served: Served) -> None:
    served.curl("/rows?count=100000")
    before = served.resident()
    command = ["curl", "-sS", "--limit-rate", "100k", "-o", "/dev/null", served.plain + "/rows?count=100000000"]
    readers = [Process([*command, *MANNERS[version]], FOLDER, f"slow-{number}")
               for number, version in enumerate(["1.1", "2"] * 5)]
    try:
        time.sleep(3)
        grown = served.resident() - before
        expect(all(reader.running() for reader in readers), "a slow reader was let down")
        expect(served.curl("/hello") == b"hello\n", "nobody else is served")
        expect(grown < 16 << 20, f"{len(readers)} slow readers cost {grown >> 20} MiB")
    finally:
        for reader in readers:
            reader.kill()


def a_stop_ends_everything(served: Served) -> None:
    watchers = [subprocess.Popen(["curl", "-sSN", *MANNERS[version], "-o", FOLDER / f"stop-{name}-{version}",
                                  "-w", "%{http_code}", f"{served.plain}/{name}"], stdout=subprocess.PIPE)
                for name in ("events", "wait") for version in ("1.1", "2")]
    time.sleep(0.4)
    start = time.monotonic()
    code = served.process.stop(seconds=20)
    expect(code == 0, f"the server ended with {code}")
    expect(time.monotonic() - start < 20, "a stop takes two seconds")
    told = [watcher.communicate(timeout=20)[0] for watcher in watchers]
    expect([watcher.returncode for watcher in watchers] == [0] * 4 and told == [b"200"] * 4,
           f"cut off: {told} {[watcher.returncode for watcher in watchers]}")


def nghttp_asks_much_at_once(served: Served) -> None:
    small = FOLDER / "small"
    small.write_bytes(b"x" * 200_000)
    for address in (served.plain, served.secure):
        for options in (["-m", "50"], ["-m", "5", "-w", "10", "-W", "10"], ["-p", "1", "--no-dep"]):
            done = run(["nghttp", "-nsv", *options, f"{address}/hello", f"{address}/rows?count=2000"]).stdout
            expect("RST_STREAM" not in done and "error_code=NO_ERROR" in done, done[-2000:])
        back = run(["nghttp", "-d", small, f"{address}/back"], stderr=subprocess.DEVNULL).stdout
        expect(len(back) == 200_000, f"{len(back)} bytes came back")


def h2load_loads(served: Served) -> None:
    for address, options in ((served.plain, []), (served.plain, ["--h1"]), (served.secure, []),
                             (served.plain, ["-w", "12", "-W", "14"])):
        path = "/rows?count=20000" if options[:1] == ["-w"] else "/hello"
        count = 200 if options[:1] == ["-w"] else 10_000
        done = run(["h2load", "-n", count, "-c", 20, "-m", 1 if options == ["--h1"] else 10, *options,
                    address + path], 200).stdout
        expect(f"{count} succeeded, 0 failed, 0 errored, 0 timeout" in done, done)
        print(f"       h2load {' '.join(options) or '--h2'} {address.split(':')[0]}:",
              re.search(r"finished in .*", done)[0])


def wrk_loads(served: Served) -> None:
    for path in ("/hello", "/rows?count=2000"):
        done = run(["wrk", "-t", 1, "-c", 100, "-d", "3s", "--timeout", "60s", served.plain + path]).stdout
        expect("Socket errors" not in done and "Non-2xx" not in done, done)
        print("       wrk", path, re.search(r"Requests/sec:.*", done)[0])


def h2spec_finds_nothing(served: Served) -> None:
    for kind, options in (("plain", ["-p", served.port]), ("tls", ["-p", served.secure_port, "-t", "-k"])):
        done = run(["sh", "-c", '"$@"; true', "h2spec", tools.h2spec(), "-h", "127.0.0.1", "-P", "/hello", "--timeout",
                    "5", *options], 300).stdout
        failed = set(re.findall(r"× \d+: (.*)", done.partition("\nFailures:")[2]))
        summary = re.search(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed", done)
        expect(summary is not None and int(summary[1]) > 140, done[-3000:])
        expect(failed == MEANT_TO_FAIL[kind], f"{kind}: {failed}\n{done[-4000:]}")
        print(f"       h2spec {kind}: {summary[0]}")


CHECKS = [curl_asks_in_every_version, curl_sends_and_takes_large_bodies, curl_is_refused_with_a_reason,
          curl_keeps_what_has_not_changed, curl_hears_events, slow_readers_cost_no_memory, a_stop_ends_everything,
          nghttp_asks_much_at_once, h2load_loads, wrk_loads, h2spec_finds_nothing]


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = [check for check in CHECKS if not sys.argv[1:] or check.__name__ in sys.argv[1:]]
    failures = 0
    for check in wanted:
        try:
            with Served(check.__name__) as served:
                check(served)
            print("passed", check.__name__, flush=True)
        except Exception:  # whatever it is, it is this check's result
            failures += 1
            print("failed", check.__name__, traceback.format_exc(), flush=True)
    print(f"{len(wanted) - failures} passed, {failures} failed")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
