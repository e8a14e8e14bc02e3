/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Formatted output: ISO C's conversions without floating point and %n.
 *
 *	% flags width .precision size conversion
 *
 * An unknown conversion is copied as it stands, and what follows it as plain text: its
 * argument's size is not known.
 */
#include "format.h"

#include <sys/param.h>
#include <sys/kprintf.h>
#include <sys/malloc.h>

#include <lib/libkern/libkern.h>

struct spec {
	bool left, plus, space, alt, zero;
	int width;
	int precision; /* -1: none given */
	enum { SZ_INT, SZ_CHAR, SZ_SHORT, SZ_LONG, SZ_LLONG, SZ_MAX, SZ_SIZE, SZ_PTRDIFF } size;
};

static size_t
pad(struct format_out *out, char c, int n)
{
	char chunk[16];
	const int total = MAX(n, 0);

	memset(chunk, c, sizeof(chunk));
	for (n = total; n > 0; n -= sizeof(chunk))
		(*out->fo_put)(out, chunk, MIN((size_t)n, sizeof(chunk)));
	return total;
}

static size_t
put_string(struct format_out *out, const struct spec *sp, const char *s)
{
	size_t len, n = 0;

	if (s == NULL)
		s = "(null)";
	len = sp->precision >= 0 ? strnlen(s, sp->precision) : strlen(s);
	if (!sp->left)
		n += pad(out, ' ', sp->width - (int)len);
	(*out->fo_put)(out, s, len);
	if (sp->left)
		n += pad(out, ' ', sp->width - (int)len);
	return n + len;
}

static size_t
put_number(struct format_out *out, const struct spec *sp, uintmax_t v, u_int base, bool upper,
    const char *prefix)
{
	char digits[24], *p = digits + sizeof(digits);
	const char *const set = upper ? HEXDIGITS : hexdigits;
	const int prefixlen = strlen(prefix);
	int len, zeros, blanks;
	size_t n = 0;

	if (v != 0 || sp->precision != 0)
		do
			*--p = set[v % base];
		while ((v /= base) != 0);
	len = digits + sizeof(digits) - p;
	zeros = MAX(sp->precision - len, 0);
	if (base == 8 && sp->alt && zeros == 0 && (len == 0 || *p != '0'))
		zeros = 1;
	if (sp->precision < 0 && sp->zero && !sp->left)
		zeros = MAX(zeros, sp->width - len - prefixlen);
	blanks = sp->width - len - zeros - prefixlen;
	if (!sp->left)
		n += pad(out, ' ', blanks);
	(*out->fo_put)(out, prefix, prefixlen);
	n += pad(out, '0', zeros);
	(*out->fo_put)(out, p, len);
	if (sp->left)
		n += pad(out, ' ', blanks);
	return n + prefixlen + len;
}

static const char *
parse_flags(const char *f, struct spec *sp)
{
	for (;; f++) {
		switch (*f) {
		case '-':
			sp->left = true;
			break;
		case '+':
			sp->plus = true;
			break;
		case ' ':
			sp->space = true;
			break;
		case '#':
			sp->alt = true;
			break;
		case '0':
			sp->zero = true;
			break;
		default:
			return f;
		}
	}
}

static const char *
parse_size(const char *f, struct spec *sp)
{
	switch (*f) {
	case 'h':
		sp->size = f[1] == 'h' ? SZ_CHAR : SZ_SHORT;
		return f + (f[1] == 'h' ? 2 : 1);
	case 'l':
		sp->size = f[1] == 'l' ? SZ_LLONG : SZ_LONG;
		return f + (f[1] == 'l' ? 2 : 1);
	case 'q':
		sp->size = SZ_LLONG;
		return f + 1;
	case 'j':
		sp->size = SZ_MAX;
		return f + 1;
	case 'z':
		sp->size = SZ_SIZE;
		return f + 1;
	case 't':
		sp->size = SZ_PTRDIFF;
		return f + 1;
	default:
		return f;
	}
}

/* A struct carries the va_list, which may be an array type, by reference. */
struct args {
	va_list ap;
};

static const char *
parse_count(const char *f, int *np, struct args *a)
{
	u_int n = 0;

	if (*f == '*') {
		*np = va_arg(a->ap, int);
		return f + 1;
	}
	for (; isdigit(*f); f++)
		n = MIN(n * 10 + (u_int)(*f - '0'), 0xffff);
	*np = n;
	return f;
}

