/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The kernel's side of event_test.c and of tests/event/sim_test.c: files that are readable when they are
 * told so, and always writable, in the ways that drivers have.
 */
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/systm.h>

/* 0: fo_poll alone, each direction recorded while it is not ready; 1: fo_kqfilter alone; 2: as 0, with a fault. */
int rump_test_eventfile(int kind);
void rump_test_eventfile_set(bool readable);
int rump_test_kfilter(void);

static kmutex_t lock;
static struct selinfo sel; /* lock */
static bool full;	   /* lock */

static int
file_poll(struct file *fp, int events)
{
	int revents = events & (POLLOUT | POLLWRNORM);

	mutex_enter(&lock);
	if ((events & (POLLIN | POLLRDNORM)) != 0) {
		if (full)
			revents |= events & (POLLIN | POLLRDNORM);
		else
			selrecord(curlwp, &sel);
	}
	mutex_exit(&lock);
	return revents;
}

/* Looks, and lets go of the lock before it records. */
static int
lossy_poll(struct file *fp, int events)
{
	bool readable;

	mutex_enter(&lock);
	readable = full;
	mutex_exit(&lock);
	if (readable)
		return events & (POLLIN | POLLRDNORM);
	selrecord(curlwp, &sel);
	return 0;
}

static void
filt_detach(struct knote *kn)
{
	mutex_enter(&lock);
	klist_remove(&sel.sel_klist, kn);
	mutex_exit(&lock);
}

static int
filt_event(struct knote *kn, long hint)
{
	int rv;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(&lock);
	rv = full;
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(&lock);
	return rv;
}

static const struct filterops filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_detach,
	.f_event = filt_event,
};

static int
file_kqfilter(struct file *fp, struct knote *kn)
{
	if (kn->kn_filter != EVFILT_READ)
		return EINVAL;
	kn->kn_fop = &filtops;
	mutex_enter(&lock);
	klist_insert(&sel.sel_klist, kn);
	mutex_exit(&lock);
	return 0;
}

static int
file_close(struct file *fp)
{
	seldestroy(&sel);
	mutex_destroy(&lock);
	return 0;
}

#define OPS(poll, kqfilter)                                                                \
	{                                                                                  \
		.fo_name = "event", .fo_read = fbadop_read, .fo_write = fbadop_write,      \
		.fo_ioctl = fbadop_ioctl, .fo_fcntl = fnullop_fcntl, .fo_poll = (poll),    \
		.fo_stat = fbadop_stat, .fo_close = file_close, .fo_kqfilter = (kqfilter), \
		.fo_restart = fnullop_restart,                                             \
	}
static const struct fileops ops[] = {
	OPS(file_poll, fnullop_kqfilter),
	OPS(fnullop_poll, file_kqfilter),
	OPS(lossy_poll, fnullop_kqfilter),
};

int
rump_test_eventfile(int kind)
{
	struct file *fp;
	int fd;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	selinit(&sel);
	full = false;
	if (fd_allocfile(&fp, &fd) != 0)
		return -1;
	fp->f_flag = FREAD | FWRITE;
	fp->f_type = DTYPE_MISC;
	fp->f_ops = &ops[kind];
	fd_affix(curproc, fp, (u_int)fd);
	return fd;
}

void
rump_test_eventfile_set(bool readable)
{
	mutex_enter(&lock);
	full = readable;
	if (readable)
		selnotify(&sel, POLLIN | POLLRDNORM, NOTE_SUBMIT);
	mutex_exit(&lock);
}

/* Filters of modules: names, numbers, and that one in use stays.  0, or the step that failed. */
int
rump_test_kfilter(void)
{
	int n, m;

	if (kfilter_register("EVFILT_READ", &filtops, &n) != EEXIST)
		return 1;
	if (kfilter_register("", &filtops, &n) != EINVAL ||
	    kfilter_register("x", NULL, &n) != EINVAL)
		return 2;
	if (kfilter_register("x", &filtops, &n) != 0 || n < (int)EVFILT_SYSCOUNT)
		return 3;
	if (kfilter_register("x", &filtops, &m) != EEXIST)
		return 4;
	if (kfilter_register("y", &filtops, &m) != 0 || m == n)
		return 5;
	if (kfilter_unregister("x") != 0 || kfilter_unregister("x") != ENOENT)
		return 6;
	return kfilter_unregister("EVFILT_READ") == EINVAL ? 0 : 7;
}
