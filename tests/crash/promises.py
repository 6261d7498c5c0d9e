"""What was acknowledged, and whether a broker keeps it.

A client's journal has a line for each promise: `record PARTITION OFFSET VALUE`, `commit PARTITION OFFSET`,
`made TOPIC`, `deleting TOPIC` (asked for: from here on it may be gone), `deleted TOPIC`. `ordered` in its first line
says that the producer is idempotent. A value is NAME/NUMBER, the numbers counting from 0 in each partition.
"""
import dataclasses
import pathlib

Records = dict[tuple[int, int], str]  # (partition, offset): value


class Promises:
    """What the journals say."""

    def __init__(self, journals: list[pathlib.Path]):
        self.records: Records = {}
        self.commits: dict[int, int] = {}
        self.made: set[str] = set()
        self.maybe: set[str] = set()
        self.deleted: set[str] = set()
        self.ordered: set[str] = set()
        for path in journals:
            text = path.read_text()
            for line in text[:text.rfind("\n") + 1].splitlines():  # a last line may be half written
                self.take(path.stem, *line.split())

    def take(self, name: str, kind: str, *words: str) -> None:
        if kind == "record":
            place = (int(words[0]), int(words[1]))
            other = self.records.setdefault(place, words[2])
            assert other == words[2], f"{place} was acknowledged for {other} and for {words[2]}"
        elif kind == "commit":
            self.commits[int(words[0])] = int(words[1])
        elif kind == "ordered":
            self.ordered.add(name)
        else:
            {"made": self.made, "deleting": self.maybe, "deleted": self.deleted}[kind].add(words[0])


@dataclasses.dataclass
class Found:
    """What a reader finds after the crash."""

    records: Records
    committed: dict[int, int]
    topics: set[str]


def out_of_order(promises: Promises, found: Records) -> list[str]:
    """An idempotent producer's numbers are 0, 1, 2 and so on in each partition: none lost, doubled or swapped."""
    problems, following = [], {}
    for (partition, offset), value in sorted(found.items()):
        name, number = value.split("/")
        if name in promises.ordered:
            wanted = following.get((name, partition), 0)
            if int(number) != wanted:
                problems.append(f"{partition}@{offset} has {value}, and {name}/{wanted} was its turn")
            following[name, partition] = int(number) + 1
    return problems


def broken(promises: Promises, found: Found) -> list[str]:
    problems = [f"{partition}@{offset}: {value} was acknowledged, {found.records.get((partition, offset))} is there"
                for (partition, offset), value in promises.records.items()
                if found.records.get((partition, offset)) != value]
    problems += [f"partition {partition}: {offset} was committed, {found.committed.get(partition)} is there"
                 for partition, offset in promises.commits.items() if found.committed.get(partition, -1) < offset]
    problems += [f"{topic} was created and is not there" for topic in promises.made - promises.maybe - found.topics]
    problems += [f"{topic} was deleted and is there" for topic in promises.deleted & found.topics]
    return problems + out_of_order(promises, found.records)
