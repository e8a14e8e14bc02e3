/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* libkern against what ISO C and the manual pages say: no kernel is booted. */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's functions, under the names that they have outside it. */
size_t rumpns_strlcpy(char *, const char *, size_t);
size_t rumpns_strlcat(char *, const char *, size_t);
char *rumpns_strncpy(char *, const char *, size_t);
char *rumpns_strchr(const char *, int);
char *rumpns_strrchr(const char *, int);
char *rumpns_strstr(const char *, const char *);
char *rumpns_strsep(char **, const char *);
size_t rumpns_strspn(const char *, const char *);
int rumpns_strcasecmp(const char *, const char *);
void *rumpns_memmem(const void *, size_t, const void *, size_t);
int rumpns_pmatch(const char *, const char *, const char **);
intmax_t rumpns_strtoi(const char *, char **, int, intmax_t, intmax_t, int *);
uintmax_t rumpns_strtou(const char *, char **, int, uintmax_t, uintmax_t, int *);
long rumpns_strtol(const char *, char **, int);
unsigned long rumpns_strtoul(const char *, char **, int);
uint32_t rumpns_inet_addr(const char *);
int rumpns_snprintf(char *, size_t, const char *, ...) __attribute__((__format__(printf, 3, 4)));
int rumpns_snprintb(char *, size_t, const char *, uint64_t);
int rumpns_kheapsort(void *, size_t, size_t, int (*)(const void *, const void *), void *);
uint32_t rumpns_isqrt(uint32_t);
int rumpns_format_bytes(char *, size_t, uint64_t);
uint32_t rumpns_murmurhash2(const void *, size_t, uint32_t);

/* ---- Strings ---- */

static const struct {
	const char *dst, *src;
	size_t size, ret;
	const char *result;
} strlcats[] = {
	{ "ab", "cd", 8, 4, "abcd" },
	{ "ab", "cd", 5, 4, "abcd" },
	{ "ab", "cd", 4, 4, "abc" },
	{ "ab", "cd", 3, 4, "ab" },
	{ "ab", "", 3, 2, "ab" },
	{ "", "abcdef", 4, 6, "abc" },
};

START_TEST(strlcat_cuts)
{
	char buf[16];

	strcpy(buf, strlcats[_i].dst);
	ck_assert_uint_eq(
	    rumpns_strlcat(buf, strlcats[_i].src, strlcats[_i].size), strlcats[_i].ret);
	ck_assert_str_eq(buf, strlcats[_i].result);
}
END_TEST

START_TEST(strlcpy_leaves_nothing_when_size_is_zero)
{
	char buf[4] = "xyz";

	ck_assert_uint_eq(rumpns_strlcpy(buf, "abc", 0), 3);
	ck_assert_str_eq(buf, "xyz");
	ck_assert_uint_eq(rumpns_strlcpy(buf, "abcd", sizeof(buf)), 4);
	ck_assert_str_eq(buf, "abc");
}
END_TEST

START_TEST(strncpy_pads)
{
	char buf[6] = "xxxxx";

	rumpns_strncpy(buf, "ab", 5);
	ck_assert_int_eq(memcmp(buf, "ab\0\0\0", 6), 0);
	rumpns_strncpy(buf, "abcdef", 3);
	ck_assert_int_eq(memcmp(buf, "abc\0\0", 6), 0);
}
END_TEST

START_TEST(searches_find)
{
	const char *s = "hello, world";

	ck_assert_ptr_eq(rumpns_strchr(s, 'o'), s + 4);
	ck_assert_ptr_eq(rumpns_strchr(s, '\0'), s + 12);
	ck_assert_ptr_null(rumpns_strchr(s, 'x'));
	ck_assert_ptr_eq(rumpns_strrchr(s, 'o'), s + 8);
	ck_assert_ptr_eq(rumpns_strrchr(s, '\0'), s + 12);
	ck_assert_ptr_eq(rumpns_strrchr(s, 'h'), s);
	ck_assert_ptr_eq(rumpns_strstr(s, "wor"), s + 7);
	ck_assert_ptr_null(rumpns_strstr(s, "worlds"));
	ck_assert_ptr_eq(rumpns_memmem("aaab", 4, "aab", 3), strstr("aaab", "aab"));
	ck_assert_ptr_null(rumpns_memmem("ab", 2, "abc", 3));
	ck_assert_uint_eq(rumpns_strspn("aabbc", "ab"), 4);
	ck_assert_int_lt(rumpns_strcasecmp("Abc", "aBd"), 0);
	ck_assert_int_eq(rumpns_strcasecmp("ABC", "abc"), 0);
}
END_TEST

