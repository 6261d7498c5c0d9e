"""The journals of clients, read into histories. README.md says what a line looks like."""
import dataclasses
import json
import pathlib
import typing
from collections import defaultdict

Place = tuple[str, int]  # topic, partition
Line = dict[str, typing.Any]

STATES = ("sent", "acked", "failed", "unknown")
NEEDED = {
    "run": (), "producer": ("client",), "consumer": ("client", "group"),
    "produce": ("client", "state", "topic", "value"), "fetch": ("client", "topic", "partition", "records"),
    "assigned": ("client", "partitions"), "revoked": ("client", "partitions"),
    "seek": ("client", "topic", "partition"),
    "commit": ("client", "state", "group", "topic", "partition", "offset"),
    "committed": ("client", "group", "topic", "partition", "offset"),
    "log": ("topic", "partition", "records"),
}


class Malformed(Exception):
    """A journal that is none: whoever wrote it is to be mended."""


@dataclasses.dataclass
class Produced:
    client: str
    order: int  # of sending, or the producer's sequence
    state: str = "sent"
    partition: int | None = None
    offset: int | None = None
    producer: typing.Any = None


@dataclasses.dataclass
class Commit:
    """A change of a group's position, or (`fetched`) a look at it: from when to when it was under way."""

    client: str
    offset: int
    begun: float
    ended: float | None = None
    state: str = "sent"


@dataclasses.dataclass
class Log:
    """What a partition holds in the end."""

    records: dict[int, str] = dataclasses.field(default_factory=dict)
    start: int = 0


