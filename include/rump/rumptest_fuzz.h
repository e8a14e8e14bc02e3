/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * libFuzzer targets in a few lines.  A whole file:
 *
 *	#include <rump/rumptest_fuzz.h>
 *	#include "mydriver_io.h"
 *	RUMPTEST_FUZZ_DEVICE("/dev/mydriver", MYDRIVER_RESET, MYDRIVER_SETMODE)
 *
 * or, where a device must be plugged in first, by a function of the file's,
 *
 *	RUMPTEST_FUZZ_PLUGGED(plug, "/dev/mydriver0", MYDRIVER_RESET, MYDRIVER_SETMODE)
 *
 * or, for a function of the component's that takes bytes - a packet, a table, a descriptor -
 *
 *	#include <rump/rumptest_fuzz.h>
 *	RUMPTEST_FUZZ_KERNEL(mydriver_input)
 *
 * where the component has, not renamed because its name begins so,
 *
 *	void rump_fuzz_mydriver_input(const void *bytes, size_t len);
 *
 * The kernel is booted once, by the first input, and stays; the driver is linked in.
 */
#ifndef RUMP_RUMPTEST_FUZZ_H
#define RUMP_RUMPTEST_FUZZ_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#ifdef __cplusplus
extern "C" {
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RUMPTEST_FUZZ_ARG 16384 /* bytes: the largest argument that a number can have */

static inline void
rumptest_fuzz_boot(void)
{
	static int booted;

	if (!booted && rump_init() != 0) {
		(void)fprintf(stderr, "rump_init fails\n");
		abort();
	}
	booted = 1;
}

/* The next n bytes of an input, zeroes behind its end. */
static inline void
rumptest_fuzz_take(const uint8_t **p, const uint8_t *end, void *to, size_t n)
{
	const size_t have = (size_t)(end - *p) < n ? (size_t)(end - *p) : n;

	(void)memset(to, 0, n);
	if (have != 0)
		(void)memcpy(to, *p, have);
	*p += have;
}

/*
 * An input is a row of calls: one byte for what is done, one for how much, then
 *	0-3	ioctl: a byte chooses among commands, or 255: the next four are the command
 *	4, 5	pread, pwrite: two bytes of offset
 *	6	read of nothing
 *	7	close and open again
 * and so many bytes for the argument.
 */
static inline int
rumptest_fuzz_device(const char *path, const unsigned long *commands, size_t ncommands,
    const uint8_t *data, size_t size)
{
	const uint8_t *p = data, *const end = data + size;
	uint8_t *const arg = (uint8_t *)malloc(RUMPTEST_FUZZ_ARG);
	int fd;

	rumptest_fuzz_boot();
	fd = rump_sys_open(path, O_RDWR | O_NONBLOCK);
	if (fd == -1)
		fd = rump_sys_open(path, O_RDONLY | O_NONBLOCK);
	if (fd == -1 || arg == NULL) {
		(void)fprintf(stderr, "%s cannot be opened\n", path);
		abort();
	}
	while (p < end) {
		uint8_t what, len, which;
		uint16_t off;
		uint32_t raw;

		rumptest_fuzz_take(&p, end, &what, 1);
		rumptest_fuzz_take(&p, end, &len, 1);
		(void)memset(arg, 0, RUMPTEST_FUZZ_ARG);
		switch (what % 8) {
		case 0:
		case 1:
		case 2:
		case 3:
			rumptest_fuzz_take(&p, end, &which, 1);
			if (which == 255 || ncommands == 0)
				rumptest_fuzz_take(&p, end, &raw, sizeof(raw));
			else
				raw = (uint32_t)commands[which % ncommands];
			rumptest_fuzz_take(&p, end, arg, len);
			(void)rump_sys_ioctl(fd, raw, arg);
			break;
		case 4:
			rumptest_fuzz_take(&p, end, &off, sizeof(off));
			(void)rump_sys_pread(fd, arg, len, off);
			break;
		case 5:
			rumptest_fuzz_take(&p, end, &off, sizeof(off));
			rumptest_fuzz_take(&p, end, arg, len);
			(void)rump_sys_pwrite(fd, arg, len, off);
			break;
		case 6:
			(void)rump_sys_read(fd, arg, 0);
			break;
		case 7:
			(void)rump_sys_close(fd);
			fd = rump_sys_open(
			    path, len % 2 != 0 ? O_RDONLY | O_NONBLOCK : O_RDWR | O_NONBLOCK);
			if (fd == -1)
				goto out;
			break;
		}
	}
	(void)rump_sys_close(fd);
out:
	free(arg);
	return 0;
}

#define RUMPTEST_FUZZ_DEVICE(path, ...)                                                    \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                       \
	{                                                                                  \
		static const unsigned long commands[] = { __VA_ARGS__ };                   \
                                                                                           \
		return rumptest_fuzz_device(                                               \
		    (path), commands, sizeof(commands) / sizeof(commands[0]), data, size); \
	}

#define RUMPTEST_FUZZ_PLUGGED(plug, path, ...)                                             \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                       \
	{                                                                                  \
		static const unsigned long commands[] = { __VA_ARGS__ };                   \
		static int plugged;                                                        \
                                                                                           \
		rumptest_fuzz_boot();                                                      \
		if (!plugged)                                                              \
			plug();                                                            \
		plugged = 1;                                                               \
		return rumptest_fuzz_device(                                               \
		    (path), commands, sizeof(commands) / sizeof(commands[0]), data, size); \
	}

#define RUMPTEST_FUZZ_KERNEL(fn)                                     \
	void rump_fuzz_##fn(const void *bytes, size_t len);          \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) \
	{                                                            \
		rumptest_fuzz_boot();                                \
		rump_schedule();                                     \
		rump_fuzz_##fn(data, size);                          \
		rump_unschedule();                                   \
		return 0;                                            \
	}

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMPTEST_FUZZ_H */
