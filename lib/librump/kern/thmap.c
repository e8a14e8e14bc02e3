/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * thmap(9): a trie over the bits of a hash, four a level.
 *
 *	root --> node of 16 slots --> node ... --> leaf (key, value)
 *
 * A slot is 0, the offset of a node, or that of a leaf with bit 0 set.  Each change is one compare-and-swap of a slot:
 *
 *	0 -> leaf		put
 *	leaf -> node(leaf)	put, when another key has come this far: the leaf moves one level down
 *	leaf -> 0		del
 *
 * Nodes stay until the map goes, so who follows one needs no care; a leaf that was taken out goes to th_garbage, and its
 * memory to the caller's grace period.  The first 8 levels go by a hash of the key and a seed that the root holds.  Keys
 * can be made that agree in it for every seed, so the levels below go by the length and then by the key itself, in which two keys
 * do differ: the depth is bounded by the longest key.
 */
#include <sys/param.h>
#include <sys/cprng.h>
#include <sys/hash.h>
#include <sys/kmem.h>
#include <sys/systm.h>
#include <sys/thmap.h>

#define BITS	   4
#define SLOTS	   (1U << BITS)
#define HASHLEVELS (32 / BITS)
#define LENLEVELS  (64 / BITS)
#define LEAF	   ((uintptr_t)1)

struct node {
	uintptr_t n_slots[SLOTS]; /* atomic */
	struct node *n_next;	  /* to be freed, when the map goes */
};

struct root {
	struct node r_node;
	uint32_t r_seed; /* (i) */
};

/* (i) but for lf_next. */
struct leaf {
	uintptr_t lf_key; /* offset of a copy, or the address with THMAP_NOCOPY */
	size_t lf_len;
	void *lf_value;
	struct leaf *lf_next; /* in the garbage */
};

struct thmap {
	uintptr_t th_base;	   /* (i) */
	uintptr_t th_root;	   /* atomic; offset, 0 until set */
	const thmap_ops_t *th_ops; /* (i) */
	unsigned th_flags;	   /* (i) */
	bool th_own;		   /* (i) the root is ours to free */
	struct leaf *th_garbage;   /* atomic */
};

static uintptr_t
default_alloc(size_t len)
{
	return (uintptr_t)kmem_intr_alloc(len, KM_NOSLEEP);
}

static void
default_free(uintptr_t p, size_t len)
{
	kmem_intr_free((void *)p, len);
}

static const thmap_ops_t default_ops = { default_alloc, default_free };

/* ---- Memory ---- */

static inline void *
address(const thmap_t *map, uintptr_t offset)
{
	return (void *)(map->th_base + offset);
}

static inline uintptr_t
offset_of(const thmap_t *map, const void *p)
{
	return (uintptr_t)p - map->th_base;
}

static void *
get_memory(thmap_t *map, size_t len)
{
	const uintptr_t offset = (*map->th_ops->alloc)(len);

	if (offset == 0)
		return NULL;
	KASSERT((offset & LEAF) == 0);
	memset(address(map, offset), 0, len);
	return address(map, offset);
}

static void
leaf_free(thmap_t *map, struct leaf *lf)
{
	if ((map->th_flags & THMAP_NOCOPY) == 0 && lf->lf_len > 0)
		(*map->th_ops->free)(lf->lf_key, lf->lf_len);
	(*map->th_ops->free)(offset_of(map, lf), sizeof(*lf));
}

static struct leaf *
leaf_create(thmap_t *map, const void *key, size_t len, void *val)
{
	struct leaf *const lf = get_memory(map, sizeof(*lf));

	if (lf == NULL)
		return NULL;
	lf->lf_len = len;
	lf->lf_value = val;
	if ((map->th_flags & THMAP_NOCOPY) != 0) {
		lf->lf_key = (uintptr_t)key;
	} else if (len > 0) {
		if ((lf->lf_key = (*map->th_ops->alloc)(len)) == 0) {
			lf->lf_len = 0;
			leaf_free(map, lf);
			return NULL;
		}
		memcpy(address(map, lf->lf_key), key, len);
	}
	return lf;
}

