#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""Prove by nm that components keep to their names and their layers (ARCHITECTURE.md, decision D1).

    symbols_test.py --nm NM --libs DIR COMPONENT:NEED,NEED...

Of each component's object and shared library:
  - every name that it exports begins with rump_, rumpuser_, rumpns_ or RUMP_VOP_;
  - every name that it leaves undefined is defined by a component that it needs, is a hypercall that
    librumpuser defines, or stands in the exact lists below;
  - no component refers to another's name weakly: what is absent must not link.
Every name that librumptest.a, where it is built, exports begins with rumptest_ or is the thread sanitizer's.
The lists are this test's own, so that widening the build's does not go unseen.
"""
import argparse
import pathlib
import re
import subprocess
import sys

HOST_LIBC = {"memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strcmp", "strncmp"}
TOOLCHAIN = {"_GLOBAL_OFFSET_TABLE_", "__tls_get_addr", "__stack_chk_fail"}
# What the compiler driver adds to every shared object.
DRIVER_WEAK = {"__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable",
               "_ITM_registerTMCloneTable"}
LIBGCC = re.compile(r"__(u?div|u?mod|u?divmod|mul|ashl|ashr|lshr|popcount|clz|ctz|ffs|bswap|parity)"
                    r"(s|d|t)i[234]")
SANITIZERS = re.compile(r"__(asan|tsan|ubsan|sanitizer|sancov|lsan)_\w+")
LINK_SETS = re.compile(r"__(start|stop)_link_set_\w+")
OURS = re.compile(r"rump_|rumpuser_|rumpns_|RUMP_VOP_")


def nm(args, path, *flags):
    """{name: type letter}"""
    out = subprocess.run([args.nm, "-P", *flags, path], check=True, capture_output=True, text=True)
    names = {}
    for line in out.stdout.splitlines():
        name, kind = line.split()[:2]
        names[name.split("@")[0]] = kind
    return names


def archive(args, path):
    """The same of all members; a name of several is the one that is defined."""
    names = {}
    out = subprocess.run([args.nm, "-P", "-g", path], check=True, capture_output=True, text=True)
    for line in out.stdout.splitlines():
        words = line.split()
        if len(words) > 1 and not line.endswith(":") and names.get(words[0], "U") == "U":
            names[words[0]] = words[1]
    return names


def exempt(name):
    return (name in HOST_LIBC or name in TOOLCHAIN or LIBGCC.fullmatch(name)
            or SANITIZERS.fullmatch(name) or LINK_SETS.fullmatch(name))


def closure(graph, name):
    seen, todo = set(), list(graph[name])
    while todo:
        n = todo.pop()
        if n not in seen:
            seen.add(n)
            todo += graph.get(n, [])
    return seen


def check_object(path, symbols, below, complain):
    for name, kind in sorted(symbols.items()):
        if kind in "Uvw":
            if kind != "U" and not LINK_SETS.fullmatch(name):
                complain(f"{path}: refers weakly to {name}")
            if name not in below and not exempt(name):
                complain(f"{path}: needs {name}, which nothing below it defines")
        elif kind.isupper() and not OURS.match(name) and not LINK_SETS.fullmatch(name):
            complain(f"{path}: exports {name}")


def check_shared(path, symbols, below, complain):
    for name, kind in sorted(symbols.items()):
        if kind in "Uvw":
            if name not in below and not exempt(name) and not (kind == "w" and name in DRIVER_WEAK):
                complain(f"{path}: needs {name}, which nothing below it defines")
        elif not OURS.match(name) and not LINK_SETS.fullmatch(name):
            complain(f"{path}: exports {name}")


def check_rumptest(path, symbols, complain):
    for name, kind in sorted(symbols.items()):
        if kind not in "Uvw" and not name.startswith(("rumptest_", "__tsan_")):
            complain(f"{path}: exports {name}")


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--nm", default="nm")
    ap.add_argument("--libs", required=True)
    ap.add_argument("components", nargs="+")
    args = ap.parse_args()
    graph = {}
    for c in args.components:
        name, needs = c.split(":")
        graph[name] = [n for n in needs.split(",") if n]

    mistakes = []
    hypercalls = {n for n, k in nm(args, f"{args.libs}/librumpuser.so", "-D").items()
                  if k not in "Uvw" and n.startswith("rumpuser_")}
    objects = {c: nm(args, f"{args.libs}/{c}.o", "-g") for c in graph}
    defined = {c: {n for n, k in objects[c].items() if k not in "Uvw"} for c in graph}
    for c in graph:
        below = set(hypercalls).union(*(defined[n] for n in closure(graph, c)))
        check_object(f"{c}.o", objects[c], below, mistakes.append)
        shared = nm(args, f"{args.libs}/lib{c}.so.0", "-D")
        check_shared(f"lib{c}.so", shared, below, mistakes.append)
    rumptest = pathlib.Path(args.libs, "librumptest.a")
    if rumptest.exists():
        check_rumptest(rumptest.name, archive(args, rumptest), mistakes.append)
    print("\n".join(mistakes) or f"{len(graph)} components, {sum(map(len, objects.values()))} names")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
