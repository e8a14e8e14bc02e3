/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * libkern: the C library's useful part, and assertions.
 *
 * memcpy memmove memset memcmp memchr strlen strcmp strncmp are the host's (through the compiler's
 * builtins, which may open-code them); every other function here is the kernel's own.
 */
#ifndef KPI_LIB_LIBKERN_LIBKERN_H
#define KPI_LIB_LIBKERN_LIBKERN_H

#include <sys/types.h>

/* ---- Assertions ---- */

__dead void kern_assert(const char *fmt, ...) __printflike(1, 2);

#define CTASSERT(x) _Static_assert(x, #x)

#define _KASSERT_FAIL(type, e, file, line) \
	kern_assert("kernel %sassertion \"%s\" failed: file \"%s\", line %d", type, e, file, line)
/* Panics when e is false.  KASSERT is on under DIAGNOSTIC, KDASSERT under DEBUG. */
#ifdef DIAGNOSTIC
#define KASSERT(e) \
	(__predict_true((e)) ? (void)0 : _KASSERT_FAIL("diagnostic ", #e, __FILE__, __LINE__))
#define KASSERTMSG(e, msg, ...)                                                              \
	(__predict_true((e))                                                                 \
		? (void)0                                                                    \
		: kern_assert("kernel %sassertion \"%s\" failed: file \"%s\", line %d " msg, \
		      "diagnostic ", #e, __FILE__, __LINE__, ##__VA_ARGS__))
#else
#define KASSERT(e)		((void)sizeof((e) ? 1 : 0))
#define KASSERTMSG(e, msg, ...) ((void)sizeof((e) ? 1 : 0))
#endif
#ifdef DEBUG
#define KDASSERT(e) \
	(__predict_true((e)) ? (void)0 : _KASSERT_FAIL("debugging ", #e, __FILE__, __LINE__))
#define KDASSERTMSG(e, msg, ...) KASSERTMSG(e, msg, ##__VA_ARGS__)
#else
#define KDASSERT(e)		 ((void)sizeof((e) ? 1 : 0))
#define KDASSERTMSG(e, msg, ...) ((void)sizeof((e) ? 1 : 0))
#endif
#define assert(e) (__predict_true((e)) ? (void)0 : _KASSERT_FAIL("", #e, __FILE__, __LINE__))

#define NULL_ATTACH_ASSERT(e) KASSERT(e)

/* ---- Bound to the host's libc ---- */

void *memcpy(void *__restrict dst, const void *__restrict src, size_t len);
void *memmove(void *dst, const void *src, size_t len);
void *memset(void *p, int c, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memchr(const void *p, int c, size_t len);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t len);
#define memcpy(d, s, n)	 __builtin_memcpy((d), (s), (n))
#define memmove(d, s, n) __builtin_memmove((d), (s), (n))
#define memset(p, c, n)	 __builtin_memset((p), (c), (n))
#define memcmp(a, b, n)	 __builtin_memcmp((a), (b), (n))
#define memchr(p, c, n)	 __builtin_memchr((p), (c), (n))
#define strlen(s)	 __builtin_strlen(s)
#define strcmp(a, b)	 __builtin_strcmp((a), (b))
#define strncmp(a, b, n) __builtin_strncmp((a), (b), (n))

/* ---- Strings ---- */

/* The length of src (strlcpy), or of what it tried to make (strlcat); >= size means cut. */
size_t strlcpy(char *__restrict dst, const char *__restrict src, size_t size);
size_t strlcat(char *__restrict dst, const char *__restrict src, size_t size);
char *strcpy(char *__restrict dst, const char *__restrict src);
char *strncpy(char *__restrict dst, const char *__restrict src, size_t len);
char *strcat(char *__restrict dst, const char *__restrict src);
char *strncat(char *__restrict dst, const char *__restrict src, size_t len);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *big, const char *little);
char *strpbrk(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
size_t strspn(const char *s, const char *accept);
char *strsep(char **sp, const char *delim);
size_t strnlen(const char *s, size_t maxlen);
char *strnchr(const char *s, size_t len, int c);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t len);
void *memmem(const void *big, size_t biglen, const void *little, size_t littlelen);
/* Not removed by the compiler; not dependent on the contents in time. */
void *explicit_memset(void *p, int c, size_t len);
int consttime_memequal(const void *a, const void *b, size_t len);
#define bcopy(s, d, n) memmove((d), (s), (n))
#define bzero(p, n)    memset((p), 0, (n))
#define bcmp(a, b, n)  memcmp((a), (b), (n))

/* ---- Numbers from strings: as in ISO C; out of range gives the limit.  No errno. ---- */

unsigned long strtoul(const char *__restrict s, char **__restrict end, int base);
long strtol(const char *__restrict s, char **__restrict end, int base);
long long strtoll(const char *__restrict s, char **__restrict end, int base);
unsigned long long strtoull(const char *__restrict s, char **__restrict end, int base);
intmax_t strtoimax(const char *__restrict s, char **__restrict end, int base);
uintmax_t strtoumax(const char *__restrict s, char **__restrict end, int base);
/* Within [lo, hi]; *status (may be NULL): 0, EINVAL (base), ECANCELED (no digit), ENOTSUP (more
 * after the number), ERANGE. */
intmax_t strtoi(const char *__restrict s, char **__restrict end, int base, intmax_t lo, intmax_t hi,
    int *status);
uintmax_t strtou(const char *__restrict s, char **__restrict end, int base, uintmax_t lo,
    uintmax_t hi, int *status);

/* ---- Printing into buffers (see also sys/kprintf.h) ---- */

/* A value and its named bits, in the old (\10, \20) and new (\177) formats; -1 for a bad format. */
int snprintb(char *buf, size_t size, const char *fmt, uint64_t val);
int snprintb_m(char *buf, size_t size, const char *fmt, uint64_t val, size_t line_max);
extern const char hexdigits[];
extern const char HEXDIGITS[];
/* A dump of 16 bytes a line, with offsets and characters; msg in front. */
void hexdump(void (*pr)(const char *, ...), const char *msg, const void *p, size_t len);
/* vis(3)-like: unprintable bytes as backslash and octal; the length or -1 when it does not fit. */
int strnvisx(char *dst, size_t dlen, const char *src, size_t len, int flags);
#define VIS_OCTAL   0x0001
#define VIS_SAFE    0x0020
#define VIS_NOSLASH 0x0040
#define VIS_TRIM    0x0800

/* ---- Characters: ASCII ---- */

static __always_inline int
isspace(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}
static __always_inline int
isdigit(int c)
{
	return c >= '0' && c <= '9';
}
static __always_inline int
isupper(int c)
{
	return c >= 'A' && c <= 'Z';
}
static __always_inline int
islower(int c)
{
	return c >= 'a' && c <= 'z';
}
static __always_inline int
isalpha(int c)
{
	return isupper(c) || islower(c);
}
static __always_inline int
isalnum(int c)
{
	return isalpha(c) || isdigit(c);
}
static __always_inline int
isxdigit(int c)
{
	return isdigit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}
static __always_inline int
isprint(int c)
{
	return c >= ' ' && c <= '~';
}
static __always_inline int
isgraph(int c)
{
	return c > ' ' && c <= '~';
}
static __always_inline int
toupper(int c)
{
	return islower(c) ? c - 'a' + 'A' : c;
}
static __always_inline int
tolower(int c)
{
	return isupper(c) ? c - 'A' + 'a' : c;
}

/* ---- Arithmetic ---- */

#define __KPI_MINMAX(type, maxname, minname)                \
	static __always_inline type maxname(type a, type b) \
	{                                                   \
		return a > b ? a : b;                       \
	}                                                   \
	static __always_inline type minname(type a, type b) \
	{                                                   \
		return a < b ? a : b;                       \
	}
__KPI_MINMAX(int, imax, imin)
__KPI_MINMAX(long, lmax, lmin)
__KPI_MINMAX(u_int, uimax, uimin)
__KPI_MINMAX(u_long, ulmax, ulmin)
#undef __KPI_MINMAX

static __always_inline int
abs(int j)
{
	return j < 0 ? -j : j;
}
#define ffs(x)	 __builtin_ffs(x)
#define ffsl(x)	 __builtin_ffsl(x)
#define ffsll(x) __builtin_ffsll(x)
uint32_t isqrt(uint32_t n);

/* ---- Sums and hashes ---- */

/* The reflected CRC of polynomial 0xedb88320, chained from a crc of 0. */
uint32_t crc32(uint32_t crc, const uint8_t *buf, size_t len);
/* CRC-32C (Castagnoli), without inversion before or after: ext4, SCTP.  By the CPU's instruction. */
uint32_t rump_crc32c(uint32_t crc, const void *buf, size_t len);
uint32_t murmurhash2(const void *key, size_t len, uint32_t seed);

/* ---- The rest ---- */

/*
 * A table of 2^n >= elements list heads and its mask; NULL only when it may not wait.
 * sleeps with waitok.
 */
enum hashtype { HASH_LIST, HASH_SLIST, HASH_TAILQ, HASH_PSLIST };
void *hashinit(u_int elements, enum hashtype type, bool waitok, u_long *maskp);
void hashdone(void *table, enum hashtype type, u_long mask);

/* The number of bytes left when table[byte] & mask is first non-zero. */
int scanc(u_int size, const u_char *cp, const u_char *table, int mask);
/* The number of bytes left at the first one that is not mask. */
int skpc(int mask, size_t size, u_char *cp);
/* Dotted quads, in network order; INADDR_NONE (all ones) for anything else. */
uint32_t inet_addr(const char *cp);
char *intoa(uint32_t addr);
/* Glob patterns: 0 no match, 1 match, 2 exact, -1 bad pattern; *estr is the longest match's end. */
int pmatch(const char *string, const char *pattern, const char **estr);
/* In-place sort in O(n log n) and constant memory; buf has room for one element.  0 or EINVAL. */
int kheapsort(
    void *base, size_t nmemb, size_t size, int (*compar)(const void *, const void *), void *buf);

#endif /* KPI_LIB_LIBKERN_LIBKERN_H */
