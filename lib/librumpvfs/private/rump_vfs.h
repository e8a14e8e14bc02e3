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

struct file;

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
/* Files of modules: mount/modfile.c. */
int vfs_modfile_init(void);
void vfs_modfile_fini(void);

/* rumpfs's: its types are the root.  etfs registers below it. */
extern struct vfsops rumpfs_vfsops;

/* v_usecount: a light reference does not owe VOP_INACTIVE.  See lib/librumpvfs/README.md. */
bool vnode_tryref_light(struct vnode *vp);
/* Gives back a reference of either kind. */
void vnode_rele_light(struct vnode *vp);

/* The mount on vp, busy; NULL when it has just gone.  owns: vfs_unbusy(). */
struct mount *vfs_mountedhere_busy(struct vnode *vp);

/* namei() for calls that look at a file and let go: the reference is a light one when possible. */
int namei_light(struct lwp *l, int fdat, const char *path, int follow, struct vnode **vpp);

/* fo_close of vnodes.  errors: VOP_CLOSE's; a writer's last chance to be told of a write that failed. */
int vn_closefile(struct file *fp);
/* fileops of vnodes. */
extern const struct fileops vnops;

/* Load and replace the dead vnode's operations; deadfs's vector. */
extern int (**dead_vnodeop_p)(void *);
extern const struct vnodeopv_desc dead_vnodeop_opv_desc;

#endif /* RUMP_VFS_H */
