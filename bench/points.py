"""The points of points.yaml, and what became of them: values by point and broker, in a file, so that a run goes on
where the one before it ended."""
import dataclasses
import datetime
import json
import pathlib
import re
import statistics

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Point:
    id: str
    what: str
    unit: str
    run: str
    what_pt: str = ""
    at_most: float | None = None
    at_most_of_peer: float | None = None
    at_least_of_peer: float | None = None
    at_most_of_device: float | None = None
    plus: float = 0
    peer: str = "apache-kafka"
    table: str = "points"
    slow: str = ""
    test: str = ""

    def limit(self, values: dict[str, list[float]]) -> float | None:
        """What Riacho's median may be; None where nothing limits it or the other side was not measured."""
        of = {self.peer: self.at_most_of_peer or self.at_least_of_peer, "device": self.at_most_of_device}
        for other, factor in of.items():
            if factor and values.get(other):
                return factor * statistics.median(values[other]) + self.plus
        return self.at_most

    def holds(self, values: dict[str, list[float]], slack: float = 1) -> bool | None:
        limit = self.limit(values)
        if limit is None or not values.get("riacho"):
            return None
        median = statistics.median(values["riacho"])
        if self.at_least_of_peer:
            return median * slack >= limit
        # slack is for time alone: other work on the machine slows a start and takes none of its memory
        return median <= limit * (slack if self.unit == "ms" else 1)

    def cell(self, values: list[float]) -> str:
        if not values:
            return "–"
        return f"{self.number(statistics.median(values))} ({self.bare(min(values))}–{self.bare(max(values))})"

    def number(self, value: float) -> str:
        return f"{self.bare(value)} {self.unit}"

    def bare(self, value: float) -> str:
        if value >= 10000 and self.unit == "records/s":
            return f"{value / 1000:.0f} k"
        return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def read_points() -> list[Point]:
    """Of YAML, the little that points.yaml is written in: a list of flat maps."""
    numbers = {field.name for field in dataclasses.fields(Point) if "float" in str(field.type)}
    points = []
    for part in re.split(r"^  - ", (HERE / "points.yaml").read_text(encoding="utf-8"), flags=re.M)[1:]:
        fields = dict(re.findall(r"^\s*(\w+): (.*)$", part, re.M))
        points.append(Point(**{name: float(value) if name in numbers else value for name, value in fields.items()}))
    return points


def sides(points: list[Point], alone: bool) -> list[str]:
    """Who takes turns at these points of one program."""
    if alone:
        return ["riacho"]
    peers = sorted({point.peer for point in points} - {"nobody"})
    has_client = any(point.id.startswith(("produce", "fetch", "java")) for point in points)
    return ["riacho", *peers] + (["answers"] if has_client else [])


class Results:
    """{point: {"commit", "date", "values": {broker: [one for each round]}}}; another commit's values of a point go
    when its first new one comes. Without a path nothing is kept."""

    def __init__(self, path: pathlib.Path | None, commit: str):
        self.path, self.commit = path, commit
        self.found: dict[str, dict] = json.loads(path.read_text()) if path and path.exists() else {}

    def add(self, point: str, broker: str, value: float) -> None:
        entry = self.found.get(point)
        if not entry or entry["commit"] != self.commit:
            entry = self.found[point] = {"commit": self.commit, "values": {}}
        entry["date"] = datetime.date.today().isoformat()
        entry["values"].setdefault(broker, []).append(value)

    def save(self) -> None:
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(self.found, indent=1))

    def values(self, point: str) -> dict[str, list[float]]:
        return self.found.get(point, {}).get("values", {})

    def rounds(self, point: str) -> int:
        """How many rounds of this commit are there."""
        entry = self.found.get(point, {})
        return len(entry["values"].get("riacho", [])) if entry.get("commit") == self.commit else 0
