/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Signals: what becomes of them under each model, who is interrupted, what waits. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

void rump_test_sig_serve(bool on);
void rump_test_sig_post(void);
int rump_test_sig_calls(void);
int rump_test_sig_asleep(void);
void rump_test_sig_send(pid_t pid, int signo, int lid);
void rump_test_sig_send_and_cred(int signo);
int rump_test_sig_suspended(uint64_t mask);
int rump_test_sig_masked(int signo);
int rump_test_sig_pending(int signo);
void rump_test_sig_clear(void);
int rump_test_sig_jobc(pid_t pgid);
int rump_test_sig_setown(unsigned long tty, pid_t id, pid_t *own);
void rump_test_sig_own(pid_t own, int signo);

#define BIT(signo) ((uint64_t)1 << ((signo)-1))

/* An expression in the kernel. */
#define IN_KERNEL(e)               \
	do {                       \
		rump_schedule();   \
		e;                 \
		rump_unschedule(); \
	} while (0)

static int handled; /* (a) it may run in several threads at once */
static pid_t handler_pid;

static void
handler(int signo)
{
	__atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&handler_pid, rump_sys_getpid(), __ATOMIC_RELAXED);
}

static void
on_signal(int signo, int flags, void (*fn)(int))
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = fn;
	sa.sa_flags = flags;
	ck_assert_int_eq(sigaction(signo, &sa, NULL), 0);
}

static void
boot(enum rump_sigmodel model)
{
	handled = 0;
	rump_boot_setsigmodel(model);
	ck_assert_int_eq(rump_init(), 0);
	IN_KERNEL(rump_test_sig_serve(true));
}

static void
halt(void)
{
	rump_pub_lwproc_switch(NULL);
	IN_KERNEL(rump_test_sig_serve(false));
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	rump_boot_setsigmodel(RUMP_SIGMODEL_RAISE);
}

static bool
pending(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	ck_assert_int_eq(rump_sys_sigpending(&set), 0);
	return sigismember(&set, signo) == 1;
}

static void
mask(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	ck_assert_int_eq(rump_sys_sigprocmask(how, &set, NULL), 0);
}

static void
new_process(void)
{
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
}

/* ---- Models ---- */

static const struct {
	enum rump_sigmodel model;
	bool pends, raised;
} models[] = {
	{ RUMP_SIGMODEL_IGNORE, false, false },
	{ RUMP_SIGMODEL_RAISE, false, true },
	{ RUMP_SIGMODEL_RECORD, true, false },
};

START_TEST(sig_models)
{
	on_signal(SIGUSR1, 0, handler);
	boot(models[_i].model);
	new_process();
	ck_assert_int_eq(rump_sys_kill(rump_sys_getpid(), SIGUSR1), 0);
	ck_assert_int_eq(handled, models[_i].raised);
	ck_assert_int_eq(pending(SIGUSR1), models[_i].pends);
	/* The handler ran outside: its call was made, as the process. */
	if (models[_i].raised)
		ck_assert_int_eq(handler_pid, rump_sys_getpid());
	rump_pub_lwproc_releaselwp();
	halt();
}
END_TEST

START_TEST(sig_panics)
{
	boot(RUMP_SIGMODEL_PANIC);
	(void)rump_sys_kill(1, SIGCHLD); /* nobody asked for it: ignored */
	(void)rump_sys_kill(1, SIGUSR1);
}
END_TEST

START_TEST(sig_blocked_is_raised_when_unblocked)
{
	sigset_t old;

	on_signal(SIGUSR2, 0, handler);
	boot(RUMP_SIGMODEL_RAISE);
	new_process();
	mask(SIG_BLOCK, SIGUSR2);
	ck_assert_int_eq(rump_sys_kill(rump_sys_getpid(), SIGUSR2), 0);
	ck_assert_int_eq(handled, 0);
	ck_assert(pending(SIGUSR2));
	ck_assert_int_eq(rump_sys_sigprocmask(SIG_BLOCK, NULL, &old), 0);
	ck_assert_int_eq(sigismember(&old, SIGUSR2), 1);
	mask(SIG_UNBLOCK, SIGUSR2);
	ck_assert_int_eq(handled, 1);
	ck_assert(!pending(SIGUSR2));
	rump_pub_lwproc_releaselwp();
	halt();
}
END_TEST

