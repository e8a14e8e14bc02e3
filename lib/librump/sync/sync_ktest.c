/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Entry points for the host's side; see sync_ktest.h. */
#include "sync_ktest.h"

const char *rump_test_sync_begin(const char *name, int nthreads);
void rump_test_sync_run(int thread);
const char *rump_test_sync_end(void);

int sync_threads;
static const struct sync_case *current;
static volatile uint32_t arrived;
static const char *failure; /* (a) */
static char text[160];

void
sync_failed(const char *what, const char *file, int line)
{
	static uint32_t taken;

	if (atomic_swap_32(&taken, 1) != 0)
		return;
	snprintf(text, sizeof(text), "%s:%d: %s", file, line, what);
	atomic_store_release(&failure, text);
}

void
sync_doze(int64_t ns)
{
	const int64_t deadline_ns = rump_mono_ns() + ns;

	while (lwp_park(deadline_ns) == 0)
		continue;
}

void
sync_await(const volatile uint32_t *word, uint32_t n)
{
	const int64_t limit_ns = rump_mono_ns() + 20 * (int64_t)NSEC_PER_SEC;

	while (atomic_load_acquire(word) < n) {
		if (rump_mono_ns() > limit_ns) {
			sync_failed("20 s of waiting", __FILE__, __LINE__);
			return;
		}
		sync_doze(100 * 1000);
	}
}

static const struct sync_case *
find(const struct sync_case *sc, const char *name)
{
	while (sc->sc_name != NULL && strcmp(sc->sc_name, name) != 0)
		sc++;
	return sc->sc_name != NULL ? sc : NULL;
}

/* NULL, or what is wrong. */
const char *
rump_test_sync_begin(const char *name, int nthreads)
{
	const struct sync_case *const sets[] = { lock_cases, sleep_cases, ref_cases };

	current = NULL;
	for (u_int i = 0; i < __arraycount(sets) && current == NULL; i++)
		current = find(sets[i], name);
	if (current == NULL)
		return "no such case";
	sync_threads = nthreads;
	arrived = 0;
	if (current->sc_setup != NULL)
		current->sc_setup();
	return atomic_load_acquire(&failure);
}

void
rump_test_sync_run(int thread)
{
	/* Together, so that they do meet. */
	atomic_inc_32(&arrived);
	sync_await(&arrived, (uint32_t)sync_threads);
	current->sc_body(thread);
}

const char *
rump_test_sync_end(void)
{
	if (current->sc_finish != NULL)
		current->sc_finish();
	return atomic_load_acquire(&failure);
}
