/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of prop_test.c.  Each function returns NULL, or what does not hold. */
#include <sys/param.h>
#include <sys/ioccom.h>
#include <sys/malloc.h>
#include <sys/systm.h>

#include <prop/proplib.h>

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

const char *rump_test_prop_values(void);
const char *rump_test_prop_array(void);
const char *rump_test_prop_dictionary(void);
const char *rump_test_prop_immutable(void);
const char *rump_test_prop_text(void);
const char *rump_test_prop_malformed(void);
const char *rump_test_prop_depth(void);
const char *rump_test_prop_copy(void);
int rump_test_prop_parse(const char *xml);

const char *
rump_test_prop_values(void)
{
	static const struct {
		intmax_t v;
		int size;
	} sizes[] = { { 0, 8 }, { 127, 8 }, { 128, 16 }, { -128, 8 }, { -129, 16 }, { 32767, 16 },
		{ 32768, 32 }, { INT32_MAX, 32 }, { INT32_MIN, 32 },
		{ (intmax_t)INT32_MAX + 1, 64 }, { INT64_MIN, 64 } };
	const prop_number_t u = prop_number_create_unsigned(UINT64_MAX),
			    s = prop_number_create_signed(-1), one = prop_number_create_signed(1),
			    uone = prop_number_create_unsigned(1);
	const prop_string_t str = prop_string_create_format("%s-%d", "a", 7);
	const prop_data_t data = prop_data_create_copy("\0\1\2", 3);
	char buf[4];

	for (size_t i = 0; i < __arraycount(sizes); i++) {
		const prop_number_t pn = prop_number_create_signed(sizes[i].v);

		CHECK(prop_number_size(pn) == sizes[i].size);
		prop_object_release(pn);
	}
	CHECK(!prop_object_equals(u, s) && prop_object_equals(one, uone));
	CHECK(prop_number_unsigned(u) && prop_number_size(u) == 64);
	CHECK(prop_number_equals_signed(uone, 1) && !prop_number_equals_signed(u, -1));
	CHECK(prop_string_equals_string(str, "a-7") && prop_string_size(str) == 3);
	CHECK(prop_string_copy_value(str, buf, 4) && !prop_string_copy_value(str, buf, 3));
	CHECK(prop_data_equals_data(data, "\0\1\2", 3) && !prop_data_equals_data(data, "\0\1", 2));
	CHECK(prop_string_value((prop_string_t)data) == NULL &&
	    prop_data_value((prop_data_t)str) == NULL);
	CHECK(prop_object_type(NULL) == PROP_TYPE_UNKNOWN && !prop_object_equals(NULL, NULL));
	prop_object_release(u);
	prop_object_release(s);
	prop_object_release(one);
	prop_object_release(uone);
	prop_object_release(str);
	prop_object_release(data);
	return NULL;
}

const char *
rump_test_prop_array(void)
{
	const prop_array_t pa = prop_array_create();
	prop_object_iterator_t pi;
	prop_array_t copy;
	uint8_t u8;
	int8_t i8;

	for (u_int i = 0; i < 20; i++)
		CHECK(prop_array_add_uint32(pa, i * 20));
	CHECK(prop_array_count(pa) == 20 && prop_array_capacity(pa) >= 20);
	CHECK(prop_array_get(pa, 20) == NULL && !prop_array_set(pa, 21, prop_array_get(pa, 0)));
	CHECK(prop_array_get_uint8(pa, 12, &u8) && u8 == 240 && !prop_array_get_uint8(pa, 13, &u8));
	CHECK(prop_array_get_int8(pa, 6, &i8) && i8 == 120 && !prop_array_get_int8(pa, 7, &i8));
	copy = prop_array_copy(pa);
	CHECK(prop_array_equals(pa, copy));
	prop_array_remove(copy, 0);
	CHECK(!prop_array_equals(pa, copy) && prop_array_count(copy) == 19);
	pi = prop_array_iterator(copy);
	CHECK(prop_number_equals_signed(prop_object_iterator_next(pi), 20));
	prop_array_remove(copy, 0);
	CHECK(prop_object_iterator_next(pi) == NULL); /* it changed */
	prop_object_iterator_reset(pi);
	CHECK(prop_number_equals_signed(prop_object_iterator_next(pi), 40));
	prop_object_iterator_release(pi);
	prop_object_release(copy);
	prop_object_release(pa);
	return NULL;
}

