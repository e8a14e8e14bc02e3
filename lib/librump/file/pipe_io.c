/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Transfers through pipes.  The model is in rump_pipe.h.
 *
 * What is copied is published by PUBLISH bytes at least, and at the end: so the other side works on one part
 * while the next is copied, and a write that is atomic (up to PIPE_BUF) appears as a whole.  Who finds
 * nothing to do while the other side copies spins for it, as for an adaptive mutex; only then it sleeps.
 */
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/lock.h>
#include <sys/lwp.h>
#include <sys/param.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "rump_copyio.h"
#include "rump_pipe.h"

#define PUBLISH	   8192
#define PIPE_SPINS 250 /* looks at the other side before sleeping: about 10 us */

/* A call's own: what its waits have to know. */
struct wait {
	struct pipe_side *w_side;
	struct pipe_side *w_other;
	size_t w_need;		 /* bytes or room without which nothing can be done */
	size_t w_want;		 /* and what is worth being woken for */
	u_int w_restarts;	 /* ps_restarts as the call began */
	struct pipe_io *w_offer; /* a reader's, when it may be filled while it sleeps; or NULL */
	bool w_nonblock;
};

static void
wait_init(struct wait *w, struct pipe *pp, enum pipe_side_id side, size_t need, bool nonblock)
{
	w->w_side = &pp->pp_side[side];
	w->w_other = &pp->pp_side[side == PIPE_RD ? PIPE_WR : PIPE_RD];
	w->w_need = w->w_want = need;
	w->w_restarts = w->w_side->ps_restarts;
	w->w_offer = NULL;
	w->w_nonblock = nonblock;
}

/* The other side is copying right now: look for what comes of it.  True: it may be worth another look. */
static bool
spin(struct pipe *pp, const struct wait *w)
{
	const size_t cnt = pp->pp_cnt;
	bool changed = false;

	if (ncpu == 1 || !w->w_other->ps_busy)
		return false;
	pipe_exit(pp);
	for (int i = 0; i < PIPE_SPINS && !changed; i++) {
		SPINLOCK_BACKOFF_HOOK;
		changed = atomic_load_relaxed(&pp->pp_cnt) != cnt ||
		    !atomic_load_relaxed(&w->w_other->ps_busy);
	}
	mutex_enter(&pp->pp_lock);
	return changed;
}

/* Sleep at cv until something has changed.  errors: ERESTART, EINTR. */
static int
pause_at(struct pipe *pp, const struct wait *w, kcondvar_t *cv, u_int *waiting)
{
	int error;

	if (w->w_side->ps_restarts != w->w_restarts)
		return ERESTART;
	pipe_flush(pp);
	(*waiting)++;
	error = cv_wait_sig(cv, &pp->pp_lock);
	(*waiting)--;
	return error;
}

/* The same; with an error others are woken in our stead. */
static int
pause(struct pipe *pp, const struct wait *w, kcondvar_t *cv, u_int *waiting)
{
	const int error = pause_at(pp, w, cv, waiting);

	if (error != 0)
		pipe_pass(pp);
	return error;
}

/*
 * The same for a reader that lets a writer put the bytes where they are wanted.  The buffer is the caller's
 * again when we return, so whoever fills it is waited for: that is a copy in memory, no more.
 */
static int
pause_offering(struct pipe *pp, const struct wait *w)
{
	int error;

	pp->pp_offer = w->w_offer;
	error = pause_at(pp, w, &pp->pp_offercv, &pp->pp_offering);
	while (pp->pp_filling) {
		pp->pp_offering++;
		cv_wait(&pp->pp_offercv, &pp->pp_lock);
		pp->pp_offering--;
	}
	pp->pp_offer = NULL;
	if (error != 0)
		pipe_pass(pp);
	return error;
}

