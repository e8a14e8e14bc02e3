/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Renaming: the frame around a file system's own part.
 *
 * Directories are locked from the root downwards.  Where fdvp and tdvp lie in the tree is asked
 * of the file system while the mount's rename lock, held by the caller when they differ, keeps
 * directories in their places:
 *
 *	fdvp above tdvp		fdvp, then tdvp; moving what lies between: EINVAL
 *	tdvp above fdvp		tdvp, then fdvp; replacing what lies between: ENOTEMPTY
 *	neither			in either order
 *
 * Then both names are looked up, and what they name is locked by address: others who lock two files
 * below locked directories are other renames.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/event.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

/* A rename under way.  The directories are referenced by the caller, the files by us. */
struct rename_state {
	const struct genfs_rename_ops *ops;
	struct mount *mp;
	kauth_cred_t cred;
	struct vnode *fdvp, *tdvp; /* locked */
	struct vnode *fvp, *tvp;   /* referenced, then locked; tvp may be NULL */
	struct componentname *fcnp, *tcnp;
	void *fde, *tde;       /* the file system's lookup results */
	struct vnode *between; /* referenced, not to be moved or replaced; or NULL */
	int between_error;
};

int
genfs_insane_rename(void *v,
    int (*sane_rename)(struct vnode *fdvp, struct componentname *fcnp, struct vnode *tdvp,
	struct componentname *tcnp, kauth_cred_t cred, bool posixly_correct))
{
	struct vop_rename_args *const ap = v;
	struct vnode *const fdvp = ap->a_fdvp, *const fvp = ap->a_fvp;
	struct vnode *const tdvp = ap->a_tdvp, *const tvp = ap->a_tvp;
	const struct mount *mp;
	int error;

	if (tvp != NULL && tvp != tdvp)
		VOP_UNLOCK(tvp);
	VOP_UNLOCK(tdvp);
	mp = atomic_load_relaxed(&fvp->v_mount); /* unlocked: compared, not looked into */
	if (mp != atomic_load_relaxed(&tdvp->v_mount) ||
	    (tvp != NULL && mp != atomic_load_relaxed(&tvp->v_mount)))
		error = EXDEV;
	else
		error =
		    (*sane_rename)(fdvp, ap->a_fcnp, tdvp, ap->a_tcnp, ap->a_fcnp->cn_cred, true);
	if (tvp != NULL)
		vrele(tvp);
	vrele(fvp);
	vrele(tdvp);
	vrele(fdvp);
	return error;
}

