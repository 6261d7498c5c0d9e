#!/usr/bin/env python3
"""The library's connection against one node of Apache Kafka with TLS and SASL: what opens the door, and what each
wrong thing is called.
"""
import shutil
import signal
import subprocess
import sys
import time

from clusters import BUILD, STEPS, Failure, SecuredKafka, drive
from harness.brokers import Riacho
from harness.process import Process, run, wait_until
from token_endpoint import TokenEndpoint, token


def sasl(mechanism: str, password: str = "secret", user: str = "ana") -> dict[str, str]:
    module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
    return {"sasl.mechanism": mechanism, "sasl.jaas.config":
            f'org.apache.kafka.common.security.{module} required username="{user}" password="{password}";'}


class Secured:
    def __init__(self, kafka: SecuredKafka):
        self.kafka, self.problems = kafka, []
        self.ca = {"ssl.truststore.location": str(kafka.certificates / "ca.pem"), "ssl.truststore.type": "PEM"}
        self.identity = {"ssl.keystore.location": str(kafka.certificates / "client.pem"), "ssl.keystore.type": "PEM"}

    def connect(self, what: str, wanted: str, listener: str, protocol: str, properties: dict[str, str]) -> None:
        settings = {"bootstrap.servers": self.kafka.at(listener), "security.protocol": protocol,
                    "default.api.timeout.ms": "8000"} | properties
        lines = drive(settings, "connect", seconds=30)
        passed = bool(lines) and lines[-1].startswith(wanted)
        print("passed" if passed else "failed", what, "|", *lines)
        if not passed:
            self.problems.append(f"{what}: {wanted!r} was expected")

    def exercise(self, what: str, listener: str, protocol: str, properties: dict[str, str]) -> None:
        settings = {"bootstrap.servers": self.kafka.at(listener), "security.protocol": protocol} | properties
        lines = drive(settings, "exercise")
        print(what, *lines, sep="\n  ")
        if len(lines) < STEPS or any(not line.startswith("passed") for line in lines):
            self.problems.append(f"{what}: not everything passed")

    def right(self) -> None:
        for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
            self.connect(mechanism, "connected", "SASL_SSL", "SASL_SSL", self.ca | sasl(mechanism))
        oauth = {"sasl.mechanism": "OAUTHBEARER"}
        self.connect("a token of our own", "connected", "SASL_SSL", "SASL_SSL",
                     self.ca | oauth | {"sasl.oauthbearer.config": "principal=ana"})
        path = self.kafka.folder / "token"
        now = int(time.time())
        path.write_text(token(sub="ana", iat=now, exp=now + 600) + "\n")
        self.connect("a token from a file", "connected", "SASL_PLAINTEXT", "SASL_PLAINTEXT",
                     oauth | {"sasl.oauthbearer.token.endpoint.url": f"file://{path}"})
        self.connect("in clear", "connected", "PLAINTEXT", "PLAINTEXT", {})
        self.connect("a certificate of ours", "connected", "SSL", "SSL", self.ca | self.identity)
        self.exercise("TLS with a certificate", "SSL", "SSL", self.ca | self.identity)
        self.exercise("SCRAM over TLS", "SASL_SSL", "SASL_SSL", self.ca | sasl("SCRAM-SHA-512"))

    def wrong(self) -> None:
        for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"):
            self.connect(f"{mechanism} with a wrong password", "unauthorized", "SASL_SSL", "SASL_SSL",
                         self.ca | sasl(mechanism, "wrong"))
        self.connect("an unknown user", "unauthorized", "SASL_SSL", "SASL_SSL",
                     self.ca | sasl("SCRAM-SHA-512", user="nobody"))
        self.connect("a token that is over", "unauthorized", "SASL_SSL", "SASL_SSL", self.ca | {
            "sasl.mechanism": "OAUTHBEARER", "sasl.oauthbearer.token": token(sub="ana", iat=1000, exp=2000)})
        self.connect("no certificate", "unauthorized", "SSL", "SSL", self.ca)
        self.connect("an authority that is not the broker's", "untrusted", "SASL_SSL", "SASL_SSL",
                     {"ssl.ca.location": str(self.kafka.certificates / "stranger.pem")} | sasl("PLAIN"))
        self.connect("TLS to a port in clear", "other_protocol", "PLAINTEXT", "SSL", self.ca)
        self.connect("SASL at a port without it", "other_protocol", "PLAINTEXT", "SASL_PLAINTEXT", sasl("PLAIN"))
        self.connect("in clear to a port with TLS", ("other_protocol", "closed"), "SSL", "PLAINTEXT", {})
        self.connect("without SASL to a port that asks for it", "closed", "SASL_PLAINTEXT", "PLAINTEXT", {})

    def messages(self, listener: str, protocol: str, settings: dict[str, str], *words: str) -> list:
        """The program itself, which can ask for tokens over HTTP."""
        flags = [word for name, value in ({"security.protocol": protocol} | settings).items()
                 for word in ("-X", f"{name}={value}")]
        return [Riacho.binary, "messages", "orders", "--bootstrap-servers", self.kafka.at(listener), *flags, *words]

    def expect(self, what: str, holds: bool, said: str) -> None:
        print("passed" if holds else "failed", what, "|", said.strip())
        if not holds:
            self.problems.append(f"{what}: {said}")

    def tokens_over_http(self) -> None:
        produce = ["kcat", "-P", "-b", self.kafka.at("PLAINTEXT"), "-t", "orders"]
        run(produce, input="first\n")
        https = {"https.ca.location": str(self.kafka.certificates / "ca.pem")}
        with TokenEndpoint(certificate=self.kafka.certificates / "server.pem") as endpoint:
            for what, settings, wanted in (
                    ("a token over HTTPS", endpoint.settings() | https, (0, "first")),
                    ("a wrong secret", endpoint.settings("wrong") | https, (1, f"no token from {endpoint.url}: 401")),
                    ("an endpoint that nobody vouches for", endpoint.settings(), (3, endpoint.url))):
                command = self.messages("SASL_SSL", "SASL_SSL", self.ca | settings)
                done = subprocess.run(command, capture_output=True, text=True, timeout=60)
                said = done.stdout + done.stderr
                self.expect(what, done.returncode == wanted[0] and wanted[1] in said, f"{done.returncode} {said}")
        # The broker ends sessions after three seconds, and a token is good for four.
        with TokenEndpoint(lifetime_s=4) as endpoint:
            command = self.messages("SASL_PLAINTEXT", "SASL_PLAINTEXT", endpoint.settings(), "--follow")
            with Process(command, self.kafka.folder, "follower") as follower:
                wait_until(lambda: endpoint.given >= 4, 60, "tokens are renewed")
                run(produce, input="second\n")
                follower.wait_for("second")
                self.expect("tokens that end", follower.stop(signal.SIGINT) == 0, follower.err())

    def sessions_end(self) -> None:
        """The broker ends sessions after three seconds; nothing of that is to be seen."""
        settings = {"bootstrap.servers": self.kafka.at("SASL_PLAINTEXT"), "security.protocol": "SASL_PLAINTEXT"}
        lines = drive(settings | sasl("SCRAM-SHA-256"), "traffic", "10")
        print("sessions that end", *lines, sep="\n  ")
        if "without an answer 0, missing 0" not in lines[-1]:
            self.problems.append("sessions that end: something was lost")


def main() -> int:
    folder = BUILD / "interop-run/link-secured"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with SecuredKafka(folder) as kafka:
        secured = Secured(kafka)
        secured.right()
        secured.wrong()
        secured.sessions_end()
        secured.tokens_over_http()
        kafka.stop()
        secured.connect("a broker that is away", "unreachable", "PLAINTEXT", "PLAINTEXT", {})
    print("\n".join(secured.problems) or "all as it should be")
    return bool(secured.problems)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(str(failure))
