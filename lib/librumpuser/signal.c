/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Host signals.  librumpuser installs no handler: the threads that it makes block every signal, and
 * the program's own threads are left as they are.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "internal.h"

int
rumpuser_kill(int sig)
{
	sigset_t blocked;
	KEEP_ERRNO;

	/* sigismember() fails for a number that is none, as kill() then does. */
	if (pthread_sigmask(SIG_SETMASK, NULL, &blocked) == 0 && sigismember(&blocked, sig) == 0)
		return pthread_kill(pthread_self(), sig);
	return kill(getpid(), sig) == 0 ? 0 : errno;
}

enum rumpuser_sigaction
rumpuser_sigaction(int sig)
{
	struct sigaction sa;
	KEEP_ERRNO;

	if (sigaction(sig, NULL, &sa) != 0 || sa.sa_handler == SIG_DFL)
		return RUMPUSER_SIG_DEFAULT;
	if (sa.sa_handler == SIG_IGN)
		return RUMPUSER_SIG_IGNORED;
	return (sa.sa_flags & SA_RESTART) != 0 ? RUMPUSER_SIG_RESTARTS : RUMPUSER_SIG_CAUGHT;
}
