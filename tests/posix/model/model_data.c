/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The model: descriptors and contents. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model.h"

/* ---- Contents ---- */

char
model_byte(const struct inode *ip, off_t off)
{
	for (int i = 0; i < ip->nextents; i++)
		if (off >= ip->extents[i].off && off < ip->extents[i].off + ip->extents[i].len)
			return ip->extents[i].fill;
	return '\0';
}

/* Forget [off, end); the pieces around it stay. */
static void
punch(struct inode *ip, off_t off, off_t end)
{
	for (int i = 0; i < ip->nextents; i++) {
		struct extent *const e = &ip->extents[i], old = *e;
		const off_t oldend = old.off + old.len;

		if (oldend <= off || old.off >= end)
			continue;
		if (old.off < off && oldend > end)
			ip->extents[ip->nextents++] =
			    (struct extent){ end, oldend - end, old.fill };
		if (old.off < off)
			e->len = off - old.off;
		else if (oldend > end)
			*e = (struct extent){ end, oldend - end, old.fill };
		else
			ip->extents[i--] = ip->extents[--ip->nextents];
	}
}

void
model_truncate(struct inode *ip, off_t size)
{
	if (size < ip->size)
		punch(ip, size, ip->size);
	ip->size = size;
}

/* A write splits one extent and adds one. */
static bool
extents_full(const struct inode *ip)
{
	return ip->nextents + 2 > NEXTENTS;
}

static void
put(struct inode *ip, off_t off, off_t len, char fill)
{
	punch(ip, off, off + len);
	ip->extents[ip->nextents++] = (struct extent){ off, len, fill };
	if (off + len > ip->size)
		ip->size = off + len;
}

/* ---- Opening ---- */

static long
open_check(const struct model *m, const struct proc *p, int inode, int flags)
{
	const mode_t mode = m->inodes[inode].mode;
	const bool writes = (flags & O_ACCMODE) != O_RDONLY,
		   reads = (flags & O_ACCMODE) != O_WRONLY;

	if ((flags & O_DIRECTORY) != 0 && !S_ISDIR(mode))
		return -ENOTDIR;
	if (S_ISLNK(mode))
		return -ELOOP;
	if (S_ISDIR(mode) && (writes || (flags & O_TRUNC) != 0))
		return -EISDIR;
	if ((reads && !model_may(m, p, inode, 4)) ||
	    ((writes || (flags & O_TRUNC) != 0) && !model_may(m, p, inode, 2)))
		return -EACCES;
	return 0;
}

/* The inode, or -errno. */
static int
open_create(struct model *m, const struct proc *p, const struct op *op, bool *created)
{
	struct place pl;
	int error, inode;

	error = model_walk(m, p, op->path, (op->flags & (O_EXCL | O_NOFOLLOW)) == 0, true, &pl);
	if (error != 0)
		return error;
	if (pl.inode >= 0) {
		if ((op->flags & O_EXCL) != 0)
			return -EEXIST;
		return S_ISDIR(m->inodes[pl.inode].mode) ? -EISDIR : pl.inode;
	}
	error = model_may_make(m, p, &pl);
	if (error != 0)
		return error;
	inode = model_new(m, p, pl.dir, S_IFREG | (op->mode & ~p->umask & 07777));
	m->inodes[pl.dir].names[pl.name] = inode;
	*created = true;
	return inode;
}

static long
apply_open(struct model *m, struct proc *p, const struct op *op)
{
	bool created = false;
	long error;
	int inode, file = 0;

	inode = (op->flags & O_CREAT) != 0
	    ? open_create(m, p, op, &created)
	    : model_find(m, p, op->path, (op->flags & O_NOFOLLOW) == 0);
	if (inode < 0)
		return inode;
	error = created ? 0 : open_check(m, p, inode, op->flags);
	if (error != 0)
		return error;
	if ((op->flags & O_TRUNC) != 0 && !created) {
		model_truncate(&m->inodes[inode], 0);
		model_clear_setid(p, &m->inodes[inode], false);
	}
	while (m->files[file].refs > 0)
		file++;
	m->files[file] = (struct ofile){ .refs = 1, .inode = inode, .flags = op->flags };
	m->inodes[inode].opens++;
	p->fds[op->fd] = file;
	return 0;
}

