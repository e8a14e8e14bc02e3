/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * fork(): the child has the forking thread alone, so nothing of a booted kernel lives on in it.
 *
 * Every lock of librumpuser is taken before the fork, in lock order, so that the child finds all
 * lists at rest.  In the child all of librumpuser's memory is freed, each file forgets its threads
 * and closes its descriptors, the kernel is told by hyp_forked(), and rumpuser_init() may be called
 * again.
 *
 * Handlers cannot be taken back, so they are registered once a process.
 */
#include "internal.h"

static void (*const forkers[])(int) = {
	/* in lock order, outermost first */
	rumpuser__init_fork,
	rumpuser__loop_fork,
	rumpuser__bio_fork,
	rumpuser__thread_fork,
	rumpuser__atexit_fork,
	rumpuser__files_fork,
	rumpuser__alloc_fork,
};
#define NFORKERS (sizeof(forkers) / sizeof(forkers[0]))

static void
fork_prepare(void)
{
	for (size_t i = 0; i < NFORKERS; i++)
		forkers[i](FORK_PREPARE);
}

static void
fork_parent(void)
{
	for (size_t i = NFORKERS; i-- > 0;)
		forkers[i](FORK_PARENT);
}

static void
fork_child(void)
{
	HOST_SECTION;

	/* The kernel is told last, when hypercalls work again. */
	for (size_t i = 1; i < NFORKERS; i++)
		forkers[i](FORK_CHILD);
	forkers[0](FORK_CHILD);
}

int
rumpuser__fork_init(void)
{
	static bool registered; /* init_lock */

	if (registered)
		return 0;
	const int error =
	    rumpuser__fault() ? ENOMEM : pthread_atfork(fork_prepare, fork_parent, fork_child);
	registered = error == 0;
	return error;
}
