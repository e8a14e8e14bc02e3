/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the files of layerfs share. */
#ifndef LAYER_VAR_H
#define LAYER_VAR_H

#include <miscfs/genfs/layer.h>
#include <miscfs/genfs/layer_extern.h>

/* Whose advisory locks were taken through a node: what reclaim gives back. */
struct layer_lockid {
	SLIST_ENTRY(layer_lockid) ll_link;
	void *ll_id;
	int ll_kind; /* F_POSIX or F_FLOCK */
};

/*
 * The lower vnode with a reference of the caller's, or NULL when vp is dead, or dies.
 * locks: none needed; v_interlock is taken.
 */
struct vnode *layer_hold(struct vnode *vp);
/*
 * Give lower, from layer_hold(vp), back after an operation.  locked: vp was locked before and is to be
 * locked now; when it died while the operation had let go of the lock, that is another lock.
 */
void layer_unhold(struct vnode *vp, struct vnode *lower, bool locked);
/* Does vp live?  With the lower vnode's lock held the answer lasts. */
bool layer_alive(struct vnode *vp);
/* The operation of a dead vnode, for one that died before we came. */
int layer_dead(void *v);
/* May files of vp's mount be changed?  errors: EROFS. */
int layer_writable(struct vnode *vp);

#endif /* LAYER_VAR_H */
