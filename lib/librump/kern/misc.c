/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* libkern: hash tables, sizes for people, dumps, sorting, rates. */
#include <sys/param.h>
#include <sys/hash.h>
#include <sys/kmem.h>
#include <sys/kprintf.h>
#include <sys/queue.h>
#include <sys/timevar.h>

#include <lib/libkern/libkern.h>

/* ---- Hash tables of queue heads ---- */

/* All kinds but TAILQ have heads of one pointer. */
LIST_HEAD(any_list, any);
TAILQ_HEAD(any_tailq, any);

static size_t
head_size(enum hashtype type)
{
	return type == HASH_TAILQ ? sizeof(struct any_tailq) : sizeof(struct any_list);
}

void *
hashinit(u_int elements, enum hashtype type, bool waitok, u_long *maskp)
{
	const size_t size = head_size(type);
	u_long n = 1;
	char *table;

	KASSERT(elements > 0);
	while (n < elements)
		n <<= 1;
	table = kmem_zalloc(n * size, waitok ? KM_SLEEP : KM_NOSLEEP);
	if (table == NULL)
		return NULL;
	if (type == HASH_TAILQ)
		for (u_long i = 0; i < n; i++)
			TAILQ_INIT((struct any_tailq *)(void *)(table + i * size));
	*maskp = n - 1;
	return table;
}

void
hashdone(void *table, enum hashtype type, u_long mask)
{
	kmem_free(table, (mask + 1) * head_size(type));
}

/* MurmurHash2, 32 bits, by its published definition (A. Appleby). */
uint32_t
murmurhash2(const void *key, size_t len, uint32_t seed)
{
	const uint32_t m = 0x5bd1e995;
	const uint8_t *p = key;
	uint32_t h = seed ^ (uint32_t)len, tail = 0;

	for (; len >= 4; p += 4, len -= 4) {
		uint32_t k;

		memcpy(&k, p, sizeof(k));
		k *= m;
		k ^= k >> 24;
		h = h * m ^ k * m;
	}
	if (len > 0) {
		while (len-- > 0)
			tail = tail << 8 | p[len];
		h = (h ^ tail) * m;
	}
	h = (h ^ h >> 13) * m;
	return h ^ h >> 15;
}

/* ---- Sizes for people ---- */

int
humanize_number(char *buf, size_t len, uint64_t number, const char *suffix, int divisor)
{
	static const char prefixes[] = " KMGTPE";
	u_int i = 0;
	uint64_t n = number;
	size_t room, suffixlen = strlen(suffix);

	if (len < suffixlen + 4 || divisor < 2)
		return -1;
	room = len - suffixlen - 3; /* a blank, a prefix, a NUL */
	for (uint64_t max = 1; i < sizeof(prefixes) - 2; i++) {
		max = 1;
		for (size_t d = 0; d < room && max < UINT64_MAX / 10; d++)
			max *= 10;
		if (n < max || room >= 20)
			break;
		n = (n + divisor / 2) / divisor;
	}
	if (i == 0)
		return snprintf(buf, len, "%ju %s", (uintmax_t)n, suffix);
	return snprintf(buf, len, "%ju %c%s", (uintmax_t)n, prefixes[i], suffix);
}

int
format_bytes(char *buf, size_t len, uint64_t bytes)
{
	const int n = humanize_number(buf, len, bytes, "B", 1024);

	return n;
}

/* ---- Dumps ---- */

void
hexdump(void (*pr)(const char *, ...), const char *msg, const void *p, size_t len)
{
	const uint8_t *const b = p;

	if (msg != NULL)
		(*pr)("%s: %zu bytes @ %p\n", msg, len, p);
	for (size_t off = 0; off < len; off += 16) {
		char hex[16 * 3 + 1], text[16 + 1];
		const size_t n = MIN(len - off, 16);

		memset(hex, ' ', sizeof(hex) - 1);
		hex[sizeof(hex) - 1] = '\0';
		for (size_t i = 0; i < n; i++) {
			hex[i * 3] = hexdigits[b[off + i] >> 4];
			hex[i * 3 + 1] = hexdigits[b[off + i] & 15];
			text[i] = isprint(b[off + i]) ? b[off + i] : '.';
		}
		text[n] = '\0';
		(*pr)("%03zx: %s|%s|\n", off, hex, text);
	}
}

int
strnvisx(char *dst, size_t dlen, const char *src, size_t len, int flags)
{
	size_t n = 0;

	while ((flags & VIS_TRIM) != 0 && len > 0 && isspace((unsigned char)src[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++) {
		const unsigned char c = src[i];
		const bool plain = isprint(c) && (c != '\\' || (flags & VIS_NOSLASH) != 0);

		if (n + (plain ? 1 : 4) >= dlen)
			return -1;
		if (plain)
			dst[n++] = c;
		else
			n += snprintf(dst + n, dlen - n, "\\%03o", c);
	}
	if (n >= dlen)
		return -1;
	dst[n] = '\0';
	return n;
}

/* ---- Sorting and roots ---- */

static void
sift_down(char *base, size_t root, size_t n, size_t size, int (*compar)(const void *, const void *),
    void *tmp)
{
	size_t child;

	for (; (child = 2 * root + 1) < n; root = child) {
		if (child + 1 < n && (*compar)(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if ((*compar)(base + root * size, base + child * size) >= 0)
			return;
		memcpy(tmp, base + root * size, size);
		memcpy(base + root * size, base + child * size, size);
		memcpy(base + child * size, tmp, size);
	}
}

int
kheapsort(void *vbase, size_t n, size_t size, int (*compar)(const void *, const void *), void *tmp)
{
	char *const base = vbase;

	if (size == 0)
		return EINVAL;
	for (size_t i = n / 2; i-- > 0;)
		sift_down(base, i, n, size, compar, tmp);
	while (n > 1) {
		n--;
		memcpy(tmp, base, size);
		memcpy(base, base + n * size, size);
		memcpy(base + n * size, tmp, size);
		sift_down(base, 0, n, size, compar, tmp);
	}
	return 0;
}

uint32_t
isqrt(uint32_t n)
{
	uint32_t root = 0;

	for (uint32_t bit = 1U << 15; bit != 0; bit >>= 1)
		if ((uint64_t)(root | bit) * (root | bit) <= n)
			root |= bit;
	return root;
}

/* ---- Rates ---- */

int
ratecheck(struct timeval *last, const struct timeval *mininterval)
{
	struct timeval now, since;

	getmicrouptime(&now);
	timersub(&now, last, &since);
	if ((last->tv_sec != 0 || last->tv_usec != 0) && timercmp(&since, mininterval, <))
		return 0;
	*last = now;
	return 1;
}

int
ppsratecheck(struct timeval *last, int *curpps, int maxpps)
{
	struct timeval now;

	getmicrouptime(&now);
	if ((last->tv_sec == 0 && last->tv_usec == 0) || now.tv_sec != last->tv_sec) {
		*last = now;
		*curpps = 0;
	}
	if (*curpps < INT_MAX)
		(*curpps)++;
	return maxpps < 0 || *curpps <= maxpps;
}