START_TEST(strsep_gives_empty_fields)
{
	char buf[] = "a,,b", *p = buf;

	ck_assert_str_eq(rumpns_strsep(&p, ","), "a");
	ck_assert_str_eq(rumpns_strsep(&p, ","), "");
	ck_assert_str_eq(rumpns_strsep(&p, ","), "b");
	ck_assert_ptr_null(p);
	ck_assert_ptr_null(rumpns_strsep(&p, ","));
}
END_TEST

static const struct {
	const char *string, *pattern;
	int ret;
} patterns[] = {
	{ "file.c", "*.c", 2 },
	{ "file.cc", "*.c", 1 },
	{ "file.h", "*.c", 0 },
	{ "wd0a", "wd[0-9]?", 2 },
	{ "wdxa", "wd[0-9]?", 0 },
	{ "wdxa", "wd[!0-9]?", 2 },
	{ "abc", "a", 1 },
	{ "a*c", "a\\*c", 2 },
	{ "abc", "a\\*c", 0 },
	{ "abc", "[a", -1 },
	{ "", "*", 2 },
};

START_TEST(pmatch_tells_how_much)
{
	ck_assert_msg(
	    rumpns_pmatch(patterns[_i].string, patterns[_i].pattern, NULL) == patterns[_i].ret,
	    "%s with %s", patterns[_i].string, patterns[_i].pattern);
}
END_TEST

/* ---- Numbers ---- */

static const struct {
	const char *s;
	int base;
	intmax_t lo, hi, value;
	int status;
	int used;
} strtois[] = {
	{ "42", 10, 0, 100, 42, 0, 2 },
	{ "  -42", 10, -100, 100, -42, 0, 5 },
	{ "0x1f", 0, 0, 100, 31, 0, 4 },
	{ "0x", 0, 0, 100, 0, ENOTSUP, 1 },
	{ "017", 0, 0, 100, 15, 0, 3 },
	{ "200", 10, 0, 100, 100, ERANGE, 3 },
	{ "-1", 10, 0, 100, 0, ERANGE, 2 },
	{ "12k", 10, 0, 100, 12, ENOTSUP, 2 },
	{ "k", 10, 0, 100, 0, ECANCELED, 0 },
	{ "", 10, 0, 100, 0, ECANCELED, 0 },
	{ "1", 99, 0, 100, 0, EINVAL, 0 },
	{ "9223372036854775807", 10, INTMAX_MIN, INTMAX_MAX, INTMAX_MAX, 0, 19 },
	{ "9223372036854775808", 10, INTMAX_MIN, INTMAX_MAX, INTMAX_MAX, ERANGE, 19 },
	{ "-9223372036854775808", 10, INTMAX_MIN, INTMAX_MAX, INTMAX_MIN, 0, 20 },
	{ "-9223372036854775809", 10, INTMAX_MIN, INTMAX_MAX, INTMAX_MIN, ERANGE, 20 },
	{ "99999999999999999999999", 10, INTMAX_MIN, INTMAX_MAX, INTMAX_MAX, ERANGE, 23 },
};

/* Like NetBSD's kernel, the status numbers ENOTSUP and ECANCELED are the kernel's own. */
#define KERNEL_ENOTSUP 512

START_TEST(strtoi_says_what_was_wrong)
{
	const int want = strtois[_i].status == ENOTSUP ? KERNEL_ENOTSUP : strtois[_i].status;
	char *end;
	int status;
	const intmax_t v = rumpns_strtoi(
	    strtois[_i].s, &end, strtois[_i].base, strtois[_i].lo, strtois[_i].hi, &status);

	ck_assert_msg(
	    v == strtois[_i].value && status == want && end - strtois[_i].s == strtois[_i].used,
	    "%s: %jd, status %d, %td used", strtois[_i].s, v, status, end - strtois[_i].s);
}
END_TEST

START_TEST(strtol_agrees_with_the_host)
{
	static const char *const strings[] = { "0", "-0", "+7", "0x7fffffffffffffff",
		"0x8000000000000000", "-0x8000000000000001", "zz", "0b1", "08",
		"18446744073709551615", "18446744073709551616", "-1", " \t\n5", "- 5", "0xg" };
	static const int bases[] = { 0, 8, 10, 16, 36 };

	for (size_t s = 0; s < sizeof(strings) / sizeof(strings[0]); s++)
		for (size_t b = 0; b < sizeof(bases) / sizeof(bases[0]); b++) {
			char *e1, *e2;

			ck_assert_int_eq(rumpns_strtol(strings[s], &e1, bases[b]),
			    strtol(strings[s], &e2, bases[b]));
			ck_assert_msg(e1 == e2, "strtol(%s, %d)", strings[s], bases[b]);
			ck_assert_uint_eq(rumpns_strtoul(strings[s], &e1, bases[b]),
			    strtoul(strings[s], &e2, bases[b]));
			ck_assert_msg(e1 == e2, "strtoul(%s, %d)", strings[s], bases[b]);
		}
}
END_TEST