@dataclasses.dataclass
class History:
    name: str = ""
    sent: dict[tuple[str, str], Produced] = dataclasses.field(default_factory=dict)  # by topic and value
    idempotent: set[str] = dataclasses.field(default_factory=set)
    groups: dict[str, str] = dataclasses.field(default_factory=dict)  # of a client
    late_groups: set[str] = dataclasses.field(default_factory=set)  # which do not begin at the earliest record
    fetched: dict[Place, dict[str, list[tuple[int, str] | None]]] = dataclasses.field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list)))  # by client; None: a new beginning
    assigned: dict[tuple[str, int, Place], set[str]] = dataclasses.field(
        default_factory=lambda: defaultdict(set))  # by group, generation and place
    commits: dict[tuple[str, Place], list[Commit]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    looks: dict[tuple[str, Place], list[Commit]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    logs: dict[Place, Log] = dataclasses.field(default_factory=lambda: defaultdict(Log))
    contradictions: list[str] = dataclasses.field(default_factory=list)
    lines: int = 0

    def take(self, line: Line, at: float) -> None:
        self.lines += 1
        getattr(self, "take_" + line["op"])(line, at)

    def take_producer(self, line: Line, _at: float) -> None:
        if line.get("idempotent"):
            self.idempotent.add(line["client"])

    def take_consumer(self, line: Line, _at: float) -> None:
        self.groups[line["client"]] = line["group"]
        if line.get("from", "earliest") != "earliest":
            self.late_groups.add(line["group"])

    def take_produce(self, line: Line, _at: float) -> None:
        key = (line["topic"], line["value"])
        if line["state"] == "sent":
            if key in self.sent:
                raise Malformed(f"{key[1]!r} is sent twice to {key[0]}; a client's own retries are not journalled")
            self.sent[key] = Produced(line["client"], line.get("sequence", len(self.sent)),
                                      partition=line.get("partition"), producer=line.get("producer"))
            return
        record = self.sent.get(key)
        if record is None or record.client != line["client"]:
            raise Malformed(f"{line['client']} has an outcome for {key[1]!r}, which it has not sent to {key[0]}")
        if line["state"] != "acked":
            record.state = line["state"]
            return
        if "partition" not in line or "offset" not in line:
            raise Malformed(f"{line['client']} was acknowledged {key[1]!r} without a partition and an offset")
        place = (line["partition"], line["offset"])
        if record.state == "acked" and place != (record.partition, record.offset):
            self.contradictions.append(f"{key[1]!r} was acknowledged at {record.offset} and at {place[1]}")
        record.state, (record.partition, record.offset) = "acked", place

    def take_fetch(self, line: Line, _at: float) -> None:
        seen = self.fetched[line["topic"], line["partition"]][line["client"]]
        seen.extend((offset, value) for offset, value in line["records"])

    def take_seek(self, line: Line, _at: float) -> None:
        self.fetched[line["topic"], line["partition"]][line["client"]].append(None)

    def take_assigned(self, line: Line, _at: float) -> None:
        for topic, partition in line["partitions"]:
            self.fetched[topic, partition][line["client"]].append(None)
            group = line.get("group") or self.groups.get(line["client"])
            if group and "generation" in line:
                self.assigned[group, line["generation"], (topic, partition)].add(line["client"])

    def take_revoked(self, line: Line, _at: float) -> None:
        for topic, partition in line["partitions"]:
            self.fetched[topic, partition][line["client"]].append(None)

    def take_commit(self, line: Line, at: float) -> None:
        commits = self.commits[line["group"], (line["topic"], line["partition"])]
        if line["state"] == "sent":
            commits.append(Commit(line["client"], line["offset"], at))
            return
        for one in commits:
            if (one.client, one.offset, one.state) == (line["client"], line["offset"], "sent"):
                one.state, one.ended = line["state"], at
                return
        raise Malformed(f"{line['client']} has an outcome for a commit of {line['offset']} that it has not sent")

    def take_committed(self, line: Line, at: float) -> None:
        look = Commit(line["client"], line["offset"], line.get("since", at), at, "acked")
        self.looks[line["group"], (line["topic"], line["partition"])].append(look)

    def take_log(self, line: Line, _at: float) -> None:
        log = self.logs[line["topic"], line["partition"]]
        log.start = max(log.start, line.get("start", 0))
        for offset, value in line["records"]:
            if log.records.setdefault(offset, value) != value:
                self.contradictions.append(f"{line['topic']}-{line['partition']}@{offset} is {log.records[offset]!r} "
                                           f"and {value!r}")


def lines_of(path: pathlib.Path) -> typing.Iterator[Line]:
    """Whole lines: the last one may have been cut off with its writer."""
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            if not text.endswith("\n"):
                return
            try:
                line = json.loads(text)
                missing = [name for name in NEEDED[line["op"]] if name not in line]
            except (ValueError, KeyError, TypeError) as error:
                raise Malformed(f"{path}:{number}: {error!r} in {text.strip()[:200]}") from error
            if missing or line.get("state", "sent") not in STATES:
                raise Malformed(f"{path}:{number}: {missing or 'an unknown state'} in {text.strip()[:200]}")
            yield line


def histories(paths: list[pathlib.Path]) -> typing.Iterator[History]:
    """One for all journals together; or, where lines of `run` divide a journal, one for each of them."""
    lines = [line for path in paths for line in lines_of(path)]
    divided = any(line["op"] == "run" for line in lines)
    timed = all("at" in line for line in lines if line["op"] in ("commit", "committed"))
    if len(paths) > 1 and (divided or not timed):
        raise Malformed("several journals of one history have no `run`, and commits in them say when: `at`")
    if len(paths) > 1:
        lines = in_order(lines)
    history = History()
    for number, line in enumerate(lines):
        if line["op"] == "run":
            if history.lines:
                yield history
            history = History(str(line.get("name", "")))
            continue
        history.take(line, line.get("at", number))
    yield history


def in_order(lines: list[Line]) -> list[Line]:
    """What is sent comes before what came of it, whichever journal is read first; each client's own order stays."""
    sent = [line for line in lines if line.get("state") == "sent"]
    rest = [line for line in lines if line.get("state") != "sent"]
    return sent + rest