/* There is nothing to do for now.  errors: EAGAIN, ERESTART, EINTR. */
static int
nothing(struct pipe *pp, const struct wait *w)
{
	if (w->w_nonblock) {
		pipe_pass(pp);
		return EAGAIN;
	}
	if (spin(pp, w))
		return 0;
	/* What spin() let others do while it had no lock must not be slept over. */
	if (w->w_side == &pp->pp_side[PIPE_RD] ? pp->pp_cnt != 0
					       : pipe_capacity(pp) - pp->pp_cnt >= w->w_want)
		return 0;
	if (w->w_side->ps_busy || pp->pp_gone || w->w_other->ps_opens == 0)
		return 0;
	if (w->w_side == &pp->pp_side[PIPE_WR])
		pp->pp_want = MIN(pp->pp_want, w->w_want);
	else if (w->w_offer != NULL && pp->pp_offering == 0 && pp->pp_offer == NULL)
		return pause_offering(pp, w);
	return pause(pp, w, &w->w_side->ps_cv, &w->w_side->ps_waiting);
}

static int
token_wait(struct pipe *pp, const struct wait *w)
{
	return pause(pp, w, &w->w_side->ps_tokencv, &w->w_side->ps_tokenwaiting);
}

/* Copy n bytes between the ring at pos and the caller; *done of them were. */
static int
copy(struct pipe *pp, struct pipe_io *pio, size_t pos, size_t n, size_t *done)
{
	int error;

	if (pio->pio_uio != NULL) {
		const size_t resid = pio->pio_uio->uio_resid;

		error = uiomove(pp->pp_buf + pos, n, pio->pio_uio);
		*done = resid - pio->pio_uio->uio_resid;
	} else
		error = (*pio->pio_move)(pio->pio_arg, pp->pp_buf + pos, n, done);
	pio->pio_resid -= *done;
	return error;
}

/* May others reach the memory of this transfer as their own? */
static bool
plain_memory(const struct pipe_io *pio)
{
	return pio->pio_uio != NULL && pio->pio_uio->uio_vmspace->vm_ops == NULL;
}

/* ---- Reading ---- */

/* Wait for bytes.  *eof: there will be none, or a writer has brought them already.  locks: pp_lock. */
static int
read_wait(struct pipe *pp, const struct wait *w, bool *eof)
{
	const size_t resid = w->w_offer != NULL ? w->w_offer->pio_resid : 0;
	int error = 0;

	*eof = false;
	for (;;) {
		if (w->w_offer != NULL && w->w_offer->pio_resid != resid) {
			*eof = true;
			return 0;
		}
		if (error != 0)
			break;
		if (pp->pp_gone)
			return EIO;
		if (w->w_side->ps_busy)
			error = token_wait(pp, w);
		else if (pp->pp_cnt != 0)
			return 0;
		else if (w->w_other->ps_opens == 0) {
			*eof = true;
			return 0;
		} else
			error = nothing(pp, w);
	}
	return error;
}

/* n bytes have been read. */
static void
read_publish(struct pipe *pp, size_t n)
{
	struct pipe_side *const wr = &pp->pp_side[PIPE_WR];

	if (n == 0)
		return;
	pp->pp_out += n;
	if (pp->pp_out >= pp->pp_size)
		pp->pp_out -= pp->pp_size;
	atomic_store_relaxed(&pp->pp_cnt, pp->pp_cnt - n);
	if (pp->pp_cnt == 0) {
		pp->pp_stuck = false;
		if (!wr->ps_busy)
			pp->pp_out = 0; /* small transfers stay on one page */
	}
	pp->pp_atime = true;
	if (pipe_capacity(pp) - pp->pp_cnt >= PIPE_BUF)
		pipe_notify(wr, POLLOUT | POLLWRNORM);
}

/* Copy out what is there.  locks: pp_lock; the token. */
static int
read_copy(struct pipe *pp, struct pipe_io *pio)
{
	size_t n, done;
	int error = 0;

	while (error == 0 && pio->pio_resid != 0 && pp->pp_cnt != 0 && !pp->pp_gone) {
		n = MIN(MIN(pio->pio_resid, pp->pp_cnt), MIN(pp->pp_size - pp->pp_out, PUBLISH));
		pipe_exit(pp);
		error = copy(pp, pio, pp->pp_out, n, &done);
		mutex_enter(&pp->pp_lock);
		if (pp->pp_cnt < done) /* closed by all, and so emptied, meanwhile */
			break;
		read_publish(pp, done);
		if (!plain_memory(pio)) /* the next part may take its time */
			pipe_pass(pp);
		if (done == 0)
			break;
	}
	return error;
}

