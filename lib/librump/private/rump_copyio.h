/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Address spaces: where copyin(9) and copyout(9) go.
 *
 * There are three kinds.  vmspace0 is the kernel's own; rump_vmspace_local is the host process
 * that the kernel lives in, shared by all local processes, and just as reachable; both have no
 * operations and are plain memory.  A process of a remote client has one of its own, whose
 * operations ask the client.
 */
#ifndef RUMP_COPYIO_H
#define RUMP_COPYIO_H

#include <sys/types.h>

/* All may sleep.  errors: EFAULT (also when the client is gone); strings: ENAMETOOLONG. */
struct rump_vmspace_ops {
	int (*vo_copyin)(struct vmspace *, const void *uaddr, void *kaddr, size_t len);
	int (*vo_copyout)(struct vmspace *, const void *kaddr, void *uaddr, size_t len);
	int (*vo_copyinstr)(
	    struct vmspace *, const void *uaddr, void *kaddr, size_t len, size_t *done);
};

/* Immutable. */
struct vmspace {
	const struct rump_vmspace_ops *vm_ops; /* NULL: plain memory */
	void *vm_cookie;		       /* of the operations */
};

extern struct vmspace vmspace0;
extern struct vmspace rump_vmspace_local;

struct uio;
/*
 * What from (UIO_WRITE) has goes to to (UIO_READ, plain memory) without a buffer between them; both advance.
 * It ends before a piece of to's at NULL, which is its owner's error to find.  sleeps.  errors: EFAULT (from).
 */
int rump_uio_between(struct uio *from, struct uio *to);

#endif /* RUMP_COPYIO_H */
