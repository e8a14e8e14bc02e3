/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Operations on the kernel, and looking at its whole tree. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "model.h"
#include "posix.h"

static struct lwp *procs[NPROCS];
static int fds[NPROCS][NFDS];

#define OK(e) ck_assert_msg((e) == 0, "%s: %s", #e, strerror(errno))

void
exec_begin(const struct fixture *f)
{
	rump_enter(f);
	OK(rump_sys_chmod("/fs", 0777));
	for (int i = 0; i < NPROCS; i++) {
		rump_pub_lwproc_switch(NULL);
		OK(rump_pub_lwproc_rfork(RUMP_RFCFDG));
		procs[i] = rump_pub_lwproc_curlwp();
		OK(rump_sys_chroot("/fs"));
		OK(rump_sys_chdir("/"));
		(void)rump_sys_umask(0);
		memset(fds[i], -1, sizeof(fds[i]));
	}
}

void
exec_end(void)
{
	for (int i = 0; i < NPROCS; i++) {
		rump_pub_lwproc_switch(procs[i]);
		rump_pub_lwproc_releaselwp();
	}
	rump_leave();
}

/* ---- Operations ---- */

static int
exec_stat(const struct stat *st, int ret, struct answer *a)
{
	if (ret != 0)
		return ret;
	a->mode = st->st_mode;
	a->uid = st->st_uid;
	a->gid = st->st_gid;
	a->nlink = st->st_nlink;
	a->size = S_ISDIR(st->st_mode) ? 0 : st->st_size;
	return 0;
}

