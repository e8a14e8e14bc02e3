/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Signals that wait: a set, and a list of what is known of them in the order they came.
 *
 * A standard signal is on the list once at most, a real-time signal as often as it was sent, up to
 * SIGQUEUE_MAX in all.  Without memory, or beyond that, a signal is in the set alone: it is there,
 * and nothing is known of it.  What a timer sends is part of the timer and needs no memory.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/signalvar.h>

#include "rump_signal.h"

#define SIGQUEUE_MAX 128 /* on one list */

void
rump_sigpend_init(sigpend_t *sp)
{
	ksiginfo_queue_init(&sp->sp_info);
	sigemptyset(&sp->sp_set);
}

static bool
wants_entry(const sigpend_t *sp, const ksiginfo_t *ksi)
{
	const ksiginfo_t *other;
	u_int n = 0;

	if (KSI_EMPTY_P(ksi))
		return false;
	if ((RUMP_SIG_RT & __sigmask(ksi->ksi_signo)) == 0)
		return !sigismember(&sp->sp_set, ksi->ksi_signo);
	TAILQ_FOREACH (other, &sp->sp_info, ksi_list)
		n++;
	return n < SIGQUEUE_MAX;
}

void
rump_sigpend_put(sigpend_t *sp, ksiginfo_t *ksi)
{
	ksiginfo_t *entry = ksi;

	if ((ksi->ksi_flags & KSI_TIMER) == 0) {
		entry = wants_entry(sp, ksi) ? kmem_alloc(sizeof(*entry), KM_NOSLEEP) : NULL;
		if (entry != NULL) {
			*entry = *ksi;
			entry->ksi_flags = (ksi->ksi_flags & KSI_TRAP) | KSI_FROMPOOL;
		}
	}
	if (entry != NULL) {
		KASSERT((entry->ksi_flags & KSI_QUEUED) == 0);
		entry->ksi_flags |= KSI_QUEUED;
		TAILQ_INSERT_TAIL(&sp->sp_info, entry, ksi_list);
	}
	sigaddset(&sp->sp_set, ksi->ksi_signo);
}

/* An entry goes: it counts as taken, and who allocated it gets it back. */
static void
entry_off(sigpend_t *sp, ksiginfo_t *ksi, ksiginfoq_t *dead)
{
	TAILQ_REMOVE(&sp->sp_info, ksi, ksi_list);
	ksi->ksi_flags &= ~(u_long)KSI_QUEUED;
	if ((ksi->ksi_flags & KSI_TIMER) != 0)
		rump_timer_taken(ksi);
	else
		TAILQ_INSERT_TAIL(dead, ksi, ksi_list);
}

bool
rump_sigpend_take(sigpend_t *sp, uint64_t set, ksiginfo_t *out, ksiginfoq_t *dead)
{
	const uint64_t have = sp->sp_set.__bits & set;
	ksiginfo_t *ksi, *next, *first = NULL;
	bool more = false;
	int signo;

	if (have == 0)
		return false;
	signo = __builtin_ctzll(have) + 1;
	TAILQ_FOREACH_SAFE (ksi, &sp->sp_info, ksi_list, next) {
		if (ksi->ksi_signo != signo)
			continue;
		if (first != NULL)
			more = true;
		else
			first = ksi;
	}
	if (!more)
		sigdelset(&sp->sp_set, signo);
	if (first == NULL) {
		*out = (ksiginfo_t){ .ksi_signo = signo, .ksi_code = SI_NOINFO };
		return true;
	}
	entry_off(sp, first, dead);
	*out = *first;
	return true;
}

void
rump_sigpend_clear(sigpend_t *sp, uint64_t set, ksiginfoq_t *dead)
{
	ksiginfo_t *ksi, *next;

	if ((sp->sp_set.__bits & set) == 0)
		return;
	TAILQ_FOREACH_SAFE (ksi, &sp->sp_info, ksi_list, next)
		if ((__sigmask(ksi->ksi_signo) & set) != 0)
			entry_off(sp, ksi, dead);
	sp->sp_set.__bits &= ~set;
}

void
ksiginfo_queue_drain0(ksiginfoq_t *q)
{
	ksiginfo_t *ksi;

	while ((ksi = TAILQ_FIRST(q)) != NULL) {
		TAILQ_REMOVE(q, ksi, ksi_list);
		if ((ksi->ksi_flags & KSI_FROMPOOL) != 0)
			kmem_free(ksi, sizeof(*ksi));
	}
}
