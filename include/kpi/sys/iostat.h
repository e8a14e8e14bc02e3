/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* iostat(9): transfers, bytes and time of disks and others.  The owner's lock guards a set of counters. */
#ifndef KPI_SYS_IOSTAT_H
#define KPI_SYS_IOSTAT_H

#include <sys/queue.h>
#include <sys/time.h>
#include <sys/types.h>

#define IOSTATNAMELEN 16

#define IOSTAT_DISK 0
#define IOSTAT_TAPE 1
#define IOSTAT_NFS  2

/* Locks: (i) immutable, (o) the owner's, (l) the list's. */
struct io_stats {
	char io_name[IOSTATNAMELEN];   /* (i) */
	void *io_parent;	       /* (i) */
	int io_type;		       /* (i) IOSTAT_* */
	int io_busy;		       /* (o) transfers under way */
	uint64_t io_rxfer, io_wxfer;   /* (o) transfers */
	uint64_t io_seek;	       /* (o) */
	uint64_t io_rbytes, io_wbytes; /* (o) */
	struct timeval io_attachtime;  /* (i) */
	struct timeval io_timestamp;   /* (o) when io_busy changed last */
	struct timeval io_time;	       /* (o) time with io_busy != 0 */
	struct timeval io_busysum;     /* (o) io_busy integrated over time */
	struct timeval io_waitsum;     /* (o) io_wait likewise */
	struct timeval io_waitstamp;   /* (o) */
	int io_wait;		       /* (o) transfers queued */
	TAILQ_ENTRY(io_stats) io_link; /* (l) */
};

/* Counters in the list; name is copied and cut.  sleeps. */
struct io_stats *iostat_alloc(int type, void *parent, const char *name);
void iostat_free(struct io_stats *stats);
/* A transfer was queued, starts, or ends with bcount bytes.  locks: the owner's. */
void iostat_wait(struct io_stats *stats);
void iostat_busy(struct io_stats *stats);
void iostat_unbusy(struct io_stats *stats, long bcount, int read);
bool iostat_isbusy(struct io_stats *stats);
void iostat_seek(struct io_stats *stats);
/* NULL: there is none of that name. */
struct io_stats *iostat_find(const char *name);

#endif /* KPI_SYS_IOSTAT_H */
