"""The foreign programs, each built once from its lock file into build/interop/."""
import fcntl
import hashlib
import os
import pathlib
import shutil
import sys

from .process import BUILD, ROOT, run

INTEROP = ROOT / "tests/interop"
HERE = BUILD / "interop"
ENVIRONMENT = os.environ | {
    "PATH": f"{ROOT}/.tools/node/bin:{ROOT}/.tools/go/bin:{os.environ['PATH']}", "GOTOOLCHAIN": "local",
    "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "1",
}


def once(name: str, inputs: list[pathlib.Path], build) -> pathlib.Path:
    """build/interop/NAME, made anew when an input has changed; a build that fails leaves nothing that counts."""
    folder, stamp = HERE / name, HERE / name / "stamp"
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()
    HERE.mkdir(parents=True, exist_ok=True)
    with open(HERE / f"{name}.lock", "w") as lock:  # two tests may want it at the same moment
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != digest:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            build(folder)
            stamp.write_text(digest)
    return folder


def java(project: str) -> list:
    """`java -cp ...` for tests/interop/PROJECT: its pom's libraries from Maven Central, its sources compiled."""
    source = INTEROP / project
    files = sorted(source.glob("*.java"))

    def build(folder: pathlib.Path) -> None:
        run(["mvn", "-q", "-B", "-ntp", "-f", source / "pom.xml", "dependency:build-classpath",
             f"-Dmdep.outputFile={folder}/classpath"], 600)
        if files:
            run(["javac", "-Xlint:all", "-Werror", "--release", "17", "-cp", (folder / "classpath").read_text(),
                 "-d", folder / "classes", *files])

    folder = once(project, [source / "pom.xml", *files], build)
    classpath = f"{source}:{folder}/classes:{(folder / 'classpath').read_text()}"
    return ["java", "-cp", classpath]


def python(project: str = "confluent-kafka") -> pathlib.Path:
    """The interpreter of a venv with what tests/interop/PROJECT/requirements.txt pins."""
    requirements = INTEROP / project / "requirements.txt"

    def build(folder: pathlib.Path) -> None:
        run([sys.executable, "-m", "venv", folder / "venv"])
        run([folder / "venv/bin/pip", "install", "-q", "--disable-pip-version-check", "--require-hashes",
             "--only-binary", ":all:", "-r", requirements], 300)

    return once(project, [requirements], build) / "venv/bin/python"


def go_article() -> pathlib.Path:
    """The article's program, compiled from its own bytes."""
    source = INTEROP / "go-article"

    def build(folder: pathlib.Path) -> None:
        run(["go", "build", "-o", folder / "kafka", "."], 900, cwd=source, env=ENVIRONMENT)

    return once("go-article", [source / "kafka.go", source / "go.mod", source / "go.sum"], build) / "kafka"


def franz_go() -> pathlib.Path:
    """The program of tests/interop/franz-go."""
    source = INTEROP / "franz-go"

    def build(folder: pathlib.Path) -> None:
        run(["go", "build", "-o", folder / "history", "."], 900, cwd=source, env=ENVIRONMENT | {"CGO_ENABLED": "0"})

    return once("franz-go", [source / "main.go", source / "go.mod", source / "go.sum"], build) / "history"


def h2spec() -> pathlib.Path:
    """The conformance test of HTTP/2."""
    source = INTEROP / "h2spec"

    def build(folder: pathlib.Path) -> None:
        run(["go", "build", "-o", folder / "h2spec", "github.com/summerwind/h2spec/cmd/h2spec"], 900, cwd=source,
            env=ENVIRONMENT | {"CGO_ENABLED": "0"})

    return once("h2spec", [source / "go.mod", source / "go.sum"], build) / "h2spec"


def kafkajs() -> list:
    """`node client.js`, with what package-lock.json pins beside it."""
    source = INTEROP / "kafkajs"

    def build(folder: pathlib.Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(source / name, folder)
        run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], 300, cwd=folder, env=ENVIRONMENT)

    modules = once("kafkajs", [source / "package-lock.json"], build) / "node_modules"
    return ["env", f"NODE_PATH={modules}", "node", source / "client.js"]


def go_version() -> str:
    return run(["go", "version"], env=ENVIRONMENT).stdout.split()[2]
