/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The inside of a device_t: autoconf's and its friends' alone, drivers use <sys/device.h>. */
#ifndef KPI_SYS_DEVICE_IMPL_H
#define KPI_SYS_DEVICE_IMPL_H

#include <sys/device.h>
#include <sys/localcount.h>

/* autoconf/attach.c has the moves. */
enum device_state {
	DEVICE_ALLOC = 0x0de71ce0, /* so that other memory is hardly ever taken for a device */
	DEVICE_ATTACHING,
	DEVICE_ATTACHED,
	DEVICE_DETACHING,
	DEVICE_DEAD
};

/* dv_flags */
#define DVF_ACTIVE	     0x0001 /* not deactivated */
#define DVF_COMMITTED	     0x0004 /* the detach under way cannot fail any more */
#define DVF_PRIV_SET	     0x0008 /* device_set_private() */
#define DVF_CLASS_SUSPENDED  0x0010
#define DVF_DRIVER_SUSPENDED 0x0020
#define DVF_BUS_SUSPENDED    0x0040
#define DVF_POWER_HANDLERS   0x0100 /* pmf_device_register() */

/*
 * Locks: (i) immutable once linked, (d) alldevs_lock, (c) config_lock, (p) pmf_lock, (a) atomic,
 * (r) the driver's.
 */
struct device {
	TAILQ_ENTRY(device) dv_list; /* (d) alldevs, or the graveyard */
	enum device_state dv_state;  /* (a) written with (d) */
	int dv_flags;		     /* (a) written with (d) */
	devgen_t dv_add_gen;	     /* (i) devices linked before it */
	int dv_depth;		     /* (i) 0: the root */
	int dv_unit;		     /* (i) */
	int dv_pending;		     /* (c) config_pending_incr() */
	int dv_nlocs;		     /* (i) */
	int *dv_locators;	     /* (i) */
	struct lwp *dv_mover;	     /* (d) who attaches or detaches it */
	devclass_t dv_class;	     /* (i) */
	cfdata_t dv_cfdata;	     /* (i) */
	cfdriver_t dv_cfdriver;	     /* (i) */
	cfattach_t dv_cfattach;	     /* (i) */
	device_t dv_parent;	     /* (i) a parent outlives its children */
	void *dv_private;	     /* (r) */
	void *dv_softc;		     /* (i) what was allocated */
	size_t dv_softcsize;	     /* (i) bytes of it, ca_devsize */
	struct localcount dv_localcount;
	bool (*dv_suspend)(device_t, const pmf_qual_t *); /* (p) */
	bool (*dv_resume)(device_t, const pmf_qual_t *);  /* (p) */
	bool (*dv_shutdown)(device_t, int);		  /* (p) */
	struct _prop_dictionary *dv_properties;		  /* (a) made when asked for */
	char dv_xname[16];				  /* (i) "card0" */
};

#endif /* KPI_SYS_DEVICE_IMPL_H */
