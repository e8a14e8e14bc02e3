/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What every VOP_*() does around the call: the kernel lock for file systems that want it. */
#ifndef RUMP_VOP_H
#define RUMP_VOP_H

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "rump_sync.h"

/* From the base; here so that the generated wrappers need no public header. */
void rump_schedule(void);
void rump_unschedule(void);

/* A reclaim may come in for who holds no lock: it changes v_op, then v_vflag. */
static inline bool
vop_enter(struct vnode *vp)
{
	const bool big = __predict_false((atomic_load_acquire(&vp->v_vflag) & VV_MPSAFE) == 0);

	if (big)
		KERNEL_LOCK(1, curlwp);
	return big;
}

static inline void
vop_leave(bool big)
{
	if (big)
		KERNEL_UNLOCK_ONE(curlwp);
}

#endif /* RUMP_VOP_H */
