/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The simulated link: what its paths do to frames, in virtual and in real time; captures; seeds. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest.h>
#include <rump/rumptest_fixture.h>
#include <rump/rumptest_link.h>

#define MS	 INT64_C(1000000)
#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))
#define MAXGOT	 4096

static struct rumptest_link *cable;
static unsigned ngot; /* (a) */
static struct {
	int64_t when;
	unsigned number;
	bool spoilt;
} got[MAXGOT];

/* Frames of 100 bytes: the number in the first two, the rest zeroes. */
static void
receive(void *arg, const void *frame, size_t len)
{
	const uint8_t *const p = frame;
	const unsigned n = ngot;
	bool spoilt = len != 100;

	ck_assert_uint_lt(n, MAXGOT);
	for (size_t i = 2; i < len; i++)
		spoilt |= p[i] != 0;
	got[n].when = rumptest_simulated() ? rumptest_now() : 0;
	got[n].number = (unsigned)(p[0] << 8 | p[1]);
	got[n].spoilt = spoilt;
	__atomic_store_n(&ngot, n + 1, __ATOMIC_RELEASE);
}

static int
send_number(unsigned n)
{
	uint8_t frame[100] = { (uint8_t)(n >> 8), (uint8_t)n };

	return rumptest_link_send(cable, 0, frame, sizeof(frame));
}

static void
world(uint64_t seed, const struct rumptest_path *path)
{
	rumptest_sim_begin(0);
	rumptest_boot();
	cable = rumptest_link_new(seed);
	ck_assert_ptr_nonnull(cable);
	if (path != NULL)
		rumptest_link_path(cable, 0, path);
	rumptest_link_connect(cable, 1, receive, NULL);
	ngot = 0;
}

static void
world_ends(void)
{
	rumptest_link_free(cable);
	rumptest_halt();
	(void)rumptest_sim_end();
}

/* ---- Time ---- */

START_TEST(link_perfect_in_order)
{
	world(1, NULL);
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_int_eq(send_number(i), 0);
	rumptest_advance(MS);
	ck_assert_uint_eq(ngot, 1000);
	for (unsigned i = 0; i < 1000; i++)
		ck_assert(got[i].number == i && !got[i].spoilt);
	ck_assert_uint_eq(rumptest_link_count(cable, 0).c_bytes, 100000);
	ck_assert_uint_eq(rumptest_link_count(cable, 1).c_sent, 0);
	world_ends();
}
END_TEST

START_TEST(link_delay_is_exact)
{
	int64_t start;

	world(1, &(struct rumptest_path){ .p_delay_ns = 1234567 });
	start = rumptest_now();
	ck_assert_int_eq(send_number(7), 0);
	rumptest_advance(10 * MS);
	ck_assert_uint_eq(ngot, 1);
	ck_assert_int_eq(got[0].when - start, 1234567);
	world_ends();
}
END_TEST

START_TEST(link_jitter_keeps_order)
{
	bool differs = false;
	int64_t start;

	world(1, &(struct rumptest_path){ .p_delay_ns = MS, .p_jitter_ns = 5 * MS });
	for (unsigned i = 0; i < 100; i++) {
		start = rumptest_now();
		ck_assert_int_eq(send_number(i), 0);
		rumptest_advance(10 * MS);
		ck_assert_uint_eq(ngot, i + 1);
		ck_assert(got[i].when - start >= MS && got[i].when - start <= 6 * MS);
		differs |= i > 0 && got[i].when - start != got[0].when - start;
	}
	ck_assert(differs);
	for (unsigned i = 100; i < 200; i++)
		ck_assert_int_eq(send_number(i), 0);
	rumptest_advance(10 * MS);
	ck_assert_uint_eq(ngot, 200);
	for (unsigned i = 100; i < 200; i++)
		ck_assert_uint_eq(got[i].number, i);
	world_ends();
}
END_TEST

/* 100 bytes at 800 kbit/s: a millisecond each.  One is on the wire, three wait, the rest is dropped. */
START_TEST(link_rate_and_queue)
{
	int64_t start;

	world(1, &(struct rumptest_path){ .p_rate_bps = 800000, .p_queue = 3 });
	start = rumptest_now();
	for (unsigned i = 0; i < 10; i++)
		ck_assert_int_eq(send_number(i), i < 4 ? 0 : ENOBUFS);
	rumptest_advance(100 * MS);
	ck_assert_uint_eq(ngot, 4);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_int_eq(got[i].when - start, (i + 1) * MS + 1000);
	ck_assert_uint_eq(rumptest_link_count(cable, 0).c_overrun, 6);
	ck_assert_int_eq(send_number(4), 0);
	world_ends(); /* it is under way still */
}
END_TEST

