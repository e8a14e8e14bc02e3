/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Host signals.  librumpuser installs no handler: the threads that it makes block every signal, and
 * the program's own threads are left as they are.
 */
#include <signal.h>
#include <unistd.h>

#include "internal.h"

int
rumpuser_kill(int sig)
{
	KEEP_ERRNO;

	return kill(getpid(), sig) == 0 ? 0 : errno;
}
