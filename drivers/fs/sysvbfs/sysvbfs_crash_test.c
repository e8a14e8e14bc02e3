/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What fails: each transfer and each allocation in turn, and the power at each write.  Whatever happens, the
 * image is sound, and what fsync() had promised is there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

#include "sysvbfs_testlib.h"

#define BLOCKS	300
#define BYTES	(BLOCKS * 512)
#define F(name) TL_MNT "/" name

static uint8_t *fresh;

static void
sound(const uint8_t *image, bool crash, const char *what, unsigned long no)
{
	const char *const bad = tl_unsound(image, BYTES, crash);

	ck_assert_msg(bad == NULL, "%s %lu: %s", what, no, bad);
}

/* ---- A row of calls that may all fail ---- */

static void
write_file(const char *path, unsigned seed, size_t from, size_t len)
{
	const int fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644);

	if (fd < 0)
		return;
	(void)tl_write(fd, seed, from, len);
	(void)rump_sys_fsync(fd);
	(void)rump_sys_close(fd); /* tells of a write that failed */
}

static void
work(void)
{
	int fd;

	write_file(F("a"), 1, 0, 3000);
	write_file(F("b"), 2, 0, 2000);
	write_file(F("a"), 1, 3000, 3000); /* moves */
	(void)rump_sys_rename(F("b"), F("a"));
	write_file(F("c"), 3, 0, 700);
	fd = rump_sys_open(F("c"), O_RDWR);
	(void)rump_sys_unlink(F("c"));
	write_file(F("d"), 4, 0, 100);
	if (fd >= 0) {
		(void)tl_write(fd, 3, 700, 5000);
		(void)rump_sys_ftruncate(fd, 10);
		(void)rump_sys_close(fd);
	}
	(void)rump_sys_chmod(F("d"), 0600);
	(void)rump_sys_rename(F("d"), F("e"));
	rump_sys_sync();
	write_file(F("f"), 5, 0, 9000);
	(void)rump_sys_truncate(F("f"), 1000);
}

static void
work_with_faults(void *arg)
{
	struct rumptest_disk *const d = tl_disk(fresh, BYTES);
	uint8_t *image;

	(void)arg;
	if (tl_mount(rumptest_disk_attach(d), 0) == 0) {
		work();
		/* One failure is all that there is: the second time nothing is in the way. */
		if (rump_sys_unmount(TL_MNT, 0) != 0)
			tl_unmount();
	}
	image = tl_image(d, BYTES);
	sound(image, true, "fault", 0);
	free(image);
	/* And it can be mounted, and is tidy then. */
	rump_check_fault(0, 0);
	ck_assert_int_eq(tl_mount("/dev/sd_sim0", 0), 0);
	tl_unmount();
	image = tl_image(d, BYTES);
	sound(image, false, "after the fault", 0);
	free(image);
	rumptest_disk_detach(d);
	rumptest_disk_free(d);
}

START_TEST(sysvbfs_survives_faults)
{
	static const unsigned kinds[] = { RUMP_FAULT_READ, RUMP_FAULT_WRITE, RUMP_FAULT_SHORT,
		RUMP_FAULT_MEMORY };
	static const unsigned least[] = { 4, 40, 8, 0 };

	fresh = tl_mkfs(BLOCKS, 9);
	ck_assert_uint_ge(rumptest_fault_each(kinds[_i], work_with_faults, NULL), least[_i]);
	free(fresh);
}
END_TEST

/* A write of the directory that fails leaves open what names there are: none is changed any more. */
START_TEST(sysvbfs_freezes_names)
{
	const struct rumptest_fault f = { .f_kind = RUMPTEST_FAIL,
		.f_on = RUMPTEST_ON_WRITE,
		.f_off = 3 * 512, /* 9 inodes in two blocks */
		.f_len = 512,
		.f_nth = 1,
		.f_times = 1,
		.f_error = EIO };
	struct rumptest_disk *d;
	uint8_t *image;

	fresh = tl_mkfs(BLOCKS, 9);
	d = tl_disk(fresh, BYTES);
	rumptest_boot();
	ck_assert_int_eq(tl_mount(rumptest_disk_attach(d), 0), 0);
	write_file(F("a"), 1, 0, 100);
	ck_assert_int_eq(rumptest_disk_fault(d, &f), 0);
	ck_assert(rump_sys_open(F("b"), O_CREAT | O_RDWR, 0600) == -1 && errno == EIO);
	ck_assert(rump_sys_open(F("b"), O_CREAT | O_RDWR, 0600) == -1 && errno == EROFS);
	ck_assert(rump_sys_unlink(F("a")) == -1 && errno == EROFS);
	ck_assert(rump_sys_rename(F("a"), F("b")) == -1 && errno == EROFS);
	tl_unmount();
	ck_assert_int_eq(tl_mount("/dev/sd_sim0", 0), 0);
	ck_assert_int_eq(rump_sys_rename(F("a"), F("b")), 0);
	tl_unmount();
	image = tl_image(d, BYTES);
	sound(image, false, "frozen", 0);
	free(image);
	rumptest_halt();
	rumptest_disk_free(d);
	free(fresh);
}
END_TEST

