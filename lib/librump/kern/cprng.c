/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * cprng(9): one ChaCha20 generator a virtual CPU (RFC 8439, section 2.3), by fast key erasure.
 *
 *	key --20 rounds--> | next key | output ... |
 *
 * A refill makes BLOCKS blocks; their first 32 bytes become the key, the rest is given out from the
 * front and wiped as it goes, so that no later state tells an earlier output.  A generator is
 * keyed from the host at its first use, and again after REKEY_BYTES or when entropy was added.
 * What drivers add is folded into a pool that every keying mixes in; the host's bytes alone would do.
 */
#include <sys/param.h>
#include <sys/cprng.h>
#include <sys/cpu.h>
#include <sys/conf.h>
#include <sys/endian.h>
#include <sys/entropy.h>
#include <sys/kmem.h>
#include <sys/kprintf.h>
#include <sys/poll.h>
#include <sys/rndsource.h>

#include <lib/libkern/libkern.h>
#include <rump/rumpuser.h>

#include "rump_kern.h"
#include "rump_leaf.h"

#define BLOCK	    64
#define BLOCKS	    8
#define KEYLEN	    32
#define OUTPUT	    (BLOCK * BLOCKS - KEYLEN)
#define REKEY_BYTES (1024 * 1024)

/* The holder of the CPU alone. */
struct generator {
	uint32_t g_key[KEYLEN / 4];
	uint32_t g_epoch;	  /* of the pool when it was keyed */
	u_int g_left;		  /* bytes of g_out not given out, at its end */
	u_int g_since;		  /* bytes given out under this keying */
	struct generator *g_next; /* (i) */
	struct cpu_info *g_cpu;	  /* (i) */
	uint8_t g_out[OUTPUT];
};

struct cprng_strong {
	char cs_name[16];
};

/* Locks: (p) pool_lock. */
static struct rump_leaf pool_lock;
static uint32_t pool[KEYLEN / 4];    /* (p) */
static uint32_t pool_epoch;	     /* (p), read without */
static struct generator *generators; /* (p) */

cprng_strong_t *kern_cprng;
cprng_strong_t *user_cprng;
static struct cprng_strong default_cprng = { "kernel" };

/* ---- ChaCha20 ---- */

static inline uint32_t
rotl(uint32_t v, u_int n)
{
	return v << n | v >> (32 - n);
}

#define QUARTER(a, b, c, d)                   \
	do {                                  \
		x[a] += x[b];                 \
		x[d] = rotl(x[d] ^ x[a], 16); \
		x[c] += x[d];                 \
		x[b] = rotl(x[b] ^ x[c], 12); \
		x[a] += x[b];                 \
		x[d] = rotl(x[d] ^ x[a], 8);  \
		x[c] += x[d];                 \
		x[b] = rotl(x[b] ^ x[c], 7);  \
	} while (0)

void
rump_chacha20_block(
    const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint8_t out[64])
{
	const uint32_t in[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, key[0], key[1],
		key[2], key[3], key[4], key[5], key[6], key[7], counter, nonce[0], nonce[1],
		nonce[2] };
	uint32_t x[16];

	memcpy(x, in, sizeof(x));
	for (int i = 0; i < 10; i++) {
		QUARTER(0, 4, 8, 12);
		QUARTER(1, 5, 9, 13);
		QUARTER(2, 6, 10, 14);
		QUARTER(3, 7, 11, 15);
		QUARTER(0, 5, 10, 15);
		QUARTER(1, 6, 11, 12);
		QUARTER(2, 7, 8, 13);
		QUARTER(3, 4, 9, 14);
	}
	for (int i = 0; i < 16; i++)
		le32enc(out + 4 * i, x[i] + in[i]);
	explicit_memset(x, 0, sizeof(x));
}

/* ---- A generator ---- */

static const uint32_t zero_nonce[3];

