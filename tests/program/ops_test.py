#!/usr/bin/env python3
"""What :9101 tells: metrics that promtool takes and docs/metrics.md lists, readiness, life.

`--fix` writes the table of docs/metrics.md.
"""
import re
import shutil
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

from program import ProgramTest  # first: it knows where the others are
from harness.documents import marks, put_between, read_between
from harness.process import ROOT, run

DOCUMENT = ROOT / "docs/metrics.md"
PROMTOOL = shutil.which("promtool") or ROOT / ".tools/promtool"


def value(page: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", page, re.M)
    if not found:
        raise AssertionError(f"no series {series} in\n{page}")
    return float(found[1])


class OpsTest(ProgramTest):
    def started(self) -> tuple[str, str, object]:
        """The addresses of the broker and of ops."""
        process, port = self.up("up", "--ephemeral")
        found = re.search(r"(?m)^ops\s+(\S+)\s+ready\b", process.out())
        self.assertTrue(found, process.out())
        return f"127.0.0.1:{port}", found[1], process

    def get(self, address: str, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{address}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def traffic(self, address: str):
        run(["kcat", "-b", address, "-P", "-t", "orders", "-D", ";"], input="a;b;c")
        run(["kcat", "-b", address, "-C", "-t", "orders", "-e", "-q"])

    def test_metrics_count_what_clients_do_under_the_names_of_the_usual_rules(self):
        broker, ops, _ = self.started()
        self.traffic(broker)
        status, page = self.get(ops, "/metrics")
        self.assertEqual(status, 200)
        prefix = "kafka_server_brokertopicmetrics_"
        for label in ("", '{topic="orders"}'):
            self.assertEqual(value(page, f"{prefix}messagesin_total{label}"), 3)
            self.assertEqual(value(page, f"{prefix}bytesout_total{label}"),
                             value(page, f"{prefix}bytesin_total{label}"))
        self.assertEqual(value(page, 'kafka_log_log_logendoffset{topic="orders",partition="0"}'), 3)
        self.assertGreater(value(page, 'kafka_log_log_size{topic="orders",partition="0"}'), 0)
        times = 'kafka_network_requestmetrics_totaltimems'
        for request in ("Produce", "Fetch", "FetchConsumer", "Metadata"):
            self.assertGreater(value(page, f'{times}{{request="{request}",quantile="0.99"}}'), 0)
            self.assertGreaterEqual(value(page, f'{times}_count{{request="{request}"}}'), 1)
        waits = 'riacho_request_stage_seconds_sum{{request="{}",stage="{}"}}'
        self.assertGreaterEqual(value(page, waits.format("Fetch", "total")),
                                value(page, waits.format("Fetch", "remote")))
        self.assertEqual(value(page, "kafka_controller_kafkacontroller_activecontrollercount"), 1)
        self.assertGreater(value(page, "process_resident_memory_bytes"), 1e6)
        self.assertGreaterEqual(value(page, 'kafka_network_requestmetrics_errors_total'
                                            '{request="Produce",error="NONE"}'), 1)
        self.assertGreater(value(page, 'riacho_shard_cpu_seconds_total{shard="0"}'), 0)
        self.assertLessEqual(value(page, "kafka_network_socketserver_networkprocessoravgidle_percent"), 1)

    def test_promtool_finds_nothing_wrong_with_the_page(self):
        broker, ops, _ = self.started()
        self.traffic(broker)
        page = self.get(ops, "/metrics")[1]
        # Kafka's own names are what dashboards ask for, with milliseconds and abbreviations in them.
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=page, capture_output=True, text=True, timeout=60)
        complaints = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("kafka_")]
        self.assertEqual(complaints, [])

    def test_every_family_is_in_the_documentation(self):
        broker, ops, _ = self.started()
        self.traffic(broker)
        page = self.get(ops, "/metrics")[1]
        kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.M))
        families = re.findall(r"^# HELP (\S+) (.*)$", page, re.M)
        table = "| name | type | what it is |\n|---|---|---|\n" + "".join(
            f"| `{name}` | {kinds[name]} | {about} |\n" for name, about in families)
        if "--fix" in sys.argv:
            put_between(DOCUMENT, *marks("metrics"), table)
        self.assertEqual(read_between(DOCUMENT, *marks("metrics")), table, "tests/program/ops_test.py --fix")

    def test_ready_and_live_say_so(self):
        _, ops, process = self.started()
        self.assertEqual(self.get(ops, "/ready"), (200, "ready\nbroker: ready\n"))
        self.assertEqual(self.get(ops, "/live"), (200, "live\n"))
        self.assertEqual(self.get(ops, "/nothing")[0], 404)
        self.assertEqual(process.stop(), 0)

    def test_the_broker_alone_has_no_ops(self):
        process, _ = self.up("alone", "--ephemeral", "--only", "broker")
        self.assertNotRegex(process.out(), r"(?m)^ops")


if __name__ == "__main__":
    unittest.main(argv=[word for word in sys.argv if word != "--fix"])
