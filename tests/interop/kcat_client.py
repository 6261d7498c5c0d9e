"""What kcat has of the broker: it makes topics by producing to them, and consumes alone or in a group."""
import pathlib
import re
import signal

from harness.process import Failure, Process, run, wait_until

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
TOPIC, GROUP, PARTITIONS, EACH = "interop-kcat", "group-kcat", 4, 50
SETTINGS = {"num.partitions": str(PARTITIONS)}  # kcat cannot say how many it wants
RESUMED = 5


def version() -> str:
    text = run(["kcat", "-V"]).stdout
    return re.search(r"Version ([\d.]+).*?librdkafka ([\d.]+)", text, re.S).expand(r"\1, librdkafka \2")


def expect(holds: bool, what) -> None:
    if not holds:
        raise Failure(str(what))


class Kcat:
    def __init__(self, address: str, folder: pathlib.Path):
        self.address, self.folder = address, folder
        self.pair: list[Process] = []

    def kcat(self, *words) -> str:
        return run(["kcat", "-b", self.address, *words], 60, stderr=None).stdout

    def produce(self, topic: str, lines: list[str], *words) -> None:
        run(["kcat", "-b", self.address, "-P", "-t", topic, *words], 60, input="".join(f"{one}\n" for one in lines))

    def member(self, name: str) -> Process:
        return Process(["kcat", "-b", self.address, "-X", "auto.offset.reset=earliest", "-X",
                        "session.timeout.ms=10000", "-u", "-f", "%p@%o %s\n", "-G", GROUP, TOPIC], self.folder, name)

    def assigned(self, member: Process) -> set[str]:
        if not member.running():
            raise Failure(f"{member.name} ended:\n{member.err()[-2000:]}")
        said = re.findall(r"rebalanced \(memberid [^)]*\): (assigned|revoked):? ?(.*)", member.err())
        return set(re.findall(r"\[(\d+)\]", said[-1][1])) if said and said[-1][0] == "assigned" else set()

    # The steps.
    def create_topic(self) -> None:
        self.produce(TOPIC, ["first"], "-p", "0")
        listed = self.kcat("-L", "-t", TOPIC)
        expect(f"with {PARTITIONS} partitions" in listed, listed)

    def produce_codec(self, codec: str) -> None:
        lines = [f"k{n}:{n} " + "padding " * 20 for n in range(500)]
        self.produce(f"kcat-{codec}", lines, "-z", codec, "-K:", "-p", "0", "-H", "a=1", "-H", "b=")
        received = self.kcat("-C", "-t", f"kcat-{codec}", "-p", "0", "-o", "beginning", "-e", "-q",
                             "-f", "%o %h %k:%s\n").splitlines()
        expect(received == [f"{n} a=1,b= {line}" for n, line in enumerate(lines)], received[:3])

    def list_offsets(self) -> None:
        expect(self.kcat("-Q", "-t", "kcat-none:0:-1") == "kcat-none [0] offset 500\n", "the end")
        expect(self.kcat("-Q", "-t", "kcat-none:0:-2") == "kcat-none [0] offset 0\n", "the beginning")
        expect(self.kcat("-Q", "-t", "kcat-none:0:1000") == "kcat-none [0] offset 0\n", "the first after 1970")

    def idempotent(self) -> None:
        self.produce("kcat-idempotent", [str(n) for n in range(2000)], "-p", "0", "-X", "enable.idempotence=true")
        received = self.kcat("-C", "-t", "kcat-idempotent", "-p", "0", "-o", "beginning", "-e", "-q", "-f", "%o %s\n")
        expect(received.splitlines() == [f"{n} {n}" for n in range(2000)], received[:100])

    def group_of_two(self) -> None:
        self.pair = [self.member("a"), self.member("b")]
        wait_until(lambda: [len(self.assigned(one)) for one in self.pair] == [2, 2], 60, "two partitions for each")
        expect(not self.assigned(self.pair[0]) & self.assigned(self.pair[1]), "no partition is in both hands")
        for partition in range(PARTITIONS):
            self.produce(TOPIC, [f"{partition}-{n}" for n in range(EACH)], "-p", partition)
        sent = {f"{partition}-{n}" for partition in range(PARTITIONS) for n in range(EACH)}

        def read() -> list[str]:
            lines = [line.split()[1] for one in self.pair for line in one.lines() if " " in line]
            return [line for line in lines if line != "first"]  # each may have met that one while they joined
        wait_until(lambda: len(read()) >= len(sent), 60, "the two read everything")
        expect(sorted(read()) == sorted(sent), "each record came once")

    def rebalance(self) -> None:
        self.pair.pop().stop(signal.SIGINT)
        wait_until(lambda: len(self.assigned(self.pair[0])) == PARTITIONS, 30, "one has all partitions")

    def commit(self) -> None:
        self.pair.pop().stop(signal.SIGINT)  # kcat commits what it has printed when it leaves
        again = self.kcat("-X", "auto.offset.reset=earliest", "-e", "-q", "-G", GROUP, TOPIC)
        expect(again == "", f"what was committed came again: {again[:200]}")

    def resume_after_restart(self) -> None:
        self.produce(TOPIC, [f"after-{n}" for n in range(RESUMED)], "-p", "1")
        again = self.kcat("-X", "auto.offset.reset=earliest", "-e", "-q", "-G", GROUP, TOPIC).splitlines()
        expect(again == [f"after-{n}" for n in range(RESUMED)], again[:10])

    def before(self) -> dict:
        return {"create_topic": self.create_topic,
                **{f"produce_{codec}": lambda codec=codec: self.produce_codec(codec) for codec in CODECS},
                "idempotent": self.idempotent, "list_offsets": self.list_offsets,
                "group_of_two": self.group_of_two, "rebalance": self.rebalance, "commit": self.commit}

    def after(self) -> dict:
        return {"resume_after_restart": self.resume_after_restart}

    def close(self) -> None:
        for one in self.pair:
            one.kill()
