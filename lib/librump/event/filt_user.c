/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* EVFILT_USER: events that the program triggers itself.  All under the queue's mutex. */
#include "kqueue.h"

#include <sys/systm.h>

/* kn_hookid: triggered and not told of. */

static uint32_t
combine(uint32_t old, uint32_t fflags)
{
	const uint32_t bits = fflags & NOTE_FFLAGSMASK;

	switch (fflags & NOTE_FFCTRLMASK) {
	case NOTE_FFAND:
		return old & bits;
	case NOTE_FFOR:
		return old | bits;
	case NOTE_FFCOPY:
		return bits;
	default:
		return old;
	}
}

static int
user_attach(struct knote *kn)
{
	kn->kn_hookid = (kn->kn_sfflags & NOTE_TRIGGER) != 0;
	kn->kn_sfflags &= NOTE_FFLAGSMASK;
	return 0;
}

static int
user_event(struct knote *kn, long hint)
{
	return kn->kn_hookid;
}

static int
user_touch(struct knote *kn, struct kevent *kev, long type)
{
	if (type == EVENT_REGISTER) {
		if ((kev->fflags & NOTE_TRIGGER) != 0)
			kn->kn_hookid = 1;
		kn->kn_sfflags = combine(kn->kn_sfflags, kev->fflags);
		kn->kn_sdata = (uintptr_t)kev->data;
		return 0;
	}
	if (type == RUMP_EVENT_RETURN) {
		if ((kn->kn_flags & EV_CLEAR) != 0 && kn->kn_hookid == 0)
			kn->kn_sdata = (uintptr_t)kev->data;
		kn->kn_sfflags |= kev->fflags;
		kn->kn_hookid = 1;
		return 0;
	}
	*kev = kn->kn_kevent;
	kev->fflags = kn->kn_sfflags;
	kev->data = (int64_t)kn->kn_sdata;
	if ((kn->kn_flags & EV_CLEAR) != 0) {
		kn->kn_hookid = 0;
		kn->kn_sdata = 0;
		kn->kn_sfflags = 0;
	}
	return 0;
}

const struct filterops rump_filt_user = {
	.f_flags = FILTEROP_MPSAFE | RUMP_FILTEROP_RETURN,
	.f_attach = user_attach,
	.f_event = user_event,
	.f_touch = user_touch,
};
