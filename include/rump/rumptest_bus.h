/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Simulated devices, for tests of drivers: register models with expectations, interrupts, DMA that is
 * checked, PCI functions with their configuration space.  From the component rumpkern_test.
 *
 *	static const struct rump_simreg regs[] = {
 *		{ .name = "CTL", .offset = 0x00, .width = 4, .kind = RUMP_SIMREG_RW },
 *		{ .name = "STATUS", .offset = 0x04, .width = 4, .kind = RUMP_SIMREG_RO, .reset = READY },
 *	};
 *	sd = rump_simpci_create(&(struct rump_simpci){ .name = "card", .vendor = 0x1234, ...,
 *	    .bar = { { .size = 4096, .regs = regs, .nregs = 2 } } });
 *	rump_simdev_queue(sd, 0, 0x04, 4, BUSY, 2);		STATUS reads BUSY twice, then READY
 *	ck_assert_int_eq(rump_simdev_attach(sd), 0);		the driver finds it
 *
 * What is not expected ends the program with a message that names device, register, width and value:
 * an access to no register, of a wrong width, out of the mapping, against a script; DMA to memory that is not
 * mapped, not synced, or read by the CPU too early; anything used, or not given back, after the detach.
 *
 * All functions may be called by any host thread, and by the callbacks, which run in the kernel where the
 * driver's access was made: perhaps with its spin mutex, so they neither wait nor make system calls.
 */
#ifndef RUMP_RUMPTEST_BUS_H
#define RUMP_RUMPTEST_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rump_simdev;

/* ---- Registers ---- */

enum rump_simreg_kind {
	RUMP_SIMREG_RW,	  /* what was written, in the bits of mask */
	RUMP_SIMREG_RO,	  /* a write fails the test */
	RUMP_SIMREG_WO,	  /* a read fails the test */
	RUMP_SIMREG_W1C,  /* ones that are written clear their bits, if in mask */
	RUMP_SIMREG_MEM,  /* count units of plain memory, read and written by any width */
	RUMP_SIMREG_CALL, /* read and write say it all */
};

/* A register, or (MEM, CALL) count of them in a row. */
struct rump_simreg {
	const char *name;
	uint32_t offset; /* in its window */
	uint32_t width;	 /* bytes: 1, 2, 4, 8 */
	enum rump_simreg_kind kind;
	uint64_t reset;
	uint64_t mask;	/* 0: all bits */
	uint32_t count; /* 0: one */
	/* CALL.  index: which of count.  Others: write is told after the model has done its part. */
	uint64_t (*read)(void *arg, uint32_t index);
	void (*write)(void *arg, uint32_t index, uint64_t value);
};

/* Registers' addresses: of the window (mainbus: 0; PCI: the BAR's number). */
uint64_t rump_simdev_get(struct rump_simdev *sd, int window, uint32_t offset);
void rump_simdev_set(struct rump_simdev *sd, int window, uint32_t offset, uint64_t value);

/* The next n reads of the register give value, whatever the model says.  Further calls come after it. */
void rump_simdev_queue(struct rump_simdev *sd, int window, uint32_t offset, uint32_t width,
    uint64_t value, unsigned n);

/*
 * A script: from begin to end the driver does exactly what was told beforehand or meanwhile, in this order
 * or in any; every other access fails the test.  Scripted reads give value; the models see writes.
 * end fails the test if something has not come.
 */
enum rump_simscript { RUMP_SIMSCRIPT_ORDERED, RUMP_SIMSCRIPT_ANY };
void rump_simdev_script_begin(struct rump_simdev *sd, enum rump_simscript order);
void rump_simdev_expect_read(
    struct rump_simdev *sd, int window, uint32_t offset, uint32_t width, uint64_t value);
void rump_simdev_expect_write(
    struct rump_simdev *sd, int window, uint32_t offset, uint32_t width, uint64_t value);
void rump_simdev_script_end(struct rump_simdev *sd);

/* ---- A device at mainbus ---- */

