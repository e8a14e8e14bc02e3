/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * poll(2), select(2) and their variants.  The signal masks of the variants are accepted: a host
 * signal does not end a local call in any case.
 */
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/systm.h>
#include <sys/time.h>

#include "rump_basecalls.h"
#include "rump_fd.h"
#include "rump_select.h"
#include "rump_syscall.h"

#define SMALLPOLL 16 /* pollfds that need no allocation */

/* Ask each file once; the number that have something to say. */
static int
poll_scan(struct pollfd *fds, u_int nfds)
{
	int ready = 0;

	for (u_int i = 0; i < nfds; i++) {
		const int events = fds[i].events | POLLERR | POLLHUP;
		file_t *fp;

		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		fp = fd_getfile((u_int)fds[i].fd);
		if (fp == NULL)
			fds[i].revents = POLLNVAL;
		else {
			fds[i].revents = (short)((*fp->f_ops->fo_poll)(fp, events) & events);
			fd_putfile((u_int)fds[i].fd);
		}
		if (fds[i].revents != 0)
			ready++;
	}
	return ready;
}

/* ts NULL: for ever.  *ready is the number of files; 0 when time was up.  errors: EINTR, EINVAL. */
static int
poll_wait(struct pollfd *fds, u_int nfds, const struct timespec *ts, int *ready)
{
	struct bintime left;
	u_int gen;
	int error = 0;

	if (ts != NULL) {
		if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= NSEC_PER_SEC)
			return EINVAL;
		timespec2bintime(ts, &left);
	}
	for (;;) {
		gen = rump_select_gen();
		*ready = poll_scan(fds, nfds);
		if (*ready != 0 || error != 0 || (ts != NULL && !timespecisset(ts)))
			break;
		error = rump_select_wait(gen, ts != NULL ? &left : NULL);
		if (error == EINTR || error == ERESTART)
			return EINTR;
	}
	return 0;
}

int
pollcommon(
    register_t *retval, struct pollfd *ufds, u_int nfds, struct timespec *ts, const void *mask)
{
	struct pollfd small[SMALLPOLL], *fds = small;
	const size_t size = nfds * sizeof(*fds);
	int error, ready = 0;

	if (nfds > (u_int)fd_limit(curproc))
		return EINVAL;
	if (nfds > SMALLPOLL)
		fds = kmem_alloc(size, KM_SLEEP);
	error = copyin(ufds, fds, size);
	if (error == 0)
		error = poll_wait(fds, nfds, ts, &ready);
	if (error == 0)
		error = copyout(fds, ufds, size);
	if (fds != small)
		kmem_free(fds, size);
	*retval = ready;
	return error;
}

int
sys_poll(struct lwp *l, const struct sys_poll_args *uap, register_t *retval)
{
	const int ms = SCARG(uap, timeout);
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	return pollcommon(retval, SCARG(uap, fds), SCARG(uap, nfds), ms < 0 ? NULL : &ts, NULL);
}

static int
poll_ts(register_t *retval, struct pollfd *fds, u_int nfds, const struct timespec *uts)
{
	struct timespec ts;
	int error;

	if (uts == NULL)
		return pollcommon(retval, fds, nfds, NULL, NULL);
	error = copyin(uts, &ts, sizeof(ts));
	return error != 0 ? error : pollcommon(retval, fds, nfds, &ts, NULL);
}

int
sys_pollts(struct lwp *l, const struct sys_pollts_args *uap, register_t *retval)
{
	return poll_ts(retval, SCARG(uap, fds), SCARG(uap, nfds), SCARG(uap, ts));
}

int
sys_ppoll(struct lwp *l, const struct sys_ppoll_args *uap, register_t *retval)
{
	if (SCARG(uap, nfds) > UINT_MAX)
		return EINVAL;
	return poll_ts(retval, SCARG(uap, fds), (u_int)SCARG(uap, nfds), SCARG(uap, ts));
}

/* The three sets of select(2): which events each asks for, and which make it say yes. */
static const struct {
	short ask;
	short yes;
} sel_events[3] = {
	{ POLLIN | POLLRDNORM, POLLIN | POLLRDNORM | POLLHUP | POLLERR },
	{ POLLOUT | POLLWRNORM, POLLOUT | POLLWRNORM | POLLERR },
	{ POLLPRI, POLLPRI },
};

