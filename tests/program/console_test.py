#!/usr/bin/env python3
"""The console on :9021 as a script meets it: its JSON API against the broker of `riacho up`, or, with
RIACHO_TEST_BROKER=apache-kafka, `riacho console` against Apache Kafka."""
import base64
import csv
import http.client
import io
import json
import os
import re
import unittest
import urllib.error
import urllib.request

from program import ProgramTest  # first: it knows where the others are
from harness import tools
from harness.process import Process, free_port, run, wait_until


class ConsoleCase(ProgramTest):
    def setUp(self):
        super().setUp()
        if os.environ.get("RIACHO_TEST_BROKER") == "apache-kafka":
            self.broker = self.started().address
            self.console, _ = self.attach(f"riacho={self.broker}")
            return
        process, port = self.up("up", "--ephemeral")
        self.broker = f"127.0.0.1:{port}"
        self.console = self.address_in(process.out())

    def address_in(self, out: str) -> str:
        found = re.search(r"(?m)^console\s+(http://\S+)\s+ready\b", out)
        return found[1] if found else ""

    def attach(self, *words) -> tuple[str, Process]:
        """`riacho console` over clusters, and where it listens."""
        clusters = [flag for word in words if "=" in word for flag in ("--cluster", word)]
        flags = [word for word in words if "=" not in word]
        process = self.spawn(f"console-{len(words)}", "console", "--listen", "127.0.0.1:0", *clusters, *flags)
        return wait_until(lambda: self.address_in(process.out()), 20, "the console is ready"), process

    def ask(self, method: str, path: str, body: dict | None = None, **fields) -> tuple[int, dict | None]:
        request = urllib.request.Request(f"{self.console}{path}", method=method, headers=fields)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            answer = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read()
        self.headers = answer.headers
        return answer.status, json.loads(text) if text else None

    def api(self, method: str, path: str, body: dict | None = None, **fields) -> tuple[int, dict | None]:
        return self.ask(method, f"/api/v1/clusters/riacho{path}", body, **fields)

    def events(self, path: str) -> list[tuple[str, dict]]:
        """Of a search that ends."""
        with urllib.request.urlopen(f"{self.console}/api/v1/clusters/riacho{path}", timeout=20) as answer:
            text = answer.read().decode()
        return [(name, json.loads(data)) for name, data in re.findall(r"event: (\w+)\ndata: (.*)", text)]

    def series(self, name: str, of: str = "") -> list[float]:
        """What is known of the last minutes."""
        status, metrics = self.api("GET", f"/metrics?name={name}&from=-600000&step=10000{of}")
        self.assertEqual((status, metrics["step"], metrics["series"][0]["name"]), (200, 10_000, name))
        return [value for value in metrics["series"][0]["values"] if value is not None]


