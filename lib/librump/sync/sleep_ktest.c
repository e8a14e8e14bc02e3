/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Cases of condvars and of sleeping on addresses. */
#include "sync_ktest.h"

#define TOKENS 10000

static kmutex_t mtx, spin, *lock;
static kcondvar_t cv, cv2;
static int avail, taken, waiting;
static volatile uint32_t made, started, woken;
static struct lwp *sleeper;

static void
setup(void)
{
	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&spin, MUTEX_DEFAULT, IPL_VM);
	cv_init(&cv, "synctest");
	cv_init(&cv2, "synctest2");
	lock = &mtx;
	avail = taken = waiting = 0;
	made = started = woken = 0;
	sleeper = NULL;
}

static void
setup_spin(void)
{
	setup();
	lock = &spin;
}

static void
finish(void)
{
	CHECK(!cv_has_waiters(&cv) && !cv_has_waiters(&cv2));
	cv_destroy(&cv);
	cv_destroy(&cv2);
	mutex_destroy(&mtx);
	mutex_destroy(&spin);
}

/*
 * Tokens made one by one with one cv_signal() each; takers that wait without a limit and takers
 * that keep running out of time compete.  A signal spent on one that gave up would leave a token
 * behind and a waiter asleep.
 */
static void
token_take(bool timed)
{
	for (;;) {
		mutex_enter(lock);
		while (avail == 0 && taken < TOKENS) {
			struct bintime bt = us2bintime(30);

			if (timed)
				(void)cv_timedwaitbt(&cv, lock, &bt, &bt);
			else
				cv_wait(&cv, lock);
		}
		if (taken == TOKENS) {
			mutex_exit(lock);
			return;
		}
		avail--;
		if (++taken == TOKENS)
			cv_broadcast(&cv);
		mutex_exit(lock);
	}
}

static void
tokens_body(int thread)
{
	if (thread % 2 == 1) {
		token_take(thread % 4 == 1);
		return;
	}
	while (atomic_inc_32_nv(&made) <= TOKENS) {
		mutex_enter(lock);
		avail++;
		if (thread % 4 == 0)
			cv_signal(&cv);
		mutex_exit(lock);
		if (thread % 4 != 0)
			cv_signal(&cv);
	}
}

static void
tokens_finish(void)
{
	CHECK(avail == 0 && taken == TOKENS);
	finish();
}

/*
 * One token at a time, one cv_signal() each.  Those that run out of time leave the token to others
 * and wait until it is taken: a signal spent on one of them is missed by thread 1, which waits
 * without a limit.
 */
static void
signal_or_time_body(int thread)
{
	const uint32_t rounds = 1500;

	for (uint32_t n = 1; n <= rounds && thread == 0; n++) {
		mutex_enter(&mtx);
		avail++;
		mutex_exit(&mtx);
		cv_signal(&cv);
		sync_await(&woken, n);
	}
	while (thread != 0 && atomic_load_acquire(&woken) < rounds) {
		struct bintime bt = us2bintime(20 + (uint64_t)thread * 7);
		int error = 0;

		mutex_enter(&mtx);
		while (avail == 0 && woken < rounds && error == 0) {
			if (thread == 1)
				cv_wait(&cv, &mtx);
			else
				error = cv_timedwaitbt(&cv, &mtx, &bt, &bt);
		}
		if (error != 0) {
			const uint32_t seen = avail != 0 ? woken + 1 : 0;

			mutex_exit(&mtx);
			sync_await(&woken, seen);
			continue;
		}
		if (avail != 0) {
			avail--;
			if (atomic_inc_32_nv(&woken) == rounds)
				cv_broadcast(&cv);
		}
		mutex_exit(&mtx);
	}
}

/* All threads meet again and again: each broadcast wakes everybody. */
static void
barrier_body(int thread)
{
	for (int round = 1; round <= 200; round++) {
		mutex_enter(lock);
		if (++waiting == round * sync_threads) {
			cv_broadcast(&cv);
		} else {
			while (waiting < round * sync_threads)
				cv_wait(&cv, lock);
		}
		mutex_exit(lock);
	}
}

/* A condvar may go as soon as its last waiters are woken. */
static void
destroy_body(int thread)
{
	const int rounds = 200;

	for (int round = 0; round < rounds && thread != 0; round++) {
		sync_await(&started, (uint32_t)round + 1);
		mutex_enter(lock);
		waiting++;
		while (taken <= round)
			cv_wait(&cv2, lock);
		mutex_exit(lock);
	}
	for (int round = 0; round < rounds && thread == 0; round++) {
		mutex_enter(lock);
		cv_init(&cv2, "shortlived");
		atomic_inc_32(&started);
		while (waiting < (round + 1) * (sync_threads - 1)) {
			mutex_exit(lock);
			sync_doze(1000);
			mutex_enter(lock);
		}
		taken++;
		cv_broadcast(&cv2);
		cv_destroy(&cv2);
		memset(&cv2, 0xff, sizeof(cv2));
		mutex_exit(lock);
	}
	if (thread == 0)
		cv_init(&cv2, "synctest2");
}

