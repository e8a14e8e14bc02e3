/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* See ext2fs_testlib.h. */
#define _GNU_SOURCE
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>

#include "ext2fs_testlib.h"

#define DEVICE	  "/image"
#define TREE_TIME 1600000000 /* of all files but those that test times */

/* ---- Scratch directory, commands ---- */

static char scratch[64];
static pid_t scratch_owner;

static void
remove_scratch(void)
{
	char cmd[128];

	if (getpid() != scratch_owner)
		return;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", scratch);
	if (system(cmd) != 0)
		fprintf(stderr, "cannot remove %s\n", scratch);
}

void
tl_enter_scratch(void)
{
	strcpy(scratch, "/tmp/ext2fs.XXXXXX");
	if (mkdtemp(scratch) == NULL || chdir(scratch) != 0)
		ck_abort_msg("%s: %s", scratch, strerror(errno));
	scratch_owner = getpid();
	atexit(remove_scratch);
}

static int
run(const char *fmt, va_list ap)
{
	char cmd[4096], full[4200];

	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	snprintf(
	    full, sizeof(full), "PATH=$PATH:/usr/sbin:/sbin; { %s; } >tl.log 2>&1 </dev/null", cmd);
	return system(full);
}

int
tl_try(const char *fmt, ...)
{
	va_list ap;
	int status;

	va_start(ap, fmt);
	status = run(fmt, ap);
	va_end(ap);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
tl_run(const char *fmt, ...)
{
	uint8_t *log;
	va_list ap;
	size_t len;
	int status;

	va_start(ap, fmt);
	status = run(fmt, ap);
	va_end(ap);
	if (status == 0)
		return;
	log = tl_slurp("tl.log", &len);
	ck_abort_msg("%s: status %d: %.*s", fmt, status, (int)len, (const char *)log);
}

uint8_t *
tl_slurp(const char *path, size_t *len)
{
	const int fd = open(path, O_RDONLY);
	struct stat st;
	uint8_t *data;

	if (fd < 0 || fstat(fd, &st) != 0)
		ck_abort_msg("%s: %s", path, strerror(errno));
	*len = (size_t)st.st_size;
	data = malloc(*len + 1);
	for (size_t off = 0; off < *len;) {
		const ssize_t n = pread(fd, data + off, *len - off, (off_t)off);

		if (n <= 0)
			ck_abort_msg("%s: short", path);
		off += (size_t)n;
	}
	data[*len] = 0;
	close(fd);
	return data;
}

void
tl_spew(const char *path, const void *data, size_t len)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		ck_abort_msg("%s: %s", path, strerror(errno));
	close(fd);
}

static int console_fd = -1;

void
tl_console_catch(void)
{
	const int fd = open("console.log", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	fflush(stderr);
	console_fd = dup(STDERR_FILENO);
	ck_assert(fd >= 0 && console_fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
}

char *
tl_console_release(void)
{
	size_t len;

	ck_assert(dup2(console_fd, STDERR_FILENO) >= 0);
	close(console_fd);
	return (char *)tl_slurp("console.log", &len);
}

/* ---- The source tree ---- */

/* A fixed pseudo-random sequence: the same tree everywhere. */
static void
fill(uint8_t *p, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525u + 1013904223u;
		p[i] = (uint8_t)(seed >> 24);
	}
}

static void
make_file(const char *path, size_t len, uint32_t seed)
{
	uint8_t *const data = malloc(len + 1);

	fill(data, len, seed);
	tl_spew(path, data, len);
	free(data);
}

static void
make_sparse(const char *path, unsigned pieces, off_t step, size_t len)
{
	const int fd = open(path, O_WRONLY | O_CREAT, 0644);
	uint8_t *const data = malloc(len);

	for (unsigned i = 0; i < pieces; i++) {
		fill(data, len, i);
		if (pwrite(fd, data, len, step * i) != (ssize_t)len)
			ck_abort_msg("%s: %s", path, strerror(errno));
	}
	free(data);
	close(fd);
}

static void
make_links(void)
{
	char target[1000];

	for (size_t n = 1; n < sizeof(target); n += n < 70 ? 1 : 300) {
		char name[32];

		if (n > 2 && n < 57)
			continue;
		snprintf(name, sizeof(name), "src/links/l%zu", n);
		memset(target, 't', n);
		for (size_t i = 50; i < n; i += 50)
			target[i] = '/';
		target[n] = '\0';
		ck_assert_int_eq(symlink(target, name), 0);
	}
	ck_assert_int_eq(link("src/d/rnd", "src/links/hard"), 0);
	ck_assert_int_eq(mkfifo("src/links/fifo", 0640), 0);
}

int
tl_have_xattrs(void)
{
	const int fd = open("xattr-probe", O_WRONLY | O_CREAT, 0600);
	const int ok = fsetxattr(fd, "user.probe", "1", 1, 0) == 0;

	close(fd);
	unlink("xattr-probe");
	return ok;
}

static void
make_xattrs(void)
{
	char name[32], big[900];

	if (!tl_have_xattrs())
		return;
	memset(big, 'b', sizeof(big));
	setxattr("src/d/rnd", "user.short", "hello", 5, 0);
	setxattr("src/d", "user.on-a-directory", big, 300, 0);
	setxattr("src/small/s1", "user.empty", "", 0, 0);
	setxattr("src/small/s2", "user.big", big, sizeof(big), 0);
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "user.n%d", i);
		setxattr("src/small/s3", name, name, strlen(name), 0);
	}
	if (geteuid() == 0)
		setxattr("src/d/sparse", "trusted.t", "tt", 2, 0);
}

