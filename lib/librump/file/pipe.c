/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Pipes: the object.  Its model is in rump_pipe.h; transfers are in pipe_io.c.
 *
 * Wake-ups: while a byte is there and the readers' token is free, some reader that waits is on its way.  A
 * writer wakes one; who gives the token back, or goes without having used its wake-up, wakes the next
 * (pipe_pass()).  Writers differ in the room they need, so all of them are woken, but only when there is as
 * much as the most modest of them wants (pp_want).
 */
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/systm.h>
#include <sys/timevar.h>

#include "rump_mem.h"
#include "rump_pipe.h"

#define SHARE_PERCENT 10 /* of RUMP_MEMLIMIT, for rings larger than PIPE_FIRST */

struct pipe *(*rump_pipe_named)(struct file *fp);

static size_t ring_bytes; /* (a) in all rings */
static uint64_t last_ino; /* (a) */

void
rump_pipe_init(void)
{
	ring_bytes = 0;
	last_ino = 0;
	rump_pipe_named = NULL;
}

void
rump_pipe_fini(void)
{
	KASSERTMSG(ring_bytes == 0, "pipes have %zu bytes", ring_bytes);
}

static void
side_init(struct pipe_side *ps, const char *wmesg)
{
	cv_init(&ps->ps_cv, wmesg);
	cv_init(&ps->ps_tokencv, "pipetok");
	selinit(&ps->ps_sel);
}

static void
side_fini(struct pipe_side *ps)
{
	seldestroy(&ps->ps_sel);
	cv_destroy(&ps->ps_tokencv);
	cv_destroy(&ps->ps_cv);
}

struct pipe *
rump_pipe_create(void)
{
	struct pipe *const pp = kmem_zalloc(sizeof(*pp), KM_SLEEP);
	const kauth_cred_t cred = kauth_cred_get();

	mutex_init(&pp->pp_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&pp->pp_opencv, "fifoopen");
	cv_init(&pp->pp_offercv, "piperd");
	side_init(&pp->pp_side[PIPE_RD], "piperd");
	side_init(&pp->pp_side[PIPE_WR], "pipewr");
	pp->pp_limit = PIPE_DEFAULT;
	pp->pp_want = SIZE_MAX;
	pp->pp_refcnt = 1;
	pp->pp_ino = atomic_add_64_nv(&last_ino, 1);
	pp->pp_uid = kauth_cred_geteuid(cred);
	pp->pp_gid = kauth_cred_getegid(cred);
	getnanotime(&pp->pp_ctim);
	pp->pp_atim = pp->pp_mtim = pp->pp_ctim;
	return pp;
}

void
rump_pipe_hold(struct pipe *pp)
{
	atomic_inc_uint(&pp->pp_refcnt);
}

static void
ring_free(struct pipe *pp)
{
	if (pp->pp_buf == NULL)
		return;
	kmem_free(pp->pp_buf, pp->pp_size);
	atomic_add_long(&ring_bytes, -(long)pp->pp_size);
	pp->pp_buf = NULL;
	pp->pp_size = 0;
}

void
rump_pipe_rele(struct pipe *pp)
{
	if (atomic_dec_uint_nv(&pp->pp_refcnt) != 0)
		return;
	membar_acquire();
	KASSERT(pp->pp_side[PIPE_RD].ps_opens == 0 && pp->pp_side[PIPE_WR].ps_opens == 0);
	ring_free(pp);
	side_fini(&pp->pp_side[PIPE_RD]);
	side_fini(&pp->pp_side[PIPE_WR]);
	cv_destroy(&pp->pp_offercv);
	cv_destroy(&pp->pp_opencv);
	mutex_destroy(&pp->pp_lock);
	kmem_free(pp, sizeof(*pp));
}

/* ---- The ring ---- */

size_t
pipe_capacity(const struct pipe *pp)
{
	return pp->pp_stuck ? pp->pp_size : MAX(pp->pp_size, pp->pp_limit);
}

/* Memory of size bytes, or NULL. */
static uint8_t *
ring_alloc(size_t size)
{
	const size_t all = atomic_load_relaxed(&ring_bytes);

	if (size <= PIPE_FIRST)
		return kmem_alloc(size, KM_SLEEP | RUMP_KM_CANFAIL);
	if (size > rump_mem_share(SIZE_MAX, SHARE_PERCENT) ||
	    all > rump_mem_share(SIZE_MAX, SHARE_PERCENT) - size)
		return NULL;
	return kmem_alloc(size, KM_NOSLEEP);
}

