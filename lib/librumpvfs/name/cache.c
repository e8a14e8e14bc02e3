/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * namecache(9): what a name in a directory stands for.
 *
 * A hash table of singly linked chains over (directory, name), walked in read sections without a
 * lock and without a write to anything shared; writers hold nc_lock.  An entry points at its
 * vnodes without referencing them: it is unlinked when either is reclaimed, before the vnode's
 * memory can be reused, and both are freed a grace period later, so that a reader's pointers stay
 * vnodes until its section ends.  Entries come in only while both gates are open (see
 * vnode_ref.c), checked under nc_lock; the purge of a reclaim takes nc_lock after it shut the gate.
 *
 * The number of entries is bounded by twice kern.maxvnodes; the oldest that was not used since it
 * was looked at last goes first.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/pool.h>
#include <sys/pserialize.h>

#include "rump_namecache.h"
#include "rump_rcu.h"
#include "rump_vfs.h"
#include "rump_vnode.h"

#define NC_EVICT_LOOK 16 /* entries that one insertion looks at to make room */

static kmutex_t nc_lock;
static TAILQ_HEAD(, ncentry) nc_lru; /* (nc_lock) oldest first */
static unsigned int nc_count;	     /* (nc_lock) */
static pool_cache_t nc_pool;
struct nc_table *nc_table;

/* ---- Memory ---- */

static size_t
ncentry_size(size_t len)
{
	return sizeof(struct ncentry) + roundup2(len, 8);
}

static struct ncentry *
ncentry_alloc(const char *name, size_t len)
{
	struct ncentry *nc;

	/* The caller sets what it says; linking it, the rest. */
	nc = len <= NC_INLINE ? pool_cache_get(nc_pool, PR_WAITOK)
			      : kmem_alloc(ncentry_size(len), KM_SLEEP);
	nc->nc_used = 0;
	memset(nc->nc_name + rounddown2(len - 1, 8), 0, 8);
	memcpy(nc->nc_name, name, len);
	nc->nc_len = len;
	return nc;
}

static void
ncentry_free(struct ncentry *nc)
{
	if (nc->nc_len <= NC_INLINE)
		pool_cache_put(nc_pool, nc);
	else
		kmem_free(nc, ncentry_size(nc->nc_len));
}

static void
ncentry_rcu_free(struct rump_rcu_head *head)
{
	ncentry_free(container_of(head, struct ncentry, nc_rcu));
}

/* ---- The table: all under nc_lock ---- */

static void
nc_link(struct ncentry *nc)
{
	struct ncentry **head = &nc_table->nt_bucket[nc->nc_hash & nc_table->nt_mask];

	LIST_INSERT_HEAD(&nc->nc_dvip->vi_nc_children, nc, nc_children);
	if (nc->nc_vp != NULL)
		LIST_INSERT_HEAD(&VNODE_TO_VIMPL(nc->nc_vp)->vi_nc_names, nc, nc_names);
	TAILQ_INSERT_TAIL(&nc_lru, nc, nc_lru);
	nc_count++;
	atomic_store_relaxed(&nc->nc_next, *head);
	atomic_store_release(head, nc);
}

static void
nc_unlink(struct ncentry *nc)
{
	struct ncentry **pp = &nc_table->nt_bucket[nc->nc_hash & nc_table->nt_mask];

	KASSERT(mutex_owned(&nc_lock));
	while (*pp != nc)
		pp = &(*pp)->nc_next;
	atomic_store_release(pp, nc->nc_next);
	LIST_REMOVE(nc, nc_children);
	if (nc->nc_vp != NULL)
		LIST_REMOVE(nc, nc_names);
	TAILQ_REMOVE(&nc_lru, nc, nc_lru);
	nc_count--;
	rump_rcu_call(&nc->nc_rcu, ncentry_rcu_free);
}

/* Make room for one more. */
static void
nc_evict(void)
{
	struct ncentry *nc;
	int look;

	for (look = NC_EVICT_LOOK;
	     look > 0 && nc_count >= 2u * (u_int)atomic_load_relaxed(&desiredvnodes); look--) {
		nc = TAILQ_FIRST(&nc_lru);
		if (look > 1 && atomic_load_relaxed(&nc->nc_used) != 0) {
			atomic_store_relaxed(&nc->nc_used, 0);
			TAILQ_REMOVE(&nc_lru, nc, nc_lru);
			TAILQ_INSERT_TAIL(&nc_lru, nc, nc_lru);
			continue;
		}
		nc_unlink(nc);
	}
}

static bool
vnode_gate_open(const struct vnode *vp)
{
	return (atomic_load_acquire(&vp->v_usecount) & VUSECOUNT_GATE) != 0;
}

