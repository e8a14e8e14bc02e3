/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* rumpuser_readdir(): the host's own listing is the oracle. */
#include "testlib.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/stat.h>

#define NFILES 300

static char dir[] = "/tmp/dir_test.XXXXXX";
static int fd;
static _Alignas(8) char buf[65536];

static void
make(const char *name)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	close(open(path, O_CREAT | O_WRONLY, 0644));
}

static void
dir_setup(void)
{
	char name[256];

	test_setup();
	strcpy(strrchr(dir, '.'), ".XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (int i = 0; i < NFILES; i++) {
		snprintf(name, sizeof(name), "%0*d", 1 + i * 251 / NFILES, i);
		make(name);
	}
	ck_assert_int_eq(rumpuser_open(dir, RUMPUSER_OPEN_RDONLY, &fd), 0);
}

static void
dir_teardown(void)
{
	char cmd[100];

	ck_assert_int_eq(rumpuser_close(fd), 0);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
	test_teardown();
}

/* The host's entry of that name. */
static bool
host_has(const char *name, uint64_t *ino)
{
	DIR *const d = opendir(dir);
	struct dirent *de;

	*ino = 0;
	while ((de = readdir(d)) != NULL)
		if (strcmp(de->d_name, name) == 0)
			*ino = de->d_ino;
	closedir(d);
	return *ino != 0;
}

/* List all with room for len bytes at a time: how many names. */
static int
list_all(size_t len)
{
	const struct rumpuser_dirent *rd;
	int64_t off = 0;
	size_t done;
	uint64_t ino;
	int n = 0;

	for (;;) {
		ck_assert_int_eq(rumpuser_readdir(fd, off, buf, len, &done), 0);
		ck_assert_uint_le(done, len);
		if (done == 0)
			return n;
		for (size_t at = 0; at < done; at += rd->rd_reclen) {
			rd = (const struct rumpuser_dirent *)(buf + at);
			ck_assert_uint_eq(rd->rd_reclen % 8, 0);
			ck_assert_uint_eq(rd->rd_namlen, strlen(rd->rd_name));
			ck_assert_msg(host_has(rd->rd_name, &ino), "%s?", rd->rd_name);
			if (strcmp(rd->rd_name, "..") != 0)
				ck_assert_uint_eq(rd->rd_ino, ino);
			off = rd->rd_next;
			n++;
		}
	}
}

static const size_t rooms[] = { 65536, 4096, 1000, 280 };

START_TEST(dir_lists_all)
{
	const uint32_t leaves = test_leaves;

	test_on_cpu = 1;
	ck_assert_int_eq(list_all(rooms[_i]), NFILES + 2);
	ck_assert_uint_gt(test_leaves, leaves);
	ck_assert_uint_eq(test_leaves, test_enters);
	test_on_cpu = 0;
}
END_TEST

/* From each offset on the same names follow; names that come and go do no harm to those that stay. */
START_TEST(dir_offsets_stay_good)
{
	static struct {
		int64_t next;
		char name[256];
	} all[NFILES + 2];
	const struct rumpuser_dirent *rd;
	char path[400];
	int64_t off = 0;
	size_t done;
	int n = 0;

	while (rumpuser_readdir(fd, off, buf, 280, &done) == 0 && done != 0) {
		rd = (const struct rumpuser_dirent *)buf;
		off = all[n].next = rd->rd_next;
		strcpy(all[n++].name, rd->rd_name);
	}
	ck_assert_int_eq(n, NFILES + 2);
	for (int i = 0; i < n - 1; i++) {
		ck_assert_int_eq(rumpuser_readdir(fd, all[i].next, buf, 280, &done), 0);
		ck_assert_str_eq(((const struct rumpuser_dirent *)buf)->rd_name, all[i + 1].name);
	}
	for (int i = 0; i < n / 2; i++) {
		if (all[i].name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, all[i].name);
		unlink(path);
	}
	for (int i = n / 2; i < n - 1; i++) {
		ck_assert_int_eq(rumpuser_readdir(fd, all[i].next, buf, 280, &done), 0);
		ck_assert_str_eq(((const struct rumpuser_dirent *)buf)->rd_name, all[i + 1].name);
	}
}
END_TEST