static bool
is_dots(const struct componentname *cnp)
{
	return (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') ||
	    (cnp->cn_namelen == 2 && cnp->cn_nameptr[0] == '.' && cnp->cn_nameptr[1] == '.');
}

/* All vnodes here were unlocked a moment ago: a forced unmount may have taken them, which is ENOENT. */
static int
lock_directory(struct rename_state *rs, struct vnode *dvp)
{
	int error;

	error = vn_lock(dvp, LK_EXCLUSIVE);
	if (error != 0 || rs->ops->gro_lock_directory == NULL)
		return error;
	error = (*rs->ops->gro_lock_directory)(rs->mp, dvp);
	if (error != 0)
		VOP_UNLOCK(dvp);
	return error;
}

static int
lock_two(struct rename_state *rs, struct vnode *first, struct vnode *second)
{
	int error;

	error = lock_directory(rs, first);
	if (error != 0)
		return error;
	error = lock_directory(rs, second);
	if (error != 0)
		VOP_UNLOCK(first);
	return error;
}

/* Lock fdvp and tdvp.  On error nothing is locked. */
static int
lock_directories(struct rename_state *rs)
{
	const struct genfs_rename_ops *const ops = rs->ops;
	int error;

	if (rs->fdvp == rs->tdvp)
		return lock_directory(rs, rs->fdvp);
	error = (*ops->gro_genealogy)(rs->mp, rs->cred, rs->fdvp, rs->tdvp, &rs->between);
	if (error != 0)
		return error;
	if (rs->between != NULL) {
		rs->between_error = EINVAL;
		return lock_two(rs, rs->fdvp, rs->tdvp);
	}
	error = (*ops->gro_genealogy)(rs->mp, rs->cred, rs->tdvp, rs->fdvp, &rs->between);
	if (error != 0)
		return error;
	rs->between_error = ENOTEMPTY;
	return lock_two(rs, rs->tdvp, rs->fdvp);
}

static void
unlock_directories(struct rename_state *rs)
{
	VOP_UNLOCK(rs->fdvp);
	if (rs->tdvp != rs->fdvp)
		VOP_UNLOCK(rs->tdvp);
}

/* Look both names up.  On error the files found so far are in fvp and tvp. */
static int
lookup_files(struct rename_state *rs)
{
	const struct genfs_rename_ops *const ops = rs->ops;
	int error;

	error = (*ops->gro_lookup)(rs->mp, rs->fdvp, rs->fcnp, rs->fde, &rs->fvp);
	if (error != 0)
		return error;
	error = (*ops->gro_lookup)(rs->mp, rs->tdvp, rs->tcnp, rs->tde, &rs->tvp);
	if (error == ENOENT) {
		rs->tvp = NULL;
		error = 0;
	}
	if (error != 0)
		return error;
	if (rs->between != NULL && rs->between == (rs->between_error == EINVAL ? rs->fvp : rs->tvp))
		return rs->between_error;
	return 0;
}

static int
lock_files(struct rename_state *rs)
{
	struct vnode *first = rs->fvp, *second = rs->tvp;
	int error;

	if (second == first)
		second = NULL;
	if (second != NULL && (uintptr_t)second < (uintptr_t)first) {
		first = rs->tvp;
		second = rs->fvp;
	}
	error = vn_lock(first, LK_EXCLUSIVE);
	if (error == 0 && second != NULL) {
		error = vn_lock(second, LK_EXCLUSIVE);
		if (error != 0)
			VOP_UNLOCK(first);
	}
	return error;
}

static void
unlock_files(struct rename_state *rs)
{
	VOP_UNLOCK(rs->fvp);
	if (rs->tvp != NULL && rs->tvp != rs->fvp)
		VOP_UNLOCK(rs->tvp);
}

/* What the types of the files forbid. */
static int
check_types(struct rename_state *rs)
{
	struct vnode *const fvp = rs->fvp, *const tvp = rs->tvp;

	if (fvp->v_type == VDIR && fvp->v_mountedhere != NULL)
		return EBUSY;
	if (tvp == NULL)
		return 0;
	if (tvp->v_type == VDIR && tvp->v_mountedhere != NULL)
		return EBUSY;
	if (fvp->v_type == VDIR && tvp->v_type != VDIR)
		return ENOTDIR;
	if (fvp->v_type != VDIR && tvp->v_type == VDIR)
		return EISDIR;
	if (tvp->v_type == VDIR &&
	    !(*rs->ops->gro_directory_empty_p)(rs->mp, rs->cred, tvp, rs->tdvp))
		return ENOTEMPTY;
	return 0;
}

/* Both names are links to one file: the old name goes, or (POSIX) nothing happens. */
static int
rename_same(struct rename_state *rs, bool posixly_correct)
{
	const struct genfs_rename_ops *const ops = rs->ops;
	nlink_t nlink = 0;
	int error;

	if (posixly_correct ||
	    (rs->fdvp == rs->tdvp && rs->fcnp->cn_namelen == rs->tcnp->cn_namelen &&
		memcmp(rs->fcnp->cn_nameptr, rs->tcnp->cn_nameptr, rs->fcnp->cn_namelen) == 0))
		return 0;
	error = (*ops->gro_remove_check_possible)(rs->mp, rs->fdvp, rs->fvp);
	if (error == 0)
		error = (*ops->gro_remove_check_permitted)(rs->mp, rs->cred, rs->fdvp, rs->fvp);
	if (error == 0)
		error = (*ops->gro_remove)(
		    rs->mp, rs->cred, rs->fdvp, rs->fcnp, rs->fde, rs->fvp, &nlink);
	return error;
}

static int
rename_files(struct rename_state *rs, bool posixly_correct)
{
	const struct genfs_rename_ops *const ops = rs->ops;
	nlink_t nlink = 0;
	int error;

	if (rs->tvp != NULL && (rs->tcnp->cn_flags & NOREPLACE) != 0)
		return EEXIST; /* made since the caller looked */
	if (rs->fvp == rs->tvp)
		return rename_same(rs, posixly_correct);
	error = check_types(rs);
	if (error == 0)
		error =
		    (*ops->gro_rename_check_possible)(rs->mp, rs->fdvp, rs->fvp, rs->tdvp, rs->tvp);
	if (error == 0)
		error = (*ops->gro_rename_check_permitted)(
		    rs->mp, rs->cred, rs->fdvp, rs->fvp, rs->tdvp, rs->tvp);
	if (error != 0)
		return error;
	error = (*ops->gro_rename)(rs->mp, rs->cred, rs->fdvp, rs->fcnp, rs->fde, rs->fvp, rs->tdvp,
	    rs->tcnp, rs->tde, rs->tvp, &nlink);
	if (error != 0)
		return error;
	cache_purge1(rs->fdvp, rs->fcnp->cn_nameptr, rs->fcnp->cn_namelen, 0);
	cache_purge1(rs->tdvp, rs->tcnp->cn_nameptr, rs->tcnp->cn_namelen, 0);
	genfs_rename_cache_purge(rs->fdvp, rs->fvp, rs->tdvp, rs->tvp);
	genfs_rename_knote(rs->fdvp, rs->fvp, rs->tdvp, rs->tvp, nlink);
	return 0;
}

/* ---- Where directories lie ---- */

/*
 * The rename lock keeps directories from moving but not from being removed, and a parent lives only as
 * long as it has a child: so each step holds the lock of the directory it stands on, which rmdir
 * needs to cut it off.
 */
int
genfs_rename_genealogy(struct vnode *upper, struct vnode *lower,
    int (*parent)(struct vnode *, struct vnode **), struct vnode **betweenp)
{
	struct vnode *vp = lower, *next;
	int error;

	*betweenp = NULL;
	for (vref(vp);; vp = next) {
		next = NULL;
		error = vn_lock(vp, LK_SHARED);
		if (error == 0) {
			error = (*parent)(vp, &next);
			VOP_UNLOCK(vp);
		}
		if (error == 0 && next == upper) {
			vrele(next);
			*betweenp = vp;
			return 0;
		}
		if (error == 0 && next == vp) { /* the root */
			vrele(next);
			next = NULL;
		}
		vrele(vp);
		if (error != 0 || next == NULL)
			return error;
	}
}

/* ---- Exchanging ---- */

/* Both may be removed from where they are, and come to where the other is. */
static int
exchange_check(struct rename_state *rs)
{
	const struct genfs_rename_ops *const ops = rs->ops;
	int error;

	if ((rs->fvp->v_type == VDIR && rs->fvp->v_mountedhere != NULL) ||
	    (rs->tvp->v_type == VDIR && rs->tvp->v_mountedhere != NULL))
		return EBUSY;
	error = (*ops->gro_rename_check_possible)(rs->mp, rs->fdvp, rs->fvp, rs->tdvp, rs->tvp);
	if (error == 0)
		error =
		    (*ops->gro_rename_check_possible)(rs->mp, rs->tdvp, rs->tvp, rs->fdvp, rs->fvp);
	if (error == 0)
		error = (*ops->gro_rename_check_permitted)(
		    rs->mp, rs->cred, rs->fdvp, rs->fvp, rs->tdvp, rs->tvp);
	if (error == 0)
		error = (*ops->gro_rename_check_permitted)(
		    rs->mp, rs->cred, rs->tdvp, rs->tvp, rs->fdvp, rs->fvp);
	return error;
}

static void
exchange_tell(struct rename_state *rs)
{
	struct vnode *const fvp = rs->fvp, *const tvp = rs->tvp;
	const bool links = rs->fdvp != rs->tdvp && (fvp->v_type == VDIR) != (tvp->v_type == VDIR);

	cache_purge1(rs->fdvp, rs->fcnp->cn_nameptr, rs->fcnp->cn_namelen, 0);
	cache_purge1(rs->tdvp, rs->tcnp->cn_nameptr, rs->tcnp->cn_namelen, 0);
	if (fvp->v_type == VDIR && rs->fdvp != rs->tdvp)
		cache_purge1(fvp, "..", 2, 0);
	if (tvp->v_type == VDIR && rs->fdvp != rs->tdvp)
		cache_purge1(tvp, "..", 2, 0);
	VN_KNOTE(rs->fdvp, NOTE_WRITE | (links ? NOTE_LINK : 0));
	if (rs->fdvp != rs->tdvp)
		VN_KNOTE(rs->tdvp, NOTE_WRITE | (links ? NOTE_LINK : 0));
	VN_KNOTE(fvp, NOTE_RENAME);
	VN_KNOTE(tvp, NOTE_RENAME);
}

/* locks: all four. */
static int
exchange_files(struct rename_state *rs)
{
	int error;

	if (rs->fvp == rs->tvp)
		return 0;
	error = exchange_check(rs);
	if (error == 0)
		error = (*rs->ops->gro_exchange)(
		    rs->mp, rs->cred, rs->fdvp, rs->fcnp, rs->fvp, rs->tdvp, rs->tcnp, rs->tvp);
	if (error == 0)
		exchange_tell(rs);
	return error;
}

int
genfs_exchange(const struct genfs_rename_ops *ops, void *v)
{
	struct vop_exchange_args *const ap = v;
	struct rename_state rs = { .ops = ops,
		.mp = atomic_load_relaxed(&ap->a_fdvp->v_mount),
		.cred = ap->a_cred,
		.fdvp = ap->a_fdvp,
		.tdvp = ap->a_tdvp,
		.fcnp = ap->a_fcnp,
		.tcnp = ap->a_tcnp };
	int error;

	if (is_dots(rs.fcnp) || is_dots(rs.tcnp))
		return EINVAL;
	error = lock_directories(&rs);
	if (error == 0) {
		error = lookup_files(&rs);
		if (error == ENOTEMPTY) /* tvp is above fvp */
			error = EINVAL;
		if (error == 0 && rs.tvp == NULL)
			error = ENOENT;
		if (error == 0)
			error = lock_files(&rs);
		if (error == 0) {
			error = exchange_files(&rs);
			unlock_files(&rs);
		}
		unlock_directories(&rs);
	}
	if (rs.fvp != NULL)
		vrele(rs.fvp);
	if (rs.tvp != NULL)
		vrele(rs.tvp);
	if (rs.between != NULL)
		vrele(rs.between);
	return error;
}

/* ---- Renaming ---- */

int
genfs_sane_rename(const struct genfs_rename_ops *ops, struct vnode *fdvp,
    struct componentname *fcnp, void *fde, struct vnode *tdvp, struct componentname *tcnp,
    void *tde, kauth_cred_t cred, bool posixly_correct)
{
	struct rename_state rs = { .ops = ops,
		.mp = atomic_load_relaxed(&fdvp->v_mount),
		.cred = cred,
		.fdvp = fdvp,
		.tdvp = tdvp,
		.fcnp = fcnp,
		.tcnp = tcnp,
		.fde = fde,
		.tde = tde };
	int error;

	if (is_dots(fcnp) || is_dots(tcnp))
		return EINVAL;
	error = lock_directories(&rs);
	if (error == 0) {
		error = lookup_files(&rs);
		if (error == 0)
			error = lock_files(&rs);
		if (error == 0) {
			error = rename_files(&rs, posixly_correct);
			unlock_files(&rs);
		}
		unlock_directories(&rs);
	}
	if (rs.fvp != NULL)
		vrele(rs.fvp);
	if (rs.tvp != NULL)
		vrele(rs.tvp);
	if (rs.between != NULL)
		vrele(rs.between);
	return error;
}

void
genfs_rename_cache_purge(
    struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	if (fvp->v_type == VDIR && fdvp != tdvp)
		cache_purge1(fvp, "..", 2, 0);
	if (tvp != NULL && tvp->v_type == VDIR)
		cache_purge(tvp);
}

void
genfs_rename_knote(struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp,
    nlink_t tvp_new_nlink)
{
	const bool moved = fdvp != tdvp && fvp->v_type == VDIR;
	const long hint = NOTE_WRITE | (moved ? NOTE_LINK : 0);

	VN_KNOTE(fdvp, hint);
	VN_KNOTE(fvp, NOTE_RENAME);
	if (fdvp != tdvp)
		VN_KNOTE(tdvp, hint);
	if (tvp != NULL)
		VN_KNOTE(tvp, tvp_new_nlink == 0 ? NOTE_DELETE : NOTE_LINK);
}
