/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The digests against the vectors of their specifications: RFC 1320 and 1321 (A.5), FIPS 180 (SHA-1, SHA-2) and the
 * RIPEMD-160 paper's; each message whole, byte by byte, and in pieces of 7.  No kernel is booted.
 */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each algorithm's context is smaller than this. */
typedef union {
	uint64_t align;
	uint8_t bytes[256];
} context_t;

#define DECLARE(name)                                                  \
	void rumpns_##name##Init(void *);                              \
	void rumpns_##name##Update(void *, const uint8_t *, unsigned); \
	void rumpns_##name##Final(uint8_t *, void *);
#define DECLARE2(name)                                                   \
	int rumpns_##name##_Init(void *);                                \
	int rumpns_##name##_Update(void *, const uint8_t *, size_t);     \
	int rumpns_##name##_Final(uint8_t *, void *);                    \
	static void name##_init(void *c)                                 \
	{                                                                \
		(void)rumpns_##name##_Init(c);                           \
	}                                                                \
	static void name##_update(void *c, const uint8_t *p, unsigned n) \
	{                                                                \
		(void)rumpns_##name##_Update(c, p, n);                   \
	}                                                                \
	static void name##_final(uint8_t *d, void *c)                    \
	{                                                                \
		(void)rumpns_##name##_Final(d, c);                       \
	}
/* clang-format off */
DECLARE(MD4)
DECLARE(MD5)
DECLARE(SHA1)
DECLARE(RMD160)
DECLARE2(SHA224)
DECLARE2(SHA256)
DECLARE2(SHA384)
DECLARE2(SHA512)
/* clang-format on */

struct algorithm {
	void (*init)(void *);
	void (*update)(void *, const uint8_t *, unsigned);
	void (*final)(uint8_t *, void *);
	size_t len;
};
#define ROW(name, len)                                                                \
	{                                                                             \
		rumpns_##name##Init, rumpns_##name##Update, rumpns_##name##Final, len \
	}
#define ROW2(name, len)                                       \
	{                                                     \
		name##_init, name##_update, name##_final, len \
	}
static const struct algorithm md4 = ROW(MD4, 16), md5 = ROW(MD5, 16), sha1 = ROW(SHA1, 20),
			      rmd160 = ROW(RMD160, 20), sha224 = ROW2(SHA224, 28),
			      sha256 = ROW2(SHA256, 32), sha384 = ROW2(SHA384, 48),
			      sha512 = ROW2(SHA512, 64);

static const char abc[] = "abc";
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";
static const char mixed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
static const char digits[] =
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890";
static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
static const char four[] = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
			   "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

static const struct {
	const struct algorithm *alg;
	const char *message, *digest;
} vectors[] = {
	{ &md4, "", "31d6cfe0d16ae931b73c59d7e0c089c0" },
	{ &md4, "a", "bde52cb31de33e46245e05fbdbd6fb24" },
	{ &md4, abc, "a448017aaf21d8525fc10ae87aa6729d" },
	{ &md4, "message digest", "d9130a8164549fe818874806e1c7014b" },
	{ &md4, alphabet, "d79e1c308aa5bbcdeea8ed63df412da9" },
	{ &md4, mixed, "043f8582f241db351ce627e153e7f0e4" },
	{ &md4, digits, "e33b4ddc9c38f2199c3e7b164fcc0536" },
	{ &md5, "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ &md5, "a", "0cc175b9c0f1b6a831c399e269772661" },
	{ &md5, abc, "900150983cd24fb0d6963f7d28e17f72" },
	{ &md5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	{ &md5, alphabet, "c3fcd3d76192e4007dfb496cca67e13b" },
	{ &md5, mixed, "d174ab98d277d9f5a5611c2c9f419d9f" },
	{ &md5, digits, "57edf4a22be3c955ac49da2e2107b67a" },
	{ &rmd160, "", "9c1185a5c5e9fc54612808977ee8f548b2258d31" },
	{ &rmd160, "a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe" },
	{ &rmd160, abc, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc" },
	{ &rmd160, "message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36" },
	{ &rmd160, alphabet, "f71c27109c692c1b56bbdceb5b9d2865b3708dbc" },
	{ &rmd160, mixed, "b0e20b6e3116640286ed3a87a5713079b21f5189" },
	{ &rmd160, digits, "9b752e45573d4b39f4dbd3323cab82bf63326bfb" },
	{ &rmd160, two, "12a053384a9c0c88e405a06c27dcf49ada62eb2b" },
	{ &sha1, abc, "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ &sha1, two, "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
	{ &sha1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ &sha224, abc, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
	{ &sha224, two, "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525" },
	{ &sha224, "", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f" },
	{ &sha256, abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ &sha256, two, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ &sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ &sha384, abc,
	    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
	{ &sha384, four,
	    "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039" },
	{ &sha384, "",
	    "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b" },
	{ &sha512, abc,
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ &sha512, four,
	    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909" },
	{ &sha512, "",
	    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
};

static void
digest(const struct algorithm *a, const char *message, size_t step, char *hex)
{
	const size_t len = strlen(message);
	uint8_t out[64];
	context_t c;

	a->init(&c);
	for (size_t off = 0; off < len; off += step)
		a->update(&c, (const uint8_t *)message + off,
		    (unsigned)(len - off < step ? len - off : step));
	a->final(out, &c);
	for (size_t i = 0; i < a->len; i++)
		sprintf(hex + 2 * i, "%02x", out[i]);
}

START_TEST(digest_of_specification)
{
	static const size_t steps[] = { 1, 7, 64, 1000 };
	char hex[129];

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		digest(vectors[_i].alg, vectors[_i].message, steps[i], hex);
		ck_assert_str_eq(hex, vectors[_i].digest);
	}
}
END_TEST

/* FIPS 180: a million times the letter a; over all lengths of the last block, in odd pieces. */
START_TEST(digest_of_million)
{
	static const struct {
		const struct algorithm *alg;
		const char *digest;
	} millions[] = {
		{ &rmd160, "52783243c1697bdbe16d37f97f68f08325dc1528" },
		{ &sha1, "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
		{ &sha224, "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67" },
		{ &sha256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
		{ &sha384,
		    "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985" },
		{ &sha512,
		    "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b" },
	};
	uint8_t out[64], block[999];
	char hex[129];

	memset(block, 'a', sizeof(block));
	for (size_t m = 0; m < sizeof(millions) / sizeof(millions[0]); m++) {
		const struct algorithm *const a = millions[m].alg;
		context_t c;

		a->init(&c);
		for (unsigned left = 1000000; left > 0;) {
			const unsigned n = left < sizeof(block) ? left : sizeof(block);

			a->update(&c, block, n);
			left -= n;
		}
		a->final(out, &c);
		for (size_t i = 0; i < a->len; i++)
			sprintf(hex + 2 * i, "%02x", out[i]);
		ck_assert_str_eq(hex, millions[m].digest);
	}
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("digest");
	TCase *const tc = tcase_create("digest");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, digest_of_specification, 0, sizeof(vectors) / sizeof(vectors[0]));
	tcase_add_test(tc, digest_of_million);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
