/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rump_init() and the way down.
 *
 *	DOWN --rump_init()--> BOOTING --> UP --rump_halt_begin()--> HALTING --rump_halt_end()--> DOWN
 *	HALTING --a thread does not leave the kernel--> UP
 *	BOOTING --an init fails, those before it are undone--> DOWN
 *	any --fork(), in the child--> DOWN
 *
 * boot_lock is held while the state moves.  Threads come in by the generation in rump_hot, which is set
 * last and taken away first; while a halt may still fail, they wait outside.
 */
#include <sys/init.h>

#include <sys/errno.h>
#include <sys/filedesc.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_component.h"
#include "rump_cpu.h"
#include "rump_devsw.h"
#include "rump_entry.h"
#include "rump_file.h"
#include "rump_hlock.h"
#include "rump_kern.h"
#include "rump_mem.h"
#include "rump_print.h"
#include "rump_proc.h"
#include "rump_rcu.h"
#include "rump_sched.h"
#include "rump_sync.h"
#include "rump_syscall.h"
#include "rump_time.h"

int rump_init(void);
int rump_init_server(const char *url);
int rump_nativeabi_p(void);
int rump_getversion(void);
int rump_pub_getversion(void);
int rump_boot_gethowto(void);
void rump_boot_sethowto(int howto);
void rump_boot_setsigmodel(int model);

int cold = 1;
int boothowto;
int rump_sigmodel = RUMP_SIGMODEL_RAISE;
int (*rump_sp_init)(const char *url);

static struct rump_hlock boot_lock;
static uint32_t nboots; /* boot_lock; the last generation given out */
static bool halting;	/* (a) a thread is in rump_halt_begin() or past it */

#define EXPEL_NS	  (5 * (int64_t)NSEC_PER_SEC) /* what sleepers have to leave the kernel in */
#define EXPEL_POLL_MIN_NS 100000
#define EXPEL_POLL_MAX_NS 10000000

static int
programs_init(void)
{
	return 0;
}

static const struct step {
	const char *name;
	int (*init)(void);
	void (*fini)(void); /* NULL: nothing to undo */
} steps[] = {
	{ "locks", rump_sync_init, rump_sync_fini },
	{ "memory", rump_mem_init, rump_mem_fini },
	{ "messages", rump_print_init, NULL },
	{ "grace periods", rump_rcu_init, rump_rcu_fini },
	{ "event counters", rump_evcnt_init, rump_evcnt_fini },
	{ "process table", rump_proc_init, rump_proc_fini },
	{ "limits", rump_resource_init, rump_resource_fini },
	{ "kauth", rump_kauth_init, rump_kauth_fini },
	{ "process 0", rump_proc0_init, rump_proc0_fini },
	{ "once", rump_once_init, rump_once_fini },
	{ "random numbers", rump_cprng_init, rump_cprng_fini },
	{ "clocks", rump_clock_init, NULL },
	{ "kernel threads", rump_kthread_init, rump_kthread_fini },
	{ "soft interrupts", rump_softint_init, rump_softint_fini },
	{ "callouts", rump_time_init, rump_time_fini },
	{ "page daemon", rump_pagedaemon_init, rump_pagedaemon_fini },
	{ "thread pools", rump_threadpool_init, rump_threadpool_fini },
	{ "timers", rump_timers_init, NULL },
	{ "sysctl", rump_sysctl_init, rump_sysctl_fini },
	{ "device switches", rump_devsw_init, rump_devsw_fini },
	{ "system calls", rump_syscalls_init, rump_syscalls_fini },
	{ "files", rump_file_init, rump_file_fini },
	{ "base calls", rump_basecalls_init, NULL },
	{ "process 1", rump_proc1_init, rump_proc1_fini },
	{ "base devices", rump_basedev_init, rump_basedev_fini },
	{ "modules", rump_module_init, rump_module_fini },
	{ "components", rump_components_init, rump_components_fini },
	/* Processes end, and so close their files, while those who serve the files are there. */
	{ "programs", programs_init, rump_proc1_fini },
};

/* Undo the first n steps, the newest first. */
static void
steps_undo(size_t n)
{
	while (n-- > 0) {
		if (steps[n].fini != NULL)
			(*steps[n].fini)();
	}
}

/* The thread runs the kernel as lwp0, on the first CPU. */
static int
steps_run(void)
{
	size_t n;
	int error;

	for (n = 0; n < __arraycount(steps); n++) {
		if ((error = (*steps[n].init)()) != 0) {
			rump_console_printf("boot fails at %s: error %d", steps[n].name, error);
			steps_undo(n);
			return error;
		}
	}
	return 0;
}

