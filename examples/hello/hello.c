/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * hello: boot a kernel in this process, write a file in it and read it back.  Nothing of this shows
 * on the host: the file is in rumpfs, the root file system of the kernel, which lives in memory.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

int
main(void)
{
	const char text[] = "Hello from a kernel of my own\n";
	char buf[sizeof(text)];
	ssize_t n;
	int error, fd;

	error = rump_init();
	if (error != 0)
		errx(1, "rump_init: %s", strerror(error));
	fd = rump_sys_open("/tmp/hello", O_RDWR | O_CREAT, 0644);
	if (fd == -1)
		err(1, "open");
	if (rump_sys_write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err(1, "write");
	n = rump_sys_pread(fd, buf, sizeof(buf), 0);
	if (n == -1)
		err(1, "pread");
	fwrite(buf, 1, (size_t)n, stdout);
	rump_sys_close(fd);
	return n == (ssize_t)strlen(text) ? 0 : 1;
}
