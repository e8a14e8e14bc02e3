/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The buffer cache: blocks of metadata by (vnode, block).
 *
 * A buffer is found through a hash table without a lock.  struct bufs are never freed while the
 * kernel runs, so a finder may hold a stale pointer; it takes ownership by one compare-and-swap on
 * b_own and looks at the identity after that, which only an owner changes.  A hit costs that
 * instruction and the one that gives the buffer up.  What a finder misses because the chain changed
 * under it is looked for again with bufcache_lock held, before a new buffer is made.
 *
 *	b_own:	FREE --getblk()--> OWNED --brelse()--> FREE
 *			      OWNED --a sleeper--> WANTED --brelse()--> FREE, all woken
 *
 * Recycling is a clock: a hit sets b_ref, the hand clears it, and takes the first buffer that is
 * free, clean and was not used since.  Memory is bounded by buf_limit; only when all buffers are
 * owned or dirty does the cache grow past it, since the one who waits may own what is waited for.
 *
 * Lock order: bufcache_lock, then b_objlock (v_interlock).
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/pserialize.h>
#include <sys/queue.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "rump_buf.h"
#include "rump_mem.h"
#include "rump_mem.h"

#define BUF_HASHSIZE 4096 /* chains, a power of two */
#define BUF_MAXWALK  64	  /* links followed without the lock */
#define BUF_LIMIT    (3 * 1024 * 1024)
#define BUF_MAXSIZE  (1024 * 1024)

kmutex_t bufcache_lock, buffer_lock;
u_int nbuf; /* (c) */

static struct buf *buf_hash[BUF_HASHSIZE]; /* (a) written with bufcache_lock */
static TAILQ_HEAD(, buf) buf_ring;	   /* (c) all buffers, by b_freelist */
static TAILQ_HEAD(, buf) buf_spare;	   /* (c) no identity, no memory; by b_freelist */
static struct buf *buf_hand;		   /* (c) next in buf_ring, NULL: the first */
static size_t buf_bytes;		   /* (c) memory of all buffers */
static size_t buf_limit;		   /* (c) */

static size_t buf_memdrain_fn(void *, size_t);
static struct rump_memdrain buf_memdrain = { .md_fn = buf_memdrain_fn,
	.md_worth = RUMP_WORTH_BUFFERS };

int
bufinit(void)
{
	mutex_init(&bufcache_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&buffer_lock, MUTEX_DEFAULT, IPL_NONE);
	memset(buf_hash, 0, sizeof(buf_hash));
	TAILQ_INIT(&buf_ring);
	TAILQ_INIT(&buf_spare);
	buf_hand = NULL;
	buf_bytes = 0;
	buf_limit = rump_mem_share(BUF_LIMIT, 20);
	nbuf = 0;
	rump_memdrain_add(&buf_memdrain);
	return 0;
}

void
bufcache_fini(void)
{
	struct buf *bp;

	rump_memdrain_remove(&buf_memdrain);
	while ((bp = TAILQ_FIRST(&buf_ring)) != NULL) {
		TAILQ_REMOVE(&buf_ring, bp, b_freelist);
		kmem_free(bp->b_data, bp->b_bufsize);
		buf_destroy(bp);
		kmem_free(bp, sizeof(*bp));
	}
	while ((bp = TAILQ_FIRST(&buf_spare)) != NULL) {
		TAILQ_REMOVE(&buf_spare, bp, b_freelist);
		buf_destroy(bp);
		kmem_free(bp, sizeof(*bp));
	}
	mutex_destroy(&buffer_lock);
	mutex_destroy(&bufcache_lock);
}

/* ---- Ownership ---- */

void
buf_wake(struct buf *bp)
{
	mutex_enter(&bufcache_lock);
	cv_broadcast(&bp->b_busy);
	mutex_exit(&bufcache_lock);
}

void
buf_disown_locked(struct buf *bp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	bp->b_cflags &= ~(u_int)BC_BUSY;
	if (__atomic_exchange_n(&bp->b_own, BUF_FREE, __ATOMIC_RELEASE) == BUF_WANTED)
		cv_broadcast(&bp->b_busy);
}

