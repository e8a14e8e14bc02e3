/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ext4 images made by mkfs.ext4 (mkimages.py), read through a rump kernel.
 *
 * The host's side is what a program could do instead: read the image file itself, walk the tree
 * that the image was made from, untar it.  Each group runs in a process of its own, and each round
 * mounts afresh where the row says "first".
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mount.h>
#include <sys/stat.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>

#include "bench.h"

#define MiB	      ((size_t)1 << 20)
#define BIG_BYTES     (256 * MiB)
#define PAGE	      4096
#define BIG_PAGES     (BIG_BYTES / PAGE)
#define HIT_PAGES     256
#define MISS_PAGES    16384
#define EXTRACT_BYTES ((size_t)128 << 10) /* of a file at once */

static const char *images; /* directory of the images */
static char *buffer;	   /* of a group, aligned */

static void
make_buffer(size_t size)
{
	buffer = aligned_alloc(PAGE, size);
	bench_want(buffer != NULL, "memory");
	(void)memset(buffer, 0, size);
}

static const char *
in_images(const char *name, const char *suffix)
{
	static char path[2][4096];
	static int which;

	which ^= 1;
	(void)snprintf(path[which], sizeof(path[which]), "%s/%s%s", images, name, suffix);
	return path[which];
}

static void
boot(const char *image)
{
	bench_want(rump_init() == 0, "rump_init");
	bench_want((errno = rump_pub_etfs_register(
			"/dev/image", in_images(image, ".img"), RUMP_ETFS_BLK)) == 0,
	    "rump_pub_etfs_register");
	bench_want(rump_sys_mkdir("/mnt", 0755) == 0, "mkdir /mnt");
	bench_pin();
}

static void
do_mount(void)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t) "/dev/image" };

	bench_want(
	    rump_sys_mount("ext4", "/mnt", RUMP_MNT_RDONLY, &args, sizeof(args)) == 0, "mount");
}

static void
do_unmount(void)
{
	bench_want(rump_sys_unmount("/mnt", 0) == 0, "unmount");
}

static double
mount_ms(void *arg)
{
	const int64_t start = bench_now();

	(void)arg;
	do_mount();
	const int64_t end = bench_now();
	do_unmount();
	return (double)(end - start) / 1e6;
}

static void
mounts(void *arg)
{
	if (!bench_wanted("ext4_mount"))
		return;
	boot(arg);
	bench_run(&(struct bench_row){
	    .name = "ext4_mount", .unit = "ms", .rump = mount_ms, .budget = 1 });
}

/* Entries below path, each looked at once. */
static long
rump_walk(const char *path)
{
	char buf[8192], name[512];
	const int fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	long seen = 0;
	ssize_t n;

	bench_want(fd != -1, path);
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0)
		for (ssize_t off = 0; off < n;) {
			const struct dirent64 *const de = (const void *)(buf + off);
			struct stat st;

			off += de->d_reclen;
			if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
				continue;
			(void)snprintf(name, sizeof(name), "%s/%s", path, de->d_name);
			bench_want(rump_sys_lstat(name, &st) == 0, name);
			seen++;
			if (S_ISDIR(st.st_mode))
				seen += rump_walk(name);
		}
	bench_want(n == 0, path);
	(void)rump_sys_close(fd);
	return seen;
}

static long
host_walk(const char *path)
{
	char name[4608];
	DIR *const d = opendir(path);
	struct dirent *de;
	long seen = 0;

	bench_want(d != NULL, path);
	while ((de = readdir(d)) != NULL) {
		struct stat st;

		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, de->d_name);
		bench_want(lstat(name, &st) == 0, name);
		seen++;
		if (S_ISDIR(st.st_mode))
			seen += host_walk(name);
	}
	(void)closedir(d);
	return seen;
}

static double
walk_ms(void *arg)
{
	const int64_t start = bench_now();
	const long seen = rump_walk("/mnt");

	(void)arg;
	bench_want(seen == 10102, "entries seen"); /* and the root makes 10,103 */
	return (double)(bench_now() - start) / 1e6;
}

static double
walk_first_ms(void *arg)
{
	do_mount();
	const double ms = walk_ms(arg);
	do_unmount();
	return ms;
}

static double
host_walk_ms(void *arg)
{
	const int64_t start = bench_now();

	(void)host_walk(in_images(arg, ""));
	return (double)(bench_now() - start) / 1e6;
}

