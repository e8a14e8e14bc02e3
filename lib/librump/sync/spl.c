/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Priority levels (tracked, they mask nothing) and the assertion about sleeping. */
#include "sync_impl.h"

#include <sys/pserialize.h>

int
splraise(int level)
{
	struct lwp_sync *const ls = &curlwp->l_sync;
	const int old = ls->ls_spl;

	KASSERT(level >= IPL_NONE && level < NIPL);
	if (level > old)
		ls->ls_spl = (uint8_t)level;
	return old;
}

void
splx(int s)
{
	KASSERT(s >= IPL_NONE && s < NIPL);
	curlwp->l_sync.ls_spl = (uint8_t)s;
}

int
rump_splget(void)
{
	return curlwp->l_sync.ls_spl;
}

void
assert_sleepable(void)
{
	struct lwp *const l = curlwp;

	if (cpu_intr_p())
		panic("sleeping in a hardware interrupt of level %d", l->l_ipl);
	lockdebug_none(l, true, "sleeping");
	if (l->l_sync.ls_nspin != 0)
		panic("sleeping with %u spin mutexes held", l->l_sync.ls_nspin);
	if (pserialize_in_read_section())
		panic("sleeping in a read section");
}
