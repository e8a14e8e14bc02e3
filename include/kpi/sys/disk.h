/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * disk(9): what a disk driver keeps and reports about a unit; dksubr(9)'s helpers are in
 * <dev/dkvar.h>.  Component rumpdev_disk.
 *
 * A unit's life:
 *
 *	disk_init(), disk_set_info() or dk_geom filled in, disk_attach(), dkwedge_discover()
 *	...
 *	disk_begindetach() or dkwedge_delall(), disk_detach(), disk_destroy()
 *
 * dk_name is the name of the driver's switch and the unit in decimal ("md0").  The driver's minor numbers
 * are those of <sys/disklabel.h>; the nodes /dev/md0 and /dev/rmd0 are its raw partition.
 */
#ifndef KPI_SYS_DISK_H
#define KPI_SYS_DISK_H

#include <sys/types.h>
#include <sys/condvar.h>
#include <sys/device_if.h>
#include <sys/dkio.h>
#include <sys/iostat.h>
#include <sys/mutex.h>
#include <sys/queue.h>

struct buf;
struct bufq_state;
struct cpu_disklabel;
struct disk;
struct disklabel;
struct dkwedge_softc;
struct lwp;
struct vnode;

/* What the driver sets; zeroes in the last three are filled in by disk_set_info(). */
struct disk_geom {
	int64_t dg_secperunit; /* sectors */
	uint32_t dg_secsize;   /* bytes: a power of two from 512 to 65536 */
	uint32_t dg_nsectors;  /* a track */
	uint32_t dg_ntracks;   /* a cylinder */
	uint32_t dg_ncylinders;
	uint32_t dg_physsecsize; /* bytes; 0: as dg_secsize */
	uint32_t dg_alignedsec;	 /* first sector that is aligned to it */
	uint32_t dg_pcylinders, dg_acylinders, dg_sparespertrack, dg_sparespercyl;
};

struct dkdriver {
	void (*d_strategy)(struct buf *);
	void (*d_minphys)(struct buf *);
	/* For dksubr(9) only: */
	int (*d_open)(dev_t, int, int, struct lwp *);
	int (*d_close)(dev_t, int, int, struct lwp *);
	int (*d_diskstart)(device_t, struct buf *);
	void (*d_iosize)(device_t, int *);
	int (*d_dumpblocks)(device_t, void *, daddr_t, int);
	int (*d_lastclose)(device_t);
	int (*d_discard)(device_t, off_t, off_t);
	int (*d_firstopen)(device_t, dev_t, int, int);
	void (*d_label)(device_t, struct disklabel *);
};

/*
 * Locks: (i) immutable while attached, (o) dk_openlock, (l) the list's, (s) the driver's own.
 */
struct disk {
	TAILQ_ENTRY(disk) dk_link;	  /* (l) */
	const char *dk_name;		  /* (i) */
	const struct dkdriver *dk_driver; /* (i) */
	struct io_stats *dk_stats;	  /* (s) */
	int dk_blkshift;		  /* (i) DEV_BSIZE units to sectors */
	int dk_byteshift;		  /* (i) bytes to sectors */
	struct disk_geom dk_geom;	  /* (i) */
	kmutex_t dk_openlock;
	u_int dk_copenmask, dk_bopenmask, dk_openmask; /* (o) partitions that are open */
	u_int dk_nwedges;			       /* (o) */
	LIST_HEAD(, dkwedge_softc) dk_wedges;	       /* (o) */
	dev_t dk_rawdev;   /* (i) raw partition, block; NODEV before disk_attach(): by the name */
	bool dk_hasnodes;  /* (i) in /dev, made by disk_attach() */
	bool dk_rawbusy;   /* (o) dk_rawvp is being opened or closed */
	u_int dk_rawopens; /* (o) those who have dk_rawvp open */
	int dk_rawmode;	   /* (o) FREAD, FWRITE */
	struct vnode *dk_rawvp;		   /* (o) */
	kcondvar_t dk_rawcv;		   /* (o) */
	struct disklabel *dk_label;	   /* (s) */
	struct cpu_disklabel *dk_cpulabel; /* (s) */
};