static void
walks(void *arg)
{
	const bool many = strcmp(arg, "16384") == 0;
	char image[] = "walk";

	if (!bench_wanted("ext4_walk"))
		return;
	(void)setenv("RUMP_NVNODES", arg, 1);
	boot(image);
	if (!many)
		bench_run(&(struct bench_row){ .name = "ext4_walk_first",
		    .unit = "ms",
		    .rump = walk_first_ms,
		    .host = host_walk_ms,
		    .arg = image,
		    .budget = 4,
		    .host_then = 13.8 });
	do_mount();
	(void)walk_ms(NULL);
	bench_run(
	    &(struct bench_row){ .name = many ? "ext4_walk_again_16384" : "ext4_walk_again_1024",
		.unit = "ms",
		.rump = walk_ms,
		.host = host_walk_ms,
		.arg = image,
		.budget = many ? 1.5 : 4,
		.host_then = 13.8 });
	do_unmount();
}

static int rumpfd = -1, hostfd = -1;

static double
rump_read_all(void *arg)
{
	const int64_t start = bench_now();

	(void)arg;
	for (size_t off = 0; off < BIG_BYTES; off += MiB)
		bench_want(
		    rump_sys_pread(rumpfd, buffer, MiB, (off_t)off) == (ssize_t)MiB, "pread");
	return (double)BIG_BYTES / (double)(bench_now() - start);
}

static double
host_read_all(void *arg)
{
	const int64_t start = bench_now();

	(void)arg;
	for (size_t off = 0; off < BIG_BYTES; off += MiB)
		bench_want(pread(hostfd, buffer, MiB, (off_t)off) == (ssize_t)MiB, "pread");
	return (double)BIG_BYTES / (double)(bench_now() - start);
}

static void
open_big(void)
{
	do_mount();
	rumpfd = rump_sys_open("/mnt/big", O_RDONLY);
	bench_want(rumpfd != -1, "/mnt/big");
}

static void
close_big(void)
{
	(void)rump_sys_close(rumpfd);
	do_unmount();
}

static double
rump_read_first(void *arg)
{
	open_big();
	const double gbs = rump_read_all(arg);
	close_big();
	return gbs;
}

/* Pages 0 to npages - 1 in an order that no read-ahead guesses: npages is a power of two. */
static double
random_us(int fd, bool rump, size_t npages, size_t count)
{
	size_t page = 12345 % npages;
	const int64_t start = bench_now();

	for (size_t i = 0; i < count; i++) {
		const off_t off = (off_t)(page * PAGE);
		const ssize_t n =
		    rump ? rump_sys_pread(fd, buffer, PAGE, off) : pread(fd, buffer, PAGE, off);

		bench_want(n == PAGE, "pread");
		page = (page * 5 + 1013904223) % npages;
	}
	return (double)(bench_now() - start) / 1e3 / (double)count;
}

static double
rump_random_miss(void *arg)
{
	(void)arg;
	open_big();
	const double us = random_us(rumpfd, true, BIG_PAGES, MISS_PAGES);
	close_big();
	return us;
}

static double
host_random_miss(void *arg)
{
	(void)arg;
	return random_us(hostfd, false, BIG_PAGES, MISS_PAGES);
}

static double
rump_random_hit(void *arg)
{
	(void)arg;
	(void)random_us(rumpfd, true, HIT_PAGES, 3 * HIT_PAGES);
	return random_us(rumpfd, true, HIT_PAGES, 80 * HIT_PAGES);
}

static double
host_random_hit(void *arg)
{
	(void)arg;
	return random_us(hostfd, false, HIT_PAGES, 80 * HIT_PAGES);
}

