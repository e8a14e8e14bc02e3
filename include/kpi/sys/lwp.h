/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * lwp(9): the kernel's side of a thread.
 *
 * An lwp is in the kernel on behalf of one process.  curlwp is the lwp that the host thread runs
 * as, in the kernel or out of it; only the thread itself reads or writes it, so it needs no lock.
 */
#ifndef KPI_SYS_LWP_H
#define KPI_SYS_LWP_H

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/signal.h>
#include <sys/syncobj.h>

struct cpu_info;
struct filedesc;
struct kauth_cred;
struct kmutex;
struct proc;
struct syncobj;

/* Embedded in objects that are freed a grace period later; see the private rump_rcu.h. */
struct rump_rcu_head {
	struct rump_rcu_head *rh_next;
	void (*rh_fn)(struct rump_rcu_head *);
};

/* States in l_stat, NetBSD's numbers. */
#define LSIDL	 1 /* being made */
#define LSRUN	 2 /* wants a CPU */
#define LSSLEEP	 3 /* asleep in lwp_park() */
#define LSSTOP	 4
#define LSZOMB	 5 /* ended, not yet freed */
#define LSONPROC 7 /* has a CPU */

/* l_flag: (p). */
#define LW_IDLE	      0x00000001
#define LW_WSUSPEND   0x00020000
#define LW_WCORE      0x00080000
#define LW_WEXIT      0x00100000
#define LW_PENDSIG    0x01000000 /* a signal waits: interruptible sleeps end with EINTR */
#define LW_CANCELLED  0x02000000
#define LW_SYSTEM     0x00000200 /* of process 0 */
#define LW_SINTR      0x00000080 /* asleep and a signal may end it */
#define LW_STIMO      0x00040000
#define LW_SIGSUSPEND 0x00400000 /* l_sigsuspmask is the mask */
#define LW_IMPLICIT   0x10000000 /* the cached lwp of a host thread without a bound one */

/* l_pflag: the thread itself. */
#define LP_KTRACTIVE 0x00000001
#define LP_INTR	     0x00000040 /* a softint lwp */
#define LP_HARDINTR  0x00000080 /* in a hardware interrupt's handler */
#define LP_TIMEINTR  0x00010000
#define LP_BOUND     0x80000000 /* stays on its CPU */

/*
 * Locks: (i) immutable, (o) the thread itself, (a) atomic, (p) p_lock of l_proc,
 * (s) the sleep queue that *l_mutex guards.
 * An lwp is freed a grace period after its end.
 */
struct lwp {
	struct cpu_info *l_cpu;	   /* (o) the CPU held, or the last one */
	struct proc *l_proc;	   /* (i) */
	struct kauth_cred *l_cred; /* (o) follows p_cred at each entry; referenced */
	struct filedesc *l_fd;	   /* (o) l_proc->p_fd */
	lwpid_t l_lid;		   /* (i) 1 .. ; (lid, pid) names the lwp */
	uint32_t l_park;	   /* (a) the token of lwp_park() */
	uint8_t l_spinmiss;	   /* (o) spins of lwp_park() in vain, running */
	bool l_spinhit;		   /* (o) the last one was not */
	int l_flag;		   /* (p) LW_* */
	int l_pflag;		   /* (o) LP_* */
	int l_stat;		   /* (s) LS* */
	int l_class;		   /* (i) */
	int l_priority;		   /* (s) */
	int l_kpriority;
	int l_nopreempt;  /* (o) */
	int l_rdsections; /* (o) pserialize read sections entered */
	int l_psrefs;	  /* (o) psref(9) references held */
	int l_blcnt;	  /* (o) KERNEL_LOCK depth */
	int l_biglocks;	  /* (o) KERNEL_LOCK depth dropped over a sleep */
	int l_ipl;	  /* (o) with LP_HARDINTR: the interrupt's level */
	int l_locks;	  /* (o) mutexes and rwlocks held */
	int l_vnkept; /* (o) in checked builds, vnode locks that its program keeps between calls */
	int l_dupfd;  /* (o) with EDUPFD and EMOVEFD: the descriptor */

	struct lwp_sync l_sync; /* locks and sleeping: sync/ */

	/* Sleeping. */
	struct kmutex *l_mutex;	       /* (s) guards the state; of the queue or the CPU */
	struct syncobj *l_syncobj;     /* (s) */
	const volatile void *l_wchan;  /* (s) */
	const char *l_wmesg;	       /* (s) */
	struct sleepq *l_sleepq;       /* (s) */
	TAILQ_ENTRY(lwp) l_sleepchain; /* (s) */
	int l_sleeperr;		       /* (s) */
	uint8_t l_asleep;	       /* (s) on a sleep queue */
	void *l_ts;		       /* turnstile of our own, if sync has any */
	SLIST_HEAD(, turnstile) l_pi_lenders;

