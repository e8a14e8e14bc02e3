/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* evcnt(9): counters of events, printed by rump_printevcnts() and `kern.evcnt'. */
#ifndef KPI_SYS_EVCNT_H
#define KPI_SYS_EVCNT_H

#include <sys/queue.h>
#include <sys/types.h>

/* Counters are bumped by their owners without a lock: ev_count++. */
struct evcnt {
	uint64_t ev_count;
	TAILQ_ENTRY(evcnt) ev_list; /* (evcnt lock) */
	unsigned char ev_type;
	unsigned char ev_grouplen;
	unsigned char ev_namelen;
	char ev_pad1;
	const struct evcnt *ev_parent;
	const char *ev_group;
	const char *ev_name;
};
TAILQ_HEAD(evcntlist, evcnt);
extern struct evcntlist allevents;

#define EVCNT_STRING_MAX 255
#define EVCNT_TYPE_ANY	 (-1)
#define EVCNT_TYPE_MISC	 0
#define EVCNT_TYPE_INTR	 1
#define EVCNT_TYPE_TRAP	 2

#define EVCNT_INITIALIZER(type, parent, group, name)                                             \
	{                                                                                        \
		.ev_type = (type), .ev_parent = (parent), .ev_group = (group), .ev_name = (name) \
	}
#define EVCNT_ATTACH_STATIC(ev)	    __link_set_add_data(evcnts, ev)
#define EVCNT_ATTACH_STATIC2(ev, n) __link_set_add_data2(evcnts, ev, n)

/* owns: ev stays the caller's, and stays until detached.  group and name are not copied. */
void evcnt_attach_static(struct evcnt *ev);
void evcnt_attach_dynamic(
    struct evcnt *ev, int type, const struct evcnt *parent, const char *group, const char *name);
void evcnt_attach_dynamic_nozero(
    struct evcnt *ev, int type, const struct evcnt *parent, const char *group, const char *name);
void evcnt_detach(struct evcnt *ev);

#endif /* KPI_SYS_EVCNT_H */
