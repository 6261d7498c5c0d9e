"""Apache Kafka as the library meets it elsewhere: with TLS and SASL on one node, and on three nodes."""
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))
from harness.brokers import ApacheKafka  # noqa: E402
from harness.process import BUILD, Failure, free_port, run  # noqa: E402

DRIVER = pathlib.Path(os.environ.get("RIACHO_LINK_DRIVER", BUILD / "dev/tests/link/link_driver"))
STEPS = 10  # of the driver's `exercise`
CLUSTER_ID = "AAAAAAAAAAAAAAAAAAAAAQ"
MODULES = "org.apache.kafka.common.security."


def ports(count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        found.append(free_port(above=found[-1] if found else 0))
    return found


def drive(properties: dict[str, str], *words, seconds: float = 120) -> list[str]:
    """The driver's lines; its exit code is what they say."""
    settings = [f"{name}={value}" for name, value in properties.items()]
    try:
        return run([DRIVER, *settings, *words], seconds).stdout.splitlines()
    except Failure as failure:
        return [line for line in str(failure).splitlines()[1:] if line]


class SmallKafka(ApacheKafka):
    """With less memory than one that is measured."""

    def command(self) -> list:
        return [*self.java, "-Xmx384m", "-Xms384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Djava.awt.headless=true", "kafka.Kafka", self.properties]


class SecuredKafka(SmallKafka):
    """One node: in clear, with TLS and a certificate of the client's, and with SASL in clear and over TLS."""

    def __init__(self, folder: pathlib.Path):
        self.certificates = folder / "certificates"
        self.certificates.mkdir(parents=True)
        run([DRIVER, "certificates", self.certificates])
        self.ports = dict(zip(("PLAINTEXT", "SSL", "SASL_SSL", "SASL_PLAINTEXT", "CONTROLLER"), ports(5)))
        super().__init__(folder, self.ports["PLAINTEXT"])

    def all_settings(self) -> dict[str, str]:
        listeners = ",".join(f"{name}://127.0.0.1:{port}" for name, port in self.ports.items())
        settings = super().all_settings() | {
            "listeners": listeners, "advertised.listeners": listeners,
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{self.ports['CONTROLLER']}",
            "listener.security.protocol.map": ",".join(
                f"{name}:{'PLAINTEXT' if name == 'CONTROLLER' else name}" for name in self.ports),
            "ssl.keystore.type": "PEM", "ssl.keystore.location": str(self.certificates / "server.pem"),
            "ssl.truststore.type": "PEM", "ssl.truststore.location": str(self.certificates / "ca.pem"),
            "listener.name.ssl.ssl.client.auth": "required",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
        }
        for listener in ("sasl_ssl", "sasl_plaintext"):
            prefix = f"listener.name.{listener}."
            scram = f"{MODULES}scram.ScramLoginModule required;"
            settings |= {
                prefix + "plain.sasl.jaas.config":
                    f'{MODULES}plain.PlainLoginModule required user_ana="secret" user_eva="x";',
                prefix + "scram-sha-256.sasl.jaas.config": scram,
                prefix + "scram-sha-512.sasl.jaas.config": scram,
                prefix + "oauthbearer.sasl.jaas.config":
                    f'{MODULES}oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',
            }
        # Short, so that sessions end while a test looks (KIP-368).
        return settings | {"listener.name.sasl_plaintext.connections.max.reauth.ms": "3000"}

    def format(self) -> None:
        run([*self.java, "kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID,
             "-c", self.properties, "--add-scram", "SCRAM-SHA-512=[name=ana,password=secret]",
             "--add-scram", "SCRAM-SHA-256=[name=ana,password=secret]"])

    def at(self, listener: str) -> str:
        return f"127.0.0.1:{self.ports[listener]}"


class Node(SmallKafka):
    """One of three, each of which is a broker and a controller."""

    def __init__(self, folder: pathlib.Path, number: int, broker_ports: list[int], controller_ports: list[int]):
        self.number, self.broker_ports, self.controller_ports = number, broker_ports, controller_ports
        super().__init__(folder, broker_ports[number])

    def all_settings(self) -> dict[str, str]:
        listeners = (f"PLAINTEXT://127.0.0.1:{self.port},"
                     f"CONTROLLER://127.0.0.1:{self.controller_ports[self.number]}")
        settings = super().all_settings() | {
            "node.id": str(self.number + 1), "listeners": listeners, "advertised.listeners": listeners,
            "controller.quorum.voters": ",".join(
                f"{number + 1}@127.0.0.1:{port}" for number, port in enumerate(self.controller_ports)),
            "default.replication.factor": "3", "min.insync.replicas": "2",
            "offsets.topic.replication.factor": "3", "offsets.topic.num.partitions": "6",
            "transaction.state.log.replication.factor": "3", "transaction.state.log.min.isr": "2",
        }
        del settings["controller.quorum.bootstrap.servers"]
        return settings

    def format(self) -> None:
        run([*self.java, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", self.properties])

    def lists_itself(self) -> bool:
        try:
            said = run(["kcat", "-b", self.address, "-L", "-m", "5"], 10).stdout
        except Failure:
            return False
        return f"broker {self.number + 1} at" in said
