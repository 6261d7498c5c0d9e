#!/usr/bin/env python3
"""Transliterates src/kafka/schema/**/*.api into C++ structs: docs/formats/messages.md explains the notation.

messages.py OUTDIR schema.api...   writes OUTDIR/<stem>.hpp and .cpp, and OUTDIR/all.hpp
messages.py --list schema.api...   prints one line per message: name, kind, key, lowest and highest version

It knows names, types and versions and nothing about bytes: every struct lists its fields once, in `describe`,
and the visitors in src/kafka/wire do the rest.
"""
import pathlib
import re
import sys
from dataclasses import dataclass, field

SCALARS = {
    "bool": "bool", "int8": "std::int8_t", "int16": "std::int16_t", "uint16": "std::uint16_t",
    "int32": "std::int32_t", "uint32": "std::uint32_t", "int64": "std::int64_t", "float64": "double",
    "uuid": "Uuid", "string": "std::string", "bytes": "Bytes", "records": "Bytes", "error": "ErrorCode",
}
VERSIONS = r"(?P<low>\d+)(-(?P<high>\d+))?( flexible (?P<flexible>\d+))?$"
HEAD = re.compile(r"(?P<kind>api|record) (?P<name>\w+)( key (?P<key>\d+))? versions " + VERSIONS)
LINE = re.compile(
    r"(?P<name>[a-z]\w*)\s+(?P<array>\[\])?(?P<type>\w+)(?P<null>\?)?(\s*=\s*(?P<default>\S+))?"
    r"(\s+(?P<first>\d+)(?P<open>\+)?(-(?P<last>\d+))?)?(\s+null\s+(?P<null_first>\d+)\+)?"
    r"(\s+tag\s+(?P<tag>\d+))?(?P<classic>\s+classic)?$")


@dataclass
class Field:
    name: str
    type: str
    note: str = ""
    array: str | None = None
    null: str | None = None
    default: str | None = None
    first: str | None = None
    open: str | None = None
    last: str | None = None
    null_first: str | None = None
    tag: str | None = None
    classic: str | None = None
    fields: list["Field"] = field(default_factory=list)

    def cpp_type(self) -> str:
        inner = SCALARS.get(self.type, self.type)
        inner = f"std::vector<{inner}>" if self.array else inner
        return f"std::optional<{inner}>" if self.null else inner

    def presence(self) -> str:
        """What follows the field in `describe`: nothing for one that is always there and never special."""
        last = self.last or (self.first if self.first and not self.open else None)
        flags = {"first": self.first, "last": last, "null_first": self.null_first, "tag": self.tag,
                 "fallback": self.default if self.tag else None,
                 "lengths": "Lengths::classic" if self.classic else None,
                 "is_records": "true" if self.type == "records" else None}
        said = ", ".join(f".{name} = {value}" for name, value in flags.items() if value is not None)
        return f", at<Presence{{{said}}}>" if said else ""


@dataclass
class Schema:
    path: pathlib.Path
    head: dict
    about: list[str]
    roots: list[Field]


def parse(path: pathlib.Path) -> Schema:
    head, about, roots, open_at = None, [], [], []
    for number, raw in enumerate(path.read_text().splitlines(), 1):
        text, _, note = raw.partition("#")
        depth = (len(text) - len(text.lstrip())) // 2
        text = text.strip()
        if not text:
            about += [note.strip()] if note and not head else []
        elif match := HEAD.match(text):
            head = match.groupdict()
            head["high"] = head["high"] or head["low"]
            roots += [Field("record", head["name"])] if head["kind"] == "record" else []
            open_at = roots[-1:]
        elif text in ("request", "response") and depth == 0:
            roots.append(Field(text, head["name"] + text.title()))
            open_at = [roots[-1]]
        elif (match := LINE.match(text)) and 0 < depth <= len(open_at):
            del open_at[depth:]
            open_at[-1].fields.append(Field(**match.groupdict(), note=note.strip()))
            if open_at[-1].fields[-1].type[0].isupper():
                open_at.append(open_at[-1].fields[-1])
        else:
            sys.exit(f"{path}:{number}: cannot read '{raw.strip()}'")
    for root in roots:
        verify(root, set(SCALARS), path)
    return Schema(path, head, about, roots)


def verify(node: Field, known: set[str], path: pathlib.Path) -> None:
    """A struct without fields of its own is one described before, in the same struct or around it."""
    tags = [int(f.tag) for f in node.fields if f.tag]
    if tags != sorted(set(tags)):
        sys.exit(f"{path}: the tags of {node.type} do not ascend")
    known = set(known)
    for child in node.fields:
        if child.fields:
            verify(child, known, path)
            known.add(child.type)
        elif child.type not in known:
            sys.exit(f"{path}: {child.name} is of unknown type {child.type}")


