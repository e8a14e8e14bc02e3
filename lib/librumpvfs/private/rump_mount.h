/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the files of mount/ share.
 *
 * mnt_busynest counts those who rely on the mount to stay, and carries two bits:
 *
 *	open --mount_shut()--> SHUT (counts down to 0) --> GONE
 *	  ^---------------------' mount_open(): the unmount failed
 *
 * Who comes while it is SHUT waits for either outcome.
 */
#ifndef RUMP_MOUNT_PRIVATE_H
#define RUMP_MOUNT_PRIVATE_H

#include <sys/param.h>
#include <sys/mount.h>

#define MOUNT_SHUT 0x80000000u
#define MOUNT_GONE 0x40000000u

TAILQ_HEAD(mount_list, mount);
extern struct mount_list mountlist; /* (mountlist_lock) in the order of mounting */

/* Keep newcomers out and wait until nobody is left inside.  locks: mnt_updating. */
void mount_shut(struct mount *mp);
void mount_open(struct mount *mp);
/* Off the list, for good; waiters get ENOENT.  locks: mnt_updating. */
void mount_gone(struct mount *mp);
/*
 * A forced unmount gives a vnode that others hold to dead_rootmount.  These look at v_mount without
 * vp's lock: vp is referenced.
 */
/* The mount whose root vp is, referenced, or NULL. */
struct mount *mount_of_root(struct vnode *vp);
/* The mount of vp, busy.  errors: ENOENT, it has gone.  sleeps. */
int mount_busy_of(struct vnode *vp, struct mount **mpp);
/* What the mount covers whose root vp is, referenced; NULL: vp is no root, or its mount has gone. */
struct vnode *mount_covered_by(const struct vnode *vp);
/* Remember the root vnode for walks without locks. */
void mount_setrootcache(struct mount *mp, struct vnode *vp);

/* Halt: all but the root goes, by force if need be. */
void vfs_unmount_halting(void);
int vfs_mountlist_init(void);
void vfs_mountlist_fini(void);
int vfs_syncer_init(void);
void vfs_syncer_fini(void);
int vfs_census_init(void);
void vfs_census_fini(void);
/* Write every dirty vnode there is, of devices too, and wait for it. */
void vfs_syncer_all(void);
int vfs_specific_init(void);
void vfs_specific_fini(void);

/*
 * For tests: put the syncer's clock ahead by so many seconds and, if asked, let it do here and now what
 * has become due.
 */
struct rump_syncer_info {
	int64_t si_now;	     /* its clock, seconds, before it did that */
	unsigned si_nvnodes; /* dirty vnodes on the wheel */
	bool si_ticking;     /* it will be called in a second */
};
struct rump_syncer_info rump_syncer_advance(int seconds, bool run);

#endif /* RUMP_MOUNT_PRIVATE_H */
