#!/usr/bin/env python3
"""tools/tidy.py finds what is planted in a small tree, and says nothing about a tree in order."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYERS = "base:\nio: base\nregistry: base registry/client\nregistry/client: base\napp: *\n"
IN_ORDER = {
    "src/base/README.md": "# base\n", "src/io/README.md": "# io\n", "src/registry/README.md": "# registry\n",
    "src/base/a.hpp": "#pragma once\n\nint a();\n", "src/base/a.cpp": '#include "base/a.hpp"\n',
    "src/io/b.cpp": '#include "base/a.hpp"\n\n#include <boost/asio.hpp>\n\nsteady_timer b();\n',
    "src/registry/client/c.hpp": "#pragma once\n", "src/registry/d.cpp": '#include "registry/client/c.hpp"\n',
}


class TidyTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def findings(self, planted: dict[str, str], layers: str = LAYERS) -> str:
        for name, text in (IN_ORDER | planted | {"tools/layers.txt": layers}).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, ROOT / "tools/tidy.py", self.folder],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0 if done.stdout.startswith("tidy: ") else 1, done.stderr)
        return done.stdout

    def finds(self, what: str, name: str, text: str):
        self.assertIn(what, self.findings({name: text}))

    def test_a_tree_in_order_has_no_findings(self):
        self.assertEqual(self.findings({}), "tidy: 5 files in order\n")

    def test_an_arrow_that_points_up_is_found(self):
        self.finds("base may not include io", "src/base/up.cpp", '#include "io/b.hpp"\n')

    def test_a_sub_folder_is_a_layer_of_its_own(self):
        self.finds("registry/client may not include registry", "src/registry/client/up.cpp",
                   '#include "registry/d.hpp"\n')

    def test_tests_and_public_headers_are_looked_at(self):
        self.finds("no row of tools/layers.txt", "tests/odd/e.cpp", "\n")
        self.finds('write it as "module/file.hpp"', "src/base/near.cpp", '#include "a.hpp"\n')

    def test_what_is_kept_out_is_found(self):
        for text in ("#include <regex>\n", "#include <boost/asio.hpp>\n", "int* p = new int(3);\n",
                     "auto t = std::chrono::system_clock::now();\n", "using namespace std;\n",
                     "#define FAST 1\n", "std::random_device chance;\n"):
            with self.subTest(text):
                self.finds("src/base/bad.cpp:1", "src/base/bad.cpp", text)

    def test_asio_stays_out_of_the_headers_of_io(self):
        self.finds("only io/*.cpp knows Asio", "src/io/b.hpp", "#pragma once\n#include <boost/asio.hpp>\n")

    def test_comments_and_strings_are_not_code(self):
        text = '// using new Thing(), system_clock::now()\nauto s = "random_device steady_timer";\n'
        self.assertIn("in order", self.findings({"src/base/words.cpp": text}))

    def test_sizes_have_limits(self):
        self.finds("columns", "src/base/wide.cpp", "//" + "x" * 120 + "\n")
        self.finds("split it", "src/base/long.cpp", "//\n" * 501)
        self.finds("61 lines, one function", "src/base/one.cpp", "void f() {\n" + "    g();\n" * 61 + "}\n")

    def test_a_header_says_once_and_is_included(self):
        self.finds("#pragma once", "src/base/twice.hpp", "int a();\n")
        self.finds("no file includes this header", "src/base/alone.hpp", "#pragma once\n")

    def test_a_bare_bool_parameter_is_found(self):
        self.finds("`bool fast`", "src/base/flag.hpp", "#pragma once\nvoid run(int n, bool fast = false);\n")

    def test_a_module_has_a_readme(self):
        (self.folder / "src/http").mkdir(parents=True)
        found = self.findings({"src/http/f.cpp": "\n"}, LAYERS + "http: base\n")
        self.assertIn("src/http/README.md: missing", found)


if __name__ == "__main__":
    unittest.main()
