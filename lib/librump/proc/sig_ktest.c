/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The kernel's side of sig_test.c.  A call that nobody serves otherwise is a sleep that signals end and
 * that may be made again; its calls are counted.
 */
#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/systm.h>
#include <sys/ttycom.h>

#include "rump_syscall.h"

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
int rump_test_sig_setown(u_long tty, pid_t id, pid_t *own);
void rump_test_sig_own(pid_t own, int signo);

static kmutex_t lock;
static kcondvar_t cv;
static int posts, calls, asleep; /* lock */

static int
wait_for_post(struct lwp *l, const void *args, register_t *retval)
{
	int error = 0;

	mutex_enter(&lock);
	calls++;
	asleep++;
	while (posts == 0 && error == 0)
		error = cv_wait_sig(&cv, &lock);
	asleep--;
	if (error == 0)
		posts--;
	mutex_exit(&lock);
	return error;
}

static const struct rump_sysreg served[] = {
	{ SYS__ksem_wait, wait_for_post },
};

void
rump_test_sig_serve(bool on)
{
	if (on) {
		mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
		cv_init(&cv, "sigtest");
		posts = calls = asleep = 0;
		rump_syscalls_register(served, __arraycount(served));
	} else {
		rump_syscalls_unregister(served, __arraycount(served));
		cv_destroy(&cv);
		mutex_destroy(&lock);
	}
}

void
rump_test_sig_post(void)
{
	mutex_enter(&lock);
	posts++;
	cv_broadcast(&cv);
	mutex_exit(&lock);
}

static int
look(const int *word)
{
	int value;

	mutex_enter(&lock);
	value = *word;
	mutex_exit(&lock);
	return value;
}

int
rump_test_sig_calls(void)
{
	return look(&calls);
}

int
rump_test_sig_asleep(void)
{
	return look(&asleep);
}

void
rump_test_sig_send(pid_t pid, int signo, int lid)
{
	ksiginfo_t ksi = { .ksi_signo = signo, .ksi_code = SI_USER, .ksi_lid = lid };
	struct proc *p;

	mutex_enter(&proc_lock);
	if ((p = proc_find(pid)) != NULL)
		kpsignal(p, &ksi, NULL);
	mutex_exit(&proc_lock);
}

/* In one call: interrupted, and then it looks for new credentials. */
void
rump_test_sig_send_and_cred(int signo)
{
	rump_test_sig_send(curproc->p_pid, signo, 0);
	proc_crmod_enter();
	proc_crmod_leave(NULL, NULL, false);
}

/* A sleep under another mask: its error. */
int
rump_test_sig_suspended(uint64_t bits)
{
	const sigset_t mask = { bits };
	int error;

	sigsuspendsetup(curlwp, &mask);
	error = kpause("suspend", true, 1, NULL);
	sigsuspendteardown(curlwp);
	return error;
}

int
rump_test_sig_masked(int signo)
{
	return sigismasked(curlwp, signo);
}

int
rump_test_sig_pending(int signo)
{
	return sigispending(curlwp, signo);
}

void
rump_test_sig_clear(void)
{
	ksiginfoq_t kq;

	ksiginfo_queue_init(&kq);
	sigclearall(curproc, NULL, &kq);
	ksiginfo_queue_drain(&kq);
}

int
rump_test_sig_jobc(pid_t pgid)
{
	const struct pgrp *pg;
	int n;

	mutex_enter(&proc_lock);
	pg = pgrp_find(pgid);
	n = pg != NULL ? pg->pg_jobc : -1;
	mutex_exit(&proc_lock);
	return n;
}

int
rump_test_sig_setown(u_long tty, pid_t id, pid_t *own)
{
	pid_t back;
	int error;

	error = fsetown(own, tty != 0 ? TIOCSPGRP : FIOSETOWN, &id);
	if (error == 0) {
		(void)fgetown(*own, tty != 0 ? TIOCGPGRP : FIOGETOWN, &back);
		KASSERT(back == id);
	}
	return error;
}

void
rump_test_sig_own(pid_t own, int signo)
{
	fownsignal(own, signo, POLL_IN, 1, NULL);
}
