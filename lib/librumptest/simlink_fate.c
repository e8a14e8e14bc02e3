/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What becomes of a frame: a function of seed, end and number, not of what was drawn before, so that one more frame, or
 * another probability, leaves the fates of the others as they are.
 */
#include "simlink_impl.h"

/* A bijection of 64 bits in which each bit of x moves half of the others (Steele and others, SplitMix64). */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

enum draw { D_LOSS, D_DUPLICATE, D_CORRUPT, D_REORDER, D_JITTER, D_AT, D_FLIP };

struct rumptest__fate
rumptest__fate(uint64_t seed, int end, uint64_t n, const struct rumptest_path *path, size_t len)
{
	const uint64_t base = mix(mix(seed) + (uint64_t)end) + mix(n);
	const uint64_t million = 1000000;
	struct rumptest__fate ft;

	ft.ft_lost = mix(base + D_LOSS) % million < path->p_loss;
	ft.ft_duplicated = mix(base + D_DUPLICATE) % million < path->p_duplicate;
	ft.ft_corrupted = mix(base + D_CORRUPT) % million < path->p_corrupt;
	ft.ft_reordered = mix(base + D_REORDER) % million < path->p_reorder;
	ft.ft_jitter_ns = path->p_jitter_ns > 0
	    ? (int64_t)(mix(base + D_JITTER) % ((uint64_t)path->p_jitter_ns + 1))
	    : 0;
	ft.ft_at = (size_t)(mix(base + D_AT) % len);
	ft.ft_flip = (uint8_t)(1 + mix(base + D_FLIP) % 255);
	return ft;
}

uint64_t
rumptest__hash(uint64_t hash, const void *bytes, size_t len)
{
	const uint8_t *const p = bytes;

	hash = mix(hash ^ len);
	for (size_t i = 0; i < len; i++)
		hash = mix(hash ^ p[i]);
	return hash;
}
