/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Frames: golden bytes both ways, lines, what is wrong with broken ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <rump/rumptest_frame.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static const char data[] = "hello";

/* Bytes by hand from the RFCs, sums by a program of another language. */
static const struct {
	const char *line;
	const char *hex;
} golden[] = {
	{ "arp who-has 10.0.0.1 tell 10.0.0.2",
	    "ffffffffffff 020000000002 0806"
	    "0001 0800 06 04 0001 020000000002 0a000002 000000000000 0a000001" },
	{ "arp 10.0.0.1 is-at 02:00:00:00:00:01",
	    "020000000002 020000000001 0806"
	    "0001 0800 06 04 0002 020000000001 0a000001 020000000002 0a000002" },
	{ "ip 10.0.0.2.1024 > 10.0.0.1.7: udp 5",
	    "020000000001 020000000002 0800"
	    "45 00 0021 0001 4000 40 11 26c9 0a000002 0a000001"
	    "0400 0007 000d a3f8 68656c6c6f" },
	{ "ip 10.0.0.2.1024 > 10.0.0.1.80: tcp S seq 1 ack 0 win 65535 len 0",
	    "020000000001 020000000002 0800"
	    "45 00 002c 0001 4000 40 06 26c9 0a000002 0a000001"
	    "0400 0050 00000001 00000000 60 02 ffff 7fd3 0000 020405b4" },
	{ "ip 10.0.0.2 > 10.0.0.1: icmp echo-request id 1 seq 2 len 5",
	    "020000000001 020000000002 0800"
	    "45 00 0021 0001 4000 40 01 26d9 0a000002 0a000001"
	    "08 00 b42a 0001 0002 68656c6c6f" },
	{ "vlan 5 ip6 fe80::1 > ff02::1:ff00:2: icmp6 solicit fe80::2",
	    "3333ff000002 020000000001 8100 0005 86dd"
	    "60000000 0018 3a ff fe800000000000000000000000000001 ff0200000000000000000001ff000002"
	    "87 00 7da1 00000000 fe800000000000000000000000000002" },
	{ "ip 10.0.0.2 > 10.0.0.1: proto 47 len 5",
	    "020000000001 020000000002 0800"
	    "45 00 0019 0001 4000 40 2f 26b3 0a000002 0a000001 68656c6c6f" },
	{ "ip 10.0.0.2 > 10.0.0.1: proto 17 frag 8+ len 5",
	    "020000000001 020000000002 0800"
	    "45 00 0019 0001 2001 40 11 46d0 0a000002 0a000001 68656c6c6f" },
	{ "ether 02:00:00:00:00:02 > ff:ff:ff:ff:ff:ff: type 0x88b5 len 5",
	    "ffffffffffff 020000000002 88b5 68656c6c6f" },
};

static size_t
unhex(const char *hex, uint8_t *to)
{
	size_t n = 0;
	unsigned v;

	for (const char *p = hex; *p != '\0';) {
		if (*p == ' ') {
			p++;
			continue;
		}
		ck_assert_int_eq(sscanf(p, "%2x", &v), 1);
		to[n++] = (uint8_t)v;
		p += 2;
	}
	return n;
}

START_TEST(frame_golden_bytes_both_ways)
{
	uint8_t bytes[256], again[256];
	const size_t len = unhex(golden[_i].hex, bytes);
	struct rumptest_frame f;
	char line[256], dump[2000];

	rumptest_frame_parse(&f, bytes, len);
	rumptest_frame_line(&f, line, sizeof(line));
	ck_assert_str_eq(line, golden[_i].line);
	ck_assert_uint_eq(rumptest_frame_emit(&f, again, sizeof(again)), len);
	rumptest_frame_dump(again, len, dump, sizeof(dump));
	ck_assert_msg(memcmp(bytes, again, len) == 0, "%s: emitted is\n%s", line, dump);
	ck_assert_uint_eq(rumptest_frame_emit(&f, again, len - 1), 0);
}
END_TEST

