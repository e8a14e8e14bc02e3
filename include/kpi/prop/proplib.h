/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * proplib(3), prop_copyin_ioctl(9): property lists: counted objects of seven types, and their form as XML.
 *
 *	bool number string data		never change
 *	array dictionary		hold references; serialised by a lock of their own
 *	dict_keysym			the name of a dictionary's entry
 *
 * A "create" or "copy" function returns a reference, released by prop_object_release(); "get" and iterators
 * return an object that its container holds.  What may fail for want of memory sleeps instead; NULL and
 * false come of wrong types, immutable objects, indexes and keys that are not there.  ctx: thread.
 */
#ifndef KPI_PROP_PROPLIB_H
#define KPI_PROP_PROPLIB_H

#include <sys/types.h>

typedef enum {
	PROP_TYPE_UNKNOWN = 0x00000000,
	PROP_TYPE_BOOL = 0x626f6f6c,
	PROP_TYPE_NUMBER = 0x6e6d6272,
	PROP_TYPE_STRING = 0x73746e67,
	PROP_TYPE_DATA = 0x64617461,
	PROP_TYPE_ARRAY = 0x61726179,
	PROP_TYPE_DICTIONARY = 0x64696374,
	PROP_TYPE_DICT_KEYSYM = 0x646b6579
} prop_type_t;

struct _prop_object;
typedef void *prop_object_t;
typedef struct _prop_object *prop_bool_t;
typedef struct _prop_object *prop_number_t;
typedef struct _prop_object *prop_string_t;
typedef struct _prop_object *prop_data_t;
typedef struct _prop_array *prop_array_t;
typedef struct _prop_dictionary *prop_dictionary_t;
typedef struct _prop_object *prop_dictionary_keysym_t;
typedef struct _prop_object_iterator *prop_object_iterator_t;

/* What an ioctl carries: a list in user space. */
struct plistref {
	void *pref_plist;
	size_t pref_len;
};

/* ---- Objects ---- */

/* NULL is allowed: nothing happens, PROP_TYPE_UNKNOWN. */
void prop_object_retain(prop_object_t obj);
void prop_object_release(prop_object_t obj);
prop_type_t prop_object_type(prop_object_t obj);
/* By contents. */
bool prop_object_equals(prop_object_t a, prop_object_t b);

/*
 * An iterator sees the container as it was when it was made or reset, and NULL at the end or once the container has
 * changed.  An array gives its objects, a dictionary its keysyms, in the order of their names.
 */
prop_object_t prop_object_iterator_next(prop_object_iterator_t pi);
void prop_object_iterator_reset(prop_object_iterator_t pi);
void prop_object_iterator_release(prop_object_iterator_t pi);

/* ---- Bool ---- */

prop_bool_t prop_bool_create(bool value);
prop_bool_t prop_bool_copy(prop_bool_t pb);
bool prop_bool_true(prop_bool_t pb);
bool prop_bool_value(prop_bool_t pb);

/* ---- Number: signed or unsigned, 64 bits.  Equal by value: 1 is 1, whatever the sign. ---- */

prop_number_t prop_number_create_signed(intmax_t v);
prop_number_t prop_number_create_unsigned(uintmax_t v);
prop_number_t prop_number_copy(prop_number_t pn);
bool prop_number_unsigned(prop_number_t pn);
/* Bits that the value needs: 8, 16, 32 or 64; 0 for what is no number. */
int prop_number_size(prop_number_t pn);
intmax_t prop_number_signed_value(prop_number_t pn);
uintmax_t prop_number_unsigned_value(prop_number_t pn);
bool prop_number_equals(prop_number_t a, prop_number_t b);
bool prop_number_equals_signed(prop_number_t pn, intmax_t v);
bool prop_number_equals_unsigned(prop_number_t pn, uintmax_t v);

/* ---- String ---- */

prop_string_t prop_string_create_copy(const char *s);
/* s outlives the object, unchanged. */
prop_string_t prop_string_create_nocopy(const char *s);
prop_string_t prop_string_create_format(const char *fmt, ...) __printflike(1, 2);
prop_string_t prop_string_copy(prop_string_t ps);
/* Bytes, without the NUL. */
size_t prop_string_size(prop_string_t ps);
const char *prop_string_value(prop_string_t ps);
/* false when buf is too small. */
bool prop_string_copy_value(prop_string_t ps, void *buf, size_t len);
bool prop_string_equals(prop_string_t a, prop_string_t b);
bool prop_string_equals_string(prop_string_t ps, const char *s);

/* ---- Data ---- */

