/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Sleeping on a word: a futex on Linux, a table of condition variables elsewhere (or when built
 * with RUMPUSER_PARK_PTHREAD, as its test is).
 *
 * Both promise the same: a thread that finds *word == expect is asleep before a waker that changed
 * *word first can miss it.  Neither is a cancellation point.
 */
#include <time.h>

#include "internal.h"

/* A deadline of the monotonic clock; what lies before its start is over as well. */
static inline struct timespec
deadline_timespec(int64_t deadline_ns)
{
	if (deadline_ns < 0)
		deadline_ns = 0;
	return (struct timespec){
		.tv_sec = (time_t)(deadline_ns / NS_PER_S),
		.tv_nsec = (long)(deadline_ns % NS_PER_S),
	};
}

#if defined(__linux__) && !defined(RUMPUSER_PARK_PTHREAD)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
host_park(const uint32_t *word, uint32_t expect, int64_t deadline_ns)
{
	KEEP_ERRNO;
	const struct timespec ts = deadline_timespec(deadline_ns);
	const struct timespec *const tsp = deadline_ns == RUMPUSER_FOREVER ? NULL : &ts;

	/* The bitset form takes an absolute time; EINTR and EAGAIN are wake-ups. */
	if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expect, tsp, NULL,
		FUTEX_BITSET_MATCH_ANY) == -1 &&
	    errno == ETIMEDOUT)
		return ETIMEDOUT;
	return 0;
}

static void
host_unpark(const uint32_t *word, int n)
{
	KEEP_ERRNO;

	(void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

#else

/*
 * A word hashes to a bucket.  Words share buckets, so a waker wakes all of one: the extra ones see
 * that their word has not changed and return for no reason, as the contract allows.
 */
static struct bucket {
	pthread_mutex_t b_lock;
	pthread_cond_t b_cond;
} buckets[64];

static pthread_once_t buckets_once = PTHREAD_ONCE_INIT;

static void
buckets_init(void)
{
	pthread_condattr_t attr;

	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	for (size_t i = 0; i < sizeof(buckets) / sizeof(buckets[0]); i++) {
		(void)pthread_mutex_init(&buckets[i].b_lock, NULL);
		(void)pthread_cond_init(&buckets[i].b_cond, &attr);
	}
	(void)pthread_condattr_destroy(&attr);
}

static struct bucket *
bucket_of(const uint32_t *word)
{
	const uintptr_t v = (uintptr_t)word >> 2;

	(void)pthread_once(&buckets_once, buckets_init);
	return &buckets[(v ^ (v >> 6) ^ (v >> 12)) % (sizeof(buckets) / sizeof(buckets[0]))];
}

static int
host_park(const uint32_t *word, uint32_t expect, int64_t deadline_ns)
{
	HOST_SECTION;
	const struct timespec ts = deadline_timespec(deadline_ns);
	struct bucket *const b = bucket_of(word);
	int error = 0;

	(void)pthread_mutex_lock(&b->b_lock);
	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) == expect) {
		if (deadline_ns == RUMPUSER_FOREVER)
			error = pthread_cond_wait(&b->b_cond, &b->b_lock);
		else
			error = pthread_cond_timedwait(&b->b_cond, &b->b_lock, &ts);
	}
	(void)pthread_mutex_unlock(&b->b_lock);
	return error == ETIMEDOUT ? ETIMEDOUT : 0;
}

static void
host_unpark(const uint32_t *word, int n)
{
	struct bucket *const b = bucket_of(word);

	(void)n;
	(void)pthread_mutex_lock(&b->b_lock);
	(void)pthread_cond_broadcast(&b->b_cond);
	(void)pthread_mutex_unlock(&b->b_lock);
}
#endif

int
rumpuser_park(const uint32_t *word, uint32_t expect, int64_t deadline_ns)
{
	if (SIMULATED())
		return rumpuser_sim->rs_park(word, expect, deadline_ns);
	return host_park(word, expect, deadline_ns);
}

void
rumpuser_unpark(const uint32_t *word, int n)
{
	if (SIMULATED())
		rumpuser_sim->rs_unpark(word, n);
	else
		host_unpark(word, n);
}