#ifdef _KERNEL
/*
 * disk_init(): before anything else; name stays the driver's memory.  disk_attach() makes the unit known and its
 * nodes appear; the geometry is set.  sleeps.
 */
void disk_init(struct disk *dk, const char *name, const struct dkdriver *driver);
void disk_attach(struct disk *dk);
/*
 * May the unit go?  Takes idle wedges away first.  lastclose (may be NULL) is called with self when
 * nothing is open.  flags: DETACH_FORCE ends what is open.  sleeps.  errors: EBUSY, lastclose's.
 */
int disk_begindetach(struct disk *dk, int (*lastclose)(device_t), device_t self, int flags);
/* The wedges go, by force if need be, then nodes and name.  No transfer is queued any more.  sleeps. */
void disk_detach(struct disk *dk);
void disk_destroy(struct disk *dk);

/* dk_blkshift and dk_byteshift by a sector size; a bad one panics. */
void disk_blocksize(struct disk *dk, int blocksize);
/* Fill in what dk_geom leaves open, and the shifts.  dev and type may be NULL. */
void disk_set_info(device_t dev, struct disk *dk, const char *type);
/* By name.  NULL: none.  The caller knows by other means that it stays. */
struct disk *disk_find(const char *name);

/* Statistics.  locks: the driver's own around each. */
void disk_busy(struct disk *dk);
void disk_unbusy(struct disk *dk, long bcount, int read);
void disk_wait(struct disk *dk);
bool disk_isbusy(struct disk *dk);
void disk_seek(struct disk *dk);

/*
 * The ioctls that are the same for all disks: DIOCGSECTORSIZE, DIOCGMEDIASIZE, DIOCGSECTORALIGN, DIOCGDINFO;
 * and for the raw partition DIOCAWEDGE, DIOCDWEDGE, DIOCLWEDGES, DIOCRMWEDGES, DIOCMWEDGES.
 * dev: NODEV means no wedges.  sleeps.  errors: EPASSTHROUGH (not one of them), EBADF (not open
 * for writing), those of the wedge functions.
 */
int disk_ioctl(struct disk *dk, dev_t dev, u_long cmd, void *data, int flag, struct lwp *l);

/*
 * Cut a transfer at the end of a medium of mediasize secsize-byte units, or of its partition.  1: go on.  -1 and
 * 0: bp is done with, b_error and b_resid are set; the driver calls biodone().
 * b_bcount is made smaller where the end is inside; b_blkno beyond the end is EINVAL when writing.
 */
int bounds_check_with_mediasize(struct buf *bp, int secsize, uint64_t mediasize);
int bounds_check_with_label(struct disk *dk, struct buf *bp, int wlabel);

/* Wedges.  dkw: see <sys/dkio.h>.  None is called with a lock held that dk(4)'s operations take. */
void dkwedge_discover(struct disk *dk);
/* dkw_parent names the disk; dkw_devname is filled in.  errors: ENODEV (no such parent), EINVAL (no size,
 * beyond the end, overlap), EEXIST (dkw_wname), EBUSY (a partition is open), EAGAIN (no unit left). */
int dkwedge_add(struct dkwedge_info *dkw);
/* By dkw_devname.  errors: ESRCH, ENODEV (not that parent's), EBUSY (open). */
int dkwedge_del(struct dkwedge_info *dkw);
/* All: by force.  Those that are not open. */
void dkwedge_delall(struct disk *dk);
void dkwedge_delidle(struct disk *dk);
int dkwedge_list(struct disk *dk, struct dkwedge_list *dkwl, struct lwp *l);
/* The unit of a wedge by its name, or parent's: NULL for none.  *unitp is its minor number. */
device_t dkwedge_find_by_wname(const char *wname, int *unitp);
const char *dkwedge_get_parent_name(dev_t dev);
/* len bytes, a multiple of the sector size, from sector blkno, through the open vnode.  errors: the device's. */
int dkwedge_read(struct disk *dk, struct vnode *vp, daddr_t blkno, void *buf, size_t len);
#endif /* _KERNEL */

#endif /* KPI_SYS_DISK_H */
