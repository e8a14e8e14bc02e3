/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A driver without a will of its own, for tests of the buses: at mainbus for "toy", at PCI for vendor TOY_VENDOR.
 * The test tells it what to do, in the kernel (rump_schedule()).
 */
#ifndef TOY_KTEST_H
#define TOY_KTEST_H

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

#define TOY_VENDOR 0x1234
#define TOY_DMALEN 9000

/* What it is by pci_attach_args. */
struct toy_args {
	unsigned bus, dev, func, id, class, intrpin, rawintrpin;
};
/* False: there is no such unit. */
bool rump_toy_args(int unit, struct toy_args *args);

/* Window or BAR.  errors: those of the bus. */
int rump_toy_map(int unit, int bar);
void rump_toy_unmap(int unit, int bar);
int rump_toy_info(int unit, int bar, unsigned type, uint64_t *base, uint64_t *size);
unsigned rump_toy_type(int unit, int bar);
uint64_t rump_toy_read(int unit, int bar, uint32_t off, unsigned width);
void rump_toy_write(int unit, int bar, uint32_t off, unsigned width, uint64_t value);
int rump_toy_peek(int unit, int bar, uint32_t off);
uint32_t rump_toy_conf(int unit, unsigned reg);
void rump_toy_conf_write(int unit, unsigned reg, uint32_t value);
/* Offset of a capability; 0: none. */
int rump_toy_cap(int unit, bool extended, unsigned id);
/* Interrupts: type 0 INTx (or mainbus's line), 1 MSI, 2 MSI-X; how many there are now, or minus an errno. */
int rump_toy_intr(int unit, int type, int count);
void rump_toy_unintr(int unit);
int rump_toy_intrs(int unit, int vector);
const char *rump_toy_intrstr(int unit, int vector);
/* A buffer that is loaded for the device, 32 bits or 64; its bus address. */
uint64_t rump_toy_dma(int unit, bool wide);
void rump_toy_dma_free(int unit);
uint8_t *rump_toy_dma_buf(int unit);
void rump_toy_sync(int unit, size_t off, size_t len, int ops);
int rump_toy_segs(int unit, int i, uint64_t *addr, uint64_t *len);
/* At its detach, give nothing back that was not asked for before; and use window 0 after that. */
void rump_toy_careless(int unit);
uint32_t rump_toy_ghost_read(uint32_t off);
int rump_toy_attached(void);

#endif /* TOY_KTEST_H */
