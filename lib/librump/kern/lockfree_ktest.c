/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel side of lockfree_test.c: pcq(9), thmap(9), pslist(9), kcpuset(9), threadpool(9), dates, entropy(9).  Each function
 * returns NULL, or what does not hold.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/entropy.h>
#include <sys/hash.h>
#include <sys/kcpuset.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/mutex.h>
#include <sys/pcq.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/pserialize.h>
#include <sys/pslist.h>
#include <sys/systm.h>
#include <sys/thmap.h>
#include <sys/threadpool.h>
#include <sys/timetc.h>

#include <dev/clock_subr.h>

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

const char *rump_test_pcq(void);
const char *rump_test_pcq_threads(void);
const char *rump_test_thmap(void);
const char *rump_test_thmap_threads(void);
const char *rump_test_pslist(void);
const char *rump_test_kcpuset(void);
const char *rump_test_threadpool(void);
const char *rump_test_threadpool_cancel(void);
const char *rump_test_dates(void);
const char *rump_test_entropy(void);
const char *rump_test_timecounter(void);

#define NTHREADS 4

/* Run fn(base + i * size) in NTHREADS threads; false when one could not be made or found something wrong. */
static bool
in_threads(void (*fn)(void *), void *base, size_t size)
{
	struct lwp *l[NTHREADS];
	bool ok = true;

	for (int i = 0; i < NTHREADS; i++)
		if (kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN, NULL, fn,
			(char *)base + (size_t)i * size, &l[i], "test%d", i) != 0)
			return false;
	for (int i = 0; i < NTHREADS; i++)
		ok &= kthread_join(l[i]) == 0;
	return ok;
}

/* ---- pcq(9) ---- */

const char *
rump_test_pcq(void)
{
	pcq_t *const q = pcq_create(3, KM_SLEEP);
	char item[4];

	CHECK(pcq_maxitems(q) == 3 && pcq_get(q) == NULL && pcq_peek(q) == NULL);
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 3; i++)
			CHECK(pcq_put(q, &item[i]));
		CHECK(!pcq_put(q, &item[3]) && pcq_peek(q) == &item[0]);
		CHECK(pcq_get(q) == &item[0] && pcq_put(q, &item[3]) && !pcq_put(q, &item[0]));
		for (int i = 1; i < 4; i++)
			CHECK(pcq_get(q) == &item[i]);
		CHECK(pcq_get(q) == NULL);
	}
	pcq_destroy(q);
	return NULL;
}

#define NITEMS 20000
static pcq_t *shared_pcq;
static u_int next_item[NTHREADS]; /* of each producer, by its place here */

static void
producer(void *arg)
{
	u_int *const mine = arg;
	const uintptr_t me = (uintptr_t)(mine - next_item);

	for (uintptr_t i = 0; i < NITEMS; i++)
		while (!pcq_put(shared_pcq, (void *)((i * NTHREADS + me) + 1)))
			preempt();
	kthread_exit(0);
}

/* Nothing is lost, nothing comes twice, and each producer's items come in their order. */
const char *
rump_test_pcq_threads(void)
{
	struct lwp *l[NTHREADS];

	shared_pcq = pcq_create(7, KM_SLEEP);
	memset(next_item, 0, sizeof(next_item));
	for (int i = 0; i < NTHREADS; i++)
		CHECK(kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN, NULL, producer,
			  &next_item[i], &l[i], "producer") == 0);
	for (u_int n = 0; n < NITEMS * NTHREADS;) {
		const uintptr_t item = (uintptr_t)pcq_get(shared_pcq);

		if (item == 0) {
			preempt();
			continue;
		}
		CHECK((item - 1) / NTHREADS == next_item[(item - 1) % NTHREADS]++);
		n++;
	}
	for (int i = 0; i < NTHREADS; i++)
		CHECK(kthread_join(l[i]) == 0);
	CHECK(pcq_get(shared_pcq) == NULL);
	pcq_destroy(shared_pcq);
	return NULL;
}

/* ---- thmap(9) ---- */

#define NKEYS 5000

static void *
value_of(uintptr_t i)
{
	return (void *)(i * 2 + 2);
}

