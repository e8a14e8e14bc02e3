/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What tmpfs has beyond the contract of file systems: limits, holes, runs, handles, names without files. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <sys/param.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

#define PAGE  4096
#define OK(e) ck_assert_msg((e) >= 0, "%s: %s", #e, strerror(errno))
#define IS(e, value)                                                                           \
	do {                                                                                   \
		const long long is_ = (long long)(e), want_ = (long long)(value);              \
		ck_assert_msg(                                                                 \
		    is_ == want_, "%s: %lld, not %lld (%s)", #e, is_, want_, strerror(errno)); \
	} while (0)
#define FAILS(e, err)                                                                        \
	do {                                                                                 \
		errno = 0;                                                                   \
		const long ret_ = (long)(e);                                                 \
		ck_assert_msg(                                                               \
		    ret_ == -1 && errno == (err), "%s: %ld, %s", #e, ret_, strerror(errno)); \
	} while (0)

static struct rump_tmpfs_args args = { .ta_version = RUMP_TMPFS_ARGS_VERSION,
	.ta_root_mode = 0755 };

static void
up(int64_t size, uint64_t nodes)
{
	args.ta_size_max = size;
	args.ta_nodes_max = nodes;
	OK(rump_sys_mkdir("/t", 0755));
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, &args, sizeof(args)));
	OK(rump_sys_chdir("/t"));
}

static void
down(void)
{
	OK(rump_sys_chdir("/"));
	OK(rump_sys_unmount("/t", 0));
}

static int
make(const char *path)
{
	const int fd = rump_sys_open(path, O_CREAT | O_EXCL | O_RDWR, 0644);

	OK(fd);
	return fd;
}

static long
free_pages(void)
{
	struct statvfs sv;

	OK(rump_sys_statvfs1("/t", &sv, 0));
	IS(sv.f_frsize, PAGE);
	return (long)sv.f_bfree;
}

static long
blocks_of(int fd)
{
	struct stat st;

	OK(rump_sys_fstat(fd, &st));
	return st.st_blocks * 512 / PAGE;
}

/* ---- Arguments ---- */

static const struct {
	const char *name;
	struct rump_tmpfs_args args;
	size_t len;
	int err;
} hostile[] = {
	{ "version", { .ta_version = 2 }, sizeof(args), EINVAL },
	{ "negative size", { .ta_version = 1, .ta_size_max = -1 }, sizeof(args), EINVAL },
	{ "least size", { .ta_version = 1, .ta_size_max = INT64_MIN }, sizeof(args), EINVAL },
	{ "nodes", { .ta_version = 1, .ta_nodes_max = UINT64_MAX }, sizeof(args), EINVAL },
	{ "mode", { .ta_version = 1, .ta_root_mode = 010000 }, sizeof(args), EINVAL },
	{ "uid", { .ta_version = 1, .ta_root_uid = ~0U }, sizeof(args), EINVAL },
	{ "gid", { .ta_version = 1, .ta_root_gid = ~0U }, sizeof(args), EINVAL },
	{ "short", { .ta_version = 1 }, sizeof(args) - 1, EINVAL },
	{ "one byte", { .ta_version = 1 }, 1, EINVAL },
	{ "largest size", { .ta_version = 1, .ta_size_max = INT64_MAX }, sizeof(args), 0 },
	{ "most nodes", { .ta_version = 1, .ta_nodes_max = INT64_MAX }, sizeof(args), 0 },
	{ "defaults", { .ta_version = 1 }, sizeof(args), 0 },
};

START_TEST(tmpfs_judges_arguments)
{
	struct rump_tmpfs_args a = hostile[_i].args;
	int ret;

	OK(rump_sys_mkdir("/t", 0755));
	ret = rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, &a, hostile[_i].len);
	ck_assert_msg((ret == 0 ? 0 : errno) == hostile[_i].err, "%s: %d, %s", hostile[_i].name,
	    ret, strerror(errno));
	if (ret == 0) {
		rump_sys_close(make("/t/file"));
		OK(rump_sys_unmount("/t", 0));
	}
}
END_TEST