prop_data_t prop_data_create_copy(const void *p, size_t len);
prop_data_t prop_data_create_nocopy(const void *p, size_t len);
prop_data_t prop_data_copy(prop_data_t pd);
size_t prop_data_size(prop_data_t pd);
const void *prop_data_value(prop_data_t pd);
bool prop_data_copy_value(prop_data_t pd, void *buf, size_t len);
bool prop_data_equals(prop_data_t a, prop_data_t b);
bool prop_data_equals_data(prop_data_t pd, const void *p, size_t len);

/* ---- Array: "add" and "set" take a reference of their own; the _and_rel form takes the caller's. ---- */

prop_array_t prop_array_create(void);
prop_array_t prop_array_create_with_capacity(unsigned int n);
/* The same objects in another array: changeable if the original is, or in any case. */
prop_array_t prop_array_copy(prop_array_t pa);
prop_array_t prop_array_copy_mutable(prop_array_t pa);
unsigned int prop_array_capacity(prop_array_t pa);
unsigned int prop_array_count(prop_array_t pa);
bool prop_array_ensure_capacity(prop_array_t pa, unsigned int n);
void prop_array_make_immutable(prop_array_t pa);
bool prop_array_mutable(prop_array_t pa);
prop_object_iterator_t prop_array_iterator(prop_array_t pa);
prop_object_t prop_array_get(prop_array_t pa, unsigned int i);
/* i is at most the count. */
bool prop_array_set(prop_array_t pa, unsigned int i, prop_object_t obj);
bool prop_array_add(prop_array_t pa, prop_object_t obj);
bool prop_array_add_and_rel(prop_array_t pa, prop_object_t obj);
void prop_array_remove(prop_array_t pa, unsigned int i);
bool prop_array_equals(prop_array_t a, prop_array_t b);

/* ---- Dictionary: keys are strings of at most PROP_DICTIONARY_KEYMAX bytes, sorted. ---- */

#define PROP_DICTIONARY_KEYMAX 255

prop_dictionary_t prop_dictionary_create(void);
prop_dictionary_t prop_dictionary_create_with_capacity(unsigned int n);
prop_dictionary_t prop_dictionary_copy(prop_dictionary_t pd);
prop_dictionary_t prop_dictionary_copy_mutable(prop_dictionary_t pd);
unsigned int prop_dictionary_count(prop_dictionary_t pd);
bool prop_dictionary_ensure_capacity(prop_dictionary_t pd, unsigned int n);
void prop_dictionary_make_immutable(prop_dictionary_t pd);
bool prop_dictionary_mutable(prop_dictionary_t pd);
prop_object_iterator_t prop_dictionary_iterator(prop_dictionary_t pd);
/* An array of strings. */
prop_array_t prop_dictionary_all_keys(prop_dictionary_t pd);
prop_object_t prop_dictionary_get(prop_dictionary_t pd, const char *key);
bool prop_dictionary_set(prop_dictionary_t pd, const char *key, prop_object_t obj);
bool prop_dictionary_set_and_rel(prop_dictionary_t pd, const char *key, prop_object_t obj);
void prop_dictionary_remove(prop_dictionary_t pd, const char *key);
prop_object_t prop_dictionary_get_keysym(prop_dictionary_t pd, prop_dictionary_keysym_t sym);
bool prop_dictionary_set_keysym(
    prop_dictionary_t pd, prop_dictionary_keysym_t sym, prop_object_t obj);
void prop_dictionary_remove_keysym(prop_dictionary_t pd, prop_dictionary_keysym_t sym);
bool prop_dictionary_equals(prop_dictionary_t a, prop_dictionary_t b);
const char *prop_dictionary_keysym_value(prop_dictionary_keysym_t sym);
bool prop_dictionary_keysym_equals(prop_dictionary_keysym_t a, prop_dictionary_keysym_t b);

/* ---- By type: false when there is none, or it is of another type or out of the type's range. ---- */

#define PROP_DECLARE_NUMBER(name, type)                                                   \
	bool prop_dictionary_get_##name(prop_dictionary_t pd, const char *key, type *vp); \
	bool prop_dictionary_set_##name(prop_dictionary_t pd, const char *key, type v);   \
	bool prop_array_get_##name(prop_array_t pa, unsigned int i, type *vp);            \
	bool prop_array_set_##name(prop_array_t pa, unsigned int i, type v);              \
	bool prop_array_add_##name(prop_array_t pa, type v)
PROP_DECLARE_NUMBER(int8, int8_t);
PROP_DECLARE_NUMBER(uint8, uint8_t);
PROP_DECLARE_NUMBER(int16, int16_t);
PROP_DECLARE_NUMBER(uint16, uint16_t);
PROP_DECLARE_NUMBER(int32, int32_t);
PROP_DECLARE_NUMBER(uint32, uint32_t);
PROP_DECLARE_NUMBER(int64, int64_t);
PROP_DECLARE_NUMBER(uint64, uint64_t);
PROP_DECLARE_NUMBER(bool, bool);