static void
reads(void *arg)
{
	if (!bench_wanted("ext4_read") && !bench_wanted("ext4_random"))
		return;
	make_buffer(MiB);
	boot(arg);
	hostfd = open(in_images(arg, ".img"), O_RDONLY);
	bench_want(hostfd != -1, "image");
	(void)host_read_all(NULL);
	bench_run(&(struct bench_row){ .name = "ext4_read_first",
	    .unit = "GB/s",
	    .rump = rump_read_first,
	    .host = host_read_all,
	    .budget = 0.85,
	    .of_host = true });
	open_big();
	(void)rump_read_all(NULL);
	bench_run(&(struct bench_row){ .name = "ext4_read_again",
	    .unit = "GB/s",
	    .rump = rump_read_all,
	    .host = host_read_all,
	    .budget = 0.85,
	    .of_host = true });
	bench_run(&(struct bench_row){ .name = "ext4_random_hit",
	    .unit = "us",
	    .rump = rump_random_hit,
	    .host = host_random_hit,
	    .budget = 0.15,
	    .host_then = 0.37 });
	close_big();
	bench_run(&(struct bench_row){ .name = "ext4_random_miss",
	    .unit = "us",
	    .rump = rump_random_miss,
	    .host = host_random_miss,
	    .budget = 0.6,
	    .host_then = 0.37 });
}

static void
extract_file(const char *from, const char *to)
{
	const int in = rump_sys_open(from, O_RDONLY);
	const int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t n;

	bench_want(in != -1 && out != -1, to);
	while ((n = rump_sys_read(in, buffer, EXTRACT_BYTES)) > 0)
		bench_want(write(out, buffer, (size_t)n) == n, to);
	bench_want(n == 0, from);
	(void)close(out);
	(void)rump_sys_close(in);
}

static void
extract_dir(const char *from, const char *to)
{
	char buf[8192], f[512], t[512];
	const int fd = rump_sys_open(from, O_RDONLY | O_DIRECTORY);
	ssize_t n;

	bench_want(fd != -1 && (mkdir(to, 0755) == 0 || errno == EEXIST), to);
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0)
		for (ssize_t off = 0; off < n;) {
			const struct dirent64 *const de = (const void *)(buf + off);

			off += de->d_reclen;
			if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
				continue;
			(void)snprintf(f, sizeof(f), "%s/%s", from, de->d_name);
			(void)snprintf(t, sizeof(t), "%s/%s", to, de->d_name);
			if (de->d_type == DT_DIR)
				extract_dir(f, t);
			else
				extract_file(f, t);
		}
	(void)rump_sys_close(fd);
}

static char outdir[64];

static void
clean_out(void)
{
	char command[256];

	(void)snprintf(command, sizeof(command), "rm -rf %s && mkdir %s", outdir, outdir);
	bench_want(system(command) == 0, outdir);
}

static double
rump_extract(void *arg)
{
	(void)arg;
	clean_out();
	do_mount();
	const int64_t start = bench_now();
	extract_dir("/mnt", outdir);
	const int64_t end = bench_now();
	do_unmount();
	return (double)(end - start) / 1e9;
}

static double
host_extract(void *arg)
{
	char command[4300];

	clean_out();
	(void)snprintf(
	    command, sizeof(command), "exec tar -xf %s -C %s", in_images(arg, ".tar"), outdir);
	const int64_t start = bench_now();
	bench_want(system(command) == 0, command);
	return (double)(bench_now() - start) / 1e9;
}

static double
peak_mib(void *arg)
{
	(void)arg;
	return (double)bench_status("VmHWM") / 1024;
}

static void
extraction(void *arg)
{
	const bool shm = access("/dev/shm", W_OK) == 0;

	if (!bench_wanted("ext4_extract"))
		return;
	(void)snprintf(
	    outdir, sizeof(outdir), "%s/bench_ext4.%d", shm ? "/dev/shm" : "/tmp", (int)getpid());
	make_buffer(EXTRACT_BYTES);
	boot(arg);
	bench_run(&(struct bench_row){ .name = "ext4_extract",
	    .unit = "s",
	    .rump = rump_extract,
	    .host = host_extract,
	    .arg = arg,
	    .budget = 0.30,
	    .host_then = 0.29 });
	bench_run(&(struct bench_row){ .name = "ext4_extract_rss",
	    .unit = "MiB",
	    .rump = peak_mib,
	    .budget = 16,
	    .rounds = 1 });
	clean_out();
	(void)rmdir(outdir);
}

int
main(int argc, char **argv)
{
	bench_init(argc, argv);
	images = getenv("BENCH_IMAGES");
	bench_want(images != NULL, "BENCH_IMAGES: where mkimages.py put the images");
	bench_child(mounts, (char[]){ "tree" });
	bench_child(walks, (char[]){ "1024" });
	bench_child(walks, (char[]){ "16384" });
	bench_child(reads, (char[]){ "big" });
	bench_child(extraction, (char[]){ "tree" });
	return 0;
}
