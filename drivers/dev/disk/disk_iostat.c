/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * iostat(9), and what sysctl shows of it: hw.disknames and hw.iostatnames, the names with blanks between.
 *
 * Lock order: iostatlist_lock is a leaf; a set's counters are guarded by its owner.
 */
#include <sys/param.h>
#include <sys/iostat.h>
#include <sys/kmem.h>
#include <sys/rwlock.h>
#include <sys/sysctl.h>
#include <sys/systm.h>
#include <sys/time.h>

#include "dk_var.h"

static TAILQ_HEAD(, io_stats) iostatlist; /* (l) */
static krwlock_t iostatlist_lock;	  /* the legend's (l) */

void
disk_iostat_init(void)
{
	TAILQ_INIT(&iostatlist);
	rw_init(&iostatlist_lock);
}

void
disk_iostat_fini(void)
{
	rw_destroy(&iostatlist_lock);
}

struct io_stats *
iostat_alloc(int type, void *parent, const char *name)
{
	struct io_stats *const stats = kmem_zalloc(sizeof(*stats), KM_SLEEP);

	stats->io_type = type;
	stats->io_parent = parent;
	strlcpy(stats->io_name, name, sizeof(stats->io_name));
	getmicrouptime(&stats->io_attachtime);
	rw_enter(&iostatlist_lock, RW_WRITER);
	TAILQ_INSERT_TAIL(&iostatlist, stats, io_link);
	rw_exit(&iostatlist_lock);
	return stats;
}

void
iostat_free(struct io_stats *stats)
{
	rw_enter(&iostatlist_lock, RW_WRITER);
	TAILQ_REMOVE(&iostatlist, stats, io_link);
	rw_exit(&iostatlist_lock);
	kmem_free(stats, sizeof(*stats));
}

struct io_stats *
iostat_find(const char *name)
{
	struct io_stats *stats;

	rw_enter(&iostatlist_lock, RW_READER);
	TAILQ_FOREACH (stats, &iostatlist, io_link)
		if (strcmp(stats->io_name, name) == 0)
			break;
	rw_exit(&iostatlist_lock);
	return stats;
}

/* sum grows by n times the time since then. */
static void
integrate(struct timeval *sum, const struct timeval *now, const struct timeval *then, int n)
{
	struct timeval d;

	timersub(now, then, &d);
	while (n-- > 0)
		timeradd(sum, &d, sum);
}

void
iostat_wait(struct io_stats *stats)
{
	struct timeval now;

	getmicrouptime(&now);
	integrate(&stats->io_waitsum, &now, &stats->io_waitstamp, stats->io_wait++);
	stats->io_waitstamp = now;
}

void
iostat_busy(struct io_stats *stats)
{
	struct timeval now;

	getmicrouptime(&now);
	if (stats->io_wait > 0) {
		integrate(&stats->io_waitsum, &now, &stats->io_waitstamp, stats->io_wait--);
		stats->io_waitstamp = now;
	}
	if (stats->io_busy > 0)
		integrate(&stats->io_busysum, &now, &stats->io_timestamp, stats->io_busy);
	if (stats->io_busy > 0)
		integrate(&stats->io_time, &now, &stats->io_timestamp, 1);
	stats->io_timestamp = now;
	stats->io_busy++;
}

void
iostat_unbusy(struct io_stats *stats, long bcount, int read)
{
	struct timeval now;

	KASSERT(stats->io_busy > 0);
	getmicrouptime(&now);
	integrate(&stats->io_busysum, &now, &stats->io_timestamp, stats->io_busy);
	integrate(&stats->io_time, &now, &stats->io_timestamp, 1);
	stats->io_timestamp = now;
	stats->io_busy--;
	if (read) {
		stats->io_rxfer++;
		stats->io_rbytes += (uint64_t)bcount;
	} else {
		stats->io_wxfer++;
		stats->io_wbytes += (uint64_t)bcount;
	}
}

bool
iostat_isbusy(struct io_stats *stats)
{
	return stats->io_busy != 0;
}

void
iostat_seek(struct io_stats *stats)
{
	stats->io_seek++;
}

/* ---- sysctl ---- */

/* The names of one type, or (-1) of all, in memory of the caller's to free. */
static char *
names(int type, size_t *sizep)
{
	const struct io_stats *stats;
	size_t size = 1;
	char *s;

	rw_enter(&iostatlist_lock, RW_READER);
	TAILQ_FOREACH (stats, &iostatlist, io_link)
		size += strlen(stats->io_name) + 1;
	s = kmem_zalloc(size, KM_SLEEP);
	TAILQ_FOREACH (stats, &iostatlist, io_link) {
		if (type != -1 && stats->io_type != type)
			continue;
		if (s[0] != '\0')
			strlcat(s, " ", size);
		strlcat(s, stats->io_name, size);
	}
	rw_exit(&iostatlist_lock);
	*sizep = size;
	return s;
}

static int
names_lookup(int type, SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	size_t size;
	char *const s = names(type, &size);
	int error;

	node.sysctl_data = s;
	node.sysctl_size = strlen(s) + 1;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	kmem_free(s, size);
	return error;
}

static int
disknames_sysctl(SYSCTLFN_ARGS)
{
	return names_lookup(IOSTAT_DISK, SYSCTLFN_CALL(rnode));
}

static int
iostatnames_sysctl(SYSCTLFN_ARGS)
{
	return names_lookup(-1, SYSCTLFN_CALL(rnode));
}

SYSCTL_SETUP(sysctl_disk_setup, "disks")
{
	(void)sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT, CTLTYPE_STRING, "disknames",
	    SYSCTL_DESCR("Names of disks"), disknames_sysctl, 0, NULL, 0, CTL_HW, CTL_CREATE,
	    CTL_EOL);
	(void)sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT, CTLTYPE_STRING, "iostatnames",
	    SYSCTL_DESCR("Names of what has I/O statistics"), iostatnames_sysctl, 0, NULL, 0,
	    CTL_HW, CTL_CREATE, CTL_EOL);
}
