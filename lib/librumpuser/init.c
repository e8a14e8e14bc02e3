/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Start and stop of the host side.
 *
 * Between rumpuser_init() and rumpuser_fini() the kernel's upcalls are in force; outside of it
 * they are calls that do nothing, so that hypercalls which need no state (memory, clocks, console)
 * work at any time.  The loop and the pool start when they are first needed, so init is a handful
 * of host calls.
 */
#include <stdio.h>

#include "internal.h"

static void *
noleave(void)
{
	return NULL;
}

static void
noarg(void *arg)
{
}

static void
nothing(void)
{
}

static const struct rumpuser_upcalls no_upcalls = {
	.hyp_leave = noleave,
	.hyp_enter = noarg,
	.hyp_threadexit = noarg,
	.hyp_forked = nothing,
	.hyp_timer = nothing,
};

struct rumpuser_upcalls rumpuser__up = {
	.hyp_leave = noleave,
	.hyp_enter = noarg,
	.hyp_threadexit = noarg,
	.hyp_forked = nothing,
	.hyp_timer = nothing,
};

static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;
static bool init_done; /* init_lock */

static int
init_locked(int version, const struct rumpuser_upcalls *up)
{
	int error;

	if (init_done)
		return EBUSY;
	if (version != RUMPUSER_VERSION) {
		char msg[96];
		const int n = snprintf(msg, sizeof(msg),
		    "rump: hypercall version %d of the kernel is not %d of librumpuser\n", version,
		    RUMPUSER_VERSION);

		rumpuser_console(false, msg, (size_t)n);
		return EINVAL;
	}
	if ((error = rumpuser__fork_init()) != 0)
		return error;
	if ((error = rumpuser__atexit_init()) != 0)
		return error;
	rumpuser__membarrier_init();
	rumpuser__up = *up;
	init_done = true;
	return 0;
}

int
rumpuser_init(int version, const struct rumpuser_upcalls *up)
{
	HOST_SECTION;

	(void)pthread_mutex_lock(&init_lock);
	const int error = init_locked(version, up);
	(void)pthread_mutex_unlock(&init_lock);
	return error;
}

bool
rumpuser__started(void)
{
	return init_done;
}

void
rumpuser_fini(void)
{
	HOST_SECTION;

	(void)pthread_mutex_lock(&init_lock);
	if (init_done) {
		rumpuser__loop_fini();
		rumpuser__bio_fini();
		rumpuser__thread_fini();
		rumpuser__atexit_fini();
		rumpuser__files_fini();
		rumpuser__up = no_upcalls;
		init_done = false;
	}
	(void)pthread_mutex_unlock(&init_lock);
}

/* The last of the fork handlers in the child: the kernel learns it, then the upcalls go. */
void
rumpuser__init_fork(int stage)
{
	if (stage == FORK_CHILD)
		rumpuser_sim = NULL; /* its threads are the parent's */
	if (stage == FORK_CHILD && init_done) {
		rumpuser__up.hyp_forked();
		rumpuser__up = no_upcalls;
		init_done = false;
	}
	rumpuser__fork_lock(&init_lock, stage);
}
