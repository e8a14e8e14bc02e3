/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Cases of passive references and local counts. */
#include "sync_ktest.h"

#include <sys/kmem.h>
#include <sys/localcount.h>
#include <sys/pserialize.h>
#include <sys/psref.h>

#define GENERATIONS 30

struct thing {
	struct psref_target th_target;
	struct localcount th_count;
	volatile uint32_t th_alive;
};

static struct psref_class *class;
static struct thing *published; /* (a) found in read sections; NULL: none */
static struct thing things[GENERATIONS];
static volatile uint32_t over, acquired;
static kmutex_t mtx;
static kcondvar_t cv;
static pserialize_t psz;

static void
setup(void)
{
	class = psref_class_create("synctest", IPL_SOFTNET);
	psz = pserialize_create();
	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "lcdrain");
	published = NULL;
	over = acquired = 0;
}

static void
finish(void)
{
	CHECK(acquired > 0);
	psref_class_destroy(class);
	pserialize_destroy(psz);
	cv_destroy(&cv);
	mutex_destroy(&mtx);
}

static void
publish(struct thing *th)
{
	const uint32_t before = atomic_load_relaxed(&acquired);

	atomic_store_relaxed(&th->th_alive, 1);
	atomic_store_release(&published, th);
	sync_await(&acquired, before + 20);
	atomic_store_release(&published, NULL);
	pserialize_perform(psz);
}

/* What is destroyed is not in use any more; holders sleep and move between CPUs. */
static void
psref_use(int thread)
{
	struct psref ref, copy;
	struct thing *th;
	int s, i = thread;

	while (atomic_load_acquire(&over) == 0) {
		s = pserialize_read_enter();
		th = atomic_load_consume(&published);
		if (th == NULL) {
			pserialize_read_exit(s);
			sync_doze(1000);
			continue;
		}
		psref_acquire(&ref, &th->th_target, class);
		pserialize_read_exit(s);
		CHECK(psref_held(&th->th_target, class));
		psref_copy(&copy, &ref, class);
		psref_release(&ref, &th->th_target, class);
		if ((++i & 15) == 0)
			sync_doze(100 * 1000);
		CHECK(atomic_load_relaxed(&th->th_alive) == 1);
		CHECK(psref_held(&th->th_target, class));
		psref_release(&copy, &th->th_target, class);
		atomic_inc_32(&acquired);
	}
}

static void
psref_body(int thread)
{
	if (thread != 0) {
		psref_use(thread);
		return;
	}
	for (int i = 0; i < GENERATIONS; i++) {
		struct thing *const th = &things[i];

		psref_target_init(&th->th_target, class);
		publish(th);
		psref_target_destroy(&th->th_target, class);
		atomic_store_relaxed(&th->th_alive, 0);
	}
	atomic_store_release(&over, 1);
}

static void
localcount_use(int thread)
{
	struct thing *th;
	int s, i = thread;

	while (atomic_load_acquire(&over) == 0) {
		s = pserialize_read_enter();
		th = atomic_load_consume(&published);
		if (th == NULL) {
			pserialize_read_exit(s);
			sync_doze(1000);
			continue;
		}
		localcount_acquire(&th->th_count);
		pserialize_read_exit(s);
		if ((++i & 15) == 0)
			sync_doze(100 * 1000);
		CHECK(atomic_load_relaxed(&th->th_alive) == 1);
		localcount_release(&th->th_count, &cv, &mtx);
		atomic_inc_32(&acquired);
	}
}

static void
localcount_body(int thread)
{
	if (thread != 0) {
		localcount_use(thread);
		return;
	}
	for (int i = 0; i < GENERATIONS; i++) {
		struct thing *const th = &things[i];

		localcount_init(&th->th_count);
		publish(th);
		mutex_enter(&mtx);
		localcount_drain(&th->th_count, &cv, &mtx);
		mutex_exit(&mtx);
		atomic_store_relaxed(&th->th_alive, 0);
		localcount_fini(&th->th_count);
	}
	atomic_store_release(&over, 1);
}

const struct sync_case ref_cases[] = {
	{ "psref", setup, psref_body, finish },
	{ "localcount", setup, localcount_body, finish },
	{ NULL, NULL, NULL, NULL },
};
