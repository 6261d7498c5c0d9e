"""A proxy on 127.0.0.1 that treats connections badly: cuts them, holds them up, closes one half of them."""
import random
import socket
import struct
import threading
import time

CHUNK = 64 * 1024
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close sends a reset


class Pair:
    """One client's connection and the one to the broker, with a thread for each direction."""

    def __init__(self, client: socket.socket, broker: socket.socket):
        self.ends = (client, broker)
        self.held_until = 0.0
        self.is_open = True
        for source, target in ((client, broker), (broker, client)):
            threading.Thread(target=self.pump, args=(source, target), daemon=True).start()

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(CHUNK):
                while (left := self.held_until - time.monotonic()) > 0:
                    time.sleep(min(left, 0.1))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()

    def close(self) -> None:
        self.is_open = False
        for end in self.ends:
            end.close()

    def reset(self) -> None:
        for end in self.ends:
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was closed already
        self.close()

    def close_half(self, which: int) -> None:
        """The client hears that the broker will say no more (1), or the broker that the client will not (0)."""
        try:
            self.ends[1 - which].shutdown(socket.SHUT_WR)
        except OSError:
            self.close()

    def hold(self, seconds: float) -> None:
        self.held_until = time.monotonic() + seconds


class Proxy:
    def __init__(self, broker_port: int, seed: int):
        self.broker_port, self.chance = broker_port, random.Random(seed)
        self.pairs: list[Pair] = []
        self.done = {"reset": 0, "half_closed": 0, "held": 0}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return  # the end
            try:
                broker = socket.create_connection(("127.0.0.1", self.broker_port), 5)
                broker.settimeout(None)
            except OSError:
                client.close()  # the broker is away
                continue
            self.pairs.append(Pair(client, broker))

    def misbehave(self) -> None:
        """Something bad for one of the connections."""
        self.pairs = [pair for pair in self.pairs if pair.is_open]
        if not self.pairs:
            return
        pair, what = self.chance.choice(self.pairs), self.chance.randrange(5)
        if what < 2:
            pair.reset()
            self.done["reset"] += 1
        elif what == 2:
            pair.close_half(self.chance.randrange(2))
            self.done["half_closed"] += 1
        else:
            pair.hold(self.chance.uniform(0.1, 2))
            self.done["held"] += 1

    def close(self) -> None:
        self.listener.close()
        for pair in self.pairs:
            pair.close()
