/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The verbs that are one call each; verbs_more.c has those that look and compare. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "posix.h"
#include "verbs.h"

#define P(i)	 word_path(a[i])
#define FD(i)	 word_fd(c, a[i])
#define FLAGS(i) ((int)word_flags(a[i]))
#define NUM(i)	 strtol(a[i], NULL, 0)
#define OCT(i)	 ((mode_t)strtol(a[i], NULL, 8))
#define UID(i)	 ((uid_t)strtol(a[i], NULL, 10))

#define SIMPLE(v, call)                                      \
	static long v_##v(struct script *c, int n, char **a) \
	{                                                    \
		const struct sysops *const s = c->s;         \
		return (long)(call);                         \
	}

/* The variable's new descriptor; what it had before is closed. */
static long
set_var(struct script *c, const char *w, int fd)
{
	int *const var = word_var(c, w), error = errno;

	if (*var >= 0)
		c->s->close(*var);
	*var = fd;
	errno = error;
	return fd;
}

/* Descriptors. */
static long
v_open(struct script *c, int n, char **a)
{
	return set_var(c, a[1], c->s->open(P(2), FLAGS(3), n > 4 ? OCT(4) : 0));
}

static long
v_openat(struct script *c, int n, char **a)
{
	return set_var(c, a[1], c->s->openat(FD(2), P(3), FLAGS(4), n > 5 ? OCT(5) : 0));
}

static long
v_close(struct script *c, int n, char **a)
{
	const int ret = c->s->close(FD(1));

	if (a[1][0] >= 'a' && a[1][0] <= 'z')
		*word_var(c, a[1]) = -1;
	return ret;
}

static long
v_dup(struct script *c, int n, char **a)
{
	return set_var(c, a[1], c->s->dup(FD(2)));
}

static long
v_fcntl(struct script *c, int n, char **a)
{
	const int cmd = FLAGS(2);
	const long ret = c->s->fcntl(FD(1), cmd, n > 3 ? FLAGS(3) : 0);

	/* The descriptor is closed again: only its number was wanted. */
	if ((cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC) && ret >= 0)
		c->s->close((int)ret);
	/* The host says O_LARGEFILE of every file. */
	return cmd == F_GETFL && ret >= 0 ? ret & ~0100000L : ret;
}

static long
v_statfs(struct script *c, int n, char **a)
{
	struct statfs sf;

	return c->s->statfs(P(1), &sf);
}

static long
v_fstatfs(struct script *c, int n, char **a)
{
	struct statfs sf;

	return c->s->fstatfs(FD(1), &sf);
}

static long
v_accessreal(struct script *c, int n, char **a)
{
	int ret, error;

	ck_assert_int_eq(c->s->setreuid(UID(1), (uid_t)-1), 0);
	ret = c->s->access(P(2), FLAGS(3));
	error = errno;
	ck_assert_int_eq(c->s->setreuid(0, (uid_t)-1), 0);
	errno = error;
	return ret;
}

static long
v_utimens(struct script *c, int n, char **a)
{
	const struct timespec ts[2] = { word_time(a[2]), n > 3 ? word_time(a[3]) : ts[0] };

	return c->s->utimensat(
	    AT_FDCWD, P(1), strcmp(a[2], "NULL") == 0 ? NULL : ts, n > 4 ? FLAGS(4) : 0);
}

static long
v_utimensat(struct script *c, int n, char **a)
{
	const struct timespec ts[2] = { word_time(a[3]), word_time(a[4]) };

	return c->s->utimensat(FD(1), P(2), ts, n > 5 ? FLAGS(5) : 0);
}

static long
v_futimens(struct script *c, int n, char **a)
{
	const struct timespec ts[2] = { word_time(a[2]), word_time(a[3]) };

	return c->s->futimens(FD(1), ts);
}

