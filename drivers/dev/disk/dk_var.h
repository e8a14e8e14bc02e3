/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Wedges, inside the component: README.md has the model. */
#ifndef DK_VAR_H
#define DK_VAR_H

#include <sys/types.h>
#include <sys/disk.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#define DK_UNITS 1024

enum dkw_state { DKW_RUNNING, DKW_DYING };

/*
 * Locks: (i) immutable, (a) atomic, (o) the parent's dk_openlock, (c) dk_cfglock as well when it changes.
 * What a transfer reads comes first.
 */
struct dkwedge_softc {
	u_int sc_refs;			    /* (a) threads and transfers that use it */
	u_int sc_state;			    /* (a) enum dkw_state, written with (o) */
	dev_t sc_pdev;			    /* (i) the parent's raw partition */
	daddr_t sc_blkoff;		    /* (i) DEV_BSIZE units from the parent's start */
	uint64_t sc_bytes;		    /* (i) */
	struct disk *sc_parent;		    /* (i) */
	int sc_unit;			    /* (i) minor number */
	u_int sc_openmask;		    /* (o) DKW_BOPEN, DKW_COPEN */
	uint64_t sc_offset, sc_size;	    /* (i) the parent's sectors */
	LIST_ENTRY(dkwedge_softc) sc_plink; /* (o), (c) */
	char sc_wname[128];		    /* (i) */
	char sc_ptype[32];		    /* (i) */
	char sc_devname[16];		    /* (i) */
};
enum { DKW_BOPEN = 1, DKW_COPEN = 2 };

extern kmutex_t dk_cfglock;

/* disk.c, disk_iostat.c.  errors of fini: EBUSY, a driver has disks. */
void disk_list_init(void);
int disk_list_fini(void);
void disk_iostat_init(void);
void disk_iostat_fini(void);

/* dk_wedge.c */
void dk_wedge_init(void);
void dk_wedge_fini(void);
/* The wedge of a device number, NULL for none; it stays until dk_rele(). ctx: any. */
struct dkwedge_softc *dk_hold(dev_t dev);
void dk_rele(struct dkwedge_softc *sc);
/*
 * Open the parent's raw vnode, or share it; dk_raw_close() undoes it.  mode: FREAD, FWRITE.  sleeps.
 * errors: the driver's, EROFS, EBUSY (the disk is open itself).
 */
int dk_raw_open(struct disk *dk, int mode);
void dk_raw_close(struct disk *dk);
/* As dkwedge_add(), with the parent known.  locks: dk_cfglock. */
int dk_wedge_add(struct disk *dk, struct dkwedge_info *dkw);
/*
 * All wedges of a disk go, or none.  errors: EBUSY, one is open and force is not set.
 */
int dk_wedge_delset(struct disk *dk, bool force);
void dk_wedge_info(const struct dkwedge_softc *sc, struct dkwedge_info *dkw);

/* dk_dev.c: the switch; /dev/dkN and /dev/rdkN. */
extern devmajor_t dk_bmajor, dk_cmajor;
int dk_dev_attach(void);
void dk_dev_detach(void);
/* dk_ioctl.c */
int dk_dev_ioctl(struct dkwedge_softc *sc, u_long cmd, void *data, int flag, struct lwp *l);

/* dk_image.c.  errors of fini: EBUSY, one is open. */
void dk_image_init(void);
int dk_image_fini(void);

#endif /* DK_VAR_H */