static int
boot(void)
{
	int error;

	if ((error = rumpuser_init(RUMPUSER_VERSION, &rump_upcalls)) != 0) {
		rump_console_printf("boot fails at the host's side: error %d", error);
		return error;
	}
	if ((error = rump_params_init()) != 0)
		goto fail;
	if ((error = rump_cpu_init()) != 0) {
		rump_console_printf("boot fails at virtual CPUs: error %d", error);
		goto fail;
	}
	nboots = nboots + 1 >= RUMP_GEN_HALTING ? 1 : nboots + 1;
	__atomic_store_n(&rump_boot_gen, nboots, __ATOMIC_RELAXED);
	cold = 1;
	rump_proc0_bootstrap();
	rump_thread.t_cpu = &rump_cpus[0];
	rump_thread_adopt(&lwp0, RUMP_T_BUSY);
	rump_cpu_set(&rump_cpus[0], &lwp0);
	if ((error = steps_run()) != 0) {
		rump_cpu_fini();
		goto fail;
	}
	cold = 0;
	rump_unschedule_lwp(&lwp0);
	rump_thread_disown();
	__atomic_store_n(&rump_hot.rh_gen, nboots, __ATOMIC_RELEASE);
	return 0;
fail:
	rump_thread_disown();
	rumpuser_fini();
	return error;
}

int
rump_init(void)
{
	struct rump_thread *const t = &rump_thread;
	const uint32_t gen = __atomic_load_n(&rump_hot.rh_gen, __ATOMIC_ACQUIRE);
	int error = 0;

	if (gen != RUMP_GEN_NONE && gen != RUMP_GEN_HALTING)
		return 0;
	if ((t->t_flags & (RUMP_T_BUSY | RUMP_T_KTHREAD)) != 0)
		return EDEADLK;
	t->t_flags |= RUMP_T_BUSY;
	rump_hlock_enter(&boot_lock);
	if (__atomic_load_n(&rump_hot.rh_gen, __ATOMIC_ACQUIRE) == RUMP_GEN_NONE)
		error = boot();
	rump_hlock_exit(&boot_lock);
	t->t_flags &= ~RUMP_T_BUSY;
	return error;
}

/* Tell those that wait outside, or in the queues for a CPU. */
static void
gen_set(uint32_t gen)
{
	__atomic_store_n(&rump_hot.rh_gen, gen, __ATOMIC_SEQ_CST);
	rumpuser_unpark(&rump_hot.rh_gen, INT_MAX);
	rump_cpu_wakeall();
}

/* Have everybody leave the kernel, within EXPEL_NS.  errors: EBUSY. */
static int
expel(void)
{
	const int64_t deadline = rump_mono_ns() + EXPEL_NS;
	int64_t poll = EXPEL_POLL_MIN_NS;
	bool inside, late;

	for (;;) {
		late = rump_mono_ns() >= deadline;
		rump_cpu_takeall();
		inside = rump_lwp_expel();
		if (inside && late)
			rump_lwp_readmit();
		rump_cpu_giveall();
		if (!inside || late)
			return inside ? EBUSY : 0;
		(void)lwp_park(rump_mono_ns() + poll);
		poll = MIN(2 * poll, EXPEL_POLL_MAX_NS);
	}
}

int
rump_halt_begin(void)
{
	struct rump_thread *const t = &rump_thread;
	struct lwp *const l = curlwp;
	int error;

	if (__atomic_exchange_n(&halting, true, __ATOMIC_SEQ_CST))
		return EBUSY; /* and is in the way of the other, until it returns */
	rump_cpu_release(l);
	rump_hlock_enter(&boot_lock);
	rump_cpu_acquire(l);
	t->t_flags |= RUMP_T_BUSY;
	gen_set(RUMP_GEN_HALTING);
	error = expel();
	gen_set(error == 0 ? RUMP_GEN_NONE : rump_boot_gen);
	if (error != 0) {
		rump_hlock_exit(&boot_lock);
		t->t_flags &= ~RUMP_T_BUSY;
		__atomic_store_n(&halting, false, __ATOMIC_SEQ_CST);
	}
	return error;
}

void
rump_halt_end(void)
{
	struct rump_thread *const t = &rump_thread;

	/* From here on as lwp0; curlwp is one of process 1's or of another's, and goes with it. */
	curlwp = &lwp0;
	rump_cpu_set(t->t_cpu, &lwp0);
	cold = 1;
	rump_proc1_fini(); /* files are closed while what they are of is still there */
	if (rump_vfs_unmount != NULL)
		(*rump_vfs_unmount)();
	steps_undo(__arraycount(steps));
	rump_cpu_fini();
	rump_thread_disown();
	t->t_cpu = &rump_cpu_dead;
	rumpuser_fini();
	__atomic_store_n(&halting, false, __ATOMIC_SEQ_CST);
	rump_hlock_exit(&boot_lock);
}

void
rump_boot_forked(void)
{
	rump_hlock_reset(&boot_lock);
	halting = false;
	cold = 1;
}

int
rump_init_server(const char *url)
{
	struct lwp *l;
	int error;

	if (rump_sp_init == NULL)
		return ENOSYS;
	if ((error = rump_enter(&l)) != 0)
		return error;
	error = (*rump_sp_init)(url);
	rump_leave();
	return error;
}

int
rump_getversion(void)
{
	return __NetBSD_Version__;
}

int
rump_pub_getversion(void)
{
	return __NetBSD_Version__;
}

/* Modules of the KPI are built for this kernel, not for another system's. */
int
rump_nativeabi_p(void)
{
	return 0;
}

int
rump_boot_gethowto(void)
{
	return boothowto;
}

void
rump_boot_sethowto(int howto)
{
	boothowto = howto;
}

void
rump_boot_setsigmodel(int model)
{
	rump_sigmodel = model;
}
