"""What was acknowledged, and whether a broker keeps it.

The clients' journal (clients/peer.hpp) has a line for each promise:

    records TOPIC PARTITION OFFSET NAME NUMBER COUNT   NAME's records from NUMBER on lie from OFFSET on
    seen TOPIC PARTITION OFFSET VALUE                  a reader was given it; a value is NAME/NUMBER
    ordered NAME                                       idempotent: its numbers count from 0 in each partition
    commit GROUP PARTITION OFFSET
    making TOPIC LIFE NAME=VALUE...                    asked for: from here on it may be there, with these configs
    made TOPIC LIFE                                    its records are TOPIC/LIFE
    altering TOPIC LIFE NAME=VALUE...                  asked for, all or nothing; the value - takes a config away
    altered TOPIC LIFE
    growing TOPIC LIFE COUNT                           asked for: so many partitions
    grown TOPIC LIFE COUNT
    deleting TOPIC LIFE                                asked for: from here on it may be gone
    deleted TOPIC LIFE
    wrong NAME TEXT                                    an answer that no client should ever get

and for each connection `> NAME` (a request goes out), `< NAME` (its answer is there), `x NAME` (it will never come).
"""
import dataclasses
import itertools
import statistics

IN_FLIGHT_LEAST = 8  # connections, at each end
MAIN = "crash"  # the topic that is never deleted
Records = dict[tuple[str, int, int], str]  # (topic, partition, offset): value
Configs = dict[str, str]  # name: value


@dataclasses.dataclass
class Changing:
    """A topic that comes and goes; `life` tells one of that name from the next."""

    life: int
    configs: Configs  # its own, not the broker's
    state: str = "making"
    partitions: int = 1
    altering: Configs | None = None  # what it may have instead, once that was asked for
    growing: int = 0

    def may_have(self) -> list[Configs]:
        return [self.configs] + ([] if self.altering is None else [self.altering])

    def see(self, configs: Configs, partitions: int) -> None:
        """What somebody has seen stays, answered or not."""
        if self.state == "making":
            self.state = "made"
        if configs == self.altering:
            self.configs, self.altering = configs, None
        self.partitions = max(self.partitions, partitions)


def configs_in(words: list[str]) -> Configs:
    return dict(word.split("=", 1) for word in words)


class Promises:
    """What the journal says; `take` reads on."""

    def __init__(self):
        self.topic_records: dict[str, Records] = {}
        self.commits: dict[tuple[str, int], int] = {}
        self.topics: dict[str, Changing] = {}
        self.ordered: set[str] = set()
        self.wrong: list[str] = []
        self.connections: dict[str, str] = {}  # name: the last of > < x
        self.acknowledgements = 0  # answers that promised something
        self.acknowledged_records = 0
        self.alterations = 0  # of topics, acknowledged

    def take(self, line: str) -> None:
        kind, *words = line.split()
        if kind in "><x":
            self.connections[words[0]] = kind
        elif kind == "records":
            self.take_records(words)
        elif kind == "seen":
            self.keep((words[0], int(words[1]), int(words[2])), words[3])
        elif kind == "commit":
            self.commits[words[0], int(words[1])] = int(words[2])
        elif kind == "ordered":
            self.ordered.add(words[0])
        elif kind == "wrong":
            self.wrong.append(" ".join(words))
        else:
            self.take_topic(kind, *words)
        self.alterations += kind in ("altered", "grown")
        self.acknowledgements += kind in ("records", "commit", "made", "altered", "grown", "deleted")

    def take_records(self, words: list[str]) -> None:
        topic, partition, offset, name = words[0], int(words[1]), int(words[2]), words[3]
        number, count = int(words[4]), int(words[5])
        for i in range(count):
            self.keep((topic, partition, offset + i), f"{name}/{number + i}")
        self.acknowledged_records += count

    def keep(self, place: tuple[str, int, int], value: str) -> None:
        other = self.topic_records.setdefault(place[0], {}).setdefault(place, value)
        if other != value:
            self.wrong.append(f"{place} was promised to {other} and to {value}")

    def take_topic(self, kind: str, name: str, life: str, *words: str) -> None:
        if kind == "making":
            self.topics[name] = Changing(int(life), configs_in(words))
        topic = self.topics[name]
        if kind == "altering":
            changed = topic.configs | configs_in(words)
            topic.altering = {config: value for config, value in changed.items() if value != "-"}
        elif kind == "altered":
            if topic.altering is not None:  # nobody saw it before
                topic.configs, topic.altering = topic.altering, None
        elif kind == "growing":
            topic.growing = int(words[0])
        elif kind == "grown":
            topic.partitions = int(words[0])
        else:
            topic.state = kind
        if kind == "deleting":
            self.topic_records.pop(name, None)

    def see(self, found: "Found") -> None:
        """A reader has seen it: from now on it is promised."""
        for name, topic in self.topics.items():
            if name in found.configs:
                topic.see(found.configs[name], found.partitions[name])
            elif topic.state == "deleting":
                topic.state = "deleted"

    def records(self) -> Records:
        return dict(itertools.chain.from_iterable(one.items() for one in self.topic_records.values()))

    def in_flight(self) -> int:
        """Connections that wait for an answer."""
        return sum(last == ">" for last in self.connections.values())


