/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * proplib(3): arrays, dictionaries and their iterators.  Both are a row of slots; a dictionary's are sorted by key
 * and found by bisection.
 */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "prop_impl.h"

/* The container sees what it holds: nothing of the iterator's is locked, one thread uses it. */
struct _prop_object_iterator {
	struct prop_container *pi_c; /* (i) a reference */
	u_int pi_next, pi_version;
};

/* ---- Rows of slots ---- */

struct prop_container *
prop_container_create(prop_type_t type, u_int capacity)
{
	struct prop_container *const c = kmem_zalloc(sizeof(*c), KM_SLEEP);

	c->c_head.ph_type = type;
	c->c_head.ph_refs = 1;
	mutex_init(&c->c_lock, MUTEX_DEFAULT, IPL_NONE);
	if (capacity > 0) {
		c->c_slots = kmem_alloc(capacity * sizeof(c->c_slots[0]), KM_SLEEP);
		c->c_capacity = capacity;
	}
	return c;
}

void
prop_container_free(struct prop_container *c)
{
	for (u_int i = 0; i < c->c_count; i++) {
		prop_object_release(c->c_slots[i].ps_key);
		prop_object_release(c->c_slots[i].ps_obj);
	}
	if (c->c_capacity > 0)
		kmem_free(c->c_slots, c->c_capacity * sizeof(c->c_slots[0]));
	mutex_destroy(&c->c_lock);
	kmem_free(c, sizeof(*c));
}

static void
grow_locked(struct prop_container *c, u_int capacity)
{
	struct prop_slot *slots;

	KASSERT(mutex_owned(&c->c_lock));
	if (capacity <= c->c_capacity)
		return;
	slots = kmem_alloc(capacity * sizeof(slots[0]), KM_SLEEP);
	if (c->c_count > 0)
		memcpy(slots, c->c_slots, c->c_count * sizeof(slots[0]));
	if (c->c_capacity > 0)
		kmem_free(c->c_slots, c->c_capacity * sizeof(slots[0]));
	c->c_slots = slots;
	c->c_capacity = capacity;
}

/* owns: the references in slot are the container's now. */
static void
insert_locked(struct prop_container *c, u_int i, struct prop_slot slot)
{
	if (c->c_count == c->c_capacity)
		grow_locked(c, MAX(8, c->c_capacity * 2));
	memmove(&c->c_slots[i + 1], &c->c_slots[i], (c->c_count - i) * sizeof(slot));
	c->c_slots[i] = slot;
	c->c_count++;
	c->c_version++;
}

static struct prop_slot
remove_locked(struct prop_container *c, u_int i)
{
	const struct prop_slot slot = c->c_slots[i];

	c->c_count--;
	memmove(&c->c_slots[i], &c->c_slots[i + 1], (c->c_count - i) * sizeof(slot));
	c->c_version++;
	return slot;
}