static void
make_root_things(void)
{
	if (geteuid() != 0)
		return;
	if (mknod("src/links/chr", S_IFCHR | 0600, makedev(5, 1)) != 0 ||
	    mknod("src/links/blk", S_IFBLK | 0660, makedev(300, 70000)) != 0)
		fprintf(stderr, "no device nodes here: %s\n", strerror(errno));
	ck_assert_int_eq(chown("src/d/holes", 70000, 80000), 0);
	ck_assert_int_eq(chmod("src/small/s4", 04755), 0);
}

void
tl_make_tree(void)
{
	char path[300];

	tl_run("mkdir -p src/d/e/f src/many src/small src/links src/empty");
	make_file("src/d/rnd", 1500000, 1);
	make_sparse("src/d/sparse", 3, 5000000, 4000);
	make_sparse("src/d/holes", 200, 40960, 5000);
	for (int i = 0; i < 6; i++) {
		snprintf(path, sizeof(path), "src/small/s%d", i);
		make_file(path, (size_t)(i * 37), (uint32_t)i);
	}
	for (int i = 0; i < 400; i++) {
		snprintf(path, sizeof(path),
		    "src/many/a-name-that-takes-some-room-in-its-directory-%d", i);
		make_file(path, (size_t)(i % 5), (uint32_t)i);
	}
	for (int i = 0; i < 40; i++) { /* bytes above 127 hash differently, signed and unsigned */
		snprintf(path, sizeof(path), "src/many/\303\244-%d-\342\202\254", i);
		make_file(path, 2, (uint32_t)i);
	}
	snprintf(path, sizeof(path), "src/small/%0255d", 7);
	make_file(path, 1, 1);
	make_file("src/small/\303\244\377name", 3, 2);
	make_links();
	make_xattrs();
	ck_assert_int_eq(chmod("src/d/e/f", 01777), 0);
	make_root_things();
	tl_run("find src -depth -exec touch -h -d @%d {} +", TREE_TIME);
	tl_run("touch -d @-1000000 src/small/s5");
}

/* ---- Mounts ---- */

int
tl_mount_flags(const char *image, const char *type, int flags)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t)DEVICE };
	char path[4096];
	int error;

	ck_assert_int_eq(rump_init(), 0);
	if (rump_sys_mkdir(TL_MNT, 0755) != 0)
		ck_assert_int_eq(errno, EEXIST);
	if (realpath(image, path) == NULL)
		ck_abort_msg("%s: %s", image, strerror(errno));
	error = rump_pub_etfs_register(DEVICE, path, RUMP_ETFS_BLK);
	if (error != 0)
		ck_abort_msg("etfs: %s", strerror(error));
	if (rump_sys_mount(type, TL_MNT, flags, &args, sizeof(args)) == 0)
		return 0;
	error = errno;
	ck_assert_int_eq(rump_pub_etfs_remove(DEVICE), 0);
	return error;
}

int
tl_mount(const char *image, const char *type)
{
	return tl_mount_flags(image, type, RUMP_MNT_RDONLY);
}

