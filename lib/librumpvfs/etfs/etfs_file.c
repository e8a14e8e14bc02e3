/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Files of the host: opening, sizes and moving of bytes. */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "rump_buf.h"
#include "etfs.h"

#define ETFS_BOUNCE 65536

ino_t
etfs_ino(uint64_t dev, uint64_t ino)
{
	return (ino + dev * 0x9e3779b97f4a7c15ULL) | 1ULL << 63;
}

struct etfs_file *
etfs_file_new(const char *path, const struct rumpuser_fileinfo *fi)
{
	struct etfs_file *const ef = kmem_zalloc(sizeof(*ef), KM_SLEEP);

	ef->ef_path = kmem_strdup(path, KM_SLEEP);
	ef->ef_type = fi->fi_type;
	ef->ef_size = fi->fi_size;
	ef->ef_ino = etfs_ino(fi->fi_dev, fi->fi_ino);
	ef->ef_fd = -1;
	return ef;
}

void
etfs_file_free(struct etfs_file *ef)
{
	if (ef->ef_fd != -1)
		(void)rumpuser_close(ef->ef_fd);
	kmem_strfree(ef->ef_path);
	kmem_free(ef, sizeof(*ef));
}

/* Read and write if the host lets us, else only read. */
static int
host_open(struct etfs_file *ef, int *fdp, bool *readonlyp)
{
	int error;

	*readonlyp = false;
	error = rumpuser_open(ef->ef_path, RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, fdp);
	if (error == EACCES || error == EPERM || error == EROFS || error == ETXTBSY) {
		*readonlyp = true;
		error = rumpuser_open(ef->ef_path, RUMPUSER_OPEN_RDONLY | RUMPUSER_OPEN_BIO, fdp);
	}
	return error;
}

int
etfs_file_open(struct etfs_file *ef, bool writing)
{
	bool readonly;
	int fd, error = 0;

	mutex_enter(&etfs_lock);
	if (ef->ef_fd == -1) {
		error = host_open(ef, &fd, &readonly);
		if (error == 0) {
			ef->ef_fd = fd;
			ef->ef_readonly = readonly;
		}
	}
	if (error == 0 && writing && ef->ef_readonly)
		error = EROFS;
	if (error == 0) {
		ef->ef_opens++;
	} else if (ef->ef_opens == 0 && ef->ef_fd != -1) {
		(void)rumpuser_close(ef->ef_fd);
		ef->ef_fd = -1;
	}
	mutex_exit(&etfs_lock);
	return error;
}

void
etfs_file_close(struct etfs_file *ef)
{
	mutex_enter(&etfs_lock);
	KASSERT(ef->ef_opens > 0);
	if (--ef->ef_opens == 0) {
		(void)rumpuser_close(ef->ef_fd);
		ef->ef_fd = -1;
	}
	mutex_exit(&etfs_lock);
}

uint64_t
etfs_file_size(struct etfs_file *ef)
{
	struct rumpuser_fileinfo fi;
	const int fd = ef->ef_fd;
	int error;

	if (ef->ef_window)
		return ef->ef_size;
	error = fd != -1 ? rumpuser_fgetfileinfo(fd, &fi) : rumpuser_getfileinfo(ef->ef_path, &fi);
	return error == 0 ? fi.fi_size : 0;
}

/* One transfer of len bytes between the uio's first piece and the host. */
static int
move_local(struct etfs_file *ef, struct uio *uio, size_t len, int flags, size_t *donep)
{
	int error;

	error = rumpuser_rw(ef->ef_fd, uio->uio_iov->iov_base, len,
	    (int64_t)ef->ef_begin + uio->uio_offset, flags, donep);
	if (error == 0)
		uioskip(*donep, uio);
	return error;
}

/* The same through memory of ours, for a caller in another address space. */
static int
move_bounce(struct etfs_file *ef, struct uio *uio, size_t len, int flags, size_t *donep)
{
	const int64_t off = (int64_t)ef->ef_begin + uio->uio_offset;
	void *const bounce = kmem_alloc(ETFS_BOUNCE, KM_SLEEP);
	int error = 0;

	len = MIN(len, ETFS_BOUNCE);
	if (uio->uio_rw == UIO_WRITE)
		error = uiopeek(bounce, len, uio);
	if (error == 0)
		error = rumpuser_rw(ef->ef_fd, bounce, len, off, flags, donep);
	if (error == 0 && uio->uio_rw == UIO_READ)
		error = uiomove(bounce, *donep, uio);
	else if (error == 0)
		uioskip(*donep, uio);
	kmem_free(bounce, ETFS_BOUNCE);
	return error;
}

int
etfs_file_move(struct etfs_file *ef, struct uio *uio, bool stream)
{
	const bool writing = uio->uio_rw == UIO_WRITE;
	const int flags =
	    (writing ? RUMPUSER_RW_WRITE : RUMPUSER_RW_READ) | (stream ? RUMPUSER_RW_STREAM : 0);
	int error = 0;

	if (!stream && uio->uio_offset < 0)
		return EINVAL;
	while (error == 0 && uio->uio_resid > 0) {
		size_t len = uio->uio_resid, done = 0;

		while (uio->uio_iov->iov_len == 0) {
			uio->uio_iov++;
			uio->uio_iovcnt--;
		}
		len = MIN(len, uio->uio_iov->iov_len);
		if (!stream && ef->ef_window) {
			if ((uint64_t)uio->uio_offset >= ef->ef_size)
				return writing ? ENOSPC : 0;
			len = MIN(len, ef->ef_size - (uint64_t)uio->uio_offset);
		}
		error = uio_is_local(uio) ? move_local(ef, uio, len, flags, &done)
					  : move_bounce(ef, uio, len, flags, &done);
		if (done == 0 || stream)
			break; /* the end; or what a device has just now */
	}
	return error;
}