const char *
rump_test_prop_dictionary(void)
{
	static const char *const keys[] = { "m", "z", "a", "", "b<c&d>" };
	const prop_dictionary_t pd = prop_dictionary_create();
	const prop_string_t value = prop_string_create_nocopy("v");
	char longkey[PROP_DICTIONARY_KEYMAX + 2];
	prop_object_iterator_t pi;
	prop_object_t sym;
	const char *before = NULL;
	prop_array_t all;
	int32_t i32;
	u_int n = 0;

	for (size_t i = 0; i < __arraycount(keys); i++)
		CHECK(prop_dictionary_set_int32(pd, keys[i], (int32_t)i - 2));
	CHECK(prop_dictionary_set_int32(pd, "z", 99) && prop_dictionary_count(pd) == 5);
	CHECK(prop_dictionary_get_int32(pd, "z", &i32) && i32 == 99);
	CHECK(!prop_dictionary_get_int32(pd, "y", &i32));
	pi = prop_dictionary_iterator(pd);
	while ((sym = prop_object_iterator_next(pi)) != NULL) {
		const char *const name = prop_dictionary_keysym_value(sym);

		CHECK(before == NULL || strcmp(before, name) < 0);
		CHECK(prop_dictionary_get_keysym(pd, sym) == prop_dictionary_get(pd, name));
		before = name;
		n++;
	}
	prop_object_iterator_release(pi);
	CHECK(n == 5);
	all = prop_dictionary_all_keys(pd);
	CHECK(prop_array_count(all) == 5 && prop_string_equals_string(prop_array_get(all, 1), "a"));
	prop_object_release(all);
	prop_dictionary_remove(pd, "a");
	prop_dictionary_remove(pd, "not there");
	CHECK(prop_dictionary_get(pd, "a") == NULL && prop_dictionary_count(pd) == 4);
	memset(longkey, 'k', sizeof(longkey) - 1);
	longkey[sizeof(longkey) - 1] = '\0';
	CHECK(!prop_dictionary_set(pd, longkey, value));
	CHECK(prop_dictionary_set(pd, longkey + 1, value));
	prop_object_release(value);
	prop_object_release(pd);
	return NULL;
}

const char *
rump_test_prop_immutable(void)
{
	const prop_dictionary_t pd = prop_dictionary_create();
	prop_dictionary_t copy;

	CHECK(prop_dictionary_set_bool(pd, "a", true) && prop_dictionary_mutable(pd));
	prop_dictionary_make_immutable(pd);
	CHECK(
	    !prop_dictionary_set_bool(pd, "b", true) && !prop_dictionary_set_bool(pd, "a", false));
	prop_dictionary_remove(pd, "a");
	CHECK(prop_bool_true(prop_dictionary_get(pd, "a")) && !prop_dictionary_mutable(pd));
	copy = prop_dictionary_copy(pd);
	CHECK(!prop_dictionary_set_bool(copy, "b", true));
	prop_object_release(copy);
	copy = prop_dictionary_copy_mutable(pd);
	CHECK(prop_dictionary_set_bool(copy, "b", true) && !prop_dictionary_equals(pd, copy));
	prop_object_release(copy);
	prop_object_release(pd);
	return NULL;
}

