#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""The KPI against the manual's section 9: tables in, kernel sources and a page of coverage out.

    probe.py --out DIR --page FILE TABLE...

A table has pages; a page opens with "NAME: HEADER..." at column 0, then a line for each thing that the
page documents, indented:

    F int foo(struct bar *)     a function of exactly that type; its address is taken
    V int foo                   a variable of that type
    T type...                   types
    M NAME...                   macros and constants that are expressions
    S struct foo: field...      fields
    X NAME: code                a macro with arguments or a statement: the code compiles
    A name...: reason           documented and absent: neither a macro nor a symbol of the kernel
    D name...: reason           there, and not as documented: counts as absent

Each page becomes DIR/kpi_<n>.c.  What does not hold does not compile; whether the functions are there is for
the linker and, with the absent ones, for probe_test.c.
"""
import argparse
import pathlib
import re
import sys

# What a use that is compiled and never run may be warned of.
QUIET = ["unused-variable", "unused-value", "unused-but-set-variable", "unused-function", "uninitialized",
         "address", "empty-body", "pointer-arith"]
NAME = re.compile(r"(\w+)\s*\(")


class Page:
    def __init__(self, title, headers, where):
        self.title, self.headers, self.where = title, headers, where
        self.asserts, self.uses, self.addresses = [], [], []
        self.there, self.absent, self.different = 0, [], []

    def missing(self):
        return len(self.absent) + len(self.different)

    def complain(self, what):
        sys.exit(f"{self.where}: {self.title}: {what}")

    def line(self, kind, rest):
        if kind == "F":
            m = NAME.search(rest)
            if m is None:
                self.complain(f"no function: {rest}")
            name, shape = m.group(1), rest[:m.start()] + rest[m.end() - 1:]
            self.compatible(name, shape)
            self.addresses.append(name)
        elif kind == "V":
            m = re.match(r"(.*?)(\w+)((?:\[\w*\])*)$", rest)
            self.compatible(m.group(2), m.group(1) + m.group(3))
            self.addresses.append(("&", m.group(2)))
        elif kind == "T":
            for t in re.findall(r"(?:struct |enum |union )?\w+", rest):
                self.uses.append(f"(void)sizeof({t} *)")
                if not t.startswith("struct "):
                    self.uses[-1] = f"(void)sizeof(__typeof__({t}) *)"
                self.there += 1
        elif kind == "M":
            for name in rest.split():
                self.uses.append(f"(void)sizeof({name})")
                self.there += 1
        elif kind == "S":
            struct, fields = rest.split(":")
            for field in fields.split():
                self.uses.append(f"(void)sizeof(({{ {struct.strip()} *p_; (void)p_->{field}; 0; }}))")
                self.there += 1
        elif kind == "X":
            _, code = rest.split(":", 1)
            self.uses.append(f"(void)sizeof(({{ {code.strip()}; 0; }}))")
            self.there += 1
        elif kind == "A":
            names, reason = rest.split(":", 1)
            if not reason.strip():
                self.complain(f"absent without a reason: {names}")
            self.absent += [(name, reason.strip()) for name in names.split()]
        elif kind == "D":
            names, reason = rest.split(":", 1)
            self.different += [(name, reason.strip()) for name in names.split()]
        else:
            self.complain(f"what is '{kind}'?")

    def compatible(self, name, shape):
        self.asserts.append(f"_Static_assert(__builtin_types_compatible_p(__typeof__({name}), "
                            f"__typeof__({shape})), \"{self.title}: {name}\");")
        self.there += 1

    def source(self, n):
        out = ["/* Made by probe.py: do not edit. */"]
        out += [f"#include <{h}>" for h in ["sys/param.h", *self.headers]]
        out += [f'#pragma GCC diagnostic ignored "-W{w}"' for w in QUIET]
        out += ['#include "probe.h"']
        for name, _ in self.absent:
            out += [f"#ifdef {name}", f'#error "{self.title}: {name} exists: it is not absent"', "#endif"]
        out += self.asserts
        out += ["static __unused void", "uses(void)", "{"] + [f"\t{u};" for u in self.uses] + ["}"]
        out += [f"const struct kpi_symbol kpi_symbols_{n}[] = {{"]
        for a in self.addresses:
            if isinstance(a, tuple):
                out.append(f'\t{{ "{a[1]}", (const void *)&{a[1]} }},')
            else:
                out.append(f'\t{{ "{a}", (const void *)(__UINTPTR_TYPE__)&{a} }},')
        out += ["\t{ NULL, NULL }", "};"]
        return "\n".join(out) + "\n"


def read(path):
    page = None
    for n, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not line[0].isspace():
            title, headers = line.split(":")
            page = Page(title, headers.split(), f"{path.name}:{n}")
            yield page
        else:
            kind, rest = line.split(None, 1)
            page.line(kind, rest.strip())


def index(pages):
    """What probe_test.c walks: all symbols, and the names that must not exist."""
    out = ["/* Made by probe.py: do not edit. */", "#include <sys/param.h>", '#include "probe.h"']
    out += [f"extern const struct kpi_symbol kpi_symbols_{n}[];" for n in range(len(pages))]
    out += ["const struct kpi_page rump_kpi_pages[] = {"]
    for n, p in enumerate(pages):
        out.append(f'\t{{ "{p.title}", kpi_symbols_{n}, {len(p.addresses)} }},')
    out += ["\t{ NULL, NULL, 0 }", "};", "const char *const rump_kpi_absent[] = {"]
    out += [f'\t"{name}",' for p in pages for name, _ in p.absent]
    out += ["\tNULL", "};"]
    return "\n".join(out) + "\n"


def percent(there, absent):
    return f"{100 * there // (there + absent)} %"


def coverage(pages):
    there, absent = sum(p.there for p in pages), sum(p.missing() for p in pages)
    out = ["# Coverage of the kernel programming interface", "",
           "What the pages of manual section 9 that base and VFS serve document, and what is here: functions by "
           "their types, macros, constants and fields by a use. Made by tests/kpi/probe.py from tests/kpi/manual.",
           "", f"{there} of {there + absent}, {percent(there, absent)}.", "",
           "| page | there | absent | |", "|---|---|---|---|"]
    for p in pages:
        out.append(f"| {p.title} | {p.there} | {p.missing()} | {percent(p.there, p.missing())} |")
    out += ["", "## Absent, or not as documented", "", "| page | name | why |", "|---|---|---|"]
    out += [f"| {p.title} | {name} | {reason} |" for p in pages
            for name, reason in p.absent + p.different]
    return "\n".join(out) + "\n"


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--out", type=pathlib.Path, required=True)
    ap.add_argument("--page", type=pathlib.Path, required=True)
    ap.add_argument("tables", type=pathlib.Path, nargs="+")
    args = ap.parse_args()

    pages = [page for table in args.tables for page in read(table)]
    for n, page in enumerate(pages):
        (args.out / f"kpi_{n}.c").write_text(page.source(n))
    (args.out / "kpi_index.c").write_text(index(pages))
    text = coverage(pages)
    args.page.write_text(text)
    print(text.splitlines()[4])


if __name__ == "__main__":
    main()
