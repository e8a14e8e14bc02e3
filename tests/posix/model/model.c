/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The model: inodes, permissions, paths, attributes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model.h"

#define MAXLINKS 40

void
model_init(struct model *m)
{
	const int plant = m->plant;

	memset(m, 0, sizeof(*m));
	m->plant = plant;
	m->inodes[ROOT] =
	    (struct inode){ .used = true, .mode = S_IFDIR | 0777, .nlink = 2, .parent = ROOT };
	memset(m->inodes[ROOT].names, -1, sizeof(m->inodes[ROOT].names));
	for (int i = 0; i < NPROCS; i++) {
		m->procs[i].cwd = ROOT;
		memset(m->procs[i].fds, -1, sizeof(m->procs[i].fds));
	}
	m->inodes[ROOT].opens = NPROCS;
}

bool
model_room(const struct model *m)
{
	int n = 0;

	for (int i = 0; i < NINODES; i++)
		n += m->inodes[i].used;
	return n < NINODES - 1;
}

int
model_new(struct model *m, const struct proc *p, int dir, mode_t mode)
{
	const struct inode *const dp = &m->inodes[dir];
	const bool inherits = (dp->mode & S_ISGID) != 0;

	for (int i = 0; i < NINODES; i++) {
		struct inode *const ip = &m->inodes[i];

		if (ip->used)
			continue;
		*ip = (struct inode){ .used = true,
			.mode = mode,
			.uid = p->uid,
			.gid = inherits ? dp->gid : p->gid,
			.nlink = 1 };
		if (S_ISDIR(mode)) {
			ip->nlink = 2;
			ip->parent = dir;
			m->inodes[dir].nlink++;
			memset(ip->names, -1, sizeof(ip->names));
			if (inherits)
				ip->mode |= S_ISGID;
		} else if (S_ISREG(mode) && (mode & S_ISGID) != 0 && p->uid != 0 &&
		    p->gid != ip->gid)
			ip->mode &= ~(mode_t)S_ISGID;
		return i;
	}
	return -1;
}

void
model_drop(struct model *m, int inode)
{
	struct inode *const ip = &m->inodes[inode];

	if (ip->nlink == 0 && ip->opens == 0)
		ip->used = false;
}

bool
model_may(const struct model *m, const struct proc *p, int inode, mode_t bits)
{
	const struct inode *const ip = &m->inodes[inode];
	mode_t mode = ip->mode;

	if (p->uid == 0)
		return (bits & 1) == 0 || S_ISDIR(mode) || (mode & 0111) != 0;
	if (p->uid == ip->uid)
		mode >>= 6;
	else if (p->gid == ip->gid)
		mode >>= 3;
	return (mode & bits) == bits;
}

int
model_may_make(const struct model *m, const struct proc *p, const struct place *pl)
{
	if (m->inodes[pl->dir].parent < 0)
		return -ENOENT;
	return model_may(m, p, pl->dir, 2) ? 0 : -EACCES;
}

/* ---- Paths ---- */

/* One component from dir; -1: absent.  errors: ENOTDIR, EACCES, ENOENT (the parent of a removed directory). */
static int
step(struct model *m, const struct proc *p, int dir, const char *name, size_t len, int *inodep)
{
	if (!S_ISDIR(m->inodes[dir].mode))
		return -ENOTDIR;
	if (!model_may(m, p, dir, 1))
		return -EACCES;
	if (len == 1 && name[0] == '.')
		*inodep = dir;
	else if (len == 2 && name[0] == '.' && name[1] == '.') {
		*inodep = m->inodes[dir].parent;
		if (*inodep < 0)
			return -ENOENT;
	} else
		*inodep = m->inodes[dir].names[name[0] - 'a'];
	return 0;
}

int
model_walk(struct model *m, const struct proc *p, const char *path, bool follow, bool create,
    struct place *pl)
{
	char buf[2048], rest[2048];
	int cur = path[0] == '/' ? ROOT : p->cwd, links = 0, error;
	const char *s;

	strcpy(buf, path);
	*pl = (struct place){ .dir = -1, .inode = cur };
	for (s = buf;;) {
		const size_t skip = strspn(s, "/"), len = strcspn(s + skip, "/");
		const char *const name = s + skip,
				  *const after = name + len + strspn(name + len, "/");
		const bool last = *after == '\0', slash = name[len] == '/';
		int inode;

		if (len == 0)
			return 0;
		error = step(m, p, cur, name, len, &inode);
		if (error != 0)
			return error;
		if (inode < 0 && !last)
			return -ENOENT;
		if (inode >= 0 && S_ISLNK(m->inodes[inode].mode) &&
		    (!last || follow || (slash && !create))) {
			if (links++ >= MAXLINKS)
				return -ELOOP;
			snprintf(rest, sizeof(rest), "%s%s", m->inodes[inode].target, name + len);
			strcpy(buf, rest);
			if (buf[0] == '/')
				cur = ROOT;
			pl->dir = -1;
			pl->inode = cur;
			s = buf;
			continue;
		}
		if (!last && !S_ISDIR(m->inodes[inode].mode))
			return -ENOTDIR;
		pl->dir = name[0] == '.' ? -1 : cur;
		pl->name = name[0] - 'a';
		pl->inode = inode;
		pl->slash = slash;
		if (last)
			return 0;
		cur = inode;
		s = after;
	}
}

