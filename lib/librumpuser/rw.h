/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef RUMPUSER_RW_H
#define RUMPUSER_RW_H

#include <rump/rumpuser.h>

/*
 * rumpuser_iovrw() for a thread without a virtual CPU: no upcalls, no try of the cache first.
 * The vector is consumed; *done counts what was moved, on errors as well.
 */
int rumpuser__rw_wait(
    int fd, struct rumpuser_iov *iov, int niov, int64_t off, int flags, size_t *done);

/* fd is a new file's: forget what was learnt about the last one of that number. */
void rumpuser__rw_opened(int fd);

#endif /* RUMPUSER_RW_H */