/* The slot of key, or where it would stand. */
static bool
find_locked(const struct prop_container *c, const char *key, u_int *ip)
{
	u_int lo = 0, hi = c->c_count;

	while (lo < hi) {
		const u_int mid = lo + (hi - lo) / 2;
		const int order = strcmp(key, c->c_slots[mid].ps_key->po_p);

		if (order == 0) {
			*ip = mid;
			return true;
		}
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	*ip = lo;
	return false;
}

/* Slot i with references of its own; false past the end. */
static bool
slot_get(struct prop_container *c, u_int i, struct prop_slot *slot)
{
	bool there;

	mutex_enter(&c->c_lock);
	if ((there = i < c->c_count)) {
		*slot = c->c_slots[i];
		prop_object_retain(slot->ps_key);
		prop_object_retain(slot->ps_obj);
	}
	mutex_exit(&c->c_lock);
	return there;
}

static void
slot_release(struct prop_slot *slot)
{
	prop_object_release(slot->ps_key);
	prop_object_release(slot->ps_obj);
}

bool
prop_container_equals(struct prop_container *a, struct prop_container *b, u_int depth)
{
	for (u_int i = 0;; i++) {
		struct prop_slot sa, sb;
		const bool more = slot_get(a, i, &sa), moreb = slot_get(b, i, &sb);
		const bool equal = more == moreb &&
		    (!more ||
			((sa.ps_key == NULL || prop_object_equals(sa.ps_key, sb.ps_key)) &&
			    prop_equals(sa.ps_obj, sb.ps_obj, depth - 1)));

		if (more)
			slot_release(&sa);
		if (moreb)
			slot_release(&sb);
		if (!equal || !more)
			return equal;
	}
}

static u_int
container_count(struct prop_container *c)
{
	u_int n;

	mutex_enter(&c->c_lock);
	n = c->c_count;
	mutex_exit(&c->c_lock);
	return n;
}

static struct prop_container *
container_copy(struct prop_container *c, bool mutable)
{
	struct prop_container *const copy =
	    prop_container_create(c->c_head.ph_type, container_count(c));
	struct prop_slot slot;

	mutex_enter(&copy->c_lock);
	for (u_int i = 0; slot_get(c, i, &slot); i++)
		insert_locked(copy, i, slot);
	mutex_exit(&copy->c_lock);
	mutex_enter(&c->c_lock);
	copy->c_immutable = c->c_immutable && !mutable;
	mutex_exit(&c->c_lock);
	return copy;
}

static bool
container_ensure(struct prop_container *c, u_int capacity)
{
	bool ok;

	mutex_enter(&c->c_lock);
	if ((ok = !c->c_immutable))
		grow_locked(c, capacity);
	mutex_exit(&c->c_lock);
	return ok;
}

static void
container_freeze(struct prop_container *c)
{
	mutex_enter(&c->c_lock);
	c->c_immutable = true;
	mutex_exit(&c->c_lock);
}

static bool
container_mutable(struct prop_container *c)
{
	bool ok;

	mutex_enter(&c->c_lock);
	ok = !c->c_immutable;
	mutex_exit(&c->c_lock);
	return ok;
}

/* ---- Iterators ---- */

static prop_object_iterator_t
iterator_create(struct prop_container *c)
{
	prop_object_iterator_t pi;

	if (c == NULL)
		return NULL;
	pi = kmem_zalloc(sizeof(*pi), KM_SLEEP);
	prop_object_retain(c);
	pi->pi_c = c;
	prop_object_iterator_reset(pi);
	return pi;
}

void
prop_object_iterator_reset(prop_object_iterator_t pi)
{
	mutex_enter(&pi->pi_c->c_lock);
	pi->pi_next = 0;
	pi->pi_version = pi->pi_c->c_version;
	mutex_exit(&pi->pi_c->c_lock);
}

prop_object_t
prop_object_iterator_next(prop_object_iterator_t pi)
{
	struct prop_container *const c = pi->pi_c;
	prop_object_t obj = NULL;

	mutex_enter(&c->c_lock);
	if (pi->pi_version == c->c_version && pi->pi_next < c->c_count) {
		const struct prop_slot *const slot = &c->c_slots[pi->pi_next++];

		obj = slot->ps_key != NULL ? (prop_object_t)slot->ps_key : slot->ps_obj;
	}
	mutex_exit(&c->c_lock);
	return obj;
}

void
prop_object_iterator_release(prop_object_iterator_t pi)
{
	if (pi == NULL)
		return;
	prop_object_release(pi->pi_c);
	kmem_free(pi, sizeof(*pi));
}

/* ---- Arrays ---- */

static inline struct prop_container *
array(prop_array_t pa)
{
	return prop_is(pa, PROP_TYPE_ARRAY);
}

prop_array_t
prop_array_create(void)
{
	return prop_array_create_with_capacity(0);
}

prop_array_t
prop_array_create_with_capacity(unsigned int n)
{
	return (prop_array_t)prop_container_create(PROP_TYPE_ARRAY, n);
}

prop_array_t
prop_array_copy(prop_array_t pa)
{
	return array(pa) != NULL ? (prop_array_t)container_copy(array(pa), false) : NULL;
}

prop_array_t
prop_array_copy_mutable(prop_array_t pa)
{
	return array(pa) != NULL ? (prop_array_t)container_copy(array(pa), true) : NULL;
}

unsigned int
prop_array_capacity(prop_array_t pa)
{
	unsigned int n;

	if (array(pa) == NULL)
		return 0;
	mutex_enter(&pa->pa_c.c_lock);
	n = pa->pa_c.c_capacity;
	mutex_exit(&pa->pa_c.c_lock);
	return n;
}

unsigned int
prop_array_count(prop_array_t pa)
{
	return array(pa) != NULL ? container_count(array(pa)) : 0;
}

bool
prop_array_ensure_capacity(prop_array_t pa, unsigned int n)
{
	return array(pa) != NULL && container_ensure(array(pa), n);
}

void
prop_array_make_immutable(prop_array_t pa)
{
	if (array(pa) != NULL)
		container_freeze(array(pa));
}

bool
prop_array_mutable(prop_array_t pa)
{
	return array(pa) != NULL && container_mutable(array(pa));
}

prop_object_iterator_t
prop_array_iterator(prop_array_t pa)
{
	return iterator_create(array(pa));
}

prop_object_t
prop_array_get(prop_array_t pa, unsigned int i)
{
	struct prop_container *const c = array(pa);
	prop_object_t obj = NULL;

	if (c == NULL)
		return NULL;
	mutex_enter(&c->c_lock);
	if (i < c->c_count)
		obj = c->c_slots[i].ps_obj;
	mutex_exit(&c->c_lock);
	return obj;
}

bool
prop_array_set(prop_array_t pa, unsigned int i, prop_object_t obj)
{
	struct prop_container *const c = array(pa);
	prop_object_t old = NULL;
	bool ok;

	if (c == NULL || obj == NULL)
		return false;
	prop_object_retain(obj);
	mutex_enter(&c->c_lock);
	if ((ok = !c->c_immutable && i <= c->c_count)) {
		if (i == c->c_count) {
			insert_locked(c, i, (struct prop_slot){ .ps_obj = obj });
		} else {
			old = c->c_slots[i].ps_obj;
			c->c_slots[i].ps_obj = obj;
		}
	}
	mutex_exit(&c->c_lock);
	prop_object_release(ok ? old : obj);
	return ok;
}

bool
prop_array_add(prop_array_t pa, prop_object_t obj)
{
	struct prop_container *const c = array(pa);
	bool ok;

	if (c == NULL || obj == NULL)
		return false;
	mutex_enter(&c->c_lock);
	if ((ok = !c->c_immutable)) {
		prop_object_retain(obj);
		insert_locked(c, c->c_count, (struct prop_slot){ .ps_obj = obj });
	}
	mutex_exit(&c->c_lock);
	return ok;
}

bool
prop_array_add_and_rel(prop_array_t pa, prop_object_t obj)
{
	const bool ok = prop_array_add(pa, obj);

	prop_object_release(obj);
	return ok;
}

void
prop_array_remove(prop_array_t pa, unsigned int i)
{
	struct prop_container *const c = array(pa);
	struct prop_slot slot = { NULL, NULL };

	if (c == NULL)
		return;
	mutex_enter(&c->c_lock);
	if (!c->c_immutable && i < c->c_count)
		slot = remove_locked(c, i);
	mutex_exit(&c->c_lock);
	slot_release(&slot);
}

bool
prop_array_equals(prop_array_t a, prop_array_t b)
{
	return array(a) != NULL && prop_object_equals(a, b);
}

/* ---- Dictionaries ---- */

static inline struct prop_container *
dict(prop_dictionary_t pd)
{
	return prop_is(pd, PROP_TYPE_DICTIONARY);
}

prop_dictionary_t
prop_dictionary_create(void)
{
	return prop_dictionary_create_with_capacity(0);
}

prop_dictionary_t
prop_dictionary_create_with_capacity(unsigned int n)
{
	return (prop_dictionary_t)prop_container_create(PROP_TYPE_DICTIONARY, n);
}

prop_dictionary_t
prop_dictionary_copy(prop_dictionary_t pd)
{
	return dict(pd) != NULL ? (prop_dictionary_t)container_copy(dict(pd), false) : NULL;
}

prop_dictionary_t
prop_dictionary_copy_mutable(prop_dictionary_t pd)
{
	return dict(pd) != NULL ? (prop_dictionary_t)container_copy(dict(pd), true) : NULL;
}

unsigned int
prop_dictionary_count(prop_dictionary_t pd)
{
	return dict(pd) != NULL ? container_count(dict(pd)) : 0;
}

bool
prop_dictionary_ensure_capacity(prop_dictionary_t pd, unsigned int n)
{
	return dict(pd) != NULL && container_ensure(dict(pd), n);
}

void
prop_dictionary_make_immutable(prop_dictionary_t pd)
{
	if (dict(pd) != NULL)
		container_freeze(dict(pd));
}

bool
prop_dictionary_mutable(prop_dictionary_t pd)
{
	return dict(pd) != NULL && container_mutable(dict(pd));
}

prop_object_iterator_t
prop_dictionary_iterator(prop_dictionary_t pd)
{
	return iterator_create(dict(pd));
}

prop_array_t
prop_dictionary_all_keys(prop_dictionary_t pd)
{
	struct prop_slot slot;
	prop_array_t keys;

	if (dict(pd) == NULL)
		return NULL;
	keys = prop_array_create();
	for (u_int i = 0; slot_get(dict(pd), i, &slot); i++) {
		(void)prop_array_add_and_rel(keys, prop_string_create_copy(slot.ps_key->po_p));
		slot_release(&slot);
	}
	return keys;
}

prop_object_t
prop_dictionary_get(prop_dictionary_t pd, const char *key)
{
	struct prop_container *const c = dict(pd);
	prop_object_t obj = NULL;
	u_int i;

	if (c == NULL)
		return NULL;
	mutex_enter(&c->c_lock);
	if (find_locked(c, key, &i))
		obj = c->c_slots[i].ps_obj;
	mutex_exit(&c->c_lock);
	return obj;
}

bool
prop_dictionary_set(prop_dictionary_t pd, const char *key, prop_object_t obj)
{
	struct prop_container *const c = dict(pd);
	struct prop_slot slot = { NULL, NULL };
	u_int i;
	bool ok;

	if (c == NULL || obj == NULL || strlen(key) > PROP_DICTIONARY_KEYMAX)
		return false;
	slot.ps_key = prop_keysym_create(key);
	slot.ps_obj = obj;
	prop_object_retain(obj);
	mutex_enter(&c->c_lock);
	if ((ok = !c->c_immutable)) {
		if (find_locked(c, key, &i)) {
			const prop_object_t old = c->c_slots[i].ps_obj;

			c->c_slots[i].ps_obj = slot.ps_obj;
			slot.ps_obj = old;
		} else {
			insert_locked(c, i, slot);
			slot = (struct prop_slot){ NULL, NULL };
		}
	}
	mutex_exit(&c->c_lock);
	slot_release(&slot);
	return ok;
}

bool
prop_dictionary_set_and_rel(prop_dictionary_t pd, const char *key, prop_object_t obj)
{
	const bool ok = prop_dictionary_set(pd, key, obj);

	prop_object_release(obj);
	return ok;
}

void
prop_dictionary_remove(prop_dictionary_t pd, const char *key)
{
	struct prop_container *const c = dict(pd);
	struct prop_slot slot = { NULL, NULL };
	u_int i;

	if (c == NULL)
		return;
	mutex_enter(&c->c_lock);
	if (!c->c_immutable && find_locked(c, key, &i))
		slot = remove_locked(c, i);
	mutex_exit(&c->c_lock);
	slot_release(&slot);
}

prop_object_t
prop_dictionary_get_keysym(prop_dictionary_t pd, prop_dictionary_keysym_t sym)
{
	const char *const key = prop_dictionary_keysym_value(sym);

	return key != NULL ? prop_dictionary_get(pd, key) : NULL;
}

bool
prop_dictionary_set_keysym(prop_dictionary_t pd, prop_dictionary_keysym_t sym, prop_object_t obj)
{
	const char *const key = prop_dictionary_keysym_value(sym);

	return key != NULL && prop_dictionary_set(pd, key, obj);
}

void
prop_dictionary_remove_keysym(prop_dictionary_t pd, prop_dictionary_keysym_t sym)
{
	const char *const key = prop_dictionary_keysym_value(sym);

	if (key != NULL)
		prop_dictionary_remove(pd, key);
}

bool
prop_dictionary_equals(prop_dictionary_t a, prop_dictionary_t b)
{
	return dict(a) != NULL && prop_object_equals(a, b);
}
