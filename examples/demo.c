/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * demo [DIRECTORY]: a real tree (default /usr/include) goes into a real ext4 image by mkfs.ext4 -d;
 * a rump kernel boots in this process, mounts the image, lists all of it and reads all of it; every
 * file's SHA-256, and every link's target, must be that of the source.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>

#include "demo_tree.h"
#include "image.h"

#define DEVICE	"/image"
#define MOUNTED "/mnt"

static unsigned wrong; /* files that are not as they should be */

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void
progress(const char *what, size_t done, size_t all)
{
	static double last;

	if (!isatty(STDERR_FILENO))
		return;
	if (done < all && now() - last < 0.05)
		return;
	last = now();
	fprintf(stderr, "\r%-10s %3zu%%%s", what, all == 0 ? 100 : done * 100 / all,
	    done == all ? "\r\033[K" : "");
}

static void
complain(const char *path, const char *what)
{
	if (wrong++ < 10)
		fprintf(stderr, "demo: %s: %s\n", path[0] == '\0' ? "/" : path, what);
}

/* ---- List ---- */

static size_t
list(const char *path)
{
	char buf[8192], sub[4096];
	struct stat st;
	size_t files = 1;
	ssize_t n;
	int fd;

	fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		image_die("demo", path);
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t off = 0; off < n;) {
			const struct dirent64 *de = (const void *)(buf + off);

			off += de->d_reclen;
			if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0 ||
			    strcmp(de->d_name, "lost+found") == 0)
				continue;
			snprintf(sub, sizeof(sub), "%s/%s", path, de->d_name);
			if (rump_sys_lstat(sub, &st) != 0)
				complain(sub, strerror(errno));
			files += S_ISDIR(st.st_mode) ? list(sub) : 1;
		}
	}
	if (n < 0)
		complain(path, strerror(errno));
	rump_sys_close(fd);
	return files;
}

/* ---- Read and compare ---- */

static char buffer[1024 * 1024];
static EVP_MD_CTX *sha; /* of the file at hand */

static void
sha_begin(void)
{
	if ((sha == NULL && (sha = EVP_MD_CTX_new()) == NULL) ||
	    EVP_DigestInit_ex(sha, EVP_sha256(), NULL) != 1)
		errx(1, "libcrypto has no SHA-256");
}

static void
sha_end(uint8_t digest[32])
{
	if (EVP_DigestFinal_ex(sha, digest, NULL) != 1)
		errx(1, "libcrypto: no digest");
}

/* The digest of the image's file; the time that the rump kernel took is added to *seconds. */
static bool
digest_rump(const char *path, uint8_t digest[32], double *seconds)
{
	double start = now();
	ssize_t n;
	int fd;

	sha_begin();
	fd = rump_sys_open(path, O_RDONLY);
	if (fd < 0)
		return false;
	for (;;) {
		n = rump_sys_read(fd, buffer, sizeof(buffer));
		*seconds += now() - start;
		if (n <= 0)
			break;
		(void)EVP_DigestUpdate(sha, buffer, (size_t)n);
		start = now();
	}
	rump_sys_close(fd);
	sha_end(digest);
	return n == 0;
}

static bool
digest_host(const char *path, uint8_t digest[32])
{
	const int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return false;
	sha_begin();
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		(void)EVP_DigestUpdate(sha, buffer, (size_t)n);
	close(fd);
	sha_end(digest);
	return n == 0;
}

static void
compare_link(const char *host, const char *rump)
{
	char a[4096], b[4096];
	const ssize_t n = readlink(host, a, sizeof(a)), m = rump_sys_readlink(rump, b, sizeof(b));

	if (n < 0 || n != m || memcmp(a, b, (size_t)n) != 0)
		complain(rump, "another target than the source's");
}

static void
compare(const char *dir, const struct entry *e, double *seconds)
{
	uint8_t ours[32], theirs[32];
	char host[4096], rump[4096];
	struct stat st;

	snprintf(host, sizeof(host), "%s%s", dir, e->e_path);
	snprintf(rump, sizeof(rump), MOUNTED "%s", e->e_path);
	if (rump_sys_lstat(rump, &st) != 0)
		complain(rump, strerror(errno));
	else if (e->e_path[0] != '\0' &&
	    (st.st_mode != e->e_st.st_mode || st.st_uid != e->e_st.st_uid ||
		st.st_gid != e->e_st.st_gid))
		complain(rump, "another mode or owner than the source's");
	else if (S_ISLNK(st.st_mode))
		compare_link(host, rump);
	else if (!S_ISREG(st.st_mode))
		return;
	else if (!digest_rump(rump, ours, seconds) || !digest_host(host, theirs))
		complain(rump, strerror(errno));
	else if (memcmp(ours, theirs, sizeof(ours)) != 0)
		complain(rump, "another SHA-256 than the source's");
}

/* ---- All of it ---- */

static double
boot(void)
{
	const double start = now();
	const int error = rump_init();

	if (error != 0) {
		errno = error;
		image_die("demo", "rump_init");
	}
	return now() - start;
}

static double
mount_image(const char *image)
{
	struct rump_ufs_args args = { .fspec = DEVICE };
	const double start = now();

	errno = rump_pub_etfs_register(DEVICE, image, RUMP_ETFS_BLK);
	if (errno != 0 || rump_sys_mkdir(MOUNTED, 0755) != 0 ||
	    rump_sys_mount(RUMP_MOUNT_EXT4, MOUNTED, RUMP_MNT_RDONLY, &args, sizeof(args)) != 0)
		image_die("demo", image);
	return now() - start;
}

int
main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "/usr/include", *image;
	double booted, mounted, start, listed, reading = 0;
	struct tree tree;
	size_t files;

	if (argc > 2 || dir[0] == '-') {
		fprintf(stderr, "usage: demo [DIRECTORY]\n");
		return 2;
	}
	tree_read(dir, &tree);
	image = tree_make_image(dir, &tree);
	printf("image    mkfs.ext4 -d %s\n", dir);
	booted = boot();
	printf("boot     %.3f ms\n", booted * 1e3);
	mounted = mount_image(image);
	printf("mount    %.3f ms\n", mounted * 1e3);
	start = now();
	files = list(MOUNTED);
	listed = now() - start;
	printf("list     %zu files in %.2f ms\n", files, listed * 1e3);
	if (files != tree.t_count)
		complain("", "another number of files than the source's");
	for (size_t i = 0; i < tree.t_count; i++) {
		compare(dir, &tree.t_entry[i], &reading);
		progress("comparing", i + 1, tree.t_count);
	}
	printf("read     %zu files, %ju bytes in %.3f s: %.0f MB/s\n", tree.t_count,
	    (uintmax_t)tree.t_bytes, reading,
	    reading > 0 ? (double)tree.t_bytes / reading / 1e6 : 0.);
	if (rump_sys_unmount(MOUNTED, 0) != 0)
		image_die("demo", "unmount");
	if (wrong != 0) {
		fprintf(stderr, "demo: %u files differ from the source\n", wrong);
		return 1;
	}
	printf("compare  every file, link, mode and owner is the source's (SHA-256)\n");
	tree_free(&tree);
	return 0;
}
