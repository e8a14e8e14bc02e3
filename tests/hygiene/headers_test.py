#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""Compile each header alone.

    headers_test.py --generated DIR INCLUDE COMPILER...

KPI headers as a driver's source includes them, without the host's headers; public headers as a C
and as a C++ program does, after and before the host's.  Each twice, so that guards are seen too.
"""
import argparse
import concurrent.futures
import pathlib
import shutil
import subprocess
import sys

WARN = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
KERNEL = ["-std=gnu11", "-ffreestanding", "-nostdinc", "-D_KERNEL", "-DDIAGNOSTIC",
          "-Wstrict-prototypes", *WARN]
HOST = ["sys/stat.h", "sys/socket.h", "sys/mount.h", "fcntl.h", "signal.h", "poll.h", "time.h"]


def job(compiler, language, flags, text):
    run = subprocess.run([compiler, "-x", language, *flags, "-fsyntax-only", "-"], input=text,
                         capture_output=True, text=True)
    return run.returncode, run.stderr


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--generated", type=pathlib.Path, required=True)
    ap.add_argument("include", type=pathlib.Path)
    ap.add_argument("compilers", nargs="+")
    args = ap.parse_args()
    roots = [args.include, args.generated]
    compilers = [c for c in args.compilers if shutil.which(c)]

    jobs = []
    for root in roots:
        for h in sorted((root / "kpi").rglob("*.h")):
            name = str(h.relative_to(root / "kpi"))
            flags = KERNEL + [f"-I{r}/kpi" for r in roots]
            for cc in compilers:
                jobs.append((f"{cc}: <{name}>", cc, "c", flags,
                             f"#include <{name}>\n#include <{name}>\n"))
        for h in sorted((root / "rump").glob("*.h")):
            name = f"rump/{h.name}"
            incs = [f"-I{r}" for r in roots]
            host = "".join(f"#include <{x}>\n" for x in HOST)
            for cc in compilers:
                for lang, std in (("c", "-std=c99"), ("c++", "-std=c++11")):
                    for text in (f"#include <{name}>\n{host}#include <{name}>\n",
                                 f"{host}#include <{name}>\n"):
                        jobs.append((f"{cc} {lang}: <{name}>", cc, lang,
                                     [std, "-D_GNU_SOURCE", *WARN, *incs], text))

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = [(what, pool.submit(job, *rest)) for what, *rest in jobs]
        for what, future in results:
            code, err = future.result()
            if code != 0:
                failed += 1
                print(f"{what}\n{err[:800]}")
    print(f"{len(jobs)} compilations, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
