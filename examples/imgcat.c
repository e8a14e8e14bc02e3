/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* imgcat IMAGE PATH: a file of an ext2, ext3 or ext4 image to standard output. */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "image.h"

static void
write_all(const char *buf, size_t len)
{
	while (len > 0) {
		const ssize_t n = write(STDOUT_FILENO, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			image_die("imgcat", "standard output");
		buf += n;
		len -= (size_t)n;
	}
}

int
main(int argc, char **argv)
{
	static char buf[256 * 1024];
	struct stat st;
	ssize_t n;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: imgcat IMAGE PATH\n");
		return 2;
	}
	image_open("imgcat", argv[1]);
	if (rump_sys_stat(argv[2], &st) != 0)
		image_die("imgcat", argv[2]);
	if (!S_ISREG(st.st_mode)) {
		fprintf(stderr, "imgcat: %s: %s\n", argv[2],
		    S_ISDIR(st.st_mode) ? strerror(EISDIR) : "not a regular file");
		return 1;
	}
	fd = rump_sys_open(argv[2], O_RDONLY);
	if (fd < 0)
		image_die("imgcat", argv[2]);
	while ((n = rump_sys_read(fd, buf, sizeof(buf))) > 0)
		write_all(buf, (size_t)n);
	if (n < 0)
		image_die("imgcat", argv[2]);
	rump_sys_close(fd);
	return 0;
}
