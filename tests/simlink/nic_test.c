/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Two network cards and their driver on a simulated link, and one that talks to a peer by script.  For each
 * promise of the link a mistake of the driver's is planted: the harm that it cannot stand finds it, and
 * without that harm it stays hidden.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest.h>
#include <rump/rumptest_fixture.h>

#include "nic.h"
#include "nic_card.h"

#define MS	 INT64_C(1000000)
#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))
#define MESSAGES 60

static const struct rumptest_path good = { .p_rate_bps = 5000000,
	.p_delay_ns = MS,
	.p_jitter_ns = MS },
				  loses = { .p_delay_ns = MS, .p_loss = 150000 },
				  duplicates = { .p_delay_ns = MS, .p_duplicate = 150000 },
				  corrupts = { .p_delay_ns = MS, .p_corrupt = 150000 },
				  reorders = { .p_delay_ns = MS,
					  .p_reorder = 150000,
					  .p_reorder_ns = 3 * MS },
				  everything = {
					  .p_rate_bps = 5000000,
					  .p_delay_ns = MS,
					  .p_jitter_ns = 2 * MS,
					  .p_queue = 10,
					  .p_loss = 50000,
					  .p_duplicate = 50000,
					  .p_corrupt = 50000,
					  .p_reorder = 50000,
				  };

static struct rumptest_link *cable;
static struct nic_card cards[2];
static int fds[2];

static int
plug(int i, int mistake)
{
	char path[16];
	int fd;

	nic_card_create(&cards[i], 3 + (unsigned)i, cable, i);
	ck_assert_int_eq(rump_simdev_attach(cards[i].c_sd), 0);
	snprintf(path, sizeof(path), "/dev/nic%d", i);
	fd = rump_sys_open(path, O_RDWR);
	ck_assert_msg(fd >= 0, "%s: errno %d", path, errno);
	ck_assert_int_eq(rump_sys_ioctl(fd, NIC_PLANT, &mistake), 0);
	return fd;
}

static void
unplug(int i)
{
	ck_assert_int_eq(rump_sys_close(fds[i]), 0);
	ck_assert_int_eq(rump_simdev_detach(cards[i].c_sd, false), 0);
	nic_card_destroy(&cards[i]);
}

/* ---- Two cards ---- */

struct trial {
	const struct rumptest_path *path;
	int mistake;
	uint64_t linkseed; /* 0: that of the time */
};

static size_t
message(unsigned i, uint8_t *to)
{
	const size_t len = 1 + i * 37 % NIC_MSG;

	for (size_t k = 0; k < len; k++)
		to[k] = (uint8_t)(i + k * 7);
	return len;
}

static void
writer(void *arg)
{
	uint8_t buf[NIC_MSG];

	for (unsigned i = 0; i < MESSAGES; i++) {
		const size_t len = message(i, buf);

		ck_assert_int_eq(rump_sys_write(fds[0], buf, len), (int)len);
	}
}

static uint64_t hash; /* of what came over the link */

static void
transfer(void *arg)
{
	const struct trial *const t = arg;
	struct rumptest_thread *thread;
	uint8_t want[NIC_MSG], got[NIC_MSG];
	static uint64_t seed;

	rumptest_boot();
	seed = t->linkseed != 0 ? t->linkseed : 1;
	cable = rumptest_link_new(seed);
	for (int i = 0; i < 2; i++) {
		rumptest_link_path(cable, i, t->path);
		fds[i] = plug(i, t->mistake);
	}
	thread = rumptest_spawn(writer, NULL);
	for (unsigned i = 0; i < MESSAGES; i++) {
		const size_t len = message(i, want);
		const ssize_t n = rump_sys_read(fds[1], got, sizeof(got));

		ck_assert_msg(n == (ssize_t)len && memcmp(want, got, len) == 0,
		    "message %u of %zu bytes: %zd bytes, errno %d, or others", i, len, n, errno);
	}
	rumptest_join(thread);
	hash = rumptest_link_count(cable, 0).c_hash ^ rumptest_link_count(cable, 1).c_hash << 1;
	rumptest_advance(1000 * MS); /* what was sent twice is heard */
	ck_assert_int_eq(rump_sys_fcntl(fds[1], F_SETFL, (void *)(long)O_NONBLOCK), 0);
	ck_assert_int_eq(rump_sys_read(fds[1], got, sizeof(got)), -1);
	for (int i = 0; i < 2; i++)
		unplug(i);
	rumptest_link_free(cable);
	rumptest_halt();
}

