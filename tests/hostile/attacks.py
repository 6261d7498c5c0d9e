"""What hostile peers do. Each attack holds or repeats something until it is closed, and says what it counted."""
import os
import socket
import struct
import threading
import time
import zlib

import wire

MIB = 1 << 20


class Attack:
    """`begin` returns once the attack is under way; `end` stops it."""

    def __init__(self, port: int, scale: float):
        self.port, self.scale = port, scale
        self.peers: list[wire.Peer] = []
        self.threads: list[threading.Thread] = []
        self.stopping = threading.Event()
        self.rounds = 0

    def count(self, full: int) -> int:
        return max(4, int(full * self.scale))

    def connect(self, count: int) -> list[wire.Peer]:
        self.peers += [wire.Peer(self.port) for _ in range(count)]
        return self.peers[-count:]

    def repeat(self, work, threads: int = 1) -> None:
        """Calls `work` again and again; a connection that the broker closes is part of the game."""
        def run() -> None:
            while not self.stopping.is_set():
                try:
                    work()
                    self.rounds += 1
                except OSError:
                    time.sleep(0.001)
        for _ in range(threads):
            self.threads.append(threading.Thread(target=run, daemon=True))
            self.threads[-1].start()

    def send_all(self, peer: wire.Peer, data: bytes) -> None:
        try:
            peer.socket.settimeout(0.2)
            peer.send(data)
        except OSError:
            pass  # the broker takes no more, or has closed

    def begin(self) -> str:
        raise NotImplementedError

    def end(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)
        for peer in self.peers:
            peer.close()


class Idle(Attack):
    """idle connections"""

    def begin(self) -> str:
        return f"{len(self.connect(self.count(10_000)))} connections that say nothing"


class HalfFrames(Attack):
    """half frames"""

    def begin(self) -> str:
        part = struct.pack(">i", 90 * MIB) + bytes(300_000)
        for peer in self.connect(self.count(1000)):
            self.send_all(peer, part)
        return f"{len(self.peers)} frames of 90 MiB of which 300 kB come"


class GiantLengths(Attack):
    """giant lengths"""

    def begin(self) -> str:
        def lie() -> None:
            for size in (2**31 - 1, -1, 101 * MIB):
                peer = wire.Peer(self.port)
                peer.send(struct.pack(">i", size) + b"x" * 100)
                peer.is_closed(10)
                peer.close()
        self.repeat(lie, 4)
        return "lengths of 2 GiB, -1 and 101 MiB, one after the other, from 4 threads"


class LyingCounts(Attack):
    """counts that lie, elements that grow"""

    def begin(self) -> str:
        claims = wire.request(20, 1, struct.pack(">i", 2**31 - 1) + bytes(100))  # DeleteTopics: 2^31 names
        grows = wire.request(20, 1, struct.pack(">i", 4_000_000) + bytes(8_000_000) + struct.pack(">i", 1))

        def lie() -> None:
            for frame in (claims, grows):
                peer = wire.Peer(self.port)
                peer.send(frame)
                peer.is_closed(10)
                peer.close()
        self.repeat(lie, 2)
        return "arrays of 2^31 names, and 4 million names of no length in 8 MB"


class SlowReaders(Attack):
    """slow readers"""

    def begin(self) -> str:
        for peer in self.connect(self.count(400)):
            for _ in range(4):
                self.send_all(peer, wire.fetch("bulk", 0, 0))
        return f"{len(self.peers)} clients that ask for 50 MiB four times and read nothing"


class Bombs(Attack):
    """compression bombs"""

    def begin(self) -> str:
        zeros = wire.record(bytes(95 * MIB))
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        gzip = packer.compress(zeros) + packer.flush()
        lies = {2: b"\xff\xff\xff\xff\x07" + bytes(50), 3: b"\x04\x22\x4d\x18\x6c\x70" + bytes(8) + b"\x00" * 50,
                4: b"\x28\xb5\x2f\xfd\xa4" + struct.pack("<I", 2**31) + bytes(50)}  # snappy, lz4, zstd
        frames = [wire.produce("bulk", {0: wire.batch(payload, kind)}) for kind, payload in lies.items()]
        frames.append(wire.produce("bulk", {0: wire.batch(gzip, 1)}))

        def explode() -> None:
            peer = wire.Peer(self.port)
            for frame in frames:
                peer.ask(frame)
            peer.close()
        self.repeat(explode, self.count(8))
        return f"batches of {len(gzip) // 1000} kB that unpack to 95 MiB, and sizes that lie; {self.count(8)} threads"


class ConnectionFlood(Attack):
    """flood of connections"""

    def begin(self) -> str:
        def knock() -> None:
            socket.create_connection(("127.0.0.1", self.port), timeout=10).close()
        self.repeat(knock, 4)
        return "connections opened and closed as fast as four threads can"


class RequestFlood(Attack):
    """flood of requests"""

    def begin(self) -> str:
        many = wire.metadata() * 200
        for peer in self.connect(self.count(100)):
            self.send_all(peer, many)
        readers = self.connect(4)

        def ask(peer: wire.Peer) -> None:
            peer.send(many)
            for _ in range(200):
                peer.answer()
        for peer in readers:
            self.repeat(lambda peer=peer: ask(peer))
        return f"{len(self.peers)} clients with 200 requests under way each, most read no answer"


class Tls(Attack):
    """TLS on the plain port"""

    def begin(self) -> str:
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(32)

        def greet() -> None:
            peer = wire.Peer(self.port)
            peer.send(hello)
            peer.is_closed(10)
            peer.close()
        self.repeat(greet, 4)
        return "client hellos as fast as four threads can"


ATTACKS: list[type[Attack]] = [Idle, HalfFrames, GiantLengths, LyingCounts, SlowReaders, Bombs, ConnectionFlood,
                               RequestFlood, Tls]
