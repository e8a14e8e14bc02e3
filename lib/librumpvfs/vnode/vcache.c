/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * vcache(9): which vnode is (mount, key).
 *
 * A hash table of singly linked chains.  Finders walk it in a read section and take their reference
 * through the vnode's gate; writers hold vcache_lock.  A key is copied into the vnode and does not
 * change while the gate is open: rekeying shuts it and waits for a grace period.  A vnode stays in
 * the table until its file system has let go of the file (VOP_RECLAIM), so that two vnodes never are
 * the same file; who finds it meanwhile waits on v_cv and looks again.
 *
 * Replacing the table relinks vnodes one by one.  A finder that is led into another chain misses,
 * and a miss is decided under vcache_lock only.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/pool.h>
#include <sys/pserialize.h>
#include <uvm/uvm_extern.h>

#include "rump_rcu.h"
#include "rump_vfs.h"
#include "rump_vnode.h"

struct vcache_table {
	struct rump_rcu_head vt_rcu;
	uint32_t vt_mask;
	struct vnode_impl *vt_bucket[];
};

static kmutex_t vcache_lock;
static struct vcache_table *vcache_table; /* (vcache_lock); readers: read section */
static pool_cache_t vcache_pool;

unsigned int numvnodes; /* atomic */
int desiredvnodes;
int prtactive;
struct vnode *rootvnode;

