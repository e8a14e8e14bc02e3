#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""The form of sources that no compiler checks (STYLE): licence lines, length of files and functions.

    sources_test.py TREE
"""
import pathlib
import re
import sys

FOLDERS = [".ci", "bench", "cmake", "drivers", "examples", "fuzz", "include", "lib", "man", "tests", "tools"]
# What is looked at but for prose, data and editors' leavings: the tree's own files too.
NOT_SUFFIXES = {".md", ".json", ".pyc", ".orig", ".rej", ".swp"}
NOT_NAMES = {"LICENSE", ".gitignore", ".clang-format", ".git"}
MAX_FILE = 800	   # lines
MAX_FUNCTION = 120 # lines, from the brace at column 0 to the brace at column 0
LICENCE = re.compile(r"SPDX-License-Identifier: BSD-2-Clause")
COPYRIGHT = re.compile(r"Copyright \(c\) \d{4} The librump authors")
MARKER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def function_lengths(lines):
    """(line number, length) of each function body in kernel style."""
    start = None
    for i, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = i
        elif line.startswith("}") and start is not None:
            yield start, i - start
            start = None


def check(path, name, complain):
    lines = path.read_text().splitlines()
    head = "\n".join(lines[:4])

    if not LICENCE.search(head) or not COPYRIGHT.search(head):
        complain(f"{name}: no licence lines at the top")
    if len(lines) > MAX_FILE:
        complain(f"{name}: {len(lines)} lines, more than {MAX_FILE}")
    for i, line in enumerate(lines, 1):
        if MARKER.search(line) and path.name != "sources_test.py":
            complain(f"{name}:{i}: {line.strip()}")
        if line != line.rstrip() and path.suffix in {".c", ".h"} and not line.endswith("\\"):
            complain(f"{name}:{i}: blanks at the end")
    if path.suffix == ".c":
        for start, length in function_lengths(lines):
            if length > MAX_FUNCTION:
                complain(f"{name}:{start}: a function of {length} lines, more than {MAX_FUNCTION}")


def main():
    tree = pathlib.Path(sys.argv[1])
    mistakes = []
    n = 0

    paths = list(tree.glob("*"))
    for folder in FOLDERS:
        paths += (tree / folder).rglob("*")
    templates = tree / "tools" / "templates" # what comes of them is their user's
    for path in sorted(paths):
        if templates in path.parents:
            continue
        if path.is_file() and path.suffix not in NOT_SUFFIXES and path.name not in NOT_NAMES:
            check(path, str(path.relative_to(tree)), mistakes.append)
            n += 1
    print("\n".join(mistakes) or f"{n} files")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
