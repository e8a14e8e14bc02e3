/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * proplib(3): a list from text that nobody vouches for: see prop_write.c for its form.
 *
 * The reader goes over the text once, up to its NUL, and descends PROP_DEPTH levels at most; what it makes is
 * proportional to the text.  Where something is amiss it returns NULL, and its callers release what they have.
 */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "prop_impl.h"

struct tag {
	const char *t_name;
	size_t t_len;
	bool t_end;   /* </name> */
	bool t_empty; /* <name/> */
};

/* The rest of the text.  Every step stops at the NUL. */
struct in {
	const char *i_p;
};

static void
skip_space(struct in *in)
{
	while (isspace((unsigned char)*in->i_p))
		in->i_p++;
}

static bool
skip_prefix(struct in *in, const char *prefix)
{
	const size_t len = strlen(prefix);

	if (strncmp(in->i_p, prefix, len) != 0)
		return false;
	in->i_p += len;
	return true;
}

/* Past the next mark. */
static bool
skip_past(struct in *in, const char *mark)
{
	const char *const p = strstr(in->i_p, mark);

	if (p == NULL)
		return false;
	in->i_p = p + strlen(mark);
	return true;
}

/* Blanks, comments, processing instructions and the document's type. */
static bool
skip_between(struct in *in)
{
	for (;;) {
		skip_space(in);
		if (skip_prefix(in, "<!--")) {
			if (!skip_past(in, "-->"))
				return false;
		} else if (skip_prefix(in, "<?")) {
			if (!skip_past(in, "?>"))
				return false;
		} else if (skip_prefix(in, "<!DOCTYPE")) {
			if (!skip_past(in, ">"))
				return false;
		} else
			return true;
	}
}

/* <name>, </name>, <name/> or <name attributes>, after what may stand between. */
static bool
next_tag(struct in *in, struct tag *t)
{
	const char *close;

	if (!skip_between(in) || *in->i_p != '<')
		return false;
	in->i_p++;
	t->t_end = skip_prefix(in, "/");
	t->t_name = in->i_p;
	while (isalnum((unsigned char)*in->i_p))
		in->i_p++;
	t->t_len = (size_t)(in->i_p - t->t_name);
	if (t->t_len == 0 || (close = strchr(in->i_p, '>')) == NULL)
		return false;
	if (close != in->i_p && *in->i_p != '/' && !isspace((unsigned char)*in->i_p))
		return false;
	t->t_empty = close > in->i_p && close[-1] == '/';
	in->i_p = close + 1;
	return !(t->t_end && t->t_empty);
}

static bool
tag_is(const struct tag *t, const char *name)
{
	return t->t_len == strlen(name) && strncmp(t->t_name, name, t->t_len) == 0;
}

static bool
end_tag(struct in *in, const char *name)
{
	struct tag t;

	return next_tag(in, &t) && t.t_end && tag_is(&t, name);
}

/* ---- Leaves ---- */

/* One character of text; false for what XML does not know. */
static bool
next_char(const char **pp, const char *end, char *c)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' },
		{ "&apos;", '\'' } };

	if (**pp != '&') {
		*c = *(*pp)++;
		return true;
	}
	for (size_t i = 0; i < __arraycount(entities); i++) {
		const size_t len = strlen(entities[i].name);

		if ((size_t)(end - *pp) >= len && strncmp(*pp, entities[i].name, len) == 0) {
			*pp += len;
			*c = entities[i].c;
			return true;
		}
	}
	return false;
}

/* Text up to the end tag of name, in memory of *sizep bytes for the caller to free; NULL. */
static char *
read_text(struct in *in, const char *name, size_t *sizep)
{
	const char *p = in->i_p, *const end = strchr(p, '<');
	char *text;
	size_t n = 0;

	if (end == NULL)
		return NULL;
	*sizep = (size_t)(end - p) + 1;
	text = kmem_alloc(*sizep, KM_SLEEP);
	while (p < end && next_char(&p, end, &text[n]))
		n++;
	text[n] = '\0';
	in->i_p = end;
	if (p < end || !end_tag(in, name)) {
		kmem_free(text, *sizep);
		return NULL;
	}
	return text;
}

static prop_object_t
read_string(struct in *in, const struct tag *t)
{
	prop_object_t obj;
	size_t size;
	char *text;

	if (t->t_empty)
		return prop_string_create_copy("");
	if ((text = read_text(in, "string", &size)) == NULL)
		return NULL;
	obj = prop_string_create_copy(text);
	kmem_free(text, size);
	return obj;
}

