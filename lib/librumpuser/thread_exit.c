/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The ends of host threads that are not ours: the kernel hears of them, and pthread_cancel() acts
 * when they leave the kernel.
 *
 * A thread's value of the key is its own thread-local record, which bears the generation of
 * rumpuser_init() that it was set under: a thread that ends after rumpuser_fini(), or after a new
 * rumpuser_init(), calls nobody.  rumpuser_fini() waits for calls that are under way.
 */
#include "internal.h"

struct exit_record {
	void *e_arg; /* for hyp_threadexit(), NULL: nothing to tell */
	unsigned e_generation;
};

static pthread_mutex_t exit_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t exit_key;
static bool exit_keyed;		 /* exit_lock */
static unsigned exit_generation; /* exit_lock; odd while the kernel is there */
static uint32_t exit_running;	 /* (a) calls of hyp_threadexit() under way; up under exit_lock */

static __thread struct exit_record record;

/* The destructor of exit_key. */
static void
thread_ends(void *arg)
{
	struct exit_record *const e = arg;
	void *const exit_arg = e->e_arg;

	e->e_arg = NULL;
	(void)pthread_mutex_lock(&exit_lock);
	if (exit_arg == NULL || e->e_generation != exit_generation) {
		(void)pthread_mutex_unlock(&exit_lock);
		return;
	}
	__atomic_fetch_add(&exit_running, 1, __ATOMIC_RELAXED);
	(void)pthread_mutex_unlock(&exit_lock);
	rumpuser__up.hyp_threadexit(exit_arg);
	__atomic_fetch_sub(&exit_running, 1, __ATOMIC_RELEASE);
	rumpuser_unpark(&exit_running, 1);
}

int
rumpuser_thread_atexit(void *arg)
{
	KEEP_ERRNO;

	if (rumpuser__fault())
		return ENOMEM;
	const int error = pthread_setspecific(exit_key, arg == NULL ? NULL : &record);
	if (error != 0)
		return error;
	record.e_arg = arg;
	record.e_generation = __atomic_load_n(&exit_generation, __ATOMIC_RELAXED);
	return 0;
}

void
rumpuser_thread_testcancel(void)
{
	pthread_testcancel();
}

int
rumpuser__atexit_init(void)
{
	int error = 0;

	(void)pthread_mutex_lock(&exit_lock);
	if (!exit_keyed)
		error = rumpuser__fault() ? EAGAIN : pthread_key_create(&exit_key, thread_ends);
	if (error == 0) {
		exit_keyed = true;
		__atomic_store_n(&exit_generation, exit_generation + 1, __ATOMIC_RELAXED);
	}
	(void)pthread_mutex_unlock(&exit_lock);
	return error;
}

void
rumpuser__atexit_fini(void)
{
	uint32_t n;

	(void)pthread_mutex_lock(&exit_lock);
	__atomic_store_n(&exit_generation, exit_generation + 1, __ATOMIC_RELAXED);
	(void)pthread_mutex_unlock(&exit_lock);
	while ((n = __atomic_load_n(&exit_running, __ATOMIC_ACQUIRE)) != 0)
		(void)rumpuser_park(&exit_running, n, RUMPUSER_FOREVER);
}

void
rumpuser__atexit_fork(int stage)
{
	if (stage == FORK_CHILD) {
		if (exit_generation & 1)
			exit_generation++;
		exit_running = 0;
	}
	rumpuser__fork_lock(&exit_lock, stage);
}

/* The library is unloaded: the key's destructor would be gone. */
__attribute__((__destructor__)) static void
unload(void)
{
	if (exit_keyed)
		(void)pthread_key_delete(exit_key);
}
