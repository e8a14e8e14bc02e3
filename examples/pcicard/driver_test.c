/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The test of dmae(4).  There is no such card: card.c is one, made of expectations.  Each test boots a kernel of
 * its own, plugs a card in, and talks to the driver by /dev/dmae0 as a program would.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "card.h"
#include "dmaereg.h"

static struct card card;
static int fd;
static uint8_t out[16384], in[16384];

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
	card_create(&card, 0, 3, CARD_MSI);
	ck_assert_ptr_nonnull(card.sd);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 7 + i / 251);
}

static void
plug(void)
{
	ck_assert_int_eq(rump_simdev_attach(card.sd), 0);
	ck_assert_str_eq(rump_simdev_xname(card.sd), "dmae0");
	fd = rump_sys_open("/dev/dmae0", O_RDWR);
	ck_assert_msg(fd >= 0, "/dev/dmae0: errno %d", errno);
}

static void
setup_plugged(void)
{
	setup();
	plug();
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

#define ck_fails(expr, error)                                                          \
	do {                                                                           \
		errno = 0;                                                             \
		const long ret_ = (long)(expr);                                        \
		ck_assert_msg(ret_ == -1 && errno == (error),                          \
		    "%s: returned %ld, errno %d, not %s", #expr, ret_, errno, #error); \
	} while (0)

static void
echo(size_t len)
{
	memset(in, 0, sizeof(in));
	ck_assert_int_eq(rump_sys_write(fd, out, len), (int)len);
	ck_assert_int_eq(rump_sys_read(fd, in, sizeof(in)), (int)len);
	ck_assert_mem_eq(in, out, len);
}

/* ---- It works ---- */

START_TEST(dmae_moves_bytes)
{
	static const size_t lens[] = { 1, 4095, 4096, 4097, 16384 };

	for (int round = 0; round < 20; round++) /* around the ring, and around again */
		for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
			echo(lens[i]);
	ck_assert_uint_eq(card.jobs, 100);
	/* Pages of memory are nowhere adjacent for the card: a descriptor for each, in and out. */
	ck_assert_uint_eq(card.segments, 20 * 2 * (1 + 1 + 1 + 2 + 4));
}
END_TEST

static const enum card_interrupt kinds[] = { CARD_INTX, CARD_MSI, CARD_MSIX };

START_TEST(dmae_works_with_each_interrupt)
{
	card_create(&card, 0, 4, kinds[_i]);
	plug();
	echo(5000);
	ck_assert_int_eq(rump_simdev_detach(card.sd, false), 0);
}
END_TEST

START_TEST(dmae_works_behind_a_bridge)
{
	struct rump_simdev *bridge;
	unsigned bus;

	bridge = rump_simpci_bridge(0, 5, &bus);
	ck_assert_ptr_nonnull(bridge);
	ck_assert_int_eq(rump_simdev_attach(bridge), 0);
	card_create(&card, bus, 2, CARD_INTX);
	plug();
	echo(5000);
	ck_assert_int_eq(rump_simdev_detach(bridge, false), 0);
	ck_assert_ptr_null(rump_simdev_xname(card.sd));
}
END_TEST

START_TEST(dmae_two_cards_share_a_line)
{
	struct card second;
	int fd2;

	card_create(&card, 0, 6, CARD_INTX);
	plug();
	card_create(&second, 0, 10, CARD_INTX); /* the same line, four slots on */
	ck_assert_int_eq(rump_simdev_attach(second.sd), 0);
	fd2 = rump_sys_open("/dev/dmae1", O_RDWR);
	ck_assert_int_ge(fd2, 0);
	echo(100);
	ck_assert_int_eq(rump_sys_write(fd2, "other", 5), 5);
	ck_assert_int_eq(rump_sys_read(fd2, in, sizeof(in)), 5);
	ck_assert_mem_eq(in, "other", 5);
	ck_assert_uint_eq(card.jobs, 1);
	ck_assert_uint_eq(second.jobs, 1);
}
END_TEST

/* "CTRL reads RESET twice, then not". */
START_TEST(dmae_waits_for_the_reset)
{
	rump_simdev_queue(card.sd, 0, DMAE_CTRL, 4, DMAE_CTRL_RESET, 2);
	plug();
	echo(1);
}
END_TEST

/* What it does to a card that has just been plugged in, access by access. */
START_TEST(dmae_starts_the_card_by_the_book)
{
	static const uint32_t lo = DMAE_RING_LO, hi = DMAE_RING_HI;

	ck_assert_int_eq(rump_simdev_attach(card.sd), 0);
	ck_assert_int_eq(rump_simdev_detach(card.sd, false), 0);
	/* The ring is where it was, as nothing else has memory of this kind. */
	const uint64_t ringlo = rump_simdev_get(card.sd, 0, lo),
		       ringhi = rump_simdev_get(card.sd, 0, hi);

	rump_simdev_script_begin(card.sd, RUMP_SIMSCRIPT_ORDERED);
	rump_simdev_expect_read(card.sd, 0, DMAE_ID, 4, DMAE_ID_VALUE);
	rump_simdev_expect_write(card.sd, 0, DMAE_CTRL, 4, DMAE_CTRL_RESET);
	rump_simdev_expect_read(card.sd, 0, DMAE_CTRL, 4, DMAE_CTRL_RESET);
	rump_simdev_expect_read(card.sd, 0, DMAE_CTRL, 4, 0);
	rump_simdev_expect_write(card.sd, 0, DMAE_RING_LO, 4, ringlo);
	rump_simdev_expect_write(card.sd, 0, DMAE_RING_HI, 4, ringhi);
	rump_simdev_expect_write(card.sd, 0, DMAE_RING_SIZE, 4, 64);
	rump_simdev_expect_write(card.sd, 0, DMAE_INTMASK, 4, DMAE_INT_DONE | DMAE_INT_FAULT);
	rump_simdev_expect_write(card.sd, 0, DMAE_CTRL, 4, DMAE_CTRL_RUN);
	ck_assert_int_eq(rump_simdev_attach(card.sd), 0);
	rump_simdev_script_end(card.sd);
}
END_TEST

/* ---- Errors ---- */

START_TEST(dmae_refuses_what_is_too_long)
{
	ck_fails(rump_sys_write(fd, out, sizeof(out) + 1), EMSGSIZE);
	ck_assert_int_eq(rump_sys_write(fd, out, 0), 0);
	ck_fails(rump_sys_ioctl(fd, 0x1234, NULL), ENOTTY);
}
END_TEST

START_TEST(dmae_failed_job_is_eio)
{
	card.fail = true;
	ck_assert_int_eq(rump_sys_write(fd, out, 100), 100);
	ck_fails(rump_sys_read(fd, in, sizeof(in)), EIO);
	card.fail = false;
	echo(100);
}
END_TEST

START_TEST(dmae_stopped_card_fails_all_jobs)
{
	card.lazy = true;
	ck_assert_int_eq(rump_sys_write(fd, out, 100), 100);
	ck_assert_int_eq(rump_sys_write(fd, out, 200), 200);
	card_fault(&card);
	ck_fails(rump_sys_read(fd, in, sizeof(in)), EIO);
	ck_fails(rump_sys_read(fd, in, sizeof(in)), EIO);
	ck_fails(rump_sys_write(fd, out, 100), EIO);
}
END_TEST

START_TEST(dmae_full_and_empty_do_not_block)
{
	ck_assert_int_eq(rump_sys_fcntl(fd, F_SETFL, (void *)(long)O_NONBLOCK), 0);
	ck_fails(rump_sys_read(fd, in, sizeof(in)), EAGAIN);
	card.lazy = true;
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(rump_sys_write(fd, out + i, 1), 1);
	ck_fails(rump_sys_write(fd, out, 1), EAGAIN);
	card_work(&card, 1);
	ck_assert_int_eq(rump_sys_read(fd, in, sizeof(in)), 1);
	ck_fails(rump_sys_read(fd, in, sizeof(in)), EAGAIN);
	card_work(&card, 3);
	for (int i = 1; i < 4; i++) {
		ck_assert_int_eq(rump_sys_read(fd, in, sizeof(in)), 1);
		ck_assert_int_eq(in[0], out[i]);
	}
}
END_TEST

/* A card that is none: the driver attaches to it, and gives all back. */
START_TEST(dmae_wrong_card_is_not_used)
{
	rump_simdev_queue(card.sd, 0, DMAE_ID, 4, 0xdead, 1);
	ck_assert_int_eq(rump_simdev_attach(card.sd), 0);
	fd = rump_sys_open("/dev/dmae0", O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_fails(rump_sys_write(fd, out, 1), ENXIO);
	ck_assert_int_eq(rump_simdev_detach(card.sd, false), 0);
}
END_TEST

/* ---- Going away ---- */

struct reader {
	pthread_t thread;
	int error;
};

static void *
reader_main(void *arg)
{
	struct reader *const r = arg;

	errno = 0;
	r->error = rump_sys_read(fd, in, sizeof(in)) == -1 ? errno : 0;
	return NULL;
}

static const bool pulled[] = { false, true };

/* With a job in the card and a reader that waits for it, asked to go or pulled out. */
START_TEST(dmae_detach_while_busy)
{
	struct reader r;
	struct stat st;

	/* A node of one's own does not go by itself. */
	ck_assert_int_eq(rump_sys_stat("/dev/dmae0", &st), 0);
	ck_assert_int_eq(rump_sys_mknod("/tmp/mine", S_IFCHR | 0600, st.st_rdev), 0);
	card.lazy = true;
	ck_assert_int_eq(rump_sys_write(fd, out, 5000), 5000);
	ck_assert_int_eq(pthread_create(&r.thread, NULL, reader_main, &r), 0);
	if (!pulled[_i])
		rump_simdev_queue(card.sd, 0, DMAE_STATUS, 4, DMAE_STATUS_BUSY, 3);
	ck_assert_int_eq(rump_simdev_detach(card.sd, pulled[_i]), 0);
	pthread_join(r.thread, NULL);
	/* It was waiting; or came late, to a file that is dead. */
	ck_assert_msg(r.error == ENXIO || r.error == EIO, "error %d", r.error);
	ck_fails(rump_sys_open("/dev/dmae0", O_RDWR), ENOENT);
	ck_fails(rump_sys_open("/tmp/mine", O_RDWR), ENXIO);
	ck_assert_int_eq(rump_sys_read(fd, in, 1), -1);
	rump_simdev_destroy(card.sd);
}
END_TEST

START_TEST(dmae_comes_again)
{
	for (int i = 0; i < 10; i++) {
		echo(100);
		ck_assert_int_eq(rump_simdev_detach(card.sd, i % 2 != 0), 0);
		ck_assert_int_eq(rump_sys_close(fd), 0);
		plug();
	}
}
END_TEST

/* Programs at work, and a card that comes and goes. */
static int over;

static void *
worker(void *arg)
{
	char mine[64], back[64];
	int f;

	memset(mine, (int)(long)arg, sizeof(mine));
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
		if ((f = rump_sys_open("/dev/dmae0", O_RDWR | O_NONBLOCK)) < 0)
			continue;
		for (int i = 0; i < 20; i++)
			if (rump_sys_write(f, mine, sizeof(mine)) > 0)
				(void)rump_sys_read(f, back, sizeof(back));
		(void)rump_sys_ioctl(f, 0x1234, NULL);
		(void)rump_sys_poll(&(struct pollfd){ .fd = f, .events = POLLIN }, 1, 0);
		(void)rump_sys_close(f);
	}
	return NULL;
}

START_TEST(dmae_comes_and_goes_under_load)
{
	pthread_t threads[3];

	for (long i = 0; i < 3; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, worker, (void *)i), 0);
	for (int i = 0; i < 50; i++) {
		const unsigned before = __atomic_load_n(&card.jobs, __ATOMIC_RELAXED);

		ck_assert_int_eq(rump_simdev_attach(card.sd), 0);
		while (__atomic_load_n(&card.jobs, __ATOMIC_RELAXED) < before + 5)
			sched_yield();
		ck_assert_int_eq(rump_simdev_detach(card.sd, i % 2 != 0), 0);
	}
	__atomic_store_n(&over, 1, __ATOMIC_RELEASE);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	rump_simdev_destroy(card.sd);
}
END_TEST

/* ---- What the bench would say of a broken card, or driver ---- */

static char message[256];

static void
note(const char *text)
{
	if (message[0] == '\0')
		strncpy(message, text, sizeof(message) - 1);
}

START_TEST(dmae_card_that_writes_elsewhere_is_caught)
{
	rump_simbus_onfail(note);
	card.spoilt = true;
	ck_assert_int_eq(rump_sys_write(fd, out, 100), 100);
	ck_assert_msg(
	    strstr(message, "(dmae0): writes memory that no DMA map has: 100 bytes") != NULL, "%s",
	    message);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("dmae");
	TCase *const plain = tcase_create("plain"), *const plugged = tcase_create("plugged");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(plain, setup, teardown);
	tcase_add_loop_test(plain, dmae_works_with_each_interrupt, 0, 3);
	tcase_add_test(plain, dmae_works_behind_a_bridge);
	tcase_add_test(plain, dmae_two_cards_share_a_line);
	tcase_add_test(plain, dmae_waits_for_the_reset);
	tcase_add_test(plain, dmae_starts_the_card_by_the_book);
	tcase_add_test(plain, dmae_wrong_card_is_not_used);
	tcase_add_test(plain, dmae_comes_and_goes_under_load);
	suite_add_tcase(s, plain);
	tcase_add_checked_fixture(plugged, setup_plugged, teardown);
	tcase_add_test(plugged, dmae_moves_bytes);
	tcase_add_test(plugged, dmae_refuses_what_is_too_long);
	tcase_add_test(plugged, dmae_failed_job_is_eio);
	tcase_add_test(plugged, dmae_stopped_card_fails_all_jobs);
	tcase_add_test(plugged, dmae_full_and_empty_do_not_block);
	tcase_add_loop_test(plugged, dmae_detach_while_busy, 0, 2);
	tcase_add_test(plugged, dmae_comes_again);
	tcase_add_test(plugged, dmae_card_that_writes_elsewhere_is_caught);
	suite_add_tcase(s, plugged);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
