/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Verbs whose answer is a text: contents, attributes, listings, times that an operation changed. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "posix.h"
#include "verbs.h"

/* n bytes that were read; what is not printable is a dot. */
static long
text_bytes(struct script *c, const char *buf, long n)
{
	if (n < 0)
		return n;
	ck_assert_int_lt(n, TEXTMAX);
	for (long i = 0; i < n; i++)
		c->text[i] = buf[i] > ' ' && buf[i] < 127 ? buf[i] : '.';
	c->text[n] = '\0';
	c->has_text = true;
	return n;
}

/* ---- Contents ---- */

static long
v_read(struct script *c, int n, char **a)
{
	char buf[TEXTMAX];

	return text_bytes(
	    c, buf, c->s->read(word_fd(c, a[1]), buf, (size_t)strtol(a[2], NULL, 10)));
}

static long
v_pread(struct script *c, int n, char **a)
{
	char buf[TEXTMAX];

	return text_bytes(c, buf,
	    c->s->pread(
		word_fd(c, a[1]), buf, (size_t)strtol(a[3], NULL, 10), strtol(a[2], NULL, 0)));
}

static long
v_write(struct script *c, int n, char **a)
{
	return c->s->write(word_fd(c, a[1]), a[2], strlen(a[2]));
}

static long
v_pwrite(struct script *c, int n, char **a)
{
	return c->s->pwrite(word_fd(c, a[1]), a[3], strlen(a[3]), strtol(a[2], NULL, 0));
}

static int
words_iov(struct iovec *iov, int n, char **a)
{
	for (int i = 0; i < n; i++)
		iov[i] = (struct iovec){ a[i], strcmp(a[i], "''") == 0 ? 0 : strlen(a[i]) };
	return n;
}

static long
v_writev(struct script *c, int n, char **a)
{
	struct iovec iov[16];

	return c->s->writev(word_fd(c, a[1]), iov, words_iov(iov, n - 2, a + 2));
}

static long
v_pwritev2(struct script *c, int n, char **a)
{
	struct iovec iov[16];

	return c->s->pwritev2(word_fd(c, a[1]), iov, words_iov(iov, n - 4, a + 4),
	    strtol(a[2], NULL, 0), (int)strtol(a[3], NULL, 0));
}

/* Lengths of the buffers. */
static long
v_readv(struct script *c, int n, char **a)
{
	struct iovec iov[16];
	char buf[TEXTMAX], *p = buf;

	for (int i = 2; i < n; i++) {
		iov[i - 2] = (struct iovec){ p, (size_t)strtol(a[i], NULL, 10) };
		p += iov[i - 2].iov_len;
	}
	return text_bytes(c, buf, c->s->readv(word_fd(c, a[1]), iov, n - 2));
}

static long
v_preadv2(struct script *c, int n, char **a)
{
	char buf[TEXTMAX];
	struct iovec iov = { buf, (size_t)strtol(a[4], NULL, 10) };

	return text_bytes(c, buf,
	    c->s->preadv2(
		word_fd(c, a[1]), &iov, 1, strtol(a[2], NULL, 0), (int)strtol(a[3], NULL, 0)));
}

/* A count of vectors, each of one byte. */
static long
v_vectors(struct script *c, int n, char **a)
{
	static struct iovec iov[2048];
	static char byte;
	const int count = (int)strtol(a[2], NULL, 10);

	for (int i = 0; i < 2048; i++)
		iov[i] = (struct iovec){ &byte, 1 };
	return c->s->writev(word_fd(c, a[1]), iov, count);
}

/* A file's whole contents. */
static long
v_cat(struct script *c, int n, char **a)
{
	const int fd = c->s->open(word_path(a[1]), O_RDONLY);
	char buf[TEXTMAX];
	long ret;

	if (fd < 0)
		return -1;
	ret = text_bytes(c, buf, c->s->read(fd, buf, sizeof(buf) - 1));
	c->s->close(fd);
	return ret;
}

static long
v_readlink(struct script *c, int n, char **a)
{
	char buf[TEXTMAX];

	return text_bytes(c, buf,
	    c->s->readlink(
		word_path(a[1]), buf, n > 2 ? (size_t)strtol(a[2], NULL, 10) : sizeof(buf) - 1));
}