/* One list with everything in it. */
static prop_dictionary_t
sample(void)
{
	const prop_dictionary_t pd = prop_dictionary_create();
	const prop_array_t pa = prop_array_create();

	prop_array_add_int64(pa, INT64_MIN);
	prop_array_add_uint64(pa, UINT64_MAX);
	prop_array_add_string(pa, "<&>\"' \t");
	prop_array_add_bool(pa, false);
	prop_array_add_and_rel(pa, prop_array_create());
	prop_array_add_and_rel(pa, prop_dictionary_create());
	prop_dictionary_set_and_rel(pd, "array", pa);
	prop_dictionary_set_data(pd, "data0", "", 0);
	prop_dictionary_set_data(pd, "data1", "\377", 1);
	prop_dictionary_set_data(pd, "data2", "\0a", 2);
	prop_dictionary_set_data(pd, "data3", "abc", 3);
	prop_dictionary_set_string(pd, "empty", "");
	prop_dictionary_set_bool(pd, "<key>", true);
	return pd;
}

const char *
rump_test_prop_text(void)
{
	const prop_dictionary_t pd = sample();
	char *const text = prop_dictionary_externalize(pd);
	prop_dictionary_t again;
	prop_number_t pn;

	CHECK(text != NULL && strstr(text, "<data>/w==</data>") != NULL);
	CHECK(strstr(text, "<integer>-9223372036854775808</integer>") != NULL);
	CHECK(strstr(text, "<integer>0xffffffffffffffff</integer>") != NULL);
	CHECK(strstr(text, "<key>&lt;key&gt;</key>\n\t<true/>") != NULL);
	again = prop_dictionary_internalize(text);
	CHECK(again != NULL && prop_dictionary_equals(pd, again));
	pn = prop_array_get(prop_dictionary_get(again, "array"), 1);
	CHECK(prop_number_unsigned(pn));
	CHECK(prop_array_internalize(text) == NULL);
	free(text, M_TEMP);
	prop_object_release(again);
	prop_object_release(pd);
	return NULL;
}

/* 1: a list, of either type; 0: not. */
int
rump_test_prop_parse(const char *xml)
{
	const prop_dictionary_t pd = prop_dictionary_internalize(xml);
	const prop_array_t pa = prop_array_internalize(xml);
	const prop_object_t obj = pd != NULL ? (prop_object_t)pd : (prop_object_t)pa;
	char *text;

	if (obj == NULL)
		return 0;
	text = pd != NULL ? prop_dictionary_externalize(pd) : prop_array_externalize(pa);
	KASSERT(text != NULL);
	free(text, M_TEMP);
	prop_object_release(pd);
	prop_object_release(pa);
	return 1;
}

#define P(s) "<plist version=\"1.0\">" s "</plist>"
const char *
rump_test_prop_malformed(void)
{
	static const char *const good[] = { P("<dict/>"), P("<dict></dict>"),
		P("<array><true></true></array>"),
		"<?xml?><!DOCTYPE a><!-- x --> " P(" <array/> ") " <!-- y -->\n",
		P("<array><data> Y W\nJj </data><string/><data/></array>"),
		P("<array><integer>-9223372036854775808</integer></array>"),
		P("<array><integer>18446744073709551615</integer></array>") };
	static const char *const bad[] = { "", "<", "<plist", "<plist>", "<plist/>", "</plist>",
		P(""), P("<true/>"), P("<dict>"), P("<dict></array>"), P("<array>x</array>"),
		P("<array/><array/>"), P("<array/>") "x", P("<dict><true/></dict>"),
		P("<dict><key>a</key></dict>"),
		P("<dict><key>a</key><true/><key>a</key><true/></dict>"),
		P("<dict><key/><true/></dict>"), P("<array><integer></integer></array>"),
		P("<array><integer/></array>"), P("<array><integer>0x</integer></array>"),
		P("<array><integer>1a</integer></array>"), P("<array><integer>-</integer></array>"),
		P("<array><integer>-0x1</integer></array>"),
		P("<array><integer>18446744073709551616</integer></array>"),
		P("<array><integer>-9223372036854775809</integer></array>"),
		P("<array><integer>0x10000000000000000</integer></array>"),
		P("<array><string>&nbsp;</string></array>"),
		P("<array><string>&am</string></array>"), P("<array><string>a</data></array>"),
		P("<array><data>YWJ</data></array>"), P("<array><data>YQ=a</data></array>"),
		P("<array><data>====</data></array>"), P("<array><data>Y===</data></array>"),
		P("<array><data>YQ==YQ==</data></array>"), P("<array><real>1</real></array>"),
		P("<array><true</array>"), P("<array><truefalse/></array>"),
		P("<array></true></array>"), "<!-- " P("<array/>"), "<?xml " P("<array/>"),
		P("<array><!-- </array>") };

	for (size_t i = 0; i < __arraycount(good); i++)
		CHECK(rump_test_prop_parse(good[i]) == 1);
	for (size_t i = 0; i < __arraycount(bad); i++)
		if (rump_test_prop_parse(bad[i]) != 0)
			return bad[i];
	return NULL;
}

