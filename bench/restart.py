"""How long a start takes after kill -9, from exec to the first acknowledged record, by how much data there is."""
import pathlib
import shutil

from harness.brokers import BROKERS
from load import load
from start import timed_start

SIZES = {"restart_1gb": 10**9, "restart_20gb": 20 * 10**9}


def measure(name: str, folder: pathlib.Path, wanted: set[str]) -> dict[str, float]:
    found = {}
    for point in wanted & set(SIZES):
        shutil.rmtree(folder, ignore_errors=True)
        broker = BROKERS[name](folder)
        try:
            broker.start()
            load(broker, "produce", topic="data", partitions=8, connections=8, seconds=3600, bytes=SIZES[point])
            broker.kill()
            found[point] = timed_start(broker)
        finally:
            broker.kill()
            shutil.rmtree(folder, ignore_errors=True)
    return found