int
bbusy(struct buf *bp, bool intr, int timo, kmutex_t *interlock)
{
	int error;

	KASSERT(mutex_owned(&bufcache_lock));
	if (__atomic_exchange_n(&bp->b_own, BUF_WANTED, __ATOMIC_ACQUIRE) == BUF_FREE) {
		bp->b_cflags |= BC_BUSY;
		return 0;
	}
	bp->b_refcnt++;
	if (interlock != NULL)
		mutex_exit(interlock);
	if (intr)
		error = cv_timedwait_sig(&bp->b_busy, &bufcache_lock, timo);
	else
		error = cv_timedwait(&bp->b_busy, &bufcache_lock, timo);
	bp->b_refcnt--;
	if (interlock != NULL)
		mutex_enter(interlock);
	return error != 0 ? error : EPASSTHROUGH;
}

/* ---- The table ---- */

static inline struct buf **
buf_chain(const struct vnode *vp, daddr_t lblkno)
{
	const uint64_t k = ((uint64_t)(uintptr_t)vp >> 6) * 31 + (uint64_t)lblkno;

	return &buf_hash[(k * 0x9e3779b97f4a7c15ULL) >> (64 - 12)];
}
__CTASSERT(BUF_HASHSIZE == 1 << 12);

/*
 * A pointer that was right a moment ago, or NULL.  The caller looks at the identity again once he
 * owns the buffer, and here it is read without an order.
 */
static inline struct buf *
buf_find(const struct vnode *vp, daddr_t lblkno, int maxwalk)
{
	struct buf *bp = __atomic_load_n(buf_chain(vp, lblkno), __ATOMIC_ACQUIRE);

	for (; bp != NULL && maxwalk > 0; maxwalk--) {
		if (__atomic_load_n(&bp->b_lblkno, __ATOMIC_RELAXED) == lblkno &&
		    __atomic_load_n(&bp->b_vp, __ATOMIC_RELAXED) == vp)
			return bp;
		bp = __atomic_load_n(&bp->b_hnext, __ATOMIC_ACQUIRE);
	}
	return NULL;
}

struct buf *
incore(struct vnode *vp, daddr_t lblkno)
{
	struct buf *bp;
	int s;

	s = pserialize_read_enter();
	bp = buf_find(vp, lblkno, BUF_MAXWALK);
	pserialize_read_exit(s);
	return bp;
}

/* Give an owned buffer its identity.  locks: bufcache_lock. */
static void
buf_enter(struct buf *bp, struct vnode *vp, daddr_t lblkno)
{
	struct buf **const chain = buf_chain(vp, lblkno);

	KASSERT(mutex_owned(&bufcache_lock));
	__atomic_store_n(&bp->b_lblkno, lblkno, __ATOMIC_RELAXED);
	bp->b_blkno = lblkno;
	bp->b_dev = NODEV;
	bp->b_objlock = vp->v_interlock;
	mutex_enter(vp->v_interlock);
	bgetvp(vp, bp);
	mutex_exit(vp->v_interlock);
	__atomic_store_n(&bp->b_hnext, *chain, __ATOMIC_RELAXED);
	__atomic_store_n(chain, bp, __ATOMIC_RELEASE);
}

/* Take it away.  locks: bufcache_lock, *b_objlock; the latter is not bp's any more then. */
static void
buf_leave_locked(struct buf *bp)
{
	struct buf **pp;

	KASSERT(mutex_owned(&bufcache_lock) && mutex_owned(bp->b_objlock));
	for (pp = buf_chain(bp->b_vp, bp->b_lblkno); *pp != bp; pp = &(*pp)->b_hnext)
		KASSERT(*pp != NULL);
	__atomic_store_n(pp, bp->b_hnext, __ATOMIC_RELEASE);
	brelvp(bp);
	bp->b_objlock = &buffer_lock;
}

static void
buf_leave(struct buf *bp)
{
	kmutex_t *const lock = bp->b_objlock;

	if (bp->b_vp == NULL)
		return;
	mutex_enter(lock);
	buf_leave_locked(bp);
	mutex_exit(lock);
}

/* ---- Memory ---- */

static int
buf_roundsize(int size)
{
	KASSERT(size > 0 && size <= BUF_MAXSIZE);
	return roundup2(size, DEV_BSIZE);
}

