/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * snprintb(3): a number and the names of the bits that are set in it.
 *
 * The format's first character is the base (\10 or \20) for the old style:
 *	base { bit-number (1 to 32) name }...
 * or \177 and a base for the new one, whose fields end with a NUL and the whole with an empty one:
 *	'b' bit name		the name when the bit (from 0) is set
 *	'f' bit width name	the field's value; followed by '=' value name for names of values
 *	'F' bit width \0	the same without the value, followed by ':' value name
 *	'*' format		a printf format for values not named (of 'F')
 */
#include <sys/param.h>
#include <sys/kprintf.h>

#include <lib/libkern/libkern.h>

struct out {
	char *buf;
	size_t size;
	size_t len; /* of the whole */
	char sep;   /* before the next name */
};

static void
put(struct out *o, const char *s, size_t n)
{
	if (o->len < o->size)
		memcpy(o->buf + o->len, s, MIN(n, o->size - o->len));
	o->len += n;
}

static void
put_sep(struct out *o)
{
	put(o, &o->sep, 1);
	o->sep = ',';
}

static void
put_number(struct out *o, const char *fmt, uint64_t v)
{
	char tmp[32];

	put(o, tmp, MIN((size_t)snprintf(tmp, sizeof(tmp), fmt, v), sizeof(tmp) - 1));
}

static void
old_style(struct out *o, const char *f, uint64_t val)
{
	while (*f != '\0') {
		const u_int bit = (unsigned char)*f++;
		size_t n = 0;

		while ((unsigned char)f[n] > ' ')
			n++;
		if (bit <= 64 && (val & ((uint64_t)1 << (bit - 1))) != 0) {
			put_sep(o);
			put(o, f, n);
		}
		f += n;
	}
}

static int
new_style(struct out *o, const char *f, uint64_t val, const char *numfmt)
{
	uint64_t field = 0;
	bool matched = true;

	while (*f != '\0') {
		const char kind = *f++;
		const u_int bit =
		    kind == 'b' || kind == 'f' || kind == 'F' ? (unsigned char)*f++ : 0;
		u_int width;

		if (bit > 63)
			return -1;
		switch (kind) {
		case 'b':
			if (val >> bit & 1) {
				put_sep(o);
				put(o, f, strlen(f));
			}
			break;
		case 'f':
		case 'F':
			width = (unsigned char)*f++;
			if (width == 0 || width > 64)
				return -1;
			field = val >> bit & (~(uint64_t)0 >> (64 - width));
			put_sep(o);
			matched = false;
			if (kind == 'f') {
				put(o, f, strlen(f));
				put(o, "=", 1);
				put_number(o, numfmt, field);
				matched = true;
			}
			break;
		case '=':
		case ':':
			if (field == (unsigned char)*f++) {
				if (kind == '=')
					put(o, "=", 1);
				put(o, f, strlen(f));
				matched = true;
			}
			break;
		case '*':
			if (!matched)
				put_number(o, numfmt, field);
			matched = true;
			break;
		default:
			return -1;
		}
		f += strlen(f) + 1;
	}
	return 0;
}

int
snprintb_m(char *buf, size_t size, const char *fmt, uint64_t val, size_t line_max)
{
	struct out o = { .buf = buf, .size = size, .sep = '<' };
	const bool modern = *fmt == '\177';
	const char *numfmt;

	if (modern)
		fmt++;
	switch (*fmt++) {
	case 8:
		numfmt = "%#jo";
		break;
	case 10:
		numfmt = "%ju";
		break;
	case 16:
		numfmt = "%#jx";
		break;
	default:
		return -1;
	}
	put_number(&o, numfmt, val);
	if (!modern)
		old_style(&o, fmt, val);
	else if (new_style(&o, fmt, val, numfmt) != 0)
		return -1;
	if (o.sep == ',')
		put(&o, ">", 1);
	if (size > 0)
		buf[MIN(o.len, size - 1)] = '\0';
	return o.len;
}

int
snprintb(char *buf, size_t size, const char *fmt, uint64_t val)
{
	return snprintb_m(buf, size, fmt, val, 0);
}
