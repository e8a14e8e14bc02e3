/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* proplib(3): values of C types in and out of containers. */
#include <sys/param.h>

#include <lib/libkern/libkern.h>

#include "prop_impl.h"

static bool
signed_in(prop_object_t obj, int64_t min, int64_t max, int64_t *vp)
{
	const struct _prop_object *const pn = prop_is(obj, PROP_TYPE_NUMBER);

	if (pn == NULL || (pn->po_unsigned && pn->po_value > INT64_MAX) || pn->po_signed < min ||
	    pn->po_signed > max)
		return false;
	*vp = pn->po_signed;
	return true;
}

static bool
unsigned_in(prop_object_t obj, uint64_t max, uint64_t *vp)
{
	const struct _prop_object *const pn = prop_is(obj, PROP_TYPE_NUMBER);

	if (pn == NULL || (!pn->po_unsigned && pn->po_signed < 0) || pn->po_value > max)
		return false;
	*vp = pn->po_value;
	return true;
}

#define CONTAINERS(name, type, create)                                                   \
	bool prop_dictionary_get_##name(prop_dictionary_t pd, const char *key, type *vp) \
	{                                                                                \
		return get_##name(prop_dictionary_get(pd, key), vp);                     \
	}                                                                                \
	bool prop_dictionary_set_##name(prop_dictionary_t pd, const char *key, type v)   \
	{                                                                                \
		return prop_dictionary_set_and_rel(pd, key, create(v));                  \
	}                                                                                \
	bool prop_array_get_##name(prop_array_t pa, unsigned int i, type *vp)            \
	{                                                                                \
		return get_##name(prop_array_get(pa, i), vp);                            \
	}                                                                                \
	bool prop_array_set_##name(prop_array_t pa, unsigned int i, type v)              \
	{                                                                                \
		const prop_object_t obj = create(v);                                     \
		const bool ok = prop_array_set(pa, i, obj);                              \
                                                                                         \
		prop_object_release(obj);                                                \
		return ok;                                                               \
	}                                                                                \
	bool prop_array_add_##name(prop_array_t pa, type v)                              \
	{                                                                                \
		return prop_array_add_and_rel(pa, create(v));                            \
	}

#define SIGNED(name, type, min, max)                        \
	static bool get_##name(prop_object_t obj, type *vp) \
	{                                                   \
		int64_t v;                                  \
                                                            \
		if (!signed_in(obj, (min), (max), &v))      \
			return false;                       \
		*vp = (type)v;                              \
		return true;                                \
	}                                                   \
	CONTAINERS(name, type, prop_number_create_signed)

#define UNSIGNED(name, type, max)                           \
	static bool get_##name(prop_object_t obj, type *vp) \
	{                                                   \
		uint64_t v;                                 \
                                                            \
		if (!unsigned_in(obj, (max), &v))           \
			return false;                       \
		*vp = (type)v;                              \
		return true;                                \
	}                                                   \
	CONTAINERS(name, type, prop_number_create_unsigned)

static bool
get_bool(prop_object_t obj, bool *vp)
{
	if (prop_is(obj, PROP_TYPE_BOOL) == NULL)
		return false;
	*vp = prop_bool_true(obj);
	return true;
}

/* clang-format off */
SIGNED(int8, int8_t, INT8_MIN, INT8_MAX)
SIGNED(int16, int16_t, INT16_MIN, INT16_MAX)
SIGNED(int32, int32_t, INT32_MIN, INT32_MAX)
SIGNED(int64, int64_t, INT64_MIN, INT64_MAX)
UNSIGNED(uint8, uint8_t, UINT8_MAX)
UNSIGNED(uint16, uint16_t, UINT16_MAX)
UNSIGNED(uint32, uint32_t, UINT32_MAX)
UNSIGNED(uint64, uint64_t, UINT64_MAX)
CONTAINERS(bool, bool, prop_bool_create)
/* clang-format on */

static bool
get_string(prop_object_t obj, const char **sp)
{
	if (prop_is(obj, PROP_TYPE_STRING) == NULL)
		return false;
	*sp = prop_string_value(obj);
	return true;
}

bool
prop_dictionary_get_string(prop_dictionary_t pd, const char *key, const char **sp)
{
	return get_string(prop_dictionary_get(pd, key), sp);
}

bool
prop_dictionary_set_string(prop_dictionary_t pd, const char *key, const char *s)
{
	return prop_dictionary_set_and_rel(pd, key, prop_string_create_copy(s));
}

bool
prop_dictionary_set_string_nocopy(prop_dictionary_t pd, const char *key, const char *s)
{
	return prop_dictionary_set_and_rel(pd, key, prop_string_create_nocopy(s));
}

bool
prop_dictionary_get_data(prop_dictionary_t pd, const char *key, const void **pp, size_t *lenp)
{
	const prop_object_t obj = prop_dictionary_get(pd, key);

	if (prop_is(obj, PROP_TYPE_DATA) == NULL)
		return false;
	*pp = prop_data_value(obj);
	*lenp = prop_data_size(obj);
	return true;
}

bool
prop_dictionary_set_data(prop_dictionary_t pd, const char *key, const void *p, size_t len)
{
	return prop_dictionary_set_and_rel(pd, key, prop_data_create_copy(p, len));
}

bool
prop_array_get_string(prop_array_t pa, unsigned int i, const char **sp)
{
	return get_string(prop_array_get(pa, i), sp);
}

bool
prop_array_add_string(prop_array_t pa, const char *s)
{
	return prop_array_add_and_rel(pa, prop_string_create_copy(s));
}
