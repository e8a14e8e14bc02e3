/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of intr_test.c: a line, two handlers, a device that wants them. */
#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/evcnt.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/mutex.h>
#include <sys/systm.h>

#include <machine/intr_line.h>

#include "intr_ktest.h"
#include "ktestlib.h"

static struct intr_line *line;
static void *ih[2];
static kmutex_t spin, low, adaptive;
static kcondvar_t cv;
static bool wants, holds_line, good_context, kernel_locked, sleeping, stubborn;
static int calls[2], softs, misuse;
static void *si;

static void
soft(void *arg)
{
	softs += cpu_softintr_p() && !cpu_intr_p();
}

/* The device that asked. */
static int
first(void *arg)
{
	calls[0]++;
	good_context =
	    cpu_intr_p() && !cpu_softintr_p() && rump_splget() == IPL_VM && arg == &calls[0];
	kernel_locked = KERNEL_LOCKED_P();
	switch (misuse) {
	case MISUSE_SLEEP:
		(void)kpause("misuse", false, 1, NULL);
		break;
	case MISUSE_ADAPTIVE:
		mutex_enter(&adaptive);
		break;
	case MISUSE_LOW_SPIN:
		mutex_enter(&low);
		break;
	case MISUSE_KEEPS_SPIN:
		mutex_enter(&spin);
		return 1;
	}
	mutex_enter(&spin);
	if (!wants) {
		mutex_exit(&spin);
		return 0;
	}
	wants = stubborn;
	cv_broadcast(&cv);
	mutex_exit(&spin);
	if (holds_line && !stubborn) {
		holds_line = false;
		intr_line_deassert(line);
	}
	softint_schedule(si);
	return 1;
}

/* One that shares the line. */
static int
second(void *arg)
{
	calls[1]++;
	return 0;
}

static const char *
begin(int edge, bool mpsafe)
{
	misuse = -1;
	wants = holds_line = good_context = kernel_locked = sleeping = stubborn = false;
	calls[0] = calls[1] = softs = 0;
	mutex_init(&spin, MUTEX_DEFAULT, IPL_VM);
	mutex_init(&adaptive, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "intr");
	si = softint_establish(SOFTINT_NET | SOFTINT_MPSAFE, soft, NULL);
	line = intr_line_alloc("test", edge ? IST_EDGE : IST_LEVEL);
	ih[0] = intr_establish_xname(line, IPL_VM, first, &calls[0], mpsafe, "test0");
	ih[1] = intr_establish_xname(line, IPL_VM, second, &calls[1], true, "test1");
	CHECK(si != NULL && ih[0] != NULL && ih[1] != NULL);
	CHECK(intr_line_handlers(line, calls, sizeof(calls)) == 2);
	CHECK(intr_line_handlers(line, &calls[1], sizeof(calls[1])) == 1);
	return NULL;
}

const char *
rump_test_intr_begin(int edge)
{
	return begin(edge, true);
}

const char *
rump_test_intr_end(void)
{
	const struct evcnt *ev;

	if (holds_line)
		intr_line_deassert(line);
	intr_disestablish(ih[0]);
	intr_disestablish(ih[1]);
	intr_line_free(line);
	softint_disestablish(si);
	cv_destroy(&cv);
	mutex_destroy(&adaptive);
	mutex_destroy(&spin);
	TAILQ_FOREACH (ev, &allevents, ev_list)
		CHECK(strcmp(ev->ev_group, "test0") != 0);
	return NULL;
}

void
rump_test_intr_assert(void)
{
	wants = holds_line = true;
	intr_line_assert(line);
	/* Not here: on the way out. */
	if (calls[0] != 0)
		panic("the interrupt came into the middle");
}

void
rump_test_intr_trigger(void)
{
	wants = true;
	intr_line_trigger(line);
	intr_line_trigger(line); /* latched: once */
}

static uint64_t
count_of(const char *group)
{
	const struct evcnt *ev;

	TAILQ_FOREACH (ev, &allevents, ev_list)
		if (strcmp(ev->ev_group, group) == 0 && strcmp(ev->ev_name, "intr") == 0)
			return ev->ev_count;
	return 4711;
}

const char *
rump_test_intr_level_done(void)
{
	CHECK(calls[0] == 1 && calls[1] == 1 && good_context && !kernel_locked);
	CHECK(softs == 1); /* scheduled by the interrupt, run after it */
	CHECK(count_of("test0") == 1 && count_of("test1") == 0 && intr_line_strays(line) == 0);
	CHECK(!cpu_intr_p() && rump_splget() == IPL_NONE);
	return NULL;
}

const char *
rump_test_intr_edge_done(void)
{
	CHECK(calls[0] == 1 && calls[1] == 1 && count_of("test0") == 1);
	return NULL;
}

const char *
rump_test_intr_masks(void)
{
	intr_mask(ih[1]); /* the line, not the handler */
	intr_mask(ih[0]);
	rump_test_intr_trigger();
	intr_unmask(ih[0]);
	return NULL;
}

const char *
rump_test_intr_masks_done(void)
{
	CHECK(calls[0] == 0);
	intr_unmask(ih[1]); /* what was latched comes on the way out */
	return NULL;
}

/* Nobody wants it. */
const char *
rump_test_intr_stray_begin(void)
{
	holds_line = true;
	intr_line_assert(line);
	return NULL;
}

const char *
rump_test_intr_stray_done(void)
{
	CHECK(calls[0] == 1 && calls[1] == 1 && intr_line_strays(line) == 1);
	/* Another that asserts it does not change that. */
	intr_line_assert(line);
	return NULL;
}

const char *
rump_test_intr_stray_again(void)
{
	CHECK(calls[0] == 1 && calls[1] == 1);
	intr_line_deassert(line);
	/* It falls, and is of use again. */
	holds_line = false;
	intr_line_deassert(line);
	calls[0] = calls[1] = 0;
	rump_test_intr_assert();
	return NULL;
}

const char *
rump_test_intr_level_again(void)
{
	CHECK(calls[0] == 1 && calls[1] == 1 && count_of("test0") == 1);
	return NULL;
}

const char *
rump_test_intr_storm_begin(void)
{
	stubborn = true;
	rump_test_intr_assert();
	return NULL;
}

const char *
rump_test_intr_storm_done(void)
{
	CHECK(calls[0] == 10000);
	return NULL;
}

const char *
rump_test_intr_sleeper(void)
{
	int error = 0;

	mutex_enter(&spin);
	sleeping = true;
	while (calls[0] == 0 && error == 0)
		error = cv_timedwait(&cv, &spin, 10 * hz);
	mutex_exit(&spin);
	CHECK(error == 0);
	return NULL;
}

void
rump_test_intr_wait_for_sleeper(void)
{
	bool there = false;

	while (!there) {
		mutex_enter(&spin);
		there = sleeping;
		mutex_exit(&spin);
		preempt();
	}
}

const char *
rump_test_intr_kernel_lock_begin(void)
{
	return begin(0, false);
}

const char *
rump_test_intr_kernel_lock_done(void)
{
	CHECK(calls[0] == 1 && kernel_locked && good_context);
	return NULL;
}

int
rump_test_intr_misuse(int which)
{
	if (!DIAGNOSTIC_BUILD || begin(0, true) != NULL)
		return 0;
	mutex_init(&low, MUTEX_DEFAULT, IPL_VM);
	intr_disestablish(ih[0]);
	ih[0] = intr_establish_xname(
	    line, which == MISUSE_LOW_SPIN ? IPL_HIGH : IPL_VM, first, &calls[0], true, "test0");
	misuse = which;
	rump_test_intr_assert();
	return 1;
}
