/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What a pollable object embeds: those who wait for it. */
#ifndef KPI_SYS_SELINFO_H
#define KPI_SYS_SELINFO_H

#include <sys/event.h>
#include <sys/queue.h>
#include <sys/types.h>

struct rump_watch;

/*
 * Locks: (o) the object's own, under which selrecord() and selnotify() are called, (h) the lock of
 * watches that the address hashes to.
 */
struct selinfo {
	struct klist sel_klist;		     /* (o) knotes */
	LIST_HEAD(, rump_watch) sel_watches; /* (h) who waits */
	uint32_t sel_nwatches;		     /* (h) how many; read without */
};

#endif /* KPI_SYS_SELINFO_H */