static const void *
leaf_key(const thmap_t *map, const struct leaf *lf)
{
	return (map->th_flags & THMAP_NOCOPY) != 0 ? (const void *)lf->lf_key
						   : address(map, lf->lf_key);
}

static bool
leaf_matches(const thmap_t *map, const struct leaf *lf, const void *key, size_t len)
{
	return lf->lf_len == len && (len == 0 || memcmp(leaf_key(map, lf), key, len) == 0);
}

/* ---- The way down ---- */

/* Where a key is: its slot at this level. */
struct walk {
	thmap_t *w_map;
	const struct root *w_root;
	const void *w_key;
	size_t w_len;
	struct node *w_node;
	size_t w_level;
	uint32_t w_hash;
};

static u_int
slot_at(const void *key, size_t len, size_t level, uint32_t hash)
{
	const uint8_t *const bytes = key;

	if (level < HASHLEVELS)
		return hash >> level * BITS & (SLOTS - 1);
	level -= HASHLEVELS;
	if (level < LENLEVELS)
		return (uint64_t)len >> level * BITS & (SLOTS - 1);
	level -= LENLEVELS;
	KASSERTMSG(level / 2 < len, "equal keys parted");
	return bytes[level / 2] >> level % 2 * BITS & (SLOTS - 1);
}

static void
walk_start(struct walk *w, thmap_t *map, const void *key, size_t len)
{
	struct root *const root = address(map, __atomic_load_n(&map->th_root, __ATOMIC_ACQUIRE));

	*w = (struct walk){
		.w_map = map, .w_root = root, .w_key = key, .w_len = len, .w_node = &root->r_node
	};
	w->w_hash = murmurhash2(key, len, root->r_seed);
}

/* Go down to the slot that is no node's; what it holds. */
static uintptr_t *
walk_down(struct walk *w, uintptr_t *held)
{
	for (;;) {
		uintptr_t *const slot =
		    &w->w_node->n_slots[slot_at(w->w_key, w->w_len, w->w_level, w->w_hash)];

		*held = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
		if (*held == 0 || (*held & LEAF) != 0)
			return slot;
		w->w_node = address(w->w_map, *held);
		w->w_level++;
	}
}

static inline struct leaf *
leaf_of(const thmap_t *map, uintptr_t held)
{
	return address(map, held & ~LEAF);
}

