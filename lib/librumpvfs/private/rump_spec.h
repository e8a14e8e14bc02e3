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
struct specnode;
struct vnode;

extern kmutex_t device_lock;

int spec_init(void);
void spec_fini(void);
/* Reclaim devices without a node, while the root file system's type has their operations. */
void spec_flush(void);
void spec_dev_init(void);
void spec_dev_fini(void);

/* The device of a vnode that is not locked: NODEV, which has no driver, when it was revoked meanwhile. */
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

/*
 * An open begins; *snp is referenced until spec_node_opened(), whatever becomes of vp.  errors: EBUSY, ENXIO (revoked).
 * locks: vp exclusive.
 */
int spec_node_opening(struct vnode *vp, struct specnode **snp);
/*
 * The driver has answered the open with error; each: it hears of every close (D_MCLOSE).  Returns what the open does.
 * *closep: call the driver's close, as the vnode was revoked meanwhile or the other opens have ended.
 */
int spec_node_opened(struct specnode *sn, int error, bool each, bool *closep);
/* An open ends.  Is the driver to hear of it?  locks: vp exclusive. */
bool spec_node_closed(struct vnode *vp, bool each);

/* A reference for who does not hold the vnode's lock: it keeps the specdev.  hold: NULL when vp was revoked. */
struct specnode *spec_node_hold(struct vnode *vp);
void spec_node_rele(struct specnode *sn);

/*
 * bread() that takes a block at the end of the device: b_resid says what is missing.
 */
int rump_bread_short(struct vnode *vp, daddr_t lblkno, int size, struct buf **bpp);

#endif /* RUMP_SPEC_H */
