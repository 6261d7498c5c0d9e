#!/usr/bin/env python3
"""The documents: their links lead somewhere, their generated parts have markers, the two READMEs are twins."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(path for pattern in ("*.md", "docs/**/*.md", "src/**/*.md", "tests/**/*.md", "bench/*.md")
                   for path in ROOT.glob(pattern))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


class DocumentsTest(unittest.TestCase):
    def test_what_a_newcomer_looks_for_is_there(self):
        for name in ("README.md", "README.pt-BR.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "CHANGELOG.md",
                     "docs/architecture.md", "docs/dependencies.md", "docs/compatibility.md", "docs/performance.md"):
            self.assertGreater(len(text(name)), 200, name)
        self.assertIn("Apache License", text("LICENSE"))

    def test_links_lead_to_files(self):
        for path in DOCUMENTS:
            for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
                if not target.startswith(("http:", "https:")) and target != "status.md":
                    with self.subTest(document=path.name, target=target):
                        if target != "docs/status.md":  # written by ./test
                            self.assertTrue((path.parent / target).exists())

    def test_generated_parts_have_their_markers(self):
        for name, markers in (("README.md", ["start"]), ("README.pt-BR.md", ["start"]),
                              ("docs/performance.md", ["points"]), ("docs/compatibility.md", ["apis", "clients"])):
            for marker in markers:
                self.assertEqual(text(name).count(f"<!-- {marker} -->"), 1, f"{name}: {marker}")
                self.assertEqual(text(name).count(f"<!-- /{marker} -->"), 1, f"{name}: {marker}")

    def test_the_twins_have_the_same_shape(self):
        def shape(name: str) -> tuple:
            words = text(name)
            commands = [line.split("#")[0].split()[:3] for line in words.splitlines()
                        if line.startswith(("./", "riacho ", "build/"))]
            return len(re.findall(r"^#+ ", words, re.M)), [line[:2] for line in commands], words.count("```")
        self.assertEqual(shape("README.md"), shape("README.pt-BR.md"))

    def test_clients_are_pinned(self):
        interop = "tests/interop"
        self.assertIn("--hash=sha256:", text(f"{interop}/confluent-kafka/requirements.txt"))
        self.assertIn("h1:", text(f"{interop}/go-article/go.sum"))
        for project in ("kafka-clients", "apache-kafka"):
            self.assertIn("<version>4.3.1</version>", text(f"{interop}/{project}/pom.xml"))
        self.assertIn('"integrity"', text("third_party/librdkafka/package-lock.json"))

    def test_every_point_of_the_benchmarks_is_described(self):
        for point in re.findall(r"run: (\S+)", text("bench/points.yaml")):
            self.assertTrue((ROOT / point).exists(), point)


if __name__ == "__main__":
    unittest.main()
