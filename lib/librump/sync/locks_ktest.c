/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Cases of mutexes, rwlocks and KERNEL_LOCK. */
#include "sync_ktest.h"

#define ROUNDS 4000

static kmutex_t mtx, spin, *objs[8];
static krwlock_t rw;
static int counter, other; /* guarded by the lock under test; equal when nobody writes */
static volatile uint32_t inside, done, started;

static void
zero(void)
{
	counter = other = 0;
	inside = done = started = 0;
}

/* ---- Mutexes: one at a time, nothing lost; some holders sleep, so that waiters do ---- */

static void
mutex_setup(void)
{
	zero();
	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&spin, MUTEX_DEFAULT, IPL_VM);
}

static void
mutex_body(int thread)
{
	for (int i = 0; i < ROUNDS; i++) {
		if ((i & 7) == 7) {
			while (!mutex_tryenter(&mtx))
				sync_doze(1000);
		} else {
			mutex_enter(&mtx);
		}
		CHECK(mutex_owned(&mtx));
		CHECK(++counter == ++other);
		if ((i & 255) == thread)
			sync_doze(50 * 1000);
		mutex_exit(&mtx);
		CHECK(!mutex_owned(&mtx));
	}
}

static void
mutex_finish(void)
{
	CHECK(counter == sync_threads * ROUNDS);
	mutex_destroy(&mtx);
	mutex_destroy(&spin);
}

static void
spin_body(int thread)
{
	for (int i = 0; i < ROUNDS; i++) {
		const int s = splsoftnet();

		if ((i & 7) == 7) {
			while (!mutex_tryenter(&spin))
				continue;
		} else {
			mutex_enter(&spin);
		}
		CHECK(mutex_owned(&spin));
		CHECK(rump_splget() == IPL_VM);
		CHECK(++counter == ++other);
		mutex_spin_exit(&spin);
		CHECK(rump_splget() == IPL_SOFTNET);
		splx(s);
	}
}

/*
 * One thread has the mutex all the time but for the moment between leaving it and taking it again,
 * and sleeps with it; the others get it nevertheless.
 */
static void
mutex_fair_body(int thread)
{
	if (thread == 0) {
		while (atomic_load_acquire(&done) != (uint32_t)sync_threads - 1) {
			mutex_enter(&mtx);
			counter++;
			sync_doze(20 * 1000);
			mutex_exit(&mtx);
		}
		return;
	}
	for (int i = 0; i < 100; i++) {
		mutex_enter(&mtx);
		other++;
		mutex_exit(&mtx);
	}
	atomic_inc_32(&done);
}

static void
mutex_fair_finish(void)
{
	CHECK(other == (sync_threads - 1) * 100);
	mutex_destroy(&mtx);
	mutex_destroy(&spin);
}

/* Locks with a reference count go with the last reference. */
static void
obj_body(int thread)
{
	kmutex_t *const m = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	krwlock_t *const r = rw_obj_alloc();

	objs[thread] = m;
	for (int i = 0; i < 10; i++) {
		mutex_obj_hold(m);
		rw_obj_hold(r);
	}
	CHECK(mutex_obj_refcnt(m) == 11 && rw_obj_refcnt(r) == 11);
	for (int i = 0; i < 10; i++) {
		CHECK(!mutex_obj_free(m));
		CHECK(!rw_obj_free(r));
	}
	mutex_enter(m);
	rw_enter(r, RW_WRITER);
	rw_exit(r);
	mutex_exit(m);
	CHECK(mutex_obj_free(m));
	CHECK(rw_obj_free(r));
}

/* ---- rwlocks ---- */

static void
rw_setup(void)
{
	zero();
	rw_init(&rw);
}

static void
rw_write(void)
{
	CHECK(rw_write_held(&rw) && !rw_read_held(&rw));
	CHECK(atomic_inc_32_nv(&inside) == 1);
	CHECK(++counter == ++other);
	CHECK(atomic_dec_32_nv(&inside) == 0);
}

static void
rw_read(void)
{
	CHECK(rw_read_held(&rw) && !rw_write_held(&rw));
	CHECK(counter == other);
}

static void
rw_body(int thread)
{
	int writes = 0;

	for (int i = 0; writes < ROUNDS / 4; i++) {
		switch ((i + thread) % 8) {
		case 0:
			rw_enter(&rw, RW_WRITER);
			rw_write();
			writes++;
			break;
		case 1:
			rw_enter(&rw, RW_WRITER);
			rw_write();
			writes++;
			rw_downgrade(&rw);
			rw_read();
			break;
		case 2:
			rw_enter(&rw, RW_READER);
			rw_read();
			if (rw_tryupgrade(&rw)) {
				rw_write();
				writes++;
			}
			break;
		case 3:
			if (!rw_tryenter(&rw, RW_WRITER))
				continue;
			rw_write();
			writes++;
			break;
		case 4:
			if (!rw_tryenter(&rw, RW_READER))
				continue;
			rw_read();
			break;
		default:
			rw_enter(&rw, RW_READER);
			rw_read();
			break;
		}
		if ((i & 127) == thread)
			sync_doze(50 * 1000);
		rw_exit(&rw);
	}
	atomic_add_32(&done, writes);
}

