"""What programs write into documents."""
import os
import pathlib
import re


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} -->\n", f"<!-- /{name} -->\n"


def read_between(document: pathlib.Path, opening: str, closing: str) -> str:
    """What stands between two lines, each of which is there once."""
    _, rest = document.read_text(encoding="utf-8").split(opening)
    inside, _ = rest.split(closing)
    return inside


def put_between(document: pathlib.Path, opening: str, closing: str, inside: str) -> None:
    text = document.read_text(encoding="utf-8")
    before, rest = text.split(opening)
    _, after = rest.split(closing)
    document.write_text(before + opening + inside + closing + after, encoding="utf-8")


def machine() -> str:
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} cores ({cpu[1] if cpu else os.uname().machine}), Linux {os.uname().release}"
