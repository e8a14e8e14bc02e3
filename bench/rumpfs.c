/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The root file system: path lookup and opening, against the host's file system in memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "bench.h"

struct paths {
	char rump[256];
	char host[512];
};

#define PATH_OP(name, rumpdo, hostdo)                                 \
	static void rump_##name##_n(void *arg, unsigned long n)       \
	{                                                             \
		const char *const path = ((struct paths *)arg)->rump; \
		struct stat st;                                       \
                                                                      \
		(void)st;                                             \
		while (n-- > 0)                                       \
			(void)!rumpdo;                                \
	}                                                             \
	static void host_##name##_n(void *arg, unsigned long n)       \
	{                                                             \
		const char *const path = ((struct paths *)arg)->host; \
		struct stat st;                                       \
                                                                      \
		(void)st;                                             \
		while (n-- > 0)                                       \
			(void)!hostdo;                                \
	}                                                             \
	static double rump_##name(void *arg)                          \
	{                                                             \
		return bench_ns(rump_##name##_n, arg);                \
	}                                                             \
	static double host_##name(void *arg)                          \
	{                                                             \
		return bench_ns(host_##name##_n, arg);                \
	}

PATH_OP(stat, rump_sys_stat(path, &st), stat(path, &st))
PATH_OP(open_close, rump_sys_close(rump_sys_open(path, O_RDONLY)), close(open(path, O_RDONLY)))

static double
rump_stat2(void *arg)
{
	struct paths *const files = arg;
	void *const args[2] = { &files[0], &files[1] };
	const double one = bench_ns(rump_stat_n, args[0]);

	return bench_threads_ns(2, rump_stat_n, args) / one;
}

static double
host_stat2(void *arg)
{
	struct paths *const files = arg;
	void *const args[2] = { &files[0], &files[1] };
	const double one = bench_ns(host_stat_n, args[0]);

	return bench_threads_ns(2, host_stat_n, args) / one;
}

static char hostroot[] = "/dev/shm/bench_rumpfs.XXXXXX";

static void
make_tree(void)
{
	char path[512] = "";
	static const char *const dirs[] = { "/a", "/a/b", "/a/b/c", "/a/b/c/d" };
	static const char *const files[] = { "/file", "/other", "/a/b/c/d/file" };

	bench_want(mkdtemp(hostroot) != NULL, hostroot);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", hostroot, dirs[i]);
		bench_want(mkdir(path, 0755) == 0, path);
		bench_want(rump_sys_mkdir(dirs[i], 0755) == 0, dirs[i]);
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", hostroot, files[i]);
		const int h = open(path, O_CREAT | O_RDWR, 0644);
		const int r = rump_sys_open(files[i], O_CREAT | O_RDWR, 0644);
		bench_want(h != -1 && r != -1, files[i]);
		(void)close(h);
		(void)rump_sys_close(r);
	}
}

static struct paths
paths_of(const char *rump)
{
	struct paths p;

	(void)snprintf(p.rump, sizeof(p.rump), "%s", rump);
	(void)snprintf(p.host, sizeof(p.host), "%s%s", hostroot, rump);
	return p;
}

int
main(int argc, char **argv)
{
	char command[600];

	bench_init(argc, argv);
	bench_want(rump_init() == 0, "rump_init");
	make_tree();
	struct paths one = paths_of("/file"), five = paths_of("/a/b/c/d/file");
	struct paths none = paths_of("/nosuchfile");
	struct paths two[2] = { one, paths_of("/other") };

	bench_pin();
	bench_run(&(struct bench_row){ .name = "rumpfs_stat_1",
	    .unit = "ns",
	    .rump = rump_stat,
	    .host = host_stat,
	    .arg = &one,
	    .budget = 80,
	    .host_then = 644 });
	bench_run(&(struct bench_row){ .name = "rumpfs_stat_5",
	    .unit = "ns",
	    .rump = rump_stat,
	    .host = host_stat,
	    .arg = &five,
	    .budget = 200,
	    .host_then = 912 });
	bench_run(&(struct bench_row){ .name = "rumpfs_stat_enoent",
	    .unit = "ns",
	    .rump = rump_stat,
	    .host = host_stat,
	    .arg = &none,
	    .budget = 80,
	    .host_then = 1335 });
	bench_run(&(struct bench_row){ .name = "rumpfs_open_close",
	    .unit = "ns",
	    .rump = rump_open_close,
	    .host = host_open_close,
	    .arg = &one,
	    .budget = 150,
	    .host_then = 1322 });
	bench_unpin();
	bench_run(&(struct bench_row){ .name = "rumpfs_stat_2threads",
	    .unit = "x",
	    .rump = rump_stat2,
	    .host = host_stat2,
	    .arg = two,
	    .budget = 1.1,
	    .host_then = 1.05 });
	(void)snprintf(command, sizeof(command), "rm -rf %s", hostroot);
	return system(command) == 0 ? 0 : 1;
}