def struct(node: Field, head: dict | None, indent: str = "") -> list[str]:
    inner = indent + "    "
    lines = [f"{indent}struct {node.type} {{"]
    if head:
        kind = "RecordType" if node.name == "record" else "Api"
        key = head["key"] or "-1" if node.name == "record" else f"ApiKey{{{head['key']}}}"
        rest = f'"{head["name"]}", {{{head["low"]}, {head["high"]}}}, {head["flexible"] or "never"}'
        lines += [f"{inner}using Response = {head['name']}Response;"] if node.name == "request" else []
        lines += [f"{inner}static constexpr {kind} api{{{key}, {rest}}};", ""]
    for child in node.fields:
        lines += struct(child, None, inner) + [""] if child.fields else []
    for child in node.fields:
        lines += [f"{inner}/// {child.note}"] if child.note else []
        value = f" = {child.default}" if child.default else "{}"
        lines.append(f"{inner}{child.cpp_type()} {child.name}{value};")
    lines += ["", f"{inner}static void describe([[maybe_unused]] auto& visit, [[maybe_unused]] auto& m) {{"]
    lines += [f'{inner}    visit("{f.name}", m.{f.name}{f.presence()});' for f in node.fields]
    lines += [f"{inner}}}", f"{inner}bool operator==(const {node.type}&) const = default;", f"{indent}}};"]
    return lines


def write(path: pathlib.Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def generate(out: pathlib.Path, schema: Schema) -> None:
    banner = f"// Made by tools/messages.py from {schema.path.name}: edit that.\n"
    names = [root.type for root in schema.roots]
    body = "".join(f"struct {name};\n" for name in names[1:]) + "\n"
    for root in schema.roots:
        body += "\n".join([f"/// {line}" for line in schema.about] + struct(root, schema.head)) + f"""

bool decode({root.type}& m, Reader& in, Version version);
void encode(const {root.type}& m, Writer& out, Version version);
std::string to_json(const {root.type}& m, Version version);

"""
    code = "\n".join(f"""\
bool decode({name}& m, Reader& in, Version v) {{ return decode_message(m, in, v); }}
void encode(const {name}& m, Writer& out, Version v) {{ encode_message(m, out, v); }}
std::string to_json(const {name}& m, Version v) {{ return print_message(m, v); }}
""" for name in names)
    opening, closing = "\nnamespace riacho::kafka {\n\n", "} // namespace riacho::kafka\n"
    write(out / f"{schema.path.stem}.hpp",
          f'{banner}#pragma once\n\n#include "kafka/wire/message.hpp"\n{opening}{body}{closing}')
    write(out / f"{schema.path.stem}.cpp",
          f'{banner}#include "kafka/messages/{schema.path.stem}.hpp"\n\n#include "kafka/wire/codec.hpp"\n'
          f"{opening}{code}\n{closing}")


def catalog(schemas: list[Schema]) -> str:
    """The header that knows every message: for dispatch by key and for tests that go through all of them."""
    apis = sorted((s for s in schemas if s.head["kind"] == "api"), key=lambda s: int(s.head["key"]))
    includes = "".join(f'#include "kafka/messages/{s.path.stem}.hpp"\n' for s in schemas)
    visits = "".join(f"    visit(std::type_identity<{r.type}>{{}});\n" for s in schemas for r in s.roots)
    table = "".join(f"    {s.head['name']}Request::api,\n" for s in apis)
    return f"""// Made by tools/messages.py.
#pragma once

{includes}
#include <type_traits>

namespace riacho::kafka {{

/// Every API that has a schema, by key.
inline constexpr Api apis[] = {{
{table}}};

/// Calls `visit(std::type_identity<M>{{}})` for every message.
void for_each_message(auto&& visit) {{
{visits}}}

}} // namespace riacho::kafka
"""


def main(target: str, paths: list[str]) -> None:
    schemas = [parse(path) for path in sorted(map(pathlib.Path, paths), key=lambda path: path.name)]
    if target == "--list":
        for schema in schemas:
            for root in schema.roots:
                print(root.type, root.name, schema.head["key"] or -1, schema.head["low"], schema.head["high"])
        return
    out = pathlib.Path(target)
    out.mkdir(parents=True, exist_ok=True)
    for schema in schemas:
        generate(out, schema)
    write(out / "all.hpp", catalog(schemas))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
