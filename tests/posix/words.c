/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the words of a script stand for.
 *
 * In paths, '' is the empty one and NULL none; {n:255} is a name of 255 bytes, {p:4095} a path of so
 * many bytes that leads to "x" here, {/} the directory that the row began in.
 */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "posix.h"

static char *
path_insert(char *out, const char *word, size_t len)
{
	long n = 0;

	if (len > 2)
		n = strtol(word + 2, NULL, 10);
	switch (word[0]) {
	case 'n':
		memset(out, 'n', n);
		return out + n;
	case 'p':
		for (; n > 2; n -= 2)
			out = stpcpy(out, "./");
		return stpcpy(out, n == 2 ? "/x" : "x");
	case '/':
		return stpcpy(out, fixture_base);
	default:
		ck_abort_msg("unknown {%.*s}", (int)len, word);
	}
}

const char *
word_path(const char *w)
{
	static char bufs[8][TEXTMAX];
	static unsigned next;
	char *const buf = bufs[next++ % 8], *out = buf;

	if (strcmp(w, "NULL") == 0)
		return NULL;
	if (strcmp(w, "''") == 0)
		return "";
	while (*w != '\0') {
		if (*w == '{') {
			const size_t n = strcspn(w, "}");

			out = path_insert(out, w + 1, n - 1);
			w += n + 1;
		} else
			*out++ = *w++;
	}
	*out = '\0';
	return buf;
}

static const struct {
	const char *name;
	long value;
} flag_words[] = {
	{ "rdonly", O_RDONLY },
	{ "wronly", O_WRONLY },
	{ "rdwr", O_RDWR },
	{ "accmode", O_ACCMODE },
	{ "creat", O_CREAT },
	{ "excl", O_EXCL },
	{ "trunc", O_TRUNC },
	{ "append", O_APPEND },
	{ "directory", O_DIRECTORY },
	{ "nofollow", O_NOFOLLOW },
	{ "nonblock", O_NONBLOCK },
	{ "cloexec", O_CLOEXEC },
	{ "sync", O_SYNC },
	{ "path", O_PATH },
	{ "tmpfile", O_TMPFILE },
	{ "noreplace", RENAME_NOREPLACE },
	{ "exchange", RENAME_EXCHANGE },
	{ "whiteout", RENAME_WHITEOUT },
	{ "at_nofollow", AT_SYMLINK_NOFOLLOW },
	{ "at_follow", AT_SYMLINK_FOLLOW },
	{ "at_empty", AT_EMPTY_PATH },
	{ "at_removedir", AT_REMOVEDIR },
	{ "at_eaccess", AT_EACCESS },
	{ "f_ok", F_OK },
	{ "r_ok", R_OK },
	{ "w_ok", W_OK },
	{ "x_ok", X_OK },
	{ "set", SEEK_SET },
	{ "cur", SEEK_CUR },
	{ "end", SEEK_END },
	{ "data", SEEK_DATA },
	{ "hole", SEEK_HOLE },
	{ "sh", LOCK_SH },
	{ "ex", LOCK_EX },
	{ "un", LOCK_UN },
	{ "nb", LOCK_NB },
	{ "keep", FALLOC_FL_KEEP_SIZE },
	{ "punch", FALLOC_FL_PUNCH_HOLE },
	{ "dupfd", F_DUPFD },
	{ "dupfd_cloexec", F_DUPFD_CLOEXEC },
	{ "getfd", F_GETFD },
	{ "setfd", F_SETFD },
	{ "getfl", F_GETFL },
	{ "setfl", F_SETFL },
	{ "fifo", S_IFIFO },
	{ "chr", S_IFCHR },
	{ "blk", S_IFBLK },
	{ "sock", S_IFSOCK },
	{ "reg", S_IFREG },
	{ "dir", S_IFDIR },
	{ "lnk", S_IFLNK },
	{ "xcreate", XATTR_CREATE },
	{ "xreplace", XATTR_REPLACE },
};

static long
word_flag(const char *w)
{
	char *end;
	long v;

	for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++)
		if (strcmp(w, flag_words[i].name) == 0)
			return flag_words[i].value;
	v = strtol(w, &end, 0);
	ck_assert_msg(*end == '\0' && end != w, "unknown flag %s", w);
	return v;
}

long
word_flags(const char *w)
{
	char buf[256], *save = NULL;
	long v = 0;

	ck_assert_uint_lt(strlen(w), sizeof(buf));
	strcpy(buf, w);
	for (char *p = strtok_r(buf, ",", &save); p != NULL; p = strtok_r(NULL, ",", &save))
		v |= word_flag(p);
	return v;
}

int *
word_var(struct script *c, const char *w)
{
	ck_assert_msg(islower((unsigned char)w[0]) && w[1] == '\0', "no variable: %s", w);
	return &c->vars[w[0] - 'a'];
}

int
word_fd(struct script *c, const char *w)
{
	if (strcmp(w, "cwd") == 0)
		return AT_FDCWD;
	if (islower((unsigned char)w[0]))
		return *word_var(c, w);
	return (int)strtol(w, NULL, 0);
}

struct timespec
word_time(const char *w)
{
	struct timespec ts = { 0, 0 };
	char *end;

	if (strcmp(w, "now") == 0)
		ts.tv_nsec = UTIME_NOW;
	else if (strcmp(w, "omit") == 0)
		ts.tv_nsec = UTIME_OMIT;
	else {
		ts.tv_sec = strtol(w, &end, 10);
		if (*end == '.')
			ts.tv_nsec = strtol(end + 1, NULL, 10);
	}
	return ts;
}

const char *
type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "dir";
	case S_IFLNK:
		return "link";
	case S_IFIFO:
		return "fifo";
	case S_IFCHR:
		return "chr";
	case S_IFBLK:
		return "blk";
	case S_IFSOCK:
		return "sock";
	default:
		return "?";
	}
}
