/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Simulated PCI functions: between simbus_pci.c (functions) and simbus_pcihost.c (the bus). */
#ifndef SIMPCI_H
#define SIMPCI_H

#include "simbus.h"

#include <dev/pci/pcireg.h>

#define CONF_WORDS (PCI_EXTCONF_SIZE / 4)

/* Locks: (s) sim_lock, (i) immutable. */
struct simpci {
	u_int sp_bus, sp_dev, sp_func; /* (i) */
	bool sp_plugged;	       /* (s) */
	bool sp_asserting, sp_driving; /* (s) INTx: by the card; so that the line is asserted */
	u_int sp_behind;	       /* (i) a bridge's secondary bus; 0: no bridge */
	uint32_t sp_conf[CONF_WORDS];  /* (s) */
	uint32_t sp_wmask[CONF_WORDS]; /* (s) bits that are written */
	uint32_t sp_w1c[CONF_WORDS];   /* (s) bits that ones clear */
	bool sp_wide[SIM_NWINDOWS];    /* (i) the window's BAR has 64 bits */
	u_int sp_capend, sp_extend;    /* (s) where the next capability goes; the last one there */
	u_int sp_caplast, sp_extlast;  /* (s) */
	u_int sp_msi, sp_msix;	       /* (i) capabilities; 0: none */
	u_int sp_msixbar, sp_msixoff;  /* (i) */
};

/* The plugged function at a place, or NULL.  locks: sim_lock. */
struct rump_simdev *simpci_at(u_int bus, u_int dev, u_int func);
/* What the driver sees.  locks: none. */
uint32_t simpci_conf_read(u_int bus, u_int dev, u_int func, u_int reg);
void simpci_conf_write(u_int bus, u_int dev, u_int func, u_int reg, uint32_t v);

/* simbus_pcihost.c */
void simpcihost_init(void);
void simpcihost_fini(void);
/* The host bridge and its bus are there, and all buses look again.  errors: ENODEV. */
int simpcihost_scan(void);
/* The line of a pin, as the root sees it. */
struct intr_line *simpcihost_intx(u_int dev, u_int pin);
/* Messages given to a function. */
u_int simpcihost_messages_of(u_int bus, u_int dev, u_int func);
/* The line that a message raises; NULL: none.  locks: sim_lock. */
struct intr_line *simpcihost_message(uint64_t addr, uint32_t data);

#endif /* SIMPCI_H */