struct rump_simmain {
	const char *name;		/* maa_name */
	void *arg;			/* of the callbacks */
	uint32_t size;			/* of the window of registers */
	const struct rump_simreg *regs; /* must stay */
	size_t nregs;
	bool edge;	   /* the interrupt is edge triggered */
	unsigned dma_bits; /* that it can address; 0: 64 */
};
/* NULL: no kernel is up, or the description makes no sense (a line on the console). */
struct rump_simdev *rump_simmain_create(const struct rump_simmain *desc);

/* ---- A PCI function ---- */

#define RUMP_SIMPCI_NBARS 6
struct rump_simbar {
	uint32_t size; /* a power of two, 16 or more (I/O: 4); 0: none */
	bool io;
	bool wide; /* 64 bits: the next BAR is its upper half */
	bool prefetchable;
	const struct rump_simreg *regs; /* must stay */
	size_t nregs;
};
struct rump_simpci {
	const char *name;
	void *arg;
	unsigned bus, dev, func; /* bus: 0, or of rump_simpci_bridge() */
	uint16_t vendor, product, subvendor, subsystem;
	uint8_t baseclass, subclass, interface, revision;
	uint8_t intpin;	      /* 0: none; 1: INTA .. 4: INTD */
	uint8_t msi;	      /* messages that it can send, a power of two up to 32; 0: none */
	uint16_t msix;	      /* the same, up to 2048 */
	uint8_t msix_bar;     /* where the table is: that BAR must be there, and */
	uint32_t msix_offset; /* it has no registers there */
	struct rump_simbar bar[RUMP_SIMPCI_NBARS];
};
struct rump_simdev *rump_simpci_create(const struct rump_simpci *desc);
/* A bridge at bus, dev; *busp: the bus behind it. */
struct rump_simdev *rump_simpci_bridge(unsigned bus, unsigned dev, unsigned *busp);
/* One more capability of len bytes, id and next first; its offset.  extended: from 0x100 on.  0: no room. */
unsigned rump_simpci_capability(
    struct rump_simdev *sd, bool extended, uint16_t id, const void *bytes, size_t len);
/* Configuration space, as the card itself sees it. */
uint32_t rump_simpci_conf_get(struct rump_simdev *sd, unsigned reg);
void rump_simpci_conf_set(struct rump_simdev *sd, unsigned reg, uint32_t value);

/* ---- Life ---- */

/* Plug it in: drivers get to see it.  errors: ENXIO (none wants it), ENODEV (no bus: rumpdev_pci). */
int rump_simdev_attach(struct rump_simdev *sd);
/* Name of the driver's device, "card0"; NULL: not attached. */
const char *rump_simdev_xname(struct rump_simdev *sd);
/*
 * Ask the driver to let go; or (gone) pull the card: from then on it reads all ones, and the driver
 * must go.  errors: the driver's.
 */
int rump_simdev_detach(struct rump_simdev *sd, bool gone);
/* It is not attached; queues and scripts are empty. */
void rump_simdev_destroy(struct rump_simdev *sd);

/* ---- Interrupts ---- */

/* INTx, or mainbus's level line: held until it is let go.  The handlers have run on return, if a host thread calls. */
void rump_simdev_intr(struct rump_simdev *sd, bool asserted);
/* An edge line's edge; MSI or MSI-X by number.  False: the vector is masked or off. */
bool rump_simdev_message(struct rump_simdev *sd, unsigned vector);

/* ---- DMA ---- */

/* The device reads or writes memory.  False: it may not (the test has failed). */
bool rump_simdma_read(struct rump_simdev *sd, uint64_t addr, void *buf, size_t len);
bool rump_simdma_write(struct rump_simdev *sd, uint64_t addr, const void *buf, size_t len);

/* ---- Failures ---- */

/*
 * fn gets messages instead, and the kernel goes on: reads give all ones, the rest is not done.  NULL: as at
 * first.  ctx of fn: in the kernel, perhaps with a spin mutex held.
 */
void rump_simbus_onfail(void (*fn)(const char *message));

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMPTEST_BUS_H */