static prop_object_t
number_of(const char *s)
{
	const bool minus = *s == '-';
	u_int base = 10;
	uint64_t v = 0;

	s += minus;
	if (!minus && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (*s == '\0')
		return NULL;
	for (; *s != '\0'; s++) {
		const u_int digit = isdigit((unsigned char)*s) ? (u_int)(*s - '0')
		    : isxdigit((unsigned char)*s)	       ? (u_int)(tolower(*s) - 'a' + 10)
							       : 16;

		if (digit >= base || v > (UINT64_MAX - digit) / base)
			return NULL;
		v = v * base + digit;
	}
	if (minus)
		return v > (uint64_t)1 << 63 ? NULL : prop_number_create_signed((int64_t)(0 - v));
	return base == 16 || v > INT64_MAX ? prop_number_create_unsigned(v)
					   : prop_number_create_signed((int64_t)v);
}

static prop_object_t
read_number(struct in *in, const struct tag *t)
{
	prop_object_t obj;
	size_t size;
	char *text;

	if (t->t_empty || (text = read_text(in, "integer", &size)) == NULL)
		return NULL;
	obj = number_of(text);
	kmem_free(text, size);
	return obj;
}

static int
base64_value(char c)
{
	if (isupper(c))
		return c - 'A';
	if (islower(c))
		return c - 'a' + 26;
	if (isdigit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decode in place, blanks left out; the length or -1. */
static ssize_t
base64_decode(char *text)
{
	uint32_t v = 0;
	u_int nchars = 0, npad = 0;
	size_t n = 0;

	for (const char *p = text; *p != '\0'; p++) {
		const int six = base64_value(*p);

		if (isspace((unsigned char)*p))
			continue;
		if (*p == '=')
			npad++;
		else if (six < 0 || npad > 0)
			return -1;
		v = v << 6 | (six < 0 ? 0 : (uint32_t)six);
		if (++nchars % 4 != 0)
			continue;
		if (npad > 2)
			return -1;
		for (u_int i = 0; i < 3 - npad; i++)
			text[n++] = (char)(v >> (16 - 8 * i));
	}
	return nchars % 4 == 0 && (npad == 0 || nchars > 0) && npad <= 2 ? (ssize_t)n : -1;
}

static prop_object_t
read_data(struct in *in, const struct tag *t)
{
	prop_object_t obj = NULL;
	size_t size;
	ssize_t len;
	char *text;

	if (t->t_empty)
		return prop_data_create_copy("", 0);
	if ((text = read_text(in, "data", &size)) == NULL)
		return NULL;
	if ((len = base64_decode(text)) >= 0)
		obj = prop_data_create_copy(text, (size_t)len);
	kmem_free(text, size);
	return obj;
}

/* ---- Containers ---- */

static prop_object_t read_object(struct in *in, const struct tag *t, u_int depth);

static prop_object_t
read_array(struct in *in, const struct tag *t, u_int depth)
{
	const prop_array_t pa = prop_array_create();
	struct tag inner;
	prop_object_t obj;

	if (t->t_empty)
		return pa;
	while (next_tag(in, &inner)) {
		if (inner.t_end) {
			if (tag_is(&inner, "array"))
				return pa;
			break;
		}
		if ((obj = read_object(in, &inner, depth + 1)) == NULL)
			break;
		(void)prop_array_add_and_rel(pa, obj);
	}
	prop_object_release(pa);
	return NULL;
}

/* What follows <key> in a dictionary: the name, and the object. */
static bool
read_entry(struct in *in, prop_dictionary_t pd, u_int depth)
{
	prop_object_t obj = NULL;
	struct tag t;
	size_t size;
	char *const key = read_text(in, "key", &size);
	bool ok;

	if (key == NULL)
		return false;
	ok = strlen(key) <= PROP_DICTIONARY_KEYMAX && prop_dictionary_get(pd, key) == NULL &&
	    next_tag(in, &t) && !t.t_end && (obj = read_object(in, &t, depth + 1)) != NULL &&
	    prop_dictionary_set(pd, key, obj);
	prop_object_release(obj);
	kmem_free(key, size);
	return ok;
}

static prop_object_t
read_dict(struct in *in, const struct tag *t, u_int depth)
{
	const prop_dictionary_t pd = prop_dictionary_create();
	struct tag inner;

	if (t->t_empty)
		return pd;
	while (next_tag(in, &inner)) {
		if (inner.t_end) {
			if (tag_is(&inner, "dict"))
				return pd;
			break;
		}
		if (!tag_is(&inner, "key") || inner.t_empty || !read_entry(in, pd, depth))
			break;
	}
	prop_object_release(pd);
	return NULL;
}

/* The object whose tag has been read; a reference. */
static prop_object_t
read_object(struct in *in, const struct tag *t, u_int depth)
{
	if (depth > PROP_DEPTH)
		return NULL;
	if (tag_is(t, "true") || tag_is(t, "false"))
		return t->t_empty || end_tag(in, tag_is(t, "true") ? "true" : "false")
		    ? prop_bool_create(tag_is(t, "true"))
		    : NULL;
	if (tag_is(t, "integer"))
		return read_number(in, t);
	if (tag_is(t, "string"))
		return read_string(in, t);
	if (tag_is(t, "data"))
		return read_data(in, t);
	if (tag_is(t, "array"))
		return read_array(in, t, depth);
	if (tag_is(t, "dict"))
		return read_dict(in, t, depth);
	return NULL;
}

/* The whole list, of the given type. */
static void *
internalize(const char *xml, prop_type_t type)
{
	struct in in = { .i_p = xml };
	prop_object_t obj;
	struct tag t;

	if (!next_tag(&in, &t) || t.t_end || t.t_empty || !tag_is(&t, "plist"))
		return NULL;
	if (!next_tag(&in, &t) || t.t_end || (obj = read_object(&in, &t, 0)) == NULL)
		return NULL;
	if (prop_object_type(obj) == type && end_tag(&in, "plist") && skip_between(&in) &&
	    *in.i_p == '\0')
		return obj;
	prop_object_release(obj);
	return NULL;
}

prop_dictionary_t
prop_dictionary_internalize(const char *xml)
{
	return internalize(xml, PROP_TYPE_DICTIONARY);
}

prop_array_t
prop_array_internalize(const char *xml)
{
	return internalize(xml, PROP_TYPE_ARRAY);
}