class OnAnyCluster(ConsoleCase):
    def test_a_topic_is_added_filled_emptied_and_deleted(self):
        status, made = self.api("POST", "/topics", {"name": "orders", "partitions": 2})
        self.assertEqual((status, made["partitions"], made["replication_factor"]), (201, 2, 1))
        run(["kcat", "-b", self.broker, "-P", "-t", "orders", "-p", "1", "-D", ";"], input="a;b;c")
        _, extended = self.api("POST", "/topics/orders/partitions", {"total": 3})
        self.assertEqual(len(extended["partitions"]), 3)
        partition = extended["partitions"][1]
        self.assertEqual((partition["start"], partition["end"], partition["leader"]), ("0", "3", 1))
        self.assertEqual(extended["summary"]["messages"], "3")
        self.assertGreater(int(extended["summary"]["size"]), 0)
        status, emptied = self.api("POST", "/topics/orders/empty")
        self.assertIn({"partition": 1, "start": "3"}, emptied["partitions"])
        self.assertEqual(self.api("GET", "/topics/orders")[1]["summary"]["messages"], "0")
        self.assertEqual(self.api("DELETE", "/topics/orders"), (204, None))
        status, problem = self.api("GET", "/topics/orders")
        self.assertEqual((status, problem["code"]), (404, "UNKNOWN_TOPIC_OR_PARTITION"))

    def test_errors_are_kafkas_own_or_name_the_place(self):
        self.api("POST", "/topics", {"name": "orders"})
        for body, status, code in (({"name": "orders"}, 409, "TOPIC_ALREADY_EXISTS"),
                                   ({"name": "a b"}, 400, "INVALID_TOPIC_EXCEPTION"),
                                   ({"name": "x", "configs": {"retention.ms": "soon"}}, 400, "INVALID_CONFIG"),
                                   ({"name": "x", "partitions": "2"}, 400, "BAD_REQUEST"),
                                   ({"name": "x", "colour": "red"}, 400, "BAD_REQUEST")):
            found, problem = self.api("POST", "/topics", body)
            self.assertEqual((found, problem["code"], problem["status"]), (status, code, status), problem)
        self.assertIn("colour", self.api("POST", "/topics", {"name": "x", "colour": "red"})[1]["detail"])

    def test_configs_are_shown_changed_and_refused(self):
        self.api("POST", "/topics", {"name": "orders"})
        change = {"changes": [{"name": "retention.ms", "operation": "set", "value": "60000"}]}
        status, configs = self.api("PATCH", "/topics/orders/configs?search=retention.ms", change)
        self.assertEqual(status, 200)
        shown = next(one for one in configs["items"] if one["name"] == "retention.ms")
        self.assertEqual((shown["value"], shown["source"], shown["type"], shown["unit"]),
                         ("60000", "topic", "long", "ms"))
        self.assertTrue(shown["documentation"])
        change["changes"][0]["value"] = "soon"
        self.assertEqual(self.api("PATCH", "/topics/orders/configs", change)[1]["code"], "INVALID_CONFIG")
        _, brokers = self.api("GET", "/brokers")
        broker = brokers["items"][0]["id"]
        _, of_broker = self.api("GET", f"/brokers/{broker}/configs?search=num.partitions")
        self.assertIn("num.partitions", [one["name"] for one in of_broker["items"]])
        self.assertNotIn("num.io.threads", [one["name"] for one in of_broker["items"]])
        _, folders = self.api("GET", f"/brokers/{broker}/log-folders")
        self.assertGreater(int(folders["items"][0]["total"]), 0)

    def test_the_defaults_of_a_new_topic_are_told_with_and_without_topics(self):
        def shown() -> dict:
            status, configs = self.api("GET", "/topic-configs")
            self.assertEqual(status, 200)
            return {one["name"]: one for one in configs["items"]}

        for made in (None, "orders"):
            if made:
                self.api("POST", "/topics", {"name": made, "configs": {"retention.ms": "1000"}})
            configs = shown()
            self.assertIn("follower.replication.throttled.replicas", configs)
            retention = configs["retention.ms"]
            self.assertEqual([retention[name] for name in ("value", "default", "source", "type", "unit", "read_only")],
                             ["604800000", "604800000", "default", "long", "ms", False])
            self.assertTrue(retention["documentation"])
            self.assertNotIn("topic", [one["source"] for one in retention["synonyms"]])
            self.assertIn("compact", configs["cleanup.policy"]["choices"])
        broker = self.api("GET", "/brokers")[1]["items"][0]["id"]
        self.api("PATCH", f"/brokers/{broker}/configs", {"changes": [
            {"name": "log.retention.ms", "operation": "set", "value": "7200000"}]})
        wait_until(lambda: shown()["retention.ms"]["default"] == "7200000", 20, "the broker's own default")
        self.assertEqual(self.api("GET", "/topics")[1]["total"], 1, "asking makes no topic")

    def test_messages_are_found_by_place_text_and_expression(self):
        self.api("POST", "/topics", {"name": "orders"})
        run(["kcat", "-b", self.broker, "-P", "-t", "orders", "-K:"],
            input="".join(f'k{number}:{{"n": {number}}}\n' for number in range(50)))
        found = self.events("/topics/orders/messages?from=earliest&where=value.n%20%3E%3D%2040&limit=5")
        self.assertEqual([message["offset"] for name, message in found if name == "message"],
                         ["40", "41", "42", "43", "44"])
        name, done = found[-1]
        self.assertEqual((name, done["reason"]), ("done", "limit"))
        more = self.events(f"/topics/orders/messages?where=value.n%20%3E%3D%2040&cursor={done['cursor']}")
        self.assertEqual([message["key"]["text"] for name, message in more if name == "message"],
                         ["k45", "k46", "k47", "k48", "k49"])
        self.assertEqual(more[-1][1]["reason"], "end")
        texts = self.events("/topics/orders/messages?from=earliest&text=k17")
        self.assertEqual([message["offset"] for name, message in texts if name == "message"], ["17"])
        status, problem = self.api("GET", "/topics/orders/messages?where=value.n%20%3E%3D")
        self.assertEqual((status, problem["code"], problem["position"]), (400, "BAD_EXPRESSION", 10))

    def test_a_message_is_produced_and_shown_whole(self):
        self.api("POST", "/topics", {"name": "orders", "partitions": 3})
        message = {"key": {"text": "k"}, "value": {"text": "ol\u00e1" * 5000}, "timestamp": "1700000000000",
                   "headers": [{"name": "h", "value": {"base64": "AQID"}}, {"name": "empty", "value": None}]}
        status, made = self.api("POST", "/topics/orders/messages", message)
        self.assertEqual((status, made["offset"], made["timestamp"]), (201, "0", "1700000000000"))
        _, shown = self.api("GET", f"/topics/orders/messages/{made['partition']}/0")
        self.assertEqual(shown["value"], {"format": "text", "text": "ol\u00e1" * 5000, "size": "20000",
                                          "truncated": False, "schema_id": None})
        self.assertEqual([(header["name"], header["value"]["format"]) for header in shown["headers"]],
                         [("h", "hex"), ("empty", "null")])
        again = self.api("POST", "/topics/orders/messages", message)[1]
        self.assertEqual(again["partition"], made["partition"], "a key has one partition")
        by_kcat = run(["kcat", "-b", self.broker, "-P", "-t", "orders", "-K:", "-X", "partitioner=murmur2_random"],
                      input="k:from kcat\n")
        self.assertEqual(by_kcat.returncode, 0)
        _, topic = self.api("GET", "/topics/orders")
        self.assertEqual([one["end"] for one in topic["partitions"] if one["end"] != "0"], ["3"],
                         "the same one that other clients choose")
        self.assertEqual(self.api("GET", "/topics/orders/messages/0/99")[1]["code"], "NO_SUCH_MESSAGE")

    def download(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.console}/api/v1/clusters/riacho{path}", timeout=60) as answer:
            self.headers = answer.headers
            return answer.read()

    def test_messages_are_downloaded_as_json_and_csv_by_the_same_filters(self):
        self.api("POST", "/topics", {"name": "my.orders"})
        run(["kcat", "-b", self.broker, "-P", "-t", "my.orders", "-K:", "-H", "trace=a,b"],
            input="".join(f'k{number}:=n("{number}")\n' for number in range(3000)))
        whole = json.loads(self.download("/topics/my.orders/messages/download?format=json&from=earliest"))
        self.assertEqual(self.headers["Content-Disposition"], 'attachment; filename="my.orders.json"')
        self.assertEqual(self.headers["Content-Type"], "application/json")
        self.assertEqual([message["offset"] for message in whole], [str(n) for n in range(3000)])
        self.assertEqual(whole[7], self.api("GET", "/topics/my.orders/messages/0/7")[1])
        some = "from=earliest&where=offset%20%3E%3D%2010&limit=2"
        lines = self.download(f"/topics/my.orders/messages/download?format=csv&{some}").decode()
        names, *rows = csv.reader(io.StringIO(lines, newline=""))
        self.assertEqual(names, ["partition", "offset", "timestamp", "key", "value", "headers"])
        self.assertEqual([(row[0], row[1], row[3], row[4]) for row in rows],
                         [("0", "10", "k10", "'=n(\"10\")"), ("0", "11", "k11", "'=n(\"11\")")])
        self.assertEqual(json.loads(rows[0][5]), [{"name": "trace", "value": "a,b"}])
        self.assertEqual(self.headers["Content-Disposition"], 'attachment; filename="my.orders.csv"')
        self.assertEqual(self.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(json.loads(self.download("/topics/my.orders/messages/download?format=json&text=nix")), [])
        for query, code in (("format=xml", "BAD_REQUEST"), ("limit=2", "BAD_REQUEST"),
                            ("format=json&where=value.", "BAD_EXPRESSION")):
            status, problem = self.api("GET", f"/topics/my.orders/messages/download?{query}")
            self.assertEqual((status, problem["code"]), (400, code))
        status, problem = self.api("GET", "/topics/none/messages/download?format=csv")
        self.assertEqual((status, problem["code"]), (404, "UNKNOWN_TOPIC_OR_PARTITION"))

    def test_a_key_and_a_value_are_had_as_the_bytes_that_they_are(self):
        self.api("POST", "/topics", {"name": "orders"})
        bytes_ = bytes(range(256)) * 40 + b"<script>"
        self.api("POST", "/topics/orders/messages",
                 {"key": None, "value": {"base64": base64.b64encode(bytes_).decode()}})
        self.assertEqual(self.download("/topics/orders/messages/0/0/value"), bytes_)
        self.assertEqual([self.headers[name] for name in ("Content-Type", "Content-Disposition",
                                                         "X-Content-Type-Options")],
                         ["application/octet-stream", 'attachment; filename="orders-0-0-value.bin"', "nosniff"])
        self.assertEqual(self.api("GET", "/topics/orders/messages/0/0/key"), (204, None))
        for path, code in (("0/1/value", "NO_SUCH_MESSAGE"), ("0/0/topic", "NO_SUCH_PATH"),
                           ("7/0/key", "UNKNOWN_TOPIC_OR_PARTITION"), ("4294967296/0/key", "BAD_REQUEST")):
            self.assertEqual(self.api("GET", f"/topics/orders/messages/{path}")[1]["code"], code, path)

    def test_a_group_is_shown_reset_and_deleted(self):
        self.api("POST", "/topics", {"name": "orders"})
        run(["kcat", "-b", self.broker, "-P", "-t", "orders", "-D", ";"], input="a;b;c")
        reset = {"topics": [{"topic": "orders"}], "to": "offset", "value": "1"}
        _, preview = self.api("POST", "/groups/billing/offsets", reset | {"dry_run": True})
        self.assertEqual((preview["applied"], preview["partitions"][0]["to"]), (False, "1"))
        self.assertEqual(self.api("GET", "/groups/billing")[1]["code"], "GROUP_ID_NOT_FOUND")
        _, moved = self.api("POST", "/groups/billing/offsets", reset)
        self.assertTrue(moved["applied"])
        _, group = self.api("GET", "/groups/billing")
        self.assertEqual((group["summary"]["state"], group["summary"]["lag"]), ("empty", "2"))
        self.assertEqual((group["offsets"][0]["committed"], group["offsets"][0]["lag"]), ("1", "2"))
        self.assertEqual(self.api("GET", "/topics/orders/groups")[1]["items"][0]["group"], "billing")
        self.assertEqual(self.api("GET", "/topics")[1]["items"][0]["lag"], "2")
        self.assertEqual(self.api("GET", "")[1]["attention"][0]["code"], "group_without_members")
        self.assertEqual(self.api("DELETE", "/groups/billing/offsets?topic=orders")[0], 204)
        self.api("POST", "/groups/billing/offsets", reset)
        self.assertEqual(self.api("DELETE", "/groups/billing"), (204, None))
        self.assertEqual(self.api("GET", "/groups")[1]["total"], 0)

    def test_rates_and_lag_over_time_come_from_offsets_alone(self):
        self.api("POST", "/topics", {"name": "orders"})
        produce = ["kcat", "-b", self.broker, "-P", "-t", "orders", "-D", ";"]
        run(produce, input="a;b;c")
        to = {"topics": [{"topic": "orders"}], "to": "offset", "value": "0"}
        self.api("POST", "/groups/billing/offsets", to)
        for of in ("", "&topic=orders", "&group=billing", "&group=billing&topic=orders&partition=0"):
            wait_until(lambda of=of: self.series("lag", of)[-1:] == [3.0], 100, f"a sample of the lag {of}")
        run(produce, input=";".join("x" * 50))
        self.api("POST", "/groups/billing/offsets", to | {"value": "50"})
        for of in ("", "&topic=orders"):
            wait_until(lambda of=of: max(self.series("messages_in", of), default=0) > 0, 100, "messages in")
        for of in ("", "&topic=orders", "&group=billing", "&group=billing&topic=orders"):
            self.assertGreater(max(self.series("messages_out", of)), 0)
        self.assertEqual(self.series("lag", "&group=billing")[-1], 3.0)
        self.assertGreater(self.series("size", "&topic=orders")[-1], 0)
        _, cluster = self.api("GET", "")
        self.assertIsNotNone(cluster["summary"]["messages_in_rate"])
        self.assertIsNotNone(cluster["summary"]["messages_out_rate"])
        self.assertIsNotNone(self.api("GET", "/topics/orders")[1]["summary"]["messages_in_rate"])
        self.assertEqual(self.series("lag", "&group=nobody"), [])
        for query in ("", "?name=colour", "?name=lag&step=1", "?name=lag&partition=0", "?name=lag&from=soon"):
            self.assertEqual(self.api("GET", f"/metrics{query}")[1]["code"], "BAD_REQUEST", query)


@unittest.skipUnless(os.environ.get("RIACHO_TEST_BROKER") == "apache-kafka", "only Kafka has these groups so far")
class OnApacheKafka(ConsoleCase):
    def test_a_group_of_the_newer_protocol_has_its_type_members_and_what_they_read(self):
        self.api("POST", "/topics", {"name": "orders", "partitions": 2})
        run(["kcat", "-b", self.broker, "-P", "-t", "orders", "-D", ";"], input="a;b;c")
        settings = {"bootstrap.servers": self.broker, "group.id": "newer", "group.protocol": "consumer",
                    "client.id": "reader", "auto.offset.reset": "earliest"}
        words = f"import confluent_kafka as k; c = k.Consumer({settings}); c.subscribe(['orders'])\nwhile 1: c.poll(1)"
        consumer = Process([tools.python(), "-c", words], self.folder, "consumer")
        self.addCleanup(consumer.kill)

        def assigned() -> list[dict]:
            _, group = self.api("GET", "/groups/newer")
            return [one for one in group.get("members", []) if one["assignment"]]
        member = wait_until(assigned, 100, "the member has its partitions")[0]
        self.assertEqual((member["client_id"], member["assignment"]),
                         ("reader", [{"topic": "orders", "partitions": [0, 1]}]))
        wait_until(lambda: self.api("GET", "/groups/newer")[1]["summary"]["lag"] == "0", 100, "its commits")
        _, group = self.api("GET", "/groups/newer")
        summary = group["summary"]
        self.assertEqual((summary["type"], summary["state"], summary["members"], summary["protocol_type"]),
                         ("consumer", "stable", 1, None))
        self.assertEqual(group["assignor"], "uniform")
        self.assertEqual({one["member_id"] for one in group["offsets"]}, {member["member_id"]})
        self.assertEqual(self.api("GET", "")[1]["summary"]["kind"], "kafka")


class OnRiacho(ConsoleCase):
    def test_validating_changes_nothing(self):
        status, made = self.api("POST", "/topics?validate_only=true", {"name": "orders"})
        self.assertEqual((status, made["topic_id"]), (200, None))
        self.assertEqual(self.api("GET", "/topics")[1]["total"], 0)

    def test_bytes_and_times_come_from_a_metrics_address(self):
        self.api("POST", "/topics", {"name": "orders"})
        nobody = f"http://127.0.0.1:{free_port()}/metrics"
        attached, _ = self.attach(f"dead={self.broker},metrics={nobody}")
        wait_until(lambda: self.api("GET", "")[1]["bytes_in_rate"] is not None, 100, "two samples")
        run(["kcat", "-b", self.broker, "-P", "-t", "orders"], input="x" * 5000)
        wait_until(lambda: max(self.series("bytes_in", "&topic=orders"), default=0) > 400, 100, "bytes of the topic")
        for name in ("bytes_in", "produce_p99"):
            for of in ("", "&broker=1"):
                self.assertGreater(max(self.series(name, of)), 0, name + of)
        _, cluster = self.api("GET", "")
        self.assertEqual((cluster["summary"]["kind"], cluster["attention"]), ("riacho", []))
        _, requests = self.api("GET", "/requests")
        self.assertEqual([one["state"] for one in requests["addresses"]], ["ready"])
        produce = next(one for one in requests["items"] if one["request"] == "Produce")
        self.assertGreater(produce["p99"], 0)
        self.console = attached
        _, away = self.ask("GET", "/api/v1/clusters/dead")
        self.assertIsNone(away["bytes_in_rate"])
        self.assertEqual([one["code"] for one in away["attention"]], ["metrics_unreachable"])
        _, requests = self.ask("GET", "/api/v1/clusters/dead/requests")
        self.assertEqual((requests["items"], requests["addresses"][0]["state"]), ([], "failed"))
        self.assertIsNotNone(away["summary"]["messages_in_rate"])

    def test_the_cluster_is_described(self):
        self.api("POST", "/topics", {"name": "orders", "partitions": 4})
        status, cluster = self.api("GET", "")
        self.assertEqual(status, 200)
        summary = cluster["summary"]
        self.assertEqual((summary["state"], summary["brokers"], summary["topics"], summary["partitions"]),
                         ("online", 1, 1, 4))
        self.assertEqual(cluster["attention"], [])
        _, listed = self.ask("GET", "/api/v1/clusters")
        self.assertEqual([one["name"] for one in listed["items"]], ["riacho"])

    def test_another_name_and_another_site_are_refused(self):
        status, problem = self.ask("GET", "/api/v1/clusters", Host="rebound.example:9021")
        self.assertEqual((status, problem["code"]), (403, "HOST_REFUSED"))
        status, problem = self.api("POST", "/topics", {"name": "x"}, Origin="http://evil.example")
        self.assertEqual((status, problem["code"]), (403, "ORIGIN_REFUSED"))
        self.assertEqual(self.api("POST", "/topics", {"name": "x"}, Origin=self.console)[0], 201)

    def test_it_attaches_to_clusters_and_reads_only_where_it_is_told_to(self):
        nobody = f"127.0.0.1:{free_port()}"
        self.console, process = self.attach(f"riacho={self.broker}", f"away={nobody},client.id=c", "--read-only")
        status, problem = self.api("POST", "/topics", {"name": "x"})
        self.assertEqual((status, problem["code"]), (403, "READ_ONLY"))
        self.assertTrue(self.ask("GET", "/api/v1/session")[1]["read_only"])
        self.assertEqual(self.api("GET", "/topics")[0], 200)
        _, listed = self.ask("GET", "/api/v1/clusters")
        self.assertEqual([(one["name"], one["bootstrap"]) for one in listed["items"]],
                         [("riacho", [self.broker]), ("away", [nobody])])
        self.assertEqual(process.stop(), 0)

    def test_a_cluster_that_makes_no_sense_is_refused(self):
        for words, part in (([], "--cluster is missing"), (["--cluster", "x"], "expected NAME=HOST:PORT"),
                            (["--cluster", "a=b:1", "--cluster", "a=c:1"], "twice"),
                            (["--cluster", "a=b:1,security.protocol=NONE"], "security.protocol"),
                            (["--cluster", "a=b:1,metrics=b:2"], "metrics: expected http://")):
            done = self.riacho("console", "--listen", "127.0.0.1:0", *words)
            self.assertNotEqual(done.returncode, 0)
            self.assert_one_line(done.stderr, part)

    def open_search(self, query: str) -> http.client.HTTPResponse:
        """Goes on until it is closed."""
        connection = http.client.HTTPConnection(self.console.removeprefix("http://"), timeout=20)
        connection.request("GET", f"/api/v1/clusters/riacho/topics/orders/messages{query}",
                           headers={"Connection": "close"})
        response = connection.getresponse()  # which has the socket from now on
        self.addCleanup(response.close)
        return response

    def test_searches_are_counted_and_a_reader_that_leaves_makes_room(self):
        self.api("POST", "/topics", {"name": "orders"})
        searches = [self.open_search("?live=true") for _ in range(16)]
        self.assertEqual({search.status for search in searches}, {200})
        for path in ("/topics/orders/messages", "/topics/orders/messages/download?format=csv"):
            status, problem = self.api("GET", path)
            self.assertEqual((status, problem["code"]), (429, "TOO_MANY_SEARCHES"))
            self.assertEqual(self.headers["Retry-After"], "1")
        self.assertEqual(self.api("GET", "/topics/orders")[0], 200, "the rest goes on")
        searches[0].close()
        wait_until(lambda: self.open_search("/download?format=csv").status == 200, 20,
                   "the place of who left is free")

    def test_a_download_ends_where_its_reader_leaves_and_is_whole_where_it_stays(self):
        self.api("POST", "/topics", {"name": "orders"})
        run(["kcat", "-b", self.broker, "-P", "-t", "orders"], input=("x" * 1000 + "\n") * 10_000)
        for _ in range(20):  # more than there are places
            reader = self.open_search("/download?format=json&from=earliest")
            self.assertEqual(reader.read(10), b"[\n{\"partit")
            reader.close()
        self.assertEqual(len(json.loads(self.open_search("/download?format=json&from=earliest").read())), 10_000)

    def guarded(self, *words) -> Process:
        """`riacho up` whose console asks for a password and takes a token; it is what is asked from now on."""
        secret = self.folder / "password"
        secret.write_text("open sesame\n")
        process, _ = self.up("guarded", "--ephemeral", "--set", f"console.password.file={secret}", *words,
                             KAFKA_CONSOLE_BEARER_TOKEN="token-of-the-scripts")
        self.console = self.address_in(process.out())
        return process

    def test_whoever_knows_the_password_or_the_token_may_and_nobody_else(self):
        process = self.guarded()
        status, problem = self.ask("GET", "/api/v1/clusters")
        self.assertEqual((status, problem["code"]), (401, "NOT_SIGNED_IN"))
        _, session = self.ask("GET", "/api/v1/session")
        self.assertEqual((session["auth"], session["signed_in"]), ("password", False))
        with urllib.request.urlopen(self.console, timeout=20) as page:
            self.assertIn("<!doctype html>", page.read().decode())
        status, problem = self.ask("POST", "/api/v1/session", {"password": "open sesam"})
        self.assertEqual((status, problem["code"]), (401, "WRONG_PASSWORD"))
        status, session = self.ask("POST", "/api/v1/session", {"password": "open sesame"}, Origin=self.console)
        self.assertEqual((status, session["signed_in"]), (200, True))
        words = self.headers["Set-Cookie"].split("; ")
        self.assertEqual(sorted(words[1:]), ["HttpOnly", "Max-Age=86400", "Path=/", "SameSite=Strict"])
        signed_in = {"Cookie": words[0]}
        self.assertEqual(self.api("POST", "/topics", {"name": "orders"}, **signed_in)[0], 201)
        tail = urllib.request.Request(f"{self.console}/api/v1/clusters/riacho/topics/orders/messages?live=true",
                                      headers=signed_in)
        with urllib.request.urlopen(tail, timeout=20) as answer:
            self.assertTrue(answer.readline().startswith(b"retry: "))
            self.assertEqual(self.ask("DELETE", "/api/v1/session", **signed_in)[0], 204)
            self.assertIn(b'"code":"NOT_SIGNED_IN"', answer.read())  # to its end
        self.assertEqual(self.api("GET", "/topics", **signed_in)[0], 401)
        token = {"Authorization": "Bearer token-of-the-scripts"}
        self.assertEqual(self.api("GET", "/topics", **token)[1]["total"], 1)
        _, configs = self.api("GET", "/brokers/1/configs?search=console", **token)
        self.assertEqual(configs["items"], [])
        self.assertEqual(process.stop(), 0)
        for secret in ("open sesam", "token-of"):
            self.assertNotIn(secret, process.out() + process.err())

    def test_a_console_that_others_reach_says_what_that_means(self):
        anywhere = ("--set", "console.listeners=http://0.0.0.0:0")
        process, _ = self.up("open", "--ephemeral", *anywhere)
        self.assertIn("asks for no password: whoever reaches it may do everything", process.err())
        self.assertNotIn("asks for no password", self.guarded(*anywhere).err())

    def test_a_secret_that_cannot_be_had_stops_the_start(self):
        done = self.riacho("console", "--cluster", "a=b:1", "--password-file", self.folder / "none")
        self.assertEqual(done.returncode, 2)
        self.assert_one_line(done.stderr, "the file cannot be read")
        done = self.riacho("up", "--ephemeral", "--set", "console.password=secret")
        self.assertEqual(done.returncode, 2)
        self.assert_one_line(done.stderr, "console.password: must be 8 to 1024 characters")
        self.assertNotIn("secret", done.stderr)

    def test_the_console_alone_asks_for_a_password_too(self):
        secret = self.folder / "password"
        secret.write_text("open sesame")
        process = self.spawn("alone", "console", "--listen", "127.0.0.1:0", "--cluster", f"riacho={self.broker}",
                             "--password-file", secret, KAFKA_CONSOLE_BEARER_TOKEN="token-of-the-scripts")
        self.console = wait_until(lambda: self.address_in(process.out()), 20, "the console is ready")
        self.assertEqual(self.api("GET", "/topics")[0], 401)
        self.assertEqual(self.api("GET", "/topics", Authorization="Bearer token-of-the-scripts")[0], 200)
        self.assertEqual(self.ask("POST", "/api/v1/session", {"password": "open sesame"})[0], 200)

    def test_what_is_not_there_says_so(self):
        self.assertEqual(self.ask("GET", "/api/v1/clusters/nix/topics")[1]["code"], "NO_SUCH_CLUSTER")
        self.assertEqual(self.ask("GET", "/api/v1/nix")[1]["code"], "NO_SUCH_PATH")
        status, problem = self.ask("PUT", "/api/v1/clusters")
        self.assertEqual((status, problem["code"]), (405, "METHOD_NOT_ALLOWED"))

    def test_the_page_is_served_with_a_policy_and_its_own_addresses(self):
        for path in ("/", "/clusters/riacho/topics", "/clusters/riacho/topics/my.topic"):
            with urllib.request.urlopen(self.console + path, timeout=20) as answer:
                self.assertIn("<!doctype html>", answer.read().decode())
                self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        status, document = self.ask("GET", "/api/v1/openapi.json")
        self.assertEqual((status, document["openapi"]), (200, "3.1.0"))


if __name__ == "__main__":
    unittest.main()