int
model_find(struct model *m, const struct proc *p, const char *path, bool follow)
{
	struct place pl;
	int error;

	error = model_walk(m, p, path, follow, false, &pl);
	if (error != 0)
		return error;
	if (pl.inode < 0)
		return -ENOENT;
	return pl.slash && !S_ISDIR(m->inodes[pl.inode].mode) ? -ENOTDIR : pl.inode;
}

/* ---- Attributes ---- */

void
model_stat(const struct inode *ip, struct answer *a)
{
	a->mode = ip->mode;
	a->uid = ip->uid;
	a->gid = ip->gid;
	a->nlink = ip->nlink;
	a->size = S_ISDIR(ip->mode) ? 0 : ip->size;
}

void
model_clear_setid(const struct proc *p, struct inode *ip, bool chowned)
{
	if (!S_ISREG(ip->mode) || (p->uid == 0 && !chowned))
		return;
	ip->mode &= ~(mode_t)S_ISUID;
	if ((ip->mode & S_IXGRP) != 0 || (p->uid != 0 && p->gid != ip->gid))
		ip->mode &= ~(mode_t)S_ISGID;
}

static long
apply_chmod(const struct model *m, const struct proc *p, struct inode *ip, mode_t mode)
{
	if (p->uid != 0 && p->uid != ip->uid)
		return -EPERM;
	if (p->uid != 0 && p->gid != ip->gid)
		mode &= ~(mode_t)S_ISGID;
	ip->mode = (ip->mode & S_IFMT) | mode;
	return 0;
}

static long
apply_chown(const struct proc *p, struct inode *ip, int uid, int gid)
{
	const uid_t newuid = uid < 0 ? ip->uid : (uid_t)uid;
	const gid_t newgid = gid < 0 ? ip->gid : (gid_t)gid;

	if (uid < 0 && gid < 0)
		return 0;
	if (p->uid != 0 &&
	    (p->uid != ip->uid || newuid != ip->uid || (newgid != ip->gid && newgid != p->gid)))
		return -EPERM;
	ip->uid = newuid;
	ip->gid = newgid;
	model_clear_setid(p, ip, true);
	return 0;
}

static long
apply_chdir(struct model *m, struct proc *p, int inode)
{
	const int old = p->cwd;

	if (!S_ISDIR(m->inodes[inode].mode))
		return -ENOTDIR;
	if (!model_may(m, p, inode, 1))
		return -EACCES;
	m->inodes[inode].opens++;
	p->cwd = inode;
	m->inodes[old].opens--;
	model_drop(m, old);
	return 0;
}

static long
apply_list(const struct model *m, const struct proc *p, int inode, char *text)
{
	const struct inode *const ip = &m->inodes[inode];

	if (!S_ISDIR(ip->mode))
		return -ENOTDIR;
	if (!model_may(m, p, inode, 4))
		return -EACCES;
	if (ip->parent < 0)
		return -ENOENT;
	for (int i = 0; i < NNAMES; i++)
		if (ip->names[i] >= 0)
			*text++ = (char)('a' + i);
	return 0;
}

/* What is asked of, or done to, a file that a path leads to. */
static void
apply_found(struct model *m, const struct op *op, struct answer *a)
{
	struct proc *const p = &m->procs[op->proc];
	const struct proc real = { .uid = 0 }; /* who access() asks for */
	const bool isaccess = op->type == OP_ACCESS;
	const int inode = model_find(m, isaccess ? &(struct proc){ .cwd = p->cwd } : p, op->path,
	    op->type != OP_LSTAT && op->type != OP_READLINK);

	if (inode < 0) {
		a->ret = inode;
		return;
	}
	switch (op->type) {
	case OP_STAT:
	case OP_LSTAT:
		model_stat(&m->inodes[inode], a);
		break;
	case OP_CHMOD:
		a->ret = apply_chmod(m, p, &m->inodes[inode], op->mode);
		break;
	case OP_CHOWN:
		a->ret = apply_chown(p, &m->inodes[inode], op->uid, op->gid);
		break;
	case OP_ACCESS:
		a->ret = model_may(m, &real, inode, (mode_t)op->flags) ? 0 : -EACCES;
		break;
	case OP_CHDIR:
		a->ret = apply_chdir(m, p, inode);
		break;
	case OP_LIST:
		a->ret = apply_list(m, p, inode, a->text);
		break;
	default: /* OP_READLINK */
		if (!S_ISLNK(m->inodes[inode].mode))
			a->ret = -EINVAL;
		else {
			strcpy(a->text, m->inodes[inode].target);
			a->ret = (long)strlen(a->text);
		}
	}
}

bool
model_apply(struct model *m, const struct op *op, struct answer *a)
{
	struct proc *const p = &m->procs[op->proc];

	memset(a, 0, sizeof(*a));
	switch (op->type) {
	case OP_UMASK:
		a->ret = (long)p->umask;
		p->umask = op->mode & 0777;
		return true;
	case OP_IDS:
		p->uid = (uid_t)(op->uid < 0 ? 0 : op->uid);
		p->gid = (gid_t)(op->gid < 0 ? 0 : op->gid);
		return true;
	case OP_STAT:
	case OP_LSTAT:
	case OP_CHMOD:
	case OP_CHOWN:
	case OP_ACCESS:
	case OP_CHDIR:
	case OP_LIST:
	case OP_READLINK:
		apply_found(m, op, a);
		return true;
	case OP_MKDIR:
	case OP_RMDIR:
	case OP_UNLINK:
	case OP_LINK:
	case OP_SYMLINK:
	case OP_RENAME:
		return model_names(m, op, a);
	default:
		return model_data(m, op, a);
	}
}
