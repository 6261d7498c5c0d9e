#!/usr/bin/env python3
"""The library's connection against three nodes of Apache Kafka (KRaft, three replicas): everything once, then traffic
while a node is killed and comes back. What was acknowledged is there, and questions find the new leaders.
"""
import contextlib
import re
import shutil
import sys
import threading
import time

from clusters import BUILD, STEPS, Failure, Node, drive, ports

SECONDS = 40


class Traffic(threading.Thread):
    """Writes and asks. A node dies with the thread that started it, so nodes are the main thread's and this is not."""

    def __init__(self, properties: dict[str, str]):
        super().__init__()
        self.properties, self.lines = properties, []

    def run(self) -> None:
        self.lines = drive(self.properties, "traffic", SECONDS, seconds=240)


def main() -> int:
    folder = BUILD / "interop-run/link-three-nodes"
    shutil.rmtree(folder, ignore_errors=True)
    taken = ports(6)
    problems = []
    with contextlib.ExitStack() as stack:
        nodes = [Node(folder / f"node-{number}", number, taken[:3], taken[3:]) for number in range(3)]
        for node in nodes:
            stack.callback(lambda one=node: one.process and one.process.kill())
            node.launch()
        for node in nodes:
            node.wait_ready(120)
        properties = {"bootstrap.servers": ",".join(node.address for node in nodes)}
        lines = drive(properties, "exercise")
        print("three nodes", *lines, sep="\n  ")
        if len(lines) < STEPS or any(not line.startswith("passed") for line in lines):
            problems.append("not everything passed on three nodes")
        traffic = Traffic(properties)
        traffic.start()
        time.sleep(SECONDS / 5)
        nodes[0].kill()  # the first server that is named: the others are found without it
        time.sleep(SECONDS / 5)
        nodes[0].launch()
        traffic.join()
        print("traffic while a node dies and comes back", *traffic.lines, sep="\n  ")
        tally = re.search(r"acknowledged (\d+), without an answer (\d+), missing (\d+)", "\n".join(traffic.lines))
        if not tally or int(tally[3]) != 0 or int(tally[1]) < 100:
            problems.append("what was acknowledged is not all there, or too little was")
        nodes[0].wait_ready(120)
        lines = drive(properties, "connect")
        print(*lines)
        if lines[-1:] != ["connected to 3 brokers"]:
            problems.append("the node that came back is not known")
    print("\n".join(problems) or "all as it should be")
    return bool(problems)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(str(failure))