START_TEST(link_limits)
{
	static uint8_t big[RUMPTEST_LINK_MAXFRAME + 1];

	world(1, NULL);
	ck_assert_int_eq(rumptest_link_send(cable, 0, big, 0), EINVAL);
	ck_assert_int_eq(rumptest_link_send(cable, 0, big, sizeof(big)), EMSGSIZE);
	rumptest_link_path(cable, 0, &(struct rumptest_path){ .p_mtu = 100 });
	ck_assert_int_eq(rumptest_link_send(cable, 0, big, 101), EMSGSIZE);
	ck_assert_int_eq(rumptest_link_send(cable, 0, big, 100), 0);
	ck_assert_uint_eq(rumptest_link_count(cable, 0).c_toolong, 2);
	/* Nobody is at end 0. */
	ck_assert_int_eq(rumptest_link_send(cable, 1, big, 100), 0);
	rumptest_advance(MS);
	ck_assert_uint_eq(rumptest_link_count(cable, 1).c_nobody, 1);
	rumptest_link_path(cable, 1, &(struct rumptest_path){ .p_delay_ns = 1000 * MS });
	for (int i = 0; i < RUMPTEST_LINK_INFLIGHT; i++)
		ck_assert_int_eq(rumptest_link_send(cable, 1, big, 1), 0);
	ck_assert_int_eq(rumptest_link_send(cable, 1, big, 1), ENOBUFS);
	world_ends();
}
END_TEST

/* ---- Harm ---- */

#define SENT 2000
static const struct {
	const char *name;
	struct rumptest_path path;
} harms[] = {
	{ "loss", { .p_loss = 100000 } },
	{ "duplicate", { .p_duplicate = 100000 } },
	{ "corrupt", { .p_corrupt = 100000 } },
	{ "reorder", { .p_reorder = 100000, .p_reorder_ns = 5 * MS } },
};

/* A tenth of the frames, and of each harm nothing but that. */
START_TEST(link_harm_is_what_was_asked_for)
{
	unsigned missing = 0, twice = 0, spoilt = 0, late = 0, seen[SENT] = { 0 };
	struct rumptest_linkcount c;

	world(42, &harms[_i].path);
	for (unsigned i = 0; i < SENT; i++) {
		ck_assert_int_eq(send_number(i), 0);
		rumptest_advance(MS);
	}
	rumptest_advance(100 * MS);
	c = rumptest_link_count(cable, 0);
	for (unsigned i = 0; i < ngot; i++) {
		spoilt += got[i].spoilt || got[i].number >= SENT ||
		    (i > 0 && _i == 2 && got[i].number != i);
		seen[got[i].number % SENT]++;
		late += i > 0 && got[i].number < got[i - 1].number;
	}
	for (unsigned i = 0; i < SENT; i++) {
		missing += seen[i] == 0;
		twice += seen[i] == 2;
	}
	if (_i == 2) { /* the number may be what was spoilt */
		missing = twice = late = 0;
	}
	ck_assert_uint_eq(missing, c.c_lost);
	ck_assert_uint_eq(twice, c.c_duplicated);
	ck_assert_uint_eq(spoilt, c.c_corrupted);
	ck_assert_msg(_i == 3 ? late > SENT / 20 : late == 0, "%u late", late);
	ck_assert_uint_eq(c.c_delivered, ngot);
	const uint64_t n = c.c_lost + c.c_duplicated + c.c_corrupted + c.c_reordered;
	ck_assert_msg(n > SENT / 13 && n < SENT / 8, "%s: %llu of %d", harms[_i].name,
	    (unsigned long long)n, SENT);
	world_ends();
}
END_TEST

START_TEST(link_loses_the_next)
{
	world(1, NULL);
	rumptest_link_lose(cable, 0, 2);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(send_number(i), 0);
	rumptest_advance(MS);
	ck_assert_uint_eq(ngot, 3);
	ck_assert_uint_eq(got[0].number, 2);
	world_ends();
}
END_TEST

/* ---- Seeds ---- */

static const struct rumptest_path everything = {
	.p_rate_bps = 10000000,
	.p_delay_ns = MS,
	.p_jitter_ns = 3 * MS,
	.p_loss = 50000,
	.p_duplicate = 50000,
	.p_corrupt = 50000,
	.p_reorder = 50000,
};

/* The capture of 500 frames, whole. */
static size_t
run(uint64_t seed, uint64_t *hashp, uint8_t *file, size_t size)
{
	char path[64];
	size_t len;
	FILE *f;

	snprintf(path, sizeof(path), "/tmp/rumptest_link_%d.pcap", getpid());
	world(seed, &everything);
	ck_assert_int_eq(rumptest_link_capture(cable, path), 0);
	for (unsigned i = 0; i < 500; i++) {
		ck_assert_int_eq(send_number(i), 0);
		rumptest_advance(MS / 3);
	}
	rumptest_advance(100 * MS);
	*hashp = rumptest_link_count(cable, 0).c_hash;
	world_ends();
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	len = fread(file, 1, size, f);
	fclose(f);
	unlink(path);
	return len;
}

