#!/usr/bin/env python3
"""Checks what the compiler cannot: layers, sizes, what is kept out of which folder, headers nobody includes.

    tools/tidy.py [ROOT]

Prints one line for each finding and exits 1 where there is any. The layers are in tools/layers.txt.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
ROOT = ROOT if ROOT.is_dir() else ROOT.parent.parent
TREES = ("src", "include", "tests", "bench")
COLUMNS_MAX, PYTHON_COLUMNS_MAX, LINES_MAX, FUNCTION_LINES_MAX, README_LINES_MAX = 110, 120, 500, 60, 60

# The only places that may ask the machine for time, chance or a thread.
WORLD = r"src/(io|app)/|bench/|tests/crash/mirror/"
# (what is looked for, where it is allowed, what to do instead). Comments and strings are not looked at.
KEPT_OUT = [(re.compile(what), re.compile(allowed), advice) for what, allowed, advice in (
    (r"#\s*include <regex>", r"$^", "use PCRE2"),
    (r"#\s*include <iostream>", r"src/(app|cli)/", "only app and cli print"),
    (r"#\s*include <(boost/)?asio", r"src/io/.*\.cpp$", "only io/*.cpp knows Asio"),
    (r"#\s*include <boost/beast", r"src/http/.*\.cpp$", "only http/*.cpp knows Beast"),
    (r"#\s*include <nghttp2/", r"src/http/.*\.cpp$", "only http/*.cpp knows nghttp2"),
    (r"#\s*include <openssl/", r"src/(io|codec)/.*\.cpp$", "only io/*.cpp and codec/*.cpp know OpenSSL"),
    (r"#\s*include [<\"](librdkafka/|rdkafka)", r"src/client/.*\.cpp$", "only client/*.cpp knows librdkafka"),
    (r"#\s*include <pcre2", r"src/browse/pattern\.cpp$", "only browse/pattern.cpp knows PCRE2"),
    (r"#\s*include <boost/json", r"src/data/json_parse\.cpp$", "only data/json_parse.cpp knows Boost.JSON"),
    (r"#\s*include <CLI/", r"src/(app|cli)/.*\.cpp$", "only the command line knows CLI11"),
    (r"#\s*include <(thread|mutex|shared_mutex|condition_variable|semaphore|latch|barrier)>",
     WORLD + r"|src/(base|client)/.*\.cpp$|.*_test\.cpp$", "no locks or threads above io"),
    (r"_clock::now\b|\bclock_gettime\b|\bgettimeofday\b|\bstd::time\(",
     WORLD + r"|src/client/.*_test\.cpp$", "time comes from Clock"),  # librdkafka lives in the machine's time
    (r"(?<![.>])\bsleep_for\b|this_thread::sleep|\bsteady_timer\b|\bu?n?sleep\(|\bnanosleep\b", WORLD,
     "waiting is co_await shard.sleep_until(...)"),
    (r"\brandom_device\b|\bgetrandom\b|\bs?rand\(\)", WORLD, "chance comes from Random"),
    (r"(?<!placement )\bnew [A-Za-z_][\w:<>]*\s*[({\[;]", r"$^", "no naked new: make_unique, or a value"),
    (r"#\s*define (?!TRY\b|CO_TRY\b|RIACHO_)", r"$^", "no macros other than TRY and CO_TRY"),
)]
FILE_SCOPE_USING = re.compile(r"^using (namespace )?[\w:]+;", re.M)
# A comment counts here too.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
# In a header: `bool name` in a parameter list. A predicate's own value (`holds`, `value`) is what it says.
BOOL_PARAMETER = re.compile(r"[(,]\s*(?:const )?bool (?!value\b|holds\b)(\w+)\s*(?:=[^,)]*)?[,)]")
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.S)


def read_layers() -> dict[str, set[str]]:
    rows = (line.split(":") for line in (ROOT / "tools/layers.txt").read_text().splitlines()
            if line.strip() and not line.startswith("#"))
    return {folder.strip(): set(allowed.split()) for folder, allowed in rows}


def layer_of(path: str, layers: dict[str, set[str]]) -> str | None:
    """The longest row of the table that is a folder above `path`."""
    folders = [folder for folder in layers if path.startswith(folder + "/")]
    return max(folders, key=len, default=None)


def code_of(text: str) -> str:
    """`text` with comments and string literals blanked out, its lines kept; include lines stay whole."""
    def blank(match: re.Match) -> str:
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start:match.start()].lstrip().startswith("#"):
            return match[0] if match[0][0] == '"' else "\n" * match[0].count("\n")
        return '""' + "\n" * match[0].count("\n") if match[0][-1] == '"' else "\n" * match[0].count("\n")
    return NOT_CODE.sub(blank, text)


def long_functions(code: str):
    """Yields (line, length): a body is what stands between `) ... {` and the `}` at the same indentation."""
    start, indentation = None, ""
    for number, line in enumerate(code.splitlines(), 1):
        if start is None:
            opened = re.match(r"( {0,4})\S.*\{\s*$", line)
            if opened and not re.match(r"\s*(namespace|struct|class|enum|union|extern|export)\b", line) \
                    and (")" in line) and "=" not in line.split("(")[0]:
                start, indentation = number, opened[1]
        elif re.match(indentation + r"\}", line):
            if number - start - 1 > FUNCTION_LINES_MAX:
                yield start, number - start - 1
            start = None


class Tidy:
    def __init__(self):
        self.layers = read_layers()
        self.problems: list[str] = []
        self.included: set[str] = set()
        self.files = sorted(path for tree in TREES for pattern in ("*.cpp", "*.hpp")
                            for path in (ROOT / tree).rglob(pattern))

    def check_text(self, name: str, text: str) -> None:
        lines, columns_max = text.splitlines(), PYTHON_COLUMNS_MAX if name.endswith(".py") else COLUMNS_MAX
        if len(lines) > LINES_MAX:
            self.problems.append(f"{name}: {len(lines)} lines; split it (limit {LINES_MAX})")
        for number, line in enumerate(lines, 1):
            if len(line) > columns_max:
                self.problems.append(f"{name}:{number}: {len(line)} columns (limit {columns_max})")
            if UNFINISHED.search(line):
                self.problems.append(f"{name}:{number}: finish it, or say it in an issue")
            if line != line.rstrip():
                self.problems.append(f"{name}:{number}: white space at the end of the line")

    def check_kept_out(self, name: str, code: str) -> None:
        for what, allowed, advice in KEPT_OUT:
            if allowed.match(name):
                continue
            for number, line in enumerate(code.splitlines(), 1):
                if what.search(line):
                    self.problems.append(f"{name}:{number}: {advice}: {line.strip()}")

    def check_file_scope(self, name: str, code: str) -> None:
        first = re.search(r"^namespace\b", code, re.M)
        for match in FILE_SCOPE_USING.finditer(code, 0, first.start() if first else len(code)):
            number = code.count("\n", 0, match.start()) + 1
            self.problems.append(f"{name}:{number}: no using declaration at file scope: {match[0]}")

    def check_header(self, name: str, code: str) -> None:
        if not code.lstrip().startswith("#pragma once"):
            self.problems.append(f"{name}: a header starts with #pragma once")
        for match in BOOL_PARAMETER.finditer(code):
            number = code.count("\n", 0, match.start(1)) + 1
            self.problems.append(f"{name}:{number}: `bool {match[1]}`: an enum class says what it means")

    def check_includes(self, path: pathlib.Path, name: str, text: str) -> None:
        inside = name.removeprefix("src/")
        own = "include" if name.startswith("include/") else layer_of(inside, self.layers)
        if own is None:
            self.problems.append(f"{name}: no row of tools/layers.txt fits this folder")
            return
        allowed = set() if own == "include" else self.layers[own]
        for target in INCLUDE.findall(text):
            sibling = path.parent / target
            if not name.startswith("src/") and not target.startswith("riacho/") and sibling.exists():
                self.included.add(sibling.relative_to(ROOT).as_posix())
                continue
            self.included.update({"src/" + target, "include/" + target, target})
            if target.startswith("riacho/"):
                continue
            layer = layer_of(target, self.layers)
            if layer is None:
                self.problems.append(f'{name}: "{target}": write it as "module/file.hpp"')
            elif layer != own and layer not in allowed and "*" not in allowed:
                self.problems.append(f"{name}: {own} may not include {layer} (tools/layers.txt): {target}")

    def check_file(self, path: pathlib.Path) -> None:
        name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        code = code_of(text)
        self.check_text(name, text)
        self.check_kept_out(name, code)
        self.check_file_scope(name, code)
        self.check_includes(path, name, text)
        if name.endswith(".hpp"):
            self.check_header(name, code)
        for number, length in long_functions(code):
            self.problems.append(f"{name}:{number}: {length} lines, one function (of {FUNCTION_LINES_MAX})")

    def check_modules(self) -> None:
        for folder in sorted(path for path in (ROOT / "src").iterdir() if path.is_dir()):
            readme, name = folder / "README.md", f"src/{folder.name}/README.md"
            if not any(folder.rglob("*.?pp")):
                continue
            if not readme.exists():
                self.problems.append(f"{name}: missing; what is the module for, and what must it not know?")
            elif len(readme.read_text().splitlines()) > README_LINES_MAX:
                self.problems.append(f"{name}: longer than {README_LINES_MAX} lines")

    def run(self) -> int:
        for path in self.files:
            self.check_file(path)
        for generator in ROOT.glob("tools/*.py"):  # generated code includes what its generator writes
            self.included.update("src/" + target for target in re.findall(r'"([a-z]\w*/[\w/]+\.hpp)',
                                                                          generator.read_text()))
        names = {path.relative_to(ROOT).as_posix() for path in self.files}
        for name in sorted(names - self.included):
            if name.endswith(".hpp") and not name.startswith("include/"):
                self.problems.append(f"{name}: no file includes this header")
        for path in sorted((*ROOT.glob("tools/*.py"), *ROOT.glob("tools/*.sh"), *ROOT.glob("tests/**/*.py"),
                            *ROOT.glob("bench/*.py"), *ROOT.glob("src/**/*.api"))):
            self.check_text(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        self.check_modules()
        print("\n".join(self.problems) or f"tidy: {len(self.files)} files in order")
        return bool(self.problems)


if __name__ == "__main__":
    sys.exit(Tidy().run())