static bool
swap(uintptr_t *slot, uintptr_t old, uintptr_t new)
{
	return __atomic_compare_exchange_n(
	    slot, &old, new, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

void *
thmap_get(thmap_t *map, const void *key, size_t len)
{
	struct walk w;
	uintptr_t held;

	walk_start(&w, map, key, len);
	(void)walk_down(&w, &held);
	if (held == 0 || !leaf_matches(map, leaf_of(map, held), key, len))
		return NULL;
	return leaf_of(map, held)->lf_value;
}

/* Put a node in the place of a leaf, which moves into it; false without memory. */
static bool
push_down(struct walk *w, uintptr_t *slot, uintptr_t held)
{
	thmap_t *const map = w->w_map;
	const struct leaf *const lf = leaf_of(map, held);
	struct node *const n = get_memory(map, sizeof(*n));
	const void *const key = leaf_key(map, lf);

	if (n == NULL)
		return false;
	n->n_slots[slot_at(key, lf->lf_len, w->w_level + 1,
	    murmurhash2(key, lf->lf_len, w->w_root->r_seed))] = held;
	if (!swap(slot, held, offset_of(map, n)))
		(*map->th_ops->free)(offset_of(map, n), sizeof(*n));
	return true;
}

void *
thmap_put(thmap_t *map, const void *key, size_t len, void *val)
{
	struct leaf *const lf = leaf_create(map, key, len, val);
	struct walk w;
	uintptr_t held;

	if (lf == NULL)
		return NULL;
	walk_start(&w, map, key, len);
	for (;;) {
		uintptr_t *const slot = walk_down(&w, &held);

		if (held == 0) {
			if (swap(slot, 0, offset_of(map, lf) | LEAF))
				return val;
		} else if (leaf_matches(map, leaf_of(map, held), key, len)) {
			val = leaf_of(map, held)->lf_value;
			break;
		} else if (!push_down(&w, slot, held)) {
			val = NULL;
			break;
		}
	}
	leaf_free(map, lf);
	return val;
}

void *
thmap_del(thmap_t *map, const void *key, size_t len)
{
	struct walk w;
	struct leaf *lf;
	uintptr_t held, *slot;

	walk_start(&w, map, key, len);
	do {
		slot = walk_down(&w, &held);
		if (held == 0 || !leaf_matches(map, leaf_of(map, held), key, len))
			return NULL;
	} while (!swap(slot, held, 0));
	lf = leaf_of(map, held);
	lf->lf_next = __atomic_load_n(&map->th_garbage, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(
	    &map->th_garbage, &lf->lf_next, lf, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		continue;
	return lf->lf_value;
}

/* ---- Garbage ---- */

void *
thmap_stage_gc(thmap_t *map)
{
	return __atomic_exchange_n(&map->th_garbage, NULL, __ATOMIC_ACQUIRE);
}

void
thmap_gc(thmap_t *map, void *ref)
{
	struct leaf *lf = ref, *next;

	for (; lf != NULL; lf = next) {
		next = lf->lf_next;
		leaf_free(map, lf);
	}
}

/* ---- Life ---- */

int
thmap_setroot(thmap_t *map, uintptr_t root_offset)
{
	return swap(&map->th_root, 0, root_offset) ? 0 : -1;
}

uintptr_t
thmap_getroot(const thmap_t *map)
{
	return __atomic_load_n(&map->th_root, __ATOMIC_ACQUIRE);
}

thmap_t *
thmap_create(uintptr_t baseptr, const thmap_ops_t *ops, unsigned flags)
{
	thmap_t *const map = kmem_zalloc(sizeof(*map), KM_SLEEP);
	struct root *root;

	map->th_base = baseptr;
	map->th_ops = ops != NULL ? ops : &default_ops;
	map->th_flags = flags;
	if ((flags & THMAP_SETROOT) != 0)
		return map;
	if ((root = get_memory(map, sizeof(*root))) == NULL) {
		kmem_free(map, sizeof(*map));
		return NULL;
	}
	root->r_seed = cprng_fast32();
	map->th_root = offset_of(map, root);
	map->th_own = true;
	return map;
}

/* Free a node's leaves and put the nodes below it before todo; the first of them all. */
static struct node *
node_clear(thmap_t *map, struct node *n, struct node *todo)
{
	for (u_int i = 0; i < SLOTS; i++) {
		const uintptr_t held = n->n_slots[i];

		if (held == 0)
			continue;
		if ((held & LEAF) != 0) {
			leaf_free(map, leaf_of(map, held));
		} else {
			struct node *const below = address(map, held);

			below->n_next = todo;
			todo = below;
		}
	}
	return todo;
}

void
thmap_destroy(thmap_t *map)
{
	thmap_gc(map, thmap_stage_gc(map));
	if (map->th_own) {
		struct root *const root = address(map, map->th_root);
		struct node *todo = node_clear(map, &root->r_node, NULL), *n;

		while ((n = todo) != NULL) {
			todo = node_clear(map, n, n->n_next);
			(*map->th_ops->free)(offset_of(map, n), sizeof(*n));
		}
		(*map->th_ops->free)(map->th_root, sizeof(*root));
	}
	kmem_free(map, sizeof(*map));
}
