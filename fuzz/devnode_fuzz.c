/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Every node of /dev, and a disk by etfs, with any ioctl and argument: no crash, no hang, nothing written beyond the
 * size that the command says.
 *
 * An input is records of 8 bytes: node (1), what is done (1), command (4), a byte that fills the argument (1),
 * how long a transfer is (1, in units of 64).  Arguments are allocated at the size that the command encodes, so
 * that AddressSanitizer sees who goes beyond it.  tests/dev/sweep_test.c runs this with random inputs.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#define MAXNODES 64
#define RECORD	 8
#define DISK	 "/disk"

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int fds[MAXNODES];
static unsigned nnodes;

static void
must(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(1);
	}
}

static void
node_open(const char *path)
{
	const int fd = rump_sys_open(path, O_RDWR | O_NONBLOCK);

	if (fd >= 0 && nnodes < MAXNODES)
		fds[nnodes++] = fd;
}

static void
nodes_open(void)
{
	char buf[4096], path[300];
	const int fd = rump_sys_open("/dev", O_RDONLY | O_DIRECTORY);
	ssize_t n;

	must(fd >= 0, "/dev");
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0)
		for (ssize_t off = 0; off < n;) {
			const struct dirent *const d = (const void *)(buf + off);

			snprintf(path, sizeof(path), "/dev/%s", d->d_name);
			if (d->d_type == DT_CHR || d->d_type == DT_BLK)
				node_open(path);
			off += d->d_reclen;
		}
	(void)rump_sys_close(fd);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char image[64];
	const int fd = memfd_create("image", 0);

	must(fd != -1 && ftruncate(fd, 1 << 20) == 0, "image");
	must(rump_init() == 0, "rump_init");
	snprintf(image, sizeof(image), "/proc/self/fd/%d", fd);
	must(rump_pub_etfs_register(DISK, image, RUMP_ETFS_BLK) == 0, DISK);
	node_open(DISK);
	nodes_open();
	must(nnodes >= 6, "nodes");
	return 0;
}

/* Bytes that the command lets the kernel read and write, by the host's encoding or BSD's. */
static size_t
argument_size(uint32_t com)
{
	const size_t size = com >> 16 & 0x3fff;

	return com >> 30 == 0 ? 64 : size; /* older ones are smaller than that */
}

static void
one_ioctl(int fd, uint32_t com, uint8_t fill)
{
	const size_t size = argument_size(com);
	uint8_t *const arg = malloc(size > 0 ? size : 1);

	must(arg != NULL, "malloc");
	memset(arg, fill, size);
	errno = 0;
	if (rump_sys_ioctl(fd, com, fill == 0 ? NULL : arg) == -1)
		must(errno != 0, "ioctl without errno");
	free(arg);
}

static void
record(const uint8_t r[RECORD])
{
	static uint8_t buf[255 * 64];
	const int fd = fds[r[0] % nnodes];
	const uint32_t com =
	    (uint32_t)r[2] | (uint32_t)r[3] << 8 | (uint32_t)r[4] << 16 | (uint32_t)r[5] << 24;
	struct pollfd pfd = { .fd = fd, .events = (short)com };

	switch (r[1] % 8) {
	case 0:
		(void)rump_sys_pread(fd, buf, r[7] * 64U, (off_t)com << (r[6] & 31));
		break;
	case 1:
		(void)rump_sys_poll(&pfd, 1, 0);
		break;
	case 2:
		(void)rump_sys_lseek(fd, (off_t)com << (r[6] & 31), r[7]);
		break;
	default:
		one_ioctl(fd, com, r[6]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (; size >= RECORD; data += RECORD, size -= RECORD)
		record(data);
	return 0;
}
