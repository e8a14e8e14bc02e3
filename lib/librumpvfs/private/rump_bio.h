/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Transfers: what buf/, page/ and specfs/ share beyond <sys/buf.h>. */
#ifndef RUMP_BIO_H
#define RUMP_BIO_H

#include <sys/buf.h>

int bufio_init(void);
void bufio_fini(void);

/* As getiobuf(), in memory of the caller's (his stack, for a transfer that he waits for). */
void rump_iobuf_init(struct buf *bp, struct vnode *vp);

#endif /* RUMP_BIO_H */
