/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What is in the files that kernfs has itself. */
#include <sys/param.h>
#include <sys/cpu.h>
#include <sys/errno.h>
#include <sys/msgbuf.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/timevar.h>

#include "kernfs_var.h"

/* The names may change meanwhile. */
static int
name_text(const char *name, char *buf, size_t size)
{
	int n;

	mutex_enter(&proc_lock);
	n = snprintf(buf, size, "%s\n", name);
	mutex_exit(&proc_lock);
	return n;
}

/*
 * The ring from the oldest byte on.  Whoever prints goes on meanwhile, and may overwrite what is being read:
 * that costs some bytes of an old message, as on any system.
 */
static int
msgbuf_text(char *buf, size_t size)
{
	const struct kern_msgbuf *const mb = msgbufp;
	const long total = mb->msg_bufs, first = __atomic_load_n(&mb->msg_bufx, __ATOMIC_ACQUIRE);
	int n = 0;

	if (!msgbufenabled || mb->msg_magic != MSG_MAGIC)
		return 0;
	if (size <= (size_t)total)
		return (int)total;
	for (long i = 0; i < total; i++) {
		const char c =
		    __atomic_load_n(&mb->msg_bufc[(first + i) % total], __ATOMIC_RELAXED);

		if (c != '\0')
			buf[n++] = c;
	}
	return n;
}

static int
loadavg_text(char *buf, size_t size)
{
	const struct loadavg *const la = &averunnable;

	return snprintf(
	    buf, size, "%u %u %u %ld\n", la->ldavg[0], la->ldavg[1], la->ldavg[2], la->fscale);
}

static int
uptime_text(char *buf, size_t size)
{
	struct timespec ts;

	nanouptime(&ts);
	return snprintf(buf, size, "%lld.%02ld\n", (long long)ts.tv_sec, ts.tv_nsec / 10000000);
}

static int
time_text(char *buf, size_t size)
{
	struct timespec ts;

	nanotime(&ts);
	return snprintf(buf, size, "%lld %ld\n", (long long)ts.tv_sec, ts.tv_nsec / 1000);
}

static int
boottime_text(char *buf, size_t size)
{
	struct timespec ts;

	getnanoboottime(&ts);
	return snprintf(buf, size, "%lld\n", (long long)ts.tv_sec);
}

/* As snprintf(9): the length that it has, or would have. */
static int
own_text(const struct kern_target *kt, char *buf, size_t size)
{
	switch (kt->kt_tag) {
	case KFSstring:
		return snprintf(buf, size, "%s\n", (const char *)kt->kt_data);
	case KFStext:
		return snprintf(buf, size, "%s", (const char *)kt->kt_data);
	case KFSint:
		return snprintf(
		    buf, size, "%d\n", __atomic_load_n((const int *)kt->kt_data, __ATOMIC_RELAXED));
	case KFSboottime:
		return boottime_text(buf, size);
	case KFStime:
		return time_text(buf, size);
	case KFSuptime:
		return uptime_text(buf, size);
	case KFShostname:
		return name_text(hostname, buf, size);
	case KFSdomainname:
		return name_text(domainname, buf, size);
	case KFSloadavg:
		return loadavg_text(buf, size);
	case KFSmsgbuf:
		return msgbuf_text(buf, size);
	case KFSphysmem:
		return snprintf(buf, size, "%llu\n", (unsigned long long)physmem << PAGE_SHIFT);
	case KFSpagesize:
		return snprintf(buf, size, "%d\n", PAGE_SIZE);
	default:
		return 0;
	}
}

int
kernfs_text(const struct kernfs_node *kn, char *buf, size_t size, size_t *lenp)
{
	const kernfs_fileop_t *const kf = kernfs_fileop(kn->kfs_type, KERNFS_XREAD);
	int n;

	if (kf != NULL)
		return (*kf->kf_xread)(kn, buf, size, lenp);
	n = own_text(kn->kfs_kt, buf, size);
	if ((size_t)n >= size)
		return ENOSPC;
	*lenp = (size_t)n;
	return 0;
}

int
kernfs_settext(const struct kernfs_node *kn, char *buf, size_t len)
{
	const kernfs_fileop_t *const kf = kernfs_fileop(kn->kfs_type, KERNFS_XWRITE);

	if (kf != NULL)
		return (*kf->kf_xwrite)(kn, buf, len);
	if (kn->kfs_type != KFShostname)
		return EACCES;
	if (len > 0 && buf[len - 1] == '\n')
		buf[--len] = '\0';
	if (len >= MAXHOSTNAMELEN || strlen(buf) != len)
		return EINVAL;
	mutex_enter(&proc_lock);
	memcpy(hostname, buf, len + 1);
	hostnamelen = (int)len;
	mutex_exit(&proc_lock);
	return 0;
}
