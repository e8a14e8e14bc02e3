/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * uio(9): a transfer between kernel memory and an address space, in pieces.
 */
#ifndef KPI_SYS_UIO_H
#define KPI_SYS_UIO_H

#include <sys/types.h>

#ifndef IOV_MAX
#define IOV_MAX 1024
#endif
#define UIO_SMALLIOV 8 /* iovecs that fit on the stack */

/* The host's layout (asserted in librumpuser). */
struct iovec {
	void *iov_base;
	size_t iov_len;
};

enum uio_rw { UIO_READ, UIO_WRITE };
enum uio_seg { UIO_USERSPACE, UIO_SYSSPACE };

#ifdef _KERNEL

struct vmspace;

/* Owned by one lwp; no lock. */
struct uio {
	struct iovec *uio_iov; /* the piece at hand; advances */
	int uio_iovcnt;
	off_t uio_offset;   /* bytes in the file; advances */
	size_t uio_resid;   /* bytes left */
	enum uio_rw uio_rw; /* UIO_READ: towards uio_iov */
	struct vmspace *uio_vmspace;
};
#define UIO_VMSPACE_SYS		  (&vmspace0)
#define UIO_VMSPACE_IS_SYSTEM(vm) ((vm) == &vmspace0)
#define UIO_SETUP_SYSSPACE(uio)	  uio_setup_sysspace(uio)

extern struct vmspace vmspace0; /* the kernel's: plain memory */

/*
 * Move n bytes (at most uio_resid) between buf and the uio, and advance it.
 * ctx: thread, no lock held (a remote client can stall here).  sleeps.
 * errors: EFAULT; the uio has advanced by what was moved in whole pieces.
 */
int uiomove(void *buf, size_t n, struct uio *uio);
/* The same for the part of buf (of buflen bytes) that begins at uio_offset; nothing past its end. */
int uiomove_frombuf(void *buf, size_t buflen, struct uio *uio);
/* Copy without advancing (uiopeek), advance without copying (uioskip). */
int uiopeek(void *buf, size_t n, struct uio *uio);
void uioskip(size_t n, struct uio *uio);
/* One byte to a UIO_READ uio. */
int ureadc(int c, struct uio *uio);
void uio_setup_sysspace(struct uio *uio);

/* readv(2)'s iovecs: *iovp is iov (room for UIO_SMALLIOV) or allocated (then *allocp its size). */
int iovec_copyin(
    const struct iovec *uiov, int iovcnt, struct iovec **iovp, struct iovec *small, size_t *residp);
void iovec_free(struct iovec *iov, struct iovec *small, int iovcnt);

#endif /* _KERNEL */
#endif /* KPI_SYS_UIO_H */
