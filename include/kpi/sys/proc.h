/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * proc(9): processes: credentials, descriptors, working directory, and lwps that share them.
 *
 * Process 0 is the kernel's own.  Process 1 is what host threads without a bound lwp run as.
 * rump_lwproc(3) makes the others.  A process ends with its last lwp.
 *
 *	SIDL --proc_enter--> SACTIVE --last lwp--> SDYING --> SZOMB, freed a grace period later
 *
 * Look-up by pid is lock-free (proc_find_raw() in a read section); the table, the tree of
 * parents and process groups change under proc_lock.
 */
#ifndef KPI_SYS_PROC_H
#define KPI_SYS_PROC_H

#include <sys/types.h>
#include <sys/param.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/condvar.h>
#include <sys/event.h>
#include <sys/lwp.h>

struct cwdinfo;
struct emul;
struct filedesc;
struct kauth_cred;
struct plimit;
struct pstats;
struct ptimers;
struct sigacts;
struct vmspace;

/* A session.  Locks: proc_lock. */
struct session {
	u_int s_count; /* process groups */
	u_int s_flags;
	struct proc *s_leader;
	struct vnode *s_ttyvp;
	struct tty *s_ttyp;
	char s_login[MAXLOGNAME];
	pid_t s_sid;
};

/*
 * A process group.  Locks: proc_lock.  pg_jobc counts the members whose parent is in another group
 * of the session: with none the group is orphaned, and its members may not wait for a terminal.
 */
struct pgrp {
	LIST_HEAD(, proc) pg_members;
	LIST_ENTRY(pgrp) pg_hash;
	struct session *pg_session;
	pid_t pg_id;
	int pg_jobc;
};

/* p_stat */
#define SIDL	1
#define SACTIVE 2
#define SDYING	3
#define SSTOP	4
#define SZOMB	5
#define SDEAD	6

/* p_flag */
#define PK_ADVLOCK   0x00000001
#define PK_SYSTEM    0x00000002
#define PK_SYSVSEM   0x00000004
#define PK_SUGID     0x00000008
#define PK_KMEM	     0x00000010
#define PK_EXEC	     0x00000200
#define PK_NOCLDWAIT 0x00020000
#define PK_32	     0x00040000
#define PK_CLDSIGIGN 0x00080000
#define PK_MARKER    0x80000000
/* p_sflag */
#define PS_NOCLDSTOP 0x00000008
#define PS_WCORE     0x00001000
#define PS_WEXIT     0x00002000
#define PS_STOPPED   0x04000000
/* p_lflag */
#define PL_CONTROLT  0x00000001
#define PL_PPWAIT    0x00000010

/*
 * Locks: (i) immutable, (a) atomic, (l) proc_lock, (p) p_lock, (r) read without lock.
 */
struct proc {
	LIST_ENTRY(proc) p_list;   /* (l) allproc */
	kmutex_t *p_lock;	   /* (i) */
	struct kauth_cred *p_cred; /* (p) write, (r) read at entry of its own lwps */
	struct filedesc *p_fd;	   /* (i) file/ */
	struct cwdinfo *p_cwdi;	   /* (i) vfs; NULL without the faction */
	struct pstats *p_stats;
	struct plimit *p_limit;	   /* (i) resource limits, kern/ */
	struct vmspace *p_vmspace; /* (i) where copyin and copyout go; rump_vmspace_local */
	struct sigacts *p_sigacts;
	pid_t p_pid;	/* (i) */
	pid_t p_tabpid; /* (i) its place in the table of pids */
	int p_stat;	/* (a) */
	int p_flag;	/* (p) PK_* */
	int p_sflag;	/* (p) PS_* */
	int p_lflag;	/* (l) PL_* */
	int p_traceflag;
	int p_slflag;
	u_short p_acflag;
	u_short p_xexit;
	struct lwplist p_lwps;	      /* (p) */
	int p_nlwps;		      /* (p) */
	int p_nrlwps;		      /* (p) */
	lwpid_t p_nlwpid;	      /* (p) last lwp id given out */
	struct proc *p_pptr;	      /* (l) parent */
	LIST_HEAD(, proc) p_children; /* (l) */
	LIST_ENTRY(proc) p_sibling;   /* (l) */
	LIST_ENTRY(proc) p_pglist;    /* (l) */
	struct pgrp *p_pgrp;	      /* (l); NULL once the process is out of the table */
	struct proc *p_opptr;
	kcondvar_t p_waitcv;
	kcondvar_t p_lwpcv;
	const struct emul *p_emul; /* (i) */
	void *p_emuldata;
	void *p_specdataref;
	void *p_raslist;
	void *p_lockdebug;
	int64_t p_started_ns;	    /* (i) monotonic clock */
	struct klist p_klist;	    /* (p) knotes: EVFILT_PROC, EVFILT_SIGNAL */
	sigpend_t p_sigpend;	    /* (p) pending for any of its lwps */
	sigset_t p_sigmask;	    /* (p) blocked by its implicit lwps */
	kcondvar_t p_sigwaitcv;	    /* (p) sigtimedwait(2) */
	struct ptimers *p_timers;   /* (p) time/itimer.c; NULL: never had one */
	char p_comm[MAXCOMLEN + 1]; /* (p) */
	struct rump_rcu_head p_rcu;
};

LIST_HEAD(proclist, proc);

#define p_session      p_pgrp->pg_session
#define SESS_LEADER(p) ((p)->p_session->s_leader == (p))
#define PID_MAX	       30000
#define NO_PGID	       ((pid_t)-1)

extern struct proc proc0;
extern struct proc *initproc;	/* process 1 */
extern struct proclist allproc; /* proc_lock */
extern kmutex_t proc_lock;
extern u_int nprocs;
extern int maxproc;

#define PROCLIST_FOREACH(var, head) LIST_FOREACH (var, head, p_list)

/* ctx: thread, proc_lock held, or a read section for the _raw form.  NULL when there is none. */
struct proc *proc_find(pid_t pid);
struct proc *proc_find_raw(pid_t pid);
struct pgrp *pgrp_find(pid_t pgid);

/*
 * Process groups and sessions.  ctx: thread.
 * proc_enterpgrp(): move pid to group pgid; mksess makes a session too.  errors: EPERM, ESRCH,
 * EACCES as setpgid(2) and setsid(2) have them.
 */
int proc_enterpgrp(struct proc *curp, pid_t pid, pid_t pgid, bool mksess);
/*
 * p enters or is about to leave pgrp: count pg_jobc of its group and of its children's.
 * locks: proc_lock.
 */
void fixjobc(struct proc *p, struct pgrp *pgrp, int entering);
void proc_sesshold(struct session *s);
void proc_sessrele(struct session *s);

/*
 * Change the credentials of the current process: proc_crmod_enter() holds p_lock and gives
 * curlwp the newest; proc_crmod_leave(new, old, sugid) installs new (taking the reference over) and
 * unlocks; new == NULL only unlocks.
 */
void proc_crmod_enter(void);
void proc_crmod_leave(struct kauth_cred *scred, struct kauth_cred *fcred, bool sugid);

/* One process's children and lwps are visited by callback; as NetBSD's. locks: none. */
int proclist_foreach_call(struct proclist *list, int (*callback)(struct proc *, void *), void *arg);

/*
 * Make a process, child of parent, with one lwp that no thread runs as yet.  flags: RUMP_RF*.
 * errors: EAGAIN (no pid), ENOMEM.
 */
int rump_proc_fork(struct proc *parent, int flags, struct lwp **lp);

#endif /* KPI_SYS_PROC_H */
