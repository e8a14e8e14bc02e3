/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The parsers against bytes written out by hand, and what is emitted parsed again. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fmt_names.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static struct part_ctx pc;

START_TEST(part_claims)
{
	static const struct {
		int level;
		uint64_t start, size;
		const char *why;
	} claims[] = {
		{ 0, 10, 10, NULL },
		{ 0, 20, 10, NULL },
		{ 0, 9, 1, NULL },
		{ 0, 9, 2, "overlaps another" },
		{ 0, 29, 1, "overlaps another" },
		{ 0, 0, 100, "overlaps another" },
		{ 1, 0, 100, NULL },
		{ 0, 30, 0, "is empty" },
		{ 0, 100, 1, "starts beyond the end of the medium" },
		{ 0, 99, 2, "ends beyond the end of the medium" },
		{ 0, 99, UINT64_MAX, "ends beyond the end of the medium" },
		{ 0, UINT64_MAX, UINT64_MAX, "starts beyond the end of the medium" },
		{ 0, 99, 1, NULL },
	};

	memset(&pc, 0, sizeof(pc));
	pc.pc_nsec = 100;
	for (int i = 0; i < COUNT(claims); i++) {
		const char *const why =
		    part_claim(&pc, claims[i].level, claims[i].start, claims[i].size);

		if (claims[i].why == NULL)
			ck_assert_msg(why == NULL, "%d: %s", i, why);
		else
			ck_assert_str_eq(why, claims[i].why);
	}
	pc.pc_nsec = UINT64_MAX;
	while (pc.pc_nranges < PART_MAX)
		ck_assert_ptr_null(part_claim(&pc, 0, 1000 + (uint64_t)pc.pc_nranges, 1));
	ck_assert_str_eq(part_claim(&pc, 0, 5000, 1), "is one too many");
}
END_TEST

/* As fdisk writes it: bootable Linux from 2048 on, FAT after it. */
static const uint8_t mbr_golden[66] = { 0x80, 0x20, 0x21, 0x00, 0x83, 0x61, 0x01, 0x08, 0x00, 0x08,
	0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x61, 0x02, 0x08, 0x0c, 0xa2, 0x03, 0x10, 0x00,
	0x20, 0x00, 0x00, 0x78, 0x56, 0x34, 0x12, [64] = 0x55, [65] = 0xaa };

START_TEST(mbr_golden_bytes)
{
	uint8_t sector[512] = { 0 }, out[512] = { 0 };
	static struct mbr_entry e[MBR_ENTRIES], again[MBR_ENTRIES]; /* padding is compared */

	memcpy(sector + 446, mbr_golden, sizeof(mbr_golden));
	ck_assert(mbr_decode(sector, e));
	ck_assert(e[0].me_flag == 0x80 && e[0].me_type == 0x83 && e[0].me_start == 2048 &&
	    e[0].me_size == 4096);
	ck_assert(e[1].me_flag == 0 && e[1].me_type == 0x0c && e[1].me_start == 8192 &&
	    e[1].me_size == 0x12345678);
	mbr_encode(out, e);
	ck_assert(mbr_decode(out, again));
	ck_assert_mem_eq(e, again, sizeof(e));
	sector[446] = 0x81;
	ck_assert(!mbr_decode(sector, e));
	sector[446] = 0;
	sector[511] = 0;
	ck_assert(!mbr_decode(sector, e));
}
END_TEST

static void
header_bytes(uint8_t *s)
{
	static const uint8_t start[] = { 'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T', 0, 0, 1, 0, 92 };

	memset(s, 0, 512);
	memcpy(s, start, sizeof(start));
	s[24] = 1;
	s[33] = 0x10; /* the copy in 4096 */
	s[40] = 34;
	s[48] = 200;
	s[72] = 2;
	s[80] = 128;
	s[84] = 128;
	s[88] = 0x44;
	s[89] = 0x33;
	s[90] = 0x22;
	s[91] = 0x11;
	const uint32_t crc = crc32(0, s, 92);
	memcpy(s + 16, &crc, 4); /* of this little endian machine's */
}

