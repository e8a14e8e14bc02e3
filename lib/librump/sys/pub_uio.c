/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* rump_pub_uio_*(): uios for programs that call vnode operations themselves. */
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "rump_pub.h"

/* enum rump_uiorw */
#define RUMPUIO_READ  0
#define RUMPUIO_WRITE 1

/* A uio and its one piece. */
struct pub_uio {
	struct uio pu_uio;
	struct iovec pu_iov;
};

static struct uio *
rump_uio_setup(void *buf, size_t bufsize, off_t offset, int rw)
{
	struct pub_uio *pu;

	if (rw != RUMPUIO_READ && rw != RUMPUIO_WRITE)
		panic("rump_pub_uio_setup: direction %d", rw);
	pu = kmem_alloc(sizeof(*pu), KM_SLEEP);
	pu->pu_iov.iov_base = buf;
	pu->pu_iov.iov_len = bufsize;
	pu->pu_uio.uio_iov = &pu->pu_iov;
	pu->pu_uio.uio_iovcnt = 1;
	pu->pu_uio.uio_offset = offset;
	pu->pu_uio.uio_resid = bufsize;
	pu->pu_uio.uio_rw = rw == RUMPUIO_READ ? UIO_READ : UIO_WRITE;
	UIO_SETUP_SYSSPACE(&pu->pu_uio);
	return &pu->pu_uio;
}

static size_t
rump_uio_getresid(struct uio *uio)
{
	return uio->uio_resid;
}

static off_t
rump_uio_getoff(struct uio *uio)
{
	return uio->uio_offset;
}

static size_t
rump_uio_free(struct uio *uio)
{
	const size_t resid = uio->uio_resid;

	kmem_free(container_of(uio, struct pub_uio, pu_uio), sizeof(struct pub_uio));
	return resid;
}

RUMP_PUB(struct uio *, uio_setup, NULL, (void *buf, size_t bufsize, off_t offset, int rw),
    (buf, bufsize, offset, rw))
RUMP_PUB(size_t, uio_getresid, 0, (struct uio * uio), (uio))
RUMP_PUB(off_t, uio_getoff, 0, (struct uio * uio), (uio))
RUMP_PUB(size_t, uio_free, 0, (struct uio * uio), (uio))
