/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What a stacked file system takes for its tables of operations: the component rumpvfs_layerfs. */
#ifndef KPI_MISCFS_GENFS_LAYER_EXTERN_H
#define KPI_MISCFS_GENFS_LAYER_EXTERN_H

#include <sys/types.h>
#include <miscfs/genfs/layer.h>

struct kauth_cred;
struct quotactl_args;
struct timespec;

/*
 * The vnode of lowervp in the layer mounted at mp.
 * owns: on success the caller's reference to lowervp is consumed, *vpp comes back referenced and unlocked.
 * locks: lowervp unlocked, or locked by the caller.  sleeps.  errors: ENOENT (lowervp is dead), those of vcache_get().
 */
int layer_node_create(struct mount *mp, struct vnode *lowervp, struct vnode **vpp);

/* For struct vfsops. */
void layerfs_init(void);
void layerfs_done(void);
int layerfs_start(struct mount *mp, int flags);
int layerfs_root(struct mount *mp, int lktype, struct vnode **vpp);
int layerfs_quotactl(struct mount *mp, struct quotactl_args *args);
int layerfs_statvfs(struct mount *mp, struct statvfs *sbp);
int layerfs_sync(struct mount *mp, int waitfor, struct kauth_cred *cred);
int layerfs_loadvnode(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key);
int layerfs_vget(struct mount *mp, ino_t ino, int lktype, struct vnode **vpp);
int layerfs_fhtovp(struct mount *mp, struct fid *fid, int lktype, struct vnode **vpp);
int layerfs_vptofh(struct vnode *vp, struct fid *fid, size_t *size);
int layerfs_snapshot(struct mount *mp, struct vnode *vp, struct timespec *ts);
int layerfs_renamelock_enter(struct mount *mp);
void layerfs_renamelock_exit(struct mount *mp);
int layerfs_suspendctl(struct mount *mp, int cmd);

/* For tables of vnode operations; layer_bypass() is vop_default. */
int layer_access(void *v);
int layer_advlock(void *v);
int layer_bmap(void *v);
int layer_bwrite(void *v);
int layer_bypass(void *v);
int layer_close(void *v);
int layer_fsync(void *v);
int layer_getattr(void *v);
int layer_getpages(void *v);
int layer_inactive(void *v);
int layer_islocked(void *v);
int layer_kqfilter(void *v);
int layer_lock(void *v);
int layer_lookup(void *v);
int layer_open(void *v);
int layer_print(void *v);
int layer_putpages(void *v);
int layer_reclaim(void *v);
int layer_remove(void *v);
int layer_rename(void *v);
int layer_revoke(void *v);
int layer_rmdir(void *v);
int layer_setattr(void *v);
int layer_unlock(void *v);

#endif /* KPI_MISCFS_GENFS_LAYER_EXTERN_H */