/* Make pollfds, one for each descriptor in any set; their number.  fds has room for nd. */
static u_int
sel_to_poll(fd_set *const sets[3], int nd, struct pollfd *fds)
{
	u_int n = 0;

	for (int fd = 0; fd < nd; fd++) {
		short events = 0;

		for (int i = 0; i < 3; i++)
			if (sets[i] != NULL && FD_ISSET(fd, sets[i]))
				events |= sel_events[i].ask;
		if (events != 0)
			fds[n++] = (struct pollfd){ .fd = fd, .events = events };
	}
	return n;
}

/* The answers back into the sets; the number of bits set.  errors: EBADF. */
static int
poll_to_sel(const struct pollfd *fds, u_int n, fd_set *const sets[3], int *bits)
{
	*bits = 0;
	for (u_int k = 0; k < n; k++) {
		if ((fds[k].revents & POLLNVAL) != 0)
			return EBADF;
		for (int i = 0; i < 3; i++) {
			if (sets[i] == NULL || !FD_ISSET(fds[k].fd, sets[i]))
				continue;
			if ((fds[k].revents & sel_events[i].yes) != 0)
				(*bits)++;
			else
				FD_CLR(fds[k].fd, sets[i]);
		}
	}
	return 0;
}

static int
selcommon(register_t *retval, int nd, fd_set *const usets[3], const struct timespec *ts)
{
	fd_set in[3], *sets[3] = { NULL, NULL, NULL };
	const size_t setsize = howmany(nd, NFDBITS) * sizeof(fd_mask);
	struct pollfd *fds;
	int error = 0, ready, bits = 0;
	u_int n;

	if (nd < 0 || nd > FD_SETSIZE)
		return EINVAL;
	for (int i = 0; i < 3 && error == 0; i++) {
		if (usets[i] == NULL)
			continue;
		sets[i] = &in[i];
		error = copyin(usets[i], sets[i], setsize);
	}
	if (error != 0)
		return error;
	fds = kmem_alloc((size_t)(nd + 1) * sizeof(*fds), KM_SLEEP);
	n = sel_to_poll(sets, nd, fds);
	error = poll_wait(fds, n, ts, &ready);
	if (error == 0)
		error = poll_to_sel(fds, n, sets, &bits);
	kmem_free(fds, (size_t)(nd + 1) * sizeof(*fds));
	for (int i = 0; i < 3 && error == 0; i++)
		if (sets[i] != NULL)
			error = copyout(sets[i], usets[i], setsize);
	*retval = bits;
	return error;
}

int
sys_select(struct lwp *l, const struct sys_select_args *uap, register_t *retval)
{
	fd_set *const sets[3] = { SCARG(uap, in), SCARG(uap, ou), SCARG(uap, ex) };
	struct timespec ts;
	struct timeval tv;
	int error;

	if (SCARG(uap, tv) == NULL)
		return selcommon(retval, SCARG(uap, nd), sets, NULL);
	error = copyin(SCARG(uap, tv), &tv, sizeof(tv));
	if (error != 0)
		return error;
	if (tv.tv_sec < 0 || tv.tv_usec < 0)
		return EINVAL;
	/* More microseconds than a second has are allowed here. */
	ts.tv_sec = tv.tv_sec + tv.tv_usec / USEC_PER_SEC;
	ts.tv_nsec = tv.tv_usec % USEC_PER_SEC * 1000;
	return selcommon(retval, SCARG(uap, nd), sets, &ts);
}

int
sys_pselect(struct lwp *l, const struct sys_pselect_args *uap, register_t *retval)
{
	fd_set *const sets[3] = { SCARG(uap, in), SCARG(uap, ou), SCARG(uap, ex) };
	struct timespec ts;
	int error;

	if (SCARG(uap, ts) == NULL)
		return selcommon(retval, SCARG(uap, nd), sets, NULL);
	error = copyin(SCARG(uap, ts), &ts, sizeof(ts));
	return error != 0 ? error : selcommon(retval, SCARG(uap, nd), sets, &ts);
}

static const struct rump_sysreg select_calls[] = {
	RUMP_SYSREG(poll),
	RUMP_SYSREG(pollts),
	RUMP_SYSREG(ppoll),
	RUMP_SYSREG(pselect),
	RUMP_SYSREG(select),
};

void
rump_selectcalls_register(void)
{
	rump_syscalls_register(select_calls, __arraycount(select_calls));
}
