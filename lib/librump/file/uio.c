/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * uio(9): moving bytes between kernel memory and the pieces of a uio.
 *
 * A uio advances piece by piece: the piece at hand is always uio_iov[0], empty pieces are stepped
 * over, and uio_resid is the sum of what is left.  The loop is shared by all moves; it ends early
 * only with EFAULT, and then what was moved is accounted for.
 */
#include <sys/uio.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rump_copyio.h"

void
uio_setup_sysspace(struct uio *uio)
{
	uio->uio_vmspace = &vmspace0;
}

/* Step over n bytes of the piece at hand. */
static void
uio_advance(struct uio *uio, size_t n)
{
	uio->uio_iov->iov_base = (char *)uio->uio_iov->iov_base + n;
	uio->uio_iov->iov_len -= n;
	uio->uio_resid -= n;
	uio->uio_offset += n;
}

/* The piece at hand, past empty ones.  uio_resid > 0 says that there is one. */
static struct iovec *
uio_piece(struct uio *uio)
{
	while (uio->uio_iov->iov_len == 0) {
		KASSERT(uio->uio_iovcnt > 1);
		uio->uio_iov++;
		uio->uio_iovcnt--;
	}
	return uio->uio_iov;
}

/* Copy n bytes between buf and uaddr, in the uio's direction. */
static int
uio_copy(const struct uio *uio, void *buf, void *uaddr, size_t n)
{
	KASSERT(uio->uio_rw == UIO_READ || uio->uio_rw == UIO_WRITE);
	if (uio->uio_rw == UIO_READ)
		return copyout_vmspace(uio->uio_vmspace, buf, uaddr, n);
	return copyin_vmspace(uio->uio_vmspace, uaddr, buf, n);
}

int
uiomove(void *buf, size_t n, struct uio *uio)
{
	char *kaddr = buf;

	ASSERT_SLEEPABLE();
	while (n > 0 && uio->uio_resid > 0) {
		struct iovec *const iov = uio_piece(uio);
		const size_t cnt = MIN(iov->iov_len, n);
		const int error = uio_copy(uio, kaddr, iov->iov_base, cnt);

		if (__predict_false(error != 0))
			return error;
		uio_advance(uio, cnt);
		kaddr += cnt;
		n -= cnt;
	}
	return 0;
}

int
rump_uio_between(struct uio *from, struct uio *to)
{
	while (from->uio_resid > 0 && to->uio_resid > 0) {
		const struct iovec *const src = uio_piece(from), *const dst = uio_piece(to);
		const size_t n = MIN(src->iov_len, dst->iov_len);
		int error;

		if (dst->iov_base == NULL)
			return 0;
		error = uio_copy(from, dst->iov_base, src->iov_base, n);
		if (error != 0)
			return error;
		uio_advance(from, n);
		uio_advance(to, n);
	}
	return 0;
}

int
uiopeek(void *buf, size_t n, struct uio *uio)
{
	size_t resid = MIN(n, uio->uio_resid);
	char *kaddr = buf;

	for (const struct iovec *iov = uio->uio_iov; resid > 0; iov++) {
		const size_t cnt = MIN(iov->iov_len, resid);
		const int error = uio_copy(uio, kaddr, iov->iov_base, cnt);

		if (error != 0)
			return error;
		kaddr += cnt;
		resid -= cnt;
	}
	return 0;
}

void
uioskip(size_t n, struct uio *uio)
{
	KASSERT(n <= uio->uio_resid);
	while (n > 0) {
		const size_t cnt = MIN(uio_piece(uio)->iov_len, n);

		uio_advance(uio, cnt);
		n -= cnt;
	}
}

int
uiomove_frombuf(void *buf, size_t buflen, struct uio *uio)
{
	size_t off;

	if (__predict_false(uio->uio_offset < 0))
		return EINVAL;
	if ((uint64_t)uio->uio_offset >= buflen)
		return 0;
	off = (size_t)uio->uio_offset;
	return uiomove((char *)buf + off, buflen - off, uio);
}

int
ureadc(int c, struct uio *uio)
{
	char ch = (char)c;

	KASSERT(uio->uio_resid > 0);
	return uiomove(&ch, 1, uio);
}

int
iovec_copyin(
    const struct iovec *uiov, int iovcnt, struct iovec **iovp, struct iovec *small, size_t *residp)
{
	struct iovec *iov = small;
	size_t resid = 0;
	int error;

	if (iovcnt < 0 || iovcnt > IOV_MAX)
		return EINVAL;
	if (iovcnt > UIO_SMALLIOV)
		iov = kmem_alloc((size_t)iovcnt * sizeof(*iov), KM_SLEEP);
	error = copyin(uiov, iov, (size_t)iovcnt * sizeof(*iov));
	for (int i = 0; error == 0 && i < iovcnt; i++) {
		if (iov[i].iov_len > (size_t)SSIZE_MAX - resid)
			error = EINVAL;
		else if (iov[i].iov_base == NULL && iov[i].iov_len != 0)
			error = EFAULT;
		else
			resid += iov[i].iov_len;
	}
	if (error != 0) {
		iovec_free(iov, small, iovcnt);
		return error;
	}
	*iovp = iov;
	*residp = resid;
	return 0;
}

void
iovec_free(struct iovec *iov, struct iovec *small, int iovcnt)
{
	if (iov != small)
		kmem_free(iov, (size_t)iovcnt * sizeof(*iov));
}