const char *
rump_test_thmap(void)
{
	thmap_t *const map = thmap_create(0, NULL, 0);

	CHECK(thmap_get(map, "", 0) == NULL && thmap_put(map, "", 0, value_of(0)) == value_of(0));
	CHECK(thmap_put(map, "", 0, value_of(1)) == value_of(0) &&
	    thmap_get(map, "", 0) == value_of(0));
	CHECK(thmap_put(map, "\0", 1, value_of(2)) == value_of(2));
	CHECK(thmap_del(map, "", 0) == value_of(0) && thmap_del(map, "", 0) == NULL);
	CHECK(thmap_del(map, "\0", 1) == value_of(2));
	/* Two keys that murmurhash2() does not part, whatever the seed. */
	static const uint32_t twins[2][2] = { { 0x12345678, 0x9abcdef0 },
		{ 0xc4a777f8, 0x4d300070 } };

	CHECK(murmurhash2(twins[0], 8, 7) == murmurhash2(twins[1], 8, 7));
	for (uintptr_t i = 0; i < 2; i++)
		CHECK(thmap_put(map, twins[i], 8, value_of(i)) == value_of(i));
	for (uintptr_t i = 0; i < 2; i++)
		CHECK(thmap_get(map, twins[i], 8) == value_of(i));
	CHECK(thmap_del(map, twins[0], 8) == value_of(0) &&
	    thmap_get(map, twins[1], 8) == value_of(1));
	CHECK(thmap_del(map, twins[1], 8) == value_of(1));
	for (uintptr_t i = 0; i < NKEYS; i++)
		CHECK(thmap_put(map, &i, sizeof(i), value_of(i)) == value_of(i));
	for (uintptr_t i = 0; i < NKEYS; i++)
		CHECK(thmap_get(map, &i, sizeof(i)) == value_of(i));
	for (uintptr_t i = 0; i < NKEYS; i += 2)
		CHECK(thmap_del(map, &i, sizeof(i)) == value_of(i));
	for (uintptr_t i = 0; i < NKEYS; i++)
		CHECK(thmap_get(map, &i, sizeof(i)) == (i % 2 == 0 ? NULL : value_of(i)));
	thmap_gc(map, thmap_stage_gc(map));
	CHECK(thmap_stage_gc(map) == NULL);
	for (uintptr_t i = 0; i < NKEYS; i++)
		CHECK(thmap_put(map, &i, sizeof(i), value_of(i)) == value_of(i));
	thmap_destroy(map);
	return NULL;
}

static thmap_t *shared_map;
static u_int map_threads[NTHREADS];

/* Keys of its own come and go as it says; one that all fight for has always one winner. */
static void
map_user(void *arg)
{
	const uintptr_t me = (uintptr_t)((u_int *)arg - map_threads);
	int wrong = 0;

	for (uintptr_t round = 0; round < 4000; round++) {
		const uintptr_t key = round % 300 * NTHREADS + me;

		wrong += thmap_put(shared_map, &key, sizeof(key), value_of(key)) != value_of(key);
		wrong += thmap_get(shared_map, &key, sizeof(key)) != value_of(key);
		if (thmap_put(shared_map, "fight", 5, value_of(me)) == value_of(me) &&
		    thmap_del(shared_map, "fight", 5) != value_of(me))
			wrong++;
		wrong +=
		    round % 3 != 0 && thmap_del(shared_map, &key, sizeof(key)) != value_of(key);
	}
	kthread_exit(wrong);
}

const char *
rump_test_thmap_threads(void)
{
	shared_map = thmap_create(0, NULL, 0);
	CHECK(in_threads(map_user, map_threads, sizeof(map_threads[0])));
	thmap_gc(shared_map, thmap_stage_gc(shared_map));
	thmap_destroy(shared_map);
	return NULL;
}

/* ---- pslist(9) ---- */

