/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Running a script: statements, who makes the call, and whether the answer is right. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "posix.h"

#define MAXARGS	  24
#define MAXGROUPS 8

static char complaint[1024];

/* ---- Differences ---- */

static bool met[64];

static bool
applies(const struct difference *d, const struct fixture *f, const struct row *row)
{
	return strcmp(d->row, row->name) == 0 && (d->fs == NULL || strcmp(d->fs, f->name) == 0);
}

/* What the statement answers on this file system: the expected, or what a difference says. */
static const char *
difference_of(const struct script *c, const char *statement, const char *expected)
{
	for (int i = 0; c->f != NULL && i < ndifferences; i++) {
		const struct difference *const d = &differences[i];

		if (d->statement == NULL || !applies(d, c->f, c->row) ||
		    strcmp(d->statement, statement) != 0)
			continue;
		met[i] = true;
		ck_assert_msg(strcmp(d->answer, expected) != 0,
		    "%s: %s: the listed answer is the expected one", d->row, statement);
		return d->answer;
	}
	return expected;
}

static void
differences_met(const struct fixture *f, const struct row *row)
{
	for (int i = 0; i < ndifferences; i++)
		ck_assert_msg(
		    !applies(&differences[i], f, row) || met[i] || differences[i].statement == NULL,
		    "%s: a difference is listed for a statement that the row does not have: %s",
		    row->name, differences[i].statement);
}

const char *
difference_of_row(const struct fixture *f, const struct row *row)
{
	for (int i = 0; i < ndifferences; i++)
		if (differences[i].statement == NULL && applies(&differences[i], f, row))
			return differences[i].reason;
	return NULL;
}

/* ---- Who calls ---- */

static void
become(const struct sysops *s, const char *who)
{
	gid_t groups[MAXGROUPS];
	int n = 0;
	const long uid = strtol(who, NULL, 10);

	for (const char *p = strchr(who, ':'); p != NULL && n < MAXGROUPS; p = strchr(p + 1, ':'))
		groups[n++] = (gid_t)strtol(p + 1, NULL, 10);
	ck_assert_int_eq(s->setgroups(n, groups), 0);
	ck_assert_int_eq(s->setegid((gid_t)uid), 0);
	ck_assert_int_eq(s->seteuid((uid_t)uid), 0);
}

static void
become_root(const struct sysops *s)
{
	ck_assert_int_eq(s->seteuid(0), 0);
	ck_assert_int_eq(s->setegid(0), 0);
	ck_assert_int_eq(s->setgroups(0, NULL), 0);
}

/* ---- Statements ---- */

static int
split(char *text, char **argv)
{
	char *save = NULL;
	int n = 0;

	for (char *p = strtok_r(text, " \t\n", &save); p != NULL;
	     p = strtok_r(NULL, " \t\n", &save)) {
		ck_assert_int_lt(n, MAXARGS);
		argv[n++] = p;
	}
	return n;
}

static void
answer_text(const struct script *c, long ret, int error, char *buf, size_t size)
{
	if (ret == -1)
		snprintf(
		    buf, size, "%s", strerrorname_np(error) != NULL ? strerrorname_np(error) : "?");
	else if (c->has_text)
		snprintf(buf, size, "%s", c->text[0] == '\0' ? "''" : c->text);
	else
		snprintf(buf, size, "%ld", ret);
}

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\n");
	for (n = strlen(s); n > 0 && strchr(" \t\n", s[n - 1]) != NULL; n--)
		s[n - 1] = '\0';
	return s;
}

/* False: the answer is wrong, and told. */
static bool
statement_run(struct script *c, char *text)
{
	char words[1024], answer[TEXTMAX], *argv[MAXARGS], *statement = trim(text);
	const char *expected = "ok", *who = NULL;
	char *eq = strstr(statement, " = ");
	int argc, first = 0, error;
	long ret;

	if (*statement == '\0')
		return true;
	if (eq != NULL) {
		*eq = '\0';
		expected = trim(eq + 3);
		statement = trim(statement);
	}
	expected = difference_of(c, statement, expected);
	ck_assert_uint_lt(strlen(statement), sizeof(words));
	strcpy(words, statement);
	argc = split(words, argv);
	if (argv[0][0] == '@') {
		who = argv[0] + 1;
		first = 1;
		become(c->s, who);
	}
	c->has_text = false;
	c->text[0] = '\0';
	errno = 0;
	ret = verb_call(c, argc - first, argv + first);
	error = errno;
	if (who != NULL)
		become_root(c->s);
	answer_text(c, ret, error, answer, sizeof(answer));
	if (strcmp(expected, "ok") == 0 ? ret != -1 : strcmp(expected, answer) == 0)
		return true;
	snprintf(complaint, sizeof(complaint), "%s on %s: \"%.200s\": %.200s, not %.200s",
	    c->row->name, c->f == NULL ? "host" : c->f->name, statement, answer, expected);
	return false;
}

const char *
script_run(const struct sysops *s, const struct fixture *f, const struct row *row)
{
	struct script *c = calloc(1, sizeof(*c));
	char *text = strdup(row->script), *save = NULL;
	bool right = true;

	ck_assert(c != NULL && text != NULL);
	*c = (struct script){ .s = s, .f = f, .row = row };
	for (int i = 0; i < NVARS; i++)
		c->vars[i] = -1;
	s->umask(0);
	memset(met, 0, sizeof(met));
	for (char *p = strtok_r(text, ";", &save); p != NULL && right;
	     p = strtok_r(NULL, ";", &save))
		right = statement_run(c, p);
	for (int i = 0; i < NVARS; i++)
		if (c->vars[i] >= 0)
			s->close(c->vars[i]);
	if (f != NULL && right)
		differences_met(f, row);
	free(text);
	free(c);
	return right ? NULL : complaint;
}
