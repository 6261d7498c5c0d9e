#!/usr/bin/env python3
"""Judges what clients journalled: is a record lost, doubled, reordered, changed or from nowhere, did a group's position
go back, did it pass over something?

    checker.py [--require NAME=COUNT]... JOURNAL...

Exit code 0: nothing found; 1: something was, a line for each; 2: a journal makes no sense, or has less than required.
README.md says what a journal looks like and what each finding means.
"""
import argparse
import pathlib
import sys
import typing
from collections import Counter, defaultdict

from journal import Commit, History, Malformed, Place, histories


class Finding(typing.NamedTuple):
    kind: str  # lost, doubled, reordered, phantom, changed, went_back, passed_over, assigned_twice
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


def at(place: Place, offset: int) -> str:
    return f"{place[0]}-{place[1]}@{offset}"


def lost(history: History) -> typing.Iterator[Finding]:
    """What was acknowledged is there, at its offset."""
    for (topic, value), record in history.sent.items():
        if record.state != "acked" or record.offset is None or record.partition is None:
            continue  # the latter two: never, and types do not know
        log = history.logs.get((topic, record.partition))
        if log is None or record.offset < log.start:
            continue
        found = log.records.get(record.offset)
        if found != value:
            yield Finding("lost", f"{at((topic, record.partition), record.offset)} was acknowledged to {record.client}"
                                  f" for {value!r}, {found!r} is there")


def doubled_or_reordered(history: History) -> typing.Iterator[Finding]:
    """An idempotent producer's records are in a partition once, and in the order in which they were sent."""
    for place, log in history.logs.items():
        last: dict[typing.Any, tuple[int, str]] = {}
        seen: dict[str, int] = {}
        for offset, value in sorted(log.records.items()):
            record = history.sent.get((place[0], value))
            if record is None or record.client not in history.idempotent:
                continue
            if value in seen:
                yield Finding("doubled", f"{at(place, offset)} has {value!r}, and {at(place, seen[value])} has it too")
                continue
            seen[value] = offset
            who = (record.client, record.producer)
            if who in last and last[who][0] > record.order:
                yield Finding("reordered", f"{at(place, offset)} has {value!r} behind {last[who][1]!r},"
                                           f" and {record.client} sent it before")
            last[who] = max(last.get(who, (record.order, value)), (record.order, value))


def phantom(history: History) -> typing.Iterator[Finding]:
    """Everything that is there, or was read, was sent there, and not refused."""
    values: dict[tuple[Place, str], int] = {}
    for place, log in history.logs.items():
        values |= {(place, value): offset for offset, value in log.records.items()}
    for place, by_client in history.fetched.items():
        values |= {(place, one[1]): one[0] for seen in by_client.values() for one in seen if one}
    for (place, value), offset in values.items():
        record = history.sent.get((place[0], value))
        if record is None:
            yield Finding("phantom", f"{at(place, offset)} has {value!r}, which nobody sent")
        elif record.state == "failed":
            yield Finding("phantom", f"{at(place, offset)} has {value!r}, which was refused to {record.client}")
        elif record.partition not in (None, place[1]):
            yield Finding("phantom", f"{at(place, offset)} has {value!r}, sent to partition {record.partition}")


def changed(history: History) -> typing.Iterator[Finding]:
    """What was read is what was there for everybody, then and in the end."""
    for text in history.contradictions:
        yield Finding("changed", text)
    for place, by_client in history.fetched.items():
        log = history.logs.get(place)
        known: dict[int, tuple[str, str]] = {}
        for client, seen in by_client.items():
            for offset, value in filter(None, seen):
                before, who = known.setdefault(offset, (value, client))
                if before != value:
                    yield Finding("changed", f"{at(place, offset)} was {before!r} for {who} and {value!r} for {client}")
                elif log and offset >= log.start and log.records.get(offset) != value and who == client:
                    yield Finding("changed", f"{at(place, offset)} was read by {client} as {value!r},"
                                             f" {log.records.get(offset)!r} is there")


def out_of_turn(history: History) -> typing.Iterator[Finding]:
    """From one beginning on, a consumer sees each record once, in order, and none is left out."""
    for place, by_client in history.fetched.items():
        log = history.logs.get(place)
        for client, seen in by_client.items():
            last: int | None = None
            for one in seen:
                offset = one[0] if one else None
                if offset is not None and last is not None:
                    if offset <= last:
                        yield Finding("doubled" if offset == last else "reordered",
                                      f"{client} was given {at(place, offset)} after {at(place, last)}")
                    missed = [o for o in range(last + 1, offset) if log and o >= log.start and o in log.records]
                    if missed:
                        yield Finding("passed_over", f"{client} was given {at(place, offset)} after {at(place, last)},"
                                                     f" and not {missed[:3]}")
                last = offset