static const struct {
	const char *name;
	const struct rumptest_path *path;
} paths[] = {
	{ "good", &good },
	{ "loses", &loses },
	{ "duplicates", &duplicates },
	{ "corrupts", &corrupts },
	{ "reorders", &reorders },
	{ "everything", &everything },
};

/* The driver without a mistake, on every path, by the seeds of threads and of links. */
START_TEST(nic_stands_every_harm)
{
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct trial t = { paths[_i].path, NIC_GOOD, seed };

		rumptest_search(transfer, &t, seed, 3);
	}
}
END_TEST

static const struct {
	const char *name;
	int mistake;
	const struct rumptest_path *harm;
} mistakes[] = {
	{ "a lost frame is not sent again", NIC_SENDS_ONCE, &loses },
	{ "frames out of order are taken as they come", NIC_TAKES_ANY, &reorders },
	{ "a frame is taken twice", NIC_TAKES_TWICE, &duplicates },
	{ "corruption is not noticed", NIC_TRUSTS, &corrupts },
};

START_TEST(nic_mistake_is_found_by_its_harm)
{
	struct trial t = { mistakes[_i].harm, mistakes[_i].mistake, 0 };
	struct rumptest_found found;
	bool any = false;

	for (t.linkseed = 1; t.linkseed <= 5 && !any; t.linkseed++)
		any = rumptest_find(transfer, &t, 1, 1, &found);
	ck_assert_msg(any, "not found: %s", mistakes[_i].name);
	/* Without the harm it stays hidden. */
	t.path = &good;
	for (t.linkseed = 1; t.linkseed <= 5; t.linkseed++)
		ck_assert_msg(!rumptest_find(transfer, &t, 1, 1, &found),
		    "%s: on a good path: %.1500s", mistakes[_i].name, found.rf_output);
}
END_TEST

/* Those of the rings are found on any path: messages stop, or the card's memory tells. */
static const struct {
	int mistake;
	const char *says;
} ringmistakes[] = {
	{ NIC_HOARDS, "livelock" },
	{ NIC_SYNCS_NOT, "that the device wrote and nobody has synced" },
};

START_TEST(nic_ring_mistake_is_found)
{
	struct trial t = { &good, ringmistakes[_i].mistake, 1 };
	struct rumptest_found found;

	ck_assert(rumptest_find(transfer, &t, 1, 3, &found));
	ck_assert_msg(
	    strstr(found.rf_output, ringmistakes[_i].says) != NULL, "%.1500s", found.rf_output);
}
END_TEST

START_TEST(nic_same_seeds_same_frames)
{
	struct trial t = { &everything, NIC_GOOD, 7 };
	uint64_t first, trace, again;

	rumptest_sim_begin(3);
	transfer(&t);
	trace = rumptest_sim_end();
	first = hash;
	rumptest_sim_begin(3);
	transfer(&t);
	again = rumptest_sim_end();
	ck_assert_uint_eq(hash, first);
	ck_assert_uint_eq(trace, again);
	t.linkseed = 8;
	rumptest_sim_begin(3);
	transfer(&t);
	(void)rumptest_sim_end();
	ck_assert_uint_ne(hash, first);
}
END_TEST

/* ---- One card and a peer ---- */

static const uint8_t mac[] = { 2, 0, 0, 0, 0, 9 };
static struct rumptest_peer *peer;

static void
setup(void)
{
	rumptest_sim_begin(0);
	rumptest_boot();
	cable = rumptest_link_new(1);
	fds[0] = plug(0, NIC_GOOD);
	peer = rumptest_peer_new(cable, 1, mac);
	ck_assert_ptr_nonnull(peer);
}

static void
teardown(void)
{
	rumptest_peer_free(peer);
	unplug(0);
	rumptest_link_free(cable);
	rumptest_halt();
	(void)rumptest_sim_end();
}

/* 'A' for the message that came. */
static bool
acknowledge(void *arg, const struct rumptest_frame *got, struct rumptest_frame *reply)
{
	static uint8_t ack[NIC_HEADER];
	const uint8_t *const h = got->f_data;
	const unsigned next = (unsigned)(h[2] << 8 | h[3]) + 1;
	uint16_t sum;

	memset(ack, 0, sizeof(ack));
	ack[0] = 'A';
	ack[2] = (uint8_t)(next >> 8);
	ack[3] = (uint8_t)next;
	sum = rumptest_frame_checksum(ack, sizeof(ack));
	ack[6] = (uint8_t)(sum >> 8);
	ack[7] = (uint8_t)sum;
	reply->f_type = NIC_TYPE;
	reply->f_data = ack;
	reply->f_len = sizeof(ack);
	return got->f_len >= NIC_HEADER && h[0] == 'D';
}

