#!/usr/bin/env python3
"""tools/stage.py keeps what a test did, fails where a required one was skipped, and lets ctest end."""
import contextlib
import io
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import stage  # noqa: E402

GTEST = """#!/bin/sh
cat >"${GTEST_OUTPUT#xml:}program.xml" <<X
<testsuites><testsuite name="Suite"><testcase name="runs" status="run" result="completed" classname="Suite"/>
<testcase name="waits" status="run" result="skipped" classname="Suite"/></testsuite></testsuites>
X
"""


class StageTest(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "tests").mkdir()
        (self.root / "program").write_text(GTEST)
        (self.root / "program").chmod(0o755)

    def run_stage(self, tests: str, required: str, ci: str = "1"):
        (self.root / "CTestTestfile.cmake").write_text(tests)
        (self.root / "tests/required.txt").write_text(required)
        said = io.StringIO()
        with mock.patch.multiple(stage, ROOT=self.root, RESULTS=self.root / "results"), \
                mock.patch.object(sys, "argv", ["stage.py", "part", "."]), \
                mock.patch.dict(os.environ, {"RIACHO_CI": ci}), contextlib.redirect_stdout(said):
            status = stage.main()
        return status, said.getvalue(), json.loads((self.root / "results/part.json").read_text())

    def test_ctest_has_the_last_word(self):
        status, said, results = self.run_stage('add_test(good "true")\n', "")
        self.assertEqual(status, 0)
        self.assertRegex(said, r"took 0\.\d min\n\n100% tests passed, 0 tests failed out of 1\n\nTotal.*\n$")
        self.assertEqual(results["good"]["result"], "passed")

    def test_a_failure_fails_the_stage(self):
        status, _, results = self.run_stage('add_test(bad "false")\n', "")
        self.assertNotEqual(status, 0)
        self.assertEqual(results["bad"]["result"], "failed")

    def test_a_skip_of_a_required_test_fails_in_ci_alone(self):
        tests = ('add_test(shy "sh" "-c" "exit 77")\n'
                 'set_tests_properties(shy PROPERTIES SKIP_RETURN_CODE 77)\n')
        self.assertEqual(self.run_stage(tests, "")[0], 0)
        self.assertEqual(self.run_stage(tests, "shy\n", ci="")[0], 0)
        status, said, results = self.run_stage(tests, "shy # why\n")
        self.assertEqual((status, results["shy"]["result"]), (1, "skipped"))
        self.assertIn("shy was skipped, and tests/required.txt names it", said)

    def test_a_skip_inside_a_program_is_seen(self):
        tests = f'add_test(program "{self.root}/program")\n'
        status, _, results = self.run_stage(tests, "Suite.waits\nSuite.runs\n")
        self.assertEqual((status, results["Suite.waits"]["result"]), (1, "skipped"))
        self.assertEqual(results["Suite.runs"]["result"], "passed")

    def test_a_required_test_that_is_gone_fails_its_stage(self):
        tests = 'add_test(good "true")\n'
        self.assertEqual(self.run_stage(tests, "gone other\n")[0], 0)
        self.assertEqual(self.run_stage(tests, "gone part\n")[0], 1)


if __name__ == "__main__":
    unittest.main()
