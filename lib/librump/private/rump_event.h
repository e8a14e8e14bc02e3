/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Waiting for events: between event/ and the rest of the base.  The model is in event/evset.h.
 */
#ifndef RUMP_EVENT_H
#define RUMP_EVENT_H

#include <sys/filedesc.h>
#include <sys/queue.h>
#include <sys/selinfo.h>
#include <sys/types.h>

struct file;
struct host_sigset;
struct knote;
struct lwp;
struct proc;
struct rump_evset;
struct rump_watcher;
struct timespec;

/*
 * One waiter on one selinfo.  Locks: (h) the lock of watches that w_sip hashes to, (w) the watcher's
 * own thread or lock.
 */
struct rump_watch {
	LIST_ENTRY(rump_watch) w_link;	/* (h) */
	struct selinfo *w_sip;		/* (h) written; NULL: not hooked */
	struct rump_watcher *w_watcher; /* (i) while hooked */
	struct rump_watch *w_more;	/* (w) the same file's other selinfos; allocated */
};

/* Who waits: a call of poll(2), an entry of an event set. */
struct rump_watcher {
	/*
	 * Something happened; events: POLL*, 0: all.  True when that has woken somebody.  Sets that
	 * became ready are put on *chain.  locks: (h).
	 */
	bool (*wr_notify)(struct rump_watcher *, int events, struct rump_evset **chain);
	struct rump_watch *wr_slot; /* (w) where selrecord() hooks the file that is being asked */
	u_int wr_recorded;	    /* (w) selrecord() calls that are hooked */
	bool wr_short;		    /* (w) no memory for one: ask again by the tick */
	bool wr_exclusive;	    /* (i) enough when one of these is woken */
};

/* Ask a file what it is ready for, with wr recorded in its slot.  sleeps. */
int rump_watch_ask(struct rump_watcher *wr, struct rump_watch *slot, struct file *fp, int events);
/* Unhook: on return wr_notify() does not run for this slot and will not.  Frees what was allocated. */
void rump_watch_clear(struct rump_watch *slot);

/*
 * struct filterops of the kernel's own with this flag have an f_touch() that knows RUMP_EVENT_RETURN:
 * the event *kev was taken, and cleared, but could not be told of.  locks: as for EVENT_PROCESS.
 */
#define RUMP_FILTEROP_RETURN 0x8000
#define RUMP_EVENT_RETURN    3

/* kern.maxevents: most events, knotes and items of epoll sets, that a user's sets watch. */
extern int rump_maxevents;

int rump_event_init(void);
void rump_event_fini(void);

/* Absolute deadline on the monotonic clock, RUMPUSER_FOREVER for NULL.  errors: EINVAL. */
int rump_event_deadline(const struct timespec *ts, int64_t *deadline_ns);

/* The signal mask of ppoll(2) and its kin: mask is the user's, or NULL.  errors: EFAULT. */
int rump_sigmask_begin(struct lwp *l, const struct host_sigset *mask);
void rump_sigmask_end(struct lwp *l, const struct host_sigset *mask);

/* A file's last reference goes, before fo_close(): it leaves all epoll sets.  sleeps. */
void rump_epoll_fileclose(struct file *fp);
/* The same of a descriptor and its knotes.  sleeps. */
void rump_knote_fdclose(struct filedesc *fdp, unsigned int fd);
/* p forked child, or ends: EVFILT_PROC.  ctx: thread.  sleeps.  locks: none, proc_lock for _exit. */
void rump_knote_fork(struct proc *p, struct proc *child);
void rump_knote_exit(struct proc *p);

#endif /* RUMP_EVENT_H */