/* It sends again until it is told, and not any more then. */
START_TEST(nic_sends_again_until_acknowledged)
{
	rumptest_peer_expect(peer, "ether * type 0x88b5 len 13", MS);
	for (int i = 0; i < 3; i++) {
		rumptest_peer_quiet(peer, NIC_AGAIN_MS * MS * 9 / 10);
		rumptest_peer_expect(peer, "ether * type 0x88b5 len 13", 20 * MS);
	}
	rumptest_peer_reply(peer, acknowledge, NULL);
	rumptest_peer_quiet(peer, 1000 * MS);
	rumptest_peer_start(peer);
	ck_assert_int_eq(rump_sys_write(fds[0], "hello", 5), 5);
	rumptest_peer_finish(peer);
}
END_TEST

static const struct {
	int mistake;
	bool found;
} overruns[] = { { NIC_GOOD, false }, { NIC_OVERRUNS, true } };

/* A card that is slow: more frames than descriptors are each sent once, or some were written over. */
START_TEST(nic_ring_is_not_overrun)
{
	const char *verdict;

	ck_assert_int_eq(rump_sys_ioctl(fds[0], NIC_PLANT, &overruns[_i].mistake), 0);
	cards[0].c_lazy = true;
	for (int i = 0; i < 12; i++) {
		char pattern[48];

		snprintf(pattern, sizeof(pattern), "ether * len %d", NIC_HEADER + 1 + i);
		rumptest_peer_expect(peer, pattern, 40 * MS);
	}
	rumptest_peer_start(peer);
	for (size_t i = 0; i < 12; i++)
		ck_assert_int_eq(rump_sys_write(fds[0], "twelve bytes", i + 1), (int)(i + 1));
	for (int i = 0; i < 12; i++) {
		nic_card_send(&cards[0], 1);
		rumptest_advance(MS / 10);
	}
	verdict = rumptest_peer_verdict(peer);
	ck_assert_msg(
	    (verdict != NULL) == overruns[_i].found, "%s", verdict != NULL ? verdict : "-");
}
END_TEST

/* Frames that come when the card has no descriptor are counted, and come again. */
START_TEST(nic_burst_overruns_and_recovers)
{
	uint8_t buf[NIC_MSG], frame[64];
	unsigned n = 0;

	rumptest_link_path(cable, 1, &(struct rumptest_path){ .p_delay_ns = MS });
	for (unsigned i = 0; i < 20; i++) {
		struct rumptest_frame f = {
			.f_type = NIC_TYPE, .f_data = buf, .f_len = NIC_HEADER + 1
		};
		uint16_t sum;

		memset(buf, 0, NIC_HEADER + 1);
		buf[0] = 'D';
		buf[3] = (uint8_t)i;
		buf[5] = 1;
		buf[8] = (uint8_t)('a' + i);
		sum = rumptest_frame_checksum(buf, NIC_HEADER + 1);
		buf[6] = (uint8_t)(sum >> 8);
		buf[7] = (uint8_t)sum;
		ck_assert_int_eq(rumptest_link_send(cable, 1, frame,
				     rumptest_frame_emit(&f, frame, sizeof(frame))),
		    0);
	}
	rumptest_advance(10 * MS);
	ck_assert_int_eq(rump_sys_fcntl(fds[0], F_SETFL, (void *)(long)O_NONBLOCK), 0);
	while (rump_sys_read(fds[0], buf, sizeof(buf)) == 1)
		ck_assert_int_eq(buf[0], 'a' + (int)n++);
	ck_assert_uint_eq(n + cards[0].c_overruns, 20);
	ck_assert_uint_ge(n, NIC_RING - 1);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("nic");
	TCase *const two = tcase_create("two cards"), *const one = tcase_create("a peer");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(two, nic_stands_every_harm, 0, COUNT(paths));
	tcase_add_loop_test(two, nic_mistake_is_found_by_its_harm, 0, COUNT(mistakes));
	tcase_add_loop_test(two, nic_ring_mistake_is_found, 0, COUNT(ringmistakes));
	tcase_add_test(two, nic_same_seeds_same_frames);
	tcase_set_timeout(two, 300); /* ten million points, with a sanitizer */
	suite_add_tcase(s, two);
	tcase_add_checked_fixture(one, setup, teardown);
	tcase_add_test(one, nic_sends_again_until_acknowledged);
	tcase_add_loop_test(one, nic_ring_is_not_overrun, 0, COUNT(overruns));
	tcase_add_test(one, nic_burst_overruns_and_recovers);
	suite_add_tcase(s, one);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
