/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* evcnt(9): the list of event counters. */
#include <sys/param.h>
#include <sys/evcnt.h>
#include <sys/kprintf.h>

#include <lib/libkern/libkern.h>

#include "rump_kern.h"
#include "rump_leaf.h"

static struct rump_leaf evcnt_lock;
struct evcntlist allevents = TAILQ_HEAD_INITIALIZER(allevents); /* evcnt_lock */

static const char *const types[] = { "misc", "intr", "trap" };

int
rump_evcnt_init(void)
{
	rump_leaf_init(&evcnt_lock);
	TAILQ_INIT(&allevents);
	return 0;
}

void
rump_evcnt_fini(void)
{
	TAILQ_INIT(&allevents);
}

void
evcnt_attach_static(struct evcnt *ev)
{
	const size_t grouplen = strlen(ev->ev_group), namelen = strlen(ev->ev_name);

	KASSERT(grouplen <= EVCNT_STRING_MAX && namelen <= EVCNT_STRING_MAX);
	ev->ev_grouplen = grouplen;
	ev->ev_namelen = namelen;
	rump_leaf_enter(&evcnt_lock);
	TAILQ_INSERT_TAIL(&allevents, ev, ev_list);
	rump_leaf_exit(&evcnt_lock);
}

void
evcnt_attach_dynamic_nozero(
    struct evcnt *ev, int type, const struct evcnt *parent, const char *group, const char *name)
{
	ev->ev_type = type;
	ev->ev_parent = parent;
	ev->ev_group = group;
	ev->ev_name = name;
	evcnt_attach_static(ev);
}

void
evcnt_attach_dynamic(
    struct evcnt *ev, int type, const struct evcnt *parent, const char *group, const char *name)
{
	memset(ev, 0, sizeof(*ev));
	evcnt_attach_dynamic_nozero(ev, type, parent, group, name);
}

void
evcnt_detach(struct evcnt *ev)
{
	rump_leaf_enter(&evcnt_lock);
	TAILQ_REMOVE(&allevents, ev, ev_list);
	rump_leaf_exit(&evcnt_lock);
}

/* ---- For programs ---- */

void rump_printevcnts(void);
void rump_schedule(void);
void rump_unschedule(void);

/* Counters that are not zero, to the console. */
void
rump_printevcnts(void)
{
	struct evcnt *ev;

	rump_schedule();
	rump_leaf_enter(&evcnt_lock);
	TAILQ_FOREACH (ev, &allevents, ev_list) {
		if (ev->ev_count != 0)
			printf_nolog("%s: %s %s: %ju\n", ev->ev_group, ev->ev_name,
			    ev->ev_type < __arraycount(types) ? types[ev->ev_type] : "?",
			    (uintmax_t)ev->ev_count);
	}
	rump_leaf_exit(&evcnt_lock);
	rump_unschedule();
}