int
rump_pipe_read(struct pipe *pp, struct pipe_io *pio)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD];
	struct wait w;
	bool eof;
	int error;

	if (pio->pio_resid == 0)
		return 0;
	mutex_enter(&pp->pp_lock);
	wait_init(&w, pp, PIPE_RD, 1, pio->pio_nonblock);
	if (plain_memory(pio))
		w.w_offer = pio;
	error = read_wait(pp, &w, &eof);
	if (error == 0 && !eof) {
		atomic_store_relaxed(&rd->ps_busy, true);
		error = read_copy(pp, pio);
		pipe_token_give(pp, rd);
	}
	pipe_exit(pp);
	return error;
}

/* ---- Writing ---- */

/* Make the ring larger if that gives the room.  locks: pp_lock; the writers' token. */
static void
grow(struct pipe *pp, size_t room)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD];
	size_t size = pp->pp_limit;

	if (pp->pp_stuck || pp->pp_size >= size || pp->pp_size - pp->pp_cnt >= room)
		return;
	if (pp->pp_buf == NULL && room <= PIPE_FIRST)
		size = MIN(size, PIPE_FIRST);
	pipe_token_take(pp, rd);
	if (pipe_resize(pp, size) != 0) {
		if (pp->pp_buf == NULL)
			(void)pipe_resize(pp, PIPE_FIRST);
		pp->pp_stuck = pp->pp_buf != NULL;
	}
	pipe_token_give(pp, rd);
}

/*
 * Wait for room, and take the token.  A large write that has to wait waits for half of the ring, so that it
 * is not woken for each byte.
 */
static int
write_wait(struct pipe *pp, struct wait *w, size_t resid)
{
	struct pipe_side *const wr = w->w_side;
	int error = 0;

	while (error == 0) {
		if (pp->pp_gone)
			return EIO;
		if (w->w_other->ps_opens == 0) {
			pipe_pass(pp);
			return EPIPE;
		}
		if (wr->ps_busy) {
			error = token_wait(pp, w);
			continue;
		}
		if (pipe_capacity(pp) - pp->pp_cnt >= w->w_need) {
			atomic_store_relaxed(&wr->ps_busy, true);
			grow(pp, MIN(resid, pp->pp_limit - pp->pp_cnt));
			if (pp->pp_buf != NULL && pp->pp_size - pp->pp_cnt >= w->w_need)
				return 0;
			/* The memory was not there after all. */
			pipe_token_give(pp, wr);
			if (pp->pp_buf == NULL)
				return ENOMEM;
			continue;
		}
		w->w_want = MAX(w->w_need, MIN(resid, pipe_capacity(pp) / 2));
		error = nothing(pp, w);
	}
	return error;
}

static void
write_publish(struct pipe *pp, size_t n)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD];

	if (n == 0)
		return;
	atomic_store_relaxed(&pp->pp_cnt, pp->pp_cnt + n);
	pp->pp_mtime = true;
	pipe_notify(rd, POLLIN | POLLRDNORM);
}

/*
 * Fill the buffer of a reader that sleeps.  A write that is atomic does not end in two places.
 * locks: pp_lock; the token.
 */
