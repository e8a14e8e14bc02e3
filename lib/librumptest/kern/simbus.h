/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Simulated devices: what the files simbus*.c share.  <rump/rumptest_bus.h> is what tests see.
 *
 * sim_lock (spin, IPL_HIGH) guards registers, scripts, maps and lists; it is a leaf but for the
 * locks of intr_line, which are taken after it is given up.  Callbacks run without it.
 *
 *	life of a device: CREATED --attach--> ATTACHED --detach--> DETACHED --attach--> ...; gone is a flag
 */
#ifndef SIMBUS_H
#define SIMBUS_H

#include <sys/param.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/systm.h>

#include <machine/intr_line.h>

#include <rump/rumptest_bus.h>

#define SIM_NWINDOWS RUMP_SIMPCI_NBARS

struct simpci; /* simbus_pci.c */

/* A register of the description, with what it holds.  Locks: (s) sim_lock, (i) immutable. */
struct simreg {
	struct rump_simreg sr_desc; /* (i) count is not 0 */
	uint64_t sr_value;	    /* (s) of one register */
	uint8_t *sr_mem;	    /* (s) MEM */
};

/* Registers at one range of addresses. */
struct simwindow {
	struct rump_simdev *sw_dev; /* (i) */
	int sw_index;		    /* (i) */
	bool sw_io;		    /* (i) */
	bus_addr_t sw_addr;	    /* (s) 0: not decoded */
	bus_size_t sw_size;	    /* (i) 0: there is none */
	struct simreg *sw_regs;	    /* (i) */
	size_t sw_nregs;	    /* (i) */
};

/* What a driver has mapped; its address is the handle's, in units of SIMMAP_SPAN of offset. */
struct simmap {
	LIST_ENTRY(simmap) sm_list;   /* (s) */
	struct simwindow *sm_window;  /* (i) */
	bus_size_t sm_off, sm_size;   /* (i) */
	bus_space_handle_t sm_handle; /* (i) */
};

/* A step of a script, or a queued read. */
struct simstep {
	TAILQ_ENTRY(simstep) ss_list; /* (s) */
	int ss_window;
	uint32_t ss_off, ss_width;
	bool ss_write;
	uint64_t ss_value;
	unsigned ss_times;
};
TAILQ_HEAD(simsteps, simstep);

struct simdma; /* simbus_dma.c: a driver's DMA map */

struct rump_simdev {
	LIST_ENTRY(rump_simdev) sd_list; /* (s) */
	char sd_name[24];		 /* (i) */
	char sd_xname[16];		 /* (s) of the driver's device; "" before the first */
	void *sd_arg;			 /* (i) of the callbacks */
	device_t sd_device;		 /* (s) NULL: not attached */
	bool sd_detached;		 /* (s) a driver has let go of it */
	bool sd_gone;			 /* (s) pulled */
	struct simwindow sd_windows[SIM_NWINDOWS];
	struct simsteps sd_queue;	  /* (s) */
	struct simsteps sd_script;	  /* (s) */
	bool sd_scripted;		  /* (s) */
	enum rump_simscript sd_order;	  /* (s) */
	struct intr_line *sd_line;	  /* (i) NULL: none */
	bool sd_edge;			  /* (i) */
	bool sd_asserting;		  /* (s) */
	bus_dma_tag_t sd_dmat, sd_dmat32; /* (i) */
	LIST_HEAD(, simdma) sd_maps;	  /* (s) */
	ssize_t sd_dmamem;		  /* (s) bytes of bus_dmamem_alloc() */
	struct simpci *sd_pci;		  /* (i) NULL: at mainbus */
};
LIST_HEAD(simdevs, rump_simdev);

extern kmutex_t sim_lock;
extern struct simdevs simdevs;
extern struct bus_space_tag sim_memt, sim_iot;

/* In the kernel from here to simbus_leave(), whether the caller was or not.  false: no kernel is up. */
enum simbus_entry { SIMBUS_NO, SIMBUS_NESTED, SIMBUS_ENTERED };
enum simbus_entry simbus_enter(void);
void simbus_leave(enum simbus_entry e);

/* The test fails.  ctx: any, without sim_lock. */
void simbus_fail(const struct rump_simdev *sd, const char *fmt, ...) __printflike(2, 3);
const char *simwindow_name(const struct simwindow *sw, char *buf, size_t len);

/* A new device without windows, on the list; its name is copied.  sleeps. */
struct rump_simdev *simdev_new(const char *name, void *arg, unsigned dma_bits);
void simdev_free(struct rump_simdev *sd);
/* errors: EINVAL (a line says why). */
int simwindow_init(struct rump_simdev *sd, int index, bus_size_t size, bool io,
    const struct rump_simreg *regs, size_t nregs);
void simwindow_fini(struct simwindow *sw);
/* One register, by offset; NULL: there is none.  *index: which of its count; of MEM: which byte. */
struct simreg *simwindow_find(struct simwindow *sw, bus_size_t off, uint32_t *index);
/* Mappings of the device that are left.  locks: sim_lock. */
struct simmap *simdev_mapping(struct rump_simdev *sd);
void simspace_init(void);
void simspace_fini(void);

/* simbus_script.c.  locks: sim_lock.  What a script or queue says of an access. */
enum simscript_verdict { SIMSCRIPT_FREE, SIMSCRIPT_VALUE, SIMSCRIPT_SEEN, SIMSCRIPT_WRONG };
enum simscript_verdict simscript_access(struct rump_simdev *sd, int window, bus_size_t off,
    unsigned width, bool write, uint64_t *valuep, struct simstep *want);
void simscript_clear(struct rump_simdev *sd, const char **leftp, struct simstep *left);

/* simbus_dma.c */
void simdma_init(struct rump_simdev *sd, unsigned bits);
void simdma_fini(struct rump_simdev *sd);
/* Maps that are left.  locks: sim_lock. */
u_int simdma_left(const struct rump_simdev *sd);

/* simbus_pci.c */
void simpci_init(void);
void simpci_fini(void);
/* Let drivers see it.  errors: ENODEV. */
int simpci_plug(struct rump_simdev *sd);
void simpci_unplug(struct rump_simdev *sd);
/* Is dev a driver's device for this function?  ctx: thread. */
bool simpci_is(const struct rump_simdev *sd, device_t dev);
void simpci_free(struct rump_simdev *sd);
/* May the driver reach the window; may the device reach memory?  locks: sim_lock. */
bool simpci_decodes(const struct rump_simdev *sd, const struct simwindow *sw);
bool simpci_masters(const struct rump_simdev *sd);
void simpci_intx(struct rump_simdev *sd, bool asserted);
/* Messages that the function's driver has.  locks: none. */
u_int simpci_messages(const struct rump_simdev *sd);
/* The line of a message; NULL: it does not come.  locks: sim_lock. */
struct intr_line *simpci_message(struct rump_simdev *sd, unsigned vector);

#endif /* SIMBUS_H */