	/* Identity and membership. */
	LIST_ENTRY(lwp) l_sibling; /* (p) p_lwps */
	LIST_ENTRY(lwp) l_list;	   /* alllwp */
	char *l_name;		   /* (i) of kernel threads, else NULL */
	void *l_ctxlink;	   /* (o) what the softint lwp interrupted */
	struct kthread *l_kthread; /* (i) of kernel threads */
	void *l_specdataref;	   /* (o) lwp_setspecific(9) */
	void *l_mountref;	   /* (o) fstrans */
	void *l_fstrans;	   /* (o) */
	void *l_pcred;	   /* (o, a) p_cred that l_cred was taken from; NULL: see proc/sig.c */
	void *l_lockdebug; /* (o) */
	uint64_t l_ncsw;   /* (o) times it gave its CPU up */

	/* Signals. */
	sigset_t l_sigmask;	/* (p) blocked; of an implicit lwp p_sigmask is */
	sigset_t l_sigsuspmask; /* (p) blocked with LW_SIGSUSPEND */
	sigset_t l_sigwaitset;	/* (p) what sigtimedwait(2) waits for */
	sigpend_t l_sigpend;	/* (p) pending for this lwp alone */

	struct rump_watcher *l_watcher; /* (o) whom selrecord() records, or NULL */

	/* Scheduler (private). */
	bool l_bound; /* a host thread has it as its current lwp */
	bool l_exiting;
	bool l_setid; /* identity forced by rump_pub_allbetsareoff_setid() */
	struct rump_rcu_head l_rcu;
};

LIST_HEAD(lwplist, lwp);

/*
 * What a host thread has of the kernel.  Touched by the thread itself alone.
 * t_gen says which boot's objects the pointers are; they mean nothing under another generation.
 */
struct rump_thread {
	struct lwp *t_curlwp;
	struct cpu_info *t_cpu; /* held, or held last; valid memory for ever */
	uint32_t t_gen;		/* boot generation of t_curlwp; 0: there is none */
	uint32_t t_ready;	/* t_gen when a call may begin; 0 in a call or with no lwp */
	uint32_t t_flags;	/* see rump_entry.h */
	uint32_t t_implicit_gen;
	struct lwp *t_implicit; /* the cached implicit lwp */
};
extern __thread struct rump_thread rump_thread __attribute__((__tls_model__("initial-exec")));

#define curlwp	(rump_thread.t_curlwp)
#define curproc (curlwp->l_proc)

extern struct lwp lwp0;	      /* process 0's first lwp, on which boot runs */
extern struct lwplist alllwp; /* proc_lock */
extern int maxlwp;

#define CURCPU_IDLE_P() false

/* Stay on this CPU, over sleeps too, until curlwp_bindx() gets what curlwp_bind() returned. */
static inline int
curlwp_bind(void)
{
	const int bound = curlwp->l_pflag & (int)LP_BOUND;

	curlwp->l_pflag |= (int)LP_BOUND;
	return bound;
}

static inline void
curlwp_bindx(int bound)
{
	curlwp->l_pflag = (curlwp->l_pflag & ~(int)LP_BOUND) | bound;
}

/* Nothing is preempted here; these count for assertions. */
#define KPREEMPT_DISABLE(l) ((l)->l_nopreempt++)
#define KPREEMPT_ENABLE(l)  ((l)->l_nopreempt--)
static inline void
kpreempt_disable(void)
{
	curlwp->l_nopreempt++;
	__insn_barrier();
}
static inline void
kpreempt_enable(void)
{
	__insn_barrier();
	curlwp->l_nopreempt--;
}
bool kpreempt_disabled(void);

/* Let others have the CPU: a quiescent state.  ctx: thread.  sleeps (for a CPU only). */
void preempt(void);
void yield(void);
void kpreempt(uintptr_t where);

/* locks: p_lock of l->l_proc.  A pending signal or exit ends interruptible sleeps of l. */
void lwp_need_userret(struct lwp *l);
/* The lwp of p with this id, or NULL.  locks: p->p_lock. */
struct lwp *lwp_find(struct proc *p, lwpid_t lid);

/*
 * New lwp of p, linked and counted, LSIDL, with credentials and descriptors of p.
 * ctx: thread.  sleeps.  errors: ENOMEM, EBUSY when p is exiting.
 */
int rump_lwp_create(struct proc *p, struct lwp **lp);
/*
 * Unlink and free an lwp that no thread runs as; the last one ends its process.
 * ctx: thread, not as l.  sleeps.
 */
void rump_lwp_free(struct lwp *l);

#endif /* KPI_SYS_LWP_H */
