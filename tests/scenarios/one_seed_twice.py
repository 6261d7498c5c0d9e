#!/usr/bin/env python3
"""Runs one seed in two processes and compares the fingerprints that they print.

    one_seed_twice.py SCENARIOS_TEST

Two processes have other addresses and other hash seeds: what depends on them shows here.
"""
import os
import re
import subprocess
import sys


def fingerprints(program: str, seed: str) -> list[str]:
    output = subprocess.run([program, "--gtest_filter=*OneSeed.prints_its_fingerprint*"], check=True, text=True,
                            stdout=subprocess.PIPE, env=os.environ | {"RIACHO_SEED": seed}, timeout=120).stdout
    return re.findall(r"^fingerprint .*$", output, re.M)


def main() -> int:
    program = sys.argv[1]
    for seed in ("7", "8"):
        first, second = fingerprints(program, seed), fingerprints(program, seed)
        print("\n".join(first))
        if len(first) != 2 or first != second:
            print("the second process printed\n" + "\n".join(second), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
