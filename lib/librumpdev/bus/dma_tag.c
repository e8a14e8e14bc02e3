/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* bus_dma(9) tags: who reaches what. */
#include "dma_impl.h"

#include "../autoconf/rumpdev_init.h"

bus_dma_tag_t rump_dma_tag;

static bus_dma_tag_t
tag_new(const char *name, bus_addr_t min, bus_addr_t max)
{
	bus_dma_tag_t const t = kmem_zalloc(sizeof(*t), KM_SLEEP);

	t->bdt_min = min;
	t->bdt_max = max;
	t->bdt_root = t;
	strlcpy(t->bdt_name, name, sizeof(t->bdt_name));
	return t;
}

bus_dma_tag_t
rumpdev_dmatag_create(const char *name, bus_addr_t min, bus_addr_t max,
    const struct rumpdev_dma_checker *dc, void *arg)
{
	bus_dma_tag_t const t = tag_new(name, min, max);

	t->bdt_check = dc;
	t->bdt_checkarg = arg;
	return t;
}

int
rumpdev_dma_init(void)
{
	dma_mem_init();
	rump_dma_tag = rumpdev_dmatag_create("dma", 0, ~(bus_addr_t)0, NULL, NULL);
	return 0;
}

void
rumpdev_dma_fini(void)
{
	bus_dmatag_destroy(rump_dma_tag);
	rump_dma_tag = NULL;
	dma_mem_fini();
}

const char *
rumpdev_dmatag_name(bus_dma_tag_t t)
{
	return t->bdt_name;
}

int
bus_dmatag_subregion(
    bus_dma_tag_t t, bus_addr_t min_addr, bus_addr_t max_addr, bus_dma_tag_t *newtag, int flags)
{
	bus_dma_tag_t sub;

	if (min_addr > max_addr || MAX(min_addr, t->bdt_min) > MIN(max_addr, t->bdt_max))
		return EINVAL;
	sub = tag_new(t->bdt_name, MAX(min_addr, t->bdt_min), MIN(max_addr, t->bdt_max));
	sub->bdt_root = t->bdt_root;
	sub->bdt_check = t->bdt_check;
	sub->bdt_checkarg = t->bdt_checkarg;
	atomic_inc_uint(&t->bdt_root->bdt_users);
	*newtag = sub;
	return 0;
}

void
bus_dmatag_destroy(bus_dma_tag_t t)
{
	if (t->bdt_root != t) {
		atomic_dec_uint(&t->bdt_root->bdt_users);
	} else if (t->bdt_users != 0) {
		printf("bus_dma: tag %s goes, %u maps and tags of it are left\n", t->bdt_name,
		    t->bdt_users);
	}
	kmem_free(t, sizeof(*t));
}

bool
bus_dmatag_bounces_p(bus_dma_tag_t t)
{
	return t->bdt_min != 0 || t->bdt_max != ~(bus_addr_t)0;
}