static void
rw_finish(void)
{
	CHECK((uint32_t)counter == done);
	CHECK(!rw_lock_held(&rw));
	rw_destroy(&rw);
}

/* Readers overlap, so that the lock is never free of them, until thread 0 has written. */
static void
rw_writer_gets_in_body(int thread)
{
	if (thread == 0) {
		sync_await(&started, (uint32_t)sync_threads - 1);
		for (int i = 0; i < 20; i++) {
			rw_enter(&rw, RW_WRITER);
			rw_write();
			rw_exit(&rw);
		}
		atomic_store_release(&done, 1);
		return;
	}
	atomic_inc_32(&started);
	while (atomic_load_acquire(&done) == 0) {
		rw_enter(&rw, RW_READER);
		rw_read();
		sync_doze(200 * 1000 + thread * 10 * 1000);
		rw_exit(&rw);
	}
}

/* Writers queue up behind one another until thread 0 has read. */
static void
rw_reader_gets_in_body(int thread)
{
	if (thread == 0) {
		sync_await(&started, (uint32_t)sync_threads - 1);
		for (int i = 0; i < 20; i++) {
			rw_enter(&rw, RW_READER);
			rw_read();
			rw_exit(&rw);
		}
		atomic_store_release(&done, 1);
		return;
	}
	atomic_inc_32(&started);
	while (atomic_load_acquire(&done) == 0) {
		rw_enter(&rw, RW_WRITER);
		rw_write();
		sync_doze(50 * 1000);
		rw_exit(&rw);
	}
}

static void
rw_fair_finish(void)
{
	CHECK(counter == other);
	rw_destroy(&rw);
}

/* ---- KERNEL_LOCK ---- */

static void
kernel_lock_body(int thread)
{
	static int wchan;
	int n;

	for (int i = 0; i < ROUNDS / 8; i++) {
		CHECK(!KERNEL_LOCKED_P());
		KERNEL_LOCK(2, NULL);
		CHECK(KERNEL_LOCKED_P());
		CHECK(++counter == ++other);
		KERNEL_LOCK(1, NULL);
		if ((i & 63) == thread)
			CHECK(tsleep(&wchan, PWAIT, "ktest", 1) == EWOULDBLOCK);
		CHECK(++counter == ++other);
		KERNEL_UNLOCK_ONE(NULL);
		CHECK(KERNEL_LOCKED_P());
		KERNEL_UNLOCK_ALL(NULL, &n);
		CHECK(n == 2);
	}
	atomic_inc_32(&done);
}

static void
kernel_lock_finish(void)
{
	CHECK(counter == sync_threads * (ROUNDS / 8) * 2);
	mutex_destroy(&mtx);
	mutex_destroy(&spin);
}

/*
 * Thread 0 sleeps under KERNEL_LOCK, for a mutex and for an address; the others need the lock to
 * wake it up.
 */
static void
kernel_lock_dropped_body(int thread)
{
	if (thread == 0) {
		KERNEL_LOCK(1, NULL);
		mutex_enter(&mtx);
		atomic_store_release(&started, 1);
		(void)mtsleep(&counter, PWAIT, "kdrop", 0, &mtx);
		CHECK(KERNEL_LOCKED_P());
		CHECK(other == sync_threads - 1);
		mutex_exit(&mtx);
		KERNEL_UNLOCK_ONE(NULL);
		return;
	}
	sync_await(&started, 1);
	mutex_enter(&mtx);
	KERNEL_LOCK(1, NULL); /* the other order: waiting for mtx gives KERNEL_LOCK up */
	if (++other == sync_threads - 1)
		wakeup(&counter);
	KERNEL_UNLOCK_ONE(NULL);
	mutex_exit(&mtx);
}

static void
locks_finish(void)
{
	mutex_destroy(&mtx);
	mutex_destroy(&spin);
}

const struct sync_case lock_cases[] = {
	{ "mutex", mutex_setup, mutex_body, mutex_finish },
	{ "mutex_spin", mutex_setup, spin_body, mutex_finish },
	{ "mutex_fair", mutex_setup, mutex_fair_body, mutex_fair_finish },
	{ "lock_objects", NULL, obj_body, NULL },
	{ "rwlock", rw_setup, rw_body, rw_finish },
	{ "rwlock_writer_gets_in", rw_setup, rw_writer_gets_in_body, rw_fair_finish },
	{ "rwlock_reader_gets_in", rw_setup, rw_reader_gets_in_body, rw_fair_finish },
	{ "kernel_lock", mutex_setup, kernel_lock_body, kernel_lock_finish },
	{ "kernel_lock_dropped", mutex_setup, kernel_lock_dropped_body, locks_finish },
	{ NULL, NULL, NULL, NULL },
};
