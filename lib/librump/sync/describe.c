/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What an lwp sleeps for, in words, for reports of a world at rest: nothing is locked. */
#include "sync_impl.h"

#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/proc.h>

static const char *const kinds[] = {
	[SLEEPER_MUTEX] = "mutex",
	[SLEEPER_STARVED] = "mutex",
	[SLEEPER_READER] = "rwlock (to read)",
	[SLEEPER_WRITER] = "rwlock (to write)",
	[SLEEPER_CV] = "condvar",
	[SLEEPER_ADDRESS] = "address",
};

/* The lwp that has what l sleeps for; NULL: nobody, or readers. */
static const struct lwp *
holder(const struct lwp *l)
{
	const volatile void *const wchan = l->l_sync.ls_wchan;

	switch (l->l_sync.ls_kind) {
	case SLEEPER_MUTEX:
	case SLEEPER_STARVED:
		return mutex_owner((const kmutex_t *)__UNVOLATILE(wchan));
	case SLEEPER_READER:
	case SLEEPER_WRITER:
		return rw_holder((const krwlock_t *)__UNVOLATILE(wchan));
	default:
		return NULL;
	}
}

void
rump_sync_describe(const struct lwp *l, char *buf, size_t len)
{
	const struct lwp_sync *const ls = &l->l_sync;
	const struct lwp *h;
	size_t n;

	if (ls->ls_wchan == NULL) {
		buf[0] = '\0';
		return;
	}
	h = holder(l);
	n = (size_t)snprintf(
	    buf, len, " waits for %s %p", kinds[ls->ls_kind], __UNVOLATILE(ls->ls_wchan));
	if (n < len && ls->ls_kind >= SLEEPER_CV)
		n += (size_t)snprintf(buf + n, len - n, " \"%s\"", ls->ls_wmesg);
	if (n < len && h != NULL)
		(void)snprintf(buf + n, len - n, " of lwp %d.%d%s%s%s", h->l_proc->p_pid, h->l_lid,
		    h->l_name != NULL ? " (" : "", h->l_name != NULL ? h->l_name : "",
		    h->l_name != NULL ? ")" : "");
}
