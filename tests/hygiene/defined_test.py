#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""What the KPI headers declare exists.

    defined_test.py --nm NM --libs DIR --generated DIR --absent FILE INCLUDE COMPONENT...

Every function and variable that include/kpi declares is defined by a KPI provider (the base or a faction), but
for those that --absent lists: a driver that calls one of them does not link.  The list is
exact: what has come to exist must leave it.
"""
import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

# Bound to the host's libc, see libkern.h.
HOST_LIBC = {"memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strcmp", "strncmp"}
# System calls: an absent one is ENOSYS, and not called by name.
EXCEPT = {"sys/syscallargs.h"}
# Of a sanitizer's build, and of components of their own.
EXCEPT_VARIABLES = {"rump_membar_word"}
VARIABLE = re.compile(r"^extern\s+([^;{]*);", re.M)
# A variable's name stands before its array bounds or, for a pointer to functions, within parentheses.
VARNAME = re.compile(r"\(\*+(?:const )?(\w+)\)\s*\(|(\w+)\s*(?:\[[^\]]*\]\s*)*(?:__\w+)?$")
DECLARED = re.compile(r"/\* (\S+?):\d+:\w(\w) \*/ extern (.*)")


def declared(header, roots):
    """Functions that the header itself declares and does not define, by gcc's account."""
    with tempfile.NamedTemporaryFile("r", suffix=".aux") as aux:
        subprocess.run(["gcc", "-std=gnu11", "-ffreestanding", "-nostdinc", "-D_KERNEL",
                        *(f"-I{r}/kpi" for r in roots), "-fsyntax-only", "-aux-info", aux.name,
                        "-x", "c", "-"], input=f"#include <{header}>\n", text=True, check=True,
                       capture_output=True)
        names = set()
        for line in aux:
            m = DECLARED.match(line)
            if m and m.group(2) == "C" and m.group(1).endswith("/" + header):
                names.add(re.search(r"[ *](\w+) \(", m.group(3)).group(1))
        return names


def variables(path):
    """Variables that the header's text declares: gcc has no account of them."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    for m in VARIABLE.finditer(text):
        for declarator in re.split(r",(?![^(]*\))", m.group(1)):
            name = VARNAME.search(declarator.strip())
            if name is not None:
                yield name.group(1) or name.group(2)


def defined(nm, path):
    out = subprocess.run([nm, "-g", "-P", path], check=True, capture_output=True, text=True).stdout
    fields = [line.split()[:2] for line in out.splitlines()]
    return {name.removeprefix("rumpns_") for name, kind in fields if kind not in "Uvw"}


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--nm", default="nm")
    ap.add_argument("--libs", required=True)
    ap.add_argument("--generated", type=pathlib.Path, required=True)
    ap.add_argument("--absent", type=pathlib.Path, required=True)
    ap.add_argument("include", type=pathlib.Path)
    ap.add_argument("components", nargs="+")
    args = ap.parse_args()
    roots = [args.include, args.generated]

    have = set().union(*(defined(args.nm, f"{args.libs}/{c}.o") for c in args.components))
    headers = [str(h.relative_to(r / "kpi")) for r in roots for h in sorted((r / "kpi").rglob("*.h"))]
    headers = [h for h in headers if h not in EXCEPT]
    absent = {line.strip() for line in args.absent.read_text().splitlines()
              if line.strip() and not line.startswith("#")}
    mistakes, missing = [], set()
    for root in roots:
        for path in sorted((root / "kpi").rglob("*.h")):
            for name in sorted(set(variables(path)) - have - absent - EXCEPT_VARIABLES):
                mistakes.append(f"<{path.relative_to(root / 'kpi')}> declares {name}, which nothing defines")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for header, names in zip(headers, pool.map(lambda h: declared(h, roots), headers)):
            for name in sorted(names - have - HOST_LIBC):
                missing.add(name)
                if name not in absent:
                    mistakes.append(f"<{header}> declares {name}(), which nothing defines")
    mistakes += [f"{args.absent.name}: {name}() exists, or is not declared" for name in
                 sorted(absent - missing)]
    print("\n".join(mistakes) or f"{len(headers)} headers, {len(missing)} functions absent")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
