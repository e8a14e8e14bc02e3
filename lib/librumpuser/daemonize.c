/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Going into the background, and the claim to be the one kernel of a program.
 *
 * begin: a pipe and fork(); the child goes on, the parent reads an int from the pipe: the child's
 * errno.  End of file without one means that the child ended before it was done.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <rump/rumpuser.h>

static int report_fd = -1; /* the child's end of the pipe, between begin and done */

static void
parent_wait(int fd)
{
	int error;
	ssize_t n;

	do {
		n = read(fd, &error, sizeof(error));
	} while (n == -1 && errno == EINTR);
	if (n != sizeof(error))
		fprintf(stderr, "rump: the daemon ended before it was ready\n");
	else if (error == 0)
		_exit(0);
	else
		fprintf(stderr, "rump: the daemon cannot start: %s\n", strerror(error));
	_exit(1);
}

int
rumpuser_daemonize_begin(void)
{
	int fds[2], error;
	pid_t pid;

	if (report_fd != -1)
		return EINPROGRESS;
	if (pipe2(fds, O_CLOEXEC) == -1)
		return errno;
	pid = fork();
	if (pid == -1) {
		error = errno;
		close(fds[0]);
		close(fds[1]);
		return error;
	}
	if (pid != 0) {
		close(fds[1]);
		parent_wait(fds[0]);
	}
	close(fds[0]);
	setsid();
	report_fd = fds[1];
	return 0;
}

int
rumpuser_daemonize_done(int error)
{
	ssize_t n;
	int fd, i;

	if (report_fd == -1)
		return ENOENT;
	if (error == 0) {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd == -1)
			error = errno;
		for (i = 0; i <= 2 && error == 0; i++) {
			if (dup2(fd, i) == -1)
				error = errno;
		}
		if (fd > 2)
			close(fd);
	}
	do {
		n = write(report_fd, &error, sizeof(error));
	} while (n == -1 && errno == EINTR);
	close(report_fd);
	report_fd = -1;
	return 0;
}

/* The bytes of AT_RANDOM guard stacks and pointers: few bits of a mixture of them go out. */
static uint32_t
mix(uint64_t a, uint64_t b)
{
	a = (a ^ (a >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
	b = (b ^ (b >> 31)) * UINT64_C(0x94d049bb133111eb);
	a = (a ^ b ^ (a >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(a >> 32);
}

/*
 * The claim crosses copies of this library in one program by the environment.  The kernel's random
 * bytes of this exec tell it from a claim inherited from another program.
 */
int
rumpuser_claim(const void *self)
{
	static const char name[] = "RUMP__CLAIM";
	const void *const random = (const void *)getauxval(AT_RANDOM);
	uint64_t exec[2] = { 0, 0 };
	char mine[24], prefix[12];
	const char *theirs;

	if (random != NULL)
		memcpy(exec, random, sizeof(exec));
	const uint32_t program = mix(exec[0], exec[1]);
	snprintf(prefix, sizeof(prefix), "%08" PRIx32 ".", program);
	snprintf(mine, sizeof(mine), "%s%08" PRIx32, prefix, mix((uintptr_t)self, exec[1]));
	theirs = getenv(name);
	if (theirs != NULL && strncmp(theirs, prefix, strlen(prefix)) == 0)
		return strcmp(theirs, mine) == 0 ? 0 : EBUSY;
	(void)setenv(name, mine, 1); /* without memory nobody is refused */
	return 0;
}
