/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Reading and writing host files in the caller's thread.
 *
 * A positioned read asks the host's page cache first, by preadv2(2) with RWF_NOWAIT, and keeps the
 * virtual CPU while it does: what is cached is only a copy.  When that says EAGAIN, or comes up
 * short, or is not known for this file (EOPNOTSUPP), the virtual CPU is given up and the rest is
 * read in the ordinary way.  Writes and streams give it up at once.
 *
 * The host moves fewer bytes than asked for when it likes; a transfer goes on until it is whole, at
 * end of file, or fails.
 */
#include <limits.h>
#include <stdatomic.h>
#include <unistd.h>

#include <sys/syscall.h>
#include <sys/uio.h>

#include "internal.h"
#include "rw.h"

#ifndef IOV_MAX
#define IOV_MAX 1024
#endif

/*
 * Descriptors whose file does not know RWF_NOWAIT (tmpfs does not): asked once, until
 * rumpuser_open() gives the number to another file.  Higher numbers are asked each time.
 */
#define ASKED_MAX 1024
static _Atomic uint64_t unaskable[ASKED_MAX / 64];

static bool
askable(int fd)
{
	return (unsigned)fd >= ASKED_MAX ||
	    (atomic_load_explicit(&unaskable[fd / 64], memory_order_relaxed) >> (fd % 64) & 1) == 0;
}

static void
set_unaskable(int fd)
{
	if ((unsigned)fd < ASKED_MAX)
		atomic_fetch_or(&unaskable[fd / 64], UINT64_C(1) << (fd % 64));
}

void
rumpuser__rw_opened(int fd)
{
	if ((unsigned)fd < ASKED_MAX && !askable(fd))
		atomic_fetch_and(&unaskable[fd / 64], ~(UINT64_C(1) << (fd % 64)));
}

/* A transfer under way. */
struct transfer {
	int t_fd;
	int t_flags;
	struct rumpuser_iov *t_iov; /* what is left */
	int t_niov;
	int64_t t_off;
	size_t t_done;
	bool t_volatile; /* RUMPUSER_RW_SYNC was asked for and some bytes are not durable yet */
};

/* Count n bytes as moved; true when all are. */
static bool
advance(struct transfer *t, size_t n)
{
	t->t_done += n;
	t->t_off += (int64_t)n;
	while (t->t_niov > 0 && n >= t->t_iov->iov_len) {
		n -= t->t_iov->iov_len;
		t->t_iov++;
		t->t_niov--;
	}
	if (t->t_niov == 0)
		return true;
	t->t_iov->iov_base = (char *)t->t_iov->iov_base + n;
	t->t_iov->iov_len -= n;
	return false;
}

static ssize_t
transfer_once(struct transfer *t)
{
	const struct iovec *const iov = (const struct iovec *)t->t_iov;
	const int niov = t->t_niov < IOV_MAX ? t->t_niov : IOV_MAX;
	const bool writing = (t->t_flags & RUMPUSER_RW_WRITE) != 0;
	const bool sync = writing && (t->t_flags & RUMPUSER_RW_SYNC) != 0;

	t->t_volatile |= sync && (t->t_flags & RUMPUSER_RW_STREAM) != 0;
	if (t->t_flags & RUMPUSER_RW_STREAM)
		return writing ? writev(t->t_fd, iov, niov) : readv(t->t_fd, iov, niov);
	if (!writing)
		return preadv(t->t_fd, iov, niov, t->t_off);
#ifdef RWF_DSYNC
	if (sync) {
		const ssize_t n = pwritev2(t->t_fd, iov, niov, t->t_off, RWF_DSYNC);

		if (n >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS))
			return n;
	}
#endif
	t->t_volatile |= sync;
	return pwritev(t->t_fd, iov, niov, t->t_off);
}

/* A stream that is set non-blocking has nothing now: what was moved so far is the result. */
static int
transfer_rest(struct transfer *t)
{
	for (;;) {
		const ssize_t n = transfer_once(t);

		if (n > 0) {
			if (advance(t, (size_t)n) || (t->t_flags & RUMPUSER_RW_STREAM))
				return 0;
		} else if (n == 0)
			return 0;
		else if (errno != EINTR)
			return t->t_done > 0 ? 0 : errno;
	}
}

int
rumpuser__rw_wait(int fd, struct rumpuser_iov *iov, int niov, int64_t off, int flags, size_t *done)
{
	struct transfer t = { fd, flags, iov, niov, off, 0, false };

	*done = 0;
	if (off < 0 && (flags & RUMPUSER_RW_STREAM) == 0)
		return EINVAL;
	int error = advance(&t, 0) ? 0 : transfer_rest(&t);

	if (error == 0 && t.t_volatile && fdatasync(fd) == -1)
		error = errno;
	*done = t.t_done;
	return error;
}

/*
 * Read what the host has cached.  True when there is nothing left to do: all read, or end of file.
 * syscall(2) is no cancellation point, so this path needs no guard against one.
 */
static bool
read_cached(struct transfer *t)
{
#if defined(SYS_preadv2) && defined(RWF_NOWAIT) && defined(__LP64__)
	while (askable(t->t_fd)) {
		const int niov = t->t_niov < IOV_MAX ? t->t_niov : IOV_MAX;
		const long n =
		    syscall(SYS_preadv2, t->t_fd, t->t_iov, niov, t->t_off, 0L, RWF_NOWAIT);

		if (n == 0)
			return true;
		if (n < 0) {
			if (errno == EOPNOTSUPP)
				set_unaskable(t->t_fd);
			break;
		}
		if (advance(t, (size_t)n))
			return true;
	}
#endif
	return false;
}

static int
transfer_waiting(struct transfer *t)
{
	HOST_SECTION;
	void *const cookie = LEAVE();
	size_t done;
	const int error =
	    rumpuser__rw_wait(t->t_fd, t->t_iov, t->t_niov, t->t_off, t->t_flags, &done);

	ENTER(cookie);
	const bool cached = t->t_done > 0;
	t->t_done += done;
	return cached ? 0 : error;
}

int
rumpuser_iovrw(int fd, struct rumpuser_iov *iov, int niov, int64_t off, int flags, size_t *done)
{
	KEEP_ERRNO;
	struct transfer t = { fd, flags, iov, niov, off, 0, false };
	int error = 0;

	*done = 0;
	if (off < 0 && (flags & RUMPUSER_RW_STREAM) == 0)
		return EINVAL; /* to preadv2(2) -1 is the descriptor's own position */
	if (!advance(&t, 0) &&
	    ((flags & (RUMPUSER_RW_WRITE | RUMPUSER_RW_STREAM)) != 0 || !read_cached(&t)))
		error = transfer_waiting(&t);
	*done = t.t_done;
	return error;
}

int
rumpuser_rw(int fd, void *buf, size_t len, int64_t off, int flags, size_t *done)
{
	struct rumpuser_iov iov = { buf, len };

	return rumpuser_iovrw(fd, &iov, 1, off, flags, done);
}