const char *
rump_test_pslist(void)
{
	struct item {
		int it_n;
		struct pslist_entry it_entry;
	} items[4], *it;
	struct pslist_head head = PSLIST_INITIALIZER;
	int n = 0, s;

	PSLIST_INIT(&head);
	for (int i = 0; i < 4; i++) {
		items[i].it_n = i;
		PSLIST_ENTRY_INIT(&items[i], it_entry);
	}
	PSLIST_WRITER_INSERT_HEAD(&head, &items[2], it_entry);
	PSLIST_WRITER_INSERT_BEFORE(&items[2], &items[0], it_entry);
	PSLIST_WRITER_INSERT_AFTER(&items[0], &items[1], it_entry);
	PSLIST_WRITER_INSERT_AFTER(&items[2], &items[3], it_entry);
	s = pserialize_read_enter();
	PSLIST_READER_FOREACH(it, &head, struct item, it_entry)
	CHECK(it->it_n == n++);
	pserialize_read_exit(s);
	CHECK(n == 4);
	PSLIST_WRITER_REMOVE(&items[1], it_entry);
	CHECK(PSLIST_READER_NEXT(&items[1], struct item, it_entry) ==
	    &items[2]); /* who stands on it */
	CHECK(PSLIST_WRITER_NEXT(&items[0], struct item, it_entry) == &items[2]);
	PSLIST_WRITER_REMOVE(&items[0], it_entry);
	CHECK(PSLIST_WRITER_FIRST(&head, struct item, it_entry) == &items[2]);
	PSLIST_WRITER_REMOVE(&items[3], it_entry);
	PSLIST_WRITER_REMOVE(&items[2], it_entry);
	for (int i = 0; i < 4; i++)
		PSLIST_ENTRY_DESTROY(&items[i], it_entry);
	PSLIST_DESTROY(&head);
	return NULL;
}

/* ---- kcpuset(9) ---- */

const char *
rump_test_kcpuset(void)
{
	static uint32_t user[MAXCPUS / 32 + 1];
	kcpuset_t *a, *b, *last = NULL;

	kcpuset_create(&a, true);
	CHECK(kcpuset_iszero(a) && kcpuset_ffs(a) == 0 && kcpuset_countset(a) == 0);
	kcpuset_set(a, 33);
	kcpuset_atomic_set(a, 1000);
	CHECK(kcpuset_isset(a, 33) && !kcpuset_isset(a, 1) && kcpuset_ffs(a) == 34);
	CHECK(kcpuset_countset(a) == 2 && kcpuset_isotherset(a, 33));
	kcpuset_clone(&b, a);
	CHECK(kcpuset_match(a, b) && kcpuset_intersecting_p(a, b));
	kcpuset_clear(b, 33);
	CHECK(!kcpuset_match(a, b) && kcpuset_ffs_intersecting(a, b) == 1001);
	CHECK(!kcpuset_isotherset(b, 1000));
	kcpuset_remove(a, b);
	CHECK(kcpuset_countset(a) == 1 && !kcpuset_intersecting_p(a, b));
	kcpuset_merge(a, b);
	kcpuset_atomicly_intersect(a, b);
	CHECK(kcpuset_match(a, b));
	kcpuset_atomicly_remove(a, b);
	CHECK(kcpuset_iszero(a));
	kcpuset_atomicly_merge(a, b);
	kcpuset_atomic_clear(a, 1000);
	CHECK(kcpuset_iszero(a));
	kcpuset_fill(a);
	CHECK(kcpuset_countset(a) == ncpu && kcpuset_isset(a, ncpu - 1));
	CHECK(kcpuset_copyout(a, (cpuset_t *)user, 8) == 0 && (user[0] & 1) == 1);
	CHECK(kcpuset_copyin((cpuset_t *)user, b, 8) == 0 && kcpuset_match(a, b));
	user[MAXCPUS / 32 - 1] = 1U << 31;
	CHECK(ncpu == MAXCPUS || kcpuset_copyin((cpuset_t *)user, b, MAXCPUS / 8) == EINVAL);
	CHECK(kcpuset_copyin((cpuset_t *)user, b, sizeof(user)) == EINVAL);
	CHECK(kcpuset_copyin((cpuset_t *)user, b, 3) == EINVAL &&
	    kcpuset_copyout(a, NULL, 0) == EINVAL);
	CHECK(kcpuset_copyin(NULL, b, 4) == EFAULT && kcpuset_match(a, b));
	kcpuset_use(a);
	kcpuset_unuse(a, &last);
	CHECK(last == NULL);
	kcpuset_unuse(a, &last);
	CHECK(last == a);
	kcpuset_destroy(a);
	kcpuset_destroy(b);
	return NULL;
}

