/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kqueues: what the files of event/ share about them. */
#ifndef KQUEUE_H
#define KQUEUE_H

#include <sys/event.h>
#include <sys/rbtree.h>

#include "evset.h"

/* Locks: (m) es_mutex of kq_set. */
struct kqueue {
	struct rump_evset kq_set;
	rb_tree_t kq_tree;   /* (m) knotes by filter and ident */
	uint64_t kq_changes; /* (m) counts new knotes, and disabled ones */
};

/* What there is to a knote besides <sys/event.h>'s. */
struct rump_knote {
	struct knote rk_kn;
	struct rump_evitem rk_item;
	rb_node_t rk_node;		/* (m) */
	bool rk_spent;			/* (m) one-shot, on its way to the program, to go */
	uint64_t rk_change;		/* (m) kq_changes as it was made, or disabled */
	struct filedesc *rk_fdp;	/* (i) the table of kn_obj's descriptor */
	struct rump_kfilter *rk_kf;	/* (i) */
	struct rump_evitem *rk_forward; /* (i) of an epoll set: whom to activate instead */
	struct rump_watcher rk_watcher; /* of files that have no filter: filt_poll.c */
	struct rump_watch rk_slot;
};
#define RK(kn) container_of((kn), struct rump_knote, rk_kn)

/* A filter; counted by its knotes.  Locks: (f) filter_lock. */
struct rump_kfilter {
	const char *kf_name;		  /* (i) */
	uint32_t kf_filter;		  /* (i) */
	const struct filterops *kf_ops;	  /* (i) */
	u_int kf_refs;			  /* (f) */
	LIST_ENTRY(rump_kfilter) kf_link; /* (f) */
};

/* A knote whose filter was told of something that is of interest.  ctx: any; (o) may be held. */
void rump_knote_activate(struct knote *kn);

/* The filter of a number, referenced, or NULL. */
struct rump_kfilter *rump_kfilter_get(uint32_t filter);
void rump_kfilter_put(struct rump_kfilter *kf);

/* Call the filter, with KERNEL_LOCK if it wants that. */
int rump_filter_event(struct knote *kn, long hint);
int rump_filter_attach(struct knote *kn);
void rump_filter_detach(struct knote *kn);

/*
 * One change.  ctx: thread.  sleeps.
 * errors: EINVAL (filter, flags), EBADF (ident), ENOENT, ELOOP, the filter's.
 */
int rump_kqueue_register(struct kqueue *kq, struct kevent *kev);
/*
 * Up to n events; their number.  The next *todo items are looked at, and counted off.  Each of what comes
 * must be told_of(), when the program has it, or given back, with the ids[] that came along.  sleeps.
 */
size_t rump_kqueue_harvest(
    struct kqueue *kq, struct kevent *kev, uint64_t *ids, size_t n, size_t *todo);
void rump_kqueue_told_of(
    struct kqueue *kq, const struct kevent *kev, const uint64_t *ids, size_t n);
void rump_kqueue_give_back(
    struct kqueue *kq, const struct kevent *kev, const uint64_t *ids, size_t n);
int rump_kqueue_new(int flags, int *fdp);
/* A filter of poll(2) for files that have none of their own. */
int rump_pollfilter_attach(struct file *fp, struct knote *kn);

struct rump_evset *rump_epoll_set(const struct file *fp);
extern const struct fileops rump_kqueue_ops, rump_epoll_ops;
extern const struct filterops rump_filt_file, rump_filt_timer, rump_filt_proc, rump_filt_signal,
    rump_filt_user;

#endif /* KQUEUE_H */
