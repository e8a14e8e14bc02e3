/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Disks: reading memory disks against a file in the host's memory; what a wedge costs over the disk itself.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_disk.h>
#include <rump/rump_syscalls.h>

#include "bench.h"

#define SIZE (8 << 20)
#define FILL (1 << 20)

static char buf[4096];

static void
rump_read_n(void *arg, unsigned long n)
{
	const int fd = *(int *)arg;

	for (off_t off = 0; n-- > 0; off = (off + 4096) % FILL)
		(void)!rump_sys_pread(fd, buf, sizeof(buf), off);
}

static void
host_read_n(void *arg, unsigned long n)
{
	const int fd = ((int *)arg)[1];

	for (off_t off = 0; n-- > 0; off = (off + 4096) % FILL)
		(void)!pread(fd, buf, sizeof(buf), off);
}

static double
rump_read(void *arg)
{
	return bench_ns(rump_read_n, arg);
}

static double
host_read(void *arg)
{
	return bench_ns(host_read_n, arg);
}

/* What the second costs more than the first. */
static double
overhead(void *arg)
{
	int *const fds = arg;

	return bench_ns(rump_read_n, &fds[1]) - bench_ns(rump_read_n, &fds[0]);
}

static int
memory_disk(const char *node)
{
	struct rump_md_conf md = { .md_size = SIZE, .md_type = RUMP_MD_KMEM_ALLOCATED };
	const int fd = rump_sys_open(node, O_RDWR);

	bench_want(fd != -1 && rump_sys_ioctl(fd, RUMP_MD_SETCONF, &md) == 0, node);
	memset(buf, 1, sizeof(buf));
	for (off_t off = 0; off < FILL; off += 4096)
		bench_want(rump_sys_pwrite(fd, buf, 4096, off) == 4096, node);
	return fd;
}

/* A wedge over all of a disk. */
static int
wedge_on(int fd, const char *node)
{
	struct rump_dkwedge_info dkw = { .dkw_size = SIZE / 512 };
	int dk;

	strcpy((char *)dkw.dkw_wname, node);
	bench_want(rump_sys_ioctl(fd, RUMP_DIOCAWEDGE, &dkw) == 0, "wedge");
	dk = rump_sys_open(node, O_RDWR);
	bench_want(dk != -1, node);
	return dk;
}

int
main(int argc, char **argv)
{
	int raw[2], cached[2], uncached[2];

	bench_init(argc, argv);
	bench_want(rump_init() == 0, "rump_init");
	raw[0] = memory_disk("/dev/rmd0");
	raw[1] = memfd_create("bench", MFD_CLOEXEC);
	for (off_t off = 0; off < FILL; off += 4096)
		bench_want(pwrite(raw[1], buf, 4096, off) == 4096, "memfd");
	cached[0] = memory_disk("/dev/md1");
	uncached[0] = memory_disk("/dev/rmd2");
	uncached[1] = wedge_on(uncached[0], "/dev/rdk0");
	/* The block device of a wedge: on a disk of its own, which nobody else has open. */
	(void)rump_sys_close(wedge_on(memory_disk("/dev/rmd3"), "/dev/rdk1"));
	cached[1] = rump_sys_open("/dev/dk1", O_RDWR);
	bench_want(cached[1] != -1, "/dev/dk1");
	rump_read_n(&cached[0], FILL / 4096);
	rump_read_n(&cached[1], FILL / 4096);

	bench_pin();
	bench_run(&(struct bench_row){ .name = "dev_md_read_4k",
	    .unit = "ns",
	    .rump = rump_read,
	    .host = host_read,
	    .arg = raw,
	    .budget = 200 });
	bench_run(&(struct bench_row){ .name = "dev_md_read_4k_block",
	    .unit = "ns",
	    .rump = rump_read,
	    .host = host_read,
	    .arg = (int[]){ cached[0], raw[1] } });
	bench_run(&(struct bench_row){ .name = "dev_wedge_overhead",
	    .unit = "ns",
	    .rump = overhead,
	    .arg = cached,
	    .budget = 50 });
	bench_run(&(struct bench_row){
	    .name = "dev_wedge_overhead_raw", .unit = "ns", .rump = overhead, .arg = uncached });
	return 0;
}