/* ---- threadpool(9) ---- */

#define NJOBS 8
static kmutex_t job_lock;
static kcondvar_t job_cv;
static int nrunning, nran; /* job_lock */
static bool gate_open;	   /* job_lock */

/* Runs until the gate opens: so all of them must run at once. */
static void
job_body(struct threadpool_job *job)
{
	mutex_enter(&job_lock);
	nrunning++;
	cv_broadcast(&job_cv);
	while (!gate_open)
		cv_wait(&job_cv, &job_lock);
	nrunning--;
	nran++;
	threadpool_job_done(job);
	cv_broadcast(&job_cv);
	mutex_exit(&job_lock);
}

static void
jobs_setup(struct threadpool_job *jobs, int n)
{
	mutex_init(&job_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&job_cv, "jobtest");
	nrunning = nran = 0;
	gate_open = false;
	for (int i = 0; i < n; i++)
		threadpool_job_init(&jobs[i], job_body, &job_lock, "job%d", i);
}

static void
jobs_teardown(struct threadpool_job *jobs, int n)
{
	for (int i = 0; i < n; i++)
		threadpool_job_destroy(&jobs[i]);
	cv_destroy(&job_cv);
	mutex_destroy(&job_lock);
}

const char *
rump_test_threadpool(void)
{
	static struct threadpool_job jobs[NJOBS];
	struct threadpool *pool, *same;
	struct threadpool_percpu *pcpu;

	CHECK(threadpool_get(&pool, PRI_NONE) == 0 && threadpool_get(&same, PRI_NONE) == 0);
	CHECK(pool == same);
	threadpool_put(same, PRI_NONE);
	jobs_setup(jobs, NJOBS);
	mutex_enter(&job_lock);
	for (int i = 0; i < NJOBS; i++) {
		threadpool_schedule_job(pool, &jobs[i]);
		threadpool_schedule_job(pool, &jobs[i]); /* no second time */
	}
	while (nrunning < NJOBS)
		cv_wait(&job_cv, &job_lock);
	CHECK(!threadpool_cancel_job_async(pool, &jobs[0]));
	gate_open = true;
	cv_broadcast(&job_cv);
	while (nran < NJOBS)
		cv_wait(&job_cv, &job_lock);
	threadpool_schedule_job(pool, &jobs[0]);
	while (nran < NJOBS + 1)
		cv_wait(&job_cv, &job_lock);
	mutex_exit(&job_lock);
	CHECK(threadpool_percpu_get(&pcpu, PRI_NONE) == 0);
	mutex_enter(&job_lock);
	threadpool_schedule_job(threadpool_percpu_ref(pcpu), &jobs[0]);
	threadpool_schedule_job(threadpool_percpu_ref_remote(pcpu, cpu_lookup(0)), &jobs[1]);
	while (nran < NJOBS + 3)
		cv_wait(&job_cv, &job_lock);
	mutex_exit(&job_lock);
	jobs_teardown(jobs, NJOBS);
	threadpool_percpu_put(pcpu, PRI_NONE);
	threadpool_put(pool, PRI_NONE);
	return NULL;
}

/* A job that waits is taken off; one that runs is waited for. */
const char *
rump_test_threadpool_cancel(void)
{
	static struct threadpool_job job;
	struct threadpool *pool;

	CHECK(threadpool_get(&pool, PRI_NONE) == 0);
	jobs_setup(&job, 1);
	mutex_enter(&job_lock);
	CHECK(threadpool_cancel_job_async(pool, &job)); /* idle */
	threadpool_schedule_job(pool, &job);
	/* It cannot take job_lock before it is cancelled or runs: either is right. */
	if (threadpool_cancel_job_async(pool, &job))
		threadpool_schedule_job(pool, &job);
	while (nrunning < 1)
		cv_wait(&job_cv, &job_lock);
	gate_open = true;
	cv_broadcast(&job_cv);
	threadpool_cancel_job(pool, &job);
	CHECK(nran == 1 && nrunning == 0);
	mutex_exit(&job_lock);
	jobs_teardown(&job, 1);
	threadpool_put(pool, PRI_NONE);
	return NULL;
}

/* ---- Dates ---- */

