#!/usr/bin/env python3
"""Apache Kafka's own DumpLogSegments reads what a broker left after a clean stop.

    dump_log_segments.py [--broker riacho|apache-kafka]

Every .log, .index, .timeindex, .snapshot and .checkpoint file is dumped, with --deep-iteration and the decoders for
offsets and cluster metadata; the newest .checkpoint is loaded into Kafka's own image besides. What counts is what
the tool prints: its exit code is 0 whatever it finds.
"""
import argparse
import pathlib
import re
import shutil
import sys
import time

from harness import tools
from harness.brokers import BROKERS
from harness.process import BUILD, Failure, run
from kcat_client import CODECS, Kcat

SETTINGS = {"num.partitions": "4", "log.segment.bytes": str(1024 * 1024), "log.index.interval.bytes": "4096",
            "log.cleaner.backoff.ms": "500", "metadata.log.max.record.bytes.between.snapshots": "1"}
BAD = re.compile(r"Non-consecutive|mismatch|corrupt|exception|Error:|invalid bytes|isvalid: false|"
                 r"Found \d+ .*bytes at the end|sanity check failed", re.I)
# The tool expects every file to begin at 0 and says so of each that does not, Kafka's own included: only where
# a file's first offset is the one in its name is there nothing wrong.
FIRST_OF_A_FILE = re.compile(r"^Non-consecutive offsets in \S*/0*(\d+)\.log\n  -1 is followed by \1\n(?! )", re.M)
# Compaction leaves gaps; the tool tells of each.
GAPS = re.compile(r"^Non-consecutive offsets in \S*/dump-compacted-0/\d+\.log\n(?:  -?\d+ is followed by \d+\n)+", re.M)
DUMPED = (".log", ".index", ".timeindex", ".snapshot", ".checkpoint")
DECODERS = {"__consumer_offsets": "--offsets-decoder", "__cluster_metadata": "--cluster-metadata-decoder"}
BULK, BULK_RECORDS = "dump-bulk", 3000
COMPACTED, COMPACTED_KEYS, COMPACTED_ROUNDS = "dump-compacted", 50, 40
COMPACTED_CONFIGS = {"cleanup.policy": "compact", "segment.bytes": "1048576", "min.cleanable.dirty.ratio": "0.01",
                     "segment.ms": "1000"}


def fill(broker, folder: pathlib.Path) -> None:
    """Every codec, an idempotent producer, a group that commits, and a partition of several segments."""
    client = Kcat(broker.address, folder)
    try:
        for step in client.before().values():
            step()
    finally:
        client.close()
    lines = [f"{n} " + "x" * 1000 for n in range(BULK_RECORDS)]
    client.produce(BULK, lines, "-p", "0", "-X", "batch.num.messages=40", "-X", "linger.ms=5")


def alter(broker) -> None:
    """By Kafka's own programs: two configurations, one of them taken away again, and more partitions."""
    where = ["--bootstrap-server", broker.address, "--alter"]
    configs = ["kafka.admin.ConfigCommand", *where, "--entity-type", "topics", "--entity-name", BULK]
    for words in ([*configs, "--add-config", "retention.ms=-1,max.message.bytes=2000000"],
                  [*configs, "--delete-config", "retention.ms"],
                  ["org.apache.kafka.tools.TopicCommand", *where, "--topic", BULK, "--partitions", "6"]):
        run([*tools.java("apache-kafka"), *words], 120)


def fill_compacted(broker, folder: pathlib.Path) -> None:
    """The same keys over and over, in every codec, until compaction has come to them."""
    configs = [word for name, value in COMPACTED_CONFIGS.items() for word in ("--config", f"{name}={value}")]
    run([*tools.java("apache-kafka"), "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", broker.address,
         "--create", "--topic", COMPACTED, "--partitions", "1", "--replication-factor", "1", *configs], 120)
    client = Kcat(broker.address, folder)
    try:
        for turn in range(COMPACTED_ROUNDS):
            lines = [f"key-{n}:{turn} " + "x" * 900 for n in range(COMPACTED_KEYS)]
            client.produce(COMPACTED, lines, "-p", "0", "-K", ":", "-z", CODECS[turn % len(CODECS)],
                           "-X", "batch.num.messages=20")
        deadline = time.monotonic() + 120
        offsets = broker.log_folder / "cleaner-offset-checkpoint"
        while not (offsets.exists() and f"{COMPACTED} 0" in offsets.read_text()):
            expect(time.monotonic() < deadline, "compaction comes to the topic")
            time.sleep(0.2)
        read = client.kcat("-C", "-t", COMPACTED, "-p", "0", "-o", "beginning", "-e", "-q", "-f", "%k=%s\n")
        table = dict(line.split(" ", 1)[0].split("=") for line in read.splitlines())
        last = str(COMPACTED_ROUNDS - 1)
        expect(table == {f"key-{n}": last for n in range(COMPACTED_KEYS)}, "a reader has the last values", str(table))
    finally:
        client.close()


def expect(holds: bool, what: str, text: str = "") -> None:
    if not holds:
        raise Failure(f"{what}\n{text[-3000:]}")


def dump(files: list[pathlib.Path], *decoder: str) -> str:
    """The tool's words on these files, after a look for what it says of damage."""
    if not files:
        return ""
    text = run([*tools.java("apache-kafka"), "org.apache.kafka.tools.DumpLogSegments", "--deep-iteration", *decoder,
                "--files", ",".join(map(str, files))], 300).stdout
    judged = GAPS.sub("", FIRST_OF_A_FILE.sub("", text))
    found = BAD.search(judged)
    if found:
        raise Failure(f"{found[0]}:\n{judged[max(0, found.start() - 1500):found.end() + 300]}")
    for path in files:
        expect(path.stat().st_size == 0 or f"Dumping {path}" in text, f"{path}: not a word of it", text)
    return text


