/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The kernel's side of sched_test.c.  Functions return NULL or what did not hold.  All run
 * between rump_schedule() and rump_unschedule() of the host's side.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/errno.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/mutex.h>
#include <sys/percpu.h>
#include <sys/proc.h>
#include <sys/pserialize.h>
#include <sys/systm.h>
#include <sys/workqueue.h>
#include <sys/xcall.h>

#include "rump_component.h"
#include "rump_rcu.h"
#include "rump_sched.h"
#include "rump_time.h"

const char *rump_test_softint_begin(void);
const char *rump_test_softint_mid(void);
const char *rump_test_softint_end(int runs);
const char *rump_test_softint_blocked(void);
void rump_test_softint_hold(void);
void rump_test_softint_release(void);
void rump_test_softint_again(void);
int rump_test_softint_runs(void);
void rump_test_at_halt(int softint, int work);
const char *rump_test_sleep_with_lock(void);
void rump_test_ring_begin(void);
void rump_test_ring_wait(int n);
void rump_test_ring_later(void);
const char *rump_test_work_that_waits(void);
void rump_test_stuck_begin(void);
int rump_test_stuck(int intr);
int rump_test_stuck_count(void);
void rump_test_unstick(void);
int rump_test_look_at_owners(void);
const char *rump_test_kthread(void);
const char *rump_test_kthread_noneleft(void);
const char *rump_test_callout(void);
const char *rump_test_xcall(void);
const char *rump_test_percpu(void);
const char *rump_test_rcu_begin(void);
const char *rump_test_rcu_read(void);
void rump_test_rcu_write(int sync);
const char *rump_test_rcu_end(void);
const char *rump_test_rcu_abandon(void);
int rump_test_rcu_abandoned(void);
void rump_test_rcu_abandon_end(void);

#define CHECK(e)                   \
	do {                       \
		if (!(e))          \
			return #e; \
	} while (0)

/* ---- Soft interrupts ---- */

static void *soft;
static kmutex_t soft_lock;
static uint32_t soft_runs, soft_inside, soft_most; /* (a) */
static const char *soft_wrong;
static struct lwp *soft_outer, *soft_waiter;
static struct cpu_info *soft_cpu;

static void
soft_handler(void *arg)
{
	struct cpu_info *const ci = curcpu();
	uint32_t inside;

	if (!cpu_softintr_p() || arg != &soft_runs || curlwp == soft_outer)
		soft_wrong = "the handler is not in a soft interrupt";
	inside = atomic_inc_32_nv(&soft_inside);
	if (inside > soft_most)
		soft_most = inside;
	mutex_enter(&soft_lock);
	mutex_exit(&soft_lock);
	if (curcpu() != ci)
		soft_wrong = "the handler has changed its CPU";
	atomic_dec_32(&soft_inside);
	atomic_inc_32(&soft_runs);
	if (soft_waiter != NULL)
		lwp_unpark(soft_waiter);
}

const char *
rump_test_softint_begin(void)
{
	soft_runs = soft_inside = soft_most = 0;
	soft_wrong = NULL;
	soft_waiter = NULL;
	mutex_init(&soft_lock, MUTEX_DEFAULT, IPL_NONE);
	soft = softint_establish(SOFTINT_NET | SOFTINT_MPSAFE, soft_handler, &soft_runs);
	CHECK(soft != NULL);
	soft_outer = curlwp;
	soft_cpu = curcpu();
	CHECK(!cpu_softintr_p());
	softint_schedule(soft);
	softint_schedule(soft);
	CHECK(soft_runs == 0);
	return NULL;
}

const char *
rump_test_softint_mid(void)
{
	CHECK(curlwp == soft_outer);
	CHECK(!cpu_softintr_p());
	return soft_wrong;
}

const char *
rump_test_softint_end(int runs)
{
	softint_disestablish(soft);
	mutex_destroy(&soft_lock);
	CHECK(soft_wrong == NULL);
	CHECK(soft_most == 1);
	CHECK(runs < 0 || soft_runs == (uint32_t)runs); /* negative: as many as may be */
	return NULL;
}

/* A thread that sleeps until its soft interrupt has run: someone else must run it. */
const char *
rump_test_softint_blocked(void)
{
	const uint32_t before = soft_runs;

	soft_waiter = curlwp;
	membar_sync();
	softint_schedule(soft);
	while (atomic_load_acquire(&soft_runs) == before)
		CHECK(lwp_park(rump_mono_ns() + 10 * (int64_t)NSEC_PER_SEC) == 0);
	soft_waiter = NULL;
	return NULL;
}

