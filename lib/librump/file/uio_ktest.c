/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The kernel's side of uio_test.c: thin doors to uio(9) and copyin(9). */
#include <sys/systm.h>
#include <sys/uio.h>

#include "rump_copyio.h"
#include "rump_hostabi.h"

struct rump_test_uio {
	struct iovec *iov;
	int iovcnt;
	off_t offset;
	size_t resid;
	int writing; /* towards the kernel */
};
enum { RUMP_TEST_UIOMOVE, RUMP_TEST_FROMBUF, RUMP_TEST_PEEK, RUMP_TEST_SKIP, RUMP_TEST_READC };

int rump_test_uio(struct rump_test_uio *t, int op, void *buf, size_t len);
int rump_test_copystr(int op, const char *from, char *to, size_t len, size_t *done);
int rump_test_remote(const void *uaddr, void *kaddr, size_t len);
u_long rump_test_ioctl(u_long com);
uint64_t rump_test_dev(uint64_t dev);

/* One operation on a uio in the process's space; t gets what became of it. */
int
rump_test_uio(struct rump_test_uio *t, int op, void *buf, size_t len)
{
	struct uio uio = { .uio_iov = t->iov,
		.uio_iovcnt = t->iovcnt,
		.uio_offset = t->offset,
		.uio_resid = t->resid,
		.uio_rw = t->writing ? UIO_WRITE : UIO_READ,
		.uio_vmspace = &rump_vmspace_local };
	int error = 0;

	switch (op) {
	case RUMP_TEST_UIOMOVE:
		error = uiomove(buf, len, &uio);
		break;
	case RUMP_TEST_FROMBUF:
		error = uiomove_frombuf(buf, len, &uio);
		break;
	case RUMP_TEST_PEEK:
		error = uiopeek(buf, len, &uio);
		break;
	case RUMP_TEST_SKIP:
		uioskip(len, &uio);
		break;
	case RUMP_TEST_READC:
		error = ureadc(*(char *)buf, &uio);
		break;
	}
	t->iov = uio.uio_iov;
	t->iovcnt = uio.uio_iovcnt;
	t->offset = uio.uio_offset;
	t->resid = uio.uio_resid;
	return error;
}

int
rump_test_copystr(int op, const char *from, char *to, size_t len, size_t *done)
{
	switch (op) {
	case 0:
		return copystr(from, to, len, done);
	case 1:
		return copyinstr(from, to, len, done);
	default:
		return copyoutstr(from, to, len, done);
	}
}

/* A client that is far away: every byte comes out inverted; address 1 is not there. */
static int
remote_copyin(struct vmspace *vm, const void *uaddr, void *kaddr, size_t len)
{
	if (uaddr == (void *)1)
		return EFAULT;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)kaddr)[i] = (uint8_t) ~((const uint8_t *)uaddr)[i];
	return 0;
}

int
rump_test_remote(const void *uaddr, void *kaddr, size_t len)
{
	static const struct rump_vmspace_ops ops = { .vo_copyin = remote_copyin };
	struct vmspace vm = { .vm_ops = &ops };
	struct iovec iov = { .iov_base = __UNCONST(uaddr), .iov_len = len };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = len,
		.uio_rw = UIO_WRITE,
		.uio_vmspace = &vm };

	return uiomove(kaddr, len, &uio);
}

u_long
rump_test_ioctl(u_long com)
{
	return hostabi_ioctl(com);
}

/* There and back again. */
uint64_t
rump_test_dev(uint64_t dev)
{
	return hostabi_dev_out(hostabi_dev_in(dev));
}