/* An owned struct buf without identity and memory.  sleeps.  locks: none. */
static struct buf *
buf_getspare(void)
{
	struct buf *bp;

	mutex_enter(&bufcache_lock);
	TAILQ_FOREACH (bp, &buf_spare, b_freelist) {
		if (!buf_own_try(bp)) /* a finder with a stale pointer looks at it */
			continue;
		TAILQ_REMOVE(&buf_spare, bp, b_freelist);
		break;
	}
	mutex_exit(&bufcache_lock);
	if (bp != NULL)
		return bp;
	bp = kmem_zalloc(sizeof(*bp), KM_SLEEP);
	buf_init(bp);
	(void)buf_own_try(bp);
	return bp;
}

/* Free an owned buffer's memory; it becomes a spare.  locks: bufcache_lock. */
static void
buf_tospare(struct buf *bp)
{
	buf_leave(bp);
	TAILQ_REMOVE(&buf_ring, bp, b_freelist);
	if (buf_hand == bp)
		buf_hand = NULL;
	buf_bytes -= (size_t)bp->b_bufsize;
	nbuf--;
	kmem_free(bp->b_data, (size_t)bp->b_bufsize);
	bp->b_data = NULL;
	bp->b_bufsize = 0;
	bp->b_cflags &= BC_BUSY;
	bp->b_oflags = 0;
	TAILQ_INSERT_HEAD(&buf_spare, bp, b_freelist);
	buf_disown_locked(bp);
}

static struct buf *
buf_advance(void)
{
	struct buf *const bp = buf_hand != NULL ? buf_hand : TAILQ_FIRST(&buf_ring);

	buf_hand = bp == NULL ? NULL : TAILQ_NEXT(bp, b_freelist);
	return bp;
}

/*
 * Own a buffer that can go: clean, and not used since the hand came by.  After two rounds a dirty
 * one is taken (*dirtyp).  locks: bufcache_lock.
 */
static struct buf *
buf_victim(bool *dirtyp)
{
	struct buf *bp, *dirty = NULL;

	for (u_int n = 2 * nbuf; n > 0; n--) {
		bp = buf_advance();
		if (bp == NULL)
			break;
		if (__atomic_load_n(&bp->b_own, __ATOMIC_RELAXED) != BUF_FREE)
			continue;
		if (__atomic_load_n(&bp->b_ref, __ATOMIC_RELAXED) != 0) {
			__atomic_store_n(&bp->b_ref, 0, __ATOMIC_RELAXED);
			continue;
		}
		if (!buf_own_try(bp))
			continue;
		if ((bp->b_oflags & BO_DELWRI) == 0 && (bp->b_flags & B_LOCKED) == 0) {
			if (dirty != NULL)
				buf_disown_locked(dirty);
			*dirtyp = false;
			return bp;
		}
		if (dirty == NULL && (bp->b_flags & B_LOCKED) == 0)
			dirty = bp;
		else
			buf_disown_locked(bp);
	}
	*dirtyp = true;
	return dirty;
}

/*
 * Make room for size bytes.  A victim with exactly that much memory is returned for use, owned and
 * without identity.  sleeps.  locks: none.
 */
static struct buf *
buf_makeroom(int size)
{
	struct buf *bp;
	bool dirty;

	mutex_enter(&bufcache_lock);
	while (buf_bytes + (size_t)size > buf_limit) {
		bp = buf_victim(&dirty);
		if (bp == NULL)
			break;
		if (dirty) {
			mutex_exit(&bufcache_lock);
			bwrite(bp);
			mutex_enter(&bufcache_lock);
		} else if (bp->b_bufsize == size) {
			buf_leave(bp);
			mutex_exit(&bufcache_lock);
			return bp;
		} else {
			buf_tospare(bp);
		}
	}
	mutex_exit(&bufcache_lock);
	return NULL;
}

