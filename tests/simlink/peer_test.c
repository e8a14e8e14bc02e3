/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Peers by script.  The test is what the script talks to: a host of few words at the other end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rumptest.h>
#include <rump/rumptest_fixture.h>
#include <rump/rumptest_link.h>

#define MS INT64_C(1000000)

static const uint8_t mac[] = { 2, 0, 0, 0, 0, 1 }, mine[] = { 2, 0, 0, 0, 0, 2 };
static struct rumptest_link *cable;
static struct rumptest_peer *peer;
static char heard[8][256];
static unsigned nheard;

static void
receive(void *arg, const void *frame, size_t len)
{
	struct rumptest_frame f;

	rumptest_frame_parse(&f, frame, len);
	if (nheard < 8)
		rumptest_frame_line(&f, heard[nheard++], sizeof(heard[0]));
}

static void
setup(void)
{
	rumptest_sim_begin(0);
	rumptest_boot();
	cable = rumptest_link_new(1);
	peer = rumptest_peer_new(cable, 1, mac);
	ck_assert_ptr_nonnull(peer);
	rumptest_link_connect(cable, 0, receive, NULL);
}

static void
teardown(void)
{
	rumptest_peer_free(peer);
	rumptest_link_free(cable);
	rumptest_halt();
	(void)rumptest_sim_end();
}

static struct rumptest_frame
frame(enum rumptest_net net, const char *from, const char *to)
{
	struct rumptest_frame f = { .f_net = net, .f_op = 1 };

	memcpy(f.f_src, mine, sizeof(mine));
	memcpy(f.f_sha, mine, sizeof(mine));
	memset(f.f_dst, 0xff, sizeof(f.f_dst));
	ck_assert(rumptest_frame_address(f.f_from, from));
	ck_assert(rumptest_frame_address(f.f_to, to));
	return f;
}

static struct rumptest_frame
udp(const char *data)
{
	struct rumptest_frame f = frame(RUMPTEST_IP4, "10.0.0.2", "10.0.0.1");

	f.f_transport = RUMPTEST_UDP;
	f.f_sport = 1024;
	f.f_dport = 7;
	f.f_data = data;
	f.f_len = strlen(data);
	return f;
}

static void
say(const struct rumptest_frame *f, int64_t then_ns)
{
	uint8_t buf[2000];
	const size_t len = rumptest_frame_emit(f, buf, sizeof(buf));

	ck_assert_uint_ne(len, 0);
	ck_assert_int_eq(rumptest_link_send(cable, 0, buf, len), 0);
	rumptest_advance(then_ns);
}

#define ck_verdict(words)                                                                   \
	do {                                                                                \
		const char *const said_ = rumptest_peer_verdict(peer);                      \
		ck_assert_msg(said_ != NULL && strstr(said_, words) != NULL, "verdict: %s", \
		    said_ != NULL ? said_ : "none");                                        \
	} while (0)

static bool
shout(void *arg, const struct rumptest_frame *got, struct rumptest_frame *reply)
{
	*reply = *got;
	reply->f_data = arg;
	reply->f_len = strlen(arg);
	return true;
}

/* A whole conversation. */
START_TEST(peer_follows_its_script)
{
	struct rumptest_frame f = frame(RUMPTEST_ARP, "10.0.0.2", "10.0.0.1"), g = udp("from peer");

	rumptest_peer_ignore(peer, "ip6 *");
	rumptest_peer_expect(peer, "arp who-has 10.0.0.1 tell *", 0);
	rumptest_peer_answer(peer);
	rumptest_peer_expect(peer, "ip 10.0.0.2.* > 10.0.0.1.7: udp 5", 100 * MS);
	rumptest_peer_answer(peer);
	rumptest_peer_send(peer, &g);
	rumptest_peer_quiet(peer, 1000 * MS);
	rumptest_peer_expect(peer, "ip *", 0);
	rumptest_peer_reply(peer, shout, "HELLO THERE");
	rumptest_peer_start(peer);
	say(&f, MS);
	f = frame(RUMPTEST_IP6, "fe80::2", "ff02::1");
	say(&f, MS);
	f = udp("hello");
	say(&f, 1100 * MS);
	say(&f, MS);
	rumptest_peer_finish(peer);
	ck_assert_uint_eq(nheard, 4);
	ck_assert_str_eq(heard[0], "arp 10.0.0.1 is-at 02:00:00:00:00:01");
	ck_assert_str_eq(heard[1], "ip 10.0.0.1.7 > 10.0.0.2.1024: udp 5");
	ck_assert_str_eq(heard[2], "ip 10.0.0.2.1024 > 10.0.0.1.7: udp 9");
	ck_assert_str_eq(heard[3], "ip 10.0.0.2.1024 > 10.0.0.1.7: udp 11");
}
END_TEST

