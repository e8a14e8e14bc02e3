/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the parts of the VFS faction say to each other beyond the KPI.
 *
 * Order of boot: vfs_init() makes vcache, name cache and mounts, attaches the types of
 * vfs_list_initial, mounts rumpfs as root and gives process 1 its root and current directory.
 */
#ifndef RUMP_VFS_H
#define RUMP_VFS_H

#include <sys/param.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>
#include <sys/mount.h>
#include <sys/namei.h>

/* Of the parts, in the order in which they are called; every _fini undoes its _init. */
int vcache_init(void);
void vcache_fini(void);
int nchinit(void);
void nchfini(void);
int vfs_mount_init(void);
void vfs_mount_fini(void);
int vfs_cwd_init(void);
void vfs_cwd_fini(void);
int vfs_syscalls_init(void);
void vfs_syscalls_fini(void);

/* rumpfs's: its types are the root.  etfs registers below it. */
extern struct vfsops rumpfs_vfsops;

/*
 * A hook that the walk asks, before the file system, for names directly in the root directory: etfs's
 * keys.  Keys may hold slashes, so it sees the rest of the path: path (pathlen bytes, no leading
 * slash).  0: *vpp is the vnode, referenced and unlocked, and *lenp the bytes of path that it
 * took; ENOENT: not a key, go on as if not asked.  Only called while vfs_roothook is not NULL.
 */
typedef int (*vfs_roothook_t)(struct vnode *rootvp, const char *path, size_t pathlen,
    struct vnode **vpp, size_t *lenp);
extern vfs_roothook_t vfs_roothook;

/* v_usecount: a light reference does not owe VOP_INACTIVE.  See lib/librumpvfs/README.md. */
bool vnode_tryref_light(struct vnode *vp);
/* Gives back a reference of either kind. */
void vnode_rele_light(struct vnode *vp);

/* The name cache's walk without locks; see name/cache_walk.c. */
struct cache_walk;

/* A vnode of no mount whose operations are v_op: bdevvp(), anonymous vnodes.  owns: referenced. */
int vnalloc_anon(enum vtype type, int (**op)(void *), struct vnode **vpp);

/* fileops of vnodes. */
extern const struct fileops vnops;

/* Load and replace the dead vnode's operations; deadfs's vector. */
extern int (**dead_vnodeop_p)(void *);
extern const struct vnodeopv_desc dead_vnodeop_opv_desc;

#endif /* RUMP_VFS_H */
