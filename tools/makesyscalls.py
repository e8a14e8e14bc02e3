#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""Make everything that follows from the table of system calls.

	makesyscalls.py syscalls.tbl OUTDIR

The table's head describes its lines.  Made below OUTDIR:

	include/kpi/sys/syscall.h	numbers
	include/kpi/sys/syscallargs.h	argument structs, prototypes of sys_*()
	include/rump/rump_syscalls.h	the public prototypes, in the host's types
	src/syscall_stubs.c		rump_sys_*(): local clients
	src/syscall_names.c		names by number
	test/syscall_zero.h		every call with zeros and NULLs
	doc/syscalls.md			the table for readers
"""
import os
import re
import sys

# Host structs whose layout is not the kernel's: struct host_<name> inside.
HOST_STRUCTS = ('aiocb epoll_event mmsghdr msghdr open_how sigevent sockaddr stat statfs '
                'statvfs statx utsname').split()
# Structs that the host lacks: struct rump_<name> outside.
RUMP_STRUCTS = 'kevent quotactl_args'.split()
# The same, kernel name first; rump_statvfs is the kernel's struct statvfs.
KERNEL_ALIAS = {'rump_statvfs': 'statvfs', 'rlimit64': 'rlimit'}
# Scalar types with another name or width inside the kernel.
KERNEL_SCALARS = {'timer_t': 'void *', 'sigset_t': 'struct host_sigset',
                  'siginfo_t': 'struct host_siginfo'}

HEAD_C = '''/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Made by tools/makesyscalls.py: do not edit. */
'''

LINE = re.compile(r'(\d+)\t(\S+)\t(\w+)\((.*)\)\t; (.+)$')
ARG = re.compile(r'(?:(?P<va>\.\.\.) )?'
                 r'(?:(?P<dir>str|opaque|gather|scatter|msgin|msgout|(?:in|out|inout)\??) )?'
                 r'(?P<type>.*?)(?P<name>\w+)(?:\[(?P<size>[^\]]+)\])?$')


class Arg:
    def __init__(self, text, where):
        m = ARG.match(text.strip())
        if m is None:
            sys.exit(f'{where}: argument {text!r} is not understood')
        self.variadic = m['va'] is not None
        self.dir = m['dir']
        self.name = m['name']
        self.type = 'const char *' if self.dir == 'str' else m['type'].strip()
        self.size = m['size']
        self.pointer = self.type.endswith('*')
        if self.pointer != (self.dir is not None) or not self.type:
            sys.exit(f'{where}: argument {self.name}: direction and type do not agree')
        if self.dir and self.dir not in ('str', 'opaque') and 'void' in self.type and not self.size:
            sys.exit(f'{where}: argument {self.name}: void * needs a size')

    def declare(self, ctype):
        return ctype + ('' if ctype.endswith('*') else ' ') + self.name

    def host(self):
        t = re.sub(r'struct (\w+)', lambda m: 'struct rump_' + m[1] if m[1] in RUMP_STRUCTS
                   else m[0], self.type)
        return t

    def kernel(self):
        def struct(m):
            name = m[1]
            if name in HOST_STRUCTS:
                return 'struct host_' + name
            return 'struct ' + KERNEL_ALIAS.get(name, name)
        t = re.sub(r'struct (\w+)', struct, self.type)
        for k, v in KERNEL_SCALARS.items():
            t = re.sub(rf'\b{k}\b', v, t)
        return t


class Call:
    def __init__(self, m, where):
        self.num = int(m[1])
        self.result = m[2]
        self.name = m[3]
        self.args = [Arg(a, where) for a in m[4].split(', ')] if m[4] else []
        self.text = m[5]
        names = {a.name for a in self.args}
        for a in self.args:
            if a.size and not a.size.isdigit():
                ref = a.size.split()[0].lstrip('*')
                if ref not in names:
                    sys.exit(f'{where}: size [{a.size}] names no argument')

    def prototype(self, view, name):
        """view: Arg.host or Arg.kernel."""
        fixed = [a.declare(view(a)) for a in self.args if not a.variadic]
        if any(a.variadic for a in self.args):
            fixed.append('...')
        result = self.result
        return result, f'{name}({", ".join(fixed) or "void"})'


def read_table(path):
    calls, seen_num, seen_name = [], {}, {}
    with open(path, encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            line = line.rstrip('\n')
            if not line or line.startswith('#'):
                continue
            where = f'{path}:{n}'
            m = LINE.match(line)
            if m is None:
                sys.exit(f'{where}: not "number<tab>result<tab>name(arguments)<tab>; text"')
            c = Call(m, where)
            if c.num in seen_num or c.name in seen_name:
                sys.exit(f'{where}: number {c.num} or name {c.name} is there twice')
            seen_num[c.num] = seen_name[c.name] = c
            calls.append(c)
    return sorted(calls, key=lambda c: c.num)


def syscall_h(calls):
    out = [HEAD_C, '#ifndef KPI_SYS_SYSCALL_H', '#define KPI_SYS_SYSCALL_H', '']
    out += [f'#define SYS_{c.name} {c.num}' for c in calls]
    out += ['', f'#define SYS_MAXSYSCALL {calls[-1].num + 1}', '', '#endif', '']
    return '\n'.join(out)


def struct_names(calls, view):
    names = set()
    for c in calls:
        for a in c.args:
            names.update(re.findall(r'struct (\w+)', view(a)))
    return sorted(names)


def syscallargs_h(calls):
    out = [HEAD_C, '#ifndef KPI_SYS_SYSCALLARGS_H', '#define KPI_SYS_SYSCALLARGS_H', '',
           '#include <sys/poll.h>', '#include <sys/select.h>', '#include <sys/types.h>', '',
           '/* Each argument takes a register; SCARG() reads it. */',
           '#define syscallarg(x) \\', '\tunion { \\', '\t\tregister_t pad; \\',
           '\t\tstruct { x datum; } le; \\', '\t}',
           '#define SCARG(p, k) ((p)->k.le.datum)', '', 'struct lwp;']
    out += [f'struct {s};' for s in struct_names(calls, Arg.kernel)]
    out.append('')
    for c in calls:
        if c.args:
            out.append(f'struct sys_{c.name}_args {{')
            out += [f'\tsyscallarg({a.kernel()}) {a.name};' for a in c.args]
            out.append('};')
        else:
            out.append(f'struct sys_{c.name}_args;')
    out.append('')
    out += [f'int sys_{c.name}(struct lwp *, const struct sys_{c.name}_args *, register_t *);'
            for c in calls]
    out += ['', '#endif', '']
    return '\n'.join(out)


def rump_syscalls_h(calls):
    out = [HEAD_C, '/*',
           ' * The system calls of the rump kernel: the host\'s types, constants and errno.  They',
           ' * return -1 and set errno; on success errno is left alone.  A call that no component',
           ' * serves gives ENOSYS; without a booted kernel all give ENXIO.', ' */',
           '#ifndef RUMP_RUMP_SYSCALLS_H', '#define RUMP_RUMP_SYSCALLS_H', '',
           '#include <stdint.h>', '#include <sys/types.h>', '#include <poll.h>',
           '#include <signal.h>', '#include <sys/select.h>', '#include <sys/socket.h>', '#include <time.h>', '',
           '#ifdef __cplusplus', 'extern "C" {', '#endif', '']
    out += [f'struct {s};' for s in struct_names(calls, Arg.host)]
    out.append('')
    for c in calls:
        result, proto = c.prototype(Arg.host, 'rump_sys_' + c.name)
        out.append(f'/* {c.text} */')
        # Types that a strict -std hides are spelt out.
        line = f'{result} {proto};'
        line = re.sub(r'\bu_int\b', 'unsigned int', re.sub(r'\bu_long\b', 'unsigned long', line))
        if 'siginfo_t' in line:  # no other name of that type is known
            line = f'#if defined _POSIX_C_SOURCE && _POSIX_C_SOURCE >= 199309L\n{line}\n#endif'
        out.append(line)
    out += ['', '#ifdef __cplusplus', '}', '#endif', '', '#endif', '']
    return '\n'.join(out)


STUB_HEAD = '''/*
 * Local clients: each stub enters the kernel, calls what serves the call, leaves, and turns a
 * positive errno into -1 and the host's errno.
 */
#include <stdarg.h>
#include <sys/errno.h>
#include <sys/syscall.h>
#include <sys/syscallargs.h>

#include "rump_entry.h"
#include "rump_sysent.h"
'''


def stub(c):
    result, proto = c.prototype(Arg.kernel, 'rump_sys_' + c.name)
    out = [f'{result} {proto};', result, proto, '{']
    last = [a for a in c.args if not a.variadic]
    for a in c.args:
        if a.variadic:
            out += ['\tva_list ap;', f'\t{a.declare(a.kernel())};']
    if c.args:
        out.append(f'\tstruct sys_{c.name}_args uap;')
    for a in c.args:
        if a.variadic:
            out += [f'\tva_start(ap, {last[-1].name});', f'\t{a.name} = va_arg(ap, {a.kernel()});',
                    '\tva_end(ap);']
    out += [f'\tSCARG(&uap, {a.name}) = {a.name};' for a in c.args]
    argp = '&uap' if c.args else 'NULL'
    call = f'rump_syscall(SYS_{c.name}, {argp})'
    if result == 'void':
        out.append(f'\t{call};')
    else:
        out.append(f'\treturn ({result}){call};')
    out += ['}', '']
    return '\n'.join(out)


def stubs_c(calls):
    return '\n'.join([HEAD_C + STUB_HEAD] + [stub(c) for c in calls])


def names_c(calls):
    out = [HEAD_C, '#include "rump_sysent.h"', '', 'const char *const rump_sysnames[] = {']
    out += [f'\t[{c.num}] = "{c.name}",' for c in calls]
    out += ['};', '']
    return '\n'.join(out)


def zero_h(calls):
    """A table of functions that make each call with zeros and NULLs."""
    out = [HEAD_C]
    for c in calls:
        zeros = ', '.join('NULL' if a.pointer else '0' for a in c.args)
        out += [f'static long zero_{c.name}(void) {{']
        if c.result == 'void':
            out.append(f'\trump_sys_{c.name}({zeros});\n\treturn 0;')
        else:
            out.append(f'\treturn (long)rump_sys_{c.name}({zeros});')
        out.append('}')
    out += ['', 'static const struct {', '\tconst char *name;', '\tint num;', '\tlong (*call)(void);',
            '} zero_calls[] = {']
    out += [f'\t{{ "{c.name}", {c.num}, zero_{c.name} }},' for c in calls]
    out += ['};', '']
    return '\n'.join(out)


def doc(calls):
    out = ['| number | call | what |', '|-|-|-|']
    for c in calls:
        result, proto = c.prototype(Arg.host, 'rump_sys_' + c.name)
        out.append(f'| {c.num} | `{result} {proto}` | {c.text} |')
    return '\n'.join(out) + '\n'


def write(path, text):
    """Leave an unchanged file alone, so that nothing is built again for it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, encoding='utf-8') as f:
            if f.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    calls = read_table(sys.argv[1])
    out = sys.argv[2]
    write(f'{out}/include/kpi/sys/syscall.h', syscall_h(calls))
    write(f'{out}/include/kpi/sys/syscallargs.h', syscallargs_h(calls))
    write(f'{out}/include/rump/rump_syscalls.h', rump_syscalls_h(calls))
    write(f'{out}/src/syscall_stubs.c', stubs_c(calls))
    write(f'{out}/src/syscall_names.c', names_c(calls))
    write(f'{out}/test/syscall_zero.h', zero_h(calls))
    write(f'{out}/doc/syscalls.md', doc(calls))


if __name__ == '__main__':
    main()
