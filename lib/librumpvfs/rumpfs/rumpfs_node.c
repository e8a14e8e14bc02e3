/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Nodes of rumpfs: their life and their times. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "rumpfs.h"

struct rumpfs_node *
rumpfs_node_new(struct rumpfs_mount *rm, enum vtype type, mode_t mode, uid_t uid, gid_t gid,
    dev_t rdev, const char *target)
{
	struct rumpfs_node *const rn = kmem_zalloc(sizeof(*rn), KM_SLEEP);

	rn->rn_self = rn;
	rn->rn_type = type;
	rn->rn_mode = mode & ALLPERMS;
	rn->rn_uid = uid;
	rn->rn_gid = gid;
	vfs_timestamp(&rn->rn_birthtime);
	rn->rn_atime = rn->rn_mtime = rn->rn_ctime = rn->rn_birthtime;
	switch (type) {
	case VDIR:
		rumpfs_dir_init(rn);
		break;
	case VLNK:
		rn->rn_size = (off_t)strlen(target);
		rn->rn_target = kmem_alloc((size_t)rn->rn_size + 1, KM_SLEEP);
		memcpy(rn->rn_target, target, (size_t)rn->rn_size + 1);
		break;
	case VBLK:
	case VCHR:
		rn->rn_rdev = rdev;
		break;
	default:
		break;
	}
	mutex_enter(&rm->rm_lock);
	rn->rn_ino = rm->rm_nextino++;
	rn->rn_gen = (uint32_t)rn->rn_ino;
	rm->rm_nnodes++;
	mutex_exit(&rm->rm_lock);
	return rn;
}

void
rumpfs_node_free(struct rumpfs_mount *rm, struct rumpfs_node *rn)
{
	KASSERT(rn->rn_nlink == 0 && !rn->rn_hasvnode);
	if (rn->rn_type == VREG)
		rumpfs_data_cut(rm, &rn->rn_data, 0);
	else if (rn->rn_type == VLNK)
		kmem_free(rn->rn_target, (size_t)rn->rn_size + 1);
	lf_purgelocks(&rn->rn_lockf);
	mutex_enter(&rm->rm_lock);
	rm->rm_nnodes--;
	mutex_exit(&rm->rm_lock);
	kmem_free(rn, sizeof(*rn));
}

void
rumpfs_node_unlinked(struct rumpfs_mount *rm, struct rumpfs_node *rn)
{
	bool gone;

	mutex_enter(&rm->rm_lock);
	gone = rn->rn_nlink == 0 && !rn->rn_hasvnode;
	mutex_exit(&rm->rm_lock);
	if (gone)
		rumpfs_node_free(rm, rn);
}

/* Readers note a read without writing what is noted already. */
void
rumpfs_update(struct rumpfs_node *rn, uint32_t status)
{
	if ((atomic_load_relaxed(&rn->rn_status) & status) != status)
		atomic_or_32(&rn->rn_status, status);
}

static void
time_store(struct timespec *ts, const struct timespec *from)
{
	atomic_store_relaxed(&ts->tv_sec, from->tv_sec);
	atomic_store_relaxed(&ts->tv_nsec, from->tv_nsec);
}

static void
time_load(const struct timespec *ts, struct timespec *to)
{
	to->tv_sec = atomic_load_relaxed(&ts->tv_sec);
	to->tv_nsec = atomic_load_relaxed(&ts->tv_nsec);
}

/* Holders of the vnode's lock, shared, race here; the one that makes rn_tseq odd does it. */
void
rumpfs_itimes(struct rumpfs_node *rn)
{
	const uint32_t seq = atomic_load_relaxed(&rn->rn_tseq) & ~1U;
	struct timespec now;
	uint32_t status;

	if (atomic_load_relaxed(&rn->rn_status) == 0 ||
	    atomic_cas_32(&rn->rn_tseq, seq, seq + 1) != seq)
		return;
	status = atomic_swap_32(&rn->rn_status, 0);
	vfs_timestamp(&now);
	membar_producer();
	if (status & RN_ACCESSED)
		time_store(&rn->rn_atime, &now);
	if (status & RN_MODIFIED)
		time_store(&rn->rn_mtime, &now);
	if (status & (RN_MODIFIED | RN_CHANGED))
		time_store(&rn->rn_ctime, &now);
	atomic_store_release(&rn->rn_tseq, seq + 2);
}

void
rumpfs_times(struct rumpfs_node *rn, struct vattr *vap)
{
	uint32_t seq;

	rumpfs_itimes(rn);
	do {
		while ((seq = atomic_load_acquire(&rn->rn_tseq)) & 1)
			SPINLOCK_BACKOFF_HOOK;
		time_load(&rn->rn_atime, &vap->va_atime);
		time_load(&rn->rn_mtime, &vap->va_mtime);
		time_load(&rn->rn_ctime, &vap->va_ctime);
		membar_consumer();
	} while (atomic_load_relaxed(&rn->rn_tseq) != seq);
}