START_TEST(tmpfs_has_defaults_and_updates)
{
	struct rump_tmpfs_args a = args;
	struct stat st;
	int fd;

	OK(rump_sys_mkdir("/t", 0755));
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, NULL, 0));
	OK(rump_sys_stat("/t", &st));
	IS(st.st_mode, S_IFDIR | 01777);
	fd = make("/t/file");
	IS(rump_sys_pwrite(fd, "x", 1, 100 * PAGE), 1);
	a.ta_size_max = PAGE;
	FAILS(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE, &a, sizeof(a)), EINVAL);
	a.ta_size_max = 10 * PAGE;
	a.ta_nodes_max = 3;
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE, &a, sizeof(a)));
	FAILS(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, NULL, 0),
	    EBUSY);
	IS(rump_sys_pwrite(fd, "x", 1, 0), 1);
	OK(rump_sys_close(fd));
	rump_sys_close(make("/t/third"));
	FAILS(rump_sys_mkdir("/t/fourth", 0755), ENOSPC);
	memset(&a, 0, sizeof(a));
	IS(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_GETARGS, &a, sizeof(a)), sizeof(a));
	IS(a.ta_size_max, 10 * PAGE);
	IS(a.ta_nodes_max, 3);
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, NULL, 0));
	FAILS(rump_sys_unlink("/t/file"), EROFS);
	OK(rump_sys_unmount("/t", 0));
}
END_TEST

/* ---- Limits ---- */

START_TEST(tmpfs_size_is_exact)
{
	static char buf[64 * PAGE];
	long pages, before;
	int fd;

	up(100 * PAGE, 0);
	before = free_pages();
	fd = make("file");
	pages = free_pages();
	ck_assert_int_ge(pages, before - 1); /* its name */
	for (long i = 0; i < pages; i++)
		IS(rump_sys_write(fd, buf, PAGE), PAGE);
	FAILS(rump_sys_write(fd, buf, PAGE), ENOSPC);
	IS(free_pages(), 0);
	IS(blocks_of(fd), pages);
	OK(rump_sys_ftruncate(fd, 3 * PAGE + 1));
	IS(free_pages(), pages - 4);
	IS(blocks_of(fd), 4);
	/* What fits of a write is written. */
	IS(rump_sys_pwrite(fd, buf, sizeof(buf), 4 * PAGE), sizeof(buf));
	IS(rump_sys_pwrite(fd, buf, sizeof(buf), 68 * PAGE), (pages - 68) * PAGE);
	OK(rump_sys_unlink("file"));
	IS(free_pages(), 1); /* its name */
	OK(rump_sys_close(fd));
	IS(free_pages(), before);
	down();
}
END_TEST

START_TEST(tmpfs_nodes_are_exact)
{
	struct statvfs sv;
	char name[16];
	int n = 0;

	up(0, 10);
	for (;; n++) {
		snprintf(name, sizeof(name), "n%d", n);
		if (rump_sys_mkdir(name, 0755) != 0)
			break;
	}
	IS(errno, ENOSPC);
	IS(n, 9); /* and the root */
	OK(rump_sys_statvfs1("/t", &sv, 0));
	IS(sv.f_files, 10);
	IS(sv.f_ffree, 0);
	OK(rump_sys_rmdir("n0"));
	OK(rump_sys_symlink("x", "link"));
	OK(rump_sys_link("link", "second")); /* a name is no node */
	FAILS(rump_sys_mkfifo("fifo", 0644), ENOSPC);
	down();
}
END_TEST

START_TEST(tmpfs_gives_back_what_was_ahead)
{
	static char buf[PAGE];
	int fd;
	long pages;

	up(0, 0);
	pages = free_pages();
	fd = make("file");
	for (int i = 0; i < 300; i++)
		IS(rump_sys_write(fd, buf, PAGE), PAGE);
	ck_assert_int_ge(blocks_of(fd), 300);
	OK(rump_sys_close(fd));
	fd = rump_sys_open("file", O_RDONLY);
	IS(blocks_of(fd), 300);
	ck_assert_int_ge(free_pages(), pages - 301);
	OK(rump_sys_close(fd));
	down();
}
END_TEST

