#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""Every C source and header is as clang-format and .clang-format leave it.

    format_test.py CLANG_FORMAT TREE [--fix]
"""
import pathlib
import subprocess
import sys

FOLDERS = ["bench", "drivers", "examples", "fuzz", "include", "lib", "tests"]
# Macro tables whose columns say more than the formatter's idea of them.
EXCEPT = {"include/kpi/sys/queue.h", "include/kpi/sys/tree.h"}


def main():
    clang_format, tree = sys.argv[1], pathlib.Path(sys.argv[2])
    files = [f for folder in FOLDERS for f in sorted((tree / folder).rglob("*.[ch]"))
             if str(f.relative_to(tree)) not in EXCEPT]
    if "--fix" in sys.argv[3:]:
        subprocess.run([clang_format, "-i", *map(str, files)], check=True)
        return 0
    wrong = []
    for f in files:
        text = f.read_text()
        out = subprocess.run([clang_format, f"--assume-filename={f}"], input=text, check=True,
                             capture_output=True, text=True).stdout
        if out != text:
            wrong.append(str(f.relative_to(tree)))
    print("\n".join(wrong) or f"{len(files)} files")
    if wrong:
        print(f"{len(wrong)} of {len(files)} files differ: tests/hygiene/format_test.py "
              "clang-format . --fix")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
