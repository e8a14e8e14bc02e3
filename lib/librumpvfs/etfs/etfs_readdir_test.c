/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Listing the host's directories: what is listed is what the host lists and what can be looked up. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../private/testlib.h"

#define NFILES 200

struct rump_meminfo {
	size_t limit, used, resident;
};
void rump_mem_info(struct rump_meminfo *);

static char dir[] = "/tmp/etfs_readdir.XXXXXX";
static char path[5000];

static const char *
in_dir(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
touch(const char *name)
{
	const int fd = open(in_dir(name), O_CREAT | O_WRONLY, 0644);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

/* Many names of all lengths, a directory with one file, links to all and to nothing. */
static void
host_setup(void)
{
	char name[256];

	strcpy(strrchr(dir, '.'), ".XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (int i = 0; i < NFILES; i++) {
		snprintf(name, sizeof(name), "%0*d", 1 + i * 255 / NFILES, i);
		touch(name);
	}
	ck_assert_int_eq(mkdir(in_dir("sub"), 0755), 0);
	touch("sub/inner");
	ck_assert_int_eq(symlink("sub", in_dir("to_sub")), 0);
	ck_assert_int_eq(symlink("0", in_dir("to_file")), 0);
	ck_assert_int_eq(symlink("nothing", in_dir("to_nothing")), 0);
	ck_assert_int_eq(symlink("to_itself", in_dir("to_itself")), 0);
	setup();
}

static void
host_teardown(void)
{
	char cmd[100];

	teardown();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

/* ---- Listing ---- */

struct names {
	int n, size;
	struct name {
		char *name;
		ino_t ino;
		off_t next;
		unsigned char type;
	} * v;
};

static void
add(struct names *ns, const struct dirent64 *de)
{
	if (ns->n == ns->size) {
		ns->size = ns->size * 2 + 100;
		ns->v = realloc(ns->v, (size_t)ns->size * sizeof(*ns->v));
	}
	ns->v[ns->n++] = (struct name){ strdup(de->d_name), de->d_ino, de->d_off, de->d_type };
}

static void
names_free(struct names *ns)
{
	for (int i = 0; i < ns->n; i++)
		free(ns->v[i].name);
	free(ns->v);
}

/* What is read from the descriptor, room bytes at a time. */
static struct names
list_fd(int fd, size_t room)
{
	static _Alignas(8) char buf[65536];
	struct names ns = { 0 };
	const struct dirent64 *de;
	ssize_t n;

	while ((n = rump_sys_getdents64(fd, buf, room)) > 0) {
		for (ssize_t at = 0; at < n; at += de->d_reclen) {
			de = (const struct dirent64 *)(buf + at);
			add(&ns, de);
		}
	}
	ck_assert_msg(n == 0, "getdents: errno %d", errno);
	return ns;
}

static struct names
list(const char *key, size_t room)
{
	const int fd = rump_sys_open(key, O_RDONLY | O_DIRECTORY);
	struct names ns;

	ck_assert_int_ge(fd, 0);
	ns = list_fd(fd, room);
	ck_gives(rump_sys_close(fd), 0);
	return ns;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
}

/* The same names as the host lists, but for those that cannot be looked up, in the same order. */
static void
check_against_host(const char *key, const char *hostdir, const struct names *ns, bool subdirs)
{
	DIR *const d = opendir(hostdir);
	char full[1200];
	struct stat hst, st;
	struct dirent *de;
	int i = 0;

	while ((de = readdir(d)) != NULL) {
		const bool dots = strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0;

		if (fstatat(dirfd(d), de->d_name, &hst, 0) == -1 ||
		    (S_ISDIR(hst.st_mode) && !subdirs && !dots))
			continue;
		ck_assert_msg(i < ns->n, "%s and more are not listed", de->d_name);
		ck_assert_str_eq(ns->v[i].name, de->d_name);
		ck_assert_int_eq(ns->v[i].type, S_ISDIR(hst.st_mode) ? DT_DIR : DT_REG);
		snprintf(full, sizeof(full), "%s/%s", key, de->d_name);
		ck_gives(rump_sys_stat(full, &st), 0);
		ck_assert_msg(st.st_ino == ns->v[i].ino, "%s: inode %#jx, stat says %#jx",
		    de->d_name, (uintmax_t)ns->v[i].ino, (uintmax_t)st.st_ino);
		i++;
	}
	ck_assert_int_eq(i, ns->n);
	closedir(d);
}

static const size_t rooms[] = { 65536, 4096, 700, 280 };

START_TEST(readdir_is_the_hosts)
{
	const bool subdirs = _i % 2 != 0;
	struct names ns;

	ck_gives(
	    rump_pub_etfs_register("/k", dir, subdirs ? RUMP_ETFS_DIR_SUBDIRS : RUMP_ETFS_DIR), 0);
	ns = list("/k", rooms[_i / 2]);
	ck_assert_int_eq(ns.n, NFILES + 2 + 1 + (subdirs ? 2 : 0));
	check_against_host("/k", dir, &ns, subdirs);
	names_free(&ns);
	if (subdirs) {
		ns = list("/k/to_sub", rooms[_i / 2]);
		ck_assert_int_eq(ns.n, 3);
		check_against_host("/k/to_sub", in_dir("sub"), &ns, true);
		names_free(&ns);
	}
}
END_TEST

/* Every offset can be gone back to, also those of names that have gone. */
START_TEST(readdir_seeks)
{
	struct names ns, rest;
	int fd;

	ck_gives(rump_pub_etfs_register("/k", dir, RUMP_ETFS_DIR_SUBDIRS), 0);
	ns = list("/k", 65536);
	fd = rump_sys_open("/k", O_RDONLY);
	for (int i = ns.n - 1; i >= 0; i--) {
		ck_gives(rump_sys_lseek(fd, ns.v[i].next, SEEK_SET), ns.v[i].next);
		rest = list_fd(fd, 4096);
		ck_assert_int_eq(rest.n, ns.n - i - 1);
		if (rest.n > 0)
			ck_assert_str_eq(rest.v[0].name, ns.v[i + 1].name);
		names_free(&rest);
	}
	ck_gives(rump_sys_lseek(fd, 0, SEEK_SET), 0);
	rest = list_fd(fd, 4096);
	ck_assert_int_eq(rest.n, ns.n);
	ck_gives(rump_sys_close(fd), 0);
	names_free(&rest);
	names_free(&ns);
}
END_TEST

/* While names come and go, those that stay are listed once each. */
static bool stop;

static void *
change(void *arg)
{
	char name[40];

	for (int i = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++) {
		snprintf(name, sizeof(name), "%s/passing%d", dir, i % 50);
		if (i / 50 % 2 == 0)
			close(open(name, O_CREAT | O_WRONLY, 0644));
		else
			unlink(name);
	}
	return NULL;
}

START_TEST(readdir_while_changing)
{
	pthread_t thread;
	struct names ns;

	ck_gives(rump_pub_etfs_register("/k", dir, RUMP_ETFS_DIR_SUBDIRS), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, change, NULL), 0);
	for (int round = 0; round < 50; round++) {
		int stayed = 0;

		ns = list("/k", 700);
		qsort(ns.v, (size_t)ns.n, sizeof(*ns.v), by_name);
		for (int i = 0; i < ns.n; i++) {
			if (strncmp(ns.v[i].name, "passing", 7) == 0)
				continue;
			stayed++;
			ck_assert_msg(i == 0 || strcmp(ns.v[i - 1].name, ns.v[i].name) != 0,
			    "%s twice", ns.v[i].name);
		}
		ck_assert_int_eq(stayed, NFILES + 2 + 3);
		names_free(&ns);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}
END_TEST

/* A hundred thousand names: all of them, in bounded memory. */
START_TEST(readdir_many)
{
	static char *seen;
	struct rump_meminfo before, after;
	const int many = 100000;
	char name[20], first[sizeof(path)];
	struct names ns;

	for (int i = 0; i < many; i++) {
		/* Links are quicker made than files; a file has 65000 at most. */
		snprintf(name, sizeof(name), "sub/%06d", i);
		if (i % 50000 == 0) {
			touch(name);
			snprintf(first, sizeof(first), "%s", in_dir(name));
		} else {
			ck_assert_int_eq(link(first, in_dir(name)), 0);
		}
	}
	ck_gives(rump_pub_etfs_register("/k", in_dir("sub"), RUMP_ETFS_DIR), 0);
	rump_mem_info(&before);
	ns = list("/k", 65536);
	rump_mem_info(&after);
	ck_assert_msg(after.resident < before.resident + (512 << 10), "took %zu bytes",
	    after.resident - before.resident);
	ck_assert_int_eq(ns.n, many + 3);
	seen = calloc(1, (size_t)many);
	for (int i = 0; i < ns.n; i++)
		if (ns.v[i].name[0] >= '0' && ns.v[i].name[0] <= '9')
			ck_assert_int_eq(seen[atoi(ns.v[i].name)]++, 0);
	ck_assert_ptr_null(memchr(seen, 0, (size_t)many));
	free(seen);
	names_free(&ns);
}
END_TEST

/* The path of a name may be longer than a path can be: it cannot be looked up and is not listed. */
START_TEST(readdir_long_paths)
{
	char deep[4096], name[256], full[1200];
	int shown = 0, fd = open(dir, O_RDONLY), sub;
	struct names ns;
	struct stat st;
	size_t len;

	snprintf(deep, sizeof(deep), "%s", dir);
	memset(name, 'd', 200);
	name[200] = '\0';
	while ((len = strlen(deep)) < PATH_MAX - 300) {
		snprintf(deep + len, sizeof(deep) - len, "/%s", name);
		ck_assert_int_eq(mkdirat(fd, name, 0755), 0);
		sub = openat(fd, name, O_RDONLY);
		close(fd);
		fd = sub;
	}
	for (int i = 1; i < 255; i++) {
		memset(name, 'n', sizeof(name));
		name[i] = '\0';
		close(openat(fd, name, O_CREAT | O_WRONLY, 0644));
	}
	close(fd);
	ck_gives(rump_pub_etfs_register("/k", deep, RUMP_ETFS_DIR), 0);
	ns = list("/k", 65536);
	for (int i = 1; i < 255; i++) {
		bool listed = false;

		memset(name, 'n', sizeof(name));
		name[i] = '\0';
		for (int k = 0; k < ns.n; k++)
			listed |= strcmp(ns.v[k].name, name) == 0;
		snprintf(full, sizeof(full), "/k/%s", name);
		ck_assert_msg(listed == (rump_sys_stat(full, &st) == 0), "%d bytes: %d", i, listed);
		shown += listed;
	}
	ck_assert_int_gt(shown, 10);
	ck_assert_int_lt(shown, 254);
	names_free(&ns);
}
END_TEST

/* The host's errors are the caller's. */
START_TEST(readdir_errors)
{
	char buf[1000];
	struct names ns;
	int fd, sub;

	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_gives(rump_pub_etfs_register("/k", dir, RUMP_ETFS_DIR_SUBDIRS), 0);
	fd = rump_sys_open("/k", O_RDONLY);
	sub = rump_sys_open("/k/sub", O_RDONLY);
	ns = list("/k", 65536);
	for (int i = 0; i < ns.n - 1; i++) {
		if (strlen(ns.v[i + 1].name) < 10)
			continue;
		ck_gives(rump_sys_lseek(fd, ns.v[i].next, SEEK_SET), ns.v[i].next);
		ck_fails(rump_sys_getdents64(fd, buf, 24), EINVAL); /* no room for one */
		break;
	}
	names_free(&ns);
	ck_fails(rump_sys_getdents64(fd, NULL, 1000), EFAULT);
	ck_assert_int_eq(chmod(in_dir("sub"), 0), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_fails(rump_sys_getdents64(sub, buf, sizeof(buf)), EACCES);
	ck_assert_int_eq(seteuid(getuid()), 0);
	ck_assert_int_eq(chmod(in_dir("sub"), 0755), 0);
	unlink(in_dir("sub/inner"));
	ck_assert_int_eq(rmdir(in_dir("sub")), 0);
	ck_fails(rump_sys_getdents64(sub, buf, sizeof(buf)), ENOENT);
	ck_gives(rump_sys_close(sub), 0);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

/* Names that this host does not make: the program answers for it, while longest_name is not 0. */
static size_t longest_name;

ssize_t
getdents64(int fd, void *buf, size_t len)
{
	const off_t at = lseek(fd, 0, SEEK_CUR);
	struct dirent64 *const de = buf;
	size_t namlen;

	if (longest_name == 0)
		return syscall(SYS_getdents64, fd, buf, len);
	if (at > 2)
		return 0;
	namlen = longest_name - (size_t)at;
	memset(de, 0, sizeof(*de));
	de->d_ino = 77;
	de->d_off = at + 1;
	de->d_type = DT_REG;
	de->d_reclen = (unsigned short)((offsetof(struct dirent64, d_name) + namlen + 8) & ~7UL);
	memset((char *)buf + offsetof(struct dirent64, d_name), 'x', namlen + 1);
	((char *)buf)[offsetof(struct dirent64, d_name) + namlen] = '\0';
	(void)lseek(fd, at + 1, SEEK_SET);
	return de->d_reclen;
}

static const struct {
	size_t longest;
	int listed;
} longs[] = { { 257, 1 }, { 256, 2 }, { 255, 3 }, { 700, 0 } };

START_TEST(readdir_names_too_long)
{
	struct names ns;

	ck_gives(rump_pub_etfs_register("/k", dir, RUMP_ETFS_DIR), 0);
	longest_name = longs[_i].longest;
	ns = list("/k", 65536);
	longest_name = 0;
	ck_assert_int_eq(ns.n, longs[_i].listed);
	if (ns.n > 0)
		ck_assert_uint_eq(strlen(ns.v[ns.n - 1].name), longs[_i].longest - 2);
	names_free(&ns);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("etfs_readdir");

	tcase_set_timeout(tc, 110); /* what the host takes for a hundred thousand names */
	tcase_add_checked_fixture(tc, host_setup, host_teardown);
	tcase_add_loop_test(tc, readdir_is_the_hosts, 0, 2 * COUNT(rooms));
	tcase_add_test(tc, readdir_seeks);
	tcase_add_test(tc, readdir_while_changing);
	tcase_add_test(tc, readdir_many);
	tcase_add_test(tc, readdir_long_paths);
	tcase_add_test(tc, readdir_errors);
	tcase_add_loop_test(tc, readdir_names_too_long, 0, COUNT(longs));
	return run_suite(tc, "etfs_readdir");
}
