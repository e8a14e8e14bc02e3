/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The system calls kqueue(2), kqueue1(2), kevent(2). */
#include "kqueue.h"

#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <rump/rump_event.h>

#include "rump_basecalls.h"
#include "rump_syscall.h"

#define BATCH 4 /* kevents on the stack */

/* The program's struct and constants are the kernel's. */
#define SAME(n) CTASSERT(RUMP_##n == n)
#define FIELD(f)                                                                  \
	CTASSERT(offsetof(struct rump_kevent, f) == offsetof(struct kevent, f) && \
	    sizeof(((struct rump_kevent *)0)->f) == sizeof(((struct kevent *)0)->f))
CTASSERT(sizeof(struct rump_kevent) == sizeof(struct kevent));
FIELD(ident);
FIELD(filter);
FIELD(flags);
FIELD(fflags);
FIELD(data);
FIELD(udata);
FIELD(ext);
SAME(EVFILT_READ);
SAME(EVFILT_WRITE);
SAME(EVFILT_AIO);
SAME(EVFILT_VNODE);
SAME(EVFILT_PROC);
SAME(EVFILT_SIGNAL);
SAME(EVFILT_TIMER);
SAME(EVFILT_FS);
SAME(EVFILT_USER);
SAME(EVFILT_EMPTY);
SAME(EV_ADD);
SAME(EV_DELETE);
SAME(EV_ENABLE);
SAME(EV_DISABLE);
SAME(EV_ONESHOT);
SAME(EV_CLEAR);
SAME(EV_RECEIPT);
SAME(EV_DISPATCH);
SAME(EV_ERROR);
SAME(EV_EOF);
SAME(NOTE_DELETE);
SAME(NOTE_WRITE);
SAME(NOTE_EXTEND);
SAME(NOTE_ATTRIB);
SAME(NOTE_LINK);
SAME(NOTE_RENAME);
SAME(NOTE_REVOKE);
SAME(NOTE_OPEN);
SAME(NOTE_CLOSE);
SAME(NOTE_CLOSE_WRITE);
SAME(NOTE_READ);
SAME(NOTE_EXIT);
SAME(NOTE_FORK);
SAME(NOTE_EXEC);
SAME(NOTE_TRACK);
SAME(NOTE_TRACKERR);
SAME(NOTE_CHILD);
SAME(NOTE_MSECONDS);
SAME(NOTE_SECONDS);
SAME(NOTE_USECONDS);
SAME(NOTE_NSECONDS);
SAME(NOTE_ABSTIME);
SAME(NOTE_TRIGGER);
SAME(NOTE_FFNOP);
SAME(NOTE_FFAND);
SAME(NOTE_FFOR);
SAME(NOTE_FFCOPY);
SAME(NOTE_FFCTRLMASK);
SAME(NOTE_FFLAGSMASK);

int
sys_kqueue(struct lwp *l, const struct sys_kqueue_args *uap, register_t *retval)
{
	int error, fd;

	error = rump_kqueue_new(0, &fd);
	if (error == 0)
		*retval = fd;
	return error;
}

int
sys_kqueue1(struct lwp *l, const struct sys_kqueue1_args *uap, register_t *retval)
{
	const int flags = SCARG(uap, flags);
	int error, fd;

	if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_NOSIGPIPE)) != 0)
		return EINVAL;
	error = rump_kqueue_new(flags, &fd);
	if (error == 0)
		*retval = fd;
	return error;
}

/* A call of kevent(2). */
struct kecall {
	struct kqueue *kq;
	struct kevent *events; /* the program's */
	size_t nevents;
	size_t done; /* written there */
};

/* Report on a change, where the program has room for it.  errors: the change's, EFAULT. */
static int
report(struct kecall *ke, struct kevent *kev, int error)
{
	if (error == 0 && (kev->flags & EV_RECEIPT) == 0)
		return 0;
	if (ke->done >= ke->nevents)
		return error;
	kev->flags = EV_ERROR;
	kev->data = error > 0 ? rump_errno_to_host(error) : error;
	error = copyout(kev, rump_user_elem(ke->events, ke->done, sizeof(*kev)), sizeof(*kev));
	if (error == 0)
		ke->done++;
	return error;
}

