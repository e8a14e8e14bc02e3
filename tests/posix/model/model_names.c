/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The model: making, removing and moving names. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "model.h"

/* The place for a new name.  errors: EEXIST, ENOENT, EACCES, those of the path. */
static int
walk_new(struct model *m, const struct proc *p, const char *path, struct place *pl)
{
	int error;

	error = model_walk(m, p, path, false, true, pl);
	if (error != 0)
		return error;
	return pl->inode >= 0 ? -EEXIST : model_may_make(m, p, pl);
}

/* May the name be taken away?  errors: EACCES, EPERM (a sticky directory). */
static int
may_remove(const struct model *m, const struct proc *p, const struct place *pl)
{
	const struct inode *const dp = &m->inodes[pl->dir];

	if (!model_may(m, p, pl->dir, 2))
		return -EACCES;
	if ((dp->mode & S_ISVTX) != 0 && p->uid != 0 && p->uid != dp->uid &&
	    p->uid != m->inodes[pl->inode].uid)
		return -EPERM;
	return 0;
}

static int
walk_old(struct model *m, const struct proc *p, const char *path, struct place *pl)
{
	int error;

	error = model_walk(m, p, path, false, true, pl);
	if (error != 0)
		return error;
	return pl->inode < 0 ? -ENOENT : may_remove(m, p, pl);
}

static bool
is_dir(const struct model *m, int inode)
{
	return S_ISDIR(m->inodes[inode].mode);
}

static bool
is_empty(const struct inode *ip)
{
	for (int i = 0; i < NNAMES; i++)
		if (ip->names[i] >= 0)
			return false;
	return true;
}

/* The name has gone from its place. */
static void
unlinked(struct model *m, const struct place *pl)
{
	struct inode *const ip = &m->inodes[pl->inode];

	if (S_ISDIR(ip->mode)) {
		ip->nlink = 0;
		ip->parent = -1;
		m->inodes[pl->dir].nlink--;
	} else
		ip->nlink--;
	model_drop(m, pl->inode);
}

static long
apply_unlink(struct model *m, const struct proc *p, const struct op *op)
{
	struct place pl;
	int error;

	error = walk_old(m, p, op->path, &pl);
	if (error != 0)
		return error;
	if (is_dir(m, pl.inode))
		return -EISDIR;
	m->inodes[pl.dir].names[pl.name] = -1;
	unlinked(m, &pl);
	return 0;
}

static long
apply_rmdir(struct model *m, const struct proc *p, const struct op *op)
{
	struct place pl;
	int error;

	error = model_walk(m, p, op->path, false, true, &pl);
	if (error != 0)
		return error;
	if (pl.inode < 0)
		return -ENOENT;
	error = may_remove(m, p, &pl);
	if (error != 0)
		return error;
	if (!is_dir(m, pl.inode))
		return -ENOTDIR;
	if (!is_empty(&m->inodes[pl.inode]))
		return -ENOTEMPTY;
	m->inodes[pl.dir].names[pl.name] = -1;
	unlinked(m, &pl);
	return 0;
}

static long
apply_link(struct model *m, const struct proc *p, const struct op *op)
{
	const int inode = model_find(m, p, op->path, false);
	struct place pl;
	int error;

	if (inode < 0)
		return inode;
	error = walk_new(m, p, op->path2, &pl);
	if (error != 0)
		return error;
	if (is_dir(m, inode))
		return -EPERM;
	m->inodes[pl.dir].names[pl.name] = inode;
	if (m->plant != 1 || m->inodes[inode].nlink < 2)
		m->inodes[inode].nlink++;
	return 0;
}

static long
apply_make(struct model *m, const struct proc *p, const struct op *op)
{
	const bool dir = op->type == OP_MKDIR;
	struct place pl;
	int error, inode;

	error = walk_new(m, p, dir ? op->path : op->path2, &pl);
	if (error != 0)
		return error;
	inode = model_new(
	    m, p, pl.dir, dir ? S_IFDIR | (op->mode & 01777 & ~p->umask) : S_IFLNK | 0777);
	if (!dir) {
		strcpy(m->inodes[inode].target, op->path);
		m->inodes[inode].size = (off_t)strlen(op->path);
	}
	m->inodes[pl.dir].names[pl.name] = inode;
	return 0;
}

/* Is upper the directory lower, or above it? */
static bool
is_above(const struct model *m, int upper, int lower)
{
	for (;; lower = m->inodes[lower].parent) {
		if (lower == upper)
			return true;
		if (lower < 0 || lower == ROOT)
			return false;
	}
}

static int
rename_check(
    const struct model *m, const struct proc *p, const struct place *from, const struct place *to)
{
	const int src = from->inode, dst = to->inode;

	if (is_dir(m, src) && is_above(m, src, to->dir))
		return -EINVAL;
	if (dst >= 0 && is_dir(m, dst) && is_above(m, dst, from->dir))
		return -ENOTEMPTY;
	if (dst >= 0 && is_dir(m, src) && !is_dir(m, dst))
		return -ENOTDIR;
	if (dst >= 0 && !is_dir(m, src) && is_dir(m, dst))
		return -EISDIR;
	if (dst >= 0 && is_dir(m, dst) && !is_empty(&m->inodes[dst]))
		return -ENOTEMPTY;
	/* A directory that moves has its ".." written. */
	if (is_dir(m, src) && from->dir != to->dir && !model_may(m, p, src, 2))
		return -EACCES;
	return 0;
}

static long
apply_rename(struct model *m, const struct proc *p, const struct op *op)
{
	struct place from, to;
	int error;

	error = walk_old(m, p, op->path, &from);
	if (error != 0)
		return error;
	error = model_walk(m, p, op->path2, false, true, &to);
	if (error != 0)
		return error;
	error = to.inode >= 0 ? may_remove(m, p, &to) : model_may_make(m, p, &to);
	if (error != 0)
		return error;
	if (from.inode == to.inode)
		return 0;
	error = rename_check(m, p, &from, &to);
	if (error != 0)
		return error;
	m->inodes[from.dir].names[from.name] = -1;
	m->inodes[to.dir].names[to.name] = from.inode;
	if (to.inode >= 0)
		unlinked(m, &to);
	if (is_dir(m, from.inode)) {
		m->inodes[from.inode].parent = to.dir;
		m->inodes[from.dir].nlink--;
		m->inodes[to.dir].nlink++;
	}
	return 0;
}

bool
model_names(struct model *m, const struct op *op, struct answer *a)
{
	const struct proc *const p = &m->procs[op->proc];

	switch (op->type) {
	case OP_UNLINK:
		a->ret = apply_unlink(m, p, op);
		return true;
	case OP_RMDIR:
		a->ret = apply_rmdir(m, p, op);
		return true;
	case OP_LINK:
		a->ret = apply_link(m, p, op);
		return true;
	case OP_RENAME:
		a->ret = apply_rename(m, p, op);
		return true;
	default:
		if (!model_room(m))
			return false;
		a->ret = apply_make(m, p, op);
		return true;
	}
}
