"""As much of Kafka's protocol as hostile peers and one good client need, in bytes made by hand."""
import socket
import struct

_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x82F63B78 if _byte & 1 else 0)
    _TABLE.append(_byte)


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


def array(items: list[bytes]) -> bytes:
    return struct.pack(">i", len(items)) + b"".join(items)


def varint(value: int) -> bytes:
    value = value << 1 if value >= 0 else (-value << 1) - 1
    digits = bytearray()
    while value >= 0x80:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(digits + bytes([value]))


def record(value: bytes) -> bytes:
    body = b"\0" + varint(0) + varint(0) + varint(-1) + varint(len(value)) + value + varint(0)
    return varint(len(body)) + body


def batch(payload: bytes, attributes: int = 0, timestamp_ms: int = 0, records: int = 1) -> bytes:
    """One batch around records that may be compressed already."""
    counted = struct.pack(">hiqqqhii", attributes, records - 1, timestamp_ms, timestamp_ms, -1, -1, -1,
                          records) + payload
    return struct.pack(">qiibI", 0, 9 + len(counted), 0, 2, crc32c(counted)) + counted


def request(key: int, version: int, body: bytes, correlation: int = 1) -> bytes:
    """A whole frame; versions without compact lengths."""
    head = struct.pack(">hhi", key, version, correlation) + text("hostile")
    return struct.pack(">i", len(head) + len(body)) + head + body


def create_topic(name: str, partitions: int) -> bytes:
    return request(19, 2, array([text(name) + struct.pack(">ih", partitions, 1) + array([]) + array([])])
                   + struct.pack(">i?", 60_000, False))


def produce(topic: str, batches: dict[int, bytes], timeout_ms: int = 30_000) -> bytes:
    sent = [struct.pack(">ii", index, len(records)) + records for index, records in batches.items()]
    return request(0, 3, struct.pack(">hhi", -1, -1, timeout_ms) + array([text(topic) + array(sent)]))


def fetch(topic: str, partition: int, offset: int, max_wait_ms: int = 500, max_bytes: int = 50 << 20) -> bytes:
    asked = struct.pack(">iqi", partition, offset, max_bytes)
    return request(1, 4, struct.pack(">iiiib", -1, max_wait_ms, 1, max_bytes, 0)
                   + array([text(topic) + array([asked])]))


def metadata() -> bytes:
    return request(3, 4, struct.pack(">i?", -1, False))


def find_coordinator(group: str) -> bytes:
    return request(10, 0, text(group))


def join_group(group: str, member: str = "", protocol: bytes = b"") -> bytes:
    protocols = array([text("range") + struct.pack(">i", len(protocol)) + protocol])
    return request(11, 1, text(group) + struct.pack(">ii", 10_000, 60_000) + text(member) + text("consumer")
                   + protocols)


class Peer:
    """One connection; `ask` gives the body of the answer."""

    def __init__(self, port: int, seconds: float = 60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self, size: int) -> bytes:
        got = bytearray()
        while len(got) < size:
            part = self.socket.recv(min(size - len(got), 1 << 20))
            if not part:
                raise ConnectionError("closed by the broker")
            got += part
        return bytes(got)

    def answer(self) -> bytes:
        return self.receive(struct.unpack(">i", self.receive(4))[0])[4:]

    def ask(self, frame: bytes) -> bytes:
        self.send(frame)
        return self.answer()

    def is_closed(self, seconds: float) -> bool:
        """Whether the broker ends this connection within `seconds`."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(1 << 16):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def close(self) -> None:
        self.socket.close()

    def __del__(self):
        if hasattr(self, "socket"):
            self.close()


def produce_errors(answer: bytes) -> list[int]:
    """The error of each partition, of a request for one topic."""
    at = 4
    at += 2 + struct.unpack_from(">h", answer, at)[0]
    count = struct.unpack_from(">i", answer, at)[0]
    return [struct.unpack_from(">h", answer, at + 4 + i * 22 + 4)[0] for i in range(count)]


def base_offset(answer: bytes) -> int:
    """Of the first partition."""
    name = struct.unpack_from(">h", answer, 4)[0]
    return struct.unpack_from(">q", answer, 4 + 2 + name + 4 + 6)[0]


def fetched_bytes(answer: bytes) -> int:
    """The size of the first partition's records (Fetch v4)."""
    name = struct.unpack_from(">h", answer, 8)[0]
    at = 8 + 2 + name + 4 + 4 + 2 + 8 + 8  # index, error, high watermark, last stable offset
    aborted = struct.unpack_from(">i", answer, at)[0]
    return struct.unpack_from(">i", answer, at + 4 + 16 * max(aborted, 0))[0]
