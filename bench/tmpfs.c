/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* tmpfs against the host's: names, contents, directories of ten thousand. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>

#include "bench.h"

#define MANY 10000
#define BIG  ((size_t)64 << 20)
#define MIB  ((size_t)1 << 20)

static char hostroot[] = "/dev/shm/bench_tmpfs.XXXXXX";
static char *buffer; /* BIG bytes, touched */

/* What an operation works on: paths below one directory on both sides, or descriptors. */
struct place {
	char path[300], path2[320];
	int fd;
};
static struct place rump_places[3], host_places[3];

static long
host_getdents(int fd, void *buf, size_t len)
{
	return syscall(SYS_getdents64, fd, buf, len);
}

/* n times on one side. */
#define SIDE(side, name, body)                                                   \
	static void side##_##name##_n(void *arg, unsigned long n)                \
	{                                                                        \
		const struct place *const p = arg;                               \
		struct stat st;                                                  \
                                                                                 \
		(void)st;                                                        \
		while (n-- > 0) {                                                \
			body;                                                    \
		}                                                                \
	}                                                                        \
	static double side##_##name(void *arg)                                   \
	{                                                                        \
		return bench_ns(side##_##name##_n, &side##_places[(size_t)arg]); \
	}
#define BOTH(name, rumpdo, hostdo) \
	SIDE(rump, name, rumpdo)   \
	SIDE(host, name, hostdo)

BOTH(stat, (void)!rump_sys_stat(p->path, &st), (void)!stat(p->path, &st))
BOTH(open, rump_sys_close(rump_sys_open(p->path, O_RDONLY)), close(open(p->path, O_RDONLY)))
BOTH(create, rump_sys_close(rump_sys_open(p->path2, O_CREAT | O_RDWR, 0644));
     rump_sys_unlink(p->path2), close(open(p->path2, O_CREAT | O_RDWR, 0644)); unlink(p->path2))
BOTH(mkdir, rump_sys_mkdir(p->path2, 0755); rump_sys_rmdir(p->path2), mkdir(p->path2, 0755);
     rmdir(p->path2))
BOTH(rename, rump_sys_rename(p->path, p->path2);
     rump_sys_rename(p->path2, p->path), rename(p->path, p->path2); rename(p->path2, p->path))
BOTH(read4k, (void)!rump_sys_pread(p->fd, buffer, 4096, 0), (void)!pread(p->fd, buffer, 4096, 0))
BOTH(write4k, (void)!rump_sys_pwrite(p->fd, buffer, 4096, 0), (void)!pwrite(p->fd, buffer, 4096, 0))
BOTH(read1m, (void)!rump_sys_pread(p->fd, buffer, MIB, 0), (void)!pread(p->fd, buffer, MIB, 0))

static double
rump_rename1(void *arg)
{
	return rump_rename(arg) / 2;
}

static double
host_rename1(void *arg)
{
	return host_rename(arg) / 2;
}

static double
rump_read1m_us(void *arg)
{
	return rump_read1m(arg) / 1000;
}

static double
host_read1m_us(void *arg)
{
	return host_read1m(arg) / 1000;
}

/* GB/s of 1 MiB writes to a new file of 64 MiB. */
#define FIRST_WRITE(side, OPEN, WRITE, CLOSE, UNLINK)                                      \
	static double side##_first_write(void *arg)                                        \
	{                                                                                  \
		const struct place *const p = &side##_places[0];                           \
		const int fd = OPEN(p->path2, O_CREAT | O_RDWR, 0644);                     \
		const int64_t t = bench_now();                                             \
                                                                                           \
		for (size_t off = 0; off < BIG; off += MIB)                                \
			bench_want(WRITE(fd, buffer + off, MIB) == (ssize_t)MIB, "write"); \
		const double ns = (double)(bench_now() - t);                               \
		CLOSE(fd);                                                                 \
		UNLINK(p->path2);                                                          \
		return (double)BIG / ns;                                                   \
	}
FIRST_WRITE(rump, rump_sys_open, rump_sys_write, rump_sys_close, rump_sys_unlink)
FIRST_WRITE(host, open, write, close, unlink)

/* A directory of ten thousand files: made, listed, removed; ms. */
static double rump_ms[3], host_ms[3];

#define TEN_THOUSAND(side, OPEN, WRITE, CLOSE, UNLINK, GETDENTS, MKDIR, RMDIR)     \
	static double side##_many(void *arg)                                       \
	{                                                                          \
		const struct place *const p = &side##_places[0];                   \
		char path[400];                                                    \
		int64_t t[4];                                                      \
		int fd;                                                            \
                                                                                   \
		MKDIR(p->path2, 0755);                                             \
		t[0] = bench_now();                                                \
		for (int i = 0; i < MANY; i++) {                                   \
			(void)snprintf(path, sizeof(path), "%s/f%d", p->path2, i); \
			fd = OPEN(path, O_CREAT | O_RDWR, 0644);                   \
			bench_want(WRITE(fd, buffer, 100) == 100, path);           \
			CLOSE(fd);                                                 \
		}                                                                  \
		t[1] = bench_now();                                                \
		fd = OPEN(p->path2, O_RDONLY | O_DIRECTORY);                       \
		while (GETDENTS(fd, buffer, 32768) > 0)                            \
			continue;                                                  \
		CLOSE(fd);                                                         \
		t[2] = bench_now();                                                \
		for (int i = 0; i < MANY; i++) {                                   \
			(void)snprintf(path, sizeof(path), "%s/f%d", p->path2, i); \
			bench_want(UNLINK(path) == 0, path);                       \
		}                                                                  \
		t[3] = bench_now();                                                \
		RMDIR(p->path2);                                                   \
		for (int i = 0; i < 3; i++)                                        \
			side##_ms[i] = (double)(t[i + 1] - t[i]) / 1e6;            \
		return side##_ms[(size_t)arg];                                     \
	}
TEN_THOUSAND(rump, rump_sys_open, rump_sys_write, rump_sys_close, rump_sys_unlink,
    rump_sys_getdents, rump_sys_mkdir, rump_sys_rmdir)
TEN_THOUSAND(host, open, write, close, unlink, host_getdents, mkdir, rmdir)

static double
rump_stat2(void *arg)
{
	void *const args[2] = { &rump_places[0], &rump_places[2] };

	return bench_threads_ns(2, rump_stat_n, args) / bench_ns(rump_stat_n, args[0]);
}

static double
host_stat2(void *arg)
{
	void *const args[2] = { &host_places[0], &host_places[2] };

	return bench_threads_ns(2, host_stat_n, args) / bench_ns(host_stat_n, args[0]);
}

static void
set_place(int i, const char *file, bool create)
{
	struct place *const r = &rump_places[i], *const h = &host_places[i];

	(void)snprintf(r->path, sizeof(r->path), "/t%s", file);
	(void)snprintf(r->path2, sizeof(r->path2), "/t%s.new", file);
	(void)snprintf(h->path, sizeof(h->path), "%s%s", hostroot, file);
	(void)snprintf(h->path2, sizeof(h->path2), "%s%s.new", hostroot, file);
	if (!create)
		return;
	r->fd = rump_sys_open(r->path, O_CREAT | O_RDWR, 0644);
	h->fd = open(h->path, O_CREAT | O_RDWR, 0644);
	bench_want(r->fd >= 0 && h->fd >= 0, file);
	bench_want(rump_sys_write(r->fd, buffer, MIB) == (ssize_t)MIB, file);
	bench_want(write(h->fd, buffer, MIB) == (ssize_t)MIB, file);
}

static void
make_places(void)
{
	static const char *const dirs[] = { "/a", "/a/b", "/a/b/c", "/a/b/c/d" };
	char path[400];

	bench_want(mkdtemp(hostroot) != NULL, hostroot);
	bench_want(rump_sys_mkdir("/t", 0755) == 0, "/t");
	bench_want(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, NULL, 0) == 0, "mount");
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		(void)snprintf(path, sizeof(path), "/t%s", dirs[i]);
		bench_want(rump_sys_mkdir(path, 0755) == 0, path);
		(void)snprintf(path, sizeof(path), "%s%s", hostroot, dirs[i]);
		bench_want(mkdir(path, 0755) == 0, path);
	}
	set_place(0, "/file", true);
	set_place(1, "/a/b/c/d/file", true);
	set_place(2, "/other", true);
}