static intmax_t
arg_signed(const struct spec *sp, struct args *a)
{
	switch (sp->size) {
	case SZ_CHAR:
		return (signed char)va_arg(a->ap, int);
	case SZ_SHORT:
		return (short)va_arg(a->ap, int);
	case SZ_INT:
		return va_arg(a->ap, int);
	case SZ_LONG:
		return va_arg(a->ap, long);
	case SZ_LLONG:
		return va_arg(a->ap, long long);
	case SZ_SIZE:
		return va_arg(a->ap, ssize_t);
	case SZ_PTRDIFF:
		return va_arg(a->ap, ptrdiff_t);
	case SZ_MAX:
		break;
	}
	return va_arg(a->ap, intmax_t);
}

static uintmax_t
arg_unsigned(const struct spec *sp, struct args *a)
{
	switch (sp->size) {
	case SZ_CHAR:
		return (unsigned char)va_arg(a->ap, unsigned int);
	case SZ_SHORT:
		return (unsigned short)va_arg(a->ap, unsigned int);
	case SZ_INT:
		return va_arg(a->ap, unsigned int);
	default:
		return arg_signed(sp, a);
	}
}

/* One conversion; *fp is past its letter.  The bytes put. */
static size_t
convert(struct format_out *out, const char *start, const char **fp, const struct spec *sp,
    struct args *a)
{
	const char *const f = *fp;
	intmax_t sv;
	uintmax_t uv;
	char c;

	if (*f != '\0')
		*fp = f + 1;
	switch (*f) {
	case 'd':
	case 'i':
		sv = arg_signed(sp, a);
		return put_number(out, sp, sv < 0 ? -(uintmax_t)sv : (uintmax_t)sv, 10, false,
		    sv < 0	    ? "-"
			: sp->plus  ? "+"
			: sp->space ? " "
				    : "");
	case 'u':
		return put_number(out, sp, arg_unsigned(sp, a), 10, false, "");
	case 'o':
		return put_number(out, sp, arg_unsigned(sp, a), 8, false, "");
	case 'x':
	case 'X':
		uv = arg_unsigned(sp, a);
		return put_number(out, sp, uv, 16, *f == 'X',
		    !sp->alt || uv == 0 ? ""
			: *f == 'X'	? "0X"
					: "0x");
	case 'p':
		return put_number(out, sp, (uintptr_t)va_arg(a->ap, void *), 16, false, "0x");
	case 's':
		return put_string(out, sp, va_arg(a->ap, const char *));
	case 'c': {
		struct spec one = *sp;

		c = va_arg(a->ap, int);
		one.precision = 1;
		if (c == '\0') {
			(*out->fo_put)(out, &c, 1);
			return 1;
		}
		return put_string(out, &one, (char[]){ c, '\0' });
	}
	case '%':
		(*out->fo_put)(out, f, 1);
		return 1;
	default:
		(*out->fo_put)(out, start, *fp - start);
		return *fp - start;
	}
}

size_t
kern_format(struct format_out *out, const char *f, va_list ap)
{
	struct args a;
	size_t n = 0;

	va_copy(a.ap, ap);
	while (*f != '\0') {
		struct spec sp = { .precision = -1 };
		const char *start = f;

		while (*f != '\0' && *f != '%')
			f++;
		if (f > start) {
			(*out->fo_put)(out, start, f - start);
			n += f - start;
			continue;
		}
		f = parse_flags(f + 1, &sp);
		f = parse_count(f, &sp.width, &a);
		if (sp.width < 0) {
			sp.left = true;
			sp.width = -sp.width;
		}
		if (*f == '.')
			f = parse_count(f + 1, &sp.precision, &a);
		f = parse_size(f, &sp);
		n += convert(out, start, &f, &sp, &a);
	}
	va_end(a.ap);
	return n;
}

/* ---- Into buffers ---- */

struct buffer_out {
	struct format_out bo_out;
	char *bo_p, *bo_end; /* room for the NUL is past the end */
};

static void
buffer_put(struct format_out *out, const char *s, size_t len)
{
	struct buffer_out *const bo = container_of(out, struct buffer_out, bo_out);
	const size_t n = MIN(len, (size_t)(bo->bo_end - bo->bo_p));

	memcpy(bo->bo_p, s, n);
	bo->bo_p += n;
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	char none[1];
	struct buffer_out bo = { { buffer_put }, size > 0 ? buf : none,
		size > 0 ? buf + size - 1 : none };
	const size_t n = kern_format(&bo.bo_out, fmt, ap);

	if (size > 0)
		*bo.bo_p = '\0';
	return n;
}

int
vasprintf(char **bufp, const char *fmt, va_list ap)
{
	const int len = vsnprintf(NULL, 0, fmt, ap);

	*bufp = kern_malloc(len + 1, M_WAITOK);
	return vsnprintf(*bufp, len + 1, fmt, ap);
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
