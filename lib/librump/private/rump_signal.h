/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Signals inside the base: the model is in proc/sig.c. */
#ifndef RUMP_SIGNAL_H
#define RUMP_SIGNAL_H

#include <sys/signal.h>
#include <sys/types.h>

struct lwp;
struct proc;

/* A number that a signal may have; those between are the host library's own. */
static inline bool
rump_signal_valid(int signo)
{
	return (signo >= 1 && signo <= SIGSYS) || (signo >= SIGRTMIN && signo <= SIGRTMAX);
}
/* Done with is ignored when nobody asked for anything else. */
#define RUMP_SIG_IGNORABLE \
	(__sigmask(SIGCHLD) | __sigmask(SIGCONT) | __sigmask(SIGURG) | __sigmask(SIGWINCH))
#define RUMP_SIG_STOP \
	(__sigmask(SIGSTOP) | __sigmask(SIGTSTP) | __sigmask(SIGTTIN) | __sigmask(SIGTTOU))
/* Cannot be blocked. */
#define RUMP_SIG_CANTMASK (__sigmask(SIGKILL) | __sigmask(SIGSTOP))
/* Each that is sent waits on its own. */
#define RUMP_SIG_RT	  (~(uint64_t)0 << (SIGRTMIN - 1))

/* A signal is now to be raised for p, where its program is.  locks: p_lock.  Does not sleep. */
void rump_signal_raise(struct proc *p, int signo);
/*
 * The thread has left the kernel: raise what waits for that.  ctx: program's thread, outside.
 */
void rump_signal_raise_host(void);
/* Forget all that waits: at boot. */
void rump_signal_init(void);

/*
 * What a raised signal does to the program of p: ends its sleeps (RUMP_SIG_ENDS), ends them and the
 * calls are made again, or nothing.
 */
enum rump_sigeffect { RUMP_SIG_NOTHING, RUMP_SIG_RESTARTS, RUMP_SIG_ENDS, RUMP_SIG_IGNORED };
enum rump_sigeffect rump_signal_effect(struct proc *p, int signo);

/*
 * Processes whose memory is not this program's: their signals go where their program is.  Set by
 * the remote-call server, before it makes processes.
 */
struct rump_sigops {
	/* Queue it for the client.  locks: p_lock of p.  Does not sleep. */
	void (*so_raise)(struct proc *p, int signo);
};
extern const struct rump_sigops *rump_sigops;

/* The mask that counts.  locks: p_lock. */
sigset_t *rump_sigmask(struct lwp *l);
/* Waiting in p and l, in either.  locks: p_lock. */
uint64_t rump_sigwaiting(struct lwp *l);

/* Lists of what is pending.  locks: p_lock. */
void rump_sigpend_init(sigpend_t *sp);
/* Put a copy of ksi on it, or ksi itself when it is a timer's. */
void rump_sigpend_put(sigpend_t *sp, ksiginfo_t *ksi);
/* Take the first of the lowest number in set: true, and *out says which. */
bool rump_sigpend_take(sigpend_t *sp, uint64_t set, ksiginfo_t *out, ksiginfoq_t *dead);
/* Take all of set off; what is to be freed goes to dead. */
void rump_sigpend_clear(sigpend_t *sp, uint64_t set, ksiginfoq_t *dead);

/* RAISE: raise what waits for l and is not blocked.  locks: p_lock.  dead: to be drained. */
void rump_signal_deliver(struct lwp *l, ksiginfoq_t *dead);
/* A dying lwp's or process's part.  sleeps: no.  locks: none. */
void rump_signal_lwp_exit(struct lwp *l);
void rump_signal_proc_exit(struct proc *p);

/*
 * A timer's signal is taken: note how many expirations it stands for.  locks: p_lock.
 * time/itimer.c.
 */
void rump_timer_taken(ksiginfo_t *ksi);

/*
 * sigtimedwait(2): wait for one of set.  deadline: monotonic ns.
 * ctx: as l.  sleeps.  errors: EAGAIN at the deadline, EINTR.
 */
int rump_sigwait(struct lwp *l, uint64_t set, int64_t deadline_ns, ksiginfo_t *out);

#endif /* RUMP_SIGNAL_H */
