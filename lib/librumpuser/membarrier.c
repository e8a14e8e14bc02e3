/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A memory barrier in every running thread of the process: membarrier(2) on Linux, which the
 * process asks for once (a no-op when asked again).  A host without one says so, and the kernel
 * fences on its own fast paths.
 */
#include <unistd.h>

#include "internal.h"

#if defined(__linux__) && __has_include(<linux/membarrier.h>)
#include <linux/membarrier.h>
#include <sys/syscall.h>

static bool registered; /* init_lock; read by the kernel's threads, which start later */

void
rumpuser__membarrier_init(void)
{
	KEEP_ERRNO;

	registered = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

bool
rumpuser_membarrier(void)
{
	KEEP_ERRNO;

	if (SIMULATED()) /* nobody else is running */
		return true;
	return registered && syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0;
}

#else

void
rumpuser__membarrier_init(void)
{
}

bool
rumpuser_membarrier(void)
{
	return SIMULATED();
}
#endif
