/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Nodes: their life and their times.
 *
 * Times of change and of modification are taken when it happens.  A reader only notes that the time of
 * access is due; it is taken when somebody looks, or when the file changes, so that of two events of a
 * file the later one never looks earlier.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "tmpfs.h"

int
tmpfs_node_new(struct tmpfs_mount *tm, enum vtype type, mode_t mode, uid_t uid, gid_t gid,
    dev_t rdev, const char *target, struct tmpfs_node **tnp)
{
	struct tmpfs_node *const tn = tmpfs_node_alloc(tm);

	if (tn == NULL)
		return ENOSPC;
	if (type == VLNK) {
		tn->tn_size = (off_t)strlen(target);
		tn->tn_target = tmpfs_alloc(tm, (size_t)tn->tn_size + 1);
		if (tn->tn_target == NULL) {
			tmpfs_node_dealloc(tm, tn);
			return ENOSPC;
		}
		memcpy(tn->tn_target, target, (size_t)tn->tn_size + 1);
	} else if (type == VBLK || type == VCHR) {
		tn->tn_rdev = rdev;
	}
	tn->tn_self = tn;
	tn->tn_refs = 1;
	tn->tn_type = type;
	tn->tn_mode = mode & ALLPERMS;
	tn->tn_uid = uid;
	tn->tn_gid = gid;
	tn->tn_ino = atomic_add_64_nv(&tm->tm_nextino, 1);
	vfs_timestamp(&tn->tn_birthtime);
	tn->tn_atime = tn->tn_mtime = tn->tn_ctime = tn->tn_birthtime;
	*tnp = tn;
	return 0;
}

static void
node_free(struct tmpfs_mount *tm, struct tmpfs_node *tn)
{
	KASSERT(tn->tn_nlink == 0);
	if (tn->tn_handled) { /* set while there was a vnode, so that this is the last word */
		mutex_enter(&tm->tm_lock);
		rb_tree_remove_node(&tm->tm_handles, tn);
		mutex_exit(&tm->tm_lock);
	}
	switch (tn->tn_type) {
	case VREG:
		tmpfs_data_punch(tm, &tn->tn_data, 0, TMPFS_MAXSIZE + PAGE_SIZE);
		KASSERT(tn->tn_data.da_root == NULL && tn->tn_data.da_bytes == 0);
		break;
	case VLNK:
		tmpfs_free(tm, tn->tn_target, (size_t)tn->tn_size + 1);
		break;
	case VDIR:
		KASSERT(tn->tn_dir.dir_root == NULL);
		break;
	default:
		break;
	}
	tmpfs_xattr_free(tm, tn);
	lf_purgelocks(&tn->tn_lockf);
	tmpfs_node_dealloc(tm, tn);
}

void
tmpfs_node_rele(struct tmpfs_mount *tm, struct tmpfs_node *tn)
{
	membar_release();
	if (atomic_dec_32_nv(&tn->tn_refs) > 0)
		return;
	membar_acquire();
	node_free(tm, tn);
}

void
tmpfs_node_link(struct tmpfs_node *tn)
{
	if (tn->tn_nlink++ == 0)
		atomic_inc_32(&tn->tn_refs);
	tn->tn_linkable = false;
}

void
tmpfs_node_unlink(struct tmpfs_mount *tm, struct tmpfs_node *tn)
{
	KASSERT(tn->tn_nlink > 0);
	if (--tn->tn_nlink == 0)
		tmpfs_node_rele(tm, tn);
}

/* ---- Times ---- */

void
tmpfs_touch(struct tmpfs_node *tn, int what)
{
	struct timespec now;

	vfs_timestamp(&now);
	if (atomic_load_relaxed(&tn->tn_accessed) != 0) {
		atomic_store_relaxed(&tn->tn_accessed, 0);
		tn->tn_atime = now;
		atomic_store_relaxed(&tn->tn_atime_ns, 0);
	}
	tn->tn_ctime = now;
	if (what & TMPFS_MODIFIED)
		tn->tn_mtime = now;
}

static struct timespec
ns_to_timespec(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

/* The time of access as it was last taken. */
static struct timespec
atime_taken(struct tmpfs_node *tn)
{
	const int64_t ns = atomic_load_relaxed(&tn->tn_atime_ns);

	return ns != 0 ? ns_to_timespec(ns) : tn->tn_atime;
}

struct timespec
tmpfs_atime(struct tmpfs_node *tn)
{
	struct timespec now;

	if (atomic_load_relaxed(&tn->tn_accessed) != 0) {
		vfs_timestamp(&now);
		/* Sharers of the lock may all do this: any of their times will do. */
		atomic_store_relaxed(
		    &tn->tn_atime_ns, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
		atomic_store_relaxed(&tn->tn_accessed, 0);
	}
	return atime_taken(tn);
}

/* MNT_RELATIME: only when it is no later than the last change, or a day old. */
static bool
relatime_due(struct tmpfs_node *tn)
{
	const struct timespec atime = atime_taken(tn);
	struct timespec now;

	if (timespeccmp(&atime, &tn->tn_mtime, <=) || timespeccmp(&atime, &tn->tn_ctime, <=))
		return true;
	vfs_timestamp(&now);
	return now.tv_sec - atime.tv_sec >= 24 * 60 * 60;
}

void
tmpfs_accessed(struct vnode *vp)
{
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	const int flag = vp->v_mount->mnt_flag;

	if (atomic_load_relaxed(&tn->tn_accessed) != 0 || (flag & (MNT_NOATIME | MNT_RDONLY)) != 0)
		return;
	if ((flag & MNT_RELATIME) == 0 || relatime_due(tn))
		atomic_store_relaxed(&tn->tn_accessed, 1);
}