void
rump_test_softint_hold(void)
{
	mutex_enter(&soft_lock);
	softint_schedule(soft);
	while (atomic_load_acquire(&soft_inside) == 0)
		(void)lwp_park(rump_mono_ns() + 100000);
	/* The handler waits for us; it must not be entered a second time meanwhile. */
	for (int i = 0; i < 5; i++) {
		softint_schedule(soft);
		(void)lwp_park(rump_mono_ns() + 200000);
	}
	mutex_exit(&soft_lock);
}

void
rump_test_softint_again(void)
{
	softint_schedule(soft);
}

int
rump_test_softint_runs(void)
{
	return (int)atomic_load_acquire(&soft_runs);
}

/* ---- Kernel threads ---- */

static uint32_t kthreads_ran; /* (a) */

static void
kthread_body(void *arg)
{
	atomic_inc_32(&kthreads_ran);
	if (arg != NULL)
		kthread_exit((int)(intptr_t)arg);
}

const char *
rump_test_kthread(void)
{
	struct lwp *l[8];

	kthreads_ran = 0;
	for (intptr_t i = 0; i < 8; i++)
		CHECK(kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN,
			  i % 2 == 0 ? NULL : cpu_lookup(i % ncpu), kthread_body, (void *)i, &l[i],
			  "test%d", (int)i) == 0);
	for (int i = 0; i < 8; i++)
		CHECK(kthread_join(l[i]) == i);
	CHECK(kthreads_ran == 8);
	for (int i = 0; i < 8; i++)
		CHECK(kthread_create(PRI_NONE, i % 2 == 0 ? KTHREAD_MPSAFE : 0, NULL, kthread_body,
			  NULL, NULL, "free%d", i) == 0);
	for (int i = 0; i < 10000 && atomic_load_acquire(&kthreads_ran) < 16; i++)
		(void)lwp_park(rump_mono_ns() + 1000000);
	CHECK(kthreads_ran == 16);
	return NULL;
}

const char *
rump_test_kthread_noneleft(void)
{
	struct lwp *l;

	CHECK(kthread_create(PRI_NONE, KTHREAD_MPSAFE, NULL, kthread_body, NULL, &l, "no") ==
	    ENOTSUP);
	return NULL;
}

/* ---- A thread that sleeps until a callout wakes it ---- */

static kmutex_t tick_lock;
static kcondvar_t tick_cv;
static bool ticked; /* tick_lock */

static void
tick_func(void *arg)
{
	mutex_enter(&tick_lock);
	ticked = true;
	cv_signal(&tick_cv);
	mutex_exit(&tick_lock);
}

const char *
rump_test_callout(void)
{
	callout_t c;
	int error = 0;

	ticked = false;
	mutex_init(&tick_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&tick_cv, "tick");
	callout_init(&c, CALLOUT_MPSAFE);
	callout_reset(&c, 2, tick_func, NULL);
	mutex_enter(&tick_lock);
	while (!ticked && error == 0)
		error = cv_timedwait(&tick_cv, &tick_lock, 10 * hz);
	mutex_exit(&tick_lock);
	CHECK(error == 0);
	callout_halt(&c, NULL);
	callout_destroy(&c);
	cv_destroy(&tick_cv);
	mutex_destroy(&tick_lock);
	return NULL;
}

/* ---- The same without kernel threads ---- */

/* A callout becomes due that wants the lock of the one who sleeps. */
const char *
rump_test_sleep_with_lock(void)
{
	callout_t c;

	ticked = false;
	mutex_init(&tick_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&tick_cv, "tick");
	callout_init(&c, CALLOUT_MPSAFE);
	mutex_enter(&tick_lock);
	callout_reset(&c, 1, tick_func, NULL);
	(void)kpause("withlock", false, 3, NULL);
	CHECK(!ticked);
	mutex_exit(&tick_lock);
	(void)kpause("without", false, 1, NULL);
	CHECK(ticked);
	callout_destroy(&c);
	cv_destroy(&tick_cv);
	mutex_destroy(&tick_lock);
	return NULL;
}

static callout_t ring_callout;
static int rings; /* tick_lock */

static void
ring_func(void *arg)
{
	mutex_enter(&tick_lock);
	rings++;
	cv_broadcast(&tick_cv);
	mutex_exit(&tick_lock);
}

void
rump_test_ring_begin(void)
{
	rings = 0;
	mutex_init(&tick_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&tick_cv, "ring");
	callout_init(&ring_callout, CALLOUT_MPSAFE);
}

/* Sleep until it has rung n times. */
void
rump_test_ring_wait(int n)
{
	mutex_enter(&tick_lock);
	while (rings < n)
		cv_wait(&tick_cv, &tick_lock);
	mutex_exit(&tick_lock);
}

void
rump_test_ring_later(void)
{
	callout_reset(&ring_callout, 2, ring_func, NULL);
}

static void
ring_work(struct work *wk, void *arg)
{
	const int before = rings;

	rump_test_ring_later();
	rump_test_ring_wait(before + 1);
	*(bool *)arg = true;
}