static int
changes(struct kecall *ke, const struct kevent *uchanges, size_t n)
{
	struct kevent batch[BATCH];
	int error = 0;

	while (error == 0 && n > 0) {
		const size_t now = MIN(n, BATCH);

		error = copyin(uchanges, batch, now * sizeof(batch[0]));
		for (size_t i = 0; i < now && error == 0; i++)
			error = report(ke, &batch[i], rump_kqueue_register(ke->kq, &batch[i]));
		uchanges = rump_user_elem(uchanges, now, sizeof(batch[0]));
		n -= now;
	}
	return error;
}

/* What is there now.  errors: EFAULT. */
static int
events(struct kecall *ke)
{
	struct kevent batch[BATCH];
	uint64_t ids[BATCH];
	size_t todo = rump_evset_nready(&ke->kq->kq_set), n;
	int error = 0;

	while (todo > 0 && ke->done < ke->nevents) {
		n = rump_kqueue_harvest(
		    ke->kq, batch, ids, MIN(ke->nevents - ke->done, BATCH), &todo);
		if (n == 0)
			break;
		/* As a number: NULL is for copyout() to refuse. */
		error =
		    copyout(batch, (void *)((uintptr_t)ke->events + ke->done * sizeof(batch[0])),
			n * sizeof(batch[0]));
		if (error != 0) {
			rump_kqueue_give_back(ke->kq, batch, ids, n);
			break;
		}
		rump_kqueue_told_of(ke->kq, batch, ids, n);
		ke->done += n;
	}
	return ke->done > 0 ? 0 : error;
}

static int
wait_events(struct kecall *ke, int fd, const struct file *fp, const struct timespec *ts)
{
	int64_t deadline;
	int error;

	error = rump_event_deadline(ts, &deadline);
	while (error == 0) {
		error = events(ke);
		if (error != 0 || ke->done > 0 || (ts != NULL && !timespecisset(ts)))
			return error;
		error = rump_evset_wait(&ke->kq->kq_set, fd, fp, deadline);
	}
	return error == EWOULDBLOCK ? 0 : error;
}

int
sys_kevent(struct lwp *l, const struct sys_kevent_args *uap, register_t *retval)
{
	const int fd = SCARG(uap, fd);
	struct kecall ke = {
		.events = SCARG(uap, eventlist),
		.nevents = SCARG(uap, nevents),
	};
	struct timespec ts;
	struct file *fp;
	int error = 0;

	if (ke.nevents > SSIZE_MAX / sizeof(struct kevent) ||
	    SCARG(uap, nchanges) > SSIZE_MAX / sizeof(struct kevent))
		return EINVAL;
	if (SCARG(uap, timeout) != NULL)
		error = copyin(SCARG(uap, timeout), &ts, sizeof(ts));
	if (error != 0)
		return error;
	fp = fd_getfile((u_int)fd);
	if (fp == NULL)
		return EBADF;
	if (fp->f_type != DTYPE_KQUEUE) {
		fd_putfile((u_int)fd);
		return EBADF;
	}
	ke.kq = fp->f_kqueue;
	error = changes(&ke, SCARG(uap, changelist), SCARG(uap, nchanges));
	if (error == 0 && ke.done == 0 && ke.nevents > 0)
		error = wait_events(&ke, fd, fp, SCARG(uap, timeout) != NULL ? &ts : NULL);
	fd_putfile((u_int)fd);
	*retval = (register_t)ke.done;
	return error;
}

static const struct rump_sysreg kevent_calls[] = {
	RUMP_SYSREG(kevent),
	RUMP_SYSREG(kqueue),
	RUMP_SYSREG(kqueue1),
};

void
rump_keventcalls_register(void)
{
	rump_syscalls_register(kevent_calls, __arraycount(kevent_calls));
}
