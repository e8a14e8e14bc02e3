/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Per-CPU words of the machine-independent kernel, embedded in struct cpu_info as ci_data. */
#ifndef KPI_SYS_CPU_DATA_H
#define KPI_SYS_CPU_DATA_H

#include <sys/types.h>

/*
 * Only the holder of the CPU touches these, without atomics, and does not block in between.
 * The pointers belong to the subsystems named; each is NULL until its owner sets it.
 */
struct cpu_data {
	u_int cpu_index;
	void *cpu_callout;     /* time: the callout wheel of this CPU */
	void *cpu_sleepq;      /* sync */
	void *cpu_lockdebug;   /* sync */
	void *cpu_mem;	       /* mem: the front of pool caches */
	void *cpu_page;	       /* mem: free pages */
	void *cpu_cprng;       /* kern */
	void *cpu_file;	       /* file */
	void *cpu_vfs;	       /* vfs */
	void *cpu_net;	       /* net */
	int cpu_biglock_count; /* KERNEL_LOCK depth */
	int cpu_psrefs;	       /* psref(9) */
	uint64_t cpu_nsyscall;
	uint64_t cpu_nsoft;
};

#endif /* KPI_SYS_CPU_DATA_H */
