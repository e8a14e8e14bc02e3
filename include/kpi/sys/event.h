/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kevent(2) and the kernel's side of it: filters and knotes.
 */
#ifndef KPI_SYS_EVENT_H
#define KPI_SYS_EVENT_H

#include <sys/queue.h>
#include <sys/types.h>

#define EVFILT_READ	0U
#define EVFILT_WRITE	1U
#define EVFILT_AIO	2U
#define EVFILT_VNODE	3U
#define EVFILT_PROC	4U
#define EVFILT_SIGNAL	5U
#define EVFILT_TIMER	6U
#define EVFILT_FS	7U
#define EVFILT_USER	8U
#define EVFILT_EMPTY	9U
#define EVFILT_SYSCOUNT 10U

/* The layout of struct rump_kevent in <rump/rump_event.h>. */
struct kevent {
	uintptr_t ident;
	uint32_t filter;
	uint32_t flags;
	uint32_t fflags;
	int64_t data;
	void *udata;
	uint64_t ext[4];
};

#define EV_SET(kevp, a, b, c, d, e, f)         \
	do {                                   \
		struct kevent *__kev = (kevp); \
		__kev->ident = (uintptr_t)(a); \
		__kev->filter = (b);           \
		__kev->flags = (c);            \
		__kev->fflags = (d);           \
		__kev->data = (e);             \
		__kev->udata = (f);            \
	} while (0)

#define EV_ADD	    0x0001U
#define EV_DELETE   0x0002U
#define EV_ENABLE   0x0004U
#define EV_DISABLE  0x0008U
#define EV_ONESHOT  0x0010U
#define EV_CLEAR    0x0020U
#define EV_RECEIPT  0x0040U
#define EV_DISPATCH 0x0080U
#define EV_SYSFLAGS 0xf000U
#define EV_FLAG1    0x2000U
#define EV_ERROR    0x4000U
#define EV_EOF	    0x8000U

#define NOTE_LOWAT	 0x0001U
#define NOTE_DELETE	 0x0001U
#define NOTE_WRITE	 0x0002U
#define NOTE_EXTEND	 0x0004U
#define NOTE_ATTRIB	 0x0008U
#define NOTE_LINK	 0x0010U
#define NOTE_RENAME	 0x0020U
#define NOTE_REVOKE	 0x0040U
#define NOTE_OPEN	 0x0080U
#define NOTE_CLOSE	 0x0100U
#define NOTE_CLOSE_WRITE 0x0200U
#define NOTE_READ	 0x0400U
#define NOTE_EXIT	 0x80000000U
#define NOTE_FORK	 0x40000000U
#define NOTE_EXEC	 0x20000000U
#define NOTE_PCTRLMASK	 0xf0000000U
#define NOTE_PDATAMASK	 0x000fffffU
#define NOTE_TRACK	 0x00000001U
#define NOTE_TRACKERR	 0x00000002U
#define NOTE_CHILD	 0x00000004U
#define NOTE_MSECONDS	 0x00000000U
#define NOTE_SECONDS	 0x00000001U
#define NOTE_USECONDS	 0x00000002U
#define NOTE_NSECONDS	 0x00000003U
#define NOTE_ABSTIME	 0x00000010U
#define NOTE_FFNOP	 0x00000000U
#define NOTE_FFAND	 0x40000000U
#define NOTE_FFOR	 0x80000000U
#define NOTE_FFCOPY	 0xc0000000U
#define NOTE_FFCTRLMASK	 0xc0000000U
#define NOTE_FFLAGSMASK	 0x00ffffffU
#define NOTE_TRIGGER	 0x01000000U
#define NOTE_SUBMIT	 0x01000000U /* hint: knote() is called with the object's lock held */
#define NOTE_SIGNAL	 0x08000000U /* hint, with the signal's number below */

struct knote;
SLIST_HEAD(klist, knote);

#ifdef _KERNEL

struct file;
struct kqueue;

#define FILTEROP_ISFD	0x0001 /* ident is a descriptor */
#define FILTEROP_MPSAFE 0x0002

/*
 * ctx: thread for f_attach, f_detach and f_touch; what knote() is called in for f_event.  Without
 * FILTEROP_MPSAFE all are called with KERNEL_LOCK.
 */
struct filterops {
	int f_flags;
	/* errors: any, reported to kevent(2). */
	int (*f_attach)(struct knote *);
	/* locks: takes the object's. */
	void (*f_detach)(struct knote *);
	/* Nonzero when the event holds; sets kn_data.  hint: what knote() was given, 0 from a scan. */
	int (*f_event)(struct knote *, long hint);
	/* NULL: what most filters want.  errors (EVENT_REGISTER): any. */
	int (*f_touch)(struct knote *, struct kevent *, long type);
};
/* Types of f_touch(). */
#define EVENT_REGISTER 1 /* kevent(2) changes an existing knote to *kev */
#define EVENT_PROCESS  2 /* *kev is to be told to the program: fill it, reset what EV_CLEAR resets */

/*
 * Locks: (i) immutable once attached, (m) the queue's mutex, (o) the object's, (d) fd_lock of the table.
 * kn_data and kn_fflags belong to the filter: written by f_event() under (o), copied and reset by
 * f_touch() under (o).  Without f_touch() they are copied after f_event(kn, 0), under (m) alone.
 */
struct knote {
	SLIST_ENTRY(knote) kn_link;	/* (d) on the descriptor */
	SLIST_ENTRY(knote) kn_selnext;	/* (o) on the object's klist */
	struct kqueue *kn_kq;		/* (i) */
	struct kevent kn_kevent;	/* ident, filter (i); flags, udata (m) */
	uint32_t kn_sfflags;		/* (m) saved filter flags */
	uintptr_t kn_sdata;		/* (m) saved data */
	struct file *kn_obj;		/* (i) NULL: not on a descriptor */
	const struct filterops *kn_fop; /* (i) */
	void *kn_hook;			/* the filter's own */
	int kn_hookid;
};
#define kn_id	  kn_kevent.ident
#define kn_filter kn_kevent.filter
#define kn_flags  kn_kevent.flags
#define kn_fflags kn_kevent.fflags
#define kn_data	  kn_kevent.data

#define KNOTE(list, hint)                                  \
	do {                                               \
		struct klist *__list = (list);             \
		if (__predict_false(!SLIST_EMPTY(__list))) \
			knote(__list, (hint));             \
	} while (0)

/* Tell the knotes of an object that something happened.  locks: the object's.  ctx: softint too. */
void knote(struct klist *list, long hint);
void klist_init(struct klist *list);
void klist_fini(struct klist *list);
void klist_insert(struct klist *list, struct knote *kn);
/* true: the list is empty now. */
bool klist_remove(struct klist *list, struct knote *kn);
/*
 * The descriptor of the current process is being closed: its knotes go.  ctx: thread.  sleeps.
 */
void knote_fdclose(int fd);
void knote_set_eof(struct knote *kn, uint32_t flags);
void knote_clear_eof(struct knote *kn);
/* Always ready, for fo_kqfilter() and d_kqfilter(). */
int filt_seltrue(struct knote *kn, long hint);
extern const struct filterops seltrue_filtops;

/*
 * A filter of a module's own: *retfilter is its number.  ctx: thread.  sleeps.
 * errors: EINVAL (no f_event, a name too long), EEXIST.  kfilter_unregister(): EINVAL, ENOENT, EBUSY
 * (knotes use it).
 */
int kfilter_register(const char *name, const struct filterops *filtops, int *retfilter);
int kfilter_unregister(const char *name);

#endif /* _KERNEL */
#endif /* KPI_SYS_EVENT_H */
