/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * struct buf and the buffer cache: buffercache(9).
 *
 * A buffer is one block of a vnode (of a block device's vnode for metadata).  Whoever has a buffer
 * from bread(), getblk() and their like owns it exclusively (BC_BUSY) until he gives it to
 * brelse(), bwrite(), bawrite() or bdwrite().  Buffers made by getiobuf() carry one transfer and
 * are not in the cache.
 *
 * b_blkno counts units of DEV_BSIZE on the device, b_lblkno blocks of the file system in the vnode.
 */
#ifndef KPI_SYS_BUF_H
#define KPI_SYS_BUF_H

#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/rbtree.h>

struct proc;
struct uio;
struct vnode;

/* Priorities of a transfer, for disk queues. */
#define BPRIO_NPRIO	       3
#define BPRIO_TIMECRITICAL     2
#define BPRIO_TIMELIMITED      1
#define BPRIO_TIMENONCRITICAL  0
#define BPRIO_DEFAULT	       BPRIO_TIMELIMITED
#define BIO_GETPRIO(bp)	       ((bp)->b_prio)
#define BIO_SETPRIO(bp, p)     ((bp)->b_prio = (p))
#define BIO_COPYPRIO(bp1, bp2) BIO_SETPRIO(bp1, BIO_GETPRIO(bp2))

/*
 * Locks: (i) immutable while the buffer is in use, (b) the owner (BC_BUSY), (o) *b_objlock,
 * (c) bufcache_lock, (h) hash and clock of the cache, (a) atomic.
 */
struct buf {
	union {
		rb_node_t u_rbnode;
		TAILQ_ENTRY(buf) u_actq;
		SLIST_ENTRY(buf) u_work;
	} b_u; /* (b) of the driver that does the transfer */
#define b_actq	 b_u.u_actq
#define b_work	 b_u.u_work
#define b_rbnode b_u.u_rbnode
	void (*b_iodone)(struct buf *); /* (b) called once by biodone() instead of the default */
	int b_error;			/* (b) errno of the transfer */
	int b_resid;			/* (b) bytes not transferred */
	u_int b_flags;			/* (b) B_* */
	int b_prio;			/* (b) BPRIO_* */
	int b_bufsize;			/* (b) bytes of memory at b_data */
	int b_bcount;			/* (b) bytes in use, or to transfer */
	dev_t b_dev;			/* (b) the device, set by spec_strategy() */
	void *b_data;			/* (b) */
	daddr_t b_blkno;		/* (b) DEV_BSIZE units on the device */
	daddr_t b_rawblkno;		/* (b) the same after partition mapping */
	struct proc *b_proc;		/* (b) of physio() */
	void *b_saveaddr;		/* (b) of physio() */
	void *b_private;		/* (b) of b_iodone */
	off_t b_dcookie;		/* (b) of the driver */
	kcondvar_t b_busy;		/* (c) wanted */
	u_int b_refcnt;			/* (c) sleepers in bbusy() */
	void *b_unused;
	LIST_ENTRY(buf) b_hash;	      /* of the owner of the buffer outside the cache */
	LIST_ENTRY(buf) b_vnbufs;     /* (o) v_cleanblkhd or v_dirtyblkhd */
	TAILQ_ENTRY(buf) b_freelist;  /* (h) recycling order */
	TAILQ_ENTRY(buf) b_wapbllist; /* (o) of a journal */
	daddr_t b_lblkno;	      /* (i) block in the vnode */
	int b_freelistindex;	      /* (h) */
	u_int b_cflags;		      /* (b) BC_* */
	struct vnode *b_vp;	      /* (i) */
	kcondvar_t b_done;	      /* (o) */
	u_int b_oflags;		      /* (o) BO_* */
	kmutex_t *b_objlock;	      /* (i) v_interlock of b_vp, or buffer_lock */

	/* Private to the cache. */
	uint32_t b_own;	       /* (a) 0 free, 1 owned, 2 owned and wanted */
	uint32_t b_ref;	       /* (a) used since the clock came by */
	struct buf *b_hnext;   /* (a) next of the same hash value */
	uint64_t b_dirtysince; /* (o) time_uptime when BO_DELWRI was set */
};
typedef struct buf buf_t;

/* b_cflags */
#define BC_AGE	   0x00000001 /* recycle first */
#define BC_BUSY	   0x00000010 /* owned */
#define BC_INVAL   0x00002000 /* contents are not valid */
#define BC_NOCACHE 0x00008000 /* do not keep after release */
#define BC_WANTED  0x00800000 /* somebody waits for it */
#define BC_VFLUSH  0x04000000 /* on its way out by vflushbuf() */

/* b_oflags */
#define BO_DELWRI 0x00000080 /* delayed write: dirty */
#define BO_DONE	  0x00000200 /* transfer has ended */

/* b_flags */
#define B_WRITE	     0x00000000
#define B_ASYNC	     0x00000004 /* nobody waits; released when done */
#define B_COWDONE    0x00000400 /* copy-on-write hooks have run */
#define B_GATHERED   0x00001000
#define B_LOCKED     0x00004000 /* stays in memory (journal) */
#define B_PHYS	     0x00040000 /* memory of a process */
#define B_RAW	     0x00080000
#define B_READ	     0x00100000
#define B_DEVPRIVATE 0x02000000
#define B_MEDIA_FUA  0x08000000 /* on the medium before it is done */
#define B_MEDIA_DPO  0x10000000
#define BUF_FLAGBITS                                                         \
	"\20\1AGE\3ASYNC\5BUSY\10DELWRI\12DONE\13COWDONE\15GATHERED\16INVAL" \
	"\17LOCKED\20NOCACHE\23PHYS\24RAW\25READ\30WANTED\32DEVPRIVATE\33VFLUSH\34FUA\35DPO"

/* flags of bread() and breadn() */
#define B_MODIFY 0x01 /* the caller will change the block */

#define clrbuf(bp)                                              \
	do {                                                    \
		memset((bp)->b_data, 0, (u_int)(bp)->b_bcount); \
		(bp)->b_resid = 0;                              \
	} while (0)

#define B_CLRBUF   0x01 /* zero a new block */
#define B_SYNC	   0x02 /* synchronous allocation */
#define B_METAONLY 0x04
#define B_CONTIG   0x08

extern kmutex_t bufcache_lock; /* sleepers on busy buffers; the legend's (c) */
extern kmutex_t buffer_lock;   /* b_objlock of buffers without a vnode */
extern u_int nbuf;

/*
 * Read a block: *bpp is owned by the caller on success, NULL on error.
 * size is in bytes; flags 0 or B_MODIFY.  sleeps.
 * errors: EIO and whatever the device says, ENOMEM when no buffer can be had.
 */
int bread(struct vnode *vp, daddr_t lblkno, int size, int flags, struct buf **bpp);
/* The same, and start reading nrablks other blocks unless they are here already. */
int breadn(struct vnode *vp, daddr_t lblkno, int size, daddr_t *rablks, int *rasizes, int nrablks,
    int flags, struct buf **bpp);
/* breadn() with one block that is read ahead. */
int breada(struct vnode *vp, daddr_t lblkno, int size, daddr_t rablkno, int rasize, int flags,
    struct buf **bpp);

/*
 * Own the buffer of a block, its contents valid if BO_DONE or BO_DELWRI is set in b_oflags.
 * slpflag PCATCH and slptimeo (ticks, 0 forever) bound the wait for another owner.
 * sleeps.  NULL: interrupted, timed out or no memory.
 */
struct buf *getblk(struct vnode *vp, daddr_t lblkno, int size, int slpflag, int slptimeo);
/* A buffer with memory and without identity; gone when released. */
struct buf *geteblk(int size);
/* The buffer if it is in the cache and valid, not owned; a hint. */
struct buf *incore(struct vnode *vp, daddr_t lblkno);
/* Change the size of an owned buffer's memory.  errors: ENOMEM. */
int allocbuf(struct buf *bp, int size, int preserve);

/* Give a buffer up after or-ing set into b_cflags.  brelsel(): bufcache_lock held. */
void brelse(struct buf *bp, int set);
void brelsel(struct buf *bp, int set);
/* Take ownership of a buffer found by other means.  locks: bufcache_lock held; *interlock (may be
 * NULL) is dropped and retaken while it sleeps.  errors: EPASSTHROUGH (look again), EDEADLK. */
int bbusy(struct buf *bp, bool intr, int timo, kmutex_t *interlock);

/* Write and release: now and wait; now and do not wait; some time later. */
int bwrite(struct buf *bp);
void bawrite(struct buf *bp);
void bdwrite(struct buf *bp);
/* Mark dirty an owned buffer.  locks: *b_objlock. */
void bdirty(struct buf *bp);

/* The transfer has ended: b_error, b_resid are set.  Once for each VOP_STRATEGY(). ctx: any. */
void biodone(struct buf *bp);
/* Wait for biodone().  sleeps.  errors: b_error. */
int biowait(struct buf *bp);

/* A buffer for one transfer on behalf of vp (may be NULL); NULL when !waitok and no memory. */
struct buf *getiobuf(struct vnode *vp, bool waitok);
void putiobuf(struct buf *bp);
void buf_init(struct buf *bp);
void buf_destroy(struct buf *bp);

/*
 * Split mbp's transfer: bp does size bytes at offset.  Its biodone() reports to mbp by
 * nestiobuf_done(), which ends mbp when all of its b_bcount bytes are accounted for.
 */
void nestiobuf_setup(struct buf *mbp, struct buf *bp, int offset, size_t size);
void nestiobuf_done(struct buf *mbp, int donebytes, int error);
void nestiobuf_iodone(struct buf *bp);

/* Attach a buffer to a vnode and detach it.  locks: *b_objlock. */
void bgetvp(struct vnode *vp, struct buf *bp);
void brelvp(struct buf *bp);
/* Move to the clean or the dirty list, as b_oflags says. */
void reassignbuf(struct buf *bp, struct vnode *vp);
void bremfree(struct buf *bp);

/*
 * Raw I/O: transfer uio's bytes by strategy() in pieces that min_phys() allows.  obp may be NULL.
 * errors: EINVAL (offset or length no multiple of DEV_BSIZE, negative), those of the driver.
 */
int physio(void (*strategy)(struct buf *), struct buf *obp, dev_t dev, int flags,
    void (*min_phys)(struct buf *), struct uio *uio);
void minphys(struct buf *bp);

/* Bytes of memory in the cache, and what it may grow to. */
u_long buf_memcalc(void);
int buf_setvalimit(vsize_t limit);
/* Free at least n bytes of clean buffers; returns what was freed. */
int buf_drain(int n);
int buf_syncwait(void);

#endif /* KPI_SYS_BUF_H */