void
tl_unmount(void)
{
	if (rump_sys_unmount(TL_MNT, 0) != 0)
		ck_abort_msg("unmount: %s", strerror(errno));
	ck_assert_int_eq(rump_pub_etfs_remove(DEVICE), 0);
}

/* ---- Comparison ---- */

struct cmp {
	unsigned flags;
	unsigned files;
};

static void
cmp_stat(const char *path, const struct stat *a, const struct stat *b, const struct cmp *cmp)
{
	ck_assert_msg(
	    a->st_mode == b->st_mode, "%s: mode %o, should be %o", path, b->st_mode, a->st_mode);
	ck_assert_msg(a->st_uid == b->st_uid && a->st_gid == b->st_gid, "%s: owner %u:%u", path,
	    b->st_uid, b->st_gid);
	ck_assert_msg((cmp->flags & TL_NOTIMES) || (a->st_mtim.tv_sec == b->st_mtim.tv_sec),
	    "%s: mtime %jd, should be %jd", path, (intmax_t)b->st_mtim.tv_sec,
	    (intmax_t)a->st_mtim.tv_sec);
	ck_assert_msg(S_ISDIR(a->st_mode) || a->st_nlink == b->st_nlink, "%s: %ju links", path,
	    (uintmax_t)b->st_nlink);
	if (S_ISREG(a->st_mode) || S_ISLNK(a->st_mode))
		ck_assert_msg(a->st_size == b->st_size, "%s: size %jd, should be %jd", path,
		    (intmax_t)b->st_size, (intmax_t)a->st_size);
	if (S_ISCHR(a->st_mode) || S_ISBLK(a->st_mode))
		ck_assert_msg(a->st_rdev == b->st_rdev, "%s: device %jx, should be %jx", path,
		    (uintmax_t)b->st_rdev, (uintmax_t)a->st_rdev);
}

static void
cmp_data(const char *host, const char *rump)
{
	static __thread uint8_t a[256 * 1024], b[256 * 1024];
	const int hfd = open(host, O_RDONLY), rfd = rump_sys_open(rump, O_RDONLY);
	ssize_t n;

	ck_assert_msg(hfd >= 0 && rfd >= 0, "%s: %s", rump, strerror(errno));
	do {
		n = read(hfd, a, sizeof(a));
		const ssize_t m = rump_sys_read(rfd, b, sizeof(b));

		ck_assert_msg(
		    n == m, "%s: read %zd, should be %zd: %s", rump, m, n, strerror(errno));
		ck_assert_msg(n <= 0 || memcmp(a, b, (size_t)n) == 0, "%s: data differs", rump);
	} while (n > 0);
	close(hfd);
	rump_sys_close(rfd);
}

static void
cmp_link(const char *host, const char *rump)
{
	char a[4096], b[4096];
	const ssize_t n = readlink(host, a, sizeof(a)), m = rump_sys_readlink(rump, b, sizeof(b));

	ck_assert_msg(
	    n == m && n > 0 && memcmp(a, b, (size_t)n) == 0, "%s: target (%zd bytes)", rump, m);
}

static void
cmp_xattrs(const char *host, const char *rump)
{
	static __thread char list[65536], a[65536], b[65536];
	const ssize_t n = llistxattr(host, list, sizeof(list));
	const int m = rump_sys_llistxattr(rump, b, sizeof(b));

	if (n < 0)
		return;
	ck_assert_msg(n == m, "%s: list of attributes has %d bytes, should have %zd", rump, m, n);
	for (const char *name = list; name < list + n; name += strlen(name) + 1) {
		const ssize_t len = lgetxattr(host, name, a, sizeof(a));
		const int got = rump_sys_lgetxattr(rump, name, b, sizeof(b));

		ck_assert_msg(len == got && memcmp(a, b, (size_t)len) == 0,
		    "%s: attribute %s: %d bytes, should have %zd: %s", rump, name, got, len,
		    got < 0 ? strerror(errno) : "");
	}
}

static int
is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static unsigned
count_rump_entries(const char *path)
{
	static __thread char buf[32768];
	const int fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	unsigned count = 0;
	ssize_t n;

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t off = 0; off < n;) {
			const struct dirent64 *de = (const void *)(buf + off);

			if (!is_dot(de->d_name) && strcmp(de->d_name, "lost+found") != 0)
				count++;
			off += de->d_reclen;
		}
	}
	ck_assert_msg(n == 0, "%s: getdents: %s", path, strerror(errno));
	rump_sys_close(fd);
	return count;
}

