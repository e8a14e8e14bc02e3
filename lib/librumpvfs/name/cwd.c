/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Current and root directories of processes; see rump_cwd.h. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/pserialize.h>
#include <sys/stat.h>

#include "rump_boot.h"
#include "rump_cwd.h"
#include "rump_vfs.h"
#include "rump_vnode.h"

static inline struct cwdinfo *
cwd_current(void)
{
	return curlwp->l_proc->p_cwdi;
}

struct vnode *
cwd_peekroot(void)
{
	struct cwdinfo *cwdi = cwd_current();
	struct vnode *vp = NULL;

	if (cwdi != NULL)
		vp = atomic_load_consume(&cwdi->cwdi_rdir);
	return vp != NULL ? vp : rootvnode;
}

bool
cwd_hasroot(void)
{
	struct cwdinfo *cwdi = cwd_current();

	return cwdi != NULL && atomic_load_relaxed(&cwdi->cwdi_rdir) != NULL;
}

struct vnode *
cwd_peekcdir(void)
{
	struct cwdinfo *cwdi = cwd_current();

	return cwdi != NULL ? atomic_load_consume(&cwdi->cwdi_cdir) : rootvnode;
}

/* Reference what peek shows. */
static struct vnode *
cwd_get(struct vnode *(*peek)(void))
{
	struct cwdinfo *cwdi = cwd_current();
	struct vnode *vp;
	bool got;
	int s;

	s = pserialize_read_enter();
	vp = (*peek)();
	got = vnode_tryref(vp, VUSECOUNT_ACTIVE);
	pserialize_read_exit(s);
	if (got || cwdi == NULL)
		return vp;
	/* Dead, or just replaced: under the lock there is a reference to add to. */
	mutex_enter(&cwdi->cwdi_lock);
	vp = (*peek)();
	vref(vp);
	mutex_exit(&cwdi->cwdi_lock);
	return vp;
}

struct vnode *
cwd_getroot(void)
{
	return cwd_get(cwd_peekroot);
}

struct vnode *
cwd_getcdir(void)
{
	return cwd_get(cwd_peekcdir);
}

mode_t
cwd_umask(void)
{
	struct cwdinfo *cwdi = cwd_current();

	return cwdi != NULL ? atomic_load_relaxed(&cwdi->cwdi_cmask) : S_IWGRP | S_IWOTH;
}

static void
cwd_set(struct cwdinfo *cwdi, struct vnode **slot, struct vnode *vp)
{
	struct vnode *old;

	mutex_enter(&cwdi->cwdi_lock);
	old = *slot;
	atomic_store_release(slot, vp);
	mutex_exit(&cwdi->cwdi_lock);
	if (old != NULL)
		vrele(old);
}

void
cwd_setcdir(struct vnode *vp)
{
	struct cwdinfo *cwdi = cwd_current();

	cwd_set(cwdi, &cwdi->cwdi_cdir, vp);
}

void
cwd_setroot(struct vnode *vp)
{
	struct cwdinfo *cwdi = cwd_current();

	cwd_set(cwdi, &cwdi->cwdi_rdir, vp);
}

struct cwdinfo *
cwdinit(void)
{
	struct cwdinfo *cwdi = kmem_zalloc(sizeof(*cwdi), KM_SLEEP), *from = cwd_current();

	mutex_init(&cwdi->cwdi_lock, MUTEX_DEFAULT, IPL_NONE);
	cwdi->cwdi_cmask = cwd_umask();
	if (from == NULL) {
		cwdi->cwdi_cdir = rootvnode;
		vref(rootvnode);
		return cwdi;
	}
	mutex_enter(&from->cwdi_lock);
	cwdi->cwdi_cdir = from->cwdi_cdir;
	cwdi->cwdi_rdir = from->cwdi_rdir;
	vref(cwdi->cwdi_cdir);
	if (cwdi->cwdi_rdir != NULL)
		vref(cwdi->cwdi_rdir);
	mutex_exit(&from->cwdi_lock);
	return cwdi;
}

void
cwdfree(struct cwdinfo *cwdi)
{
	vrele(cwdi->cwdi_cdir);
	if (cwdi->cwdi_rdir != NULL)
		vrele(cwdi->cwdi_rdir);
	mutex_destroy(&cwdi->cwdi_lock);
	kmem_free(cwdi, sizeof(*cwdi));
}

static void
cwd_replace_one(struct cwdinfo *cwdi, struct vnode **slot, struct vnode *from, struct vnode *to)
{
	bool mine;

	mutex_enter(&cwdi->cwdi_lock);
	mine = *slot == from;
	if (mine) {
		vref(to);
		atomic_store_release(slot, to);
	}
	mutex_exit(&cwdi->cwdi_lock);
	if (mine)
		vrele(from);
}

/* Only the caller's process: another's directory stays where it is, as on the host. */
void
cwd_replace(struct vnode *from, struct vnode *to)
{
	struct cwdinfo *cwdi = cwd_current();

	if (cwdi == NULL)
		return;
	cwd_replace_one(cwdi, &cwdi->cwdi_cdir, from, to);
	cwd_replace_one(cwdi, &cwdi->cwdi_rdir, from, to);
}

static const struct rump_cwdi_ops vfs_cwdi_ops = {
	.co_init = cwdinit,
	.co_free = cwdfree,
};

int
vfs_cwd_init(void)
{
	struct proc *p = proc_find(1);

	rump_cwdi_ops = &vfs_cwdi_ops;
	if (p != NULL && p->p_cwdi == NULL)
		p->p_cwdi = cwdinit();
	return 0;
}

void
vfs_cwd_fini(void)
{
	struct proc *p = proc_find(1);

	if (p != NULL && p->p_cwdi != NULL) {
		cwdfree(p->p_cwdi);
		p->p_cwdi = NULL;
	}
	rump_cwdi_ops = NULL;
}