static const struct {
	const char *s;
	uint32_t addr; /* as bytes in order, first in the lowest */
} addresses[] = {
	{ "127.0.0.1", 0x0100007f },
	{ "255.255.255.255", UINT32_MAX },
	{ "1.2.3", UINT32_MAX },
	{ "1.2.3.4.5", UINT32_MAX },
	{ "1.2.3.256", UINT32_MAX },
	{ "1..3.4", UINT32_MAX },
	{ "10.0.0.1 ", UINT32_MAX },
	{ "1.2.3.0004", UINT32_MAX },
	{ "", UINT32_MAX },
};

START_TEST(inet_addr_takes_dotted_quads_only)
{
	ck_assert_msg(
	    rumpns_inet_addr(addresses[_i].s) == addresses[_i].addr, "%s", addresses[_i].s);
}
END_TEST

/* ---- Formats: the host's printf is the reference ---- */

#define CHECK_FORMAT(...)                                                        \
	do {                                                                     \
		char ours[200], theirs[200];                                     \
		const int n1 = rumpns_snprintf(ours, sizeof(ours), __VA_ARGS__); \
		const int n2 = snprintf(theirs, sizeof(theirs), __VA_ARGS__);    \
                                                                                 \
		ck_assert_str_eq(ours, theirs);                                  \
		ck_assert_int_eq(n1, n2);                                        \
	} while (0)

#pragma GCC diagnostic ignored "-Wformat"
START_TEST(printf_agrees_with_the_host)
{
	static const char *const flags[] = { "", "-", "0", "+", " ", "#", "-#", "0#", "+0", "-+" };
	static const char *const widths[] = { "", "1", "8", "20", ".0", ".3", "8.3", "3.8", ".20" };
	static const int values[] = { 0, 1, -1, 42, 255, INT_MAX, INT_MIN };

	for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++)
		for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
			for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++)
				for (const char *c = "diuoxX"; *c != '\0'; c++) {
					char fmt[32];

					snprintf(fmt, sizeof(fmt), "[%%%s%s%c]", flags[f],
					    widths[w], *c);
					CHECK_FORMAT(fmt, values[v]);
				}
	CHECK_FORMAT("%s|%10s|%-10s|%.2s|%.0s", "abc", "abc", "abc", "abc", "abc");
	CHECK_FORMAT("%c%c%%%5c|%-5c|", 'a', 'b', 'c', 'd');
	CHECK_FORMAT("%ld %lu %lld %llu", LONG_MIN, ULONG_MAX, LLONG_MIN, ULLONG_MAX);
	CHECK_FORMAT("%hd %hu %hhd %hhu", 0x12345, 0x12345, 0x1ff, 0x1ff);
	CHECK_FORMAT(
	    "%zu %zd %jd %ju %td", (size_t)-1, (ssize_t)-1, INTMAX_MIN, UINTMAX_MAX, (ptrdiff_t)-5);
	CHECK_FORMAT("%*d|%-*d|%.*d|%*.*d", 6, 42, 6, 42, 4, 42, 8, 3, 42);
	CHECK_FORMAT("%*d|%.*d", -6, 42, -1, 42);
	CHECK_FORMAT("%p", (void *)0x1234);
	CHECK_FORMAT("plain");
	CHECK_FORMAT("%s", "");
}
END_TEST

START_TEST(snprintf_cuts_and_counts)
{
	char buf[8] = "xxxxxxx";

	ck_assert_int_eq(rumpns_snprintf(buf, 4, "%s", "abcdef"), 6);
	ck_assert_str_eq(buf, "abc");
	ck_assert_int_eq(buf[4], 'x');
	ck_assert_int_eq(rumpns_snprintf(NULL, 0, "%d", 12345), 5);
	ck_assert_int_eq(rumpns_snprintf(buf, 1, "%d", 12345), 5);
	ck_assert_str_eq(buf, "");
}
END_TEST

static const struct {
	const char *fmt;
	uint64_t value;
	const char *text;
} bits[] = {
	{ "\10\2BITTWO\1BITONE", 3, "03<BITTWO,BITONE>" },
	{ "\20\1ONE\5FIVE", 0x11, "0x11<ONE,FIVE>" },
	{ "\20\1ONE", 2, "0x2" },
	{ "\20\1ONE", 0, "0" },
	{ "\177\020b\0LSB\0b\3BITTHREE\0\0", 0x9, "0x9<LSB,BITTHREE>" },
	{ "\177\020b\0LSB\0f\4\4NIBBLE2\0=\3BURST\0=\4FIELD\0\0", 0x31,
	    "0x31<LSB,NIBBLE2=0x3=BURST>" },
	{ "\177\020F\0\2\0:\1ONE\0:\2TWO\0\0", 0x2, "0x2<TWO>" },
};

