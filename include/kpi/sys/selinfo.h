/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What a pollable object embeds: those who wait for it. */
#ifndef KPI_SYS_SELINFO_H
#define KPI_SYS_SELINFO_H

#include <sys/event.h>
#include <sys/queue.h>
#include <sys/types.h>

struct lwp;

/* Locks: (o) the object's own, under which selrecord() and selnotify() are called. */
struct selinfo {
	struct klist sel_klist; /* (o) knotes */
	void *sel_cluster;	/* who waits; private to poll and select */
	struct lwp *sel_lwp;
	SLIST_ENTRY(selinfo) sel_chain;
	uintptr_t sel_fdinfo;
	uint32_t sel_collision;
	uint32_t sel_reserved;
};

#endif /* KPI_SYS_SELINFO_H */