const char *
rump_test_work_that_waits(void)
{
	struct workqueue *wq;
	struct work wk;
	bool done = false;

	rump_test_ring_begin();
	CHECK(workqueue_create(&wq, "waits", ring_work, &done, PRI_NONE, IPL_NONE, WQ_MPSAFE) == 0);
	workqueue_enqueue(wq, &wk, NULL);
	while (!atomic_load_relaxed(&done))
		(void)kpause("work", false, 1, NULL);
	workqueue_destroy(wq);
	return NULL;
}

/* ---- What a component may do when it ends ---- */

static int softint_at_halt, work_at_halt;

void
rump_test_at_halt(int softint, int work)
{
	softint_at_halt = softint;
	work_at_halt = work;
}

static void
work_func(struct work *wk, void *arg)
{
	*(bool *)arg = true;
}

static const char *
work_until_done(void)
{
	struct workqueue *wq;
	struct work wk;
	bool done = false;

	CHECK(
	    workqueue_create(&wq, "athalt", work_func, &done, PRI_NONE, IPL_NONE, WQ_MPSAFE) == 0);
	workqueue_enqueue(wq, &wk, NULL);
	workqueue_destroy(wq);
	CHECK(done);
	return rump_test_callout();
}

static int
component_init(void)
{
	softint_at_halt = work_at_halt = 0;
	return 0;
}

static void
component_fini(void)
{
	const char *wrong;

	if (work_at_halt && (wrong = work_until_done()) != NULL)
		panic("at halt: %s", wrong);
	if (softint_at_halt)
		softint_schedule(soft); /* pending to the end: nobody leaves the kernel any more */
}
RUMP_COMPONENT_INIT2(RUMP_COMPONENT_KERN, component_init, component_fini);

/* ---- Threads that no interrupt wakes ---- */

static kmutex_t stuck_lock;
static kcondvar_t stuck_cv;
static bool stuck;	     /* stuck_lock */
static uint32_t stuck_count; /* (a) */

void
rump_test_stuck_begin(void)
{
	mutex_init(&stuck_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&stuck_cv, "stuck");
	stuck = true;
	stuck_count = 0;
}

int
rump_test_stuck(int intr)
{
	int error = 0;

	mutex_enter(&stuck_lock);
	atomic_inc_32(&stuck_count);
	while (stuck && error == 0) {
		if (intr)
			error = cv_wait_sig(&stuck_cv, &stuck_lock);
		else
			cv_wait(&stuck_cv, &stuck_lock);
	}
	atomic_dec_32(&stuck_count);
	mutex_exit(&stuck_lock);
	return error;
}

int
rump_test_stuck_count(void)
{
	int n;

	mutex_enter(&stuck_lock); /* they sleep then */
	n = (int)stuck_count;
	mutex_exit(&stuck_lock);
	return n;
}

void
rump_test_unstick(void)
{
	mutex_enter(&stuck_lock);
	stuck = false;
	cv_broadcast(&stuck_cv);
	mutex_exit(&stuck_lock);
}

/* As one that waits for these locks would. */
int
rump_test_look_at_owners(void)
{
	int n = 0;

	for (int i = 0; i < 100; i++)
		n += mutex_owner_running(&proc_lock) + mutex_owner_running(initproc->p_lock);
	return n;
}

/* ---- Calls on each CPU ---- */

static uint8_t called[MAXCPUS];

static void
call(void *arg1, void *arg2)
{
	called[cpu_number()] += arg1 == called && arg2 == &ncpu;
}

const char *
rump_test_xcall(void)
{
	struct cpu_info *const home = curcpu();
	const int bound = curlwp_bind();

	memset(called, 0, sizeof(called));
	xc_wait(xc_broadcast(0, call, called, &ncpu));
	CHECK(curcpu() == home);
	for (int i = 0; i < ncpu; i++)
		CHECK(called[i] == 1);
	xc_wait(xc_unicast(0, call, called, &ncpu, cpu_lookup(ncpu - 1)));
	CHECK(called[ncpu - 1] == 2);
	xc_barrier(0);
	CHECK(curcpu() == home);
	curlwp_bindx(bound);
	return NULL;
}

static void
count(void *obj, void *arg, struct cpu_info *ci)
{
	uint64_t *const sum = arg;

	*sum += *(uint64_t *)obj;
}

static void
add_here(void *arg1, void *arg2)
{
	uint64_t *const n = percpu_getref(arg1);

	*n += 1 + cpu_number();
	percpu_putref(arg1);
}