/* The names of an open directory, sorted; they are of one letter. */
static int
list_fd(int fd, char *text)
{
	char buf[1024], seen[NNAMES + 1] = "";
	ssize_t got;

	while ((got = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0; at < got; at += ((struct dirent64 *)(buf + at))->d_reclen) {
			const char c = ((struct dirent64 *)(buf + at))->d_name[0];

			if (c != '.')
				seen[c - 'a']++;
		}
	for (int i = 0; i < NNAMES; i++)
		for (int n = 0; n < seen[i]; n++) /* twice would be seen */
			*text++ = (char)('a' + i);
	*text = '\0';
	return got < 0 ? -1 : 0;
}

static int
exec_list(const char *path, char *text)
{
	const int fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	int ret, error;

	if (fd < 0)
		return -1;
	ret = list_fd(fd, text);
	error = errno;
	rump_sys_close(fd);
	errno = error;
	return ret;
}

static long
exec_ids(const struct op *op)
{
	OK(rump_sys_seteuid(0));
	OK(rump_sys_setegid((gid_t)(op->gid < 0 ? 0 : op->gid)));
	OK(rump_sys_seteuid((uid_t)(op->uid < 0 ? 0 : op->uid)));
	return 0;
}

static long
exec_names(const struct op *op, struct answer *a)
{
	struct stat st;

	switch (op->type) {
	case OP_MKDIR:
		return rump_sys_mkdir(op->path, op->mode);
	case OP_RMDIR:
		return rump_sys_rmdir(op->path);
	case OP_UNLINK:
		return rump_sys_unlink(op->path);
	case OP_LINK:
		return rump_sys_link(op->path, op->path2);
	case OP_SYMLINK:
		return rump_sys_symlink(op->path, op->path2);
	case OP_READLINK:
		return rump_sys_readlink(op->path, a->text, IOMAX);
	case OP_RENAME:
		return rump_sys_rename(op->path, op->path2);
	case OP_CHMOD:
		return rump_sys_chmod(op->path, op->mode);
	case OP_CHOWN:
		return rump_sys_chown(op->path, (uid_t)op->uid, (gid_t)op->gid);
	case OP_STAT:
		return exec_stat(&st, rump_sys_stat(op->path, &st), a);
	case OP_LSTAT:
		return exec_stat(&st, rump_sys_lstat(op->path, &st), a);
	case OP_ACCESS:
		return rump_sys_access(op->path, op->flags);
	case OP_LIST:
		return exec_list(op->path, a->text);
	case OP_CHDIR:
		return rump_sys_chdir(op->path);
	case OP_TRUNCATE:
		return rump_sys_truncate(op->path, op->off);
	case OP_UMASK:
		return (long)rump_sys_umask(op->mode & 0777);
	default:
		return exec_ids(op);
	}
}

static long
exec_fd(const struct op *op, struct answer *a)
{
	static char buf[IOMAX];
	int *const fd = &fds[op->proc][op->fd];
	struct stat st;

	memset(buf, op->fill, sizeof(buf));
	switch (op->type) {
	case OP_OPEN:
		*fd = rump_sys_open(op->path, op->flags, op->mode);
		return *fd < 0 ? -1 : 0;
	case OP_CLOSE:
		OK(rump_sys_close(*fd));
		*fd = -1;
		return 0;
	case OP_DUP:
		fds[op->proc][op->fd2] = rump_sys_dup(*fd);
		return fds[op->proc][op->fd2] < 0 ? -1 : 0;
	case OP_READ:
		return rump_sys_read(*fd, a->text, op->len);
	case OP_PREAD:
		return rump_sys_pread(*fd, a->text, op->len, op->off);
	case OP_WRITE:
		return rump_sys_write(*fd, buf, op->len);
	case OP_PWRITE:
		return rump_sys_pwrite(*fd, buf, op->len, op->off);
	case OP_LSEEK:
		return rump_sys_lseek(*fd, op->off, op->whence);
	case OP_FTRUNCATE:
		return rump_sys_ftruncate(*fd, op->off);
	default: /* OP_FSTAT */
		return exec_stat(&st, rump_sys_fstat(*fd, &st), a);
	}
}

void
exec_apply(const struct op *op, struct answer *a)
{
	memset(a, 0, sizeof(*a));
	rump_pub_lwproc_switch(procs[op->proc]);
	errno = 0;
	switch (op->type) {
	case OP_OPEN:
	case OP_CLOSE:
	case OP_DUP:
	case OP_READ:
	case OP_WRITE:
	case OP_PREAD:
	case OP_PWRITE:
	case OP_LSEEK:
	case OP_FTRUNCATE:
	case OP_FSTAT:
		a->ret = exec_fd(op, a);
		break;
	default:
		a->ret = exec_names(op, a);
	}
	if (a->ret == -1)
		a->ret = -errno;
	rump_pub_lwproc_switch(NULL);
}

/* ---- The whole tree ---- */

static bool
compare_bytes(const struct inode *ip, const char *path)
{
	static char buf[65536];
	const int fd = rump_sys_open(path, O_RDONLY);
	bool same = fd >= 0;
	off_t at = 0;
	ssize_t n;

	while (same && (n = rump_sys_read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n && same; i++, at++)
			if ((same = buf[i] == model_byte(ip, at)) == false)
				printf("%s at %lld: %d, not %d\n", path, (long long)at, buf[i],
				    model_byte(ip, at));
	same = same && at == ip->size;
	rump_sys_close(fd);
	return same;
}

static bool
compare_below(const struct model *m, int inode, const char *path)
{
	const struct inode *const ip = &m->inodes[inode];
	struct answer want = { 0 }, have = { 0 };
	char sub[2 * NINODES + 16], names[NNAMES + 1] = "", *p = names;
	struct stat st;

	model_stat(ip, &want);
	if (exec_stat(&st, rump_sys_lstat(path, &st), &have) != 0 ||
	    memcmp(&want, &have, sizeof(want)) != 0) {
		printf(
		    "%s: mode %o, owner %d:%d, links %d, size %lld; not mode %o, owner %d:%d, links %d, size %lld\n",
		    path, (unsigned)have.mode, (int)have.uid, (int)have.gid, (int)have.nlink,
		    (long long)have.size, (unsigned)want.mode, (int)want.uid, (int)want.gid,
		    (int)want.nlink, (long long)want.size);
		return false;
	}
	if (S_ISREG(ip->mode) && ip->size < (1 << 20))
		return compare_bytes(ip, path);
	if (!S_ISDIR(ip->mode))
		return true;
	for (int i = 0; i < NNAMES; i++)
		if (ip->names[i] >= 0)
			*p++ = (char)('a' + i);
	if (exec_list(path, have.text) != 0 || strcmp(have.text, names) != 0) {
		printf("%s has %s, not %s\n", path, have.text, names);
		return false;
	}
	for (int i = 0; i < NNAMES; i++) {
		snprintf(sub, sizeof(sub), "%s/%c", path, 'a' + i);
		if (ip->names[i] >= 0 && !compare_below(m, ip->names[i], sub))
			return false;
	}
	return true;
}

bool
exec_compare(const struct model *m)
{
	rump_pub_lwproc_switch(NULL);
	return compare_below(m, ROOT, "/fs");
}

static void
dump_below(const char *path)
{
	char names[NNAMES * 2 + 1] = "", sub[2 * NINODES + 16];
	struct stat st;

	if (rump_sys_lstat(path, &st) != 0)
		return;
	printf("  %s: %o %d:%d links %d size %lld\n", path, (unsigned)st.st_mode, (int)st.st_uid,
	    (int)st.st_gid, (int)st.st_nlink, S_ISDIR(st.st_mode) ? 0 : (long long)st.st_size);
	if (!S_ISDIR(st.st_mode) || exec_list(path, names) != 0)
		return;
	for (const char *p = names; *p != '\0'; p++) {
		snprintf(sub, sizeof(sub), "%s/%c", path, *p);
		dump_below(sub);
	}
}

void
exec_dump(void)
{
	printf("the kernel's tree:\n");
	dump_below("/fs");
}

static void
model_dump_below(const struct model *m, int inode, const char *path)
{
	const struct inode *const ip = &m->inodes[inode];
	char sub[2 * NINODES + 16];

	printf("  %s: %o %d:%d links %d size %lld\n", path, (unsigned)ip->mode, (int)ip->uid,
	    (int)ip->gid, (int)ip->nlink, (long long)ip->size);
	for (int i = 0; S_ISDIR(ip->mode) && i < NNAMES; i++) {
		snprintf(sub, sizeof(sub), "%s/%c", path, 'a' + i);
		if (ip->names[i] >= 0)
			model_dump_below(m, ip->names[i], sub);
	}
}

void
model_dump(const struct model *m)
{
	printf("the model's tree:\n");
	model_dump_below(m, ROOT, "/fs");
	for (int i = 0; i < NPROCS; i++)
		printf("  process %d: %d:%d, umask %03o\n", i, (int)m->procs[i].uid,
		    (int)m->procs[i].gid, (unsigned)m->procs[i].umask);
}
