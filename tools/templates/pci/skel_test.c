/*
 * The test of skel(4).  There need be no such card: here is one, a model of its registers.  What the driver
 * does that the data sheet does not have ends the test by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_bus.h>
#include <rump/rumptest_fixture.h>

#include "skel.h"

/* ---- The card ---- */

static struct rump_simdev *card;
static bool lazy; /* it answers when the test calls card_answer() */
static unsigned numbers;

static void
card_answer(void)
{
	const uint32_t n = (uint32_t)rump_simdev_get(card, 0, SKEL_DATA);

	rump_simdev_set(card, 0, SKEL_DATA, n * n);
	rump_simdev_set(card, 0, SKEL_INTSTAT, SKEL_INT_DONE);
	(void)rump_simdev_message(card, 0);
}

static void
data_write(void *arg, uint32_t index, uint64_t value)
{
	__atomic_fetch_add(&numbers, 1, __ATOMIC_RELAXED);
	if (!lazy)
		card_answer();
}

static const struct rump_simreg regs[] = {
	{ .name = "ID",
	    .offset = SKEL_ID,
	    .width = 4,
	    .kind = RUMP_SIMREG_RO,
	    .reset = SKEL_ID_VALUE },
	{ .name = "DATA", .offset = SKEL_DATA, .width = 4, .write = data_write },
	{ .name = "INTSTAT", .offset = SKEL_INTSTAT, .width = 4, .kind = RUMP_SIMREG_W1C },
};

static void
card_create(void)
{
	card = rump_simpci_create(&(struct rump_simpci){
	    .name = "squarer",
	    .dev = 3,
	    .vendor = SKEL_VENDOR,
	    .product = SKEL_PRODUCT,
	    .baseclass = 0x0b,
	    .msi = 1,
	    .bar = { { .size = 256, .regs = regs, .nregs = sizeof(regs) / sizeof(regs[0]) } },
	});
	ck_assert_ptr_nonnull(card);
}

/* ---- The tests ---- */

static int fd;

static void
setup(void)
{
	rumptest_boot();
	card_create();
	ck_assert_int_eq(rump_simdev_attach(card), 0);
	ck_assert_str_eq(rump_simdev_xname(card), "skel0");
	fd = rump_sys_open("/dev/skel0", O_RDWR);
	ck_assert_msg(fd >= 0, "/dev/skel0: %s", strerror(errno));
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_close(fd), 0);
	if (rump_simdev_xname(card) != NULL)
		ck_assert_int_eq(rump_simdev_detach(card, false), 0);
	rump_simdev_destroy(card);
	rumptest_halt();
}

START_TEST(skel_squares)
{
	for (unsigned i = 0; i < 1000; i++) {
		unsigned n = i * 77777;

		ck_assert_int_eq(rump_sys_ioctl(fd, SKEL_SQUARE, &n), 0);
		ck_assert_uint_eq(n, i * 77777 * i * 77777);
	}
	ck_assert_int_eq(rump_sys_ioctl(fd, _IO('s', 99)), -1);
	ck_assert_int_eq(errno, ENOTTY);
}
END_TEST

/* Exactly this, in this order. */
START_TEST(skel_uses_the_card_by_the_book)
{
	unsigned n = 12;

	rump_simdev_script_begin(card, RUMP_SIMSCRIPT_ORDERED);
	rump_simdev_expect_write(card, 0, SKEL_DATA, 4, 12);
	rump_simdev_expect_read(card, 0, SKEL_INTSTAT, 4, SKEL_INT_DONE);
	rump_simdev_expect_write(card, 0, SKEL_INTSTAT, 4, SKEL_INT_DONE);
	rump_simdev_expect_read(card, 0, SKEL_DATA, 4, 144);
	ck_assert_int_eq(rump_sys_ioctl(fd, SKEL_SQUARE, &n), 0);
	rump_simdev_script_end(card);
	ck_assert_uint_eq(n, 144);
}
END_TEST

static void *
caller(void *arg)
{
	unsigned n = (unsigned)(long)arg;

	if (rump_sys_ioctl(fd, SKEL_SQUARE, &n) == -1)
		return (void *)(long)-errno;
	return (void *)(long)n;
}

/* Four who want the card at once: one number at a time is with it. */
START_TEST(skel_serves_one_after_the_other)
{
	pthread_t threads[4];
	void *square;

	lazy = true;
	for (long i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, caller, (void *)(i + 1)), 0);
	for (unsigned i = 0; i < 4; i++) {
		while (__atomic_load_n(&numbers, __ATOMIC_RELAXED) <= i)
			sched_yield();
		ck_assert_uint_eq(__atomic_load_n(&numbers, __ATOMIC_RELAXED), i + 1);
		card_answer();
	}
	for (long i = 0; i < 4; i++) {
		pthread_join(threads[i], &square);
		ck_assert_int_eq((long)square, (i + 1) * (i + 1));
	}
}
END_TEST

static const bool pulled[] = { false, true };

/* Asked to go, or pulled out, while somebody waits for an answer. */
START_TEST(skel_goes_while_busy)
{
	pthread_t thread;
	void *error;

	lazy = true;
	ck_assert_int_eq(pthread_create(&thread, NULL, caller, (void *)1L), 0);
	while (__atomic_load_n(&numbers, __ATOMIC_RELAXED) == 0)
		sched_yield();
	ck_assert_int_eq(rump_simdev_detach(card, pulled[_i]), 0);
	pthread_join(thread, &error);
	ck_assert_int_eq((long)error, -ENXIO);
	ck_assert_int_eq(rump_sys_open("/dev/skel0", O_RDWR), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* A card of that name that is none: it is not used, and all is given back. */
START_TEST(skel_wrong_card)
{
	unsigned n = 1;
	int wrong;

	rumptest_boot();
	card_create();
	rump_simdev_queue(card, 0, SKEL_ID, 4, 0xdead, 1);
	ck_assert_int_eq(rump_simdev_attach(card), 0);
	wrong = rump_sys_open("/dev/skel0", O_RDWR);
	ck_assert_int_ge(wrong, 0);
	ck_assert_int_eq(rump_sys_ioctl(wrong, SKEL_SQUARE, &n), -1);
	ck_assert_int_eq(errno, ENXIO);
	ck_assert_int_eq(rump_sys_close(wrong), 0);
	ck_assert_int_eq(rump_simdev_detach(card, false), 0);
	rump_simdev_destroy(card);
	rumptest_halt();
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("skel");
	TCase *const calls = tcase_create("calls"), *const bare = tcase_create("bare");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(calls, setup, teardown);
	tcase_add_test(calls, skel_squares);
	tcase_add_test(calls, skel_uses_the_card_by_the_book);
	tcase_add_test(calls, skel_serves_one_after_the_other);
	tcase_add_loop_test(calls, skel_goes_while_busy, 0, 2);
	tcase_add_test(bare, skel_wrong_card); /* boots its kernel itself */
	suite_add_tcase(s, calls);
	suite_add_tcase(s, bare);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
