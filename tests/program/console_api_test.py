#!/usr/bin/env python3
"""The console's API against its own description: schemathesis makes requests of all kinds from
/api/v1/openapi.json, good and bad ones, and checks what comes back. How, is in tests/interop/schemathesis/."""
import os
import re
import subprocess
import unittest
import urllib.request

from program import ProgramTest  # first: it knows where the others are
from harness import tools
from harness.process import run

HERE = tools.INTEROP / "schemathesis"


class ConsoleApi(ProgramTest):
    def test_every_answer_is_as_the_description_says(self):
        process, port = self.up("up", "--ephemeral")
        console = re.search(r"(?m)^console\s+(http://\S+)\s+ready\b", process.out())[1]
        for topic in ("orders", "billing"):
            run(["kcat", "-b", f"127.0.0.1:{port}", "-P", "-t", topic, "-K:"], input='k:{"n": 1}\nk:two\n')
        reset = urllib.request.Request(f"{console}/api/v1/clusters/riacho/groups/g/offsets",
                                       b'{"topics": [{"topic": "orders"}], "to": "earliest"}',
                                       {"Content-Type": "application/json"})
        urllib.request.urlopen(reset, timeout=20).close()
        program = tools.python("schemathesis").parent / "schemathesis"
        tried = subprocess.run(
            [program, "--config-file", HERE / "schemathesis.toml", "run", f"{console}/api/v1/openapi.json",
             "--phases", "examples,coverage,fuzzing",
             "--request-timeout", "20", "--continue-on-failure", "--no-color"],
            cwd=self.folder, env=os.environ | {"SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")}, capture_output=True,
            text=True, timeout=280)
        told = "\n".join(line[:400] for line in tried.stdout.splitlines())
        self.assertEqual(tried.returncode, 0, told + tried.stderr)
        self.assertRegex(tried.stdout, r"(?m)^\s*Tested: \d+")
        print(re.search(r"(?m)^\s*Test cases:\n\s*(.*)$", tried.stdout)[1])
        self.assertEqual(process.stop(), 0, "the broker is as well as before")


if __name__ == "__main__":
    unittest.main()