def passed_over(history: History) -> typing.Iterator[Finding]:
    """What lies below a group's committed position was given to a member of the group."""
    read: dict[tuple[str, Place], set[int]] = defaultdict(set)
    for place, by_client in history.fetched.items():
        for client, seen in by_client.items():
            if client in history.groups:
                read[history.groups[client], place] |= {one[0] for one in seen if one}
    members = set(history.groups.values())
    for (group, place), commits in history.commits.items():
        log = history.logs.get(place)
        if log is None or group in history.late_groups or group not in members:
            continue
        end = max((one.offset for one in commits if one.state == "acked"), default=0)
        missed = [o for o in sorted(log.records) if log.start <= o < end and o not in read[group, place]]
        if missed:
            yield Finding("passed_over", f"{group} committed {at(place, end)} and was never given {missed[:5]}")


def may_see(commits: list[Commit], look: Commit) -> set[int]:
    """The positions that a look may find: a register's, each change under way from `begun` to `ended`."""
    done = [one for one in commits if one.state == "acked" and one.ended is not None and one.ended < look.begun]
    latest = max((one.begun for one in done), default=None)
    if latest is None:
        allowed = {-1}
    else:
        allowed = {one.offset for one in done if one.ended is not None and one.ended >= latest}
    for one in commits:
        is_done = one.state == "acked" and one.ended is not None and one.ended < look.begun
        if one.state != "failed" and not is_done and look.ended is not None and one.begun <= look.ended:
            allowed.add(one.offset)
    return allowed


def went_back(history: History) -> typing.Iterator[Finding]:
    """A group's position is the one that was acknowledged last, or one that was asked for since."""
    for (group, place), looks in history.looks.items():
        commits = history.commits.get((group, place), [])
        for look in looks:
            allowed = may_see(commits, look)
            if look.offset not in allowed:
                yield Finding("went_back", f"{group} is at {at(place, look.offset)}, it may be at {sorted(allowed)}")


def assigned_twice(history: History) -> typing.Iterator[Finding]:
    """In one generation a partition has one owner."""
    for (group, generation, place), owners in history.assigned.items():
        if len(owners) > 1:
            yield Finding("assigned_twice", f"{place[0]}-{place[1]} is {' and '.join(sorted(owners))}'s"
                                            f" in generation {generation} of {group}")


RULES = (lost, doubled_or_reordered, phantom, changed, out_of_turn, passed_over, went_back, assigned_twice)


def findings(history: History) -> list[Finding]:
    return [finding for rule in RULES for finding in rule(history)]


def counts(history: History) -> Counter[str]:
    """How much there was to judge: a history of nothing has no faults."""
    states = Counter(record.state for record in history.sent.values())
    commits = [one for per_place in history.commits.values() for one in per_place]
    seen = [one for by_client in history.fetched.values() for per_client in by_client.values() for one in per_client]
    return Counter({"histories": 1, "sent": len(history.sent), "acked": states["acked"], "failed": states["failed"],
                    "fetched": sum(one is not None for one in seen), "commits": len(commits),
                    "acked_commits": sum(one.state == "acked" for one in commits),
                    "looks": sum(map(len, history.looks.values())),
                    "assignments": sum(map(len, history.assigned.values())),
                    "kept": sum(len(log.records) for log in history.logs.values())})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--require", action="append", default=[], metavar="NAME=COUNT")
    parser.add_argument("journals", nargs="+", type=pathlib.Path)
    chosen = parser.parse_args()
    total: Counter[str] = Counter()
    found = 0
    try:
        for history in histories(chosen.journals):
            total.update(counts(history))
            for finding in findings(history):
                found += 1
                print(f"{history.name}: {finding}" if history.name else finding)
    except Malformed as error:
        print(error, file=sys.stderr)
        return 2
    print(", ".join(f"{count} {name}" for name, count in total.items()))
    for name, _, least in (one.partition("=") for one in chosen.require):
        if total[name] < int(least):
            print(f"{total[name]} {name}, and {least} are required", file=sys.stderr)
            return 2
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
