"""The broker under test, and Apache Kafka itself, which proves that the tests ask for what Kafka does."""
import os
import pathlib
import signal
import socket

from . import tools
from .process import BUILD, Failure, Process, free_port, run, wait_until

KAFKA_VERSION = "4.3.1"


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Broker:
    """One node on 127.0.0.1 with its own folder; `settings` have Kafka's names. May be started again."""

    name = ""

    def __init__(self, folder: pathlib.Path, port: int | None = None, settings: dict[str, str] | None = None):
        self.folder, self.data = folder, folder / "data"
        self.port = port or free_port()
        self.settings = settings or {}
        self.process: Process | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.kill()

    def launch(self) -> None:
        """Starts the program and does not wait for it."""
        if accepts(self.port):
            raise Failure(f"port {self.port} is taken by another program")
        self.process = Process(self.command(), self.folder, self.name)

    def start(self, seconds: float = 60) -> None:
        self.launch()
        wait_until(lambda: self.ended() or accepts(self.port), seconds, f"{self.name} on port {self.port}")
        self.wait_ready(seconds)

    def ended(self) -> bool:
        if not self.process.running():
            raise Failure(f"{self.name} ended with {self.process.popen.returncode}:\n{self.process.out()[-3000:]}"
                          f"\n{self.process.err()[-3000:]}")
        return False

    def stop(self, seconds: float = 60) -> None:
        """A clean stop; a broker that has died in the meantime is a Failure."""
        self.ended()
        status = self.process.stop(signal.SIGTERM, seconds)
        if status not in self.clean_exits:
            raise Failure(f"{self.name} stopped with exit {status}:\n{self.process.err()[-3000:]}")

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def resident_bytes(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024


class Riacho(Broker):
    name = "riacho"
    clean_exits = (0,)
    binary = pathlib.Path(os.environ.get("RIACHO_BINARY", BUILD / "release/riacho"))

    def command(self) -> list:
        settings = [word for name, value in self.settings.items() for word in ("--set", f"{name}={value}")]
        return [self.binary, "broker", "--data", self.data, "--port-offset", self.port - 9092, *settings]

    def wait_ready(self, seconds: float) -> None:
        run([self.binary, "ready", "--bootstrap-servers", self.address, "--timeout", int(seconds)], seconds + 5)

    def stop(self, seconds: float = 5) -> None:
        super().stop(seconds)  # it promises two seconds; the rest is the machine's

    @classmethod
    def version(cls) -> str:
        return run([cls.binary, "--version"]).stdout.split()[-1]

    @property
    def log_folder(self) -> pathlib.Path:
        return self.data / "log"


class ApacheKafka(Broker):
    name = "apache-kafka"
    clean_exits = (0, 143)

    def __init__(self, folder, port=None, settings=None):
        super().__init__(folder, port, settings)
        self.controller_port = free_port(above=self.port)
        self.java = tools.java("apache-kafka")
        self.properties = folder / "server.properties"
        self.properties.write_text("".join(f"{name}={value}\n" for name, value in self.all_settings().items()))

    def all_settings(self) -> dict[str, str]:
        """Kafka's own config/server.properties, with our ports and folder."""
        return {
            "process.roles": "broker,controller", "node.id": "1",
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{self.controller_port}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER", "log.dirs": str(self.data),
            "num.partitions": "1", "offsets.topic.replication.factor": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "transaction.state.log.replication.factor": "1", "transaction.state.log.min.isr": "1",
        } | self.settings

    def command(self) -> list:
        return [*self.java, "-Xmx1g", "-Xms1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
                "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent",
                "-Djava.awt.headless=true", "kafka.Kafka", self.properties]

    def format(self) -> None:
        """What kafka-storage.sh does once for a new folder."""
        run([*self.java, "kafka.tools.StorageTool", "format", "--standalone", "-t", "AAAAAAAAAAAAAAAAAAAAAQ",
             "-c", self.properties])

    def launch(self) -> None:
        if not self.data.exists():
            self.format()
        super().launch()

    def wait_ready(self, seconds: float) -> None:
        wait_until(lambda: self.ended() or self.lists_itself(), seconds, "Kafka answers Metadata")

    def lists_itself(self) -> bool:
        try:
            return "1 brokers" in run(["kcat", "-b", self.address, "-L", "-m", "5"], 10).stdout
        except Failure:
            return False

    @classmethod
    def version(cls) -> str:
        return KAFKA_VERSION

    @property
    def log_folder(self) -> pathlib.Path:
        return self.data


BROKERS = {kind.name: kind for kind in (Riacho, ApacheKafka)}