int
pipe_resize(struct pipe *pp, size_t size)
{
	const size_t old = pp->pp_size, part = MIN(pp->pp_cnt, old - pp->pp_out);
	uint8_t *new;

	KASSERT(mutex_owned(&pp->pp_lock));
	KASSERT(size >= pp->pp_cnt);
	new = ring_alloc(size);
	if (new == NULL)
		return ENOMEM;
	if (pp->pp_cnt != 0) {
		memcpy(new, pp->pp_buf + pp->pp_out, part);
		memcpy(new + part, pp->pp_buf, pp->pp_cnt - part);
	}
	ring_free(pp);
	atomic_add_long(&ring_bytes, (long)size);
	pp->pp_buf = new;
	pp->pp_size = size;
	pp->pp_out = 0;
	pp->pp_stuck = false;
	return 0;
}

/* ---- Tokens and wake-ups ---- */

void
pipe_token_take(struct pipe *pp, struct pipe_side *ps)
{
	while (ps->ps_busy) {
		pipe_flush(pp);
		ps->ps_tokenwaiting++;
		cv_wait(&ps->ps_tokencv, &pp->pp_lock);
		ps->ps_tokenwaiting--;
	}
	atomic_store_relaxed(&ps->ps_busy, true);
}

void
pipe_wake_reader(struct pipe *pp)
{
	if (pp->pp_offer != NULL)
		pp->pp_wake |= PIPE_WAKE_OFFER;
	else if (pp->pp_side[PIPE_RD].ps_waiting != 0)
		pp->pp_wake |= PIPE_WAKE_READER;
}

void
pipe_pass(struct pipe *pp)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD];
	struct pipe_side *const wr = &pp->pp_side[PIPE_WR];

	if (rd->ps_busy)
		; /* whoever has it will pass */
	else if (rd->ps_tokenwaiting != 0)
		pp->pp_wake |= PIPE_WAKE_RDTOKEN;
	else if (pp->pp_cnt != 0)
		pipe_wake_reader(pp);
	if (wr->ps_busy)
		;
	else if (wr->ps_tokenwaiting != 0)
		pp->pp_wake |= PIPE_WAKE_WRTOKEN;
	if (wr->ps_waiting != 0 && pipe_capacity(pp) - pp->pp_cnt >= pp->pp_want) {
		pp->pp_want = SIZE_MAX;
		pp->pp_wake |= PIPE_WAKE_WRITERS;
	}
}

static void
wake(struct pipe *pp, u_int whom)
{
	if ((whom & PIPE_WAKE_READER) != 0)
		cv_signal(&pp->pp_side[PIPE_RD].ps_cv);
	if ((whom & PIPE_WAKE_OFFER) != 0)
		cv_signal(&pp->pp_offercv);
	if ((whom & PIPE_WAKE_WRITERS) != 0)
		cv_broadcast(&pp->pp_side[PIPE_WR].ps_cv);
	if ((whom & PIPE_WAKE_RDTOKEN) != 0)
		cv_signal(&pp->pp_side[PIPE_RD].ps_tokencv);
	if ((whom & PIPE_WAKE_WRTOKEN) != 0)
		cv_signal(&pp->pp_side[PIPE_WR].ps_tokencv);
}

void
pipe_flush(struct pipe *pp)
{
	wake(pp, pp->pp_wake);
	pp->pp_wake = 0;
}

void
pipe_exit(struct pipe *pp)
{
	const u_int whom = pp->pp_wake;

	pp->pp_wake = 0;
	mutex_exit(&pp->pp_lock);
	if (whom != 0)
		wake(pp, whom);
}

void
pipe_token_give(struct pipe *pp, struct pipe_side *ps)
{
	KASSERT(ps->ps_busy);
	atomic_store_relaxed(&ps->ps_busy, false);
	pipe_pass(pp);
}

void
pipe_notify(struct pipe_side *ps, int events)
{
	selnotify(&ps->ps_sel, events, NOTE_SUBMIT);
}

/* Something ended or began: everybody looks again. */
static void
wake_all(struct pipe *pp)
{
	KASSERT(mutex_owned(&pp->pp_lock));
	pp->pp_want = SIZE_MAX;
	for (int i = 0; i < 2; i++) {
		struct pipe_side *const ps = &pp->pp_side[i];

		cv_broadcast(&ps->ps_cv);
		cv_broadcast(&ps->ps_tokencv);
		pipe_notify(ps, 0);
	}
	cv_broadcast(&pp->pp_offercv);
	cv_broadcast(&pp->pp_opencv);
}

