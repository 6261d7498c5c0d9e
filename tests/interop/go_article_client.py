"""The article's own Go program, unchanged: its lines are compared byte for byte."""
import pathlib
import signal
import time

from harness import tools
from harness.process import Failure, Process, run

PORT = 9092  # the program says localhost:9092
SESSION_TIMEOUT_S = 6  # and this
WORDS = ("Hello", "Kafka", "World")


def version() -> str:
    lines = (tools.INTEROP / "go-article/go.mod").read_text().split()
    return f"{lines[lines.index('github.com/confluentinc/confluent-kafka-go/v2') + 1]}, {tools.go_version()}"


def delivered(first: int) -> str:
    return "".join(f"Delivered message to meu-topico[0]@{first + n}\n" for n in range(3))


def consumed(first: int) -> str:
    return "".join(f"% Message on meu-topico[0]@{first + n}:\n{word}\n"
                   f"Committed offsets: [meu-topico[0]@{first + n + 1}]\n" for n, word in enumerate(WORDS))


CREATED, CLOSED = "Created Consumer rdkafka#consumer-1\n", "Caught signal interrupt: terminating\nClosing consumer\n"


def expect_same(found: str, wanted: str) -> None:
    if found != wanted:
        raise Failure(f"wanted\n{wanted}\nbut found\n{found}")


class GoArticle:
    def __init__(self, address: str, folder: pathlib.Path):
        self.program, self.folder = tools.go_article(), folder
        self.running: list[Process] = []

    def consumer(self, name: str) -> Process:
        self.running.append(Process([self.program, "consumer"], self.folder, name))
        return self.running[-1]

    def produce(self, first: int) -> None:
        expect_same(run([self.program, "producer"], 30, stderr=None).stdout, delivered(first))

    def finish(self, consumer: Process, wanted: str) -> None:
        if consumer.stop(signal.SIGINT, 10) != 0:
            raise Failure(f"exit {consumer.popen.returncode}: {consumer.err()}")
        expect_same(consumer.out(), wanted)

    def words(self) -> None:
        expect_same(run([self.program]).stdout, "Uso: go run main.go [producer|consumer]\n")
        expect_same(run([self.program, "x"]).stdout, "Modo não reconhecido. Use 'producer' ou 'consumer'\n")

    def produce_none(self) -> None:
        self.produce(0)

    def consume(self) -> None:
        consumer = self.consumer("first")
        consumer.wait_for("Committed offsets: [meu-topico[0]@3]\n")
        self.finish(consumer, CREATED + consumed(0) + CLOSED)

    def commit(self) -> None:
        self.produce(3)
        consumer = self.consumer("second")
        consumer.wait_for("Committed offsets: [meu-topico[0]@6]\n")
        self.finish(consumer, CREATED + consumed(3) + CLOSED)

    def group_of_two(self) -> None:
        """One of the two has the partition; when it leaves the other has it before a session could time out."""
        first = self.consumer("owner")
        self.produce(6)
        first.wait_for("Committed offsets: [meu-topico[0]@9]\n")
        second = self.consumer("heir")
        second.wait_for(CREATED)
        time.sleep(4)  # the owner hears of the newcomer with a heartbeat, every three seconds
        self.produce(9)
        deadline = time.monotonic() + 20
        while "@12]" not in first.out() + second.out():
            if time.monotonic() > deadline:
                raise Failure(f"neither read on:\n{first.out()}\n{second.out()}")
            time.sleep(0.05)
        owner, heir = (first, second) if "@12]" in first.out() else (second, first)
        owner.stop(signal.SIGINT, 10)
        left = time.monotonic()
        self.produce(12)
        heir.wait_for("Committed offsets: [meu-topico[0]@15]\n", SESSION_TIMEOUT_S - 1)
        print(f"the other had the partition and a commit {time.monotonic() - left:.1f} s after the first had left")
        if not owner.out().endswith(CLOSED):
            raise Failure(owner.out())
        heir.stop(signal.SIGINT, 10)

    def resume_after_restart(self) -> None:
        self.produce(15)
        consumer = self.consumer("restarted")
        consumer.wait_for("Committed offsets: [meu-topico[0]@18]\n")
        self.finish(consumer, CREATED + consumed(15) + CLOSED)

    def before(self) -> dict:
        return {"usage": self.words, "produce_none": self.produce_none, "consume": self.consume,
                "commit": self.commit, "group_of_two": self.group_of_two}

    def after(self) -> dict:
        return {"resume_after_restart": self.resume_after_restart}

    def close(self) -> None:
        for one in self.running:
            one.kill()
