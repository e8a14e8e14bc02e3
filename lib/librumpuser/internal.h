/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the files of librumpuser share.  README.md has the picture and the lock order.
 *
 * Two rules for every hypercall: errno is the program's and is left as it was (HOST_SECTION),
 * and the caller's virtual CPU is given up around anything that may block (LEAVE, ENTER).
 */
#ifndef RUMPUSER_INTERNAL_H
#define RUMPUSER_INTERNAL_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <stdint.h>

#include <rump/rumpuser.h>
#include <rump/rumpuser_sim.h>

#define NS_PER_S 1000000000

/* The upcalls of the kernel at hand; every entry is callable when none is. */
extern struct rumpuser_upcalls rumpuser__up;

/* True in a simulated world.  No lock of librumpuser is held at its points, nor over its waits. */
#define SIMULATED() __builtin_expect(rumpuser_sim != NULL, 0)

static inline void *
rumpuser__leave(void)
{
	void *const cookie = rumpuser__up.hyp_leave();

	if (SIMULATED())
		rumpuser_sim->rs_point(RUMPUSER_POINT_HOST, NULL);
	return cookie;
}
#define LEAVE()	      rumpuser__leave()
#define ENTER(cookie) rumpuser__up.hyp_enter(cookie)

/*
 * Guards of a function's scope: errno comes back as it was; pthread_cancel() does not act within.
 */
struct rumpuser__section {
	int s_errno;
	int s_cancel;
};
static inline struct rumpuser__section
rumpuser__section_begin(void)
{
	struct rumpuser__section s = { .s_errno = errno };

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &s.s_cancel);
	return s;
}
static inline void
rumpuser__section_end(struct rumpuser__section *s)
{
	(void)pthread_setcancelstate(s->s_cancel, NULL);
	errno = s->s_errno;
}
#define HOST_SECTION                                       \
	__attribute__((__cleanup__(rumpuser__section_end), \
	    __unused__)) struct rumpuser__section host_section = rumpuser__section_begin()

static inline void
rumpuser__errno_restore(const int *saved)
{
	errno = *saved;
}
/* Where no cancellation point is called, errno alone. */
#define KEEP_ERRNO                                                                               \
	__attribute__((__cleanup__(rumpuser__errno_restore), __unused__)) const int keep_errno = \
	    errno

/* True between rumpuser_init() and rumpuser_fini().  ctx: the only thread in hypercalls. */
bool rumpuser__started(void);

/* fault.c: allocations that tests can make fail.  ctx: any. */
bool rumpuser__fault(void);
/* Zeroed; forgotten and freed in the child of a fork(). */
void *rumpuser__alloc(size_t size);
void rumpuser__free(void *p);

/* thread.c: the pool's and the loop's threads come and go by the same calls as the kernel's. */
void rumpuser__thread_fini(void);
/* The record of the calling thread, NULL when it is none of ours. */
struct rumpuser_thread *rumpuser__thread_self(void);
/* thread_exit.c */
int rumpuser__atexit_init(void);
void rumpuser__atexit_fini(void);

/* membarrier.c: tell the host that this process will want expedited barriers. */
void rumpuser__membarrier_init(void);

/* What stat(2) says of a file's kind. */
enum rumpuser_filetype rumpuser__filetype(mode_t mode);
/* file.c: the descriptors that rumpuser_open() gave and rumpuser_close() has not taken back. */
void rumpuser__files_fini(void);

void rumpuser__bio_fini(void);
void rumpuser__loop_fini(void);
/* loop_sim.c: what stands for the host's set of events in a simulated world. */
void rumpuser__simloop_reset(void);
void rumpuser__simloop_settimer(int64_t deadline_ns);
void rumpuser__simloop_wake(void);
/* Run the timer and posts() until that returns true: the loop is to end. */
void rumpuser__simloop_run(bool (*posts)(void));

/*
 * fork.c calls these in the order of the table there: all locks are held over the fork, so that
 * the child finds everything at rest.  The child drops what belonged to the parent's threads.
 */
int rumpuser__fork_init(void);
void rumpuser__alloc_fork(int stage);
void rumpuser__init_fork(int stage);
void rumpuser__thread_fork(int stage);
void rumpuser__atexit_fork(int stage);
void rumpuser__files_fork(int stage);
void rumpuser__bio_fork(int stage);
void rumpuser__loop_fork(int stage);
enum { FORK_PREPARE, FORK_PARENT, FORK_CHILD };

/* The common body of the above for one lock: taken, or given back on both sides. */
static inline void
rumpuser__fork_lock(pthread_mutex_t *lock, int stage)
{
	if (stage == FORK_PREPARE)
		(void)pthread_mutex_lock(lock);
	else
		(void)pthread_mutex_unlock(lock);
}

#endif /* RUMPUSER_INTERNAL_H */
