/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* proplib(3): objects that never change, references, equality. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "prop_impl.h"

/* Two containers that hold each other would be compared for ever, and overrun the stack before. */
#define EQUALS_DEPTH PROP_DEPTH

static struct _prop_object *
value_create(prop_type_t type)
{
	struct _prop_object *const po = kmem_zalloc(sizeof(*po), KM_SLEEP);

	po->po_head.ph_type = type;
	po->po_head.ph_refs = 1;
	return po;
}

static void
value_free(struct _prop_object *po)
{
	if (po->po_owned)
		kmem_free(__UNCONST(po->po_p),
		    po->po_len + (po->po_head.ph_type == PROP_TYPE_DATA ? 0 : 1));
	kmem_free(po, sizeof(*po));
}

/* ---- Objects ---- */

void
prop_object_retain(prop_object_t obj)
{
	struct prop_head *const h = obj;

	if (h != NULL)
		atomic_inc_uint(&h->ph_refs);
}

void
prop_object_release(prop_object_t obj)
{
	struct prop_head *const h = obj;

	if (h == NULL || atomic_dec_uint_nv(&h->ph_refs) != 0)
		return;
	if (h->ph_type == PROP_TYPE_ARRAY || h->ph_type == PROP_TYPE_DICTIONARY)
		prop_container_free(obj);
	else
		value_free(obj);
}

prop_type_t
prop_object_type(prop_object_t obj)
{
	return obj == NULL ? PROP_TYPE_UNKNOWN : ((struct prop_head *)obj)->ph_type;
}

static bool
bytes_equal(const struct _prop_object *a, const struct _prop_object *b)
{
	return a->po_len == b->po_len &&
	    (a->po_len == 0 || memcmp(a->po_p, b->po_p, a->po_len) == 0);
}

bool
prop_equals(prop_object_t a, prop_object_t b, u_int depth)
{
	if (a == b)
		return a != NULL;
	if (a == NULL || b == NULL || prop_object_type(a) != prop_object_type(b) || depth == 0)
		return false;
	switch (prop_object_type(a)) {
	case PROP_TYPE_BOOL:
		return ((prop_bool_t)a)->po_bool == ((prop_bool_t)b)->po_bool;
	case PROP_TYPE_NUMBER:
		return prop_number_equals(a, b);
	case PROP_TYPE_ARRAY:
	case PROP_TYPE_DICTIONARY:
		return prop_container_equals(a, b, depth);
	default:
		return bytes_equal(a, b);
	}
}

bool
prop_object_equals(prop_object_t a, prop_object_t b)
{
	return prop_equals(a, b, EQUALS_DEPTH);
}

static void *
retained(void *obj)
{
	prop_object_retain(obj);
	return obj;
}

/* ---- Bool ---- */

prop_bool_t
prop_bool_create(bool value)
{
	struct _prop_object *const po = value_create(PROP_TYPE_BOOL);

	po->po_bool = value;
	return po;
}

prop_bool_t
prop_bool_copy(prop_bool_t pb)
{
	return retained(prop_is(pb, PROP_TYPE_BOOL));
}

bool
prop_bool_true(prop_bool_t pb)
{
	return prop_is(pb, PROP_TYPE_BOOL) != NULL && pb->po_bool;
}

bool
prop_bool_value(prop_bool_t pb)
{
	return prop_bool_true(pb);
}

/* ---- Number ---- */

prop_number_t
prop_number_create_signed(intmax_t v)
{
	struct _prop_object *const po = value_create(PROP_TYPE_NUMBER);

	po->po_signed = v;
	return po;
}

prop_number_t
prop_number_create_unsigned(uintmax_t v)
{
	struct _prop_object *const po = value_create(PROP_TYPE_NUMBER);

	po->po_value = v;
	po->po_unsigned = true;
	return po;
}

prop_number_t
prop_number_copy(prop_number_t pn)
{
	return retained(prop_is(pn, PROP_TYPE_NUMBER));
}

bool
prop_number_unsigned(prop_number_t pn)
{
	return prop_is(pn, PROP_TYPE_NUMBER) != NULL && pn->po_unsigned;
}

int
prop_number_size(prop_number_t pn)
{
	uint64_t most;

	if (prop_is(pn, PROP_TYPE_NUMBER) == NULL)
		return 0;
	/* A negative number needs the bits of its complement, and one for the sign. */
	most = pn->po_unsigned	? pn->po_value
	    : pn->po_signed < 0 ? ~pn->po_value << 1
				: pn->po_value << 1;
	if (!pn->po_unsigned && (pn->po_signed > INT32_MAX || pn->po_signed < INT32_MIN))
		return 64;
	return most > UINT32_MAX ? 64 : most > UINT16_MAX ? 32 : most > UINT8_MAX ? 16 : 8;
}

intmax_t
prop_number_signed_value(prop_number_t pn)
{
	return prop_is(pn, PROP_TYPE_NUMBER) != NULL ? pn->po_signed : 0;
}

uintmax_t
prop_number_unsigned_value(prop_number_t pn)
{
	return prop_is(pn, PROP_TYPE_NUMBER) != NULL ? pn->po_value : 0;
}

bool
prop_number_equals_signed(prop_number_t pn, intmax_t v)
{
	return prop_is(pn, PROP_TYPE_NUMBER) != NULL && pn->po_signed == v &&
	    (!pn->po_unsigned || v >= 0);
}

