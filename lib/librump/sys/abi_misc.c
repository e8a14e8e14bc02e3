/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Directory entries and record locks between kernel and host. */
#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/fcntl.h>
#include <sys/systm.h>
#include <sys/unistd.h>

#include "rump_hostabi.h"

size_t
hostabi_dirent(const struct dirent *dp, off_t next, void *out, size_t room)
{
	const size_t reclen = HOST_DIRENT_RECLEN(dp->d_namlen);
	struct host_dirent64 *const hd = out;

	if (reclen > room)
		return 0;
	memset((char *)out + reclen - 8, 0, 8); /* the name's end and what pads it */
	hd->d_ino = dp->d_fileno;
	hd->d_off = next;
	hd->d_reclen = (uint16_t)reclen;
	hd->d_type = dp->d_type;
	memcpy((char *)out + HOST_DIRENT_NAMEOFF, dp->d_name, dp->d_namlen);
	return reclen;
}

int
hostabi_flock_in(const struct host_flock *hf, struct flock *fl)
{
	if (hf->l_type != F_RDLCK && hf->l_type != F_WRLCK && hf->l_type != F_UNLCK)
		return EINVAL;
	if (hf->l_whence != SEEK_SET && hf->l_whence != SEEK_CUR && hf->l_whence != SEEK_END)
		return EINVAL;
	fl->l_start = hf->l_start;
	fl->l_len = hf->l_len;
	fl->l_pid = hf->l_pid;
	fl->l_type = hf->l_type;
	fl->l_whence = hf->l_whence;
	return 0;
}

void
hostabi_flock_out(const struct flock *fl, struct host_flock *hf)
{
	memset(hf, 0, sizeof(*hf));
	hf->l_type = fl->l_type;
	hf->l_whence = fl->l_whence;
	hf->l_start = fl->l_start;
	hf->l_len = fl->l_len;
	hf->l_pid = fl->l_pid;
}