START_TEST(snprintb_names_bits)
{
	char buf[64];

	ck_assert_int_eq(rumpns_snprintb(buf, sizeof(buf), bits[_i].fmt, bits[_i].value),
	    (int)strlen(bits[_i].text));
	ck_assert_str_eq(buf, bits[_i].text);
}
END_TEST

START_TEST(snprintb_cuts)
{
	char buf[6];

	ck_assert_int_eq(rumpns_snprintb(buf, sizeof(buf), bits[0].fmt, 3), 17);
	ck_assert_str_eq(buf, "03<BI");
	ck_assert_int_eq(rumpns_snprintb(buf, sizeof(buf), "\3x", 3), -1);
}
END_TEST

/* ---- The rest ---- */

static int
compare_ints(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

START_TEST(kheapsort_sorts)
{
	int v[257], tmp;

	for (int n = 0; n < 257; n++) {
		for (int i = 0; i < n; i++)
			v[i] = (i * 7919 + n) % 101;
		ck_assert_int_eq(rumpns_kheapsort(v, n, sizeof(int), compare_ints, &tmp), 0);
		for (int i = 1; i < n; i++)
			ck_assert_int_le(v[i - 1], v[i]);
	}
}
END_TEST

START_TEST(isqrt_is_the_floor)
{
	for (uint64_t r = 0; r < 65536; r += 17) {
		ck_assert_uint_eq(rumpns_isqrt(r * r), r);
		if (r > 0)
			ck_assert_uint_eq(rumpns_isqrt(r * r - 1), r - 1);
	}
	ck_assert_uint_eq(rumpns_isqrt(UINT32_MAX), 65535);
}
END_TEST

START_TEST(format_bytes_scales)
{
	char buf[9];

	rumpns_format_bytes(buf, sizeof(buf), 512);
	ck_assert_str_eq(buf, "512 B");
	rumpns_format_bytes(buf, sizeof(buf), (uint64_t)64 << 30);
	ck_assert_str_eq(buf, "65536 MB");
}
END_TEST

START_TEST(murmurhash2_of_known_strings)
{
	/* From the published definition: no bytes leave the seed's own mixing. */
	ck_assert_uint_eq(rumpns_murmurhash2("", 0, 0), 0);
	ck_assert_uint_ne(rumpns_murmurhash2("a", 1, 0), rumpns_murmurhash2("b", 1, 0));
	ck_assert_uint_ne(rumpns_murmurhash2("abcd", 4, 0), rumpns_murmurhash2("abcd", 4, 1));
	ck_assert_uint_ne(rumpns_murmurhash2("abcde", 5, 0), rumpns_murmurhash2("abcdf", 5, 0));
}
END_TEST

#define ROWS(t) (int)(sizeof(t) / sizeof((t)[0]))

int
main(void)
{
	Suite *s = suite_create("libkern");
	TCase *tc = tcase_create("strings");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(tc, strlcat_cuts, 0, ROWS(strlcats));
	tcase_add_test(tc, strlcpy_leaves_nothing_when_size_is_zero);
	tcase_add_test(tc, strncpy_pads);
	tcase_add_test(tc, searches_find);
	tcase_add_test(tc, strsep_gives_empty_fields);
	tcase_add_loop_test(tc, pmatch_tells_how_much, 0, ROWS(patterns));
	suite_add_tcase(s, tc);
	tc = tcase_create("numbers");
	tcase_add_loop_test(tc, strtoi_says_what_was_wrong, 0, ROWS(strtois));
	tcase_add_test(tc, strtol_agrees_with_the_host);
	tcase_add_loop_test(tc, inet_addr_takes_dotted_quads_only, 0, ROWS(addresses));
	suite_add_tcase(s, tc);
	tc = tcase_create("formats");
	tcase_add_test(tc, printf_agrees_with_the_host);
	tcase_add_test(tc, snprintf_cuts_and_counts);
	tcase_add_loop_test(tc, snprintb_names_bits, 0, ROWS(bits));
	tcase_add_test(tc, snprintb_cuts);
	suite_add_tcase(s, tc);
	tc = tcase_create("rest");
	tcase_add_test(tc, kheapsort_sorts);
	tcase_add_test(tc, isqrt_is_the_floor);
	tcase_add_test(tc, format_bytes_scales);
	tcase_add_test(tc, murmurhash2_of_known_strings);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
