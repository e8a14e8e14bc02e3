/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Events of vnodes: readable, writable, and what happens to the file (NOTE_*).
 *
 * The knotes are on the vnode's klist, under v_interlock.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/event.h>
#include <sys/file.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "rump_event.h"

static void
filt_detach(struct knote *kn)
{
	struct vnode *const vp = kn->kn_hook;

	mutex_enter(vp->v_interlock);
	klist_remove(&vp->v_klist->vk_klist, kn);
	mutex_exit(vp->v_interlock);
}

/* What the vnode's layer tells comes with v_interlock held; a scan (hint 0) takes it. */
static void
filt_lock(struct knote *kn, long hint)
{
	if (hint == 0)
		mutex_enter(((struct vnode *)kn->kn_hook)->v_interlock);
}

static void
filt_unlock(struct knote *kn, long hint)
{
	if (hint == 0)
		mutex_exit(((struct vnode *)kn->kn_hook)->v_interlock);
}

static bool
filt_gone(struct knote *kn, long hint)
{
	if ((hint & NOTE_REVOKE) == 0)
		return false;
	knote_set_eof(kn, EV_ONESHOT);
	return true;
}

static int
filt_read(struct knote *kn, long hint)
{
	const struct vnode *const vp = kn->kn_hook;
	int rv;

	if (filt_gone(kn, hint))
		return 1;
	filt_lock(kn, hint);
	kn->kn_data = vp->v_size - kn->kn_obj->f_offset;
	rv = kn->kn_data != 0;
	filt_unlock(kn, hint);
	return rv;
}

static int
filt_write(struct knote *kn, long hint)
{
	if (filt_gone(kn, hint))
		return 1;
	filt_lock(kn, hint);
	kn->kn_data = 0;
	filt_unlock(kn, hint);
	return 1;
}

static int
filt_vnode(struct knote *kn, long hint)
{
	int rv;

	if ((hint & NOTE_REVOKE) != 0)
		knote_set_eof(kn, 0);
	filt_lock(kn, hint);
	kn->kn_fflags |= (uint32_t)hint & kn->kn_sfflags;
	rv = kn->kn_fflags != 0 || (hint & NOTE_REVOKE) != 0;
	filt_unlock(kn, hint);
	return rv;
}

static int
filt_touch(struct knote *kn, struct kevent *kev, long type)
{
	struct vnode *const vp = kn->kn_hook;

	mutex_enter(vp->v_interlock);
	if (type == EVENT_REGISTER) {
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = (uintptr_t)kev->data;
		if (kn->kn_filter == EVFILT_VNODE)
			vp->v_klist->vk_interest |= (long)kev->fflags;
	} else if (type == RUMP_EVENT_RETURN)
		kn->kn_fflags |= kev->fflags;
	else {
		*kev = kn->kn_kevent;
		if ((kn->kn_flags & EV_CLEAR) != 0) {
			kn->kn_data = 0;
			kn->kn_fflags = 0;
		}
	}
	mutex_exit(vp->v_interlock);
	return 0;
}

static const struct filterops read_ops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_detach,
	.f_event = filt_read,
	.f_touch = filt_touch,
};
static const struct filterops write_ops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_detach,
	.f_event = filt_write,
	.f_touch = filt_touch,
};
static const struct filterops vnode_ops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE | RUMP_FILTEROP_RETURN,
	.f_detach = filt_detach,
	.f_event = filt_vnode,
	.f_touch = filt_touch,
};

int
genfs_kqfilter(void *v)
{
	struct vop_kqfilter_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct knote *const kn = ap->a_kn;
	struct vnode_klist *vk = kmem_zalloc(sizeof(*vk), KM_SLEEP);
	long interest = NOTE_WRITE | NOTE_EXTEND | NOTE_REVOKE;

	switch (kn->kn_filter) {
	case EVFILT_READ:
		kn->kn_fop = &read_ops;
		break;
	case EVFILT_WRITE:
		kn->kn_fop = &write_ops;
		break;
	case EVFILT_VNODE:
		kn->kn_fop = &vnode_ops;
		interest = (long)kn->kn_sfflags | NOTE_REVOKE;
		break;
	default:
		kmem_free(vk, sizeof(*vk));
		return EINVAL;
	}
	kn->kn_hook = vp;
	mutex_enter(vp->v_interlock);
	if (vp->v_klist == NULL) { /* the first; the vnode frees it */
		atomic_store_release(&vp->v_klist, vk);
		vk = NULL;
	}
	klist_insert(&vp->v_klist->vk_klist, kn);
	vp->v_klist->vk_interest |= interest;
	mutex_exit(vp->v_interlock);
	if (vk != NULL)
		kmem_free(vk, sizeof(*vk));
	return 0;
}