/* ---- Contents: against a copy kept beside it ---- */

#define MODEL (3 << 20)
static unsigned char model[MODEL], back[MODEL], bytes[MODEL];

static uint32_t
rnd(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)*seed * n) >> 32);
}

/* Every byte, and every hole a zero; data where something is. */
static void
check_model(int fd, size_t size)
{
	off_t at = 0, hole;

	memset(back, 1, sizeof(back));
	IS(rump_sys_pread(fd, back, sizeof(back), 0), size);
	if (memcmp(back, model, size) != 0)
		for (size_t i = 0; i < size; i++)
			if (back[i] != model[i])
				ck_abort_msg("byte %zu is %d, not %d", i, back[i], model[i]);
	while ((at = rump_sys_lseek(fd, at, SEEK_DATA)) >= 0) {
		hole = rump_sys_lseek(fd, at, SEEK_HOLE);
		ck_assert_msg(hole > at && hole <= (off_t)size, "hole at %lld", (long long)hole);
		memset(back + at, 0, (size_t)(hole - at));
		at = hole;
		if (at >= (off_t)size)
			break;
	}
	for (size_t i = 0; i < size; i++)
		if (back[i] != 0)
			ck_abort_msg("byte %zu in a hole", i);
}

/* One change to the file and to the model. */
static void
change(int fd, uint32_t *seed, size_t *size)
{
	const uint32_t off = rnd(seed, MODEL), big = rnd(seed, 4) == 0 ? MODEL : 20000;
	const uint32_t len = 1 + rnd(seed, MIN(big, MODEL - off));

	switch (rnd(seed, 8)) {
	case 0:
		OK(rump_sys_ftruncate(fd, off));
		if (off < *size)
			memset(model + off, 0, *size - off);
		*size = off;
		return;
	case 1:
	case 2:
		OK(rump_sys_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off, len));
		memset(model + off, 0, len);
		return;
	case 3:
		OK(rump_sys_fallocate(fd, 0, off, len));
		break;
	case 4: /* grow where it ends */
		if (*size + len > MODEL)
			return;
		IS(rump_sys_pwrite(fd, bytes + off, len, (off_t)*size), len);
		memcpy(model + *size, bytes + off, len);
		*size += len;
		return;
	default:
		IS(rump_sys_pwrite(fd, bytes + MODEL - len, len, off), len);
		memcpy(model + off, bytes + MODEL - len, len);
	}
	*size = MAX(*size, off + len);
}

START_TEST(tmpfs_contents_are_as_the_model)
{
	uint32_t seed = (uint32_t)_i + 1;
	size_t size = 0;
	long pages;
	int fd;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(1 + i % 251);
	up(64 << 20, 0);
	pages = free_pages();
	fd = make("file");
	for (int i = 0; i < 150; i++) {
		change(fd, &seed, &size);
		if (i % 10 == 9)
			check_model(fd, size);
	}
	OK(rump_sys_unlink("file"));
	OK(rump_sys_close(fd));
	IS(free_pages(), pages);
	down();
}
END_TEST

START_TEST(tmpfs_fallocate_is_all_or_nothing)
{
	struct stat st;
	long pages;
	int fd;

	up(100 * PAGE, 0);
	fd = make("file");
	IS(rump_sys_write(fd, "hello", 5), 5);
	pages = free_pages();
	FAILS(rump_sys_fallocate(fd, 0, 0, (pages + 2) * PAGE), ENOSPC);
	IS(free_pages(), pages);
	OK(rump_sys_fstat(fd, &st));
	IS(st.st_size, 5);
	OK(rump_sys_fallocate(fd, 0, 0, (pages + 1) * PAGE));
	IS(free_pages(), 0);
	IS(rump_sys_pwrite(fd, "x", 1, pages * PAGE), 1);
	/* A punch gives back whole pages, from the middle of a run too. */
	OK(rump_sys_fallocate(
	    fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 10 * PAGE + 1, 3 * PAGE));
	IS(free_pages(), 2);
	FAILS(rump_sys_fallocate(fd, 0, -1, 5), EINVAL);
	FAILS(rump_sys_fallocate(fd, 0, 1LL << 48, 1), EFBIG);
	FAILS(rump_sys_lseek(fd, (pages + 1) * PAGE, SEEK_DATA), ENXIO);
	OK(rump_sys_close(fd));
	down();
}
END_TEST

