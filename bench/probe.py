"""The smallest producer there is: a socket, a topic made by asking for it, and one record, acknowledged by all.

Both brokers get the same bytes. It exists because a real client spends longer on its own start than what is measured.
"""
import socket
import struct
import time

TOPIC = b"bench"
METADATA, PRODUCE = (3, 4), (0, 7)  # (API key, version): both have them, neither is flexible


def crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def batch(value: bytes, timestamp: int) -> bytes:
    """A record batch of magic 2 with one record without a key; its lengths fit one byte of zigzag each."""
    record = bytes((0, 0, 0, 1, len(value) * 2)) + value + b"\0"
    record = bytes((len(record) * 2,)) + record
    after_crc = struct.pack(">hiqqqhii", 0, 0, timestamp, timestamp, -1, -1, -1, 1) + record
    after_length = struct.pack(">ibI", -1, 2, crc32c(after_crc)) + after_crc
    return struct.pack(">qi", 0, len(after_length)) + after_length


def text(value: bytes) -> bytes:
    return struct.pack(">h", len(value)) + value


class Probe:
    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, api: tuple[int, int], body: bytes) -> bytes:
        request = struct.pack(">hhi", *api, 7) + text(b"probe") + body
        self.socket.sendall(struct.pack(">i", len(request)) + request)
        length, correlation = struct.unpack(">ii", self.receive(8))
        if correlation != 7:
            raise ConnectionError("an answer to something else")
        return self.receive(length - 4)

    def receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionError("the broker hung up")
            data += more
        return data

    def topic_ready(self) -> bool:
        """Asks for the topic, which makes it; true once partition 0 has a leader."""
        answer = self.ask(METADATA, struct.pack(">i", 1) + text(TOPIC) + b"\1")
        # the topic's entry: error, name, internal, count of partitions, then the partition's error and leader
        place = answer.index(text(TOPIC))
        error = struct.unpack_from(">h", answer, place - 2)[0]
        place += len(text(TOPIC)) + 1
        if error or struct.unpack_from(">i", answer, place)[0] < 1:
            return False
        error, _index, leader = struct.unpack_from(">hii", answer, place + 4)
        return error == 0 and leader >= 0

    def produced(self) -> bool:
        records = batch(b"first", int(time.time() * 1000))
        body = struct.pack(">hhii", -1, -1, 10000, 1) + text(TOPIC) + struct.pack(">iii", 1, 0, len(records)) + records
        answer = self.ask(PRODUCE, body)
        place = answer.index(text(TOPIC)) + len(text(TOPIC)) + 8
        return struct.unpack_from(">h", answer, place)[0] == 0


def until_acknowledged(port: int, seconds: float = 60) -> None:
    """Returns when one record is acknowledged; asks again, every millisecond, whatever is refused before."""
    deadline, probe = time.monotonic() + seconds, None
    while True:
        try:
            probe = probe or Probe(port)
            if probe.topic_ready() and probe.produced():
                return
        except OSError:
            probe = None
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing was acknowledged on port {port} within {seconds} s")
        time.sleep(0.001)
