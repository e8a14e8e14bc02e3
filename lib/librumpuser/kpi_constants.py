#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""kpi_constants.py HEADER... : names of the constants that kernel and host programs share.

Prints one `CONSTANT(name)` a line for each object-like macro of the KPI headers that belongs to one
of the families below.  constants_test.c compares their values with the host's.
"""
import re
import sys

FAMILIES = (
    "AT_ CLOCK_ DT_ E F_ FD_ LOCK_ O_ POLL PRIO_ RLIM RUSAGE_ S_I SEEK_ SIG TIMER_ ITIMER_ UTIME_ XATTR_ _PC_ "
    "W AF_ SOCK_ MSG_ EPOLL"
).split()
EXACT = {"R_OK", "W_OK", "X_OK", "F_OK", "PATH_MAX", "NAME_MAX"}
SHAPE = re.compile(r"#\s*define\s+([A-Z_][A-Z0-9_]*)[ \t]+([^\n]+)")


def main():
    names = []
    for header in sys.argv[1:]:
        with open(header) as f:
            for name, value in SHAPE.findall(f.read().replace("\\\n", " ")):
                belongs = name in EXACT or any(
                    name.startswith(p) and (p != "E" or re.fullmatch(r"E[A-Z0-9]+", name)) for p in FAMILIES
                )
                if belongs and re.match(r"[\s(]*(-?[0-9]|[A-Z])", value) and "struct" not in value:
                    names.append(name)
    for name in dict.fromkeys(names):
        print(f"#if defined({name}) && !defined(SKIP_{name})\nCONSTANT({name})\n#endif")


main()
