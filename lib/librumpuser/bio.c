/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Asynchronous block I/O: a queue and the threads that serve it.
 *
 * Threads appear when a request finds none idle, at most BIO_THREADS, and leave after a second
 * without work.  A thread takes its share of the queue at once, so that many small requests cost
 * one wake-up and one lock.  Idle threads park on bio.b_wake; a submitter that wants one of them
 * hands out a token, so that a burst of requests wakes each sleeper once.
 *
 * The wait of rumpuser_fini(): every request is completed before the last thread ends.
 */
#include "internal.h"
#include "rw.h"

#define BIO_THREADS 4
#define BIO_BATCH   16 /* requests taken at once, at most */
#define BIO_SPARES  32 /* request structures kept */
#define BIO_IDLE_NS ((int64_t)NS_PER_S)

struct request {
	struct request *r_next;
	int r_fd;
	int r_flags;
	struct rumpuser_iov r_iov;
	int64_t r_off;
	void (*r_fn)(void *, int, size_t);
	void *r_arg;
};

/* Locks: (b) bio_lock, (a) changed under it, slept on without. */
static pthread_mutex_t bio_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	struct request *b_queue, **b_end; /* (b) */
	unsigned b_nqueued;		  /* (b) */
	struct request *b_spares;	  /* (b) */
	unsigned b_nspares;		  /* (b) */
	unsigned b_idle;		  /* (b) threads asleep and not promised a token */
	unsigned b_tokens;		  /* (b) threads to wake, that have not yet */
	bool b_stopping;		  /* (b) */
	uint32_t b_wake;		  /* (a) */
	uint32_t b_nthreads;		  /* (a) */
} bio;

/* Take a fair share of the queue. */
static struct request *
take_batch_locked(void)
{
	struct request *const first = bio.b_queue;
	struct request **rp = &bio.b_queue;
	unsigned n = (bio.b_nqueued + bio.b_nthreads - 1) / bio.b_nthreads;

	if (n > BIO_BATCH)
		n = BIO_BATCH;
	bio.b_nqueued -= n;
	while (n-- > 0)
		rp = &(*rp)->r_next;
	bio.b_queue = *rp;
	*rp = NULL;
	if (bio.b_queue == NULL)
		bio.b_end = &bio.b_queue;
	return first;
}

/* Sleep until there is work; false when the thread is to end. */
static bool
wait_for_work_locked(void)
{
	int64_t sec, deadline = 0;
	long nsec;

	if (bio.b_stopping)
		return false;
	bio.b_idle++;
	for (;;) {
		const uint32_t wake = bio.b_wake;

		(void)pthread_mutex_unlock(&bio_lock);
		if (deadline == 0) {
			rumpuser_clock_gettime(RUMPUSER_CLOCK_MONOTONIC, &sec, &nsec);
			deadline = sec * NS_PER_S + nsec + BIO_IDLE_NS;
		}
		const int error = rumpuser_park(&bio.b_wake, wake, deadline);
		(void)pthread_mutex_lock(&bio_lock);
		if (bio.b_tokens > 0) {
			bio.b_tokens--;
			return true;
		}
		if (error == ETIMEDOUT || bio.b_stopping) {
			bio.b_idle--;
			return false;
		}
	}
}

static void
serve_batch(struct request *batch)
{
	for (struct request *r = batch; r != NULL; r = r->r_next) {
		size_t done = 0;
		const int error =
		    rumpuser__rw_wait(r->r_fd, &r->r_iov, 1, r->r_off, r->r_flags, &done);

		r->r_fn(r->r_arg, error, done);
	}
}

static void
put_batch_locked(struct request *batch)
{
	while (batch != NULL) {
		struct request *const r = batch;

		batch = r->r_next;
		if (bio.b_nspares < BIO_SPARES) {
			r->r_next = bio.b_spares;
			bio.b_spares = r;
			bio.b_nspares++;
		} else
			rumpuser__free(r);
	}
}