/* Any byte that is changed is noticed, where there is a checksum or a length; nothing is read behind the end. */
START_TEST(frame_broken_bytes_are_noticed)
{
	uint8_t bytes[256];
	const size_t len = unhex(golden[_i].hex, bytes), from = _i == 5 ? 18 + 8 : 14;
	struct rumptest_frame f;

	for (size_t n = 0; n < len; n++) {
		uint8_t *const cut = malloc(n);

		if (n != 0)
			memcpy(cut, bytes, n);
		rumptest_frame_parse(&f, cut, n);
		ck_assert_msg(f.f_wrong != NULL || golden[_i].line[0] == 'e', "cut at %zu", n);
		free(cut);
	}
	for (size_t at = from; at < len && _i >= 2 && _i <= 5; at++)
		for (unsigned flip = 1; flip < 256; flip++) {
			bytes[at] ^= (uint8_t)flip;
			rumptest_frame_parse(&f, bytes, len);
			/* Another protocol's has no checksum that would be known. */
			ck_assert_msg(f.f_wrong != NULL, "byte %zu by %#x", at, flip);
			bytes[at] ^= (uint8_t)flip;
		}
}
END_TEST

START_TEST(frame_builds_and_pads)
{
	struct rumptest_frame f = {
		.f_net = RUMPTEST_IP4,
		.f_transport = RUMPTEST_UDP,
		.f_sport = 1,
		.f_dport = 2,
		.f_data = data,
		.f_len = 5,
		.f_pad = 13,
	}, g;
	uint8_t bytes[100];
	size_t len;

	ck_assert(rumptest_frame_mac(f.f_dst, "02:00:00:00:00:0a"));
	ck_assert(!rumptest_frame_mac(f.f_dst, "02:00:00:00:00"));
	ck_assert(!rumptest_frame_mac(f.f_dst, "02:00:00:00:00:0a:"));
	ck_assert(rumptest_frame_address(f.f_from, "192.168.1.1"));
	ck_assert(rumptest_frame_address(f.f_to, "192.168.1.2"));
	ck_assert(!rumptest_frame_address(f.f_to, "192.168.1.256"));
	len = rumptest_frame_emit(&f, bytes, sizeof(bytes));
	ck_assert_uint_eq(len, 60);
	rumptest_frame_parse(&g, bytes, len);
	ck_assert_ptr_null(g.f_wrong);
	ck_assert_uint_eq(g.f_pad, 13);
	ck_assert_uint_eq(g.f_len, 5);
	ck_assert_uint_eq(g.f_ttl, 64);
	ck_assert_mem_eq(g.f_data, data, 5);
	f.f_ipoptlen = 5;
	ck_assert_uint_eq(rumptest_frame_emit(&f, bytes, sizeof(bytes)), 0);
}
END_TEST

START_TEST(frame_text_is_cut)
{
	struct rumptest_frame f = { .f_net = RUMPTEST_RAW };
	char buf[12] = "";

	for (size_t size = 0; size <= 8; size++) {
		memset(buf, 'x', sizeof(buf));
		rumptest_frame_line(&f, buf, size);
		ck_assert_int_eq(buf[size], 'x');
		ck_assert_msg(size == 0 || strlen(buf) == size - 1, "%zu", size);
		memset(buf, 'x', sizeof(buf));
		rumptest_frame_dump("12345678901234567890", 20, buf, size);
		ck_assert_int_eq(buf[size], 'x');
	}
}
END_TEST

START_TEST(frame_dump_has_offsets_and_characters)
{
	char buf[300];

	rumptest_frame_dump("0123456789abcdef\x01z", 18, buf, sizeof(buf));
	ck_assert_str_eq(buf,
	    "0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n"
	    "0010  01 7a                                            .z\n");
	rumptest_frame_dump(buf, 200, buf + 250, 50);
	ck_assert_str_eq(buf + 250, "...\n");
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("frame");
	TCase *const tc = tcase_create("frame");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(tc, frame_golden_bytes_both_ways, 0, COUNT(golden));
	tcase_add_loop_test(tc, frame_broken_bytes_are_noticed, 0, COUNT(golden));
	tcase_add_test(tc, frame_builds_and_pads);
	tcase_add_test(tc, frame_text_is_cut);
	tcase_add_test(tc, frame_dump_has_offsets_and_characters);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
