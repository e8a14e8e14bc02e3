/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * cpu(9): virtual CPUs as kernel code sees them.
 *
 * A thread in the kernel holds one CPU, alone and without preemption, until it blocks; after that
 * it may be on another one (not an lwp with LP_BOUND, see curlwp_bind()).  How CPUs change hands:
 * the base's private rump_sched.h.  The memory of a struct cpu_info is never freed.
 */
#ifndef KPI_SYS_CPU_H
#define KPI_SYS_CPU_H

#include <sys/types.h>
#include <sys/cpu_data.h>

struct lwp;

#define MAXCPUS 1024

/*
 * Locks: (a) atomic, (i) immutable while the kernel is up, (o) the holder of the CPU alone.
 */
struct cpu_info {
	uint32_t ci_busy;	  /* (a) 1 while a thread holds the CPU */
	uint32_t ci_nqs;	  /* (a) quiescent states passed; written by the holder */
	uint32_t ci_pending;	  /* (a) work for whoever leaves the kernel: rump_sched.h */
	uint32_t ci_flags;	  /* (o) */
	struct lwp *ci_curlwp;	  /* (a) who holds it; of the last holder when free */
	u_int ci_index;		  /* (i) 0 .. ncpu-1 */
	u_int ci_softactive;	  /* (o) softint levels whose handlers run here, a bit each */
	struct lwp *ci_softlwp;	  /* (o) the softint lwp that runs, or NULL */
	struct rump_cpu *ci_rump; /* (i) the scheduler's own data */
	struct cpu_data ci_data;  /* see there */
} __cacheline_aligned;

#define ci_onproc ci_curlwp

typedef int CPU_INFO_ITERATOR;

extern int ncpu; /* CPUs of this kernel */
extern int ncpuonline;
extern bool mp_online;
extern struct cpu_info rump_cpus[MAXCPUS];

/* The CPU of index i, which is below ncpu. */
static inline struct cpu_info *
cpu_lookup(u_int i)
{
	return &rump_cpus[i];
}

static inline u_int
cpu_index(const struct cpu_info *ci)
{
	return ci->ci_index;
}

#define CPU_IS_PRIMARY(ci) ((ci)->ci_index == 0)
#define CPU_INFO_FOREACH(cii, ci)                       \
	(cii) = 0;                                      \
	(cii) < ncpu && ((ci) = &rump_cpus[cii], true); \
	(cii)++

/* In curcpu() and cpu_number() the answer stays right only until the caller blocks. */
#define curcpu()     (rump_thread.t_cpu)
#define cpu_number() (rump_thread.t_cpu->ci_index)
#define cpu_name(ci) "vcpu"

/* True in the handler of a soft interrupt. */
bool cpu_softintr_p(void);
/* True in the handler of a device's interrupt: <machine/intr_line.h>. */
bool cpu_intr_p(void);
/* True when the caller cannot be moved to another CPU without blocking: always. */
bool cpu_kpreempt_disabled(void);

/*
 * Where tests simulate the world, others run in busy-waiting loops and in read sections: the
 * former would never end else.  Neither is a place to sleep: CPU and locks are kept.
 */
void rump_point_spin(void);
void rump_point_read(void);

/* How busy-waiting loops tell the processor. */
#if defined(DIAGNOSTIC)
#define SPINLOCK_BACKOFF_HOOK rump_point_spin()
#elif defined(__x86_64__) || defined(__i386__)
#define SPINLOCK_BACKOFF_HOOK __asm__ volatile("pause" ::: "memory")
#elif defined(__aarch64__)
#define SPINLOCK_BACKOFF_HOOK __asm__ volatile("yield" ::: "memory")
#else
#define SPINLOCK_BACKOFF_HOOK __insn_barrier()
#endif

#include <sys/lwp.h>

#endif /* KPI_SYS_CPU_H */
