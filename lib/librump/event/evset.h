/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Sets of events: what kqueues and epoll sets are made of.
 *
 * An object tells of a change by selnotify().  That reaches those who wait in two ways: by the knotes on
 * its klist (their filter decides), and by the watches that selrecord() hooked on its selinfo.  Both end
 * in rump_evitem_activate(): the item is put on its set's ready queue, one of the set's sleepers is
 * woken, and those who watch the set itself are told, one set after another (never one within the
 * other, so that a set of sets needs no nested locks).
 *
 *	item:	idle --activate--> queued --popped by a harvest--> idle, or queued again (level)
 *		idle, queued --disable--> disabled --enable--> idle
 *
 * A harvest asks each item that it pops whether the event still holds.  So activations may be spurious
 * but never missing, and a harvest costs by what is queued, not by what is in the set.
 *
 * es_mutex is held by harvests and changes; what is on the ready queue is guarded by the leaf es_lock
 * alone, because objects activate from anywhere.  A set is freed a grace period after its close:
 * whoever tells chains of sets holds none of their locks in between.
 *
 * Lock order: nest_lock, es_mutex of a set, es_mutex of sets within it, locks of objects; then the
 * leaves: (h) of watches, es_lock.
 */
#ifndef EVSET_H
#define EVSET_H

#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include "rump_event.h"
#include "rump_leaf.h"

struct uidinfo;

#define EVSET_DEPTH 5 /* sets within sets */

/* Locks: (e) es_lock of the set, (n) nest_lock, (i) immutable. */
struct rump_evitem {
	TAILQ_ENTRY(rump_evitem) ei_ready; /* (e) */
	struct rump_evset *ei_set;	   /* (i) */
	struct rump_evset *ei_child;	   /* (n) what it watches, if that is a set */
	LIST_ENTRY(rump_evitem) ei_up;	   /* (n) on the child's es_parents */
	LIST_ENTRY(rump_evitem) ei_down;   /* (n) on the set's es_children */
	bool ei_queued;			   /* (e) */
	bool ei_disabled;		   /* (e) */
};

struct rump_evwaiter {
	TAILQ_ENTRY(rump_evwaiter) ew_link; /* (e) */
	struct lwp *ew_lwp;		    /* (i) */
	uint32_t ew_woken;		    /* (e) written, once, with the removal */
};

/* Locks: (e) es_lock, (m) es_mutex, (n) nest_lock, (a) atomic, (i) immutable. */
struct rump_evset {
	struct uidinfo *es_user; /* (i) who made it, and pays for its items */
	kmutex_t es_mutex;
	struct rump_leaf es_lock;
	u_int es_nready;			/* (e) */
	TAILQ_HEAD(, rump_evitem) es_ready;	/* (e) */
	TAILQ_HEAD(, rump_evwaiter) es_waiters; /* (e) */
	struct selinfo es_sel;			/* watches alone, no knotes */
	struct rump_evset *es_next;		/* while es_chained: on somebody's chain */
	uint32_t es_chained;			/* (a) */
	u_int es_refs;				/* (a) the file's, and of closes under way */
	bool es_closed;				/* (m) */
	LIST_HEAD(, rump_evitem) es_parents;	/* (n) items that watch this */
	LIST_HEAD(, rump_evitem) es_children;	/* (n) items of this that watch sets */
	uint64_t es_seen;			/* (n) the walk that has been here */
	u_int es_depth;				/* (n) what it found */
	bool (*es_holds)(struct rump_evitem *); /* (i) still ready?  locks: (m). */
	void (*es_free)(struct rump_evset *);	/* (i) a grace period after the last reference */
	struct rump_rcu_head es_rcu;
};

void rump_evset_init(struct rump_evset *es, bool (*holds)(struct rump_evitem *),
    void (*freeit)(struct rump_evset *));
void rump_evset_hold(struct rump_evset *es);
void rump_evset_rele(struct rump_evset *es);
/* The set of a file, or NULL. */
struct rump_evset *rump_evset_of(const struct file *fp);

/* One event more that the set watches, or one less; false: kern.maxevents of them are watched. */
bool rump_evset_charge(struct rump_evset *es);
void rump_evset_uncharge(struct rump_evset *es);
void rump_evitem_init(struct rump_evitem *ei, struct rump_evset *es);
/* Queue, unless disabled; true when a sleeper was woken.  ctx: any; leaf locks (h) may be held. */
bool rump_evitem_queue(struct rump_evitem *ei, struct rump_evset **chain);
/* The same, and tell those who watch the set.  ctx: any, no leaf lock held. */
void rump_evitem_activate(struct rump_evitem *ei);
/*
 * Back on the queue during a harvest (level).  Nobody is woken: the harvest ends with
 * rump_evset_pass(), and who polls the set waits for (m).
 */
void rump_evitem_requeue(struct rump_evitem *ei);
/* Off the queue, to stay there (until enabled). */
void rump_evitem_disable(struct rump_evitem *ei);
void rump_evitem_enable(struct rump_evitem *ei);
/* Tell the watchers of each set on the chain.  ctx: any, no leaf lock held. */
void rump_evset_tell(struct rump_evset *chain);

/* The next ready item, taken off the queue, or NULL.  locks: (m). */
struct rump_evitem *rump_evset_pop(struct rump_evset *es);
u_int rump_evset_nready(struct rump_evset *es);
/* After a harvest: if something stays, another sleeper may have it. */
void rump_evset_pass(struct rump_evset *es);
/*
 * Sleep until something is queued.  fd, fp: the descriptor of the set that the call holds.
 * errors: EWOULDBLOCK (time), EINTR, EBADF (the descriptor is being closed).
 */
int rump_evset_wait(struct rump_evset *es, int fd, const struct file *fp, int64_t deadline_ns);

/* For struct fileops of sets. */
int rump_evset_poll(struct file *fp, int events);
void rump_evset_restart(struct file *fp);
/* Make a descriptor of a set.  flags: O_CLOEXEC, FNONBLOCK.  errors: EMFILE, ENFILE. */
int rump_event_newfd(
    const struct fileops *ops, int type, int fflags, int flags, void *data, int *fdp);

/*
 * Item ei, of a set, is to watch the set child: from rump_evnest_enter() until rump_evnest_exit() the
 * nesting does not change.  rump_evnest_link() errors: ELOOP.
 */
void rump_evnest_enter(void);
void rump_evnest_exit(void);
int rump_evnest_link(struct rump_evitem *ei, struct rump_evset *child);
void rump_evnest_unlink(struct rump_evitem *ei);
int rump_evnest_init(void);
void rump_evnest_fini(void);

void rump_maxevents_init(void);
int rump_knote_init(void);
void rump_knote_fini(void);
int rump_timerfd_init(void);
void rump_timerfd_fini(void);

/* The address of a user's i-th element.  base may be NULL, which copyin() and copyout() refuse. */
static inline void *
rump_user_elem(const void *base, size_t i, size_t size)
{
	return (void *)((uintptr_t)base + i * size);
}

#endif /* EVSET_H */