START_TEST(peer_answers_echoes_and_solicitations)
{
	struct rumptest_frame f = frame(RUMPTEST_IP4, "10.0.0.2", "10.0.0.1");
	uint8_t target[24] = { 0 };

	f.f_transport = RUMPTEST_ICMP;
	f.f_icmptype = 8;
	f.f_icmprest = 1 << 16 | 2;
	rumptest_peer_expect(peer, "* echo-request id 1 seq 2 len 0", 0);
	rumptest_peer_answer(peer);
	rumptest_peer_expect(peer, "* solicit fe80::1", 0);
	rumptest_peer_answer(peer);
	rumptest_peer_expect(peer, "ip6 * echo-request *", 0);
	rumptest_peer_answer(peer);
	rumptest_peer_start(peer);
	say(&f, MS);
	f = frame(RUMPTEST_IP6, "fe80::2", "ff02::1:ff00:1");
	f.f_transport = RUMPTEST_ICMP;
	f.f_icmptype = 135;
	ck_assert(rumptest_frame_address(target, "fe80::1"));
	f.f_data = target;
	f.f_len = sizeof(target);
	say(&f, MS);
	f.f_icmptype = 128;
	say(&f, MS);
	rumptest_peer_finish(peer);
	ck_assert_uint_eq(nheard, 3);
	ck_assert_str_eq(heard[0], "ip 10.0.0.1 > 10.0.0.2: icmp echo-reply id 1 seq 2 len 0");
	ck_assert_str_eq(heard[1], "ip6 fe80::1 > fe80::2: icmp6 advert fe80::1");
	ck_assert_str_eq(
	    heard[2], "ip6 ff02::1:ff00:1 > fe80::2: icmp6 echo-reply id 0 seq 0 len 24");
}
END_TEST

START_TEST(peer_says_what_came_instead)
{
	struct rumptest_frame f = udp("hello");

	rumptest_peer_expect(peer, "arp who-has *", 0);
	rumptest_peer_start(peer);
	say(&f, MS);
	ck_verdict("step 1 of 1, expects \"arp who-has *\": what comes is "
		   "\"ip 10.0.0.2.1024 > 10.0.0.1.7: udp 5\"\n"
		   "0000  ff ff ff ff ff ff 02 00 00 00 00 02 08 00 45 00  ..............E.\n"
		   "0010  00 21 ");
}
END_TEST

START_TEST(peer_says_that_nothing_came)
{
	const int64_t start = rumptest_now();

	rumptest_peer_expect(peer, "*", 300 * MS);
	rumptest_peer_start(peer);
	ck_verdict("nothing comes for 300000000 ns");
	ck_assert_int_eq((rumptest_now() - start) / MS, 300);
}
END_TEST

START_TEST(peer_wants_quiet)
{
	struct rumptest_frame f = udp("hello");

	rumptest_peer_quiet(peer, 1000 * MS);
	rumptest_peer_start(peer);
	rumptest_advance(999 * MS);
	say(&f, MS);
	ck_verdict("expects nothing for 1000000000 ns: what comes is \"ip ");
}
END_TEST

/* What is ignored does not put off the end of a wait. */
START_TEST(peer_ignores_without_waiting_longer)
{
	struct rumptest_frame f = udp("hello");
	const int64_t start = rumptest_now();

	rumptest_peer_ignore(peer, "ip *");
	rumptest_peer_quiet(peer, 1000 * MS);
	rumptest_peer_start(peer);
	for (int i = 0; i < 9; i++)
		say(&f, 100 * MS);
	rumptest_peer_finish(peer);
	ck_assert_int_eq((rumptest_now() - start) / MS, 1000);
}
END_TEST

/* A frame that the path has spoilt is not the one that was expected. */
START_TEST(peer_notices_corruption)
{
	struct rumptest_frame f = udp("hello");

	rumptest_link_path(cable, 0, &(struct rumptest_path){ .p_corrupt = 1000000 });
	for (int i = 0; i < 20;
	     i++) /* Ethernet's addresses, which are not summed, may be what is spoilt */
		rumptest_peer_expect(peer, "*", 0);
	rumptest_peer_start(peer);
	for (int i = 0; i < 20; i++)
		say(&f, MS);
	ck_verdict("; wrong: ");
}
END_TEST

START_TEST(peer_has_no_answer)
{
	struct rumptest_frame f = frame(RUMPTEST_IP4, "10.0.0.2", "10.0.0.1");

	rumptest_peer_expect(peer, "ip *", 0);
	rumptest_peer_answer(peer);
	rumptest_peer_start(peer);
	f.f_proto = 47;
	say(&f, MS);
	ck_verdict(
	    "step 2 of 2, answers: there is no answer to \"ip 10.0.0.2 > 10.0.0.1: proto 47");
}
END_TEST

START_TEST(peer_script_that_does_not_run)
{
	rumptest_peer_expect(peer, "*", 0);
	ck_verdict("was not started");
}
END_TEST

START_TEST(peer_sends_first_and_after_nothing)
{
	rumptest_peer_sendbytes(peer, "raw bytes, no headers", 21);
	rumptest_peer_answer(peer);
	rumptest_peer_start(peer);
	ck_verdict("nothing was expected before");
	rumptest_advance(MS);
	ck_assert_uint_eq(nheard, 1);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("peer");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, peer_follows_its_script);
	tcase_add_test(tc, peer_answers_echoes_and_solicitations);
	tcase_add_test(tc, peer_says_what_came_instead);
	tcase_add_test(tc, peer_says_that_nothing_came);
	tcase_add_test(tc, peer_wants_quiet);
	tcase_add_test(tc, peer_ignores_without_waiting_longer);
	tcase_add_test(tc, peer_notices_corruption);
	tcase_add_test(tc, peer_has_no_answer);
	tcase_add_test(tc, peer_script_that_does_not_run);
	tcase_add_test(tc, peer_sends_first_and_after_nothing);
	return rumptest_run("peer", tc);
}
