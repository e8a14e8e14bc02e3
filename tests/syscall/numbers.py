#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""System-call numbers never change: the table and the committed list say the same."""
import re
import sys


def read(path, pattern):
    found = {}
    with open(path, encoding='utf-8') as f:
        for line in f:
            m = re.match(pattern, line)
            if m:
                if m[2] in found:
                    sys.exit(f'{path}: {m[2]} twice')
                found[m[2]] = int(m[1])
    return found


def main():
    table = read(sys.argv[1], r'(\d+)\t\S+\t(\w+)\(')
    frozen = read(sys.argv[2], r'(\d+) (\w+)$')
    bad = 0
    for name in sorted(set(table) | set(frozen)):
        if table.get(name) != frozen.get(name):
            print(f'{name}: {frozen.get(name)} in the list, {table.get(name)} in the table')
            bad = 1
    if len(set(frozen.values())) != len(frozen):
        print('a number is in the list twice')
        bad = 1
    if not table:
        print('no table')
        bad = 1
    sys.exit(bad)


if __name__ == '__main__':
    main()