const char *
rump_test_dates(void)
{
	static const struct {
		time_t secs;
		struct clock_ymdhms dt;
	} known[] = { { 0, { 1970, 1, 1, 4, 0, 0, 0 } },
		{ 951782399, { 2000, 2, 28, 1, 23, 59, 59 } },
		{ 951782400, { 2000, 2, 29, 2, 0, 0, 0 } },
		{ 951868800, { 2000, 3, 1, 3, 0, 0, 0 } },
		{ 4107542400, { 2100, 3, 1, 1, 0, 0, 0 } },
		{ 1767225599, { 2025, 12, 31, 3, 23, 59, 59 } } };
	static const struct clock_ymdhms bad[] = { { 1969, 1, 1, 0, 0, 0, 0 },
		{ 2001, 2, 29, 0, 0, 0, 0 }, { 2100, 2, 29, 0, 0, 0, 0 },
		{ 2000, 0, 1, 0, 0, 0, 0 }, { 2000, 13, 1, 0, 0, 0, 0 }, { 2000, 1, 0, 0, 0, 0, 0 },
		{ 2000, 4, 31, 0, 0, 0, 0 }, { 2000, 1, 1, 0, 24, 0, 0 },
		{ 2000, 1, 1, 0, 0, 60, 0 }, { 2000, 1, 1, 0, 0, 0, 60 },
		{ UINT64_MAX, 1, 1, 0, 0, 0, 0 } };
	struct clock_ymdhms dt, in;

	for (size_t i = 0; i < __arraycount(known); i++) {
		memset(&dt, 0, sizeof(dt));
		in = known[i].dt;
		CHECK(clock_secs_to_ymdhms(known[i].secs, &dt) == 0);
		CHECK(dt.dt_year == in.dt_year && dt.dt_mon == in.dt_mon && dt.dt_day == in.dt_day);
		CHECK(
		    dt.dt_wday == in.dt_wday && dt.dt_hour == in.dt_hour && dt.dt_sec == in.dt_sec);
		CHECK(clock_ymdhms_to_secs(&in) == known[i].secs);
	}
	for (time_t day = 0; day < 150000; day++) { /* to 2380 */
		CHECK(clock_secs_to_ymdhms(day * 86400 + 3661, &dt) == 0);
		CHECK(dt.dt_hour == 1 && dt.dt_min == 1 && dt.dt_sec == 1 &&
		    dt.dt_wday == (day + 4) % 7);
		CHECK(clock_ymdhms_to_secs(&dt) == day * 86400 + 3661);
	}
	for (size_t i = 0; i < __arraycount(bad); i++) {
		in = bad[i];
		CHECK(clock_ymdhms_to_secs(&in) == -1);
	}
	CHECK(clock_secs_to_ymdhms(-1, &dt) == EINVAL);
	return NULL;
}

/* ---- entropy(9), timecounter(9) ---- */

const char *
rump_test_entropy(void)
{
	uint8_t a[ENTROPY_CAPACITY] = { 0 }, b[ENTROPY_CAPACITY] = { 0 };
	const unsigned before = entropy_epoch();

	CHECK(entropy_ready() && before != 0 && before != (unsigned)-1);
	CHECK(entropy_extract(a, sizeof(a), 0) == 0 &&
	    entropy_extract(b, sizeof(b), ENTROPY_WAIT) == 0);
	CHECK(memcmp(a, b, sizeof(a)) != 0);
	CHECK(entropy_consolidate() == 0 && entropy_epoch() != before);
	CHECK(entropy_poll(POLLIN | POLLOUT) == POLLIN);
	return NULL;
}

static u_int
no_count(struct timecounter *tc)
{
	return 0;
}

const char *
rump_test_timecounter(void)
{
	struct timecounter a = { .tc_get_timecount = no_count, .tc_name = "a", .tc_quality = 5000 },
			   b = { .tc_get_timecount = no_count, .tc_name = "b", .tc_quality = 1 };
	const int64_t before = getticks();

	tc_init(&a);
	tc_init(&b);
	tc_gonebad(&a);
	CHECK(a.tc_quality == -1 && tc_getfrequency() == 1000000000);
	CHECK(tc_detach(&a) == 0 && tc_detach(&a) == 0 && tc_detach(&b) == 0);
	CHECK(getticks() >= before);
	return NULL;
}