/* The string or data is the object's: as long as that lives. */
bool prop_dictionary_get_string(prop_dictionary_t pd, const char *key, const char **sp);
bool prop_dictionary_set_string(prop_dictionary_t pd, const char *key, const char *s);
bool prop_dictionary_set_string_nocopy(prop_dictionary_t pd, const char *key, const char *s);
bool prop_dictionary_get_data(prop_dictionary_t pd, const char *key, const void **pp, size_t *lenp);
bool prop_dictionary_set_data(prop_dictionary_t pd, const char *key, const void *p, size_t len);
bool prop_array_get_string(prop_array_t pa, unsigned int i, const char **sp);
bool prop_array_add_string(prop_array_t pa, const char *s);

/* ---- As text ---- */

/*
 * XML, freed by the caller: free(s, M_TEMP).  NULL when a dictionary or array holds what has no text, or is
 * deeper than PROP_DEPTH.
 */
#define PROP_DEPTH 64
char *prop_dictionary_externalize(prop_dictionary_t pd);
char *prop_array_externalize(prop_array_t pa);
/* NULL for anything that is not a list in this form: truncated, too deep, unknown, keys twice. */
prop_dictionary_t prop_dictionary_internalize(const char *xml);
prop_array_t prop_array_internalize(const char *xml);

/*
 * Between kernel and the user memory that a plistref names.  copyin: errors: E2BIG (empty, or more than a
 * MiB), EFAULT, EIO (no list).  copyout: the text goes to new memory of the process on NetBSD; here to where
 * pref_plist points, pref_len bytes, and pref_len becomes the text's length: errors: ENOSPC (with pref_len
 * set), EFAULT, EOPNOTSUPP (what has no text).  The _ioctl forms do what the direction bits of cmd
 * say: copyin needs IOC_IN, copyout IOC_OUT, else EFAULT.
 */
int prop_dictionary_copyin(const struct plistref *pref, prop_dictionary_t *dictp);
int prop_dictionary_copyout(struct plistref *pref, prop_dictionary_t dict);
int prop_array_copyin(const struct plistref *pref, prop_array_t *arrayp);
int prop_array_copyout(struct plistref *pref, prop_array_t array);
int prop_dictionary_copyin_ioctl(
    const struct plistref *pref, const u_long cmd, prop_dictionary_t *dictp);
int prop_dictionary_copyout_ioctl(struct plistref *pref, const u_long cmd, prop_dictionary_t dict);
int prop_array_copyin_ioctl(const struct plistref *pref, const u_long cmd, prop_array_t *arrayp);
int prop_array_copyout_ioctl(struct plistref *pref, const u_long cmd, prop_array_t array);

/* ---- Older names, which most drivers use ---- */

#define prop_number_create_integer(v)		     prop_number_create_signed(v)
#define prop_number_create_unsigned_integer(v)	     prop_number_create_unsigned(v)
#define prop_number_integer_value(pn)		     prop_number_signed_value(pn)
#define prop_number_unsigned_integer_value(pn)	     prop_number_unsigned_value(pn)
#define prop_number_equals_integer(pn, v)	     prop_number_equals_signed((pn), (v))
#define prop_number_equals_unsigned_integer(pn, v)   prop_number_equals_unsigned((pn), (v))
#define prop_string_create_cstring(s)		     prop_string_create_copy(s)
#define prop_string_create_cstring_nocopy(s)	     prop_string_create_nocopy(s)
#define prop_string_cstring_nocopy(ps)		     prop_string_value(ps)
#define prop_string_equals_cstring(ps, s)	     prop_string_equals_string((ps), (s))
#define prop_data_create_data(p, n)		     prop_data_create_copy((p), (n))
#define prop_data_create_data_nocopy(p, n)	     prop_data_create_nocopy((p), (n))
#define prop_data_data_nocopy(pd)		     prop_data_value(pd)
#define prop_dictionary_keysym_cstring_nocopy(s)     prop_dictionary_keysym_value(s)
#define prop_dictionary_set_cstring(d, k, s)	     prop_dictionary_set_string((d), (k), (s))
#define prop_dictionary_set_cstring_nocopy(d, k, s)  prop_dictionary_set_string_nocopy((d), (k), (s))
#define prop_dictionary_get_cstring_nocopy(d, k, sp) prop_dictionary_get_string((d), (k), (sp))
#define prop_array_get_cstring_nocopy(a, i, sp)	     prop_array_get_string((a), (i), (sp))

#endif /* KPI_PROP_PROPLIB_H */