START_TEST(link_same_seed_same_frames)
{
	static uint8_t a[100000], b[100000];
	uint64_t ha, hb;
	const size_t la = run(5, &ha, a, sizeof(a)), lb = run(5, &hb, b, sizeof(b));

	ck_assert_uint_eq(ha, hb);
	ck_assert_uint_eq(la, lb);
	ck_assert_mem_eq(a, b, la);
	for (uint64_t seed = 6; seed < 26; seed++) {
		(void)run(seed, &hb, b, sizeof(b));
		ck_assert_uint_ne(ha, hb);
	}
}
END_TEST

/* One more frame, or another probability, does not change the fates of those that were there. */
START_TEST(link_fates_are_each_frames_own)
{
	unsigned first[SENT], n;

	world(9, &(struct rumptest_path){ .p_loss = 200000 });
	for (unsigned i = 0; i < 200; i++)
		ck_assert_int_eq(send_number(i), 0);
	rumptest_advance(100 * MS);
	n = ngot;
	for (unsigned i = 0; i < n; i++)
		first[i] = got[i].number;
	world_ends();
	world(9,
	    &(struct rumptest_path){ .p_loss = 200000, .p_jitter_ns = MS, .p_rate_bps = 1000000 });
	for (unsigned i = 0; i < 300; i++) {
		ck_assert_int_eq(send_number(i), 0);
		rumptest_advance(MS);
	}
	rumptest_advance(100 * MS);
	ck_assert_uint_gt(ngot, n);
	for (unsigned i = 0; i < n; i++)
		ck_assert_uint_eq(got[i].number, first[i]);
	world_ends();
}
END_TEST

/* ---- Captures ---- */

START_TEST(link_capture_golden_bytes)
{
	static const uint8_t golden[] = { 0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 1, 0, 1, 0, 0, 0,
		/* 1.000000000 s boot, and so much; the microsecond of transit */
		1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c' };
	uint8_t file[200];
	char path[64];
	uint32_t ns;
	int fd;

	snprintf(path, sizeof(path), "/tmp/rumptest_link_%d.pcap", getpid());
	world(1, NULL);
	ck_assert_int_eq(rumptest_link_capture(cable, "/nonexistent/x"), ENOENT);
	ck_assert_int_eq(rumptest_link_capture(cable, path), 0);
	const uint32_t want = (uint32_t)(rumptest_now() % 1000000000 + 1000);
	ck_assert_int_eq(rumptest_link_send(cable, 0, "abc", 3), 0);
	rumptest_advance(MS);
	ck_assert_int_eq(rumptest_link_capture(cable, NULL), 0);
	ck_assert_int_eq(rumptest_link_send(cable, 0, "abc", 3), 0);
	world_ends();
	fd = open(path, O_RDONLY);
	ck_assert_int_eq(read(fd, file, sizeof(file)), sizeof(golden));
	close(fd);
	unlink(path);
	memcpy(&ns, file + 28, 4);
	ck_assert_uint_eq(ns, want);
	memset(file + 28, 0, 4);
	ck_assert_mem_eq(file, golden, sizeof(golden));
}
END_TEST

/* ---- The host's time ---- */

START_TEST(link_works_in_real_time)
{
	struct timespec a, b;

	rumptest_boot();
	cable = rumptest_link_new(1);
	rumptest_link_connect(cable, 1, receive, NULL);
	rumptest_link_path(cable, 0, &(struct rumptest_path){ .p_delay_ns = 20 * MS });
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (unsigned i = 0; i < 100; i++)
		ck_assert_int_eq(send_number(i), 0);
	while (
	    __atomic_load_n(&ngot, __ATOMIC_ACQUIRE) < 100) /* the test's time limit is the bound */
		rump_sys_nanosleep(&(struct timespec){ .tv_nsec = MS }, NULL);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ck_assert((b.tv_sec - a.tv_sec) * 1000 * MS + b.tv_nsec - a.tv_nsec >= 20 * MS);
	for (unsigned i = 0; i < 100; i++)
		ck_assert_uint_eq(got[i].number, i);
	rumptest_link_free(cable);
	rumptest_halt();
}
END_TEST

START_TEST(link_needs_a_kernel)
{
	ck_assert_ptr_null(rumptest_link_new(1));
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("link");

	tcase_add_test(tc, link_perfect_in_order);
	tcase_add_test(tc, link_delay_is_exact);
	tcase_add_test(tc, link_jitter_keeps_order);
	tcase_add_test(tc, link_rate_and_queue);
	tcase_add_test(tc, link_limits);
	tcase_add_loop_test(tc, link_harm_is_what_was_asked_for, 0, COUNT(harms));
	tcase_add_test(tc, link_loses_the_next);
	tcase_add_test(tc, link_same_seed_same_frames);
	tcase_add_test(tc, link_fates_are_each_frames_own);
	tcase_add_test(tc, link_capture_golden_bytes);
	tcase_add_test(tc, link_works_in_real_time);
	tcase_add_test(tc, link_needs_a_kernel);
	return rumptest_run("link", tc);
}
