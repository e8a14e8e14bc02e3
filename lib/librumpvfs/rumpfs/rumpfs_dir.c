/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Directories of rumpfs: one tree by name, for lookups, and one by cookie, for readdir.
 *
 * Cookies are 0 for ".", 1 for "..", then as entries were made; a cookie is never used again in its
 * directory, so a reader sees every entry that stays exactly once.
 */
#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "rumpfs.h"

#define COOKIE_FIRST 2

struct dirname_key {
	const char *name;
	size_t len;
};

static int
name_compare(const char *a, size_t alen, const char *b, size_t blen)
{
	if (alen != blen)
		return alen < blen ? -1 : 1;
	return memcmp(a, b, alen);
}

static int
byname_nodes(void *ctx, const void *a, const void *b)
{
	const struct rumpfs_dirent *const x = a, *const y = b;

	return name_compare(x->rd_name, x->rd_namelen, y->rd_name, y->rd_namelen);
}

static int
byname_key(void *ctx, const void *a, const void *key)
{
	const struct rumpfs_dirent *const x = a;
	const struct dirname_key *const k = key;

	return name_compare(x->rd_name, x->rd_namelen, k->name, k->len);
}

static int
bycookie_key(void *ctx, const void *a, const void *key)
{
	const off_t x = ((const struct rumpfs_dirent *)a)->rd_cookie, y = *(const off_t *)key;

	return x < y ? -1 : x > y;
}

static int
bycookie_nodes(void *ctx, const void *a, const void *b)
{
	return bycookie_key(ctx, a, &((const struct rumpfs_dirent *)b)->rd_cookie);
}

static const rb_tree_ops_t byname_ops = {
	.rbto_compare_nodes = byname_nodes,
	.rbto_compare_key = byname_key,
	.rbto_node_offset = offsetof(struct rumpfs_dirent, rd_byname),
};
static const rb_tree_ops_t bycookie_ops = {
	.rbto_compare_nodes = bycookie_nodes,
	.rbto_compare_key = bycookie_key,
	.rbto_node_offset = offsetof(struct rumpfs_dirent, rd_bycookie),
};

void
rumpfs_dir_init(struct rumpfs_node *dir)
{
	rb_tree_init(&dir->rn_dir.dir_byname, &byname_ops);
	rb_tree_init(&dir->rn_dir.dir_bycookie, &bycookie_ops);
	dir->rn_dir.dir_next = COOKIE_FIRST;
}

bool
rumpfs_dir_empty(struct rumpfs_node *dir)
{
	return RB_TREE_MIN(&dir->rn_dir.dir_bycookie) == NULL;
}

struct rumpfs_dirent *
rumpfs_dir_find(struct rumpfs_node *dir, const char *name, size_t len)
{
	const struct dirname_key key = { name, len };

	return rb_tree_find_node(&dir->rn_dir.dir_byname, &key);
}

void
rumpfs_dir_insert(struct rumpfs_node *dir, const char *name, size_t len, struct rumpfs_node *rn)
{
	struct rumpfs_dirent *const rd = kmem_alloc(sizeof(*rd) + len, KM_SLEEP);

	rd->rd_node = rn;
	rd->rd_cookie = dir->rn_dir.dir_next++;
	rd->rd_namelen = (uint16_t)len;
	memcpy(rd->rd_name, name, len);
	rb_tree_insert_node(&dir->rn_dir.dir_byname, rd);
	rb_tree_insert_node(&dir->rn_dir.dir_bycookie, rd);
	rn->rn_nlink++;
	if (rn->rn_type == VDIR) {
		rn->rn_dir.dir_parent = dir;
		dir->rn_nlink++;
	}
	dir->rn_size += (off_t)sizeof(*rd);
	rumpfs_update(dir, RN_MODIFIED);
}

void
rumpfs_dir_remove(struct rumpfs_node *dir, struct rumpfs_dirent *rd)
{
	struct rumpfs_node *const rn = rd->rd_node;

	rb_tree_remove_node(&dir->rn_dir.dir_byname, rd);
	rb_tree_remove_node(&dir->rn_dir.dir_bycookie, rd);
	rn->rn_nlink--;
	if (rn->rn_type == VDIR)
		dir->rn_nlink--;
	dir->rn_size -= (off_t)sizeof(*rd);
	rumpfs_update(dir, RN_MODIFIED);
	rumpfs_update(rn, RN_CHANGED);
	kmem_free(rd, sizeof(*rd) + rd->rd_namelen);
}

/* The entry at a cookie or the next after it; *cookiep is where it is. */
static bool
dir_entry(struct rumpfs_node *dir, off_t *cookiep, struct dirent *de)
{
	struct rumpfs_dirent *rd;
	struct rumpfs_node *rn = dir;
	const char *name = "..";
	size_t len = (size_t)*cookiep + 1;

	if (*cookiep >= COOKIE_FIRST) {
		rd = rb_tree_find_node_geq(&dir->rn_dir.dir_bycookie, cookiep);
		if (rd == NULL)
			return false;
		rn = rd->rd_node;
		name = rd->rd_name;
		len = rd->rd_namelen;
		*cookiep = rd->rd_cookie;
	} else if (*cookiep == 1 && dir->rn_dir.dir_parent != NULL) {
		rn = dir->rn_dir.dir_parent;
	}
	de->d_fileno = rn->rn_ino;
	de->d_type = vtype2dt(rn->rn_type);
	de->d_namlen = (uint16_t)len;
	memcpy(de->d_name, name, len);
	memset(de->d_name + len, 0, 8); /* NUL and padding */
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	return true;
}

int
rumpfs_readdir(void *v)
{
	struct vop_readdir_args *const ap = v;
	struct rumpfs_node *const dir = VP_TO_RUMPFS(ap->a_vp);
	struct uio *const uio = ap->a_uio;
	const size_t maxcookies = uio->uio_resid / _DIRENT_MINSIZE((struct dirent *)0);
	off_t cookie = uio->uio_offset, *cookies = NULL;
	struct dirent de;
	int error = 0, n = 0;
	bool more = true;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (cookie < 0)
		return EINVAL;
	if (dir->rn_dir.dir_parent == NULL)
		return ENOENT; /* it was removed */
	if (ap->a_cookies != NULL)
		cookies = malloc((maxcookies + 1) * sizeof(*cookies), M_TEMP, M_WAITOK);
	while ((more = dir_entry(dir, &cookie, &de)) && uio->uio_resid >= de.d_reclen) {
		error = uiomove(&de, de.d_reclen, uio);
		if (error != 0)
			break;
		cookie++;
		if (cookies != NULL)
			cookies[n] = cookie;
		n++;
	}
	if (error == 0 && more && n == 0)
		error = EINVAL; /* no room for one entry */
	uio->uio_offset = cookie;
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = !more;
	if (error != 0 && cookies != NULL) {
		free(cookies, M_TEMP);
		cookies = NULL;
	}
	if (ap->a_cookies != NULL) {
		*ap->a_cookies = cookies;
		*ap->a_ncookies = n;
	}
	rumpfs_update(dir, RN_ACCESSED);
	return error;
}