@dataclasses.dataclass
class Found:
    """What a reader finds after the crash."""

    records: Records
    committed: dict[tuple[str, int], int]
    configs: dict[str, Configs]  # of each topic that is there and may go, its own
    partitions: dict[str, int]  # of each of them


def out_of_order(promises: Promises, found: Records) -> list[str]:
    """An idempotent producer's numbers are 0, 1, 2 and so on in each partition: none lost, doubled or swapped."""
    problems, following = [], {}
    for (topic, partition, offset), value in sorted(found.items()):
        name, number = value.split("/")
        if name in promises.ordered:
            wanted = following.get((name, partition), 0)
            if int(number) != wanted:
                problems.append(f"{topic}-{partition}@{offset} has {value}, and {name}/{wanted} was its turn")
            following[name, partition] = int(number) + 1
    return problems


def broken_topic(name: str, topic: Changing, found: Found) -> list[str]:
    is_there = name in found.configs
    if not is_there:
        return [f"{name} was created and is not there"] if topic.state == "made" else []
    if topic.state == "deleted":
        return [f"{name} was deleted and is there"]
    problems = []
    if found.configs[name] not in topic.may_have():
        promised = " or ".join(str(configs) for configs in topic.may_have())
        problems.append(f"{name} has {found.configs[name]}, {promised} was promised")
    if found.partitions[name] not in (topic.partitions, topic.growing or topic.partitions):
        problems.append(f"{name} has {found.partitions[name]} partitions, {topic.partitions} were promised")
    return problems


def broken_topics(promises: Promises, found: Found) -> list[str]:
    problems = []
    for name, topic in promises.topics.items():
        problems += broken_topic(name, topic, found)
    for (name, partition, offset), value in found.records.items():
        if name != MAIN and value != f"{name}/{promises.topics[name].life}":
            problems.append(f"{name}-{partition}@{offset}: {value} was deleted with its topic and came back")
    return problems


def broken(promises: Promises, found: Found) -> list[str]:
    problems = list(promises.wrong)
    problems += [f"{place}: {value} was promised, {found.records.get(place)} is there"
                 for place, value in promises.records().items() if found.records.get(place) != value]
    problems += [f"{group}, partition {partition}: {offset} was committed, {found.committed.get((group, partition))}"
                 f" is there" for (group, partition), offset in promises.commits.items()
                 if found.committed.get((group, partition), -1) < offset]
    return problems + broken_topics(promises, found) + out_of_order(promises, found.records)


@dataclasses.dataclass
class Ends:
    """What each end of a broker's life met."""

    cuts: int = 0
    kills: int = 0
    in_recovery: int = 0
    in_flight: list[int] = dataclasses.field(default_factory=list)
    acknowledgements: list[int] = dataclasses.field(default_factory=list)

    def __str__(self) -> str:
        return (f"{self.cuts} cuts, {self.kills} kills, {self.in_recovery} of them in recovery; at least"
                f" {min(self.in_flight)} connections with a request in flight; the median end after"
                f" {statistics.median(self.acknowledgements):.0f} acknowledgements")

    def unmet(self, least: int) -> list[str]:
        """Why a run of `least` cuts and as many kills proves less than it should."""
        problems = []
        if min(self.cuts, self.kills) < least:
            problems.append(f"{self.cuts} cuts and {self.kills} kills, {least} of each are wanted")
        if self.in_recovery * 10 < self.cuts + self.kills:
            problems.append(f"{self.in_recovery} of {self.cuts + self.kills} ends came during recovery,"
                            f" a tenth is wanted")
        if min(self.in_flight) < IN_FLIGHT_LEAST:
            problems.append(f"{min(self.in_flight)} connections had a request in flight,"
                            f" {IN_FLIGHT_LEAST} are wanted")
        if statistics.median(self.acknowledgements) < 500:
            problems.append(f"the median end came after {statistics.median(self.acknowledgements)} acknowledgements,"
                            f" 500 are wanted")
        return problems