static long
v_fadvise(struct script *c, int n, char **a)
{
	const int error = c->s->fadvise(FD(1), NUM(2), NUM(3), (int)NUM(4));

	errno = error;
	return error == 0 ? 0 : -1;
}

/* An empty file. */
static long
v_create(struct script *c, int n, char **a)
{
	const int fd = c->s->open(P(1), O_CREAT | O_EXCL | O_WRONLY, n > 2 ? OCT(2) : 0644);

	if (fd < 0)
		return -1;
	if (n > 3)
		ck_assert_int_eq(c->s->write(fd, a[3], strlen(a[3])), (int)strlen(a[3]));
	return c->s->close(fd);
}

static long
v_umask(struct script *c, int n, char **a)
{
	return (long)c->s->umask(OCT(1));
}

static long
v_exists(struct script *c, int n, char **a)
{
	struct stat st;

	return c->s->lstat(P(1), &st);
}

static long
v_stats(struct script *c, int n, char **a)
{
	struct stat st;

	return c->s->stat(P(1), &st);
}

static long
v_fstatat(struct script *c, int n, char **a)
{
	struct stat st;

	return c->s->fstatat(FD(1), P(2), &st, n > 3 ? FLAGS(3) : 0);
}

SIMPLE(dup2, s->dup2(FD(1), FD(2)))
SIMPLE(dup3, s->dup3(FD(1), FD(2), FLAGS(3)))
SIMPLE(flock, s->flock(FD(1), FLAGS(2)))
SIMPLE(lseek, s->lseek(FD(1), NUM(2), FLAGS(3)))
SIMPLE(fsync, s->fsync(FD(1)))
SIMPLE(fdatasync, s->fdatasync(FD(1)))
SIMPLE(syncfs, s->syncfs(FD(1)))
SIMPLE(fchdir, s->fchdir(FD(1)))
SIMPLE(ftruncate, s->ftruncate(FD(1), NUM(2)))
SIMPLE(fallocate, s->fallocate(FD(1), FLAGS(2), NUM(3), NUM(4)))
SIMPLE(fchmod, s->fchmod(FD(1), OCT(2)))
SIMPLE(fchown, s->fchown(FD(1), UID(2), UID(3)))
/* Names. */
SIMPLE(link, s->link(P(1), P(2)))
SIMPLE(linkat, s->linkat(FD(1), P(2), FD(3), P(4), n > 5 ? FLAGS(5) : 0))
SIMPLE(symlink, s->symlink(P(1), P(2)))
SIMPLE(symlinkat, s->symlinkat(P(1), FD(2), P(3)))
SIMPLE(unlink, s->unlink(P(1)))
SIMPLE(unlinkat, s->unlinkat(FD(1), P(2), FLAGS(3)))
SIMPLE(rename, s->rename(P(1), P(2)))
SIMPLE(renameat, s->renameat(FD(1), P(2), FD(3), P(4)))
SIMPLE(renameat2, s->renameat2(FD(1), P(2), FD(3), P(4), (unsigned int)FLAGS(5)))
SIMPLE(mkdir, s->mkdir(P(1), n > 2 ? OCT(2) : 0755))
SIMPLE(mkdirat, s->mkdirat(FD(1), P(2), OCT(3)))
SIMPLE(rmdir, s->rmdir(P(1)))
SIMPLE(mkfifo, s->mknod(P(1), S_IFIFO | (n > 2 ? OCT(2) : 0644), 0))
SIMPLE(mknod, s->mknod(P(1), (mode_t)FLAGS(2) | OCT(3), makedev(1, 3)))
SIMPLE(mknodat, s->mknodat(FD(1), P(2), (mode_t)FLAGS(3) | OCT(4), makedev(1, 3)))
SIMPLE(mount, s->mount(P(1)))
SIMPLE(unmount, s->unmount(P(1)))
/* Attributes. */
SIMPLE(chmod, s->chmod(P(1), OCT(2)))
SIMPLE(fchmodat, s->fchmodat2(FD(1), P(2), OCT(3), n > 4 ? FLAGS(4) : 0))
SIMPLE(chown, s->chown(P(1), UID(2), UID(3)))
SIMPLE(lchown, s->lchown(P(1), UID(2), UID(3)))
SIMPLE(fchownat, s->fchownat(FD(1), P(2), UID(3), UID(4), n > 5 ? FLAGS(5) : 0))
SIMPLE(access, s->access(P(1), FLAGS(2)))
SIMPLE(faccessat, s->faccessat2(FD(1), P(2), FLAGS(3), n > 4 ? FLAGS(4) : 0))
SIMPLE(truncate, s->truncate(P(1), NUM(2)))
SIMPLE(chdir, s->chdir(P(1)))
SIMPLE(chroot, s->chroot(P(1)))
SIMPLE(setxattr, s->setxattr(P(1), P(2), a[3], strlen(a[3]), n > 4 ? FLAGS(4) : 0))
SIMPLE(lsetxattr, s->lsetxattr(P(1), P(2), a[3], strlen(a[3]), n > 4 ? FLAGS(4) : 0))
SIMPLE(removexattr, s->removexattr(P(1), P(2)))

