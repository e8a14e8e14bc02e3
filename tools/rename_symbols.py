#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""Give a joined component its final names (ARCHITECTURE.md, decision D1 and D4).

    rename_symbols.py [--sets NAME] --objcopy OBJCOPY --nm NM IN.o OUT.o

Every global symbol that kernel code defines or leaves undefined becomes rumpns_<name>, except the
names that kept() lists.  With --sets the sections of link sets get the component's name as a
suffix, so that two components in one static program keep their sets apart; in a shared library,
which holds one component, they keep their well-known names, for dlsym().
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

HOST_LIBC = {"memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strcmp", "strncmp"}
TOOLCHAIN = {"_GLOBAL_OFFSET_TABLE_", "__tls_get_addr", "__stack_chk_fail", "__stack_chk_guard",
             "__aarch64_have_lse_atomics"}
# libgcc's integer helpers (its manual, chapter 4.1), and the run-time libraries of instrumentation.
LIBGCC = re.compile(r"^__(ashl|ashr|lshr|div|udiv|mod|umod|divmod|udivmod|mul|mulv|neg|negv|addv|subv|"
                    r"absv|cmp|ucmp|clz|ctz|ffs|parity|popcount|bswap|clear_cache|mulo)(si|di|ti)?[234]?$")
RUNTIME = re.compile(r"^(__asan_|__tsan_|__ubsan_|__sanitizer_|__sancov_|__lsan_|__hwasan_|"
                     r"__gcov_|__llvm_|__odr_asan|__start_|__stop_|__aarch64_)")
LINK_SET = re.compile(r"^__(start|stop)_(link_set_\w+)$")


def kept(name):
    """True for the names that stay as they are."""
    return (name.startswith(("rump_", "rumpuser_", "rumpns_", "RUMP_VOP_")) or name in HOST_LIBC
            or name in TOOLCHAIN or LIBGCC.match(name) or RUNTIME.match(name))


def global_symbols(nm, path):
    """(name, type letter) of every external symbol."""
    out = subprocess.run([nm, "-g", "-P", path], check=True, capture_output=True, text=True).stdout
    return [tuple(line.split()[:2]) for line in out.splitlines() if line.strip()]


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--sets", metavar="NAME")
    ap.add_argument("--objcopy", default="objcopy")
    ap.add_argument("--nm", default="nm")
    ap.add_argument("input")
    ap.add_argument("output")
    args = ap.parse_args()

    renames = []
    for name, _ in global_symbols(args.nm, args.input):
        if args.sets and LINK_SET.match(name):
            renames.append((name, f"{name}_{args.sets}"))
        elif not kept(name):
            renames.append((name, f"rumpns_{name}"))

    cmd = [args.objcopy]
    if args.sets:
        sections = subprocess.run([args.objcopy.replace("objcopy", "objdump"), "-h", args.input],
                                  check=True, capture_output=True, text=True).stdout
        for s in sorted(set(re.findall(r"\s(link_set_\w+)\s", sections))):
            cmd += ["--rename-section", f"{s}={s}_{args.sets}"]
    with tempfile.NamedTemporaryFile("w", suffix=".syms", delete=False) as f:
        f.writelines(f"{old} {new}\n" for old, new in sorted(set(renames)))
    try:
        subprocess.run(cmd + [f"--redefine-syms={f.name}", args.input, args.output], check=True)
    finally:
        os.unlink(f.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
