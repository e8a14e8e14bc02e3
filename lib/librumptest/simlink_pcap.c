/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Captures: the classic format with nanoseconds, in the host's byte order.
 *
 *	file	magic 0xa1b23c4d 4, version 2 2 = 2, 4, zone 4 = 0, accuracy 4 = 0, longest frame 4, link type 4 = 1 (Ethernet)
 *	frame	seconds 4, nanoseconds 4, captured bytes 4, bytes 4, the bytes
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "simlink_impl.h"

static int
write_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;
	ssize_t n;

	for (; len != 0; p += n, len -= (size_t)n) {
		n = write(fd, p, len);
		if (n == -1 && errno != EINTR)
			return errno;
		n = n == -1 ? 0 : n;
	}
	return 0;
}

static void
put(uint8_t **p, const void *v, size_t len)
{
	memcpy(*p, v, len);
	*p += len;
}

static void
put32(uint8_t **p, uint32_t v)
{
	put(p, &v, sizeof(v));
}

int
rumptest__pcap_open(const char *path)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	const uint16_t version[] = { 2, 4 };
	uint8_t head[24], *p = head;
	int error;

	if (fd == -1)
		return -errno;
	put32(&p, 0xa1b23c4d);
	put(&p, version, sizeof(version));
	put32(&p, 0);
	put32(&p, 0);
	put32(&p, RUMPTEST_LINK_MAXFRAME);
	put32(&p, 1);
	error = write_all(fd, head, sizeof(head));
	if (error == 0)
		return fd;
	close(fd);
	return -error;
}

int
rumptest__pcap_write(int fd, int64_t when_ns, const void *frame, size_t len)
{
	uint8_t head[16], *p = head;
	int error;

	put32(&p, (uint32_t)(when_ns / 1000000000));
	put32(&p, (uint32_t)(when_ns % 1000000000));
	put32(&p, (uint32_t)len);
	put32(&p, (uint32_t)len);
	error = write_all(fd, head, sizeof(head));
	return error != 0 ? error : write_all(fd, frame, len);
}
