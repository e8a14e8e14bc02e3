/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Boot and halt: the parts that other subsystems see.
 *
 * boot/init.c has one table of { name, init, fini }.  An init returns 0 or an errno, and then leaves
 * nothing behind; a fini frees all that its init and the running kernel made.  After a halt, or a
 * failed boot, the same inits run again: what changes in static storage is set by init.
 */
#ifndef RUMP_BOOT_H
#define RUMP_BOOT_H

#include <sys/types.h>

struct lwp;
struct proc;

/* The environment's wishes, read before anything else.  (i) once boot has begun. */
struct rump_params {
	int rp_ncpu;		  /* RUMP_NCPU */
	bool rp_verbose;	  /* RUMP_VERBOSE */
	bool rp_threads;	  /* RUMP_THREADS: false when there may be no kernel threads */
	uint64_t rp_memlimit;	  /* RUMP_MEMLIMIT in bytes; UINT64_MAX: none */
	int rp_nvnodes;		  /* RUMP_NVNODES, default 1024 */
	int rp_blksectshift;	  /* RUMP_BLKSECTSHIFT, default 9 */
	int rp_blkfail;		  /* RUMP_BLKFAIL, of 10000 */
	uint64_t rp_blkfail_seed; /* RUMP_BLKFAIL_SEED */
	bool rp_blkfail_seeded;
	char rp_modulebase[256]; /* RUMP_MODULEBASE; empty: none */
};
extern struct rump_params rump_params;

/* The least RUMP_MEMLIMIT that makes sense; less is EINVAL. */
#define RUMP_MEMLIMIT_MIN (1024 * 1024)

/* Inits and finis of nucleus's own parts. */
int rump_params_init(void);
int rump_cpu_init(void);
void rump_cpu_fini(void);
int rump_softint_init(void);
void rump_softint_fini(void);
int rump_kthread_init(void);
void rump_kthread_fini(void);
int rump_proc0_init(void);
void rump_proc0_fini(void);
int rump_proc_init(void);
void rump_proc_fini(void);
int rump_proc1_init(void);
void rump_proc1_fini(void);
int rump_module_init(void);
void rump_module_fini(void);
int rump_components_init(void);
void rump_components_fini(void);
int rump_once_init(void);
void rump_once_fini(void);

/* reboot(2).  Returns with RB_HALT only: the kernel is gone then, or 0 is not returned. */
int rump_reboot(int howto);
/*
 * Begin the end of the kernel, from inside: nobody comes in, and those inside are interrupted and
 * waited for.  errors: EBUSY (another thread is at it, or some did not leave in time: they are
 * named on the console, and the kernel goes on as before).
 */
int rump_halt_begin(void);
/* After that: on return the caller has nothing of the kernel but the way out. */
void rump_halt_end(void);
/* What a signal to a local process does: enum rump_sigmodel of <rump/rump.h>. */
extern int rump_sigmodel;
#define RUMP_SIGMODEL_RAISE 3

/*
 * Hooks of the VFS faction, set before processes other than 0 exist and cleared in its fini.
 * Copy or share the working directory of parent for child (p_cwdi), and let it go.
 */
struct rump_cwdi_ops {
	struct cwdinfo *(*co_init)(void); /* a copy of curproc's, which sleeps */
	void (*co_free)(struct cwdinfo *);
};
extern const struct rump_cwdi_ops *rump_cwdi_ops;

/*
 * Deferred work when there are no kernel threads (RUMP_THREADS=0): due callouts and kicked workers.
 * It is done on leaving the kernel, and by sleepers that hold no lock: sched/park.c.  Set by time/.
 * ctx: no lock held.
 */
extern void (*rump_nothreads_hook)(void);
void rump_nothreads_init(void (*hook)(void));
/* Do it, not as l (curlwp) but as an lwp of process 0.  ctx: no lock held.  sleeps. */
void rump_nothreads_work(struct lwp *l);
/* There is a new deadline, or work: have a sleeper look.  ctx: any that holds a CPU. */
void rump_nothreads_look(void);
/* The host gives no thread: do as without from now on.  ctx: any that holds a CPU. */
void rump_nothreads_fallback(void (*hook)(void));
/* True when kernel threads may be made. */
static inline bool
rump_threads_p(void)
{
	return rump_params.rp_threads;
}

/* One line "rump: ..." to the host's stderr, before printf() works and after. */
void rump_console_printf(const char *fmt, ...) __printflike(1, 2);

/* kern/reboot: write back for RB_HALT and exits; set by the VFS faction. */
extern void (*rump_vfs_shutdown)(int howto);
/* All but the root is unmounted: while the drivers of file systems and disks are still there. */
extern void (*rump_vfs_unmount)(void);
/*
 * Ends the remote-call server, answering the caller first; set by the sysproxy component.  At a
 * halt nobody else is in the kernel, nor comes in.
 */
extern void (*rump_sp_shutdown)(void);
extern int (*rump_sp_init)(const char *url);

#endif /* RUMP_BOOT_H */
