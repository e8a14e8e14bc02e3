/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Randomness of the host's kernel: getrandom(2), or its device where there is no such call.
 */
#include <fcntl.h>
#include <unistd.h>

#include <sys/random.h>

#include "internal.h"

static int
from_device(char *buf, size_t len)
{
	const int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	int error = 0;

	if (fd == -1)
		return errno;
	while (len > 0 && error == 0) {
		const ssize_t n = read(fd, buf, len);

		if (n > 0) {
			buf += n;
			len -= (size_t)n;
		} else if (n == 0)
			error = EIO;
		else if (errno != EINTR)
			error = errno;
	}
	(void)close(fd);
	return error;
}

/* May wait until the host's pool is first ready, when flags are 0. */
static int
from_call(char **bufp, size_t *lenp, unsigned flags)
{
	while (*lenp > 0) {
		const ssize_t n = getrandom(*bufp, *lenp, flags);

		if (n > 0) {
			*bufp += n;
			*lenp -= (size_t)n;
		} else if (errno != EINTR)
			return errno;
	}
	return 0;
}

int
rumpuser_getrandom(void *buf, size_t len)
{
	HOST_SECTION;
	char *p = buf;

	if (SIMULATED()) {
		rumpuser_sim->rs_getrandom(buf, len);
		return 0;
	}

	int error = from_call(&p, &len, GRND_NONBLOCK);

	if (error == EAGAIN) {
		void *const cookie = LEAVE();

		error = from_call(&p, &len, 0);
		ENTER(cookie);
	}
	return error == ENOSYS ? from_device(p, len) : error;
}
