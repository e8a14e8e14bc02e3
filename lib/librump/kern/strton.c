/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* libkern: numbers from strings, and back for network addresses. */
#include <sys/param.h>
#include <sys/endian.h>
#include <sys/kprintf.h>

#include <lib/libkern/libkern.h>

struct parsed {
	uintmax_t magnitude;
	bool negative;
	bool overflow; /* past UINTMAX_MAX */
	bool badbase;
	const char *end; /* the start when there is no digit */
};

static int
digit_value(char c)
{
	return isdigit(c) ? c - '0' : isalpha(c) ? tolower(c) - 'a' + 10 : INT_MAX;
}

/* Space, sign, prefix, digits. */
static struct parsed
parse(const char *s, int base)
{
	struct parsed r = { .end = s };

	if (base < 0 || base == 1 || base > 36) {
		r.badbase = true;
		return r;
	}
	while (isspace(*s))
		s++;
	if (*s == '-' || *s == '+')
		r.negative = *s++ == '-';
	if ((base == 0 || base == 16) && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') &&
	    isxdigit(s[2])) {
		base = 16;
		s += 2;
	} else if (base == 0)
		base = *s == '0' ? 8 : 10;
	for (; digit_value(*s) < base; r.end = ++s)
		if (__builtin_mul_overflow(r.magnitude, (uintmax_t)base, &r.magnitude) ||
		    __builtin_add_overflow(r.magnitude, (uintmax_t)digit_value(*s), &r.magnitude))
			r.overflow = true;
	return r;
}

static intmax_t
signed_value(const struct parsed *r, intmax_t lo, intmax_t hi, bool *clamped)
{
	const uintmax_t limit = r->negative ? -(uintmax_t)lo : (uintmax_t)hi;

	*clamped = r->overflow || r->magnitude > limit;
	if (*clamped)
		return r->negative ? lo : hi;
	return r->negative ? (intmax_t)-r->magnitude : (intmax_t)r->magnitude;
}

static uintmax_t
unsigned_value(const struct parsed *r, uintmax_t hi, bool *clamped)
{
	*clamped = r->overflow || r->magnitude > hi;
	if (*clamped)
		return hi;
	return r->negative ? -r->magnitude : r->magnitude;
}

#define STRTO_SIGNED(name, type, lo, hi)                                     \
	type name(const char *__restrict s, char **__restrict end, int base) \
	{                                                                    \
		const struct parsed r = parse(s, base);                      \
		bool clamped;                                                \
                                                                             \
		if (end != NULL)                                             \
			*end = __UNCONST(r.end);                             \
		return signed_value(&r, lo, hi, &clamped);                   \
	}
#define STRTO_UNSIGNED(name, type, hi)                                       \
	type name(const char *__restrict s, char **__restrict end, int base) \
	{                                                                    \
		const struct parsed r = parse(s, base);                      \
		bool clamped;                                                \
                                                                             \
		if (end != NULL)                                             \
			*end = __UNCONST(r.end);                             \
		return unsigned_value(&r, hi, &clamped);                     \
	}

STRTO_SIGNED(strtol, long, LONG_MIN, LONG_MAX)
STRTO_SIGNED(strtoll, long long, LONG_MIN, LONG_MAX)
STRTO_SIGNED(strtoimax, intmax_t, INTMAX_MIN, INTMAX_MAX)
STRTO_UNSIGNED(strtoul, unsigned long, ULONG_MAX)
STRTO_UNSIGNED(strtoull, unsigned long long, ULONG_MAX)
STRTO_UNSIGNED(strtoumax, uintmax_t, UINTMAX_MAX)

static int
parse_status(const struct parsed *r, const char *s, bool clamped)
{
	if (r->badbase)
		return EINVAL;
	if (r->end == s)
		return ECANCELED;
	if (clamped)
		return ERANGE;
	return *r->end != '\0' ? ENOTSUP : 0;
}

intmax_t
strtoi(const char *__restrict s, char **__restrict end, int base, intmax_t lo, intmax_t hi,
    int *status)
{
	const struct parsed r = parse(s, base);
	bool clamped;
	intmax_t v = signed_value(&r, INTMAX_MIN, INTMAX_MAX, &clamped);

	if (v < lo || v > hi) {
		clamped = true;
		v = v < lo ? lo : hi;
	}
	if (end != NULL)
		*end = __UNCONST(r.end);
	if (status != NULL)
		*status = parse_status(&r, s, clamped);
	return v;
}

uintmax_t
strtou(const char *__restrict s, char **__restrict end, int base, uintmax_t lo, uintmax_t hi,
    int *status)
{
	const struct parsed r = parse(s, base);
	bool clamped;
	uintmax_t v = unsigned_value(&r, UINTMAX_MAX, &clamped);

	if (v < lo || v > hi) {
		clamped = true;
		v = v < lo ? lo : hi;
	}
	if (end != NULL)
		*end = __UNCONST(r.end);
	if (status != NULL)
		*status = parse_status(&r, s, clamped);
	return v;
}

/* Four decimal bytes with dots between; nothing else. */
uint32_t
inet_addr(const char *cp)
{
	uint32_t addr = 0;

	for (int part = 0; part < 4; part++) {
		u_int v = 0, digits = 0;

		for (; isdigit(*cp) && digits < 3; cp++, digits++)
			v = v * 10 + (*cp - '0');
		if (digits == 0 || v > 255 || *cp != (part < 3 ? '.' : '\0'))
			return UINT32_MAX;
		addr = addr << 8 | v;
		cp++;
	}
	return htonl(addr);
}

/* The result is overwritten by the next call. */
char *
intoa(uint32_t addr)
{
	static char buf[16];
	const uint32_t a = ntohl(addr);

	snprintf(
	    buf, sizeof(buf), "%u.%u.%u.%u", a >> 24, (a >> 16) & 255, (a >> 8) & 255, a & 255);
	return buf;
}
