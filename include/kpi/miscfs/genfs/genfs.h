/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * genfs: vnode operations and permission checks that file systems share.
 *
 * The operations are entries of a vnodeops table and have VOP's void * argument.
 */
#ifndef KPI_MISCFS_GENFS_GENFS_H
#define KPI_MISCFS_GENFS_GENFS_H

#include <sys/types.h>
#include <sys/kauth.h>
#include <sys/vnode.h>

struct acl;
struct componentname;
struct mount;
struct statvfs;
struct vm_page;
struct vnode;

/* What many operations are: an error, or nothing. */
int genfs_badop(void *);  /* panics */
int genfs_nullop(void *); /* 0 */
int genfs_einval(void *);
int genfs_eopnotsupp(void *); /* releases what the operation consumes */
int genfs_ebadf(void *);
int genfs_enoioctl(void *); /* EPASSTHROUGH */
int genfs_erofs_link(void *);
int genfs_erofs_symlink(void *);

/* Operations with a meaning. */
int genfs_abortop(void *);
int genfs_accessx(void *);
int genfs_bmap(void *);
int genfs_deadlock(void *);
int genfs_deadislocked(void *);
int genfs_deadunlock(void *);
int genfs_fcntl(void *);
int genfs_fsync(void *);
int genfs_getpages(void *);
int genfs_islocked(void *);
int genfs_kqfilter(void *);
int genfs_lock(void *);
int genfs_mmap(void *);
int genfs_nolock(void *);
int genfs_nounlock(void *);
int genfs_noislocked(void *);
int genfs_null_putpages(void *);
int genfs_parsepath(void *);
int genfs_pathconf(void *);
int genfs_poll(void *);
int genfs_putpages(void *);
int genfs_revoke(void *);
int genfs_seek(void *);
int genfs_unlock(void *);
int genfs_compat_getpages(void *);
int genfs_do_putpages(struct vnode *vp, off_t off, off_t len, int flags, struct vm_page **busypg);
int genfs_statvfs(struct mount *mp, struct statvfs *sbp);

/* The mount's rename lock: at most one rename of directories at a time.  errors of enter: none (0). */
int genfs_renamelock_enter(struct mount *mp);
void genfs_renamelock_exit(struct mount *mp);

/*
 * Permission checks over the attributes that the caller passes.
 * errors: 0, EACCES or EPERM, as kauth(9) takes them.
 */
int genfs_can_access(struct vnode *vp, kauth_cred_t cred, uid_t file_uid, gid_t file_gid,
    mode_t file_mode, struct acl *acl, accmode_t accmode);
int genfs_can_chmod(
    struct vnode *vp, kauth_cred_t cred, uid_t cur_uid, gid_t cur_gid, mode_t new_mode);
int genfs_can_chown(struct vnode *vp, kauth_cred_t cred, uid_t cur_uid, gid_t cur_gid,
    uid_t new_uid, gid_t new_gid);
int genfs_can_chtimes(struct vnode *vp, kauth_cred_t cred, uid_t owner_uid, u_int vaflags);
int genfs_can_chflags(struct vnode *vp, kauth_cred_t cred, uid_t owner_uid, bool changing_sysflags);
int genfs_can_sticky(struct vnode *vp, kauth_cred_t cred, uid_t dir_uid, uid_t file_uid);
int genfs_can_extattr(struct vnode *vp, kauth_cred_t cred, accmode_t accmode, int attrnamespace);

/* Events for kqueue after a rename. */
void genfs_rename_knote(struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp, nlink_t tvp_new_nlink);
void genfs_rename_cache_purge(
    struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp);

/*
 * The frame of VOP_RENAME(): locks the vnodes in an order that cannot deadlock, looks the names
 * up again and calls the file system's parts.
 */
struct genfs_rename_ops {
	bool (*gro_directory_empty_p)(struct mount *, kauth_cred_t, struct vnode *, struct vnode *);
	int (*gro_rename_check_possible)(
	    struct mount *, struct vnode *, struct vnode *, struct vnode *, struct vnode *);
	int (*gro_rename_check_permitted)(struct mount *, kauth_cred_t, struct vnode *,
	    struct vnode *, struct vnode *, struct vnode *);
	int (*gro_remove_check_possible)(struct mount *, struct vnode *, struct vnode *);
	int (*gro_remove_check_permitted)(
	    struct mount *, kauth_cred_t, struct vnode *, struct vnode *);
	int (*gro_rename)(struct mount *, kauth_cred_t, struct vnode *, struct componentname *,
	    void *, struct vnode *, struct vnode *, struct componentname *, void *, struct vnode *,
	    nlink_t *);
	int (*gro_remove)(struct mount *, kauth_cred_t, struct vnode *, struct componentname *,
	    void *, struct vnode *, nlink_t *);
	int (*gro_lookup)(
	    struct mount *, struct vnode *, struct componentname *, void *, struct vnode **);
	int (*gro_genealogy)(
	    struct mount *, kauth_cred_t, struct vnode *, struct vnode *, struct vnode **);
	int (*gro_lock_directory)(struct mount *, struct vnode *);
	/* Only for genfs_exchange(); may fail, then nothing has changed. */
	int (*gro_exchange)(struct mount *, kauth_cred_t, struct vnode *, struct componentname *,
	    struct vnode *, struct vnode *, struct componentname *, struct vnode *);
};