/* ---- Attributes ---- */

START_TEST(tmpfs_xattrs_have_limits)
{
	static char value[65537], list[65537];
	char name[64];
	long pages;
	int fd, n;

	up(0, 0);
	pages = free_pages();
	fd = make("file");
	OK(rump_sys_setxattr("file", "user.a", "1", 1, XATTR_CREATE));
	FAILS(rump_sys_setxattr("file", "user.a", "2", 1, XATTR_CREATE), EEXIST);
	OK(rump_sys_setxattr("file", "user.a", "22", 2, XATTR_REPLACE));
	FAILS(rump_sys_setxattr("file", "user.b", "2", 1, XATTR_REPLACE), ENODATA);
	OK(rump_sys_setxattr("file", "trusted.b", value, 65536, 0));
	FAILS(rump_sys_setxattr("file", "user.c", value, 65537, 0), E2BIG);
	IS(rump_sys_getxattr("file", "user.a", value, sizeof(value)), 2);
	IS(memcmp(value, "22", 2), 0);
	FAILS(rump_sys_getxattr("file", "user.a", value, 1), ERANGE);
	FAILS(rump_sys_getxattr("file", "user.z", value, 1), ENODATA);
	IS(rump_sys_listxattr("file", list, sizeof(list)), 17);
	OK(rump_sys_removexattr("file", "trusted.b"));
	FAILS(rump_sys_removexattr("file", "trusted.b"), ENODATA);
	OK(rump_sys_symlink("x", "link"));
	FAILS(rump_sys_lsetxattr("link", "user.a", "1", 1, 0), EPERM);
	OK(rump_sys_lsetxattr("link", "trusted.a", "1", 1, 0));
	for (n = 0;; n++) {
		snprintf(name, sizeof(name), "user.%050d", n);
		if (rump_sys_setxattr("file", name, "", 0, 0) != 0)
			break;
	}
	IS(errno, ENOSPC);
	IS(n, (65536 - 7) / 56);
	IS(rump_sys_listxattr("file", list, sizeof(list)), 7 + n * 56);
	OK(rump_sys_unlink("file"));
	OK(rump_sys_unlink("link"));
	OK(rump_sys_close(fd));
	IS(free_pages(), pages);
	down();
}
END_TEST

START_TEST(tmpfs_times_are_in_order)
{
	struct stat a, b;
	char c;
	int fa, fb;

	up(0, 0);
	fa = make("a");
	fb = make("b");
	IS(rump_sys_write(fa, "x", 1), 1);
	IS(rump_sys_write(fb, "x", 1), 1);
	OK(rump_sys_fstat(fb, &b)); /* looked at in the other order */
	OK(rump_sys_fstat(fa, &a));
	ck_assert(a.st_mtim.tv_sec < b.st_mtim.tv_sec ||
	    (a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec < b.st_mtim.tv_nsec));
	IS(rump_sys_pread(fa, &c, 1, 0), 1);
	IS(rump_sys_pwrite(fa, "y", 1, 0), 1);
	OK(rump_sys_fstat(fa, &a)); /* read before it was written */
	ck_assert(a.st_atim.tv_sec < a.st_mtim.tv_sec ||
	    (a.st_atim.tv_sec == a.st_mtim.tv_sec && a.st_atim.tv_nsec <= a.st_mtim.tv_nsec));
	IS(rump_sys_pread(fa, &c, 1, 0), 1);
	OK(rump_sys_fstat(fa, &b));
	ck_assert(memcmp(&a.st_atim, &b.st_atim, sizeof(a.st_atim)) != 0);
	ck_assert(memcmp(&a.st_mtim, &b.st_mtim, sizeof(a.st_mtim)) == 0);
	/* relatime: the second reading is not noted */
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE | RUMP_MNT_RELATIME, NULL, 0));
	IS(rump_sys_pread(fa, &c, 1, 0), 1);
	OK(rump_sys_fstat(fa, &a));
	ck_assert(memcmp(&a.st_atim, &b.st_atim, sizeof(a.st_atim)) == 0);
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE | RUMP_MNT_NOATIME, NULL, 0));
	IS(rump_sys_pwrite(fa, "y", 1, 0), 1);
	IS(rump_sys_pread(fa, &c, 1, 0), 1);
	OK(rump_sys_fstat(fa, &a));
	ck_assert(memcmp(&a.st_atim, &b.st_atim, sizeof(a.st_atim)) == 0);
	OK(rump_sys_close(fa));
	OK(rump_sys_close(fb));
	down();
}
END_TEST