bool
prop_number_equals_unsigned(prop_number_t pn, uintmax_t v)
{
	return prop_is(pn, PROP_TYPE_NUMBER) != NULL && pn->po_value == v &&
	    (pn->po_unsigned || pn->po_signed >= 0);
}

bool
prop_number_equals(prop_number_t a, prop_number_t b)
{
	if (prop_is(b, PROP_TYPE_NUMBER) == NULL)
		return false;
	return b->po_unsigned ? prop_number_equals_unsigned(a, b->po_value)
			      : prop_number_equals_signed(a, b->po_signed);
}

/* ---- String, data and keysym ---- */

static struct _prop_object *
bytes_copy(prop_type_t type, const void *p, size_t len)
{
	struct _prop_object *const po = value_create(type);
	const size_t size = len + (type == PROP_TYPE_DATA ? 0 : 1);

	if (size > 0) {
		char *const copy = kmem_alloc(size, KM_SLEEP);

		memcpy(copy, p, len);
		if (size > len)
			copy[len] = '\0';
		po->po_p = copy;
		po->po_owned = true;
	}
	po->po_len = len;
	return po;
}

static struct _prop_object *
bytes_nocopy(prop_type_t type, const void *p, size_t len)
{
	struct _prop_object *const po = value_create(type);

	po->po_p = p;
	po->po_len = len;
	return po;
}

prop_string_t
prop_string_create_copy(const char *s)
{
	return bytes_copy(PROP_TYPE_STRING, s, strlen(s));
}

prop_string_t
prop_string_create_nocopy(const char *s)
{
	return bytes_nocopy(PROP_TYPE_STRING, s, strlen(s));
}

prop_string_t
prop_string_create_format(const char *fmt, ...)
{
	struct _prop_object *po;
	char probe[1], *s;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(probe, sizeof(probe), fmt, ap);
	va_end(ap);
	s = kmem_alloc((size_t)len + 1, KM_SLEEP);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)len + 1, fmt, ap);
	va_end(ap);
	po = bytes_nocopy(PROP_TYPE_STRING, s, (size_t)len);
	po->po_owned = true;
	return po;
}

prop_string_t
prop_string_copy(prop_string_t ps)
{
	return retained(prop_is(ps, PROP_TYPE_STRING));
}

size_t
prop_string_size(prop_string_t ps)
{
	return prop_is(ps, PROP_TYPE_STRING) != NULL ? ps->po_len : 0;
}

const char *
prop_string_value(prop_string_t ps)
{
	return prop_is(ps, PROP_TYPE_STRING) != NULL ? ps->po_p : NULL;
}

bool
prop_string_copy_value(prop_string_t ps, void *buf, size_t len)
{
	if (prop_is(ps, PROP_TYPE_STRING) == NULL || ps->po_len >= len)
		return false;
	memcpy(buf, ps->po_p, ps->po_len + 1);
	return true;
}

bool
prop_string_equals(prop_string_t a, prop_string_t b)
{
	return prop_is(a, PROP_TYPE_STRING) != NULL && prop_object_equals(a, b);
}

bool
prop_string_equals_string(prop_string_t ps, const char *s)
{
	return prop_is(ps, PROP_TYPE_STRING) != NULL && strcmp(ps->po_p, s) == 0;
}

prop_data_t
prop_data_create_copy(const void *p, size_t len)
{
	return bytes_copy(PROP_TYPE_DATA, p, len);
}

prop_data_t
prop_data_create_nocopy(const void *p, size_t len)
{
	return bytes_nocopy(PROP_TYPE_DATA, p, len);
}

prop_data_t
prop_data_copy(prop_data_t pd)
{
	return retained(prop_is(pd, PROP_TYPE_DATA));
}

size_t
prop_data_size(prop_data_t pd)
{
	return prop_is(pd, PROP_TYPE_DATA) != NULL ? pd->po_len : 0;
}

const void *
prop_data_value(prop_data_t pd)
{
	return prop_is(pd, PROP_TYPE_DATA) != NULL ? pd->po_p : NULL;
}

bool
prop_data_copy_value(prop_data_t pd, void *buf, size_t len)
{
	if (prop_is(pd, PROP_TYPE_DATA) == NULL || pd->po_len > len)
		return false;
	if (pd->po_len > 0)
		memcpy(buf, pd->po_p, pd->po_len);
	return true;
}

bool
prop_data_equals(prop_data_t a, prop_data_t b)
{
	return prop_is(a, PROP_TYPE_DATA) != NULL && prop_object_equals(a, b);
}

bool
prop_data_equals_data(prop_data_t pd, const void *p, size_t len)
{
	return prop_is(pd, PROP_TYPE_DATA) != NULL && pd->po_len == len &&
	    (len == 0 || memcmp(pd->po_p, p, len) == 0);
}

prop_dictionary_keysym_t
prop_keysym_create(const char *key)
{
	return bytes_copy(PROP_TYPE_DICT_KEYSYM, key, strlen(key));
}

const char *
prop_dictionary_keysym_value(prop_dictionary_keysym_t sym)
{
	return prop_is(sym, PROP_TYPE_DICT_KEYSYM) != NULL ? sym->po_p : NULL;
}

bool
prop_dictionary_keysym_equals(prop_dictionary_keysym_t a, prop_dictionary_keysym_t b)
{
	return prop_is(a, PROP_TYPE_DICT_KEYSYM) != NULL && prop_object_equals(a, b);
}