void
cache_enter(struct vnode *dvp, struct vnode *vp, const char *name, size_t namelen, uint32_t cnflags)
{
	struct vnode_impl *dvip = VNODE_TO_VIMPL(dvp);
	struct ncentry *nc, *old;

	if ((cnflags & MAKEENTRY) == 0 || namelen > NCHNAMLEN || namelen == 0)
		return;
	nc = ncentry_alloc(name, namelen);
	nc->nc_dvip = dvip;
	nc->nc_vp = vp;
	nc->nc_hash = nc_hash(dvip, nc_hash_name(name, namelen));
	nc->nc_whiteout = vp == NULL && (cnflags & ISWHITEOUT) != 0;

	mutex_enter(&nc_lock);
	if (!vnode_gate_open(dvp) || (vp != NULL && !vnode_gate_open(vp))) {
		mutex_exit(&nc_lock);
		ncentry_free(nc);
		return;
	}
	old = nc_find(dvip, name, namelen, nc->nc_hash);
	if (old != NULL)
		nc_unlink(old);
	else if (nc_count >= 2u * (u_int)atomic_load_relaxed(&desiredvnodes))
		nc_evict();
	nc_link(nc);
	mutex_exit(&nc_lock);
}

/* ---- Lookup ---- */

bool
cache_lookup_raw(struct vnode *dvp, const char *name, size_t namelen, uint32_t cnflags, int *iswht,
    struct vnode **vpp)
{
	struct vnode_impl *dvip = VNODE_TO_VIMPL(dvp);
	struct ncentry *nc;
	bool hit = false;
	int s;

	*vpp = NULL;
	if (iswht != NULL)
		*iswht = 0;
	if (namelen > NCHNAMLEN)
		return false;
	s = pserialize_read_enter();
	nc = nc_find(dvip, name, namelen, nc_hash(dvip, nc_hash_name(name, namelen)));
	if (nc != NULL) {
		nc_touch(nc);
		hit = true;
		if (nc->nc_vp == NULL) {
			if (iswht != NULL)
				*iswht = nc->nc_whiteout;
		} else if (vcache_tryvget(nc->nc_vp) == 0) {
			*vpp = nc->nc_vp;
		} else {
			hit = false; /* on its way out */
		}
	}
	pserialize_read_exit(s);
	return hit;
}

/* Forget one name. */
static void
nc_forget(struct vnode *dvp, const char *name, size_t namelen)
{
	struct vnode_impl *dvip = VNODE_TO_VIMPL(dvp);
	struct ncentry *nc;

	mutex_enter(&nc_lock);
	nc = nc_find(dvip, name, namelen, nc_hash(dvip, nc_hash_name(name, namelen)));
	if (nc != NULL)
		nc_unlink(nc);
	mutex_exit(&nc_lock);
}

bool
cache_lookup(struct vnode *dvp, const char *name, size_t namelen, uint32_t nameiop,
    uint32_t cnflags, int *iswht, struct vnode **vpp)
{
	if ((cnflags & CACHEMISSED) != 0) {
		*vpp = NULL;
		if (iswht != NULL)
			*iswht = 0;
		return false;
	}
	if (!cache_lookup_raw(dvp, name, namelen, cnflags, iswht, vpp))
		return false;
	if ((cnflags & MAKEENTRY) == 0 ||
	    (*vpp == NULL && nameiop == CREATE && (cnflags & ISLASTCN) != 0)) {
		/* The entry is about to become wrong, and the file system has more to find out. */
		nc_forget(dvp, name, namelen);
		if (*vpp != NULL)
			vrele(*vpp);
		*vpp = NULL;
		return false;
	}
	return true;
}

int
cache_diraccess(struct vnode *dvp, int accmode)
{
	int error;

	if (!cache_have_id(dvp))
		return -1;
	(void)vn_lock(dvp, LK_SHARED | LK_RETRY);
	error = VOP_ACCESS(dvp, accmode, kauth_cred_get());
	VOP_UNLOCK(dvp);
	return error;
}

/* A directory that has vp, referenced, and the name in front of *bpp.  locks: nc_lock. */
static int
nc_revfind(struct vnode *vp, struct vnode **dvpp, char **bpp, const char *bufp)
{
	struct ncentry *nc;

	LIST_FOREACH (nc, &VNODE_TO_VIMPL(vp)->vi_nc_names, nc_names) {
		if (nc->nc_len <= 2 && memcmp(nc->nc_name, "..", nc->nc_len) == 0)
			continue;
		if (bpp != NULL && *bpp - bufp < (ptrdiff_t)nc->nc_len)
			return ERANGE;
		if (vcache_tryvget(VIMPL_TO_VNODE(nc->nc_dvip)) != 0)
			continue;
		*dvpp = VIMPL_TO_VNODE(nc->nc_dvip);
		if (bpp != NULL) {
			*bpp -= nc->nc_len;
			memcpy(*bpp, nc->nc_name, nc->nc_len);
		}
		return 0;
	}
	return ENOENT;
}