/* An owned buffer without identity, with size bytes of memory. */
static struct buf *
buf_new(int size)
{
	const int bufsize = buf_roundsize(size);
	struct buf *bp = buf_makeroom(bufsize);

	if (bp == NULL) {
		bp = buf_getspare();
		bp->b_data = kmem_alloc((size_t)bufsize, KM_SLEEP);
		bp->b_bufsize = bufsize;
		mutex_enter(&bufcache_lock);
		TAILQ_INSERT_TAIL(&buf_ring, bp, b_freelist);
		buf_bytes += (size_t)bufsize;
		nbuf++;
		mutex_exit(&bufcache_lock);
	}
	bp->b_bcount = size;
	bp->b_resid = 0;
	bp->b_error = 0;
	bp->b_flags = 0;
	bp->b_oflags = 0;
	bp->b_cflags = BC_BUSY;
	bp->b_iodone = NULL;
	bp->b_prio = BPRIO_DEFAULT;
	__atomic_store_n(&bp->b_ref, 0, __ATOMIC_RELAXED); /* the hand has just been here */
	return bp;
}

int
allocbuf(struct buf *bp, int size, int preserve)
{
	const int bufsize = buf_roundsize(size), old = bp->b_bufsize;
	void *data;

	if (bufsize != old) {
		data = kmem_alloc((size_t)bufsize, KM_SLEEP);
		if (preserve)
			memcpy(data, bp->b_data, (size_t)MIN(old, bufsize));
		kmem_free(bp->b_data, (size_t)old);
		bp->b_data = data;
		bp->b_bufsize = bufsize;
		mutex_enter(&bufcache_lock);
		buf_bytes += (size_t)bufsize;
		buf_bytes -= (size_t)old;
		mutex_exit(&bufcache_lock);
	}
	bp->b_bcount = size;
	return 0;
}

/* ---- The blocks ---- */

/* Own the buffer of a block that is in the cache; EPASSTHROUGH when it is not (any more). */
static int
buf_getcached(struct vnode *vp, daddr_t lblkno, int slpflag, int slptimeo, struct buf **bpp)
{
	struct buf *bp;
	int error, s;

	s = pserialize_read_enter();
	bp = buf_find(vp, lblkno, BUF_MAXWALK);
	pserialize_read_exit(s);
	if (bp == NULL)
		return ENOENT;
	if (__predict_false(!buf_own_try(bp))) {
		mutex_enter(&bufcache_lock);
		if (bp->b_vp != vp || bp->b_lblkno != lblkno)
			error = EPASSTHROUGH;
		else
			error = bbusy(bp, (slpflag & PCATCH) != 0, slptimeo, NULL);
		mutex_exit(&bufcache_lock);
		if (error != 0)
			return error;
	}
	if (__predict_false(bp->b_vp != vp || bp->b_lblkno != lblkno)) {
		buf_disown(bp);
		return EPASSTHROUGH;
	}
	KASSERT((bp->b_cflags & BC_INVAL) == 0);
	if (__atomic_load_n(&bp->b_ref, __ATOMIC_RELAXED) == 0)
		__atomic_store_n(&bp->b_ref, 1, __ATOMIC_RELAXED);
	*bpp = bp;
	return 0;
}

