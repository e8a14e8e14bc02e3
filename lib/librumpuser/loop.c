/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The event loop: one thread that runs a private libuv loop, started when it is first needed.
 *
 * The loop polls a single descriptor, a set of the host's own (hostpoll.h) that holds the kernel's
 * timer, a wake-up and the watched descriptors.  So a thread that arms the timer or adds a watch
 * makes one host call and never waits for the loop, and libuv - which aborts when its tables cannot
 * grow - allocates nothing once the loop runs.
 *
 * Events are taken in batches.  A watch that is removed while a batch is out may be in it: the
 * remover marks it dead and waits for the batch's end before it frees it.
 *
 *	idle --batch++ (odd)--> dispatching --batch++ (even)--> idle
 */
#include <unistd.h>

#include <uv.h>

#include "hostpoll.h"
#include "internal.h"

#define BATCH_MAX 32

struct post {
	struct post *p_next;
	void (*p_fn)(void *);
	void *p_arg;
};

/* Locks: (i) immutable, (l) loop_lock. */
struct rumpuser_watch {
	int w_fd;		   /* (i) */
	bool w_dead;		   /* (l) */
	void (*w_fn)(void *, int); /* (i) */
	void *w_arg;		   /* (i) */
};

/* Locks: (l) loop_lock, (s) set before the thread starts and until it is joined, (o) the loop. */
static pthread_mutex_t loop_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t loop_cond = PTHREAD_COND_INITIALIZER; /* a batch has ended */
static struct {
	bool l_running;			  /* (l); read without it by rumpuser_timer_arm() */
	bool l_stopping;		  /* (l) */
	bool l_simulated;		  /* (s) loop_sim.c in place of l_hp, l_uv and l_poll */
	unsigned l_batch;		  /* (l) odd: events are being dispatched */
	struct hostpoll l_hp;		  /* (s) */
	struct rumpuser_thread *l_thread; /* (l) */
	struct post *l_posts;		  /* (l) in order */
	struct post **l_postend;	  /* (l) */
	uv_loop_t l_uv;			  /* (o) */
	uv_poll_t l_poll;		  /* (o) */
} loop;

/* Run what was posted; returns true when the loop is to end. */
static bool
run_posts(void)
{
	struct post *p;
	bool stopping;

	(void)pthread_mutex_lock(&loop_lock);
	p = loop.l_posts;
	loop.l_posts = NULL;
	loop.l_postend = &loop.l_posts;
	stopping = loop.l_stopping;
	(void)pthread_mutex_unlock(&loop_lock);
	while (p != NULL) {
		struct post *const next = p->p_next;

		p->p_fn(p->p_arg);
		rumpuser__free(p);
		p = next;
	}
	return stopping;
}

static void
run_watch(struct rumpuser_watch *w, int events)
{
	(void)pthread_mutex_lock(&loop_lock);
	const bool dead = w->w_dead;
	(void)pthread_mutex_unlock(&loop_lock);
	if (!dead)
		w->w_fn(w->w_arg, events);
}

static void
batch_step(void)
{
	(void)pthread_mutex_lock(&loop_lock);
	if ((++loop.l_batch & 1) == 0)
		(void)pthread_cond_broadcast(&loop_cond);
	(void)pthread_mutex_unlock(&loop_lock);
}

/* libuv says that the host's set has something ready. */
static void
loop_ready(uv_poll_t *poll, int status, int events)
{
	struct hostpoll_event ev[BATCH_MAX];
	bool stopping = false;

	batch_step();
	const int n = hostpoll_collect(&loop.l_hp, ev, BATCH_MAX);
	for (int i = 0; i < n; i++)
		switch (ev[i].he_kind) {
		case HOSTPOLL_TIMER:
			rumpuser__up.hyp_timer();
			break;
		case HOSTPOLL_WAKE:
			stopping = run_posts();
			break;
		case HOSTPOLL_FD:
			run_watch(ev[i].he_arg, ev[i].he_events);
			break;
		}
	batch_step();
	if (stopping)
		uv_close((uv_handle_t *)poll, NULL);
}

static void
loop_main(void *arg)
{
	if (loop.l_simulated)
		rumpuser__simloop_run(run_posts);
	else
		(void)uv_run(&loop.l_uv, UV_RUN_DEFAULT);
}

/* Make the loop look at posts and at l_stopping. */
static void
loop_wake(void)
{
	if (loop.l_simulated)
		rumpuser__simloop_wake();
	else
		hostpoll_wake(&loop.l_hp);
}

/*
 * libuv aborts when it finds no descriptors for its process-wide pipe, at the first loop ever: see
 * that there are some.  As many as a loop takes.
 */
static int
probe_descriptors(void)
{
	int fds[8];
	size_t n;
	int error = 0;

	for (n = 0; n < sizeof(fds) / sizeof(fds[0]); n++)
		if ((fds[n] = rumpuser__fault() ? -1 : dup(loop.l_hp.hp_fd)) == -1) {
			error = EMFILE;
			break;
		}
	while (n-- > 0)
		(void)close(fds[n]);
	return error;
}

/* Close the poll handle, if there is one, and the loop.  Not while the loop thread runs. */
static void
uv_teardown(bool polling)
{
	if (polling)
		uv_close((uv_handle_t *)&loop.l_poll, NULL);
	(void)uv_run(&loop.l_uv, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop.l_uv);
}

static int
uv_setup(void)
{
	int r;

	if ((r = uv_loop_init(&loop.l_uv)) != 0)
		return -r;
	if ((r = uv_poll_init(&loop.l_uv, &loop.l_poll, loop.l_hp.hp_fd)) != 0) {
		uv_teardown(false);
		return -r;
	}
	if ((r = uv_poll_start(&loop.l_poll, UV_READABLE, loop_ready)) != 0) {
		uv_teardown(true);
		return -r;
	}
	return 0;
}