static long
v_readlinkat(struct script *c, int n, char **a)
{
	char buf[TEXTMAX];

	return text_bytes(
	    c, buf, c->s->readlinkat(word_fd(c, a[1]), word_path(a[2]), buf, sizeof(buf) - 1));
}

/* How long the target is. */
static long
v_linklen(struct script *c, int n, char **a)
{
	char buf[TEXTMAX];

	return c->s->readlink(word_path(a[1]), buf, sizeof(buf));
}

/* ---- Attributes ---- */

static void
stat_field(const struct stat *st, const char *field, char *buf, size_t size)
{
	if (strcmp(field, "type") == 0)
		snprintf(buf, size, "%s", type_name(st->st_mode));
	else if (strcmp(field, "mode") == 0)
		snprintf(buf, size, "%04o", st->st_mode & 07777);
	else if (strcmp(field, "uid") == 0)
		snprintf(buf, size, "%d", (int)st->st_uid);
	else if (strcmp(field, "gid") == 0)
		snprintf(buf, size, "%d", (int)st->st_gid);
	else if (strcmp(field, "nlink") == 0)
		snprintf(buf, size, "%lu", (unsigned long)st->st_nlink);
	else if (strcmp(field, "size") == 0)
		snprintf(buf, size, "%lld", (long long)st->st_size);
	else if (strcmp(field, "rdev") == 0)
		snprintf(buf, size, "%lx", (unsigned long)st->st_rdev);
	else if (strcmp(field, "atime") == 0)
		snprintf(
		    buf, size, "%lld.%09ld", (long long)st->st_atim.tv_sec, st->st_atim.tv_nsec);
	else if (strcmp(field, "mtime") == 0)
		snprintf(
		    buf, size, "%lld.%09ld", (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	else if (strcmp(field, "holes") == 0)
		snprintf(buf, size, "%s", st->st_blocks * 512 < st->st_size ? "yes" : "no");
	else
		ck_abort_msg("unknown attribute %s", field);
}

static long
text_stat(struct script *c, const struct stat *st, const char *fields)
{
	char list[128], *save = NULL;
	size_t len = 0;

	strncpy(list, fields, sizeof(list) - 1);
	list[sizeof(list) - 1] = '\0';
	for (char *p = strtok_r(list, ",", &save); p != NULL; p = strtok_r(NULL, ",", &save)) {
		if (len > 0)
			c->text[len++] = ',';
		stat_field(st, p, c->text + len, sizeof(c->text) - len);
		len += strlen(c->text + len);
	}
	c->has_text = true;
	return 0;
}

static long
v_stat(struct script *c, int n, char **a)
{
	struct stat st;

	return c->s->lstat(word_path(a[1]), &st) != 0 ? -1 : text_stat(c, &st, a[2]);
}

static long
v_fstat(struct script *c, int n, char **a)
{
	struct stat st;

	return c->s->fstat(word_fd(c, a[1]), &st) != 0 ? -1 : text_stat(c, &st, a[2]);
}

/* Does statx() say what stat() says? */
static long
v_statx(struct script *c, int n, char **a)
{
	struct statx sx;
	struct stat st;
	const char *const path = word_path(a[1]);

	memset(&sx, 0xa5, sizeof(sx));
	if (c->s->statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &sx) != 0)
		return -1;
	if (c->s->lstat(path, &st) != 0)
		return -1;
	c->has_text = true;
	strcpy(c->text,
	    (sx.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS && sx.stx_mode == st.st_mode &&
		    sx.stx_nlink == st.st_nlink && sx.stx_uid == st.st_uid &&
		    sx.stx_gid == st.st_gid && sx.stx_ino == st.st_ino &&
		    sx.stx_size == (uint64_t)st.st_size && sx.stx_blksize == st.st_blksize &&
		    sx.stx_mtime.tv_sec == st.st_mtim.tv_sec &&
		    sx.stx_mtime.tv_nsec == st.st_mtim.tv_nsec &&
		    sx.stx_ctime.tv_nsec == st.st_ctim.tv_nsec &&
		    sx.stx_atime.tv_nsec == st.st_atim.tv_nsec
		? "same"
		: "differs");
	return 0;
}

/* Are these two names of one file? */
static long
v_same(struct script *c, int n, char **a)
{
	struct stat x, y;

	if (c->s->lstat(word_path(a[1]), &x) != 0 || c->s->lstat(word_path(a[2]), &y) != 0)
		return -1;
	c->has_text = true;
	strcpy(c->text, x.st_ino == y.st_ino && x.st_dev == y.st_dev ? "yes" : "no");
	return 0;
}

/* ---- Times ---- */

static bool
later(const struct timespec *x, const struct timespec *y)
{
	return x->tv_sec != y->tv_sec ? x->tv_sec > y->tv_sec : x->tv_nsec > y->tv_nsec;
}

/*
 * Until new files are younger than the snapshots: the clock of files has steps.  The file that
 * tells is in the current directory, which a snapshot so cannot be of.
 */
static void
tick(struct script *c)
{
	struct stat st;

	for (int i = 0, n = 0; i < 10000000 && n < c->nsnaps; i++) {
		ck_assert_int_eq(c->s->mknod(".tick", S_IFREG | 0600, 0), 0);
		ck_assert_int_eq(c->s->lstat(".tick", &st), 0);
		ck_assert_int_eq(c->s->unlink(".tick"), 0);
		for (n = 0; n < c->nsnaps && later(&st.st_ctim, &c->snaps[n].st.st_ctim);)
			n++;
		if (n == c->nsnaps)
			return;
	}
	ck_abort_msg("the clock of files stands still");
}

/* Remember the times of these files, and let the clock go on. */
static long
v_snap(struct script *c, int n, char **a)
{
	for (int i = 1; i < n; i++) {
		ck_assert_int_lt(i, NSNAPS + 1);
		ck_assert_str_ne(a[i], ".");
		snprintf(c->snaps[i - 1].name, sizeof(c->snaps[0].name), "%s", a[i]);
		if (c->s->lstat(word_path(a[i]), &c->snaps[i - 1].st) != 0)
			return -1;
	}
	c->nsnaps = n - 1;
	tick(c);
	return 0;
}

/* Which times of the file (by the name it had) have changed since, at its name of now. */
static long
v_changed(struct script *c, int n, char **a)
{
	const char *const now = n > 2 ? a[2] : a[1];
	struct stat st;
	char *out = c->text;

	if (c->s->lstat(word_path(now), &st) != 0)
		return -1;
	for (int i = 0; i < c->nsnaps; i++) {
		const struct stat *const was = &c->snaps[i].st;

		if (strcmp(c->snaps[i].name, a[1]) != 0)
			continue;
		if (memcmp(&was->st_atim, &st.st_atim, sizeof(st.st_atim)) != 0)
			*out++ = 'a';
		if (memcmp(&was->st_mtim, &st.st_mtim, sizeof(st.st_mtim)) != 0)
			*out++ = 'm';
		if (memcmp(&was->st_ctim, &st.st_ctim, sizeof(st.st_ctim)) != 0)
			*out++ = 'c';
		strcpy(out, out == c->text ? "none" : "");
		c->has_text = true;
		return 0;
	}
	ck_abort_msg("%s: no snapshot of %s", c->row->name, a[1]);
}

/* ---- Directories ---- */

static int
name_cmp(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

/* The names of an open directory from its offset on, sorted; dots are not told. */
static long
text_names(struct script *c, int fd)
{
	static char names[256][256];
	char *list[256], buf[4096];
	long n = 0, got;

	while ((got = c->s->getdents64(fd, buf, sizeof(buf))) > 0)
		for (long at = 0; at < got; at += ((struct dirent64 *)(buf + at))->d_reclen) {
			const struct dirent64 *const d = (struct dirent64 *)(buf + at);

			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
				continue;
			ck_assert_int_lt(n, 256);
			list[n] = names[n];
			snprintf(names[n++], 256, "%s", d->d_name);
		}
	if (got < 0)
		return -1;
	qsort(list, (size_t)n, sizeof(list[0]), name_cmp);
	for (long i = 0; i < n; i++) {
		strcat(c->text, i > 0 ? "," : "");
		strcat(c->text, list[i]);
	}
	c->has_text = true;
	return 0;
}

static long
v_names(struct script *c, int n, char **a)
{
	const int fd = c->s->open(word_path(a[1]), O_RDONLY | O_DIRECTORY);
	long ret;

	if (fd < 0)
		return -1;
	ret = text_names(c, fd);
	c->s->close(fd);
	return ret;
}

static long
v_fnames(struct script *c, int n, char **a)
{
	return text_names(c, word_fd(c, a[1]));
}

/* One call with a buffer of so many bytes: what is left of it does not count. */
static long
v_getdents(struct script *c, int n, char **a)
{
	char buf[4096];

	return c->s->getdents64(word_fd(c, a[1]), buf, (size_t)strtol(a[2], NULL, 10)) < 0 ? -1 : 0;
}

/* A chain of links: l1 to the target, l2 to l1, and so on up to the number given. */
static long
v_chain(struct script *c, int n, char **a)
{
	char from[32], to[64];
	const long count = strtol(a[1], NULL, 10);

	snprintf(to, sizeof(to), "%s", a[2]);
	for (long i = 1; i <= count; i++) {
		snprintf(from, sizeof(from), "l%ld", i);
		if (c->s->symlink(to, from) != 0)
			return -1;
		strcpy(to, from);
	}
	return 0;
}

/* Files name1 to nameN in a directory. */
static long
v_many(struct script *c, int n, char **a)
{
	char name[256];

	for (long i = 1; i <= strtol(a[2], NULL, 10); i++) {
		snprintf(name, sizeof(name), "%s/m%03ld", a[1], i);
		if (c->s->mknod(name, S_IFREG | 0644, 0) != 0)
			return -1;
	}
	return 0;
}

/* The current directory, from where the row began: "." there. */
static long
v_getcwd(struct script *c, int n, char **a)
{
	char buf[TEXTMAX];
	const size_t base = strlen(fixture_base);
	const int len = c->s->getcwd(buf, n > 1 ? (size_t)strtol(a[1], NULL, 10) : sizeof(buf));

	if (len < 0)
		return -1;
	ck_assert_int_eq(len, (int)strlen(buf) + 1);
	if (strncmp(buf, fixture_base, base) == 0)
		snprintf(c->text, sizeof(c->text), ".%s", buf + base);
	else
		strcpy(c->text, buf);
	c->has_text = true;
	return 0;
}

/* ---- Extended attributes ---- */

static long
v_getxattr(struct script *c, int n, char **a)
{
	char buf[TEXTMAX];

	return text_bytes(c, buf,
	    c->s->getxattr(word_path(a[1]), word_path(a[2]), buf,
		n > 3 ? (size_t)strtol(a[3], NULL, 10) : sizeof(buf) - 1));
}

static long
v_listxattr(struct script *c, int n, char **a)
{
	char buf[TEXTMAX];

	return text_bytes(c, buf, c->s->listxattr(word_path(a[1]), buf, sizeof(buf) - 1));
}

#define ONE(v, args)            \
	{                       \
#v, args, v_##v \
	}
const struct verb verbs_more[] = {
	ONE(read, 2),
	ONE(pread, 3),
	ONE(write, 2),
	ONE(pwrite, 3),
	ONE(readv, 1),
	ONE(writev, 1),
	ONE(preadv2, 4),
	ONE(pwritev2, 3),
	ONE(vectors, 2),
	ONE(cat, 1),
	ONE(readlink, 1),
	ONE(readlinkat, 2),
	ONE(linklen, 1),
	ONE(stat, 2),
	ONE(fstat, 2),
	ONE(statx, 1),
	ONE(same, 2),
	ONE(snap, 1),
	ONE(changed, 1),
	ONE(names, 1),
	ONE(fnames, 1),
	ONE(getdents, 2),
	ONE(chain, 2),
	ONE(many, 2),
	ONE(getcwd, 0),
	ONE(getxattr, 2),
	ONE(listxattr, 1),
};
const int nverbs_more = sizeof(verbs_more) / sizeof(verbs_more[0]);
