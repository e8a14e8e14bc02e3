/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Listing a registered directory: the host's names, with the host's offsets as cookies.
 *
 * What is listed is what can be looked up: no names that are too long or lead nowhere, and directories
 * only where those below count.  A call asks the host for as much as the caller has room for, and keeps
 * nothing: no node is made for a name before it is looked up.
 */
#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "../rumpfs/rumpfs.h"
#include "etfs.h"

#define HOST_BYTES 16384

/* A listing under way. */
struct listing {
	struct rumpfs_node *l_dir;
	const struct etfs_file *l_file;
	size_t l_pathlen;
	uint64_t l_dev; /* the host's */
	char *l_host;	/* HOST_BYTES of the host's records */
	struct uio *l_uio;
	off_t *l_cookies; /* NULL: not wanted */
	int l_ncookies;
	struct dirent l_de;
};

static bool
dots(const struct rumpuser_dirent *rd)
{
	return rd->rd_name[0] == '.' &&
	    (rd->rd_namlen == 1 || (rd->rd_namlen == 2 && rd->rd_name[1] == '.'));
}

static bool
listed(const struct listing *l, const struct rumpuser_dirent *rd)
{
	if (dots(rd))
		return true;
	if (rd->rd_type == RUMPUSER_FT_NONE || rd->rd_namlen > NAME_MAX ||
	    l->l_pathlen + 1 + rd->rd_namlen >= MAXPATHLEN)
		return false;
	return rd->rd_type != RUMPUSER_FT_DIR || l->l_file->ef_subdirs;
}

static ino_t
ino_of(const struct listing *l, const struct rumpuser_dirent *rd)
{
	const struct rumpfs_node *const parent = l->l_dir->rn_dir.dir_parent;

	if (!dots(rd))
		return etfs_ino(l->l_dev, rd->rd_ino);
	if (rd->rd_namlen == 1)
		return l->l_file->ef_ino;
	return parent->rn_etfs != NULL ? parent->rn_etfs->ef_ino : parent->rn_ino;
}

/* Give one name to the caller.  *fullp: there is no room for it. */
static int
put(struct listing *l, const struct rumpuser_dirent *rd, bool *fullp)
{
	struct dirent *const de = &l->l_de;
	int error;

	memset(de, 0, offsetof(struct dirent, d_name));
	de->d_fileno = ino_of(l, rd);
	de->d_type = rd->rd_type == RUMPUSER_FT_DIR ? DT_DIR : DT_REG;
	de->d_namlen = rd->rd_namlen;
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	*fullp = l->l_uio->uio_resid < de->d_reclen;
	if (*fullp)
		return 0;
	memcpy(de->d_name, rd->rd_name, rd->rd_namlen);
	memset(de->d_name + rd->rd_namlen, 0,
	    de->d_reclen - _DIRENT_NAMEOFF(de) - rd->rd_namlen); /* the NUL and what pads */
	error = uiomove(de, de->d_reclen, l->l_uio);
	if (error == 0 && l->l_cookies != NULL)
		l->l_cookies[l->l_ncookies] = rd->rd_next;
	l->l_ncookies += error == 0;
	return error;
}

/* Names from *offp on until there are no more (*endp) or no more room. */
static int
list(struct listing *l, int fd, off_t *offp, bool *endp)
{
	const struct rumpuser_dirent *rd;
	size_t done, at;
	bool full = false;
	int error = 0;

	while (!full && error == 0) {
		error = rumpuser_readdir(fd, *offp, l->l_host, HOST_BYTES, &done);
		*endp = error == 0 && done == 0;
		if (error != 0 || *endp)
			break;
		for (at = 0; error == 0 && at < done; at += rd->rd_reclen) {
			rd = (const struct rumpuser_dirent *)(l->l_host + at);
			if (listed(l, rd))
				error = put(l, rd, &full);
			if (full)
				break;
			if (error == 0)
				*offp = rd->rd_next;
		}
	}
	return error == 0 && full && l->l_ncookies == 0 ? EINVAL : error;
}

/* The directory's own room: bounded, whatever the caller asks for. */
static int
list_host(struct listing *l, off_t *offp, bool *endp)
{
	struct rumpuser_fileinfo fi;
	int fd, error;

	error = rumpuser_open(l->l_file->ef_path, RUMPUSER_OPEN_RDONLY | RUMPUSER_OPEN_BIO, &fd);
	if (error != 0)
		return error;
	error = rumpuser_fgetfileinfo(fd, &fi);
	if (error == 0) {
		l->l_dev = fi.fi_dev;
		error = list(l, fd, offp, endp);
	}
	(void)rumpuser_close(fd);
	return error;
}

int
etfs_readdir(void *v)
{
	struct vop_readdir_args *const ap = v;
	struct uio *const uio = ap->a_uio;
	const size_t maxcookies = uio->uio_resid / _DIRENT_MINSIZE((struct dirent *)0);
	off_t off = uio->uio_offset;
	struct listing *l;
	bool end = false;
	int error;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (off < 0)
		return EINVAL;
	l = kmem_zalloc(sizeof(*l), KM_SLEEP);
	l->l_dir = VP_TO_RUMPFS(ap->a_vp);
	l->l_file = l->l_dir->rn_etfs;
	l->l_pathlen = strlen(l->l_file->ef_path);
	l->l_uio = uio;
	l->l_host = kmem_alloc(HOST_BYTES, KM_SLEEP);
	if (ap->a_cookies != NULL)
		l->l_cookies = malloc((maxcookies + 1) * sizeof(off_t), M_TEMP, M_WAITOK);
	error = list_host(l, &off, &end);
	uio->uio_offset = off;
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = end;
	if (error != 0 && l->l_cookies != NULL) {
		free(l->l_cookies, M_TEMP);
		l->l_cookies = NULL;
	}
	if (ap->a_cookies != NULL) {
		*ap->a_cookies = l->l_cookies;
		*ap->a_ncookies = l->l_ncookies;
	}
	kmem_free(l->l_host, HOST_BYTES);
	kmem_free(l, sizeof(*l));
	return error;
}