/* ---- Opening and closing ---- */

static void
count_in(struct pipe *pp, int fflag)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD], *const wr = &pp->pp_side[PIPE_WR];

	if ((fflag & FREAD) != 0) {
		if (rd->ps_opens++ == 0 && wr->ps_opens == 0)
			pp->pp_hadwriter = false;
		rd->ps_opened++;
	}
	if ((fflag & FWRITE) != 0) {
		wr->ps_opens++;
		wr->ps_opened++;
		pp->pp_hadwriter = true;
	}
	cv_broadcast(&pp->pp_opencv);
	pipe_notify(rd, 0);
	pipe_notify(wr, 0);
}

static bool
count_out(struct pipe *pp, int fflag)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD], *const wr = &pp->pp_side[PIPE_WR];
	bool last;

	if (pp->pp_gone)
		return false;
	KASSERT((fflag & FREAD) == 0 || rd->ps_opens != 0);
	KASSERT((fflag & FWRITE) == 0 || wr->ps_opens != 0);
	if ((fflag & FREAD) != 0)
		rd->ps_opens--;
	if ((fflag & FWRITE) != 0)
		wr->ps_opens--;
	last = rd->ps_opens == 0 && wr->ps_opens == 0;
	if (last) {
		pp->pp_out = 0;
		atomic_store_relaxed(&pp->pp_cnt, 0);
		pp->pp_hadwriter = false;
	}
	wake_all(pp);
	return last;
}

void
rump_pipe_open(struct pipe *pp, int fflag)
{
	mutex_enter(&pp->pp_lock);
	count_in(pp, fflag);
	mutex_exit(&pp->pp_lock);
}

bool
rump_pipe_close(struct pipe *pp, int fflag)
{
	bool last;

	mutex_enter(&pp->pp_lock);
	last = count_out(pp, fflag);
	mutex_exit(&pp->pp_lock);
	return last;
}

static struct pipe_side *
partner(struct pipe *pp, int fflag)
{
	return &pp->pp_side[(fflag & FREAD) != 0 ? PIPE_WR : PIPE_RD];
}

int
rump_pipe_enter(struct pipe *pp, int fflag, u_int *opened)
{
	struct pipe_side *const other = partner(pp, fflag);
	int error = 0;

	mutex_enter(&pp->pp_lock);
	if ((fflag & (FREAD | FWRITE | FNONBLOCK)) == (FWRITE | FNONBLOCK) && other->ps_opens == 0)
		error = ENXIO;
	else {
		count_in(pp, fflag);
		/* One who comes and goes meanwhile will have been there: the count of opens tells. */
		*opened = other->ps_opens != 0 ? other->ps_opened - 1 : other->ps_opened;
	}
	mutex_exit(&pp->pp_lock);
	return error;
}

int
rump_pipe_await(struct pipe *pp, int fflag, u_int opened)
{
	struct pipe_side *const other = partner(pp, fflag);
	int error = 0;

	if ((fflag & FNONBLOCK) != 0 || (fflag & (FREAD | FWRITE)) == (FREAD | FWRITE))
		return 0;
	mutex_enter(&pp->pp_lock);
	while (error == 0 && other->ps_opened == opened && !pp->pp_gone)
		error = cv_wait_sig(&pp->pp_opencv, &pp->pp_lock);
	if (pp->pp_gone)
		error = ENXIO;
	mutex_exit(&pp->pp_lock);
	return error;
}

void
rump_pipe_revoke(struct pipe *pp)
{
	mutex_enter(&pp->pp_lock);
	pp->pp_gone = true;
	for (int i = 0; i < 2; i++)
		pp->pp_side[i].ps_opens = 0;
	wake_all(pp);
	mutex_exit(&pp->pp_lock);
}

void
rump_pipe_restart(struct pipe *pp, int fflag)
{
	mutex_enter(&pp->pp_lock);
	if ((fflag & FREAD) != 0)
		pp->pp_side[PIPE_RD].ps_restarts++;
	if ((fflag & FWRITE) != 0)
		pp->pp_side[PIPE_WR].ps_restarts++;
	wake_all(pp);
	mutex_exit(&pp->pp_lock);
}