START_TEST(gpt_header_golden_bytes)
{
	uint8_t s[512], out[512] = { 0 };
	struct gpt_header gh;

	header_bytes(s);
	ck_assert_ptr_null(gpt_header_decode(s, 512, 1, &gh));
	ck_assert(gh.gh_self == 1 && gh.gh_alt == 4096 && gh.gh_first == 34 && gh.gh_last == 200 &&
	    gh.gh_table == 2 && gh.gh_nentries == 128 && gh.gh_entsize == 128 &&
	    gh.gh_tablecrc == 0x11223344);
	gpt_header_encode(out, &gh);
	ck_assert_mem_eq(out, s, 512);
	ck_assert_str_eq(gpt_header_decode(s, 512, 2, &gh), "a header that belongs elsewhere");
	for (int bit = 0; bit < 92 * 8; bit++) { /* the CRC sees each */
		s[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_ptr_nonnull(gpt_header_decode(s, 512, 1, &gh));
		s[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}
END_TEST

static const struct {
	const char *name;
	uint16_t utf16[6];
	size_t room;
	const char *utf8;
} names[] = {
	{ "ASCII", { 'a', 'b', 0, 'c' }, 128, "ab" },
	{ "two and three bytes", { 0xe4, 0x20ac }, 128, "\xc3\xa4\xe2\x82\xac" },
	{ "a pair", { 0xd83d, 0xde00, 'x' }, 128, "\xf0\x9f\x98\x80x" },
	{ "half a pair", { 0xd83d, 'x' }, 128, "\xef\xbf\xbdx" },
	{ "the other half", { 0xde00, 'x' }, 128, "\xef\xbf\xbdx" },
	{ "half a pair at the end", { 'a', 'b', 'c', 'd', 'e', 0xd83d }, 128, "abcde\xef\xbf\xbd" },
	{ "no room for a whole character", { 'a', 0x20ac, 'b' }, 4, "a" },
	{ "just room", { 'a', 0x20ac }, 5, "a\xe2\x82\xac" },
};

START_TEST(gpt_names)
{
	uint8_t src[12];
	char dst[128];

	for (int i = 0; i < 6; i++) {
		src[2 * i] = (uint8_t)names[_i].utf16[i];
		src[2 * i + 1] = (uint8_t)(names[_i].utf16[i] >> 8);
	}
	gpt_name_decode(src, 6, dst, names[_i].room);
	ck_assert_msg(strcmp(dst, names[_i].utf8) == 0, "%s: \"%s\"", names[_i].name, dst);
}
END_TEST

START_TEST(bsdlabel_round_trip)
{
	struct disklabel lp = { .d_secsize = 512,
		.d_npartitions = 3,
		.d_secperunit = 1000,
		.d_packname = "pack",
		.d_partitions = { [1] = { 10, 20, .p_fstype = FS_SWAP } } };
	uint8_t b[512];
	int n;
	bool be;

	const size_t len = bsdlabel_encode(b, &lp, _i == 1);
	ck_assert_uint_eq(len, 148 + 3 * 16);
	/* What the struct's layout says, by hand. */
	ck_assert_int_eq(b[_i == 1 ? 3 : 0], 0x57);
	ck_assert_int_eq(b[_i == 1 ? 135 : 132], 0x57);
	ck_assert_int_eq(b[_i == 1 ? 42 : 41], 2);
	ck_assert_int_eq(b[_i == 1 ? 139 : 138], 3);
	ck_assert_int_eq(b[_i == 1 ? 164 + 3 : 164], 10);
	ck_assert_int_eq(b[164 + 12], FS_SWAP);
	ck_assert(bsdlabel_check(b, len, &n, &be));
	ck_assert(n == 3 && be == (_i == 1));
	ck_assert(!bsdlabel_check(b, len - 1, &n, &be));
	b[30] ^= 1;
	ck_assert(!bsdlabel_check(b, len, &n, &be));
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("part_fmt");
	Suite *const s = suite_create("part_fmt");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, part_claims);
	tcase_add_test(tc, mbr_golden_bytes);
	tcase_add_test(tc, gpt_header_golden_bytes);
	tcase_add_loop_test(tc, gpt_names, 0, COUNT(names));
	tcase_add_loop_test(tc, bsdlabel_round_trip, 0, 2);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