/* VOP_RENAME's own contract: unlocks and releases as vop_rename does.  posixly_correct: two links
 * to one file are left alone. */
int genfs_insane_rename(void *v,
    int (*sane_rename)(struct vnode *fdvp, struct componentname *fcnp, struct vnode *tdvp,
	struct componentname *tcnp, kauth_cred_t cred, bool posixly_correct));
/* The directories are referenced and unlocked before and after. */
int genfs_sane_rename(const struct genfs_rename_ops *ops, struct vnode *fdvp,
    struct componentname *fcnp, void *fde, struct vnode *tdvp, struct componentname *tcnp,
    void *tde, kauth_cred_t cred, bool posixly_correct);

/*
 * VOP_EXCHANGE() in the same frame, v its arguments.  errors: EINVAL (one is above the other), EBUSY
 * (mounted on), ENOENT, those of the parts.
 */
int genfs_exchange(const struct genfs_rename_ops *ops, void *v);
/*
 * gro_genealogy for file systems whose directories know their parent: the directory below upper on
 * the way to lower, referenced; *betweenp NULL when upper is not above it.  parent(vp, &pvp), with vp
 * locked, gives the parent referenced, of the root itself; ENOENT when vp was removed.
 */
int genfs_rename_genealogy(struct vnode *upper, struct vnode *lower,
    int (*parent)(struct vnode *, struct vnode **), struct vnode **betweenp);

/*
 * For file systems that keep files in memory: would npages more leave too little for removing
 * them?  The caches are drained before it says so.  ctx: thread.  sleeps.
 */
bool genfs_memory_short(size_t npages);

/*
 * Attributes that a file system keeps in memory, as they are.  locks: the vnode's; exclusive where they
 * change.
 */
struct genfs_attr {
	mode_t ga_mode; /* permission bits */
	uid_t ga_uid;
	gid_t ga_gid;
	u_long ga_flags; /* UF_*, SF_* */
};
struct genfs_attr_ops {
	int (*gao_truncate)(struct vnode *, off_t);
	/* Those times that genfs_time_given(), and that of change is now.  Cannot fail. */
	void (*gao_set_times)(struct vnode *, const struct vattr *);
	/* Mode, owner or flags have changed: the time of change, and what the name cache knows. */
	void (*gao_changed)(struct vnode *);
};
static inline bool
genfs_time_given(const struct timespec *ts)
{
	return ts->tv_nsec != VNOVAL;
}
/* VOP_ACCESS() and VOP_SETATTR(), v their arguments. */
int genfs_attr_access(const struct genfs_attr *ga, void *v);
int genfs_attr_setattr(const struct genfs_attr_ops *ops, struct genfs_attr *ga, void *v);
/* The attributes of a file that cred makes in dvp, whose own are dir. */
void genfs_attr_new(struct genfs_attr *ga, struct vnode *dvp, const struct genfs_attr *dir,
    const struct vattr *va, kauth_cred_t cred);
/*
 * A regular file was written, or given away: it is no program that others may run as its owner any
 * more.  The superuser's writes keep the bits.  S_ISGID without S_IXGRP has nothing to do with running, and
 * stays for who is in the file's group.
 */
void genfs_attr_clear_setid(struct genfs_attr *ga, struct vnode *vp, bool chowned);

int genfs_ufslike_rename_check_possible(unsigned long fdflags, unsigned long fflags,
    unsigned long tdflags, unsigned long tflags, bool clobber, unsigned long immutable,
    unsigned long append);
int genfs_ufslike_rename_check_permitted(kauth_cred_t cred, struct vnode *fdvp, mode_t fdmode,
    uid_t fduid, struct vnode *fvp, uid_t fuid, struct vnode *tdvp, mode_t tdmode, uid_t tduid,
    struct vnode *tvp, uid_t tuid);
int genfs_ufslike_remove_check_possible(
    unsigned long dflags, unsigned long flags, unsigned long immutable, unsigned long append);
int genfs_ufslike_remove_check_permitted(
    kauth_cred_t cred, struct vnode *dvp, mode_t dmode, uid_t duid, struct vnode *vp, uid_t uid);

#endif /* KPI_MISCFS_GENFS_GENFS_H */