/* ---- Names ---- */

#define MANY 12000

/* The names of the directory from the position of fd on; each marks its number in seen. */
static int
list_names(int fd, unsigned char *seen, int most)
{
	char buf[4096];
	int n = 0;
	long got;

	while (n < most && (got = rump_sys_getdents(fd, buf, sizeof(buf))) > 0) {
		for (long i = 0; i < got;) {
			struct dirent64 *const d = (struct dirent64 *)(buf + i);

			if (d->d_name[0] == 'n') {
				seen[atoi(d->d_name + 1)]++;
				n++;
			}
			i += d->d_reclen;
		}
	}
	return n;
}

START_TEST(tmpfs_cookies_last)
{
	static unsigned char seen[MANY];
	char name[16];
	off_t middle;
	int fd, n;

	up(0, 0);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		rump_sys_close(make(name));
	}
	OK(fd = rump_sys_open(".", O_RDONLY | O_DIRECTORY));
	n = list_names(fd, seen, MANY / 2);
	OK(middle = rump_sys_lseek(fd, 0, SEEK_CUR));
	for (int i = 0; i < MANY; i++) { /* two of three go, seen or not */
		snprintf(name, sizeof(name), "n%d", i);
		if (i % 3 != 0)
			OK(rump_sys_unlink(name));
	}
	(void)list_names(fd, seen, MANY);
	for (int i = 0; i < MANY; i++)
		ck_assert_msg(seen[i] == 1 || (i % 3 != 0 && seen[i] == 0), "n%d: %d", i, seen[i]);
	/* From the middle on again: no name that was before it. */
	memset(seen, 0, sizeof(seen));
	OK(rump_sys_lseek(fd, middle, SEEK_SET));
	const int rest = list_names(fd, seen, MANY);
	OK(rump_sys_lseek(fd, 0, SEEK_SET));
	IS(list_names(fd, seen, MANY), MANY / 3);
	ck_assert_int_lt(rest, MANY / 3);
	ck_assert_int_gt(n, 0);
	OK(rump_sys_lseek(fd, 0x7fffffffffffffff, SEEK_SET));
	IS(list_names(fd, seen, MANY), 0);
	OK(rump_sys_close(fd));
	down();
}
END_TEST

