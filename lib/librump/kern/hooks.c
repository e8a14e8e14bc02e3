/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Hooks for what never happens here: there is no power to go away and no debugger that polls.
 * Establishing one works; it is not called.
 */
#include <sys/param.h>
#include <sys/systm.h>

static char cookie;

void *
powerhook_establish(const char *name, void (*fn)(int, void *), void *arg)
{
	return &cookie;
}

void
powerhook_disestablish(void *vcookie)
{
	KASSERT(vcookie == &cookie);
}

void *
critpollhook_establish(void (*fn)(void *), void *arg)
{
	return &cookie;
}

void
critpollhook_disestablish(void *vcookie)
{
	KASSERT(vcookie == &cookie);
}

void
voidop(void)
{
}
