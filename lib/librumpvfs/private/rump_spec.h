/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* specfs inside the VFS faction. */
#ifndef RUMP_SPEC_H
#define RUMP_SPEC_H

#include <sys/types.h>
#include <sys/mutex.h>
#include <sys/atomic.h>
#include <sys/pserialize.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

struct buf;
struct vnode;

extern kmutex_t device_lock;

int spec_init(void);
void spec_fini(void);
/* Reclaim devices without a node, while the root file system's type has their operations. */
void spec_flush(void);
void spec_dev_init(void);
void spec_dev_fini(void);

/*
 * The device of a vnode that is not locked: NODEV when it was revoked meanwhile.  A specnode is freed a grace period
 * after it was taken off.
 */
static inline dev_t
spec_vdev(struct vnode *vp)
{
	const struct specnode *sn;
	dev_t dev;
	int s;

	s = pserialize_read_enter();
	sn = atomic_load_consume(&vp->v_specnode);
	dev = sn != NULL ? sn->sn_rdev : NODEV;
	pserialize_read_exit(s);
	return dev;
}

int spec_node_opening(struct vnode *vp);
bool spec_node_closed(struct vnode *vp);
/* Revoked, or about to be. */
bool spec_node_gone(struct vnode *vp);

/*
 * bread() that takes a block at the end of the device: b_resid says what is missing.
 */
int rump_bread_short(struct vnode *vp, daddr_t lblkno, int size, struct buf **bpp);

#endif /* RUMP_SPEC_H */
