#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""check.py NEW REFERENCE: exit 1 when a row's ratio to the host is over 20% worse than it was."""
import json
import sys

TOLERANCE = 1.20


def rows(path):
    with open(path) as f:
        return {r["name"]: r for r in map(json.loads, filter(str.strip, f))}


def main():
    new, old = rows(sys.argv[1]), rows(sys.argv[2])
    worse = 0
    for name, row in new.items():
        was = old.get(name)
        if was is None or not was["ratio"] or not row["ratio"]:
            continue
        change = row["ratio"] / was["ratio"]
        if row["unit"].endswith("/s"):
            change = 1 / change
        if change > TOLERANCE:
            print(f"{name}: ratio {row['ratio']:.3g}, was {was['ratio']:.3g}")
            worse += 1
    print(f"{len(new)} rows, {worse} worse than the reference")
    sys.exit(1 if worse else 0)


main()
