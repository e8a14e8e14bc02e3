/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * poll(2), select(2) and their variants.
 *
 * A call has one watcher, and one watch for each descriptor, on its stack when they are few.  Watches
 * stay hooked from the first look to the end, so looking again costs what asking costs:
 *
 *	look:	pw_fired = 0; ask each file, which hooks its watch when it has nothing to say
 *	sleep	until pw_fired; look again
 *
 * What happens between the question and the sleep sets pw_fired, and the sleep ends at once.
 */
#include <sys/atomic.h>
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
#include "rump_event.h"
#include "rump_fd.h"
#include "rump_sched.h"
#include "rump_sync.h"
#include "rump_syscall.h"
#include "rump_time.h"

#define SMALLPOLL 8 /* descriptors that need no allocation */

struct pollwait {
	struct rump_watcher pw_watcher;
	struct lwp *pw_lwp;
	uint32_t pw_fired; /* (a) */
	u_int pw_nfds;
	struct pollfd *pw_fds;	     /* kernel's copy */
	struct rump_watch *pw_slots; /* one for each */
	struct {
		struct rump_watch slots[SMALLPOLL];
		struct pollfd fds[SMALLPOLL];
	} pw_small;
};

/* locks: (h) of the watch. */
static bool
pollwait_notify(struct rump_watcher *wr, int events, struct rump_evset **chain)
{
	struct pollwait *const pw = container_of(wr, struct pollwait, pw_watcher);

	atomic_store_release(&pw->pw_fired, 1);
	lwp_unpark(pw->pw_lwp);
	return true;
}

static void
pollwait_init(struct pollwait *pw, u_int nfds)
{
	memset(&pw->pw_watcher, 0, sizeof(pw->pw_watcher));
	pw->pw_watcher.wr_notify = pollwait_notify;
	pw->pw_lwp = curlwp;
	pw->pw_nfds = nfds;
	pw->pw_fds = pw->pw_small.fds;
	pw->pw_slots = pw->pw_small.slots;
	if (nfds > SMALLPOLL) {
		pw->pw_fds = kmem_alloc(nfds * sizeof(*pw->pw_fds), KM_SLEEP);
		pw->pw_slots = kmem_zalloc(nfds * sizeof(*pw->pw_slots), KM_SLEEP);
	} else
		memset(pw->pw_slots, 0, nfds * sizeof(*pw->pw_slots));
}

static void
pollwait_fini(struct pollwait *pw, u_int nfds)
{
	if (nfds > SMALLPOLL) {
		kmem_free(pw->pw_fds, nfds * sizeof(*pw->pw_fds));
		kmem_free(pw->pw_slots, nfds * sizeof(*pw->pw_slots));
	}
}

/* Ask each file once; the number that have something to say. */
static int
poll_scan(struct pollwait *pw)
{
	struct pollfd *const fds = pw->pw_fds;
	int ready = 0;

	for (u_int i = 0; i < pw->pw_nfds; i++) {
		const int events = fds[i].events | POLLERR | POLLHUP;
		file_t *fp;

		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		fp = fd_getfile((u_int)fds[i].fd);
		if (fp == NULL)
			fds[i].revents = POLLNVAL;
		else {
			fds[i].revents =
			    (short)(rump_watch_ask(&pw->pw_watcher, &pw->pw_slots[i], fp, events) &
				events);
			fd_putfile((u_int)fds[i].fd);
		}
		if (fds[i].revents != 0)
			ready++;
	}
	return ready;
}

/* Sleep until something was told.  errors: EWOULDBLOCK, EINTR. */
static int
poll_sleep(struct pollwait *pw, int64_t deadline_ns)
{
	const bool again = pw->pw_watcher.wr_short;
	const int64_t until = again ? MIN(deadline_ns, rump_mono_ns() + RUMP_TICK_NS) : deadline_ns;
	int error = 0;

	while (atomic_load_acquire(&pw->pw_fired) == 0) {
		if (rump_lwp_interrupted(pw->pw_lwp))
			return EINTR;
		if (error != 0)
			return again && until != deadline_ns ? 0 : error;
		error = lwp_park(until);
	}
	return 0;
}

/* ts NULL: for ever.  *ready is the number of files; 0 when time was up.  errors: EINTR, EINVAL. */
static int
poll_wait(struct pollwait *pw, const struct timespec *ts, int *ready)
{
	int64_t deadline;
	int error;

	error = rump_event_deadline(ts, &deadline);
	if (error != 0)
		return error;
	for (;;) {
		atomic_store_relaxed(&pw->pw_fired, 0);
		*ready = poll_scan(pw);
		if (*ready != 0 || error != 0 || (ts != NULL && !timespecisset(ts)))
			break;
		error = poll_sleep(pw, deadline);
	}
	for (u_int i = 0; i < pw->pw_nfds; i++)
		rump_watch_clear(&pw->pw_slots[i]);
	return *ready == 0 && error == EINTR ? EINTR : 0;
}

static int
poll_masked(register_t *retval, struct pollfd *ufds, u_int nfds, const struct timespec *ts)
{
	const size_t size = nfds * sizeof(*ufds);
	struct pollwait pw;
	int error, ready = 0;

	if (nfds > (u_int)fd_limit(curproc))
		return EINVAL;
	pollwait_init(&pw, nfds);
	error = copyin(ufds, pw.pw_fds, size);
	if (error == 0)
		error = poll_wait(&pw, ts, &ready);
	if (error == 0)
		error = copyout(pw.pw_fds, ufds, size);
	pollwait_fini(&pw, nfds);
	*retval = ready;
	return error;
}

