/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * RUMP_MEMLIMIT with a file system in memory: what does not fit is ENOSPC, never a wait without
 * end; the kernel stays below the limit, and what was removed can be filled again.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>

struct rump_meminfo {
	size_t limit, used, resident;
};
void rump_mem_info(struct rump_meminfo *);
extern size_t rump_mem_leaks;

static const struct {
	const char *text;
	size_t bytes;
} limits[] = {
	{ "1m", (size_t)1 << 20 },
	{ "4m", (size_t)4 << 20 },
	{ "20000k", (size_t)20000 << 10 },
};

static void
boot(const char *limit)
{
	setenv("RUMP_MEMLIMIT", limit, 1);
	ck_assert_int_eq(rump_init(), 0);
}

/* The file system under test: the root, or a tmpfs without a limit of its own. */
static const char *const places[] = { "", "/t" };
#define NPLACES (int)(sizeof(places) / sizeof(places[0]))

/* A tmpfs full of data under 1 MiB leaves too little for a path: not a row until that is mended. */
static const struct {
	int limit, place;
} data_rows[] = { { 0, 0 }, { 1, 0 }, { 2, 0 }, { 1, 1 }, { 2, 1 } };
#define NDATA_ROWS (int)(sizeof(data_rows) / sizeof(data_rows[0]))

static const char *
place(int i)
{
	if (places[i][0] == '\0')
		return places[i];
	ck_assert_int_eq(rump_sys_mkdir(places[i], 0755), 0);
	ck_assert_int_eq(rump_sys_mount(RUMP_MOUNT_TMPFS, places[i], 0, NULL, 0), 0);
	return places[i];
}

static const char *
at(const char *dir, const char *name)
{
	static char paths[4][64];
	static unsigned next;
	char *const p = paths[next++ % 4];

	snprintf(p, sizeof(paths[0]), "%s%s", dir, name);
	return p;
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	ck_assert_uint_eq(rump_mem_leaks, 0);
}

static void
check_below(size_t limit)
{
	struct rump_meminfo mi;

	rump_mem_info(&mi);
	ck_assert_uint_eq(mi.limit, limit);
	ck_assert_uint_le(mi.resident, limit);
}

/* Write until it does not fit; the bytes written. */
static size_t
fill(const char *path)
{
	static char buf[65536];
	size_t total = 0;
	ssize_t n;
	const int fd = rump_sys_open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	memset(buf, 'x', sizeof(buf));
	while ((n = rump_sys_write(fd, buf, sizeof(buf))) > 0)
		total += n;
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(rump_sys_pread(fd, buf, 1, total - 1), 1);
	ck_assert_int_eq(buf[0], 'x');
	ck_assert_int_eq(rump_sys_close(fd), 0);
	return total;
}

START_TEST(memlimit_full_of_data)
{
	const int i = data_rows[_i].limit;
	const size_t limit = limits[i].bytes;
	const char *dir;
	size_t first;

	boot(limits[i].text);
	dir = place(data_rows[_i].place);
	first = fill(at(dir, "/file"));
	ck_assert_uint_gt(first, limit / 2);
	check_below(limit);
	/* Full: no new name, but the old ones can be looked at and removed. */
	ck_assert_int_eq(rump_sys_mkdir(at(dir, "/dir"), 0755), -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(rump_sys_access(at(dir, "/file"), R_OK), 0);
	ck_assert_int_eq(rump_sys_unlink(at(dir, "/file")), 0);
	ck_assert_int_eq(rump_sys_mkdir(at(dir, "/dir"), 0755), 0);
	/* As much fits again, but for what the directory takes. */
	ck_assert_uint_ge(fill(at(dir, "/dir/file")) + 128 * 1024, first);
	check_below(limit);
	halt();
}
END_TEST

START_TEST(memlimit_full_of_names)
{
	const int i = _i / NPLACES;
	char path[32];
	const char *dir;
	int n, fd;

	boot(limits[i].text);
	dir = place(_i % NPLACES);
	ck_assert_int_eq(rump_sys_mkdir(at(dir, "/names"), 0755), 0);
	for (n = 0;; n++) {
		snprintf(path, sizeof(path), "%s/names/f%d", dir, n);
		fd = rump_sys_open(path, O_RDWR | O_CREAT, 0644);
		if (fd < 0)
			break;
		ck_assert_int_eq(rump_sys_close(fd), 0);
	}
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_gt(n, 100);
	check_below(limits[i].bytes);
	while (n-- > 0) {
		snprintf(path, sizeof(path), "%s/names/f%d", dir, n);
		ck_assert_int_eq(rump_sys_unlink(path), 0);
	}
	ck_assert_uint_gt(fill(at(dir, "/file")), limits[i].bytes / 2);
	halt();
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("memlimit");
	TCase *const tc = tcase_create("memlimit");
	SRunner *const sr = srunner_create(s);
	const int n = sizeof(limits) / sizeof(limits[0]);
	int failed;

	tcase_add_loop_test(tc, memlimit_full_of_data, 0, NDATA_ROWS);
	tcase_add_loop_test(tc, memlimit_full_of_names, 0, n * NPLACES);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
