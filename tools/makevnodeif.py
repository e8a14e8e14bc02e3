#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The librump authors
"""Make the vnode interface from its table.

usage: makevnodeif.py {kpi|impl|public|wrap} lib/librumpvfs/vnode/vnode_if.src OUTPUT

kpi     <sys/vnode_if.h>: argument structs, descriptors, VOP_*() prototypes
impl    vnode_if.c: VOP_*() and the descriptors
public  <rump/rumpvnode_if.h>: RUMP_VOP_*() for host programs
wrap    rumpvnode_if.c: RUMP_VOP_*(), which enter the kernel around VOP_*()
"""
import sys

SPDX = ("/* SPDX-License-Identifier: BSD-2-Clause */\n"
        "/* Copyright (c) 2026 The librump authors */\n"
        "/* Made by tools/makevnodeif.py from lib/librumpvfs/vnode/vnode_if.src. */\n")

# Operations that take no kernel lock whatever the file system says.
NO_KERNEL_LOCK = {'lock', 'unlock', 'islocked', 'strategy', 'bwrite', 'parsepath'}
# Types that host programs must see by another name.
PUBLIC_TYPES = {'kauth_cred_t': 'struct kauth_cred *', 'daddr_t': 'int64_t', 'accmode_t': 'int',
                'vm_prot_t': 'int', 'voff_t': 'int64_t', 'acl_type_t': 'int',
                'register_t *': 'long *', 'u_long': 'unsigned long', 'u_int': 'unsigned int',
                'daddr_t *': 'int64_t *'}
NOT_PUBLIC = {'bwrite', 'strategy', 'getacl', 'setacl', 'aclcheck', 'lock', 'unlock'}


class Op:
    def __init__(self, name, version):
        self.name, self.version = name, version
        self.args, self.ctx, self.doc = [], [], []

    @property
    def struct(self):
        v = '_v%s' % self.version if self.version else ''
        return 'vop_%s%s_args' % (self.name, v)

    @property
    def first(self):
        return self.args[0][0]


def parse(path):
    ops, op = [], None
    for no, line in enumerate(open(path), 1):
        line = line.rstrip('\n')
        if not line.strip():
            op = None
        elif line.startswith('\t'):
            if op is None:
                sys.exit('%s:%d: argument outside an operation' % (path, no))
            f = line.strip().split('\t')
            if f[0] == 'ctx':
                op.ctx.append((f[1], f[2]))
            else:
                op.args.append((f[0], f[1]))
        elif line.startswith('#'):
            if op is not None:
                op.doc.append(line[1:].strip())
        else:
            f = line.split()
            op = Op(f[0], f[1] if len(f) > 1 else None)
            ops.append(op)
    return ops


def decl(t, n):
    return t + n if t.endswith('*') else t + ' ' + n


def params(args, types=lambda t: t):
    return ', '.join(decl(types(t), n) for n, t in args)


def kpi(ops, out):
    out.write(SPDX + '#ifndef KPI_SYS_VNODE_IF_H\n#define KPI_SYS_VNODE_IF_H\n\n'
              '#include <sys/vnode.h> /* which includes this one at its end */\n\n')
    out.write('/*\n * Vnode operations: for each its number, its descriptor, the arguments as the'
              ' file system\n * sees them, and the function that calls it.  a_desc is the'
              " operation's descriptor.\n */\n\n")
    out.write('#define VOP_DEFAULT_DESCOFFSET 0\n')
    for i, op in enumerate(ops, 1):
        out.write('#define VOP_%s_DESCOFFSET %d\n' % (op.name.upper(), i))
    out.write('#define VNODE_OPS_COUNT %d\n\n' % (len(ops) + 1))
    out.write('extern const struct vnodeop_desc vop_default_desc;\n')
    for op in ops:
        out.write('\n/*\n * VOP_%s\n' % op.name.upper())
        for d in op.doc:
            out.write(' * %s\n' % d)
        out.write(' */\nstruct %s {\n\tconst struct vnodeop_desc *a_desc;\n' % op.struct)
        for n, t in op.args:
            out.write('\t%s;\n' % decl(t, 'a_' + n))
        for n, t in op.ctx:
            out.write('\t%s;\n' % decl(t, 'ctx_' + n))
        out.write('};\nextern const struct vnodeop_desc vop_%s_desc;\n' % op.name)
        out.write('int VOP_%s(%s);\n' % (op.name.upper(), params(op.args)))
    out.write('\n#endif /* KPI_SYS_VNODE_IF_H */\n')


