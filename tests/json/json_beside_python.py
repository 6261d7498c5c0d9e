#!/usr/bin/env python3
"""Gives thousands of documents, right and damaged ones, to our reader of JSON and to Python's, and compares.

    json_beside_python.py JSON_REWRITE

Both must take the same documents and mean the same by them: names in order, each number's text, each character. Known
differences, where we follow the stricter reading of RFC 8259: half a surrogate pair is refused, and so are NaN and
Infinity; an exponent has at most 31 bits.
"""
import json
import random
import re
import subprocess
import sys

DOCUMENTS = 20_000
ROUNDS_OF_DAMAGE = 3
SURROGATE = re.compile("[\ud800-\udfff]")
LONG_EXPONENT = re.compile(r"[eE][+-]?0*\d{9,}")


class Number(str):
    """A number's text, which is not a string of the document."""


def refuse_constant(name: str):
    raise ValueError(name)


def meant(text: str):
    """What Python reads: pairs for objects, since names may come twice."""
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=refuse_constant,
                      object_pairs_hook=lambda pairs: ("object", pairs))


def kinds(value):
    """The value with its numbers told apart from strings."""
    match value:
        case Number():
            return ("number", str(value))
        case ("object", pairs):
            return ("object", [(name, kinds(member)) for name, member in pairs])
        case list():
            return [kinds(element) for element in value]
    return value


def has_half_pair(value) -> bool:
    match value:
        case str():
            return SURROGATE.search(value) is not None
        case list():
            return any(map(has_half_pair, value))
        case ("object", pairs):
            return any(has_half_pair(name) or has_half_pair(member) for name, member in pairs)
    return False


def number(chance: random.Random) -> str:
    digits = chance.choice((2, 19, 40))
    whole = chance.choice(("0", str(chance.randrange(1, 10)), str(chance.randrange(1, 10 ** digits))))
    fraction = "." + str(chance.randrange(10 ** chance.choice((1, 6, 30)))) if chance.random() < 0.4 else ""
    exponent = chance.choice("eE") + chance.choice(("", "+", "-")) + str(chance.randrange(400)) \
        if chance.random() < 0.3 else ""
    return chance.choice(("", "-")) + whole + fraction + exponent


def string(chance: random.Random) -> str:
    pieces = ("a", "value", " ", "ç", "日本", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e7", "\\ud83d\\ude00", "\\ud83d",
              "\\u0000", "\x7f", "\u2028", "x" * 3000, "{", "]", ",")
    weights = [10] * 10 + [3, 3, 1, 1, 1, 1, 1, 3, 3, 3]
    return '"' + "".join(chance.choices(pieces, weights, k=chance.randrange(5))) + '"'


def document(chance: random.Random, depth: int = 0) -> str:
    space = chance.choice(("", "", "", " ", "\n\t"))
    kind = chance.randrange(6 if depth < 5 else 4)
    if kind == 0:
        text = number(chance)
    elif kind == 1:
        text = string(chance)
    elif kind == 2:
        text = chance.choice(("true", "false", "null"))
    elif kind == 3:
        text = chance.choice(("[]", "{}", "0", '""'))
    elif kind == 4:
        text = "[" + ",".join(document(chance, depth + 1) for _ in range(chance.randrange(5))) + "]"
    else:
        text = "{" + ",".join(f"{string(chance)}:{document(chance, depth + 1)}"
                              for _ in range(chance.randrange(5))) + "}"
    return space + text + space


def damaged(chance: random.Random, text: bytes) -> bytes:
    at = chance.randrange(len(text) + 1)
    match chance.randrange(4):
        case 0:
            return text[:at]
        case 1:
            return text[:at] + text[at + 1:]
        case 2:
            return text[:at] + bytes([chance.choice(b'{}[]",:\\-+.eE019tfnNI \n\t\x00\x1f\x80\xc3\xff/*')]) + text[at:]
    return text[:at] + bytes([chance.randrange(256)]) + text[at + 1:]


def problem_with(text: bytes, answer: str) -> str | None:
    try:
        theirs = meant(text.decode("utf-8"))
    except (ValueError, RecursionError) as refused:
        return None if answer.startswith("-") else f"Python refuses it ({refused}), we take it"
    if answer.startswith("-"):
        if has_half_pair(theirs) or LONG_EXPONENT.search(text.decode()) or text.startswith(b"\xef\xbb\xbf"):
            return None
        return f"Python takes it, we refuse it: {answer}"
    if has_half_pair(theirs):
        return "half a surrogate pair is taken"
    ours = meant(bytes.fromhex(answer).decode("utf-8"))
    return None if kinds(ours) == kinds(theirs) else "we mean something else by it: " + repr(bytes.fromhex(answer))


def main() -> int:
    chance = random.Random(7)
    texts = [document(chance).encode() for _ in range(DOCUMENTS)]
    for _ in range(ROUNDS_OF_DAMAGE):
        texts += [damaged(chance, text) for text in texts[:DOCUMENTS]]
    lines = "".join(text.hex() + "\n" for text in texts)
    answers = subprocess.run([sys.argv[1]], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(answers) == len(texts), f"{len(answers)} answers to {len(texts)} documents"
    taken = sum(not answer.startswith("-") for answer in answers)
    assert DOCUMENTS // 2 < taken < len(texts) - DOCUMENTS // 2, f"{taken} of {len(texts)} are taken: a poor choice"
    problems = [(text, problem) for text, answer in zip(texts, answers) if (problem := problem_with(text, answer))]
    for text, problem in problems[:10]:
        print(f"{text!r}: {problem}")
    print(f"{len(texts)} documents, {taken} taken, {len(problems)} read differently")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