/* Time limits come neither early nor never. */
static void
timeouts_body(int thread)
{
	static int wchan;
	const int64_t tick_ns = NSEC_PER_SEC / hz;

	for (int i = 0; i < 3; i++) {
		const int64_t start = rump_mono_ns();
		struct bintime bt = ms2bintime(20);
		int ticks = 2;

		switch ((thread + i) % 4) {
		case 0:
			mutex_enter(&mtx);
			CHECK(cv_timedwait(&cv, &mtx, ticks) == EWOULDBLOCK);
			CHECK(mutex_owned(&mtx));
			mutex_exit(&mtx);
			break;
		case 1:
			CHECK(tsleep(&wchan, PWAIT | PCATCH, "timeo", ticks) == EWOULDBLOCK);
			break;
		case 2:
			mutex_enter(&mtx);
			CHECK(kpause("timeo", false, ticks, &mtx) == EWOULDBLOCK);
			CHECK(mutex_owned(&mtx));
			mutex_exit(&mtx);
			break;
		case 3:
			mutex_enter(&spin);
			CHECK(cv_timedwaitbt_sig(&cv2, &spin, &bt, &bt) == EWOULDBLOCK);
			CHECK(bt.sec < 0 || (bt.sec == 0 && bt.frac == 0));
			mutex_exit(&spin);
			break;
		}
		CHECK(rump_mono_ns() - start >= ticks * tick_ns);
	}
}

/* An interrupt ends sleeps with signals, those to come as well, and no others. */
static void
interrupt_body(int thread)
{
	static int wchan;

	if (thread == 0) {
		sleeper = curlwp;
		for (int i = 0; i < 50; i++) {
			mutex_enter(&mtx);
			atomic_inc_32(&started);
			CHECK(cv_wait_sig(&cv, &mtx) == EINTR);
			CHECK(cv_timedwait(&cv, &mtx, 1) == EWOULDBLOCK);
			CHECK(cv_wait_sig(&cv, &mtx) == EINTR);
			mutex_exit(&mtx);
			CHECK(tsleep(&wchan, PWAIT | PCATCH, "intr", 0) == EINTR);
			CHECK(kpause("intr", true, 1000, NULL) == EINTR);
			rump_lwp_clearintr(curlwp);
			CHECK(kpause("intr", true, 1, NULL) == EWOULDBLOCK);
			atomic_inc_32(&woken);
		}
	} else if (thread == 1) {
		for (uint32_t i = 1; i <= 50; i++) {
			sync_await(&started, i);
			if (i % 2 == 0) /* asleep for sure; else perhaps not yet */
				mutex_enter(&mtx);
			rump_lwp_interrupt(sleeper);
			if (i % 2 == 0)
				mutex_exit(&mtx);
			sync_await(&woken, i);
		}
	}
}

/* wakeup() reaches all that sleep on its address, and those only. */
static void
wakeup_body(int thread)
{
	static int generation[3]; /* mtx; their addresses are slept on */
	const int rounds = 300;

	if (thread == 0) {
		for (int i = 0; i < rounds; i++) {
			mutex_enter(&mtx);
			generation[i % 3]++;
			wakeup(&generation[i % 3]);
			mutex_exit(&mtx);
		}
		return;
	}
	mutex_enter(&mtx);
	for (int *const g = &generation[thread % 3]; *g < rounds / 3;) {
		const int i = *g;

		CHECK(mtsleep(g, PWAIT, "wktest", 0, &mtx) == 0);
		CHECK(*g > i);
	}
	mutex_exit(&mtx);
}

const struct sync_case sleep_cases[] = {
	{ "cv_tokens", setup, tokens_body, tokens_finish },
	{ "cv_tokens_spin", setup_spin, tokens_body, tokens_finish },
	{ "cv_signal_or_time", setup, signal_or_time_body, finish },
	{ "cv_barrier", setup, barrier_body, finish },
	{ "cv_destroy", setup, destroy_body, finish },
	{ "timeouts", setup, timeouts_body, finish },
	{ "interrupt", setup, interrupt_body, finish },
	{ "wakeup", setup, wakeup_body, finish },
	{ NULL, NULL, NULL, NULL },
};