START_TEST(tmpfs_exchanges)
{
	struct stat a, b, root;

	up(0, 0);
	OK(rump_sys_mkdir("d", 0755));
	OK(rump_sys_mkdir("d/e", 0755));
	OK(rump_sys_mkdir("d/e/f", 0755));
	rump_sys_close(make("file"));
#define XCHG(x, y) rump_sys_renameat2(AT_FDCWD, x, AT_FDCWD, y, RENAME_EXCHANGE)
	OK(XCHG("file", "d/e"));
	OK(rump_sys_stat("file/f", &a));
	OK(rump_sys_stat("d/e", &b));
	ck_assert(S_ISREG(b.st_mode));
	OK(rump_sys_stat(".", &root));
	OK(rump_sys_stat("file/..", &a));
	IS(a.st_ino, root.st_ino);
	IS(root.st_nlink, 4);
	OK(rump_sys_stat("d", &a));
	IS(a.st_nlink, 2);
	OK(XCHG("file", "d")); /* two directories side by side */
	OK(rump_sys_stat("d/f", &a));
	FAILS(XCHG("d", "d/f"), EINVAL);
	FAILS(XCHG("d/f", "d"), EINVAL);
	FAILS(XCHG("d", "nothing"), ENOENT);
	FAILS(XCHG("nothing", "d"), ENOENT);
	OK(XCHG("d", "d"));
	OK(rump_sys_mkdir("mnt", 0755));
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "mnt", 0, NULL, 0));
	FAILS(XCHG("d", "mnt"), EBUSY);
	FAILS(XCHG("d/f", "mnt/x"), EXDEV);
	OK(rump_sys_unmount("mnt", 0));
	FAILS(rump_sys_renameat2(AT_FDCWD, "d", AT_FDCWD, "mnt", RENAME_NOREPLACE), EEXIST);
	FAILS(rump_sys_renameat2(AT_FDCWD, "d", AT_FDCWD, "x", RENAME_WHITEOUT), EINVAL);
	FAILS(
	    rump_sys_renameat2(AT_FDCWD, "d", AT_FDCWD, "mnt", RENAME_EXCHANGE | RENAME_NOREPLACE),
	    EINVAL);
	/* Sticky: both must be one's own. */
	OK(rump_sys_mkdir("sticky", 01777));
	OK(rump_sys_chmod("sticky", 01777));
	rump_sys_close(make("sticky/a"));
	rump_sys_close(make("sticky/b"));
	OK(rump_sys_chown("sticky/a", 100, 100));
	OK(rump_sys_seteuid(100));
	FAILS(XCHG("sticky/a", "sticky/b"), EPERM);
	FAILS(XCHG("sticky/b", "sticky/a"), EPERM);
	OK(rump_sys_seteuid(0));
	down();
}
END_TEST