static void
generator_refill(struct generator *g)
{
	uint8_t first[BLOCK];

	rump_chacha20_block(g->g_key, 0, zero_nonce, first);
	memcpy(g->g_out, first + KEYLEN, BLOCK - KEYLEN);
	for (u_int i = 1; i < BLOCKS; i++)
		rump_chacha20_block(g->g_key, i, zero_nonce, g->g_out + i * BLOCK - KEYLEN);
	memcpy(g->g_key, first, KEYLEN);
	explicit_memset(first, 0, sizeof(first));
	g->g_left = OUTPUT;
}

static void
generator_key(struct generator *g, const uint32_t seed[KEYLEN / 4])
{
	rump_leaf_enter(&pool_lock);
	for (u_int i = 0; i < KEYLEN / 4; i++)
		g->g_key[i] ^= seed[i] ^ pool[i];
	g->g_epoch = pool_epoch;
	rump_leaf_exit(&pool_lock);
	g->g_left = 0;
	g->g_since = 0;
}

static struct generator *
generator_create(struct cpu_info *ci)
{
	struct generator *const g = kmem_intr_zalloc(sizeof(*g), KM_NOSLEEP);

	if (g == NULL)
		return NULL;
	g->g_since = REKEY_BYTES;
	g->g_cpu = ci;
	rump_leaf_enter(&pool_lock);
	g->g_next = generators;
	generators = g;
	rump_leaf_exit(&pool_lock);
	ci->ci_data.cpu_cprng = g;
	return g;
}

static inline bool
generator_stale(const struct generator *g)
{
	return g == NULL || g->g_since >= REKEY_BYTES ||
	    g->g_epoch != __atomic_load_n(&pool_epoch, __ATOMIC_RELAXED);
}

/* This CPU's generator, keyed; NULL: no memory for it yet.  The host may make the caller wait, and so change its CPU. */
static struct generator *
generator_get(void)
{
	struct generator *g = curcpu()->ci_data.cpu_cprng;
	uint32_t seed[KEYLEN / 4];

	if (__predict_true(!generator_stale(g)))
		return g;
	if (rumpuser_getrandom(seed, sizeof(seed)) != 0)
		panic("cprng: the host has no randomness");
	g = curcpu()->ci_data.cpu_cprng;
	if (g == NULL)
		g = generator_create(curcpu());
	if (g != NULL)
		generator_key(g, seed);
	explicit_memset(seed, 0, sizeof(seed));
	return g;
}

/* Without a generator of its own the caller gets the host's bytes as they are. */
static void
generate(void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len > 0) {
		struct generator *const g = generator_get();
		uint8_t *from;
		size_t n;

		if (__predict_false(g == NULL)) {
			if (rumpuser_getrandom(p, len) != 0)
				panic("cprng: the host has no randomness");
			return;
		}
		if (g->g_left == 0)
			generator_refill(g);
		n = MIN(len, g->g_left);
		from = g->g_out + OUTPUT - g->g_left;
		memcpy(p, from, n);
		memset(from, 0, n);
		g->g_left -= n;
		g->g_since += n;
		p += n;
		len -= n;
	}
}

/* ---- The interface ---- */

uint32_t
cprng_fast32(void)
{
	uint32_t v;

	generate(&v, sizeof(v));
	return v;
}

uint64_t
cprng_fast64(void)
{
	uint64_t v;

	generate(&v, sizeof(v));
	return v;
}

size_t
cprng_fast(void *buf, size_t len)
{
	generate(buf, len);
	return len;
}

uint32_t
cprng_strong32(void)
{
	return cprng_fast32();
}

uint64_t
cprng_strong64(void)
{
	return cprng_fast64();
}

size_t
cprng_strong(cprng_strong_t *c, void *buf, size_t len, int flags)
{
	generate(buf, len);
	return len;
}

cprng_strong_t *
cprng_strong_create(const char *name, int ipl, int flags)
{
	cprng_strong_t *const c = kmem_alloc(sizeof(*c), KM_SLEEP);

	strlcpy(c->cs_name, name, sizeof(c->cs_name));
	return c;
}