def impl(ops, out):
    out.write(SPDX + '#include <sys/param.h>\n#include <sys/vnode.h>\n#include <sys/mount.h>\n'
              '#include <sys/buf.h>\n#include "rump_vop.h"\n\n')
    out.write('static const int no_vps[] = { VDESC_NO_OFFSET };\n')
    out.write('const struct vnodeop_desc vop_default_desc = {\n\t.vdesc_offset = '
              'VOP_DEFAULT_DESCOFFSET,\n\t.vdesc_name = "default",\n\t.vdesc_vp_offsets = no_vps,\n'
              '\t.vdesc_vpp_offset = VDESC_NO_OFFSET,\n\t.vdesc_cred_offset = VDESC_NO_OFFSET,\n'
              '\t.vdesc_componentname_offset = VDESC_NO_OFFSET,\n};\n')
    for op in ops:
        up = op.name.upper()
        vps = [n for n, t in op.args if t == 'struct vnode *']

        def off(match):
            for n, t in op.args:
                if t == match:
                    return 'offsetof(struct %s, a_%s)' % (op.struct, n)
            return 'VDESC_NO_OFFSET'
        out.write('\nstatic const int vop_%s_vps[] = {\n' % op.name)
        for n in vps:
            out.write('\toffsetof(struct %s, a_%s),\n' % (op.struct, n))
        out.write('\tVDESC_NO_OFFSET,\n};\n')
        out.write('const struct vnodeop_desc vop_%s_desc = {\n' % op.name)
        out.write('\t.vdesc_offset = VOP_%s_DESCOFFSET,\n' % up)
        out.write('\t.vdesc_name = "vop_%s",\n' % op.name)
        out.write('\t.vdesc_vp_offsets = vop_%s_vps,\n' % op.name)
        out.write('\t.vdesc_vpp_offset = %s,\n' % off('struct vnode **'))
        out.write('\t.vdesc_cred_offset = %s,\n' % off('kauth_cred_t'))
        out.write('\t.vdesc_componentname_offset = %s,\n};\n' % off('struct componentname *'))
        out.write('\nint\nVOP_%s(%s)\n{\n' % (up, params(op.args)))
        out.write('\tstruct %s a = {\n\t\t.a_desc = &vop_%s_desc,\n' % (op.struct, op.name))
        for n, _ in op.args:
            out.write('\t\t.a_%s = %s,\n' % (n, n))
        out.write('\t};\n')
        call = 'VCALL(%s, VOP_%s_DESCOFFSET, &a)' % (op.first, up)
        if op.name in NO_KERNEL_LOCK:
            out.write('\n\treturn %s;\n}\n' % call)
            continue
        out.write('\tconst bool big = vop_enter(%s);\n' % op.first)
        out.write('\tconst int error = %s;\n\n\tvop_leave(big);\n' % call)
        out.write('\treturn error;\n}\n')
    out.write('\nconst struct vnodeop_desc *const vfs_op_descs[VNODE_OPS_COUNT + 1] = {\n'
              '\t&vop_default_desc,\n')
    for op in ops:
        out.write('\t&vop_%s_desc,\n' % op.name)
    out.write('\tNULL,\n};\n')


def pub(t):
    return PUBLIC_TYPES.get(t, t)


def public(ops, out):
    out.write(SPDX + '#ifndef RUMP_RUMPVNODE_IF_H\n#define RUMP_RUMPVNODE_IF_H\n\n'
              '#include <sys/types.h>\n#include <stdint.h>\n#ifdef __cplusplus\nextern "C" {\n'
              '#else\n#include <stdbool.h>\n#endif\n\n')
    names = sorted({t.split()[1] for op in ops for _, t in op.args for t in [pub(t).replace(
        'const ', '')] if t.startswith('struct ')})
    for n in names:
        out.write('struct %s;\n' % n)
    out.write('\n')
    for op in ops:
        if op.name not in NOT_PUBLIC:
            out.write('int RUMP_VOP_%s(%s);\n' % (op.name.upper(), params(op.args, pub)))
    out.write('/*\n * What is locked stays locked between calls, until RUMP_VOP_UNLOCK() or an operation that lets go\n'
              ' * of its arguments, by the same lwp: rump_lwproc(3).\n */\n'
              'int RUMP_VOP_LOCK(struct vnode *vp, int flags);\n'
              'int RUMP_VOP_UNLOCK(struct vnode *vp);\n')
    out.write('\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* RUMP_RUMPVNODE_IF_H */\n')


def wrap(ops, out):
    out.write(SPDX + '#include <sys/param.h>\n#include <sys/vnode.h>\n#include "rump_vop.h"\n\n')
    for op in ops:
        if op.name in NOT_PUBLIC and op.name not in ('lock', 'unlock'):
            continue
        up = op.name.upper()
        out.write('int RUMP_VOP_%s(%s);\n' % (up, params(op.args)))
        out.write('int\nRUMP_VOP_%s(%s)\n{\n\tint error;\n\n\trump_schedule();\n' % (
            up, params(op.args)))
        out.write('\terror = VOP_%s(%s);\n%s\trump_unschedule();\n\treturn error;\n}\n\n' % (
            up, ', '.join(n for n, _ in op.args),
            '\trump_sync_keep(curlwp);\n' if op.name == 'lock' else ''))


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ('kpi', 'impl', 'public', 'wrap'):
        sys.exit(__doc__)
    ops = parse(sys.argv[2])
    with open(sys.argv[3], 'w') as out:
        {'kpi': kpi, 'impl': impl, 'public': public, 'wrap': wrap}[sys.argv[1]](ops, out)


if __name__ == '__main__':
    main()