START_TEST(tmpfs_makes_files_without_names)
{
	struct stat st;
	char c;
	long pages;
	int fd, excl;

	up(0, 0);
	pages = free_pages();
	FAILS(rump_sys_open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL);
	OK(fd = rump_sys_open(".", O_TMPFILE | O_RDWR, 0600));
	OK(rump_sys_fstat(fd, &st));
	IS(st.st_nlink, 0);
	IS(st.st_mode, S_IFREG | 0600);
	IS(rump_sys_write(fd, "x", 1), 1);
	OK(rump_sys_linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
	OK(rump_sys_stat("named", &st));
	IS(st.st_nlink, 1);
	OK(rump_sys_unlink("named"));
	/* Once it had a name and lost it, it gets no other. */
	FAILS(rump_sys_linkat(fd, "", AT_FDCWD, "again", AT_EMPTY_PATH), ENOENT);
	IS(rump_sys_pread(fd, &c, 1, 0), 1);
	OK(excl = rump_sys_open(".", O_TMPFILE | O_EXCL | O_WRONLY, 0600));
	FAILS(rump_sys_linkat(excl, "", AT_FDCWD, "named", AT_EMPTY_PATH), ENOENT);
	OK(rump_sys_close(excl));
	OK(rump_sys_close(fd));
	IS(free_pages(), pages);
	rump_sys_close(make("file"));
	FAILS(rump_sys_open("file", O_TMPFILE | O_RDWR, 0600), ENOTDIR);
	FAILS(rump_sys_open("none", O_TMPFILE | O_RDWR, 0600), ENOENT);
	OK(rump_sys_mkdir("dir", 0700));
	OK(rump_sys_seteuid(100));
	FAILS(rump_sys_open("dir", O_TMPFILE | O_RDWR, 0600), EACCES);
	OK(rump_sys_seteuid(0));
	/* The root file system has it too. */
	OK(fd = rump_sys_open("/", O_TMPFILE | O_RDWR, 0600));
	OK(rump_sys_linkat(fd, "", AT_FDCWD, "/named", AT_EMPTY_PATH));
	OK(rump_sys_renameat2(AT_FDCWD, "/named", AT_FDCWD, "/tmp", RENAME_EXCHANGE));
	OK(rump_sys_stat("/tmp", &st));
	ck_assert(S_ISREG(st.st_mode));
	OK(rump_sys_close(fd));
	down();
}
END_TEST

START_TEST(tmpfs_handles_last_as_long_as_files)
{
	char fh[64], other[64];
	size_t len = sizeof(fh), olen = sizeof(other);
	struct stat st, hst;
	int fd;

	up(0, 0);
	OK(rump_sys_close(fd = make("file")));
	OK(rump_sys_stat("file", &st));
	OK(rump_sys_getfh("file", fh, &len));
	OK(rump_sys_fhstat(fh, len, &hst));
	IS(hst.st_ino, st.st_ino);
	memcpy(other, fh, len);
	olen = len;
	for (size_t i = 0; i < len; i++) { /* no byte of it may do harm */
		other[i] ^= 0x55;
		(void)rump_sys_fhstat(other, olen, &hst);
		other[i] ^= 0x55;
	}
	OK(rump_sys_rename("file", "moved"));
	OK(rump_sys_fhstat(fh, len, &hst));
	OK(rump_sys_unlink("moved"));
	FAILS(rump_sys_fhstat(fh, len, &hst), ESTALE);
	rump_sys_close(make("file")); /* may get the memory, not the number */
	FAILS(rump_sys_fhstat(fh, len, &hst), ESTALE);
	down();
}
END_TEST

START_TEST(tmpfs_flags_hold)
{
	int fd;

	up(0, 0);
	OK(rump_sys_close(fd = make("file")));
	OK(rump_sys_chflags("file", 2)); /* UF_IMMUTABLE */
	FAILS(rump_sys_open("file", O_RDWR), EPERM);
	FAILS(rump_sys_unlink("file"), EPERM);
	FAILS(rump_sys_rename("file", "x"), EPERM);
	FAILS(rump_sys_link("file", "x"), EPERM);
	FAILS(rump_sys_chmod("file", 0), EPERM);
	FAILS(rump_sys_setxattr("file", "user.a", "", 0, 0), EPERM);
	OK(rump_sys_chflags("file", 4)); /* UF_APPEND */
	FAILS(rump_sys_open("file", O_RDWR), EPERM);
	OK(fd = rump_sys_open("file", O_WRONLY | O_APPEND));
	IS(rump_sys_write(fd, "x", 1), 1);
	FAILS(rump_sys_ftruncate(fd, 0), EPERM);
	OK(rump_sys_close(fd));
	OK(rump_sys_chflags("file", 0));
	OK(rump_sys_unlink("file"));
	down();
}
END_TEST

START_TEST(tmpfs_goes_by_force)
{
	char c;
	int fd;

	up(0, 0);
	fd = make("file");
	IS(rump_sys_write(fd, "x", 1), 1);
	OK(rump_sys_chdir("/"));
	FAILS(rump_sys_unmount("/t", 0), EBUSY);
	OK(rump_sys_unmount("/t", RUMP_MNT_FORCE));
	ck_assert_int_le(rump_sys_pread(fd, &c, 1, 0), 0);
	OK(rump_sys_close(fd));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("tmpfs");

	rumptest_fixture(tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, tmpfs_judges_arguments, 0, sizeof(hostile) / sizeof(hostile[0]));
	tcase_add_test(tc, tmpfs_has_defaults_and_updates);
	tcase_add_test(tc, tmpfs_size_is_exact);
	tcase_add_test(tc, tmpfs_nodes_are_exact);
	tcase_add_test(tc, tmpfs_gives_back_what_was_ahead);
	tcase_add_loop_test(tc, tmpfs_contents_are_as_the_model, 0, 8);
	tcase_add_test(tc, tmpfs_fallocate_is_all_or_nothing);
	tcase_add_test(tc, tmpfs_xattrs_have_limits);
	tcase_add_test(tc, tmpfs_times_are_in_order);
	tcase_add_test(tc, tmpfs_cookies_last);
	tcase_add_test(tc, tmpfs_exchanges);
	tcase_add_test(tc, tmpfs_makes_files_without_names);
	tcase_add_test(tc, tmpfs_handles_last_as_long_as_files);
	tcase_add_test(tc, tmpfs_flags_hold);
	tcase_add_test(tc, tmpfs_goes_by_force);
	return rumptest_run("tmpfs", tc);
}