static long
apply_close(struct model *m, struct proc *p, int slot)
{
	struct ofile *const f = &m->files[p->fds[slot]];

	p->fds[slot] = -1;
	if (--f->refs == 0) {
		m->inodes[f->inode].opens--;
		model_drop(m, f->inode);
	}
	return 0;
}

/* ---- Reading and writing ---- */

static long
apply_read(struct model *m, struct ofile *f, const struct op *op, char *text)
{
	const struct inode *const ip = &m->inodes[f->inode];
	const off_t off = op->type == OP_READ ? f->off : op->off;
	long n = 0;

	if ((f->flags & O_ACCMODE) == O_WRONLY)
		return -EBADF;
	if (S_ISDIR(ip->mode))
		return -EISDIR;
	while (n < (long)op->len && off + n < ip->size) {
		text[n] = model_byte(ip, off + n);
		n++;
	}
	if (op->type == OP_READ)
		f->off += n;
	return n;
}

static long
apply_write(struct model *m, const struct proc *p, struct ofile *f, const struct op *op)
{
	struct inode *const ip = &m->inodes[f->inode];
	off_t off = op->type == OP_WRITE ? f->off : op->off;

	if ((f->flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	if ((f->flags & O_APPEND) != 0)
		off = ip->size;
	put(ip, off, (off_t)op->len, op->fill);
	model_clear_setid(p, ip, false);
	if (op->type == OP_WRITE)
		f->off = off + (off_t)op->len;
	return (long)op->len;
}

static long
apply_lseek(struct model *m, struct ofile *f, const struct op *op)
{
	const off_t base = op->whence == SEEK_SET ? 0
	    : op->whence == SEEK_CUR		  ? f->off
						  : m->inodes[f->inode].size;

	if (base + op->off < 0)
		return -EINVAL;
	return f->off = base + op->off;
}

static long
apply_truncate(struct model *m, const struct proc *p, const struct op *op)
{
	const int inode = model_find(m, p, op->path, true);

	if (inode < 0)
		return inode;
	if (S_ISDIR(m->inodes[inode].mode))
		return -EISDIR;
	if (!model_may(m, p, inode, 2))
		return -EACCES;
	model_truncate(&m->inodes[inode], op->off);
	model_clear_setid(p, &m->inodes[inode], false);
	return 0;
}

static bool
apply_file(struct model *m, struct proc *p, struct ofile *f, const struct op *op, struct answer *a)
{
	struct inode *const ip = &m->inodes[f->inode];

	switch (op->type) {
	case OP_READ:
	case OP_PREAD:
		a->ret = apply_read(m, f, op, a->text);
		return true;
	case OP_WRITE:
	case OP_PWRITE:
		if (extents_full(ip))
			return false;
		a->ret = apply_write(m, p, f, op);
		return true;
	case OP_LSEEK:
		if (S_ISDIR(ip->mode))
			return false; /* offsets in directories are the file system's */
		a->ret = apply_lseek(m, f, op);
		return true;
	case OP_FTRUNCATE:
		if ((f->flags & O_ACCMODE) == O_RDONLY)
			a->ret = -EINVAL;
		else {
			model_truncate(ip, op->off);
			model_clear_setid(p, ip, false);
		}
		return true;
	default: /* OP_FSTAT */
		model_stat(ip, a);
		return true;
	}
}

bool
model_data(struct model *m, const struct op *op, struct answer *a)
{
	struct proc *const p = &m->procs[op->proc];
	const int file = p->fds[op->fd];

	switch (op->type) {
	case OP_OPEN:
		if (file >= 0 || !model_room(m))
			return false;
		a->ret = apply_open(m, p, op);
		return true;
	case OP_TRUNCATE:
		a->ret = apply_truncate(m, p, op);
		return true;
	case OP_CLOSE:
		if (file < 0)
			return false;
		a->ret = apply_close(m, p, op->fd);
		return true;
	case OP_DUP:
		if (file < 0 || p->fds[op->fd2] >= 0)
			return false;
		p->fds[op->fd2] = file;
		m->files[file].refs++;
		return true;
	default:
		return file >= 0 && apply_file(m, p, &m->files[file], op, a);
	}
}
