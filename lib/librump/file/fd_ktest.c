/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The kernel's side of fd_test.c: a file whose reads block until someone wants to close it, and which
 * knows how many calls are inside.
 */
#include <sys/condvar.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/systm.h>

int rump_test_blockfile(void);
int rump_test_blockfile_wait(int nreaders);
int rump_test_blockfile_closed(void);
void rump_test_blockfile_end(void);

/* Locks: (l) lock. */
static kmutex_t lock;
static kcondvar_t cv;
static int readers;    /* (l) inside fo_read */
static int at_close;   /* (l) of these, when fo_close came; -1: it did not */
static bool restarted; /* (l) */

static int
block_read(struct file *fp, off_t *offset, struct uio *uio, struct kauth_cred *cred, int flags)
{
	mutex_enter(&lock);
	readers++;
	cv_broadcast(&cv);
	while (!restarted)
		cv_wait(&cv, &lock);
	readers--;
	mutex_exit(&lock);
	return EBADF;
}

static void
block_restart(struct file *fp)
{
	mutex_enter(&lock);
	restarted = true;
	cv_broadcast(&cv);
	mutex_exit(&lock);
}

static int
block_close(struct file *fp)
{
	mutex_enter(&lock);
	at_close = readers;
	mutex_exit(&lock);
	return 0;
}

static const struct fileops block_ops = {
	.fo_name = "block",
	.fo_read = block_read,
	.fo_write = fbadop_write,
	.fo_ioctl = fbadop_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = fnullop_poll,
	.fo_stat = fbadop_stat,
	.fo_close = block_close,
	.fo_kqfilter = fnullop_kqfilter,
	.fo_restart = block_restart,
};

/* A descriptor of the current process on such a file. */
int
rump_test_blockfile(void)
{
	struct file *fp;
	int fd;

	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "block");
	readers = 0;
	at_close = -1;
	restarted = false;
	if (fd_allocfile(&fp, &fd) != 0)
		return -1;
	fp->f_flag = FREAD;
	fp->f_type = DTYPE_MISC;
	fp->f_ops = &block_ops;
	fd_affix(curproc, fp, (u_int)fd);
	return fd;
}

int
rump_test_blockfile_wait(int nreaders)
{
	mutex_enter(&lock);
	while (readers < nreaders)
		cv_wait(&cv, &lock);
	mutex_exit(&lock);
	return 0;
}

/* How many calls were inside when the file was closed; -1: it is open. */
int
rump_test_blockfile_closed(void)
{
	int n;

	mutex_enter(&lock);
	n = at_close;
	mutex_exit(&lock);
	return n;
}

void
rump_test_blockfile_end(void)
{
	cv_destroy(&cv);
	mutex_destroy(&lock);
}