/* Blocks that a file has left are nobody's while the medium still says that they are its. */
START_TEST(sysvbfs_waits_for_the_medium)
{
	const struct rumptest_fault f = { .f_kind = RUMPTEST_FAIL,
		.f_on = RUMPTEST_ON_WRITE,
		.f_off = 512, /* inodes 2 to 9 */
		.f_len = 512,
		.f_nth = 1,
		.f_error = EIO };
	char name[32];
	struct rumptest_disk *d;
	uint8_t *image;
	int a, n, z;

	fresh = tl_mkfs(BLOCKS, 16);
	d = tl_disk(fresh, BYTES);
	rumptest_boot();
	ck_assert_int_eq(tl_mount(rumptest_disk_attach(d), 0), 0);
	write_file(F("a"), 1, 0, 30000);
	for (int i = 0; i < 7; i++) { /* the next one's inode is in another block than a's */
		snprintf(name, sizeof(name), F("n%d"), i);
		write_file(name, 2, 0, 100);
	}
	z = rump_sys_open(F("z"), O_CREAT | O_RDWR, 0600);
	n = rump_sys_open(F("n6"), O_RDWR);
	a = rump_sys_open(F("a"), O_RDWR);
	ck_assert(z >= 0 && n >= 0 && a >= 0);
	ck_assert_int_eq(rumptest_disk_fault(d, &f), 0);
	ck_assert_int_eq(tl_write(a, 1, 30000, 3000), -1); /* moves */
	ck_assert_int_eq(errno, EIO);
	for (size_t off = 0; tl_write(z, 3, off, 512) == 512; off += 512)
		continue;
	/* No room is left but where "a" was. */
	(void)tl_write(n, 2, 100, 5000);
	(void)rump_sys_fsync(z);
	(void)rump_sys_fsync(n);
	image = tl_image(d, BYTES); /* the power goes now */
	sound(image, true, "moved", 0);
	free(image);
	(void)rump_sys_close(z);
	(void)rump_sys_close(n);
	(void)rump_sys_close(a);
	rumptest_disk_faults_clear(d);
	tl_unmount();
	image = tl_image(d, BYTES);
	sound(image, false, "moved", 1);
	free(image);
	rumptest_halt();
	rumptest_disk_free(d);
	free(fresh);
}
END_TEST

/* ---- Power cuts ---- */

/* From these positions of the log on the file is there. */
static struct promise {
	const char *name;
	unsigned seed;
	size_t len;
	uint64_t from, until;
} promises[4];

static void
log_work(struct rumptest_disk *d)
{
	write_file(F("a"), 1, 0, 3000);
	promises[0] = (struct promise){ "a", 1, 3000, rumptest_disk_log(d), 0 };
	write_file(F("b"), 2, 0, 2000);
	promises[0].until = rumptest_disk_log(d);
	write_file(F("a"), 1, 3000, 3000);
	promises[1] = (struct promise){ "a", 1, 6000, rumptest_disk_log(d), 0 };
	promises[1].until = rumptest_disk_log(d);
	ck_assert_int_eq(rump_sys_rename(F("b"), F("a")), 0);
	promises[2] = (struct promise){ "a", 2, 2000, rumptest_disk_log(d), UINT64_MAX };
	write_file(F("c"), 3, 0, 700);
	ck_assert_int_eq(rump_sys_unlink(F("c")), 0);
	write_file(F("d"), 4, 0, 5000);
	ck_assert_int_eq(rump_sys_rename(F("d"), F("e")), 0);
	promises[3] = (struct promise){ "e", 4, 5000, rumptest_disk_log(d), UINT64_MAX };
	ck_assert_int_eq(rump_sys_truncate(F("a"), 2000), 0);
}

static void
judge(const struct rumptest_image *cut, uint64_t pos)
{
	static uint8_t image[BYTES];
	const uint8_t *p;
	size_t size;

	rumptest_image_get(cut, image, BYTES, 0);
	sound(image, true, "cut at", pos);
	for (size_t i = 0; i < 4; i++) {
		if (pos < promises[i].from || pos > promises[i].until)
			continue;
		p = tl_find(image, promises[i].name, &size);
		ck_assert_msg(
		    p != NULL && size == promises[i].len && tl_is(p, promises[i].seed, size),
		    "cut at %lu: %s is not what it was (%zu bytes)", (unsigned long)pos,
		    promises[i].name, p != NULL ? size : 0);
	}
	/* From the first name on there is always one. */
	ck_assert_msg(pos < promises[0].from || tl_find(image, "a", &size) != NULL,
	    "cut at %lu: there is no \"a\"", (unsigned long)pos);
}

