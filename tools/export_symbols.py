#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""Write the table of a component's names for the linker in the kernel (struct rump_export), as assembly.

    export_symbols.py --nm NM NAME IN.o OUT.S

IN.o has its final names.  Every name that it defines for others is in the table, but thread-local
ones, whose distance from here is no constant.
"""
import argparse
import subprocess
import sys


def exported(nm, path):
    out = subprocess.run([nm, "-g", "-P", "--defined-only", path], check=True, capture_output=True, text=True).stdout
    names = sorted(line.split()[0].encode() for line in out.splitlines() if line.strip())
    return [n.decode() for n in names if n.startswith((b"rumpns_", b"rump_", b"RUMP_VOP_"))]


def not_for_others(readelf, path):
    """Thread-local and hidden names."""
    out = subprocess.run([readelf, "-sW", path], check=True, capture_output=True, text=True).stdout
    rows = (line.split() for line in out.splitlines())
    return {r[7] for r in rows if len(r) >= 8 and (r[3] == "TLS" or r[5] in ("HIDDEN", "INTERNAL"))}


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--nm", default="nm")
    ap.add_argument("--readelf", default="readelf")
    ap.add_argument("name")
    ap.add_argument("input")
    ap.add_argument("output")
    args = ap.parse_args()

    hidden = not_for_others(args.readelf, args.input)
    names = [n for n in exported(args.nm, args.input) if n not in hidden]
    with open(args.output, "w", encoding="ascii") as f:
        f.write('\t.section .rodata.rump_exports,"a"\n\t.balign 4\n')
        for label in (f"rump_exports_{args.name}", f"rump_exports_end_{args.name}"):
            f.write(f"\t.globl {label}\n\t.hidden {label}\n")
        f.write(f"rump_exports_{args.name}:\n")
        f.writelines(f"\t.long .Lname{i} - .\n\t.long {n} - .\n" for i, n in enumerate(names))
        f.write(f"rump_exports_end_{args.name}:\n")
        f.writelines(f'.Lname{i}:\t.asciz "{n}"\n' for i, n in enumerate(names))
        f.write('\t.section .note.GNU-stack,"",%progbits\n')
    return 0


if __name__ == "__main__":
    sys.exit(main())