static void
cmp_tree(const char *host, const char *rump, struct cmp *cmp)
{
	DIR *const d = opendir(host);
	unsigned count = 0;
	struct dirent *de;

	ck_assert_ptr_nonnull(d);
	while ((de = readdir(d)) != NULL) {
		char hpath[4096], rpath[4096];
		struct stat hst, rst;

		if (is_dot(de->d_name))
			continue;
		count++;
		cmp->files++;
		snprintf(hpath, sizeof(hpath), "%s/%s", host, de->d_name);
		snprintf(rpath, sizeof(rpath), "%s/%s", rump, de->d_name);
		ck_assert_int_eq(lstat(hpath, &hst), 0);
		ck_assert_msg(rump_sys_lstat(rpath, &rst) == 0, "%s: %s", rpath, strerror(errno));
		cmp_stat(rpath, &hst, &rst, cmp);
		if (S_ISREG(hst.st_mode))
			cmp_data(hpath, rpath);
		else if (S_ISLNK(hst.st_mode))
			cmp_link(hpath, rpath);
		else if (S_ISDIR(hst.st_mode))
			cmp_tree(hpath, rpath, cmp);
		if (!(cmp->flags & TL_NOXATTR))
			cmp_xattrs(hpath, rpath);
	}
	closedir(d);
	ck_assert_msg(count_rump_entries(rump) == count, "%s: not %u entries", rump, count);
}

unsigned
tl_compare(const char *host, const char *rump, unsigned flags)
{
	struct cmp cmp = { .flags = flags };

	cmp_tree(host, rump, &cmp);
	return cmp.files;
}

/* ---- Whatever there is ---- */

static unsigned
exercise_file(const char *path, const struct stat *st)
{
	char buf[16384]; /* of this thread */
	unsigned errors = 0;
	int fd;

	if (rump_sys_llistxattr(path, buf, sizeof(buf)) < 0)
		errors++;
	if (rump_sys_lgetxattr(path, "user.short", buf, sizeof(buf)) < 0 && errno != ENODATA)
		errors++;
	if (S_ISLNK(st->st_mode))
		return errors + (rump_sys_readlink(path, buf, sizeof(buf)) < 0);
	if (!S_ISREG(st->st_mode))
		return errors;
	fd = rump_sys_open(path, O_RDONLY);
	if (fd < 0)
		return errors + 1;
	for (int i = 0; i < 128; i++) {
		const ssize_t n = rump_sys_read(fd, buf, sizeof(buf));

		if (n <= 0) {
			errors += n < 0;
			break;
		}
	}
	if (st->st_size > 0 && rump_sys_pread(fd, buf, 1, st->st_size - 1) < 0)
		errors++;
	rump_sys_close(fd);
	return errors;
}

static unsigned
exercise(const char *path, unsigned *left, int depth)
{
	char *const buf = malloc(8192);
	unsigned errors = 0;
	struct stat st;
	ssize_t n = 0;
	int fd;

	fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	if (fd < 0) {
		free(buf);
		return 1;
	}
	while (*left > 0 && (n = rump_sys_getdents64(fd, buf, 8192)) > 0) {
		for (ssize_t off = 0; off<n && * left> 0;) {
			const struct dirent64 *de = (const void *)(buf + off);
			char sub[4096];

			off += de->d_reclen;
			if (is_dot(de->d_name))
				continue;
			--*left;
			if ((size_t)snprintf(sub, sizeof(sub), "%s/%s", path, de->d_name) >=
			    sizeof(sub))
				continue;
			if (rump_sys_lstat(sub, &st) != 0)
				errors++;
			else if (S_ISDIR(st.st_mode) && depth < 8)
				errors += exercise(sub, left, depth + 1);
			else
				errors += exercise_file(sub, &st);
		}
	}
	errors += n < 0;
	errors += rump_sys_lstat("no such name", &st) == 0;
	rump_sys_close(fd);
	free(buf);
	return errors;
}

unsigned
tl_exercise(const char *rump, unsigned max_files)
{
	return exercise(rump, &max_files, 0);
}