static uint32_t
vcache_hash(const struct mount *mp, const void *key, size_t key_len)
{
	const uint8_t *p = key;
	uint64_t h = (uintptr_t)mp >> 4, w;

	for (; key_len >= 8; key_len -= 8, p += 8) {
		memcpy(&w, p, 8);
		h = (h ^ w) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	w = 0;
	memcpy(&w, p, key_len);
	h = (h ^ w) * 0x9e3779b97f4a7c15u;
	return h >> 32;
}

static inline bool
vcache_match(const struct vnode_impl *vip, const struct mount *mp, const void *key, size_t key_len,
    uint32_t hash)
{
	const struct vcache_key *vk = &vip->vi_key;

	if (vk->vk_hash != hash || vk->vk_mount != mp || vk->vk_key_len != key_len)
		return false;
	/* Most keys are inode numbers. */
	return key_len == sizeof(uint64_t) ? memcmp(vk->vk_key, key, sizeof(uint64_t)) == 0
					   : memcmp(vk->vk_key, key, key_len) == 0;
}

/* ctx: read section, or vcache_lock held. */
static struct vnode_impl *
vcache_find(const struct mount *mp, const void *key, size_t key_len, uint32_t hash)
{
	const struct vcache_table *vt = atomic_load_consume(&vcache_table);
	struct vnode_impl *vip = atomic_load_consume(&vt->vt_bucket[hash & vt->vt_mask]);

	while (vip != NULL && !vcache_match(vip, mp, key, key_len, hash))
		vip = atomic_load_consume(&vip->vi_hash_next);
	return vip;
}

static void
vcache_insert(struct vcache_table *vt, struct vnode_impl *vip)
{
	struct vnode_impl **head = &vt->vt_bucket[vip->vi_key.vk_hash & vt->vt_mask];

	KASSERT(mutex_owned(&vcache_lock));
	atomic_store_relaxed(&vip->vi_hash_next, *head);
	atomic_store_release(head, vip);
}

static void
vcache_delete(struct vnode_impl *vip)
{
	struct vcache_table *vt = vcache_table;
	struct vnode_impl **pp = &vt->vt_bucket[vip->vi_key.vk_hash & vt->vt_mask];

	KASSERT(mutex_owned(&vcache_lock));
	while (*pp != vip)
		pp = &(*pp)->vi_hash_next;
	atomic_store_release(pp, vip->vi_hash_next);
}

void
vcache_unhash(struct vnode_impl *vip)
{
	if (vip->vi_key.vk_mount == NULL)
		return;
	mutex_enter(&vcache_lock);
	vcache_delete(vip);
	mutex_exit(&vcache_lock);
}

/* Give vip a copy of the key.  Not in the table, or gate shut for a grace period. */
static void
vcache_setkey(struct vnode_impl *vip, struct mount *mp, const void *key, size_t key_len)
{
	struct vcache_key *vk = &vip->vi_key;
	void *copy = vip->vi_key_inline;

	if (vk->vk_key_len > VCACHE_KEY_INLINE)
		kmem_free(__UNCONST(vk->vk_key), vk->vk_key_len);
	if (key_len > VCACHE_KEY_INLINE)
		copy = kmem_alloc(key_len, KM_SLEEP);
	memcpy(copy, key, key_len);
	vk->vk_key = copy;
	vk->vk_key_len = key_len;
	vk->vk_mount = mp;
	vk->vk_hash = vcache_hash(mp, key, key_len);
}

/* ---- Memory ---- */

static int
vcache_ctor(void *arg, void *obj, int flags)
{
	struct vnode_impl *vip = obj;
	struct vnode *vp = VIMPL_TO_VNODE(vip);

	memset(vip, 0, sizeof(*vip));
	mutex_init(&vip->vi_interlock, MUTEX_DEFAULT, IPL_NONE);
	rw_init(&vip->vi_lock);
	cv_init(&vp->v_cv, "vnode");
	uvm_obj_init(&vp->v_uobj, &uvm_vnodeops, true, 1);
	return 0;
}

static void
vcache_dtor(void *arg, void *obj)
{
	struct vnode_impl *vip = obj;
	struct vnode *vp = VIMPL_TO_VNODE(vip);

	uvm_obj_destroy(&vp->v_uobj, true);
	cv_destroy(&vp->v_cv);
	rw_destroy(&vip->vi_lock);
	mutex_destroy(&vip->vi_interlock);
}

struct vnode_impl *
vcache_alloc(void)
{
	struct vnode_impl *vip;
	struct vnode *vp;

	if (atomic_load_relaxed(&numvnodes) >= (unsigned int)atomic_load_relaxed(&desiredvnodes))
		vlru_trim();
	atomic_inc_uint(&numvnodes);
	vip = pool_cache_get(vcache_pool, PR_WAITOK);
	vp = VIMPL_TO_VNODE(vip);
	vp->v_interlock = &vip->vi_interlock;
	vp->v_type = VNON;
	vp->v_tag = VT_NON;
	vp->v_op = dead_vnodeop_p;
	vp->v_mount = NULL;
	vp->v_data = NULL;
	vp->v_iflag = vp->v_vflag = vp->v_uflag = 0;
	vp->v_numoutput = vp->v_writecount = 0;
	atomic_store_relaxed(&vp->v_holdcnt, 0);
	vp->v_mountedhere = NULL;
	vp->v_klist = NULL;
	vp->v_segvguard = NULL;
	vp->v_size = vp->v_writesize = VSIZENOTSET;
	LIST_INIT(&vp->v_cleanblkhd);
	LIST_INIT(&vp->v_dirtyblkhd);
	atomic_store_relaxed(&vip->vi_state, VS_LOADING);
	memset(&vip->vi_key, 0, sizeof(vip->vi_key));
	vip->vi_nc_mode = 0;
	LIST_INIT(&vip->vi_nc_children);
	LIST_INIT(&vip->vi_nc_names);
	vip->vi_synclist_slot = 0;
	vip->vi_wberr = 0;
	vip->vi_lower = NULL;
	vip->vi_lf_state = 0;
	/* Not TOUCHED: what is used once only goes first. */
	atomic_store_relaxed(&vp->v_usecount, 1 | VUSECOUNT_ACTIVE);
	return vip;
}

static void
vcache_rcu_free(struct rump_rcu_head *head)
{
	struct vnode_impl *vip = container_of(head, struct vnode_impl, vi_rcu);

	if (vip->vi_key.vk_key_len > VCACHE_KEY_INLINE)
		kmem_free(__UNCONST(vip->vi_key.vk_key), vip->vi_key.vk_key_len);
	pool_cache_put(vcache_pool, vip);
}

void
vcache_free_locked(struct vnode_impl *vip)
{
	struct vnode *vp = VIMPL_TO_VNODE(vip);

	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT(vstate_get(vp) == VS_RECLAIMED && vrefcnt(vp) == 0 && vp->v_holdcnt == 0);
	KASSERT(!vip->vi_onlru);
	mutex_exit(vp->v_interlock);
	vfs_insmntque(vp, NULL);
	if (vp->v_klist != NULL) {
		kmem_free(vp->v_klist, sizeof(*vp->v_klist));
		vp->v_klist = NULL;
	}
	atomic_dec_uint(&numvnodes);
	rump_rcu_call(&vip->vi_rcu, vcache_rcu_free);
}

/* ---- States ---- */

void
vstate_change(struct vnode *vp, enum vnode_state from, enum vnode_state to)
{
	KASSERT(mutex_owned(vp->v_interlock));
	KASSERTMSG(
	    vstate_get(vp) == from, "vnode %p in state %d, not %d", vp, vstate_get(vp), from);
	atomic_store_release(&VNODE_TO_VIMPL(vp)->vi_state, to);
	if (to == VS_LOADED)
		(void)__atomic_fetch_or(&vp->v_usecount, VUSECOUNT_GATE, __ATOMIC_RELEASE);
	else if (from == VS_LOADED)
		(void)__atomic_fetch_and(&vp->v_usecount, ~VUSECOUNT_GATE, __ATOMIC_ACQ_REL);
	cv_broadcast(&vp->v_cv);
}

/*
 * Opening the gate is a full barrier, and so is what a waiter does between the hold that announces
 * it and its look at the gate: one of the two sees the other.
 */
void
vstate_loaded(struct vnode *vp)
{
	KASSERT(vstate_get(vp) == VS_LOADING);
	atomic_store_release(&VNODE_TO_VIMPL(vp)->vi_state, VS_LOADED);
	(void)__atomic_fetch_or(&vp->v_usecount, VUSECOUNT_GATE, __ATOMIC_SEQ_CST);
	if (__predict_true(__atomic_load_n(&vp->v_holdcnt, __ATOMIC_SEQ_CST) == 0))
		return;
	mutex_enter(vp->v_interlock);
	cv_broadcast(&vp->v_cv);
	mutex_exit(vp->v_interlock);
}

void
vstate_wait_stable(struct vnode *vp)
{
	KASSERT(mutex_owned(vp->v_interlock));
	if (vstate_stable(vp))
		return;
	vholdl(vp);
	membar_sync();
	while (!vstate_stable(vp))
		cv_wait(&vp->v_cv, vp->v_interlock);
	holdrelel(vp);
}

bool
vcache_block_if_last(struct vnode *vp)
{
	unsigned int use;
	bool last = false;

	mutex_enter(vp->v_interlock);
	use = atomic_load_relaxed(&vp->v_usecount);
	while ((use & VUSECOUNT_MASK) == 1 && (use & VUSECOUNT_GATE) != 0 && !last)
		last = __atomic_compare_exchange_n(&vp->v_usecount, &use, use & ~VUSECOUNT_GATE,
		    true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	if (last)
		vstate_change(vp, VS_LOADED, VS_BLOCKED);
	mutex_exit(vp->v_interlock);
	return last;
}

/* ---- Finding and making ---- */

/* Somebody loads, rekeys or reclaims the vnode of this key: wait for the outcome. */
static void
vcache_wait(struct mount *mp, const void *key, size_t key_len, uint32_t hash)
{
	struct vnode_impl *vip;
	struct vnode *vp;

	mutex_enter(&vcache_lock);
	vip = vcache_find(mp, key, key_len, hash);
	if (vip == NULL) {
		mutex_exit(&vcache_lock);
		return;
	}
	vp = VIMPL_TO_VNODE(vip);
	mutex_enter(vp->v_interlock);
	mutex_exit(&vcache_lock);
	vholdl(vp);
	vstate_wait_stable(vp);
	mutex_exit(vp->v_interlock);
	holdrele(vp);
}

/* A vnode that did not come to be: nobody but waiters has seen it. */
static void
vcache_abort(struct vnode_impl *vip)
{
	struct vnode *vp = VIMPL_TO_VNODE(vip);

	vcache_unhash(vip);
	vfs_insmntque(vp, NULL);
	mutex_enter(vp->v_interlock);
	vstate_change(vp, VS_LOADING, VS_RECLAIMED);
	atomic_store_relaxed(&vp->v_op, dead_vnodeop_p);
	mutex_exit(vp->v_interlock);
	vrele(vp);
}

/* The file system has filled the vnode in: let others find it. */
static void
vcache_loaded(struct vnode_impl *vip)
{
	struct vnode *vp = VIMPL_TO_VNODE(vip);

	KASSERT(vp->v_op != NULL);
	if ((vnode_mntiflag(vp) & IMNT_MPSAFE) != 0)
		vp->v_vflag |= VV_MPSAFE;
	/* Before anybody can find it and take it off again; the gate keeps the reclaimer away. */
	vlru_insert(vip);
	vstate_loaded(vp);
}

int
vcache_get(struct mount *mp, const void *key, size_t key_len, struct vnode **vpp)
{
	const uint32_t hash = vcache_hash(mp, key, key_len);
	struct vnode_impl *vip, *new;
	const void *new_key = NULL;
	bool found;
	int error, s;

again:
	*vpp = NULL;
	s = pserialize_read_enter();
	vip = vcache_find(mp, key, key_len, hash);
	found = vip != NULL;
	if (found && vnode_tryref(VIMPL_TO_VNODE(vip), VUSECOUNT_ACTIVE | VUSECOUNT_TOUCHED))
		*vpp = VIMPL_TO_VNODE(vip);
	pserialize_read_exit(s);
	if (*vpp != NULL)
		return 0;
	ASSERT_SLEEPABLE();
	if (found) {
		vcache_wait(mp, key, key_len, hash);
		goto again;
	}

	new = vcache_alloc();
	vcache_setkey(new, mp, key, key_len);
	mutex_enter(&vcache_lock);
	if (vcache_find(mp, key, key_len, hash) != NULL) {
		mutex_exit(&vcache_lock);
		new->vi_key.vk_mount = NULL;
		vcache_abort(new);
		goto again;
	}
	vcache_insert(vcache_table, new);
	mutex_exit(&vcache_lock);
	vfs_insmntque(VIMPL_TO_VNODE(new), mp);
	error = VFS_LOADVNODE(mp, VIMPL_TO_VNODE(new), key, key_len, &new_key);
	if (error != 0) {
		vcache_abort(new);
		return error;
	}
	vcache_loaded(new);
	*vpp = VIMPL_TO_VNODE(new);
	return 0;
}

int
vcache_new(struct mount *mp, struct vnode *dvp, struct vattr *vap, kauth_cred_t cred, void *extra,
    struct vnode **vpp)
{
	struct vnode_impl *vip, *old;
	struct vnode *vp;
	const void *key = NULL;
	size_t key_len = 0;
	uint32_t hash;
	int error;

	*vpp = NULL;
	vip = vcache_alloc();
	vp = VIMPL_TO_VNODE(vip);
	vfs_insmntque(vp, mp);
	error = VFS_NEWVNODE(mp, dvp, vp, vap, cred, extra, &key_len, &key);
	if (error != 0) {
		vcache_abort(vip);
		return error;
	}
	if (key != NULL) {
		vcache_setkey(vip, mp, key, key_len);
		hash = vip->vi_key.vk_hash;
		/* The number is free again, but its last vnode may still be on its way out. */
		mutex_enter(&vcache_lock);
		while ((old = vcache_find(mp, key, key_len, hash)) != NULL) {
			mutex_exit(&vcache_lock);
			KASSERT(old != vip);
			vcache_wait(mp, key, key_len, hash);
			mutex_enter(&vcache_lock);
		}
		vcache_insert(vcache_table, vip);
		mutex_exit(&vcache_lock);
	}
	vcache_loaded(vip);
	*vpp = vp;
	return 0;
}

int
vcache_rekey_enter(struct mount *mp, struct vnode *vp, const void *old_key, size_t old_key_len,
    const void *new_key, size_t new_key_len)
{
	const uint32_t hash = vcache_hash(mp, new_key, new_key_len);
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);
	int error = 0;

	mutex_enter(vp->v_interlock);
	vstate_change(vp, VS_LOADED, VS_BLOCKED);
	mutex_exit(vp->v_interlock);
	rump_rcu_synchronize();
	mutex_enter(&vcache_lock);
	KASSERT(vcache_match(vip, mp, old_key, old_key_len, vip->vi_key.vk_hash));
	if (vcache_find(mp, new_key, new_key_len, hash) != NULL)
		error = EEXIST;
	else
		vcache_delete(vip);
	mutex_exit(&vcache_lock);
	if (error != 0) {
		mutex_enter(vp->v_interlock);
		vstate_change(vp, VS_BLOCKED, VS_LOADED);
		mutex_exit(vp->v_interlock);
		return error;
	}
	/* Out of every chain, but a finder may still stand on it. */
	rump_rcu_synchronize();
	vcache_setkey(vip, mp, new_key, new_key_len);
	mutex_enter(&vcache_lock);
	vcache_insert(vcache_table, vip);
	mutex_exit(&vcache_lock);
	return 0;
}

void
vcache_rekey_exit(struct mount *mp, struct vnode *vp, const void *old_key, size_t old_key_len,
    const void *new_key, size_t new_key_len)
{
	KASSERT(vcache_match(
	    VNODE_TO_VIMPL(vp), mp, new_key, new_key_len, VNODE_TO_VIMPL(vp)->vi_key.vk_hash));
	mutex_enter(vp->v_interlock);
	vstate_change(vp, VS_BLOCKED, VS_LOADED);
	mutex_exit(vp->v_interlock);
}

/* Identity goes with the reclaim itself. */
void
vcache_remove(struct mount *mp, const void *key, size_t key_len)
{
}

void
vcache_make_anon(struct vnode *vp)
{
	(void)__atomic_fetch_or(&vp->v_usecount, VUSECOUNT_ACTIVE, __ATOMIC_RELAXED);
}

/* ---- Boot, halt, resizing ---- */

static struct vcache_table *
vcache_table_alloc(size_t n)
{
	struct vcache_table *vt;

	n = roundup2(MAX(n, 256), 256);
	while (!powerof2(n))
		n += n & -n;
	vt = kmem_zalloc(sizeof(*vt) + n * sizeof(vt->vt_bucket[0]), KM_SLEEP);
	vt->vt_mask = n - 1;
	return vt;
}

static void
vcache_table_free(struct rump_rcu_head *head)
{
	struct vcache_table *vt = container_of(head, struct vcache_table, vt_rcu);

	kmem_free(vt, sizeof(*vt) + ((size_t)vt->vt_mask + 1) * sizeof(vt->vt_bucket[0]));
}

int
vcache_reinit(void)
{
	struct vcache_table *new = vcache_table_alloc(atomic_load_relaxed(&desiredvnodes)), *old;
	struct vnode_impl *vip;
	uint32_t i;

	mutex_enter(&vcache_lock);
	old = vcache_table;
	if (old->vt_mask == new->vt_mask) {
		mutex_exit(&vcache_lock);
		vcache_table_free(&new->vt_rcu);
		return 0;
	}
	atomic_store_release(&vcache_table, new);
	for (i = 0; i <= old->vt_mask; i++)
		while ((vip = old->vt_bucket[i]) != NULL) {
			atomic_store_relaxed(&old->vt_bucket[i], vip->vi_hash_next);
			vcache_insert(new, vip);
		}
	mutex_exit(&vcache_lock);
	rump_rcu_call(&old->vt_rcu, vcache_table_free);
	return 0;
}

int
vcache_init(void)
{
	numvnodes = 0;
	rootvnode = NULL;
	mutex_init(&vcache_lock, MUTEX_DEFAULT, IPL_NONE);
	vcache_pool = pool_cache_init(sizeof(struct vnode_impl), CACHE_LINE_SIZE, 0, 0, "vnode",
	    NULL, IPL_NONE, vcache_ctor, vcache_dtor, NULL);
	vcache_table = vcache_table_alloc(atomic_load_relaxed(&desiredvnodes));
	vlru_init();
	return 0;
}

void
vcache_fini(void)
{
	rump_rcu_barrier();
	KASSERTMSG(numvnodes == 0, "%u vnodes left", numvnodes);
	vlru_fini();
	vcache_table_free(&vcache_table->vt_rcu);
	pool_cache_destroy(vcache_pool);
	mutex_destroy(&vcache_lock);
}
