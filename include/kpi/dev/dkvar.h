/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * dksubr: the body that disk drivers have in common.  The driver embeds a struct dk_softc first in its
 * softc, gives its devsw entries to the functions below, and starts transfers in d_diskstart.
 *
 * d_diskstart(dev, bp) runs under sc_iolock's queue discipline, one call at a time, without sc_iolock: 0, or EAGAIN when the
 * device takes no more (the transfer is kept and offered again by dk_start()), or an errno that ends bp.  The
 * driver ends each by dk_done().
 */
#ifndef KPI_DEV_DKVAR_H
#define KPI_DEV_DKVAR_H

#include <sys/types.h>
#include <sys/bufq.h>
#include <sys/condvar.h>
#include <sys/device_if.h>
#include <sys/disk.h>
#include <sys/mutex.h>

struct pathbuf;

#define DK_XNAME_SIZE 16 /* device_xname()'s */

/* sc_flags */
#define DKF_INITED	  0x00010000 /* set by the driver when the geometry is there */
#define DKF_WLABEL	  0x00020000
#define DKF_LABELLING	  0x00040000
#define DKF_WARNLABEL	  0x00080000
#define DKF_LABELSANITY	  0x00100000
#define DKF_TAKEDUMP	  0x00200000
#define DKF_KLABEL	  0x00400000
#define DKF_VLABEL	  0x00800000
#define DKF_SLEEP	  0x80000000
#define DKF_NO_RND	  0x01000000
#define DKF_FAST	  0x02000000
#define DKF_READONLY	  0x04000000
#define DK_ATTACHED(dksc) (((dksc)->sc_flags & DKF_INITED) != 0)

/* Locks: (i) immutable once inited, (q) sc_iolock, (o) dk_openlock. */
struct dk_softc {
	device_t sc_dev; /* (i) */
	struct disk sc_dkdev;
	kmutex_t sc_iolock;	      /* IPL_VM: may be taken in an interrupt */
	struct bufq_state *sc_bufq;   /* (q) */
	int sc_dtype;		      /* (i) DKTYPE_* */
	struct buf *sc_deferred;      /* (q) what the device did not take */
	bool sc_busy;		      /* (q) somebody is in d_diskstart */
	bool sc_dying;		      /* (q) transfers get ENXIO */
	u_int sc_flags;		      /* (i), DKF_INITED (o) */
	char sc_xname[DK_XNAME_SIZE]; /* (i) */
};

/* dev NULL, for a driver without autoconf: the name is what it put into sc_xname before. */
void dk_init(struct dk_softc *dksc, device_t dev, int dtype);
void dk_attach(struct dk_softc *dksc);
void dk_detach(struct dk_softc *dksc);

/* errors: ENXIO (no such partition, or not DKF_INITED), EROFS, EBUSY (wedges, and not the raw partition). */
int dk_open(struct dk_softc *dksc, dev_t dev, int flags, int fmt, struct lwp *l);
int dk_close(struct dk_softc *dksc, dev_t dev, int flags, int fmt, struct lwp *l);
void dk_strategy(struct dk_softc *dksc, struct buf *bp);
/* Queue without starting: 1, or 0 when bp was ended.  dk_start(): queue bp (may be NULL), start what goes. */
int dk_strategy_defer(struct dk_softc *dksc, struct buf *bp);
int dk_strategy_pending(struct dk_softc *dksc);
void dk_start(struct dk_softc *dksc, struct buf *bp);
/* A transfer has ended, b_error and b_resid say how. */
void dk_done(struct dk_softc *dksc, struct buf *bp);
/* End what is queued with ENXIO; what the device has is the driver's to end. */
int dk_drain(struct dk_softc *dksc);
int dk_discard(struct dk_softc *dksc, dev_t dev, off_t pos, off_t len);
int dk_size(struct dk_softc *dksc, dev_t dev);
int dk_ioctl(struct dk_softc *dksc, dev_t dev, u_long cmd, void *data, int flag, struct lwp *l);
int dk_dump(struct dk_softc *dksc, dev_t dev, daddr_t blkno, void *va, size_t size, int flags);
/* The label in memory is made anew: one partition, the raw one. */
void dk_getdefaultlabel(struct dk_softc *dksc, struct disklabel *lp);
void dk_getdisklabel(struct dk_softc *dksc, dev_t dev);
/* Open the disk that a path names, for a driver that lies on another: *vpp is referenced and unlocked. */
int dk_lookup(struct pathbuf *pb, struct lwp *l, struct vnode **vpp);

#endif /* KPI_DEV_DKVAR_H */