static const struct {
	const char *name, *to;
	enum rumpuser_filetype type;
} kinds[] = {
	{ "kind_dir", NULL, RUMPUSER_FT_DIR },
	{ "kind_fifo", NULL, RUMPUSER_FT_OTHER },
	{ "link_to_dir", "kind_dir", RUMPUSER_FT_DIR },
	{ "link_to_file", "0", RUMPUSER_FT_REG },
	{ "link_to_null", "/dev/null", RUMPUSER_FT_CHR },
	{ "link_to_nothing", "nothing", RUMPUSER_FT_NONE },
	{ "link_to_itself", "link_to_itself", RUMPUSER_FT_NONE },
};

START_TEST(dir_types)
{
	const int nkinds = sizeof(kinds) / sizeof(kinds[0]);
	const struct rumpuser_dirent *rd;
	char path[400];
	struct stat st;
	int64_t off = 0;
	size_t done;
	int seen = 0;

	for (int k = 0; k < nkinds; k++) {
		snprintf(path, sizeof(path), "%s/%s", dir, kinds[k].name);
		if (kinds[k].to != NULL)
			ck_assert_int_eq(symlink(kinds[k].to, path), 0);
		else if (kinds[k].type == RUMPUSER_FT_DIR)
			ck_assert_int_eq(mkdir(path, 0755), 0);
		else
			ck_assert_int_eq(mkfifo(path, 0644), 0);
	}
	while (rumpuser_readdir(fd, off, buf, 280, &done) == 0 && done != 0) {
		rd = (const struct rumpuser_dirent *)buf;
		off = rd->rd_next;
		for (int k = 0; k < nkinds; k++) {
			if (strcmp(rd->rd_name, kinds[k].name) != 0)
				continue;
			ck_assert_msg(
			    rd->rd_type == kinds[k].type, "%s: %d", kinds[k].name, rd->rd_type);
			snprintf(path, sizeof(path), "%s/%s", dir, kinds[k].name);
			if (stat(path, &st) == 0)
				ck_assert_uint_eq(rd->rd_ino, st.st_ino);
			seen++;
		}
	}
	ck_assert_int_eq(seen, nkinds);
}
END_TEST

START_TEST(dir_errors)
{
	char path[400];
	size_t done = 99;
	int other;

	ck_assert_int_eq(rumpuser_readdir(fd, 0, buf, 16, &done), EINVAL);
	ck_assert_uint_eq(done, 0);
	ck_assert_int_eq(rumpuser_readdir(-1, 0, buf, sizeof(buf), &done), EBADF);
	ck_assert_int_eq(rumpuser_readdir(fd, -1, buf, sizeof(buf), &done), EINVAL);
	snprintf(path, sizeof(path), "%s/0", dir);
	ck_assert_int_eq(rumpuser_open(path, RUMPUSER_OPEN_RDONLY, &other), 0);
	ck_assert_int_eq(rumpuser_readdir(other, 0, buf, sizeof(buf), &done), ENOTDIR);
	ck_assert_int_eq(rumpuser_close(other), 0);
	snprintf(path, sizeof(path), "%s/gone", dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert_int_eq(rumpuser_open(path, RUMPUSER_OPEN_RDONLY, &other), 0);
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(rumpuser_readdir(other, 0, buf, sizeof(buf), &done), ENOENT);
	ck_assert_int_eq(rumpuser_close(other), 0);
	/* Without memory: an error, and then it works. */
	rumpuser__fail_after(1);
	ck_assert_int_eq(rumpuser_readdir(fd, 0, buf, sizeof(buf), &done), ENOMEM);
	ck_assert(rumpuser__fail_fired());
	ck_assert_int_eq(list_all(sizeof(buf)), NFILES + 2);
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("rumpuser_dir");
	TCase *const tc = tcase_create("dir");

	tcase_add_checked_fixture(tc, dir_setup, dir_teardown);
	tcase_add_loop_test(tc, dir_lists_all, 0, sizeof(rooms) / sizeof(rooms[0]));
	tcase_add_test(tc, dir_offsets_stay_good);
	tcase_add_test(tc, dir_types);
	tcase_add_test(tc, dir_errors);
	suite_add_tcase(s, tc);
	return s;
}

TEST_MAIN(suite())