/* The threads without an lwp share a mask; a new process takes it over; a kill cannot be blocked. */
START_TEST(sig_masks_are_whose)
{
	int masked;

	boot(RUMP_SIGMODEL_RECORD);
	mask(SIG_BLOCK, SIGUSR1);
	mask(SIG_BLOCK, SIGKILL);
	new_process();
	IN_KERNEL(masked = rump_test_sig_masked(SIGUSR1));
	ck_assert_int_eq(masked, 1);
	IN_KERNEL(masked = rump_test_sig_masked(SIGKILL));
	ck_assert_int_eq(masked, 0);
	mask(SIG_SETMASK, SIGUSR2);
	IN_KERNEL(masked = rump_test_sig_masked(SIGUSR1));
	ck_assert_int_eq(masked, 0);
	rump_pub_lwproc_releaselwp();
	IN_KERNEL(masked = rump_test_sig_masked(SIGUSR1));
	ck_assert_int_eq(masked, 1);
	ck_assert_int_eq(rump_sys_sigprocmask(99, &(sigset_t){ 0 }, NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	halt();
}
END_TEST

/* ---- Interruption ---- */

static pid_t sleeper_pid;
static int sleeper_error;

static void *
sleeper(void *arg)
{
	new_process();
	__atomic_store_n(&sleeper_pid, rump_sys_getpid(), __ATOMIC_RELEASE);
	errno = 0;
	sleeper_error = rump_sys__ksem_wait(0) == 0 ? 0 : errno;
	rump_pub_lwproc_releaselwp();
	return arg;
}

static void
until_asleep(int calls)
{
	int n, made;

	do {
		sched_yield();
		IN_KERNEL(n = rump_test_sig_asleep());
		IN_KERNEL(made = rump_test_sig_calls());
	} while (n == 0 || made < calls);
}

static const struct {
	const char *name;
	enum rump_sigmodel model;
	int flags;
	void (*fn)(int);
	int error, calls, handled;
} interruptions[] = {
	{ "recorded", RUMP_SIGMODEL_RECORD, 0, handler, EINTR, 1, 0 },
	{ "caught", RUMP_SIGMODEL_RAISE, 0, handler, EINTR, 1, 1 },
	{ "caught, and made again", RUMP_SIGMODEL_RAISE, SA_RESTART, handler, 0, 2, 1 },
	{ "ignored by the host", RUMP_SIGMODEL_RAISE, 0, SIG_IGN, 0, 1, 0 },
	{ "ignored by the kernel", RUMP_SIGMODEL_IGNORE, 0, handler, 0, 1, 0 },
};

START_TEST(sig_interrupts_a_sleep)
{
	const char *const name = interruptions[_i].name;
	int calls;
	pthread_t t;

	on_signal(SIGUSR1, interruptions[_i].flags, interruptions[_i].fn);
	boot(interruptions[_i].model);
	ck_assert_int_eq(pthread_create(&t, NULL, sleeper, NULL), 0);
	until_asleep(1);
	ck_assert_int_eq(
	    rump_sys_kill(__atomic_load_n(&sleeper_pid, __ATOMIC_ACQUIRE), SIGUSR1), 0);
	if (interruptions[_i].error == 0) {
		until_asleep(interruptions[_i].calls);
		IN_KERNEL(rump_test_sig_post());
	}
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_msg(sleeper_error == interruptions[_i].error, "%s: %d", name, sleeper_error);
	IN_KERNEL(calls = rump_test_sig_calls());
	ck_assert_msg(calls == interruptions[_i].calls, "%s: %d calls", name, calls);
	ck_assert_msg(handled == interruptions[_i].handled, "%s: handled %d", name, handled);
	halt();
}
END_TEST

/* What came between two calls, or in a call that did not sleep, is no matter of the next sleep. */
START_TEST(sig_past_ones_interrupt_nothing)
{
	const struct timespec nap = { 0, 1000000 };

	on_signal(SIGUSR1, 0, handler);
	on_signal(SIGUSR2, 0, handler);
	boot(models[_i].model);
	new_process();
	ck_assert_int_eq(rump_sys_kill(rump_sys_getpid(), SIGUSR1), 0);
	ck_assert_int_eq(rump_sys_nanosleep(&nap, NULL), 0);
	IN_KERNEL(rump_test_sig_send_and_cred(SIGUSR2));
	ck_assert_int_eq(rump_sys_nanosleep(&nap, NULL), 0);
	rump_pub_lwproc_releaselwp();
	halt();
}
END_TEST

/* A call with a mask of its own is interrupted by what it unblocks, and only by that. */
START_TEST(sig_masks_of_calls)
{
	int error, masked;

	boot(RUMP_SIGMODEL_RECORD);
	new_process();
	mask(SIG_BLOCK, SIGUSR1);
	IN_KERNEL(error = rump_test_sig_suspended(0));
	ck_assert_int_eq(error, EWOULDBLOCK);
	ck_assert_int_eq(rump_sys_kill(rump_sys_getpid(), SIGUSR1), 0);
	IN_KERNEL(error = rump_test_sig_suspended(BIT(SIGUSR1)));
	ck_assert_int_eq(error, EWOULDBLOCK);
	IN_KERNEL(error = rump_test_sig_suspended(BIT(SIGUSR2)));
	ck_assert_int_eq(error, EINTR);
	IN_KERNEL(masked = rump_test_sig_masked(SIGUSR1));
	ck_assert_int_eq(masked, 1);
	rump_pub_lwproc_releaselwp();
	halt();
}
END_TEST

/* For one lwp: the other neither sees nor takes it. */
START_TEST(sig_for_one_lwp)
{
	struct lwp *first, *second;
	int yes;
	pid_t pid;

	boot(RUMP_SIGMODEL_RECORD);
	new_process();
	pid = rump_sys_getpid();
	first = rump_pub_lwproc_curlwp();
	ck_assert_int_eq(rump_pub_lwproc_newlwp(pid), 0);
	second = rump_pub_lwproc_curlwp();
	IN_KERNEL(rump_test_sig_send(pid, SIGUSR1, 1));
	ck_assert(!pending(SIGUSR1));
	IN_KERNEL(yes = rump_test_sig_pending(0));
	ck_assert_int_eq(yes, 0);
	rump_pub_lwproc_switch(first);
	ck_assert(pending(SIGUSR1));
	IN_KERNEL(yes = rump_test_sig_pending(SIGUSR1));
	ck_assert_int_eq(yes, EINTR);
	IN_KERNEL(yes = rump_test_sig_pending(SIGUSR2));
	ck_assert_int_eq(yes, 0);
	IN_KERNEL(rump_test_sig_clear());
	ck_assert(!pending(SIGUSR1));
	IN_KERNEL(rump_test_sig_send(pid, SIGUSR1, 77)); /* nobody */
	ck_assert(!pending(SIGUSR1));
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(second);
	rump_pub_lwproc_releaselwp();
	halt();
}
END_TEST

/* ---- What waits ---- */

static int
wait_for(int signo, const struct timespec *timeout, siginfo_t *info)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	errno = 0;
	return rump_sys_sigtimedwait(&set, info, timeout);
}

START_TEST(sig_waiting_is_counted)
{
	const struct timespec none = { 0, 0 }, bad = { 0, 1000000000 };
	siginfo_t info;
	pid_t pid;

	boot(RUMP_SIGMODEL_RECORD);
	new_process();
	pid = rump_sys_getpid();
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(rump_sys_kill(pid, SIGUSR1), 0);
		ck_assert_int_eq(rump_sys_kill(pid, SIGRTMIN), 0);
	}
	ck_assert_int_eq(wait_for(SIGUSR1, &none, &info), SIGUSR1);
	ck_assert_int_eq(info.si_signo, SIGUSR1);
	ck_assert_int_eq(info.si_code, SI_USER);
	ck_assert_int_eq(info.si_pid, pid);
	ck_assert_int_eq(wait_for(SIGUSR1, &none, NULL), -1); /* was one */
	ck_assert_int_eq(errno, EAGAIN);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(wait_for(SIGRTMIN, &none, NULL), SIGRTMIN);
	ck_assert_int_eq(wait_for(SIGRTMIN, &none, NULL), -1);
	ck_assert_int_eq(wait_for(SIGRTMIN, &bad, NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	/* A stream of them takes no memory without end. */
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(rump_sys_kill(pid, SIGRTMAX), 0);
	for (int i = 0; i < 128; i++)
		ck_assert_int_eq(wait_for(SIGRTMAX, &none, NULL), SIGRTMAX);
	ck_assert_int_eq(wait_for(SIGRTMAX, &none, NULL), -1);
	rump_pub_lwproc_releaselwp();
	halt();
}
END_TEST

START_TEST(sig_stop_and_continue_cancel)
{
	boot(RUMP_SIGMODEL_RECORD);
	new_process();
	ck_assert_int_eq(rump_sys_kill(rump_sys_getpid(), SIGTSTP), 0);
	ck_assert(pending(SIGTSTP));
	ck_assert_int_eq(rump_sys_kill(rump_sys_getpid(), SIGCONT), 0);
	ck_assert(!pending(SIGTSTP) && pending(SIGCONT));
	ck_assert_int_eq(rump_sys_kill(rump_sys_getpid(), SIGTTIN), 0);
	ck_assert(pending(SIGTTIN) && !pending(SIGCONT));
	rump_pub_lwproc_releaselwp();
	halt();
}
END_TEST

static void *
waiter(void *arg)
{
	siginfo_t info;

	new_process();
	__atomic_store_n(&sleeper_pid, rump_sys_getpid(), __ATOMIC_RELEASE);
	sleeper_error = wait_for(SIGUSR1, NULL, &info);
	rump_pub_lwproc_releaselwp();
	return arg;
}

/* A waiter gets it, asleep already or not yet; it is not raised. */
START_TEST(sig_goes_to_who_waits)
{
	pthread_t t;
	pid_t pid;

	on_signal(SIGUSR1, 0, handler);
	boot(_i == 0 ? RUMP_SIGMODEL_RAISE : RUMP_SIGMODEL_RECORD);
	mask(SIG_BLOCK, SIGUSR1); /* so that it waits until then */
	__atomic_store_n(&sleeper_pid, 0, __ATOMIC_RELAXED);
	ck_assert_int_eq(pthread_create(&t, NULL, waiter, NULL), 0);
	while ((pid = __atomic_load_n(&sleeper_pid, __ATOMIC_ACQUIRE)) == 0)
		sched_yield();
	ck_assert_int_eq(rump_sys_kill(pid, SIGUSR1), 0);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_int_eq(sleeper_error, SIGUSR1);
	ck_assert_int_eq(handled, 0);
	halt();
}
END_TEST

/* ---- Owners ---- */

static const struct {
	const char *name;
	unsigned long tty;
	pid_t id;
	int error;
} owners[] = {
	{ "nobody", 0, 0, 0 },
	{ "a process", 0, 1, 0 },
	{ "a group", 0, -1, 0 },
	{ "no process", 0, 29999, ESRCH },
	{ "no group", 0, -29999, ESRCH },
	{ "the least number", 0, INT32_MIN, EINVAL },
	{ "tty: a group", 1, 1, 0 },
	{ "tty: a negative one", 1, -1, EINVAL },
	{ "tty: no group", 1, 29999, ESRCH },
	{ "tty: of another session", 1, 2, EPERM },
};

START_TEST(sig_owners)
{
	pid_t own = 4711;
	int error;

	boot(RUMP_SIGMODEL_RECORD);
	new_process();
	ck_assert_int_eq(rump_sys_getpid(), 2);
	ck_assert_int_eq(rump_sys_setsid(), 2);
	struct lwp *const other = rump_pub_lwproc_curlwp();
	rump_pub_lwproc_switch(NULL);
	IN_KERNEL(error = rump_test_sig_setown(owners[_i].tty, owners[_i].id, &own));
	ck_assert_msg(error == owners[_i].error, "%s: %d", owners[_i].name, error);
	if (error == 0) {
		IN_KERNEL(rump_test_sig_own(own, SIGIO));
		ck_assert_int_eq(pending(SIGIO), owners[_i].id != 0);
	} else
		ck_assert_int_eq(own, 4711);
	rump_pub_lwproc_switch(other);
	rump_pub_lwproc_releaselwp();
	halt();
}
END_TEST

/* ---- Orphaned groups ---- */

static void
has_jobc(pid_t pgid, int expected)
{
	int n;

	IN_KERNEL(n = rump_test_sig_jobc(pgid));
	ck_assert_int_eq(n, expected);
}

/* A shell (2), a job's leader (3) and its child (4), which go in that order. */
START_TEST(sig_jobs_are_orphaned)
{
	struct lwp *shell, *job;

	boot(RUMP_SIGMODEL_RECORD);
	new_process();
	shell = rump_pub_lwproc_curlwp();
	ck_assert_int_eq(rump_sys_setsid(), 2);
	new_process();
	job = rump_pub_lwproc_curlwp();
	has_jobc(2, 0);
	ck_assert_int_eq(rump_sys_setpgid(0, 0), 0);
	has_jobc(3, 1);
	new_process();
	has_jobc(3, 1); /* its parent is in the group */
	ck_assert_int_eq(rump_sys_setpgid(0, 2), 0);
	has_jobc(2, 1); /* its parent is in another one of the session */
	has_jobc(3, 1);
	ck_assert_int_eq(rump_sys_setpgid(0, 3), 0);
	has_jobc(2, 0);
	has_jobc(3, 1);
	struct lwp *const last = rump_pub_lwproc_curlwp();
	rump_pub_lwproc_switch(shell);
	rump_pub_lwproc_releaselwp();
	has_jobc(3, 0);
	rump_pub_lwproc_switch(job);
	rump_pub_lwproc_releaselwp();
	has_jobc(3, 0);
	rump_pub_lwproc_switch(last);
	rump_pub_lwproc_releaselwp();
	has_jobc(3, -1);
	halt();
}
END_TEST

/* ---- Races ---- */

#ifndef ROUNDS
#define ROUNDS 300
#endif
static bool done;

static void *
killer(void *arg)
{
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
		(void)rump_sys_kill(-1, SIGUSR1);
		(void)rump_sys_kill(-1, SIGRTMIN);
		sched_yield();
	}
	return arg;
}

/* Processes come, sleep, change who they are and go, while all of them are signalled. */
START_TEST(sig_kill_meets_exit)
{
	const struct timespec nap = { 0, 10000 };
	pthread_t t;

	on_signal(SIGUSR1, 0, SIG_IGN);
	on_signal(SIGRTMIN, 0, handler);
	boot(_i == 0 ? RUMP_SIGMODEL_RAISE : RUMP_SIGMODEL_RECORD);
	__atomic_store_n(&done, false, __ATOMIC_RELEASE);
	ck_assert_int_eq(pthread_create(&t, NULL, killer, NULL), 0);
	for (int i = 0; i < ROUNDS; i++) {
		new_process();
		if (i % 3 == 0)
			mask(SIG_BLOCK, SIGRTMIN);
		if (i % 2 == 0)
			(void)rump_sys_nanosleep(&nap, NULL);
		ck_assert_int_eq(rump_sys_setuid(0), 0);
		mask(SIG_UNBLOCK, SIGRTMIN);
		rump_pub_lwproc_releaselwp();
	}
	__atomic_store_n(&done, true, __ATOMIC_RELEASE);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	halt();
}
END_TEST

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

int
main(void)
{
	Suite *const s = suite_create("sig");
	TCase *const tc = tcase_create("sig");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, sig_models, 0, ROWS(models));
	tcase_add_test_raise_signal(tc, sig_panics, SIGABRT);
	tcase_add_test(tc, sig_blocked_is_raised_when_unblocked);
	tcase_add_test(tc, sig_masks_are_whose);
	tcase_add_loop_test(tc, sig_interrupts_a_sleep, 0, ROWS(interruptions));
	tcase_add_loop_test(tc, sig_past_ones_interrupt_nothing, 0, ROWS(models));
	tcase_add_test(tc, sig_masks_of_calls);
	tcase_add_test(tc, sig_for_one_lwp);
	tcase_add_test(tc, sig_waiting_is_counted);
	tcase_add_test(tc, sig_stop_and_continue_cancel);
	tcase_add_loop_test(tc, sig_goes_to_who_waits, 0, 2);
	tcase_add_loop_test(tc, sig_owners, 0, ROWS(owners));
	tcase_add_test(tc, sig_jobs_are_orphaned);
	tcase_add_loop_test(tc, sig_kill_meets_exit, 0, 2);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