START_TEST(sysvbfs_survives_power_cuts)
{
	struct rumptest_disk *d, *again;
	struct rumptest_image *image;
	struct rumptest_cut c;
	unsigned long n = 0;
	uint8_t *after;

	fresh = tl_mkfs(BLOCKS, 9);
	d = tl_disk(fresh, BYTES);
	rumptest_boot();
	ck_assert_int_eq(tl_mount(rumptest_disk_attach(d), 0), 0);
	log_work(d);
	tl_unmount();
	rumptest_disk_detach(d);
	for (uint64_t pos = 0; pos <= rumptest_disk_log(d); pos++) {
		const uint64_t count =
		    rumptest_cut_begin(&c, d, pos, RUMPTEST_TEAR_SECTORS | RUMPTEST_TEAR_INSIDE);

		for (uint64_t i = 0; i < count && i < 300; i++, n++) {
			image = rumptest_cut_image(&c, i);
			judge(image, pos);
			rumptest_image_free(image);
		}
		for (uint64_t seed = 0; count > 300 && seed < 300; seed++, n++) {
			image = rumptest_cut_random(&c, seed);
			judge(image, pos);
			rumptest_image_free(image);
		}
		image = rumptest_cut_image(&c, 0);
		again = rumptest_disk_of(image);
		ck_assert_int_eq(tl_mount(rumptest_disk_attach(again), 0), 0);
		tl_unmount();
		after = tl_image(again, BYTES);
		sound(after, false, "mounted after a cut at", pos);
		free(after);
		rumptest_disk_detach(again);
		rumptest_disk_free(again);
		rumptest_image_free(image);
		rumptest_cut_end(&c);
	}
	ck_assert_uint_ge(n, 200);
	rumptest_halt();
	rumptest_disk_free(d);
	free(fresh);
}
END_TEST

/* ---- Threads ---- */

#define THREADS 8
#define ROUNDS	20

static void *
busy(void *arg)
{
	const unsigned me = (unsigned)(uintptr_t)arg;
	static _Thread_local uint8_t buf[8000];
	char mine[32], other[32];
	size_t len;
	int fd;

	snprintf(mine, sizeof(mine), F("mine%u"), me);
	for (unsigned r = 0; r < ROUNDS; r++) {
		len = 100 + r * 331;
		fd = rump_sys_open(mine, O_CREAT | O_RDWR, 0644);
		ck_assert_msg(fd >= 0, "%s: %s", mine, strerror(errno));
		ck_assert_int_eq(tl_write(fd, me, 0, len), len);
		ck_assert_int_eq(rump_sys_pread(fd, buf, sizeof(buf), 0), len);
		ck_assert(tl_is(buf, me, len));
		ck_assert_int_eq(rump_sys_close(fd), 0);
		/* Names that all fight for. */
		snprintf(other, sizeof(other), F("all%u"), r % 3);
		fd = rump_sys_open(other, O_CREAT | O_RDWR, 0644);
		if (fd >= 0) {
			(void)tl_write(fd, 1, 0, 600);
			(void)rump_sys_close(fd);
		}
		if (r % 4 == me % 4)
			(void)rump_sys_rename(other, F("all9"));
		if (r % 5 == me % 5)
			(void)rump_sys_unlink(other);
		if (r % 7 == me % 7)
			rump_sys_sync();
	}
	return NULL;
}

START_TEST(sysvbfs_threads)
{
	pthread_t threads[THREADS];
	struct rumptest_disk *d;
	uint8_t *image;
	const uint8_t *p;
	char name[32];
	size_t size;

	ck_assert_int_eq(setenv("RUMP_NCPU", "4", 1), 0);
	fresh = tl_mkfs(BLOCKS, 48);
	d = tl_disk(fresh, BYTES);
	rumptest_boot();
	ck_assert_int_eq(tl_mount(rumptest_disk_attach(d), 0), 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, busy, (void *)i), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	tl_unmount();
	image = tl_image(d, BYTES);
	sound(image, false, "threads", 0);
	for (unsigned i = 0; i < THREADS; i++) {
		snprintf(name, sizeof(name), "mine%u", i);
		p = tl_find(image, name, &size);
		ck_assert(p != NULL && size == 100 + (ROUNDS - 1) * 331 && tl_is(p, i, size));
	}
	free(image);
	rumptest_halt();
	rumptest_disk_free(d);
	free(fresh);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("crash");

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, sysvbfs_survives_faults, 0, 4);
	tcase_add_test(tc, sysvbfs_freezes_names);
	tcase_add_test(tc, sysvbfs_waits_for_the_medium);
	tcase_add_test(tc, sysvbfs_survives_power_cuts);
	tcase_add_test(tc, sysvbfs_threads);
	return rumptest_run("sysvbfs_crash", tc);
}
