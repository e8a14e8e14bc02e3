/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * epoll(7): a set of (descriptor, file) pairs.
 *
 * An item hooks a watch on each selinfo that the file's fo_poll() records, and stays hooked; a file
 * that records nothing while it is ready is asked again after each report, like a level-triggered one.
 * A file without a fo_poll() of its own (fnullop_poll()) is watched through its knotes.
 *
 * The number alone does not name an item: a duplicate is another item, and an item goes with the last
 * reference of its file, not with the number (epoll(7), Q6).
 */
#ifndef EPOLL_H
#define EPOLL_H

#include <sys/queue.h>
#include <sys/rbtree.h>

#include "kqueue.h"

/* The host's EPOLL*; below these POLL*. */
#define HOST_EPOLLEXCLUSIVE 0x10000000u
#define HOST_EPOLLWAKEUP    0x20000000u
#define HOST_EPOLLONESHOT   0x40000000u
#define HOST_EPOLLET	    0x80000000u
#define EP_PRIVATE	    (HOST_EPOLLEXCLUSIVE | HOST_EPOLLWAKEUP | HOST_EPOLLONESHOT | HOST_EPOLLET)
#define EP_ALWAYS	    ((uint32_t)(POLLERR | POLLHUP))

/* Locks: (m) es_mutex of ep_set. */
struct rump_epoll {
	struct rump_evset ep_set;
	rb_tree_t ep_tree;   /* (m) items by descriptor and file */
	uint64_t ep_changes; /* (m) counts epoll_ctl(2) */
};

/* Locks: (m) of the set, (f) f_lock of the file, (i) immutable, (a) atomic, written under (m). */
struct rump_epitem {
	struct rump_evitem epi_item;
	struct rump_epoll *epi_ep;	   /* (i) */
	rb_node_t epi_node;		   /* (m) */
	LIST_ENTRY(rump_epitem) epi_flink; /* (f) */
	struct file *epi_fp;		   /* (i) not referenced: it takes the item along */
	int epi_fd;			   /* (i) */
	uint32_t epi_events;		   /* (a) what is asked for; EP_PRIVATE alone: disabled */
	uint64_t epi_data;		   /* (m) */
	uint64_t epi_change;		   /* (m) ep_changes as it was added, or modified */
	struct rump_watcher epi_watcher;   /* (m) */
	struct rump_watch epi_slot;	   /* (m) */
	bool epi_unhooked;		   /* (m) some event has no watch: ask again */
	struct rump_knote *epi_kn[2];	   /* (m) for files without fo_poll() */
};

/*
 * What holds of the events that the item asks for; hooks what is not hooked.  all: also what is ready
 * now is to be hooked.  locks: (m).
 */
uint32_t rump_epitem_ask(struct rump_epitem *epi, bool all);
/* Watch a file by knotes.  errors: the filter's.  locks: (m). */
int rump_epitem_knotes(struct rump_epitem *epi);
/* Take all hooks off.  locks: (m). */
void rump_epitem_unhook(struct rump_epitem *epi);

#endif /* EPOLL_H */
