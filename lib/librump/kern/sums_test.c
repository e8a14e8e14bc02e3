/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Checksums and ChaCha20 against published vectors; no kernel is booted. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

uint32_t rumpns_crc32(uint32_t, const uint8_t *, size_t);
uint32_t rump_crc32c(uint32_t, const void *, size_t);
void rump_chacha20_block(const uint32_t[8], uint32_t, const uint32_t[3], uint8_t[64]);

/* One bit at a time, from the polynomial alone. */
static uint32_t
crc_by_bits(uint32_t poly, uint32_t crc, const uint8_t *p, size_t len)
{
	while (len-- > 0) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? poly : 0);
	}
	return crc;
}

START_TEST(crc32_check_value)
{
	ck_assert_uint_eq(rumpns_crc32(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
	ck_assert_uint_eq(
	    rumpns_crc32(rumpns_crc32(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5),
	    0xcbf43926);
}
END_TEST

/* RFC 3720, appendix B.4. */
START_TEST(crc32c_check_values)
{
	uint8_t buf[32];

	ck_assert_uint_eq(~rump_crc32c(~0U, "123456789", 9), 0xe3069283);
	memset(buf, 0, sizeof(buf));
	ck_assert_uint_eq(~rump_crc32c(~0U, buf, sizeof(buf)), 0x8a9136aa);
	memset(buf, 0xff, sizeof(buf));
	ck_assert_uint_eq(~rump_crc32c(~0U, buf, sizeof(buf)), 0x62a8ab43);
	for (int i = 0; i < 32; i++)
		buf[i] = i;
	ck_assert_uint_eq(~rump_crc32c(~0U, buf, sizeof(buf)), 0x46dd794e);
}
END_TEST

START_TEST(crc32c_of_any_length_and_alignment)
{
	static const size_t lengths[] = { 0, 1, 7, 8, 9, 63, 256, 1023, 3071, 3072, 3073, 4096,
		6144, 10000, 65536 };
	uint8_t *const buf = malloc(70000);

	srandom(1);
	for (int i = 0; i < 70000; i++)
		buf[i] = random();
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		for (int shift = 0; shift < 9; shift++)
			ck_assert_msg(rump_crc32c(0x1234, buf + shift, lengths[i]) ==
				crc_by_bits(0x82f63b78, 0x1234, buf + shift, lengths[i]),
			    "%zu bytes from %d", lengths[i], shift);
	free(buf);
}
END_TEST

/* RFC 8439, section 2.3.2. */
START_TEST(chacha20_block_of_the_rfc)
{
	static const uint8_t want[64] = { 0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50,
		0x0f, 0xdd, 0x1f, 0xa3, 0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68,
		0x03, 0x04, 0x22, 0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07,
		0x9f, 0xaa, 0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c,
		0xd1, 0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e };
	const uint32_t nonce[3] = { 0x09000000, 0x4a000000, 0 };
	uint32_t key[8];
	uint8_t bytes[32], out[64];

	for (int i = 0; i < 32; i++)
		bytes[i] = i;
	memcpy(key, bytes, sizeof(key));
	rump_chacha20_block(key, 1, nonce, out);
	ck_assert_int_eq(memcmp(out, want, sizeof(want)), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sums");
	TCase *tc = tcase_create("sums");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, crc32_check_value);
	tcase_add_test(tc, crc32c_check_values);
	tcase_add_test(tc, crc32c_of_any_length_and_alignment);
	tcase_add_test(tc, chacha20_block_of_the_rfc);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