struct buf *
buf_hit(struct vnode *vp, daddr_t lblkno, int size)
{
	struct buf *bp;
	int s;

	s = pserialize_read_enter();
	bp = buf_find(vp, lblkno, BUF_MAXWALK);
	pserialize_read_exit(s);
	if (bp == NULL || !buf_own_try(bp))
		return NULL;
	if (__predict_false(bp->b_vp != vp || bp->b_lblkno != lblkno || bp->b_bcount != size ||
		(bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0 || bp->b_resid != 0)) {
		buf_disown(bp);
		return NULL;
	}
	KASSERT((bp->b_cflags & BC_INVAL) == 0);
	if (__atomic_load_n(&bp->b_ref, __ATOMIC_RELAXED) == 0)
		__atomic_store_n(&bp->b_ref, 1, __ATOMIC_RELAXED);
	return bp;
}

struct buf *
buf_create(struct vnode *vp, daddr_t lblkno, int size)
{
	struct buf *const bp = buf_new(size);

	mutex_enter(&bufcache_lock);
	if (buf_find(vp, lblkno, INT_MAX) == NULL) {
		buf_enter(bp, vp, lblkno);
		mutex_exit(&bufcache_lock);
		return bp;
	}
	mutex_exit(&bufcache_lock);
	brelse(bp, BC_INVAL);
	return NULL;
}

struct buf *
getblk(struct vnode *vp, daddr_t lblkno, int size, int slpflag, int slptimeo)
{
	struct buf *bp, *new;
	int error;

	for (;;) {
		do
			error = buf_getcached(vp, lblkno, slpflag, slptimeo, &bp);
		while (error == EPASSTHROUGH);
		if (error == 0)
			break;
		if (error != ENOENT)
			return NULL;
		new = buf_create(vp, lblkno, size);
		if (new != NULL)
			return new;
	}
	if (__predict_false(bp->b_bcount != size)) {
		buf_uncut(bp, size);
		allocbuf(bp, size, 1);
	}
	return bp;
}

struct buf *
geteblk(int size)
{
	struct buf *const bp = buf_new(size);

	bp->b_cflags |= BC_INVAL;
	return bp;
}

/* Does the buffer lose its identity when it is given up? */
static inline bool
buf_goes(const struct buf *bp)
{
	return (bp->b_cflags & (BC_INVAL | BC_NOCACHE)) != 0 || bp->b_error != 0 ||
	    bp->b_vp == NULL;
}

void
brelsel(struct buf *bp, int set)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	KASSERT(bp->b_iodone == NULL);
	bp->b_cflags |= (u_int)set;
	bp->b_flags &= ~(u_int)B_ASYNC;
	if (buf_goes(bp) && (bp->b_flags & B_LOCKED) == 0) {
		if (__predict_false(bp->b_error != 0) && (bp->b_flags & B_READ) == 0)
			printf("write of block %lld failed, error %d: its contents are lost\n",
			    (long long)bp->b_blkno, bp->b_error);
		buf_tospare(bp);
		return;
	}
	bp->b_cflags &= ~(u_int)(BC_AGE | BC_VFLUSH);
	buf_disown_locked(bp);
}

void
brelse(struct buf *bp, int set)
{
	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	if (__predict_false(set != 0 || buf_goes(bp))) {
		mutex_enter(&bufcache_lock);
		brelsel(bp, set);
		mutex_exit(&bufcache_lock);
		return;
	}
	bp->b_flags &= ~(u_int)B_ASYNC;
	buf_disown(bp);
}

void
bremfree(struct buf *bp)
{
	KASSERT((bp->b_cflags & BC_BUSY) != 0);
}

/* ---- Limits ---- */

u_long
buf_memcalc(void)
{
	return buf_limit;
}

int
buf_setvalimit(vsize_t limit)
{
	if (limit < 16 * MAXBSIZE)
		return EINVAL;
	mutex_enter(&bufcache_lock);
	buf_limit = limit;
	mutex_exit(&bufcache_lock);
	return 0;
}

/* Take the identity of an owned buffer if its vnode's lock can be had at once. */
static bool
buf_tryleave(struct buf *bp)
{
	kmutex_t *const lock = bp->b_objlock;

	if (!mutex_tryenter(lock))
		return false;
	buf_leave_locked(bp);
	mutex_exit(lock);
	return true;
}

/* Free clean buffers; trying: without waiting for any lock.  locks: bufcache_lock. */
static size_t
buf_drain_locked(size_t want, bool trying)
{
	struct buf *bp;
	size_t freed = 0;
	bool dirty;

	while (freed < want && (bp = buf_victim(&dirty)) != NULL) {
		if (dirty || (trying && !buf_tryleave(bp))) {
			buf_disown_locked(bp);
			break;
		}
		freed += (size_t)bp->b_bufsize;
		buf_tospare(bp);
	}
	return freed;
}

int
buf_drain(int n)
{
	size_t freed;

	mutex_enter(&bufcache_lock);
	freed = buf_drain_locked((size_t)MAX(n, 0), false);
	mutex_exit(&bufcache_lock);
	return (int)MIN(freed, (size_t)INT_MAX);
}

/* Memory is short.  ctx: any lock may be held. */
static size_t
buf_memdrain_fn(void *arg, size_t want)
{
	size_t freed;

	if (!mutex_tryenter(&bufcache_lock))
		return 0;
	freed = buf_drain_locked(want, true);
	mutex_exit(&bufcache_lock);
	return freed;
}
