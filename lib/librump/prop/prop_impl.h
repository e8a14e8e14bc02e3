/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * How property lists are made.
 *
 * Every object begins with its type and its count.  Values are one struct for all types that never change; arrays and
 * dictionaries each have a lock, a version that moves with each change (iterators compare it), and a flag that
 * makes them immutable for good.  The lock is a leaf towards other containers: no two are held together, and
 * nothing is released under one: the last reference of an object may be that of a container.
 */
#ifndef RUMP_PROP_IMPL_H
#define RUMP_PROP_IMPL_H

#include <sys/mutex.h>

#include <prop/proplib.h>

struct prop_head {
	prop_type_t ph_type; /* (i) */
	u_int ph_refs;	     /* (a) */
};

/* (i) all: bool, number, string, data and keysym. */
struct _prop_object {
	struct prop_head po_head;
	bool po_unsigned; /* number */
	bool po_owned;	  /* string, data: po_p is ours, po_len (+ 1 for a string) bytes of kmem */
	size_t po_len;
	union {
		const char *po_p;
		int64_t po_signed;
		uint64_t po_value;
		bool po_bool;
	};
};

/* An array's slots have no key.  Locks: (m) c_lock. */
struct prop_slot {
	struct _prop_object *ps_key;
	prop_object_t ps_obj;
};

struct prop_container {
	struct prop_head c_head;
	kmutex_t c_lock;
	struct prop_slot *c_slots; /* (m) of a dictionary sorted by key */
	u_int c_count, c_capacity; /* (m) */
	u_int c_version;	   /* (m) */
	bool c_immutable;	   /* (m) */
};
struct _prop_array {
	struct prop_container pa_c;
};
struct _prop_dictionary {
	struct prop_container pd_c;
};

/* NULL unless obj is a T. */
static inline void *
prop_is(void *obj, prop_type_t type)
{
	const struct prop_head *const h = obj;

	return h != NULL && h->ph_type == type ? obj : NULL;
}

struct prop_container *prop_container_create(prop_type_t type, u_int capacity);
void prop_container_free(struct prop_container *c);
bool prop_container_equals(struct prop_container *a, struct prop_container *b, u_int depth);
bool prop_equals(prop_object_t a, prop_object_t b, u_int depth);
prop_dictionary_keysym_t prop_keysym_create(const char *key);

#endif /* RUMP_PROP_IMPL_H */
