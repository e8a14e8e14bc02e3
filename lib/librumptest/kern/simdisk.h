/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Between the simulated disk's driver, kernel code, and the model that it asks, host code.  Types of neither side.
 */
#ifndef RUMPTEST_SIMDISK_H
#define RUMPTEST_SIMDISK_H

enum { SIMDISK_READ = 1, SIMDISK_WRITE = 2, SIMDISK_FLUSH = 4 };
#define SIMDISK_UNITS 16

/* Called in the kernel, by threads and callouts; none may sleep or come back into the kernel. */
struct rump_simdisk_ops {
	/* How long the answer to a transfer takes: ns. */
	long long (*so_delay)(void *disk, int op, unsigned long long off, unsigned long len);
	/* Do it: an errno, and *done bytes.  fua: on the medium when it is done. */
	int (*so_transfer)(void *disk, int op, unsigned long long off, void *data,
	    unsigned long len, int fua, unsigned long *done);
};

/*
 * ctx: a thread with a virtual CPU.  sleeps.
 * A unit of so many bytes, a multiple of sector, appears as /dev/sd_simN: N, or minus an errno
 * (ENOSPC: no unit is free).
 */
int rump_simdisk_attach(
    const struct rump_simdisk_ops *ops, void *disk, unsigned long long size, unsigned sector);
/*
 * It is pulled out: transfers that wait for their answer and those to come get ENXIO, who has it open loses it.
 * The model is not asked any more when this returns.
 */
void rump_simdisk_detach(int unit);

#endif /* RUMPTEST_SIMDISK_H */