#define ONE(v, args)            \
	{                       \
#v, args, v_##v \
	}
static const struct verb verbs[] = {
	ONE(open, 3),
	ONE(openat, 4),
	ONE(close, 1),
	ONE(create, 1),
	ONE(dup, 2),
	ONE(dup2, 2),
	ONE(dup3, 3),
	ONE(fcntl, 2),
	ONE(flock, 2),
	ONE(lseek, 3),
	ONE(fsync, 1),
	ONE(fdatasync, 1),
	ONE(syncfs, 1),
	ONE(fchdir, 1),
	ONE(ftruncate, 2),
	ONE(fallocate, 4),
	ONE(fadvise, 4),
	ONE(fchmod, 2),
	ONE(fchown, 3),
	ONE(link, 2),
	ONE(linkat, 4),
	ONE(symlink, 2),
	ONE(symlinkat, 3),
	ONE(unlink, 1),
	ONE(unlinkat, 3),
	ONE(rename, 2),
	ONE(renameat, 4),
	ONE(renameat2, 5),
	ONE(mkdir, 1),
	ONE(mkdirat, 3),
	ONE(rmdir, 1),
	ONE(mkfifo, 1),
	ONE(mknod, 3),
	ONE(mknodat, 4),
	ONE(mount, 1),
	ONE(unmount, 1),
	ONE(chmod, 2),
	ONE(fchmodat, 3),
	ONE(chown, 3),
	ONE(lchown, 3),
	ONE(fchownat, 4),
	ONE(access, 2),
	ONE(accessreal, 3),
	ONE(faccessat, 3),
	ONE(utimens, 2),
	ONE(utimensat, 4),
	ONE(futimens, 3),
	ONE(truncate, 2),
	ONE(chdir, 1),
	ONE(chroot, 1),
	ONE(umask, 1),
	ONE(exists, 1),
	ONE(stats, 1),
	ONE(fstatat, 2),
	ONE(statfs, 1),
	ONE(fstatfs, 1),
	ONE(setxattr, 3),
	ONE(lsetxattr, 3),
	ONE(removexattr, 2),
};

long
verb_call(struct script *c, int argc, char **argv)
{
	const struct verb *v = NULL;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]) && v == NULL; i++)
		if (strcmp(argv[0], verbs[i].name) == 0)
			v = &verbs[i];
	for (int i = 0; i < nverbs_more && v == NULL; i++)
		if (strcmp(argv[0], verbs_more[i].name) == 0)
			v = &verbs_more[i];
	ck_assert_msg(v != NULL, "%s: unknown verb %s", c->row->name, argv[0]);
	ck_assert_msg(argc > v->args, "%s: %s: too few words", c->row->name, argv[0]);
	return (*v->fn)(c, argc, argv);
}