def kind_of(path: pathlib.Path) -> str:
    internal = path.parent.name.rsplit("-", 1)[0] if path.suffix in (".log", ".checkpoint") else ""
    return DECODERS.get(internal, "")


def dump_all(folder: pathlib.Path) -> dict[str, str]:
    """Partition to the dump of its .log files; all other files are dumped and judged too."""
    files = sorted(path for suffix in DUMPED for path in folder.glob(f"*/*{suffix}"))
    said: dict[str, str] = {}
    for group in sorted({(path.suffix, kind_of(path)) for path in files}):
        members = [path for path in files if (path.suffix, kind_of(path)) == group]
        text = dump(members, *filter(None, [group[1]]))
        if group[0] == ".log":
            for section in text.split("Dumping ")[1:]:
                path = pathlib.Path(section.split("\n", 1)[0])
                said[path.parent.name] = said.get(path.parent.name, "") + section
    return said


def offsets_in(text: str) -> list[int]:
    """The offsets of the records, in the order of the dump."""
    return [int(number) for number in re.findall(r"^\| offset: (\d+)", text, re.M)]


def check_snapshot(log_folder: pathlib.Path) -> None:
    """Kafka's own reader and image know every topic, its id, partitions and configuration from the last snapshot."""
    snapshots = sorted(log_folder.glob("__cluster_metadata-0/*.checkpoint"))
    expect(bool(snapshots), "there is a snapshot of the metadata")
    dumped = dump(snapshots[-1:], "--cluster-metadata-decoder")
    for part in ("Snapshot end offset: ", "SnapshotHeader", "FEATURE_LEVEL_RECORD", "TOPIC_RECORD", "SnapshotFooter"):
        expect(part in dumped, f"the dump of {snapshots[-1].name} says {part}", dumped)
    loaded = run([*tools.java("apache-kafka"), "LoadSnapshot", snapshots[-1]], 120).stdout
    ids: dict[str, tuple[str, int]] = {}
    for path in log_folder.glob("*/partition.metadata"):
        topic = path.parent.name.rsplit("-", 1)[0]
        if topic != "__cluster_metadata":
            topic_id = re.search(r"^topic_id: (\S+)", path.read_text(), re.M)[1]
            ids[topic] = (topic_id, ids.get(topic, ("", 0))[1] + 1)
    expect(BULK in ids and COMPACTED in ids, "the topics have folders", str(ids))
    for topic, (topic_id, folders) in ids.items():
        found = re.search(rf"^topic {re.escape(topic)} (\S+) (\d+) (.*)$", loaded, re.M)
        expect(bool(found) and found[1] == topic_id and int(found[2]) >= folders, f"Kafka knows {topic}", loaded)
    compacted = re.search(rf"^topic {COMPACTED} .*$", loaded, re.M)[0]
    for name, value in COMPACTED_CONFIGS.items():
        expect(f"{name}={value}" in compacted, f"with {name}", compacted)
    expect(int(re.search(r"^producer ids from (\d+)", loaded, re.M)[1]) > 0, "producer ids were given out", loaded)


def check_contents(said: dict[str, str]) -> None:
    """That the tool has really read what was written."""
    for name, text in said.items():
        offsets = offsets_in(text)
        if name == f"{COMPACTED}-0":
            written = COMPACTED_KEYS * COMPACTED_ROUNDS
            expect(offsets == sorted(set(offsets)) and len(offsets) < written / 2, "it was compacted", str(offsets))
            expect(set(range(written - COMPACTED_KEYS, written)) <= set(offsets), "the last of each key", str(offsets))
            continue
        expect(offsets == list(range(len(offsets))), f"{name}: offsets are not 0, 1, 2 and so on", str(offsets))
    bulk = said[f"{BULK}-0"]
    expect(len(offsets_in(bulk)) == BULK_RECORDS, f"{BULK}-0 has {len(offsets_in(bulk))} records")
    expect(bulk.count("Log starting offset") >= 3, "the bulk topic has several segments", bulk[:500])
    for codec in CODECS:
        text = said[f"kcat-{codec}-0"]
        expect(f"compresscodec: {codec}" in text and len(offsets_in(text)) == 500, f"500 records in {codec}", text)
    commits = "".join(text for name, text in said.items() if name.startswith("__consumer_offsets-"))
    expect(bool(re.search(r'"group":"group-kcat".*"topic":"interop-kcat"', commits)), "the commits", commits)
    metadata = said["__cluster_metadata-0"]
    expect("TOPIC_RECORD" in metadata and "PARTITION_RECORD" in metadata, "the topics' records", metadata)
    for name, value in (("retention.ms", '"-1"'), ("retention.ms", "null"), ("max.message.bytes", '"2000000"')):
        expect(f'"resourceName":"{BULK}","name":"{name}","value":{value}' in metadata, "what was altered", metadata)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", choices=BROKERS, default="riacho")
    chosen = parser.parse_args()
    folder = BUILD / "interop-run" / f"dump-{chosen.broker}"
    shutil.rmtree(folder, ignore_errors=True)
    with BROKERS[chosen.broker](folder / chosen.broker, None, SETTINGS) as broker:
        fill(broker, folder)
        fill_compacted(broker, folder)
        alter(broker)
        broker.stop()
        folders = sorted(path for path in broker.log_folder.iterdir() if path.is_dir())
    said = dump_all(broker.log_folder)
    check_contents(said)
    check_snapshot(broker.log_folder)
    for path in folders:
        expect(path.name.startswith("__cluster_metadata") or (path / "partition.metadata").exists(),
               f"{path.name} has partition.metadata")
    print(f"DumpLogSegments read {len(said)} partitions and found nothing wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
