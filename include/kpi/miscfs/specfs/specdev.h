/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * specfs: the vnodes of block and character devices.
 *
 * Every vnode of a device (there may be several, on different file systems) has a struct specnode;
 * those of one device and type share a struct specdev, which counts the opens.
 */
#ifndef KPI_MISCFS_SPECFS_SPECDEV_H
#define KPI_MISCFS_SPECFS_SPECDEV_H

#include <sys/types.h>
#include <sys/lwp.h>
#include <sys/vnode.h>

struct lockf;
struct mount;
struct vnode;

struct specdev;

/* Locks: (d) device_lock, (i) immutable. */
struct specnode {
	struct vnode *sn_next;	/* (d) other vnodes of the same hash value */
	struct specdev *sn_dev; /* (i) */
	dev_t sn_rdev;		/* (i) */
	u_int sn_opencnt;	/* (d) complete opens through this vnode */
	u_int sn_opening;	/* (d) opens that are with their driver */
	u_int sn_refcnt;	/* (d) the vnode, and those who use it without the vnode's lock */
	bool sn_gone;		/* (d) being revoked, or revoked */
	struct rump_rcu_head sn_rcu;
};

struct specdev {
	struct mount *sd_mountpoint; /* (d) the file system mounted from it */
	struct lockf *sd_lockf;	     /* advisory locks */
	struct vnode *sd_bdevvp;     /* (d) the vnode that is open as block device */
	u_int sd_opencnt; /* (d) opens through any vnode, complete or with their driver */
	u_int sd_refcnt;  /* (d) specnodes */
	dev_t sd_rdev;	  /* (i) */
	bool sd_opened;	  /* (d) the driver has said yes, and not heard of the last close */
};

#define v_rdev		 v_specnode->sn_rdev
#define v_specmountpoint v_specnode->sn_dev->sd_mountpoint
#define v_speclockf	 v_specnode->sn_dev->sd_lockf

/* Give a new vnode of type VBLK or VCHR its device.  sleeps. */
void spec_node_init(struct vnode *vp, dev_t rdev);
void spec_node_destroy(struct vnode *vp);
int spec_node_lookup_by_dev(enum vtype type, dev_t dev, int flags, struct vnode **vpp);
int spec_node_lookup_by_mount(struct mount *mp, struct vnode **vpp);
struct mount *spec_node_getmountedfs(struct vnode *vp);
void spec_node_setmountedfs(struct vnode *vp, struct mount *mp);
void spec_node_revoke(struct vnode *vp);

extern int (**spec_vnodeop_p)(void *);
extern const struct vnodeopv_desc spec_vnodeop_opv_desc;

int spec_access(void *);
int spec_advlock(void *);
int spec_bmap(void *);
int spec_close(void *);
int spec_fdiscard(void *);
int spec_fsync(void *);
int spec_inactive(void *);
int spec_ioctl(void *);
int spec_kqfilter(void *);
int spec_lookup(void *);
int spec_mmap(void *);
int spec_open(void *);
int spec_pathconf(void *);
int spec_poll(void *);
int spec_print(void *);
int spec_read(void *);
int spec_reclaim(void *);
int spec_strategy(void *);
int spec_write(void *);
#define spec_abortop  genfs_abortop
#define spec_create   genfs_badop
#define spec_link     genfs_badop
#define spec_mkdir    genfs_badop
#define spec_mknod    genfs_badop
#define spec_readdir  genfs_badop
#define spec_readlink genfs_badop
#define spec_remove   genfs_badop
#define spec_rename   genfs_badop
#define spec_rmdir    genfs_badop
#define spec_symlink  genfs_badop
#define spec_seek     genfs_nullop

#endif /* KPI_MISCFS_SPECFS_SPECDEV_H */
