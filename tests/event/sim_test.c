/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Wake-ups under seeded schedules: none is lost between asking and sleeping, in any way of waiting; and a
 * driver that loses one is found out.
 */
#include <sys/epoll.h>

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_event.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest.h>

#define SEEDS  150
#define LOSSY  2000 /* the window is a few instructions */
#define ROUNDS 4

int rump_test_eventfile(int kind);
void rump_test_eventfile_set(bool readable);

#define MUST(e)                                                    \
	do {                                                       \
		if (!(e)) {                                        \
			fprintf(stderr, "%s does not hold\n", #e); \
			_exit(1);                                  \
		}                                                  \
	} while (0)

enum way { POLL, EPOLL, EPOLL_EDGE, KEVENT, NESTED, NWAYS };

static int fd, set;

static void
make_set(enum way way)
{
	struct epoll_event ev = { .events = way == EPOLL_EDGE ? EPOLLIN | EPOLLET : EPOLLIN };
	const struct rump_kevent k = {
		.ident = (uintptr_t)fd, .filter = RUMP_EVFILT_READ, .flags = RUMP_EV_ADD
	};
	int outer;

	if (way == KEVENT) {
		set = rump_sys_kqueue();
		MUST(rump_sys_kevent(set, &k, 1, NULL, 0, NULL) == 0);
		return;
	}
	set = rump_sys_epoll_create1(0);
	MUST(rump_sys_epoll_ctl(set, EPOLL_CTL_ADD, fd, &ev) == 0);
	if (way == NESTED) {
		outer = rump_sys_epoll_create1(0);
		MUST(rump_sys_epoll_ctl(outer, EPOLL_CTL_ADD, set, &ev) == 0);
		set = outer;
	}
}

static void
wait_for_it(enum way way)
{
	struct pollfd p = { fd, POLLIN, 0 };
	struct epoll_event ev;
	struct rump_kevent k;

	switch (way) {
	case POLL:
		MUST(rump_sys_poll(&p, 1, -1) == 1);
		break;
	case KEVENT:
		MUST(rump_sys_kevent(set, NULL, 0, &k, 1, NULL) == 1);
		break;
	default:
		MUST(rump_sys_epoll_wait(set, &ev, 1, -1) == 1);
		break;
	}
}

static void
writer(void *arg)
{
	const uint64_t one = 1;

	(void)arg;
	MUST(rump_sys_write(fd, &one, 8) == 8);
}

static void
no_loss(void *arg)
{
	const enum way way = *(enum way *)arg;
	uint64_t v;

	MUST(rump_init() == 0);
	fd = rump_sys_eventfd2(0, 0);
	if (way != POLL)
		make_set(way);
	for (int i = 0; i < ROUNDS; i++) {
		struct rumptest_thread *const t = rumptest_spawn(writer, NULL);

		wait_for_it(way);
		MUST(rump_sys_read(fd, &v, 8) == 8);
		rumptest_join(t);
	}
	MUST(rump_sys_reboot(RUMP_RB_HALT, NULL) == 0);
}

START_TEST(sim_no_wakeup_is_lost)
{
	enum way way = (enum way)_i;

	rumptest_search(no_loss, &way, 1, SEEDS);
}
END_TEST

static void
setter(void *arg)
{
	(void)arg;
	rump_schedule();
	rump_test_eventfile_set(true);
	rump_unschedule();
}

static void
lossy(void *arg)
{
	struct rumptest_thread *t;

	MUST(rump_init() == 0);
	rump_schedule();
	fd = rump_test_eventfile(*(int *)arg);
	rump_unschedule();
	t = rumptest_spawn(setter, NULL);
	wait_for_it(POLL);
	rumptest_join(t);
	MUST(rump_sys_reboot(RUMP_RB_HALT, NULL) == 0);
}

/* The driver that lets go of its lock between the look and the record; the other is right. */
START_TEST(sim_finds_a_lossy_driver)
{
	struct rumptest_found found;
	int kind = 2;

	ck_assert(rumptest_find(lossy, &kind, 1, LOSSY, &found));
	kind = 0;
	ck_assert(!rumptest_find(lossy, &kind, 1, LOSSY, &found));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sim");
	TCase *tc = tcase_create("sim");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, sim_no_wakeup_is_lost, 0, NWAYS);
	tcase_add_test(tc, sim_finds_a_lossy_driver);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