static int
write_direct(struct pipe *pp, struct pipe_io *pio, bool atomic)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD];
	struct pipe_io *const to = pp->pp_offer;
	int error = 0;

	if (to == NULL || pp->pp_cnt != 0 || rd->ps_busy || rd->ps_opens == 0 || pp->pp_gone ||
	    !plain_memory(pio) || (atomic && to->pio_resid < pio->pio_resid))
		return 0;
	atomic_store_relaxed(&rd->ps_busy, true);
	pp->pp_filling = true;
	pipe_exit(pp);
	error = rump_uio_between(pio->pio_uio, to->pio_uio);
	pio->pio_resid = pio->pio_uio->uio_resid;
	to->pio_resid = to->pio_uio->uio_resid;
	mutex_enter(&pp->pp_lock);
	pp->pp_offer = NULL;
	pp->pp_filling = false;
	pp->pp_atime = pp->pp_mtime = true;
	pp->pp_wake |=
	    PIPE_WAKE_OFFER; /* it has something, or an address that is none to fail with */
	pipe_token_give(pp, rd);
	return error;
}

/* Copy in what there is room for.  locks: pp_lock; the token. */
static int
write_copy(struct pipe *pp, struct pipe_io *pio)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD];
	size_t staged = 0, room, pos, n, done;
	int error = 0;

	for (;;) {
		room = pp->pp_size - pp->pp_cnt - staged;
		if (error != 0 || pio->pio_resid == 0 || room == 0 || rd->ps_opens == 0)
			break;
		pos = pp->pp_out + pp->pp_cnt + staged;
		if (pos >= pp->pp_size)
			pos -= pp->pp_size;
		n = MIN(MIN(pio->pio_resid, room), MIN(pp->pp_size - pos, PUBLISH - staged));
		pipe_exit(pp);
		error = copy(pp, pio, pos, n, &done);
		mutex_enter(&pp->pp_lock);
		staged += done;
		if (staged == PUBLISH) {
			write_publish(pp, staged);
			staged = 0;
			if (!plain_memory(pio)) /* the next part may take its time */
				pipe_pass(pp);
		}
		if (done == 0)
			break;
	}
	write_publish(pp, staged);
	return error;
}

int
rump_pipe_write(struct pipe *pp, struct pipe_io *pio)
{
	struct pipe_side *const wr = &pp->pp_side[PIPE_WR];
	const size_t len = pio->pio_resid;
	struct wait w;
	size_t before;
	int error = 0;

	if (len == 0)
		return 0;
	mutex_enter(&pp->pp_lock);
	wait_init(&w, pp, PIPE_WR, len <= PIPE_BUF && !pio->pio_part ? len : 1, pio->pio_nonblock);
	do {
		error = write_wait(pp, &w, pio->pio_resid);
		if (error != 0)
			break;
		before = pio->pio_resid;
		error = write_direct(pp, pio, len <= PIPE_BUF);
		if (error == 0)
			error = write_copy(pp, pio);
		pipe_token_give(pp, wr);
	} while (error == 0 && pio->pio_resid != 0 && !pio->pio_part && pio->pio_resid != before);
	pipe_exit(pp);
	if (error == EPIPE && !pio->pio_nosig) {
		mutex_enter(&proc_lock);
		psignal(curproc, SIGPIPE);
		mutex_exit(&proc_lock);
	}
	return error;
}

/* ---- */

int
rump_pipe_uio(struct pipe *pp, struct uio *uio, u_int fflag)
{
	struct pipe_io pio = {
		.pio_uio = uio,
		.pio_resid = uio->uio_resid,
		.pio_nonblock = (fflag & FNONBLOCK) != 0,
		.pio_nosig = (fflag & FNOSIGPIPE) != 0,
	};

	return uio->uio_rw == UIO_READ ? rump_pipe_read(pp, &pio) : rump_pipe_write(pp, &pio);
}

int
rump_pipe_wait(struct pipe *pp, enum pipe_side_id side, bool nonblock)
{
	struct wait w;
	bool eof;
	int error;

	mutex_enter(&pp->pp_lock);
	wait_init(&w, pp, side, 1, nonblock);
	if (side == PIPE_RD) {
		error = read_wait(pp, &w, &eof);
	} else {
		error = write_wait(pp, &w, 1);
		if (error == 0)
			pipe_token_give(pp, w.w_side);
	}
	pipe_pass(pp);
	pipe_exit(pp);
	return error;
}
