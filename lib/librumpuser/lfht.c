/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * liburcu's lock-free hash table (Desnoyers, split-ordered lists), lent to the kernel.
 *
 * A table keeps the size that it was made with: without automatic resizing liburcu starts no
 * thread, registers no fork handler and never waits for a grace period, so a flavour made of the
 * kernel's read sections is enough.
 */
#include <stdlib.h>

#include <urcu/rculfhash.h>
#include <urcu/flavor.h>

#include "internal.h"

struct rumpuser_lfht {
	struct cds_lfht *h_table;
	struct rcu_flavor_struct h_flavor;
};

_Static_assert(sizeof(struct rumpuser_lfht_node) == sizeof(struct cds_lfht_node) &&
	_Alignof(struct rumpuser_lfht_node) >= _Alignof(struct cds_lfht_node),
    "the kernel's node holds liburcu's");

static struct cds_lfht_node *
to_urcu(struct rumpuser_lfht_node *node)
{
	return (struct cds_lfht_node *)(void *)node;
}

static struct rumpuser_lfht_node *
from_urcu(struct cds_lfht_node *node)
{
	return (struct rumpuser_lfht_node *)(void *)node;
}

/* Both are pointers to functions of a node and a key. */
static cds_lfht_match_fct
to_match(int (*match)(struct rumpuser_lfht_node *, const void *))
{
	return (cds_lfht_match_fct)(void (*)(void))match;
}

/* The kernel's threads need no registration; these are never called but must be there. */
static void
nothing(void)
{
}

static int
ongoing(void)
{
	return 1;
}

/* liburcu does not check its own allocations: see that about as much is to be had. */
static bool
table_fits(unsigned long nbuckets)
{
	if (nbuckets > SIZE_MAX / (2 * sizeof(struct cds_lfht_node)) || rumpuser__fault())
		return false;
	void *volatile probe = malloc(2 * nbuckets * sizeof(struct cds_lfht_node) + 4096);
	const bool fits = probe != NULL;

	free(probe);
	return fits;
}

int
rumpuser_lfht_create(
    unsigned long nbuckets, const struct rumpuser_rcu_ops *ops, struct rumpuser_lfht **htp)
{
	KEEP_ERRNO;
	struct rumpuser_lfht *ht;

	if (nbuckets == 0 || (nbuckets & (nbuckets - 1)) != 0)
		return EINVAL;
	if (!table_fits(nbuckets) || (ht = rumpuser__alloc(sizeof(*ht))) == NULL)
		return ENOMEM;
	ht->h_flavor = (struct rcu_flavor_struct){
		.read_lock = ops->ro_read_lock,
		.read_unlock = ops->ro_read_unlock,
		.read_ongoing = ongoing,
		.read_quiescent_state = nothing,
		.update_synchronize_rcu = ops->ro_synchronize,
		.thread_offline = nothing,
		.thread_online = nothing,
		.register_thread = nothing,
		.unregister_thread = nothing,
		.barrier = ops->ro_synchronize,
	};
	ht->h_table =
	    _cds_lfht_new(nbuckets, nbuckets, nbuckets, 0, &cds_lfht_mm_chunk, &ht->h_flavor, NULL);
	if (ht->h_table == NULL) {
		rumpuser__free(ht);
		return ENOMEM;
	}
	*htp = ht;
	return 0;
}

void
rumpuser_lfht_destroy(struct rumpuser_lfht *ht)
{
	KEEP_ERRNO;

	(void)cds_lfht_destroy(ht->h_table, NULL);
	rumpuser__free(ht);
}

struct rumpuser_lfht_node *
rumpuser_lfht_lookup(struct rumpuser_lfht *ht, unsigned long hash,
    int (*match)(struct rumpuser_lfht_node *, const void *), const void *key)
{
	struct cds_lfht_iter iter;

	cds_lfht_lookup(ht->h_table, hash, to_match(match), key, &iter);
	return from_urcu(cds_lfht_iter_get_node(&iter));
}

struct rumpuser_lfht_node *
rumpuser_lfht_add_unique(struct rumpuser_lfht *ht, unsigned long hash,
    int (*match)(struct rumpuser_lfht_node *, const void *), const void *key,
    struct rumpuser_lfht_node *node)
{
	cds_lfht_node_init(to_urcu(node));
	return from_urcu(
	    cds_lfht_add_unique(ht->h_table, hash, to_match(match), key, to_urcu(node)));
}

int
rumpuser_lfht_del(struct rumpuser_lfht *ht, struct rumpuser_lfht_node *node)
{
	return cds_lfht_del(ht->h_table, to_urcu(node)) == 0 ? 0 : ENOENT;
}

void
rumpuser_lfht_walk(
    struct rumpuser_lfht *ht, bool (*fn)(struct rumpuser_lfht_node *, void *), void *arg)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *node;

	for (cds_lfht_first(ht->h_table, &iter); (node = cds_lfht_iter_get_node(&iter)) != NULL;
	     cds_lfht_next(ht->h_table, &iter))
		if (!fn(from_urcu(node), arg))
			return;
}
