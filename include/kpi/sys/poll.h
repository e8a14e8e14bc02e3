/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Events of poll(2): the host's bits. */
#ifndef KPI_SYS_POLL_H
#define KPI_SYS_POLL_H

#include <sys/types.h>

typedef unsigned long nfds_t;

struct pollfd {
	int fd;
	short events;
	short revents;
};

#define POLLIN	   0x0001
#define POLLPRI	   0x0002
#define POLLOUT	   0x0004
#define POLLERR	   0x0008
#define POLLHUP	   0x0010
#define POLLNVAL   0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLRDHUP  0x2000
#define POLLSTANDARD                                                                      \
	(POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND | POLLWRNORM | POLLWRBAND | \
	    POLLERR | POLLHUP | POLLNVAL)
#define INFTIM (-1)

#ifdef _KERNEL
struct timespec;
/* poll(2)'s body; nfds descriptors at the user's address fds. */
int pollcommon(
    register_t *retval, struct pollfd *fds, u_int nfds, struct timespec *ts, const void *mask);
#endif

#endif /* KPI_SYS_POLL_H */
