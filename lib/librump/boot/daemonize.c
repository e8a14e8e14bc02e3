/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* rump_daemonize_begin(3): into the background before boot; the parent hears how it went. */
#include <sys/param.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_entry.h"

int rump_daemonize_begin(void);
int rump_daemonize_done(int error);

int
rump_daemonize_begin(void)
{
	if (__atomic_load_n(&rump_hot.rh_gen, __ATOMIC_RELAXED) != RUMP_GEN_NONE)
		return EALREADY;
	return rumpuser_daemonize_begin();
}

int
rump_daemonize_done(int error)
{
	return rumpuser_daemonize_done(error);
}
