"""Puts what was measured into docs/performance.md and both READMEs, between markers."""
import statistics

import machine
from harness.brokers import KAFKA_VERSION
from harness.documents import marks, put_between
from harness.process import ROOT
from points import Point, Results, read_points

PEER = f"Apache Kafka {KAFKA_VERSION}"
HEADS = {"points": f"| median (least–most) | Riacho | {PEER} | times better | goal | beside it |",
         "console": "| median (least–most) | Riacho | librdkafka's consumer alone | of it | goal | beside it |"}
IN_READMES = ("first_ack", "memory_idle")
RATE_UNIT = "records/s"
CLIENT_IS_FAST_FROM = 1.3  # times what the faster broker does


def points_of(table_name: str) -> list[Point]:
    return [point for point in read_points() if point.table == table_name]


def ratio(point: Point, values: dict[str, list[float]]) -> float | None:
    """How many times better than who stands beside it: of a rate, ours by theirs; of a cost, the other way round."""
    if not values.get("riacho") or not values.get(point.peer):
        return None
    ours, theirs = statistics.median(values["riacho"]), statistics.median(values[point.peer])
    if ours == 0:  # of idle CPU: less than a tick
        return None
    return ours / theirs if point.unit == RATE_UNIT else theirs / ours


def shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}" if value >= 10 else f"{value:.2f}"


def headroom(point: Point, values: dict[str, list[float]]) -> float | None:
    """How much faster the same client is where nothing is done."""
    if point.unit != RATE_UNIT or not values.get("answers"):
        return None
    fastest = max(statistics.median(values[name]) for name in ("riacho", "apache-kafka") if values.get(name))
    return statistics.median(values["answers"]) / fastest


def verdict(point: Point, values: dict[str, list[float]]) -> str:
    holds, limit = point.holds(values), point.limit(values)
    if holds is None:
        return "–"
    sign = "≥" if point.at_least_of_peer else "≤"
    return f"{'holds' if holds else '**missed**'} ({sign} {point.number(limit)})"


def beside(point: Point, values: dict[str, list[float]]) -> str:
    """What else the row has to be read with."""
    if values.get("device"):
        return f"device alone {point.cell(values['device'])}, at this pace {point.cell(values['device-paced'])}"
    free = headroom(point, values)
    if free is None:
        return ""
    return f"client {shown(free)} × faster" + ("" if free >= CLIENT_IS_FAST_FROM else ", **the limit**")


def table(results: Results, name: str) -> str:
    lines = [HEADS[name], "|---|---|---|---|---|---|"]
    for point in points_of(name):
        values = results.values(point.id)
        if values.get("riacho"):
            cells = [point.what, point.cell(values["riacho"]), point.cell(values.get(point.peer, [])),
                     shown(ratio(point, values)), verdict(point, values), beside(point, values)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def short_table(results: Results, head: str, in_portuguese: str = "") -> str:
    lines = [head, "|---|---|---|---|"]
    for point in read_points():
        values = results.values(point.id)
        if point.id in IN_READMES and values:
            lines.append(f"| {point.what_pt if in_portuguese else point.what} | {point.cell(values['riacho'])}"
                         f" | {point.cell(values['apache-kafka'])} | {shown(ratio(point, values))} |")
    return "\n".join(lines)


def provenance(results: Results, name: str) -> str:
    """Which points came from which commit, when, in how many rounds."""
    runs: dict[str, list[str]] = {}
    for point in points_of(name):
        entry = results.found.get(point.id)
        if entry:
            said = f"{len(entry['values']['riacho'])} rounds at commit {entry['commit']}, {entry['date']}"
            runs.setdefault(said, []).append(point.id)
    parts = [said if len(runs) == 1 else f"{said}: {', '.join(points)}" for said, points in runs.items()]
    return f"{'; '.join(parts)}. In turn on {machine.described()}."


def write(results: Results) -> None:
    for name in HEADS:
        if any(results.values(point.id) for point in points_of(name)):  # a table of which nothing was measured stays
            put_between(ROOT / "docs/performance.md", *marks(name),
                        f"{table(results, name)}\n\n{provenance(results, name)}\n")
    if all(results.values(point).get("apache-kafka") for point in IN_READMES):
        put_between(ROOT / "README.md", *marks("start"),
                    short_table(results, f"| median (least–most) | Riacho | {PEER} | ratio |") + "\n")
        put_between(ROOT / "README.pt-BR.md", *marks("start"),
                    short_table(results, f"| mediana (mínimo–máximo) | Riacho | {PEER} | razão |", "pt") + "\n")