int
pollcommon(
    register_t *retval, struct pollfd *ufds, u_int nfds, struct timespec *ts, const void *mask)
{
	int error;

	error = rump_sigmask_begin(curlwp, mask);
	if (error != 0)
		return error;
	error = poll_masked(retval, ufds, nfds, ts);
	rump_sigmask_end(curlwp, mask);
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
poll_ts(register_t *retval, struct pollfd *fds, u_int nfds, const struct timespec *uts,
    const void *mask)
{
	struct timespec ts;
	int error;

	if (uts == NULL)
		return pollcommon(retval, fds, nfds, NULL, mask);
	error = copyin(uts, &ts, sizeof(ts));
	return error != 0 ? error : pollcommon(retval, fds, nfds, &ts, mask);
}

int
sys_pollts(struct lwp *l, const struct sys_pollts_args *uap, register_t *retval)
{
	return poll_ts(retval, SCARG(uap, fds), SCARG(uap, nfds), SCARG(uap, ts), SCARG(uap, mask));
}

int
sys_ppoll(struct lwp *l, const struct sys_ppoll_args *uap, register_t *retval)
{
	if (SCARG(uap, nfds) > UINT_MAX)
		return EINVAL;
	return poll_ts(
	    retval, SCARG(uap, fds), (u_int)SCARG(uap, nfds), SCARG(uap, ts), SCARG(uap, mask));
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
selmasked(register_t *retval, int nd, fd_set *const usets[3], const struct timespec *ts)
{
	fd_set in[3], *sets[3] = { NULL, NULL, NULL };
	struct pollwait *pw;
	size_t setsize;
	int error = 0, ready, bits = 0;

	if (nd < 0 || nd > FD_SETSIZE)
		return EINVAL;
	setsize = howmany(nd, NFDBITS) * sizeof(fd_mask);
	for (int i = 0; i < 3 && error == 0; i++) {
		if (usets[i] == NULL)
			continue;
		sets[i] = &in[i];
		error = copyin(usets[i], sets[i], setsize);
	}
	if (error != 0)
		return error;
	pw = kmem_alloc(sizeof(*pw), KM_SLEEP);
	pollwait_init(pw, (u_int)nd);
	pw->pw_nfds = sel_to_poll(sets, nd, pw->pw_fds);
	error = poll_wait(pw, ts, &ready);
	if (error == 0)
		error = poll_to_sel(pw->pw_fds, pw->pw_nfds, sets, &bits);
	pollwait_fini(pw, (u_int)nd);
	kmem_free(pw, sizeof(*pw));
	for (int i = 0; i < 3 && error == 0; i++)
		if (sets[i] != NULL)
			error = copyout(sets[i], usets[i], setsize);
	*retval = bits;
	return error;
}

static int
selcommon(register_t *retval, int nd, fd_set *const usets[3], const struct timespec *ts,
    const struct host_sigset *mask)
{
	int error;

	error = rump_sigmask_begin(curlwp, mask);
	if (error != 0)
		return error;
	error = selmasked(retval, nd, usets, ts);
	rump_sigmask_end(curlwp, mask);
	return error;
}

/* The host's select(2) says how much of the time was left. */
static int
select_left(int64_t deadline_ns, struct timeval *utv)
{
	const int64_t left = MAX(deadline_ns - rump_mono_ns(), 0);
	const struct timeval tv = {
		.tv_sec = left / NSEC_PER_SEC,
		.tv_usec = left % NSEC_PER_SEC / 1000,
	};

	return copyout(&tv, utv, sizeof(tv));
}

int
sys_select(struct lwp *l, const struct sys_select_args *uap, register_t *retval)
{
	fd_set *const sets[3] = { SCARG(uap, in), SCARG(uap, ou), SCARG(uap, ex) };
	struct timespec ts;
	struct timeval tv;
	int64_t deadline;
	int error;

	if (SCARG(uap, tv) == NULL)
		return selcommon(retval, SCARG(uap, nd), sets, NULL, NULL);
	error = copyin(SCARG(uap, tv), &tv, sizeof(tv));
	if (error != 0)
		return error;
	if (tv.tv_sec < 0 || tv.tv_usec < 0)
		return EINVAL;
	/* More microseconds than a second has are allowed here. */
	ts.tv_sec = tv.tv_sec + tv.tv_usec / USEC_PER_SEC;
	ts.tv_nsec = tv.tv_usec % USEC_PER_SEC * 1000;
	error = rump_event_deadline(&ts, &deadline);
	if (error == 0)
		error = selcommon(retval, SCARG(uap, nd), sets, &ts, NULL);
	if (error == 0)
		error = select_left(deadline, SCARG(uap, tv));
	return error;
}

int
sys_pselect(struct lwp *l, const struct sys_pselect_args *uap, register_t *retval)
{
	fd_set *const sets[3] = { SCARG(uap, in), SCARG(uap, ou), SCARG(uap, ex) };
	struct timespec ts;
	int error;

	if (SCARG(uap, ts) == NULL)
		return selcommon(retval, SCARG(uap, nd), sets, NULL, SCARG(uap, mask));
	error = copyin(SCARG(uap, ts), &ts, sizeof(ts));
	if (error != 0)
		return error;
	return selcommon(retval, SCARG(uap, nd), sets, &ts, SCARG(uap, mask));
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
