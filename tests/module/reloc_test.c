/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Relocations of both machines, by instructions whose encoding is known; and objects with a byte changed. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#define X86 62
#define ARM 183

int rump_test_kobj_apply(int, uint32_t, uint8_t *, uint64_t, int64_t);
int rump_test_kobj_bytes(const void *, size_t);
extern size_t rump_mem_leaks;

/* Symbols are given as distances from the place, whose page offset is 0x100. */
static const struct {
	const char *name;
	int machine;
	uint32_t type;
	int64_t distance, addend;
	uint64_t before, after; /* 4 bytes, or 8 */
	int width, result;
} rows[] = {
	{ "x86 PC32", X86, 2, 0x1000, -4, 0, 0xffc, 4, 0 },
	{ "x86 PC32 back", X86, 2, -0x1000, -4, 0, 0xffffeffc, 4, 0 },
	{ "x86 PC32 too far", X86, 2, 0x80000010, -4, 0, 0, 0, 1 },
	{ "x86 PLT32 without a stub", X86, 4, 0x20, -4, 0, 0x1c, 4, 0 },
	{ "x86 GOTPCRELX", X86, 41, 0x20, -4, 0, 0x1c, 4, 0 },
	{ "x86 PC64", X86, 24, -8, 0, 0, 0xfffffffffffffff8, 8, 0 },
	{ "x86 TLSGD is unknown", X86, 19, 0, 0, 0, 0, 0, -1 },
	{ "arm CALL26", ARM, 283, 0x1000, 0, 0x94000000, 0x94000400, 4, 0 },
	{ "arm CALL26 back", ARM, 283, -4, 0, 0x94000000, 0x97ffffff, 4, 0 },
	{ "arm JUMP26 too far", ARM, 282, 0x8000000, 0, 0x14000000, 0, 0, 1 },
	{ "arm CALL26 between", ARM, 283, 0x1002, 0, 0x94000000, 0, 0, 1 },
	{ "arm CONDBR19", ARM, 280, 0x40, 0, 0x54000000, 0x54000200, 4, 0 },
	{ "arm TSTBR14", ARM, 279, 0x40, 0, 0x36000000, 0x36000200, 4, 0 },
	{ "arm TSTBR14 too far", ARM, 279, 0x8000, 0, 0x36000000, 0, 0, 1 },
	{ "arm ADR", ARM, 274, 5, 0, 0x10000000, 0x30000020, 4, 0 },
	{ "arm ADRP, the next page", ARM, 275, 0x1000, 0, 0x90000000, 0xb0000000, 4, 0 },
	{ "arm ADRP, the same page", ARM, 275, 0x10, 0, 0x90000000, 0x90000000, 4, 0 },
	{ "arm ADRP, the page before", ARM, 275, -0x200, 0, 0x90000000, 0xf0ffffe0, 4, 0 },
	{ "arm ADD lo12", ARM, 277, 0x23, 0, 0x91000000, 0x91048c00, 4, 0 },
	{ "arm LDR lo12 of 8", ARM, 286, 0x20, 0, 0xf9400000, 0xf9409000, 4, 0 },
	{ "arm LDR lo12 not aligned", ARM, 286, 0x21, 0, 0xf9400000, 0, 0, 1 },
	{ "arm GOT page", ARM, 311, 0x1000, 0, 0x90000000, 0xb0000000, 4, 0 },
	{ "arm GOT lo12", ARM, 312, 0x20, 0, 0xf9400000, 0xf9409000, 4, 0 },
	{ "arm PREL32", ARM, 261, 0x10, 4, 0, 0x14, 4, 0 },
	{ "arm MOVW is unknown", ARM, 263, 0, 0, 0, 0, 0, -1 },
};

START_TEST(reloc_is)
{
	static uint8_t page[8192] __attribute__((__aligned__(4096)));
	uint8_t *const where = page + 0x100;
	uint64_t got = 0;
	int result;

	memcpy(where, &rows[_i].before, 8);
	result = rump_test_kobj_apply(rows[_i].machine, rows[_i].type, where,
	    (uintptr_t)where + (uint64_t)rows[_i].distance, rows[_i].addend);
	ck_assert_msg(result == rows[_i].result, "%s: %d", rows[_i].name, result);
	memcpy(&got, where, (size_t)rows[_i].width);
	if (rows[_i].width != 0)
		ck_assert_msg(
		    got == rows[_i].after, "%s: %#llx", rows[_i].name, (unsigned long long)got);
}
END_TEST

static unsigned char *image;
static size_t size;

static void
boot(void)
{
	const int fd = open(MODULES "/modmain.kmod", O_RDONLY);
	const off_t end = lseek(fd, 0, SEEK_END);
	const int null = open("/dev/null", O_WRONLY);

	ck_assert_int_gt(end, 0);
	size = (size_t)end;
	image = malloc(size);
	ck_assert_int_eq(pread(fd, image, size, 0), end);
	close(fd);
	ck_assert_int_eq(dup2(null, STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(rump_init(), 0);
	rump_schedule();
}

static void
halt(void)
{
	rump_unschedule();
	free(image);
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	ck_assert_uint_eq(rump_mem_leaks, 0);
}

/* Each eighth byte of the tables and of all the rest in turn, with bits that make a number large. */
START_TEST(reloc_changed_bytes)
{
	static const unsigned char bits[] = { 0x01, 0x80, 0xff };
	unsigned refused = 0;

	ck_assert_int_eq(rump_test_kobj_bytes(image, size), 0);
	for (size_t at = (size_t)_i; at < size; at += 16) {
		for (unsigned b = 0; b < sizeof(bits); b++) {
			image[at] ^= bits[b];
			refused += rump_test_kobj_bytes(image, size) != 0;
			image[at] ^= bits[b];
		}
	}
	ck_assert_uint_gt(refused, 0);
	ck_assert_int_eq(rump_test_kobj_bytes(image, size), 0);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("reloc");
	TCase *tc = tcase_create("machines");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, reloc_is, 0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(s, tc);
	tc = tcase_create("hostile");
	tcase_add_checked_fixture(tc, boot, halt);
	tcase_add_loop_test(tc, reloc_changed_bytes, 0, 16);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