void
cprng_strong_destroy(cprng_strong_t *c)
{
	kmem_free(c, sizeof(*c));
}

/* ---- entropy(9) ---- */

int
entropy_extract(void *buf, size_t len, int flags)
{
	generate(buf, len);
	return 0;
}

unsigned
entropy_epoch(void)
{
	const unsigned epoch = __atomic_load_n(&pool_epoch, __ATOMIC_RELAXED) + 1;

	return epoch == 0 || epoch == (unsigned)-1 ? 1 : epoch;
}

int
entropy_consolidate(void)
{
	rump_leaf_enter(&pool_lock);
	__atomic_store_n(&pool_epoch, pool_epoch + 1, __ATOMIC_RELAXED);
	rump_leaf_exit(&pool_lock);
	return 0;
}

bool
entropy_ready(void)
{
	return true;
}

void
entropy_bootrequest(void)
{
}

int
entropy_poll(int events)
{
	return events & (POLLIN | POLLRDNORM);
}

int
entropy_kqfilter(struct knote *kn)
{
	return seltrue_kqfilter(0, kn);
}

/* ---- rnd(9) ---- */

static void
pool_add(const void *buf, size_t len)
{
	const uint8_t *p = buf;
	uint8_t mixed[BLOCK];

	rump_leaf_enter(&pool_lock);
	while (len > 0) {
		const size_t n = MIN(len, KEYLEN);

		for (size_t i = 0; i < n; i++)
			((uint8_t *)pool)[i] ^= p[i];
		rump_chacha20_block(pool, pool_epoch, zero_nonce, mixed);
		memcpy(pool, mixed, KEYLEN);
		p += n;
		len -= n;
	}
	__atomic_store_n(&pool_epoch, pool_epoch + 1, __ATOMIC_RELAXED);
	rump_leaf_exit(&pool_lock);
}

void
rndsource_setcb(struct krndsource *rs, void (*get)(size_t, void *), void *arg)
{
	rs->get = get;
	rs->getarg = arg;
	rs->flags |= RND_FLAG_HASCB;
}

void
rnd_attach_source(struct krndsource *rs, const char *name, uint32_t type, uint32_t flags)
{
	strlcpy(rs->name, name, sizeof(rs->name));
	rs->type = type;
	rs->flags = flags | (rs->flags & RND_FLAG_HASCB);
}

void
rnd_detach_source(struct krndsource *rs)
{
	rs->flags = 0;
}

void
rnd_add_data(struct krndsource *rs, const void *buf, uint32_t len, uint32_t entropybits)
{
	pool_add(buf, len);
}

void
rnd_add_data_intr(struct krndsource *rs, const void *buf, uint32_t len, uint32_t entropybits)
{
	pool_add(buf, len);
}

void
rnd_add_data_sync(struct krndsource *rs, const void *buf, uint32_t len, uint32_t entropybits)
{
	pool_add(buf, len);
}

/* Timings of single events are worth nothing next to the host's generator: dropped. */
void
_rnd_add_uint32(struct krndsource *rs, uint32_t value)
{
}

void
_rnd_add_uint64(struct krndsource *rs, uint64_t value)
{
}

/* ---- Start and end ---- */

int
rump_cprng_init(void)
{
	rump_leaf_init(&pool_lock);
	memset(pool, 0, sizeof(pool));
	pool_epoch = 0;
	generators = NULL;
	kern_cprng = user_cprng = &default_cprng;
	return 0;
}

void
rump_cprng_fini(void)
{
	struct generator *g;

	while ((g = generators) != NULL) {
		generators = g->g_next;
		g->g_cpu->ci_data.cpu_cprng = NULL;
		explicit_memset(g, 0, sizeof(*g));
		kmem_free(g, sizeof(*g));
	}
}
