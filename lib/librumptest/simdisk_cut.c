/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What a power cut can leave.  Writes before the last flush, and those with FUA, are there; each other write is in one of
 * these ways, numbered from 0 (S: its sectors):
 *
 *	0			dropped
 *	1 .. S-1		TEAR_SECTORS: so many sectors from its start
 *	.. and S more		TEAR_INSIDE: 0 .. S-1 sectors, and half of the next
 *	the last		kept
 *
 * An image's index is these numbers in a mixed radix, the last write's in front, so that index 0 drops and the
 * last index keeps all of them.  They are applied in the order of the log: a later write covers an earlier one.
 */
#include <stdlib.h>
#include <string.h>

#include "simdisk_impl.h"

static bool
may_be_lost(const struct rumptest_logentry *e)
{
	return e->type == RUMPTEST_WRITE && !e->fua;
}

static uint64_t
ways(const struct rumptest_cut *c, const struct rumptest_logentry *e)
{
	const uint64_t sectors = e->len / c->c_disk->d_sector;

	return 2 + ((c->c_how & RUMPTEST_TEAR_SECTORS) != 0 ? sectors - 1 : 0) +
	    ((c->c_how & RUMPTEST_TEAR_INSIDE) != 0 ? sectors : 0);
}

uint64_t
rumptest_cut_begin(struct rumptest_cut *c, struct rumptest_disk *d, uint64_t pos, int how)
{
	memset(c, 0, sizeof(*c));
	c->c_disk = d;
	c->c_pos = pos < d->d_nlog ? pos : d->d_nlog;
	c->c_how = how;
	c->c_durable = rumptest__image_on(d->d_base, d->d_size, d->d_sector);
	c->c_count = 1;
	for (uint64_t i = 0; i < c->c_pos; i++)
		if (d->d_log[i].type == RUMPTEST_FLUSH)
			c->c_first = i + 1;
	for (uint64_t i = 0; c->c_durable != NULL && i < c->c_first; i++)
		if (!rumptest__image_put(
			c->c_durable, d->d_log[i].data, d->d_log[i].len, d->d_log[i].off))
			rumptest_cut_end(c);
	for (uint64_t i = c->c_first; i < c->c_pos; i++)
		if (may_be_lost(&d->d_log[i]) &&
		    __builtin_mul_overflow(c->c_count, ways(c, &d->d_log[i]), &c->c_count)) {
			c->c_count = UINT64_MAX;
			break;
		}
	return c->c_count;
}

void
rumptest_cut_end(struct rumptest_cut *c)
{
	rumptest_image_free(c->c_durable);
	c->c_durable = NULL;
}

/* The bytes from an entry's start that way number w leaves. */
static size_t
way_bytes(const struct rumptest_cut *c, const struct rumptest_logentry *e, uint64_t w)
{
	const size_t sector = c->c_disk->d_sector, sectors = e->len / sector;

	if (w == 0)
		return 0;
	if (w == ways(c, e) - 1)
		return e->len;
	if ((c->c_how & RUMPTEST_TEAR_SECTORS) != 0) {
		if (w < sectors)
			return w * sector;
		w -= sectors - 1;
	}
	return (w - 1) * sector + sector / 2;
}

struct rumptest_image *
rumptest_cut_image(struct rumptest_cut *c, uint64_t index)
{
	struct rumptest_disk *const d = c->c_disk;
	struct rumptest_image *image;
	bool ok = true;

	if (c->c_durable == NULL || index >= c->c_count)
		return NULL;
	image = rumptest__image_on(c->c_durable, d->d_size, d->d_sector);
	for (uint64_t i = c->c_first; image != NULL && ok && i < c->c_pos; i++) {
		const struct rumptest_logentry *const e = &d->d_log[i];
		size_t len = e->len;

		if (may_be_lost(e)) {
			len = way_bytes(c, e, index % ways(c, e));
			index /= ways(c, e);
		}
		ok = rumptest__image_put(image, e->data, len, e->off);
	}
	if (!ok) {
		rumptest_image_free(image);
		image = NULL;
	}
	return image;
}

struct rumptest_image *
rumptest_cut_next(struct rumptest_cut *c)
{
	return rumptest_cut_image(c, c->c_index++);
}

/* ---- By a seed ---- */

/* splitmix64 */
static uint64_t
draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* Some of an entry's sectors, or bytes up to one inside a sector. */
static bool
put_torn(const struct rumptest_cut *c, struct rumptest_image *image,
    const struct rumptest_logentry *e, uint64_t *state)
{
	const size_t sector = c->c_disk->d_sector;
	const char *const data = e->data;
	bool ok = true;

	if ((c->c_how & RUMPTEST_TEAR_INSIDE) != 0 && (draw(state) & 1) != 0)
		return rumptest__image_put(
		    image, data, (size_t)(draw(state) % (e->len + 1)), e->off);
	for (size_t at = 0; ok && at < e->len; at += sector)
		if ((draw(state) & 1) != 0)
			ok = rumptest__image_put(image, data + at, sector, e->off + at);
	return ok;
}

struct rumptest_image *
rumptest_cut_random(struct rumptest_cut *c, uint64_t seed)
{
	struct rumptest_disk *const d = c->c_disk;
	struct rumptest_image *image;
	uint64_t state = seed;
	bool ok = true;

	if (c->c_durable == NULL)
		return NULL;
	image = rumptest__image_on(c->c_durable, d->d_size, d->d_sector);
	for (uint64_t i = c->c_first; image != NULL && ok && i < c->c_pos; i++) {
		const struct rumptest_logentry *const e = &d->d_log[i];
		const uint64_t fate = may_be_lost(e) ? draw(&state) % (c->c_how != 0 ? 3 : 2) : 1;

		if (fate == 1)
			ok = rumptest__image_put(image, e->data, e->len, e->off);
		else if (fate == 2)
			ok = put_torn(c, image, e, &state);
	}
	if (!ok) {
		rumptest_image_free(image);
		image = NULL;
	}
	return image;
}