/* As deep as is allowed, and one deeper; every beginning of a good text is bad. */
const char *
rump_test_prop_depth(void)
{
	const prop_dictionary_t pd = sample();
	char *text = prop_dictionary_externalize(pd), c;
	prop_array_t pa = prop_array_create(), outer;

	for (size_t n = 0, len = strlen(text) - 1; n < len; n++) {
		c = text[n];
		text[n] = '\0';
		CHECK(rump_test_prop_parse(text) == 0);
		text[n] = c;
	}
	free(text, M_TEMP);
	for (int i = 0; i < PROP_DEPTH; i++) {
		outer = prop_array_create();
		prop_array_add_and_rel(outer, pa);
		pa = outer;
	}
	text = prop_array_externalize(pa);
	CHECK(text != NULL && rump_test_prop_parse(text) == 1);
	free(text, M_TEMP);
	outer = prop_array_create();
	prop_array_add_and_rel(outer, pa);
	CHECK(prop_array_externalize(outer) == NULL);
	prop_object_release(outer);
	/* The reader has its own limit. */
	text = malloc(7 * 100000 + 64, M_TEMP, M_WAITOK);
	strcpy(text, "<plist>");
	for (size_t i = 0; i < 100000; i++)
		memcpy(text + 7 + 7 * i, "<array>", 8);
	CHECK(rump_test_prop_parse(text) == 0);
	free(text, M_TEMP);
	prop_object_release(pd);
	return NULL;
}

#define CMD_IN	_IOW('p', 1, struct plistref)
#define CMD_OUT _IOR('p', 1, struct plistref)
const char *
rump_test_prop_copy(void)
{
	const prop_dictionary_t pd = sample();
	static char user[4096];
	struct plistref ref = { user, sizeof(user) };
	prop_dictionary_t again = NULL;
	size_t len;

	CHECK(prop_dictionary_copyout_ioctl(&ref, CMD_IN, pd) == EFAULT);
	CHECK(prop_dictionary_copyout_ioctl(&ref, CMD_OUT, pd) == 0);
	len = strlen(user) + 1;
	CHECK(ref.pref_len == len);
	CHECK(prop_dictionary_copyin_ioctl(&ref, CMD_OUT, &again) == EFAULT);
	CHECK(prop_dictionary_copyin_ioctl(&ref, CMD_IN, &again) == 0);
	CHECK(prop_dictionary_equals(pd, again));
	prop_object_release(again);
	ref.pref_len = len - 1; /* no NUL */
	CHECK(prop_dictionary_copyin(&ref, &again) == 0);
	prop_object_release(again);
	CHECK(prop_dictionary_copyout(&ref, pd) == ENOSPC && ref.pref_len == len);
	ref.pref_len = len - 4;
	CHECK(prop_dictionary_copyin(&ref, &again) == EIO);
	ref.pref_len = 0;
	CHECK(prop_dictionary_copyin(&ref, &again) == E2BIG);
	ref.pref_len = SIZE_MAX;
	CHECK(prop_dictionary_copyin(&ref, &again) == E2BIG);
	ref = (struct plistref){ NULL, len };
	CHECK(prop_dictionary_copyin(&ref, &again) == EFAULT);
	prop_object_release(pd);
	return NULL;
}