static void
bio_thread(void *arg)
{
	(void)pthread_mutex_lock(&bio_lock);
	do {
		while (bio.b_queue != NULL) {
			struct request *const batch = take_batch_locked();

			(void)pthread_mutex_unlock(&bio_lock);
			serve_batch(batch);
			(void)pthread_mutex_lock(&bio_lock);
			put_batch_locked(batch);
		}
	} while (wait_for_work_locked());
	__atomic_store_n(&bio.b_nthreads, bio.b_nthreads - 1, __ATOMIC_RELAXED);
	(void)pthread_mutex_unlock(&bio_lock);
	rumpuser_unpark(&bio.b_nthreads, 1);
}

/* Have somebody look at the queue, soon.  errors: when there is nobody and nobody can be made. */
static int
summon_locked(bool *wake)
{
	int error;

	*wake = false;
	if (bio.b_idle > 0) {
		bio.b_idle--;
		bio.b_tokens++;
		__atomic_store_n(&bio.b_wake, bio.b_wake + 1, __ATOMIC_RELAXED);
		*wake = true;
		return 0;
	}
	if (bio.b_nthreads >= BIO_THREADS)
		return 0;
	__atomic_store_n(&bio.b_nthreads, bio.b_nthreads + 1, __ATOMIC_RELAXED);
	error = rumpuser_thread_create(bio_thread, NULL, "rumpbio", false, NULL);
	if (error == 0)
		return 0;
	__atomic_store_n(&bio.b_nthreads, bio.b_nthreads - 1, __ATOMIC_RELAXED);
	return bio.b_nthreads > 0 ? 0 : error;
}

static struct request *
get_request_locked(void)
{
	struct request *const r = bio.b_spares;

	if (r == NULL)
		return rumpuser__alloc(sizeof(*r));
	bio.b_spares = r->r_next;
	bio.b_nspares--;
	return r;
}

int
rumpuser_bio(int fd, void *buf, size_t len, int64_t off, int flags, void (*fn)(void *, int, size_t),
    void *arg)
{
	HOST_SECTION;
	bool wake = false;
	int error;

	(void)pthread_mutex_lock(&bio_lock);
	struct request *const r = get_request_locked();
	if (r == NULL) {
		(void)pthread_mutex_unlock(&bio_lock);
		return ENOMEM;
	}
	*r = (struct request){
		.r_fd = fd,
		.r_flags = flags,
		.r_iov = { buf, len },
		.r_off = off,
		.r_fn = fn,
		.r_arg = arg,
	};
	if ((error = summon_locked(&wake)) != 0)
		put_batch_locked(r);
	else {
		if (bio.b_queue == NULL)
			bio.b_end = &bio.b_queue;
		*bio.b_end = r;
		bio.b_end = &r->r_next;
		bio.b_nqueued++;
	}
	(void)pthread_mutex_unlock(&bio_lock);
	if (wake)
		rumpuser_unpark(&bio.b_wake, 1);
	return error;
}

/* Forget the spare structures. */
static void
free_spares_locked(void)
{
	while (bio.b_spares != NULL) {
		struct request *const r = bio.b_spares;

		bio.b_spares = r->r_next;
		rumpuser__free(r);
	}
	bio.b_nspares = 0;
}

void
rumpuser__bio_fini(void)
{
	uint32_t n;

	(void)pthread_mutex_lock(&bio_lock);
	bio.b_stopping = true;
	__atomic_store_n(&bio.b_wake, bio.b_wake + 1, __ATOMIC_RELAXED);
	(void)pthread_mutex_unlock(&bio_lock);
	rumpuser_unpark(&bio.b_wake, BIO_THREADS);
	while ((n = __atomic_load_n(&bio.b_nthreads, __ATOMIC_RELAXED)) != 0)
		(void)rumpuser_park(&bio.b_nthreads, n, RUMPUSER_FOREVER);
	(void)pthread_mutex_lock(&bio_lock);
	free_spares_locked();
	bio.b_stopping = false;
	(void)pthread_mutex_unlock(&bio_lock);
}

void
rumpuser__bio_fork(int stage)
{
	if (stage == FORK_CHILD) {
		bio.b_queue = NULL;
		bio.b_nqueued = 0;
		bio.b_spares = NULL;
		bio.b_nspares = 0;
		bio.b_idle = bio.b_tokens = 0;
		bio.b_nthreads = 0;
		bio.b_stopping = false;
	}
	rumpuser__fork_lock(&bio_lock, stage);
}
