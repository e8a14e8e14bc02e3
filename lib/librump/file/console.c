/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The console file: descriptors 0, 1 and 2 of process 1 and of guest clients.  What is written goes
 * to the host's standard output; reading gives end of file.
 */
#include <sys/conf.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include <rump/rumpuser.h>

#include "rump_fd.h"
#include "rump_file.h"

static int
console_read(file_t *fp, off_t *offset, struct uio *uio, kauth_cred_t cred, int flags)
{
	return 0;
}

static int
console_write(file_t *fp, off_t *offset, struct uio *uio, kauth_cred_t cred, int flags)
{
	char chunk[512];
	int error = 0;

	while (error == 0 && uio->uio_resid > 0) {
		const size_t n = MIN(sizeof(chunk), uio->uio_resid);

		error = uiomove(chunk, n, uio);
		if (error == 0)
			rumpuser_console(true, chunk, n);
	}
	return error;
}

static int
console_ioctl(file_t *fp, u_long com, void *data)
{
	return EPASSTHROUGH;
}

static int
console_poll(file_t *fp, int events)
{
	return events & (POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM);
}

static int
console_kqfilter(file_t *fp, struct knote *kn)
{
	return seltrue_kqfilter(0, kn);
}

static int
console_stat(file_t *fp, struct stat *sb)
{
	*sb = (struct stat){ .st_mode = S_IFCHR | 0620, .st_nlink = 1, .st_blksize = 1024 };
	return 0;
}

static int
console_close(file_t *fp)
{
	return 0;
}

static const struct fileops console_ops = {
	.fo_name = "console",
	.fo_read = console_read,
	.fo_write = console_write,
	.fo_ioctl = console_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = console_poll,
	.fo_stat = console_stat,
	.fo_close = console_close,
	.fo_kqfilter = console_kqfilter,
	.fo_restart = fnullop_restart,
};

int
rump_file_console(struct proc *p)
{
	file_t *fp;
	int error, fd;

	error = file_alloc(&fp);
	if (error != 0)
		return error;
	fp->f_flag = FREAD | FWRITE;
	fp->f_type = DTYPE_MISC;
	fp->f_ops = &console_ops;
	for (int i = 0; i < 3; i++) {
		error = fd_alloc(p, 0, &fd);
		KASSERT(error == 0 && fd == i);
		fd_affix(p, fp, (u_int)fd);
	}
	return 0;
}