/* What the loop waits for: the host's set of events, under libuv. */
static int
events_open(void)
{
	int error;

	if ((error = hostpoll_open(&loop.l_hp)) != 0)
		return error;
	if ((error = probe_descriptors()) != 0 || (error = uv_setup()) != 0)
		hostpoll_close(&loop.l_hp);
	return error;
}

static int
loop_start_locked(void)
{
	int error = 0;

	if (loop.l_running)
		return 0;
	loop.l_stopping = false;
	loop.l_batch = 0;
	loop.l_posts = NULL;
	loop.l_postend = &loop.l_posts;
	loop.l_simulated = SIMULATED();
	if (loop.l_simulated)
		rumpuser__simloop_reset();
	else if ((error = events_open()) != 0)
		return error;
	error = rumpuser_thread_create(loop_main, NULL, "rumploop", true, &loop.l_thread);
	if (error == 0)
		__atomic_store_n(&loop.l_running, true, __ATOMIC_RELEASE);
	else if (!loop.l_simulated) {
		uv_teardown(true);
		hostpoll_close(&loop.l_hp);
	}
	return error;
}

/* Returns with loop_lock held when it returns 0. */
static int
loop_enter(void)
{
	(void)pthread_mutex_lock(&loop_lock);
	const int error = loop_start_locked();
	if (error != 0)
		(void)pthread_mutex_unlock(&loop_lock);
	return error == EMFILE || error == ENFILE ? EAGAIN : error;
}

int
rumpuser_timer_arm(int64_t deadline_ns)
{
	HOST_SECTION;
	int error;

	if (!__atomic_load_n(&loop.l_running, __ATOMIC_ACQUIRE)) {
		if (deadline_ns == RUMPUSER_FOREVER)
			return 0;
		if ((error = loop_enter()) != 0)
			return error;
		(void)pthread_mutex_unlock(&loop_lock);
	}
	if (loop.l_simulated)
		rumpuser__simloop_settimer(deadline_ns);
	else
		hostpoll_settimer(&loop.l_hp, deadline_ns);
	return 0;
}

int
rumpuser_loop_post(void (*fn)(void *), void *arg)
{
	HOST_SECTION;
	struct post *const p = rumpuser__alloc(sizeof(*p));
	int error;

	if (p == NULL)
		return ENOMEM;
	if ((error = loop_enter()) != 0) {
		rumpuser__free(p);
		return error;
	}
	p->p_fn = fn;
	p->p_arg = arg;
	const bool first = loop.l_posts == NULL;
	*loop.l_postend = p;
	loop.l_postend = &p->p_next;
	if (first)
		loop_wake();
	(void)pthread_mutex_unlock(&loop_lock);
	return 0;
}

int
rumpuser_watch_add(
    int fd, int events, void (*fn)(void *, int), void *arg, struct rumpuser_watch **wp)
{
	HOST_SECTION;
	struct rumpuser_watch *const w = rumpuser__alloc(sizeof(*w));
	int error;

	if (w == NULL)
		return ENOMEM;
	if (SIMULATED()) { /* nobody knows when the host's descriptors become ready */
		rumpuser__free(w);
		return EOPNOTSUPP;
	}
	w->w_fd = fd;
	w->w_fn = fn;
	w->w_arg = arg;
	if ((error = loop_enter()) == 0) {
		*wp = w; /* before fn can run */
		error = hostpoll_add(&loop.l_hp, fd, events, w);
		(void)pthread_mutex_unlock(&loop_lock);
	}
	if (error != 0)
		rumpuser__free(w);
	return error;
}

void
rumpuser_watch_remove(struct rumpuser_watch *w)
{
	HOST_SECTION;
	void *const cookie = LEAVE();

	(void)pthread_mutex_lock(&loop_lock);
	w->w_dead = true;
	hostpoll_del(&loop.l_hp, w->w_fd);
	const unsigned batch = loop.l_batch;
	while ((batch & 1) != 0 && loop.l_batch == batch)
		(void)pthread_cond_wait(&loop_cond, &loop_lock);
	(void)pthread_mutex_unlock(&loop_lock);
	rumpuser__free(w);
	ENTER(cookie);
}

void
rumpuser__loop_fini(void)
{
	(void)pthread_mutex_lock(&loop_lock);
	if (!loop.l_running) {
		(void)pthread_mutex_unlock(&loop_lock);
		return;
	}
	loop.l_stopping = true;
	loop_wake();
	(void)pthread_mutex_unlock(&loop_lock);
	rumpuser_thread_join(loop.l_thread);
	(void)run_posts(); /* that came after the thread's last look */
	if (!loop.l_simulated) {
		(void)uv_loop_close(&loop.l_uv);
		hostpoll_close(&loop.l_hp);
	}
	__atomic_store_n(&loop.l_running, false, __ATOMIC_RELEASE);
}

/*
 * In the child the loop's descriptors still refer to the parent's set, so they are closed, never
 * changed.  uv_loop_fork() gives the loop a set of its own, and then it can be torn down in peace.
 */
void
rumpuser__loop_fork(int stage)
{
	if (stage == FORK_CHILD && loop.l_running) {
		if (!loop.l_simulated) {
			hostpoll_close(&loop.l_hp);
			if (uv_loop_fork(&loop.l_uv) == 0)
				uv_teardown(!uv_is_closing((uv_handle_t *)&loop.l_poll));
		}
		loop_cond = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
		loop.l_running = false;
	}
	rumpuser__fork_lock(&loop_lock, stage);
}
