#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""A table of all system calls, with what each of their arguments is.

    makecalls.py TOOLDIR syscalls.tbl OUTPUT
"""
import sys

# The host has these by number; they do no harm to it, whatever the arguments.
HOST = set('''read write open close link unlink chdir fchdir chmod chown access dup pipe symlink readlink umask dup2
fcntl fsync readv writev fchown fchmod rename flock mkdir rmdir lseek truncate ftruncate fdatasync lchown preadv pwritev
setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr
fremovexattr stat fstat lstat mknod pipe2 dup3 linkat renameat renameat2 mknodat mkdirat fchownat utimensat openat
readlinkat symlinkat unlinkat statx getdents64 statfs fstatfs fallocate openat2 faccessat2 poll getgroups getitimer
clock_gettime clock_getres gettimeofday nanosleep epoll_create1 epoll_ctl epoll_wait eventfd2 getrlimit uname
getuid geteuid getgid getegid'''.split())
ALIAS = {'pread': 'pread64', 'pwrite': 'pwrite64', '__getcwd': 'getcwd', 'fstatat': 'newfstatat'}
DESCRIPTORS = {'fd', 's', 'from', 'to', 'infd', 'outfd', 'fd1', 'fd2', 'fromfd', 'tofd', 'epfd', 'fdat', 'fildes'}
FLAGS = {'flags', 'flag', 'oflags', 'how', 'advice', 'whence', 'mode', 'amode', 'cmd', 'op'}
TIMEOUTS = {'timeout', 'tv', 'ts', 'abstime'}


def kind(call, arg):
    """One letter: see hostile.h."""
    sizes = {a.size.split()[0] for a in call.args if a.size}
    if arg.dir == 'str':
        return 's'
    if arg.pointer:
        if arg.name in TIMEOUTS:
            return 't'
        if arg.dir == 'opaque':
            return 'x'
        if arg.dir.endswith('?'):
            return 'q'
        return 'i' if arg.dir in ('in', 'gather', 'msgin') else 'o'
    if arg.name in TIMEOUTS:
        return 'z'
    if arg.name in sizes:
        return 'l'
    if arg.type == 'int' and arg.name in DESCRIPTORS:
        return 'f'
    return 'g' if arg.name in FLAGS else 'n'


def owner(call, arg):
    """The pointer whose length arg is, where the call reads from there; -1."""
    for i, a in enumerate(call.args):
        if a.pointer and a.size and a.size.split()[0] == arg.name and a.dir.rstrip('?') in ('in', 'inout', 'gather', 'msgin', 'msgout'):
            return i
    return -1


def main():
    tooldir, table, output = sys.argv[1:4]
    sys.path.insert(0, tooldir)
    sys.dont_write_bytecode = True
    import makesyscalls
    calls = makesyscalls.read_table(table)
    out = [makesyscalls.HEAD_C.replace('tools/makesyscalls.py', 'tests/posix/hostile/makecalls.py'),
           '#include <sys/syscall.h>', '#include <rump/rump_syscalls.h>', '#include "hostile.h"', '']
    rows = []
    for c in calls:
        args = ', '.join(f'({a.host()})v[{i}]' for i, a in enumerate(c.args))
        out.append(f'static long call_{c.name}(const long *v)\n{{')
        if c.result == 'void':
            out.append(f'\trump_sys_{c.name}({args});\n\treturn 0;')
        else:
            out.append(f'\treturn (long)rump_sys_{c.name}({args});')
        out.append('}')
        host = '-1'
        if c.name in HOST or c.name in ALIAS:
            host = f'SYS_{ALIAS.get(c.name, c.name)}'
        kinds = ''.join(kind(c, a) for a in c.args)
        owners = ', '.join(str(owner(c, a)) for a in c.args) or '-1'
        names = ', '.join(f'"{a.name}"' for a in c.args) or 'NULL'
        rows.append(f'\t{{ "{c.name}", "{kinds}", {{ {owners} }}, {{ {names} }}, call_{c.name}, {host} }},')
    out += ['', 'const struct hostile_call hostile_calls[] = {'] + rows + ['};']
    out += ['const int nhostile_calls = sizeof(hostile_calls) / sizeof(hostile_calls[0]);', '']
    makesyscalls.write(output, '\n'.join(out))


if __name__ == '__main__':
    main()