const char *
rump_test_percpu(void)
{
	percpu_t *const pc = percpu_alloc(sizeof(uint64_t));
	uint64_t sum = 0;

	percpu_foreach(pc, count, &sum);
	CHECK(sum == 0);
	xc_wait(xc_broadcast(0, add_here, pc, NULL));
	percpu_foreach(pc, count, &sum);
	CHECK(sum == (uint64_t)ncpu * (ncpu + 1) / 2);
	percpu_free(pc, sizeof(uint64_t));
	return NULL;
}

/* ---- Grace periods ---- */

#define ALIVE 0x600df00d
#define DEAD  0xdeadbeef

struct object {
	struct rump_rcu_head o_rcu;
	uint32_t o_state;
};
static struct object *object;		/* (a) */
static struct rump_rcu_head *graveyard; /* (a) they stay dead, for readers to find */
static uint32_t objects;		/* (a) */
static kmutex_t object_lock;
static pserialize_t object_psz;

static struct object *
object_new(void)
{
	struct object *const o = kmem_alloc(sizeof(*o), KM_SLEEP);

	atomic_store_relaxed(&o->o_state, ALIVE);
	atomic_inc_32(&objects);
	return o;
}

static void
object_free(struct rump_rcu_head *head)
{
	struct object *const o = container_of(head, struct object, o_rcu);

	atomic_store_relaxed(&o->o_state, DEAD);
	atomic_dec_32(&objects);
	head->rh_next = atomic_load_relaxed(&graveyard);
	while (!__atomic_compare_exchange_n(
	    &graveyard, &head->rh_next, head, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		continue;
}

const char *
rump_test_rcu_begin(void)
{
	objects = 0;
	object = object_new();
	mutex_init(&object_lock, MUTEX_DEFAULT, IPL_NONE);
	object_psz = pserialize_create();
	return NULL;
}

const char *
rump_test_rcu_read(void)
{
	const int s = pserialize_read_enter();
	const struct object *const o = atomic_load_consume(&object);
	const char *wrong = NULL;

	for (int i = 0; i < 2000; i++) {
		if (atomic_load_relaxed(&o->o_state) != ALIVE)
			wrong = "a reader's object was freed";
	}
	pserialize_read_exit(s);
	return wrong;
}

void
rump_test_rcu_write(int sync)
{
	struct object *const o = object_new(), *old;

	mutex_enter(&object_lock);
	old = object;
	atomic_store_release(&object, o);
	if (sync)
		pserialize_perform(object_psz);
	mutex_exit(&object_lock);
	if (sync)
		object_free(&old->o_rcu);
	else
		rump_rcu_call(&old->o_rcu, object_free);
}

const char *
rump_test_rcu_end(void)
{
	rump_rcu_barrier();
	CHECK(objects == 1);
	object_free(&object->o_rcu);
	for (struct rump_rcu_head *h; (h = graveyard) != NULL;) {
		graveyard = h->rh_next;
		kmem_free(container_of(h, struct object, o_rcu), sizeof(struct object));
	}
	mutex_destroy(&object_lock);
	pserialize_destroy(object_psz);
	return NULL;
}

/* Dead objects on CPUs that nobody uses again, and a thread that is asleep for good. */
static struct rump_rcu_head abandoned[MAXCPUS];
static uint32_t nabandoned; /* (a) not freed yet */
static struct lwp *abandoner;

static void
abandoned_free(struct rump_rcu_head *head)
{
	atomic_dec_32(&nabandoned);
}

static void
abandon_on(void *arg1, void *arg2)
{
	atomic_inc_32(&nabandoned);
	rump_rcu_call(&abandoned[cpu_number()], abandoned_free);
}

static void
abandon(void *arg)
{
	xc_wait(xc_broadcast(0, abandon_on, NULL, NULL));
	mutex_enter(&object_lock);
	while (abandoner != NULL)
		(void)mtsleep(&abandoner, PWAIT, "abandon", 0, &object_lock);
	mutex_exit(&object_lock);
}

const char *
rump_test_rcu_abandon(void)
{
	mutex_init(&object_lock, MUTEX_DEFAULT, IPL_NONE);
	nabandoned = 1; /* until the thread sleeps */
	CHECK(kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN, NULL, abandon, NULL,
		  &abandoner, "abandon") == 0);
	while (atomic_load_relaxed(&nabandoned) < (uint32_t)ncpu + 1)
		preempt();
	mutex_enter(&object_lock);
	mutex_exit(&object_lock);
	atomic_dec_32(&nabandoned);
	return NULL;
}

int
rump_test_rcu_abandoned(void)
{
	return (int)atomic_load_relaxed(&nabandoned);
}

void
rump_test_rcu_abandon_end(void)
{
	struct lwp *const l = abandoner;

	mutex_enter(&object_lock);
	abandoner = NULL;
	wakeup(&abandoner);
	mutex_exit(&object_lock);
	(void)kthread_join(l);
	mutex_destroy(&object_lock);
}
