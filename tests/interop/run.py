#!/usr/bin/env python3
"""Runs one client that is not ours against a broker, restarts the broker in the middle, and writes what it did.

    run.py CLIENT [--broker riacho|apache-kafka]

CLIENT is go_article, kcat, confluent_kafka or kafka_clients. Each step that capabilities.md says the client has
must pass. The results go to build/results/interop/CLIENT-BROKER.json; tools/compatibility.py makes them a table.
With `apache-kafka` the tests themselves are on trial.
"""
import argparse
import datetime
import json
import pathlib
import shutil
import sys
import time
import traceback

import go_article_client
import kcat_client
from harness import tools
from harness.brokers import BROKERS, KAFKA_VERSION, accepts
from harness.process import BUILD, Failure, run

HERE = pathlib.Path(__file__).resolve().parent


class Program:
    """A client that is a program of its own: it prints a line of JSON for each step."""

    def __init__(self, command: list, address: str):
        self.command, self.address = command, address

    def steps(self, part: str) -> list[dict]:
        lines = run([*self.command, part, self.address], 400, stderr=None).stdout.splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def close(self) -> None:
        """It has ended."""


class Driven:
    """A client whose commands are driven from here, step by step."""

    def __init__(self, client):
        self.client, self.close = client, client.close

    def steps(self, part: str) -> list[dict]:
        results = []
        for step, act in getattr(self.client, part)().items():
            try:
                act()
                results.append({"step": step, "result": "passed"})
            except Exception:  # whatever it is, it is this step's result
                results.append({"step": step, "result": "failed", "detail": traceback.format_exc()})
        return results


def python_client(address: str, _folder) -> Program:
    return Program([tools.python(), HERE / "confluent-kafka/client.py"], address)


def java_client(address: str, _folder) -> Program:
    return Program([*tools.java("kafka-clients"), "Client"], address)


def python_version() -> str:
    told = run([tools.python(), "-c", "import confluent_kafka as c; print(c.__version__, c.libversion()[0])"])
    return "{}, librdkafka {}".format(*told.stdout.split())


CLIENTS = {  # name: (how it is made, its version, the broker's settings, the broker's port)
    "go_article": (lambda *a: Driven(go_article_client.GoArticle(*a)), go_article_client.version, {},
                   go_article_client.PORT),
    "kcat": (lambda *a: Driven(kcat_client.Kcat(*a)), kcat_client.version, kcat_client.SETTINGS, None),
    "confluent_kafka": (python_client, python_version, {}, None),
    "kafka_clients": (java_client, lambda: KAFKA_VERSION, {}, None),
}


def capabilities(client: str) -> dict[str, str]:
    """The client's column of capabilities.md: step to `yes`, or to why not."""
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")]
            for line in (HERE / "capabilities.md").read_text().splitlines() if line.startswith("|")]
    column = rows[0].index(client)
    return {row[0].strip("`"): row[column] for row in rows[2:]}


def run_client(client: str, broker_name: str, folder: pathlib.Path) -> list[dict]:
    make, _, settings, port = CLIENTS[client]
    if port and accepts(port):
        raise Failure(f"port {port} is taken by another program, and {client} knows no other")
    with BROKERS[broker_name](folder / broker_name, port, settings) as broker:
        instance = make(broker.address, folder)
        try:
            results = instance.steps("before")
            broker.restart()
            results += instance.steps("after")
        finally:
            instance.close()
        broker.stop()
    return results


def judge(client: str, results: list[dict]) -> list[str]:
    done = {one["step"]: one["result"] for one in results}
    wanted = {step for step, has in capabilities(client).items() if has == "yes"}
    return [f"{step}: {done.get(step, 'was not run')}" for step in sorted(wanted) if done.get(step) != "passed"] + [
        f"{step}: capabilities.md does not say that {client} has it" for step in done if step not in wanted]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("--broker", choices=BROKERS, default="riacho")
    chosen = parser.parse_args()
    folder = BUILD / "interop-run" / f"{chosen.client}-{chosen.broker}"
    shutil.rmtree(folder, ignore_errors=True)
    start = time.monotonic()
    results = run_client(chosen.client, chosen.broker, folder)
    for one in results:
        print(f"{one['result']:6} {one['step']}\n{one.get('detail', '')}".rstrip())
    problems = judge(chosen.client, results)
    kept = BUILD / "results/interop" / f"{chosen.client}-{chosen.broker}.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({
        "client": chosen.client, "version": CLIENTS[chosen.client][1](), "broker": chosen.broker,
        "broker_version": BROKERS[chosen.broker].version(), "date": datetime.date.today().isoformat(),
        "seconds": round(time.monotonic() - start, 1),
        "steps": {one["step"]: one["result"] for one in results}}, indent=1))
    print("\n".join(problems) or f"{chosen.client}: {len(results)} steps passed")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
