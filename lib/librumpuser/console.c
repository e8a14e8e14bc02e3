/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The console: the host's standard output and error, and how a process ends.
 *
 * Bytes go straight to the descriptor, past stdio, so that a panic in any state gets its line out.
 * Kernel messages may come with spin locks held and keep the virtual CPU; what processes write
 * gives it up.
 */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

/* All of buf, or as much as the descriptor takes before it fails. */
static void
write_all(int fd, const char *buf, size_t len)
{
	while (len > 0) {
		const ssize_t n = write(fd, buf, len);

		if (n >= 0) {
			buf += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			struct pollfd pfd = { .fd = fd, .events = POLLOUT };

			(void)poll(&pfd, 1, -1);
		} else if (errno != EINTR)
			return;
	}
}

void
rumpuser_console(bool out, const char *buf, size_t len)
{
	HOST_SECTION;

	if (out) {
		void *const cookie = LEAVE();

		write_all(STDOUT_FILENO, buf, len);
		ENTER(cookie);
	} else
		write_all(STDERR_FILENO, buf, len);
}

void
rumpuser_exit(int code)
{
	if (code == RUMPUSER_PANIC)
		abort();
	exit(code);
}

void
rumpuser_seterrno(int error)
{
	errno = error;
}
