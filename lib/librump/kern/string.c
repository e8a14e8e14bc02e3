/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* libkern: strings.  What is not here is the host's: see libkern.h. */
#include <sys/param.h>

#include <lib/libkern/libkern.h>

const char hexdigits[] = "0123456789abcdef";
const char HEXDIGITS[] = "0123456789ABCDEF";

size_t
strnlen(const char *s, size_t maxlen)
{
	const char *const nul = memchr(s, '\0', maxlen);

	return nul != NULL ? (size_t)(nul - s) : maxlen;
}

size_t
strlcpy(char *__restrict dst, const char *__restrict src, size_t size)
{
	const size_t len = strlen(src);

	if (size > 0) {
		const size_t n = MIN(len, size - 1);

		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return len;
}

size_t
strlcat(char *__restrict dst, const char *__restrict src, size_t size)
{
	const size_t len = strnlen(dst, size);

	return len + strlcpy(dst + len, src, size - len);
}

char *
strcpy(char *__restrict dst, const char *__restrict src)
{
	memcpy(dst, src, strlen(src) + 1);
	return dst;
}

char *
strncpy(char *__restrict dst, const char *__restrict src, size_t len)
{
	const size_t n = strnlen(src, len);

	memcpy(dst, src, n);
	memset(dst + n, 0, len - n);
	return dst;
}

char *
strcat(char *__restrict dst, const char *__restrict src)
{
	strcpy(dst + strlen(dst), src);
	return dst;
}

char *
strncat(char *__restrict dst, const char *__restrict src, size_t len)
{
	char *const end = dst + strlen(dst);
	const size_t n = strnlen(src, len);

	memcpy(end, src, n);
	end[n] = '\0';
	return dst;
}

char *
strchr(const char *s, int c)
{
	return memchr(s, c, strlen(s) + 1);
}

char *
strnchr(const char *s, size_t len, int c)
{
	return memchr(s, c, strnlen(s, len));
}

char *
strrchr(const char *s, int c)
{
	for (const char *p = s + strlen(s);; p--) {
		if (*p == (char)c)
			return __UNCONST(p);
		if (p == s)
			return NULL;
	}
}

void *
memmem(const void *big, size_t biglen, const void *little, size_t littlelen)
{
	const char *p = big;
	const char *const end = p + biglen;

	if (littlelen == 0)
		return __UNCONST(big);
	while ((size_t)(end - p) >= littlelen) {
		p = memchr(p, *(const char *)little, end - p - littlelen + 1);
		if (p == NULL)
			return NULL;
		if (memcmp(p, little, littlelen) == 0)
			return __UNCONST(p);
		p++;
	}
	return NULL;
}

char *
strstr(const char *big, const char *little)
{
	return memmem(big, strlen(big), little, strlen(little));
}

/* The length of the first part of s of which every character is (or is not) in set. */
static size_t
span(const char *s, const char *set, bool in)
{
	const size_t setlen = strlen(set);
	size_t n = 0;

	while (s[n] != '\0' && (memchr(set, s[n], setlen) != NULL) == in)
		n++;
	return n;
}

size_t
strspn(const char *s, const char *accept)
{
	return span(s, accept, true);
}

size_t
strcspn(const char *s, const char *reject)
{
	return span(s, reject, false);
}

char *
strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s != '\0' ? __UNCONST(s) : NULL;
}

char *
strsep(char **sp, const char *delim)
{
	char *const start = *sp;
	char *end;

	if (start == NULL)
		return NULL;
	end = start + strcspn(start, delim);
	if (*end != '\0')
		*end++ = '\0';
	else
		end = NULL;
	*sp = end;
	return start;
}

int
strncasecmp(const char *a, const char *b, size_t len)
{
	for (; len > 0; a++, b++, len--) {
		const int diff = tolower((unsigned char)*a) - tolower((unsigned char)*b);

		if (diff != 0 || *a == '\0')
			return diff;
	}
	return 0;
}

int
strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, SIZE_MAX);
}

void *
explicit_memset(void *p, int c, size_t len)
{
	memset(p, c, len);
	__asm__ volatile("" : : "r"(p) : "memory");
	return p;
}

int
consttime_memequal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	unsigned int diff = 0;

	while (len-- > 0)
		diff |= *x++ ^ *y++;
	return diff == 0;
}

/* ---- Tables and masks over bytes ---- */

int
scanc(u_int size, const u_char *cp, const u_char *table, int mask)
{
	while (size > 0 && (table[*cp] & mask) == 0) {
		cp++;
		size--;
	}
	return size;
}

int
skpc(int mask, size_t size, u_char *cp)
{
	while (size > 0 && *cp == (u_char)mask) {
		cp++;
		size--;
	}
	return size;
}

/* ---- Glob patterns ---- */

/* [...] with ranges and ! or ^; *pp is moved past it.  -1: no end. */
static int
match_set(const char **pp, char c)
{
	const char *p = *pp + 1;
	bool invert = false, found = false;

	if (*p == '!' || *p == '^') {
		invert = true;
		p++;
	}
	do {
		char lo = *p, hi;

		if (lo == '\0')
			return -1;
		hi = lo;
		if (p[1] == '-' && p[2] != ']' && p[2] != '\0') {
			hi = p[2];
			p += 2;
		}
		if (lo <= c && c <= hi)
			found = true;
		p++;
	} while (*p != ']');
	*pp = p + 1;
	return found != invert;
}

/* The end of the longest match of pattern at s, or NULL; *bad is set for a bad pattern. */
static const char *
match_longest(const char *s, const char *pat, bool *bad, u_int depth)
{
	const char *best = NULL, *end;
	int in;

	for (; *pat != '\0'; s++) {
		switch (*pat) {
		case '*':
			if (depth == 0) {
				*bad = true;
				return NULL;
			}
			for (;; s++) {
				if ((end = match_longest(s, pat + 1, bad, depth - 1)) > best)
					best = end;
				if (*s == '\0' || *bad)
					return *bad ? NULL : best;
			}
		case '?':
			if (*s == '\0')
				return NULL;
			pat++;
			break;
		case '[':
			if (*s == '\0')
				return NULL;
			if ((in = match_set(&pat, *s)) <= 0) {
				*bad = in < 0;
				return NULL;
			}
			break;
		case '\\':
			if (pat[1] != '\0')
				pat++;
			/* FALLTHROUGH */
		default:
			if (*s != *pat)
				return NULL;
			pat++;
			break;
		}
	}
	return s;
}

int
pmatch(const char *string, const char *pattern, const char **estr)
{
	bool bad = false;
	const char *const end = match_longest(string, pattern, &bad, 16);

	if (estr != NULL)
		*estr = end;
	if (bad)
		return -1;
	return end == NULL ? 0 : *end == '\0' ? 2 : 1;
}
