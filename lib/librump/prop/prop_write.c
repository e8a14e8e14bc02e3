/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * proplib(3): a list as text, by the document type PropertyList-1.0:
 *
 *	<plist version="1.0"> object </plist>
 *	object: <true/> <false/> <integer>12</integer> <integer>0xff</integer> <string>a</string>
 *		<data>base64</data> <array>...</array> <dict><key>k</key> object ...</dict>
 *
 * Unsigned numbers are written in hexadecimal, signed ones in decimal: so the reader knows.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/systm.h>

#include "prop_impl.h"

#define START                                                              \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                     \
	"<!DOCTYPE plist PUBLIC \"-//Apple Computer//DTD PLIST 1.0//EN\" " \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n"
#define END "</plist>\n"

/* NUL-terminated at all times. */
struct out {
	char *o_buf;
	size_t o_len, o_size;
};

static void
put_bytes(struct out *o, const char *p, size_t len)
{
	if (o->o_len + len + 1 > o->o_size) {
		o->o_size = MAX(o->o_len + len + 1, o->o_size * 2);
		o->o_buf = realloc(o->o_buf, o->o_size, M_TEMP, M_WAITOK);
	}
	memcpy(o->o_buf + o->o_len, p, len);
	o->o_len += len;
	o->o_buf[o->o_len] = '\0';
}

static void
put(struct out *o, const char *s)
{
	put_bytes(o, s, strlen(s));
}

static void
indent(struct out *o, u_int depth)
{
	while (depth-- > 0)
		put(o, "\t");
}

/* Text, with what has a meaning in XML spelled out. */
static void
put_text(struct out *o, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '<':
			put(o, "&lt;");
			break;
		case '>':
			put(o, "&gt;");
			break;
		case '&':
			put(o, "&amp;");
			break;
		default:
			put_bytes(o, s, 1);
		}
	}
}

/* RFC 4648, section 4. */
static void
put_base64(struct out *o, const uint8_t *p, size_t len)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		const size_t n = MIN(3, len - i);
		const uint32_t v = (uint32_t)p[i] << 16 | (uint32_t)(n > 1 ? p[i + 1] : 0) << 8 |
		    (n > 2 ? p[i + 2] : 0);
		const char quad[4] = { alphabet[v >> 18], alphabet[v >> 12 & 63],
			n > 1 ? alphabet[v >> 6 & 63] : '=', n > 2 ? alphabet[v & 63] : '=' };

		put_bytes(o, quad, sizeof(quad));
	}
}

static bool write_object(struct out *o, prop_object_t obj, u_int depth);

static bool
write_array(struct out *o, prop_array_t pa, u_int depth)
{
	prop_object_t obj;
	bool ok = true;

	if (prop_array_count(pa) == 0) {
		put(o, "<array/>\n");
		return true;
	}
	put(o, "<array>\n");
	for (u_int i = 0; ok && (obj = prop_array_get(pa, i)) != NULL; i++)
		ok = write_object(o, obj, depth + 1);
	indent(o, depth);
	put(o, "</array>\n");
	return ok;
}

static bool
write_dict(struct out *o, prop_dictionary_t pd, u_int depth)
{
	prop_object_iterator_t pi;
	prop_dictionary_keysym_t key;
	prop_object_t obj;
	bool ok = true;

	if (prop_dictionary_count(pd) == 0) {
		put(o, "<dict/>\n");
		return true;
	}
	put(o, "<dict>\n");
	pi = prop_dictionary_iterator(pd);
	while (ok && (key = prop_object_iterator_next(pi)) != NULL &&
	    (obj = prop_dictionary_get_keysym(pd, key)) != NULL) {
		indent(o, depth + 1);
		put(o, "<key>");
		put_text(o, prop_dictionary_keysym_value(key));
		put(o, "</key>\n");
		ok = write_object(o, obj, depth + 1);
	}
	prop_object_iterator_release(pi);
	indent(o, depth);
	put(o, "</dict>\n");
	return ok;
}

static void
write_number(struct out *o, prop_number_t pn)
{
	char buf[32];

	if (prop_number_unsigned(pn))
		snprintf(buf, sizeof(buf), "0x%jx", prop_number_unsigned_value(pn));
	else
		snprintf(buf, sizeof(buf), "%jd", prop_number_signed_value(pn));
	put(o, "<integer>");
	put(o, buf);
	put(o, "</integer>\n");
}

static bool
write_object(struct out *o, prop_object_t obj, u_int depth)
{
	if (depth > PROP_DEPTH)
		return false;
	indent(o, depth);
	switch (prop_object_type(obj)) {
	case PROP_TYPE_BOOL:
		put(o, prop_bool_true(obj) ? "<true/>\n" : "<false/>\n");
		return true;
	case PROP_TYPE_NUMBER:
		write_number(o, obj);
		return true;
	case PROP_TYPE_STRING:
		put(o, "<string>");
		put_text(o, prop_string_value(obj));
		put(o, "</string>\n");
		return true;
	case PROP_TYPE_DATA:
		put(o, "<data>");
		put_base64(o, prop_data_value(obj), prop_data_size(obj));
		put(o, "</data>\n");
		return true;
	case PROP_TYPE_ARRAY:
		return write_array(o, obj, depth);
	case PROP_TYPE_DICTIONARY:
		return write_dict(o, obj, depth);
	default:
		return false; /* a keysym has no text */
	}
}

static char *
externalize(prop_object_t obj)
{
	struct out o = { .o_buf = malloc(256, M_TEMP, M_WAITOK), .o_size = 256 };

	put(&o, START);
	if (!write_object(&o, obj, 0)) {
		free(o.o_buf, M_TEMP);
		return NULL;
	}
	put(&o, END);
	return o.o_buf;
}

char *
prop_dictionary_externalize(prop_dictionary_t pd)
{
	return prop_is(pd, PROP_TYPE_DICTIONARY) != NULL ? externalize(pd) : NULL;
}

char *
prop_array_externalize(prop_array_t pa)
{
	return prop_is(pa, PROP_TYPE_ARRAY) != NULL ? externalize(pa) : NULL;
}