#define ROW(label, u, fn, what, most, then)                    \
	bench_run(&(struct bench_row){ .name = "tmpfs_" label, \
	    .unit = u,                                         \
	    .rump = rump_##fn,                                 \
	    .host = host_##fn,                                 \
	    .arg = (void *)(size_t)(what),                     \
	    .budget = most,                                    \
	    .host_then = then })

int
main(int argc, char **argv)
{
	char command[600];

	bench_init(argc, argv);
	bench_want(rump_init() == 0, "rump_init");
	buffer = malloc(BIG);
	bench_want(buffer != NULL, "memory");
	memset(buffer, 1, BIG);
	make_places();
	bench_pin();
	ROW("stat_1", "ns", stat, 0, 80, 644);
	ROW("stat_5", "ns", stat, 1, 200, 912);
	ROW("open_close", "ns", open, 0, 150, 1322);
	ROW("create_unlink", "ns", create, 0, 500, 7400);
	ROW("mkdir_rmdir", "ns", mkdir, 0, 700, 5900);
	ROW("rename", "ns", rename1, 0, 400, 3400);
	ROW("read_4k", "ns", read4k, 0, 100, 399);
	ROW("write_4k", "ns", write4k, 0, 120, 485);
	ROW("read_1m", "us", read1m_us, 0, 20, 18);
	ROW("first_write_64m", "GB/s", first_write, 0, 4, 3.5);
	ROW("create_write_10k", "ms", many, 0, 10, 70);
	ROW("readdir_10k", "ms", many, 1, 0.5, 3.2);
	ROW("unlink_10k", "ms", many, 2, 5, 48);
	bench_want(rump_sys_unlink(rump_places[0].path) == 0, "unlink");
	bench_want(unlink(host_places[0].path) == 0, "unlink");
	ROW("stat_enoent", "ns", stat, 0, 80, 1335);
	set_place(0, "/file", true);
	bench_unpin();
	ROW("stat_2threads", "x", stat2, 0, 1.1, 1.05);
	(void)snprintf(command, sizeof(command), "rm -rf %s", hostroot);
	return system(command) == 0 ? 0 : 1;
}