int
cache_revlookup(struct vnode *vp, struct vnode **dvpp, char **bpp, char *bufp, bool checkaccess,
    accmode_t accmode)
{
	int error;

	*dvpp = NULL;
	mutex_enter(&nc_lock);
	error = nc_revfind(vp, dvpp, bpp, bufp);
	mutex_exit(&nc_lock);
	if (error != 0 || !checkaccess)
		return error;
	(void)vn_lock(*dvpp, LK_SHARED | LK_RETRY);
	error = VOP_ACCESS(*dvpp, accmode, kauth_cred_get());
	VOP_UNLOCK(*dvpp);
	if (error != 0) {
		vrele(*dvpp);
		*dvpp = NULL;
	}
	return error;
}

/* ---- Identity ---- */

void
cache_enter_id(struct vnode *vp, mode_t mode, uid_t uid, gid_t gid, bool valid)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);
	const uint32_t seq = atomic_load_relaxed(&vip->vi_nc_seq);

	atomic_store_relaxed(&vip->vi_nc_seq, seq | 1);
	membar_producer();
	atomic_store_relaxed(&vip->vi_nc_mode, mode | (valid ? VNC_VALID : 0));
	atomic_store_relaxed(&vip->vi_nc_uid, uid);
	atomic_store_relaxed(&vip->vi_nc_gid, gid);
	atomic_store_release(&vip->vi_nc_seq, (seq | 1) + 1);
}

bool
nc_getid(struct vnode_impl *vip, struct nc_id *id)
{
	const uint32_t seq = atomic_load_acquire(&vip->vi_nc_seq);

	id->ni_mode = atomic_load_relaxed(&vip->vi_nc_mode);
	if ((id->ni_mode & VNC_VALID) == 0)
		return false;
	id->ni_uid = atomic_load_relaxed(&vip->vi_nc_uid);
	id->ni_gid = atomic_load_relaxed(&vip->vi_nc_gid);
	membar_consumer();
	return (seq & 1) == 0 && atomic_load_relaxed(&vip->vi_nc_seq) == seq;
}

bool
cache_have_id(struct vnode *vp)
{
	struct nc_id id;

	return vp->v_type == VDIR && nc_getid(VNODE_TO_VIMPL(vp), &id);
}

/* ---- Forgetting ---- */

void
cache_purge1(struct vnode *vp, const char *name, size_t namelen, int flags)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);
	struct ncentry *nc;

	if (name != NULL) {
		nc_forget(vp, name, namelen);
		return;
	}
	mutex_enter(&nc_lock);
	if ((flags & PURGE_PARENTS) != 0)
		while ((nc = LIST_FIRST(&vip->vi_nc_names)) != NULL)
			nc_unlink(nc);
	if ((flags & PURGE_CHILDREN) != 0)
		while ((nc = LIST_FIRST(&vip->vi_nc_children)) != NULL)
			nc_unlink(nc);
	mutex_exit(&nc_lock);
}

void
cache_purgevfs(struct mount *mp)
{
	struct ncentry *nc, *next;

	mutex_enter(&nc_lock);
	TAILQ_FOREACH_SAFE (nc, &nc_lru, nc_lru, next)
		if (VIMPL_TO_VNODE(nc->nc_dvip)->v_mount == mp)
			nc_unlink(nc);
	mutex_exit(&nc_lock);
}

void
namecache_print(struct vnode *vp, void (*pr)(const char *, ...))
{
	struct ncentry *nc;

	mutex_enter(&nc_lock);
	LIST_FOREACH (nc, &VNODE_TO_VIMPL(vp)->vi_nc_names, nc_names)
		(*pr)("name %.*s in %p\n", (int)nc->nc_len, nc->nc_name, nc->nc_dvip);
	mutex_exit(&nc_lock);
}

/* ---- Boot and halt ---- */

int
nchinit(void)
{
	size_t n = 256;

	while (n < 2 * (size_t)atomic_load_relaxed(&desiredvnodes))
		n *= 2;
	nc_table = kmem_zalloc(sizeof(*nc_table) + n * sizeof(nc_table->nt_bucket[0]), KM_SLEEP);
	nc_table->nt_mask = n - 1;
	nc_count = 0;
	TAILQ_INIT(&nc_lru);
	mutex_init(&nc_lock, MUTEX_DEFAULT, IPL_NONE);
	nc_pool = pool_cache_init(sizeof(struct ncentry) + NC_INLINE, CACHE_LINE_SIZE, 0, 0,
	    "namecache", NULL, IPL_NONE, NULL, NULL, NULL);
	return 0;
}

void
nchfini(void)
{
	KASSERT(nc_count == 0);
	rump_rcu_barrier();
	pool_cache_destroy(nc_pool);
	mutex_destroy(&nc_lock);
	kmem_free(nc_table,
	    sizeof(*nc_table) + ((size_t)nc_table->nt_mask + 1) * sizeof(nc_table->nt_bucket[0]));
	nc_table = NULL;
}
