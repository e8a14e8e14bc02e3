/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The contents of regular files: rumpfs.h has the layout.
 *
 *	height 0: da_root is chunk 0 (da_firstlen bytes), or NULL
 *	height h: da_root is a table whose entries are trees of height h - 1, or NULL: holes
 *
 * Memory past the end of file inside a chunk is kept zero, so growing a file is only a new size.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <uvm/uvm_extern.h>

#include "rump_mem.h"
#include "rumpfs.h"

#define TABLE_SIZE (RUMPFS_FANOUT * sizeof(void *))

static inline uint64_t
chunk_index(off_t off)
{
	return (uint64_t)off / RUMPFS_CHUNK;
}

/* Which entry of a table at height h leads to a chunk. */
static inline unsigned
table_slot(uint64_t idx, unsigned h)
{
	return (unsigned)(idx >> ((h - 1) * RUMPFS_FANSHIFT)) & (RUMPFS_FANOUT - 1);
}

/* Chunks that a tree of height h has room for. */
static inline uint64_t
tree_chunks(unsigned h)
{
	return (uint64_t)1 << (h * RUMPFS_FANSHIFT);
}

void *
rumpfs_data_at(const struct rumpfs_data *da, off_t off, size_t *lenp)
{
	const uint64_t idx = chunk_index(off);
	const size_t on = (size_t)off % RUMPFS_CHUNK;
	void *p = da->da_root;

	*lenp = RUMPFS_CHUNK - on;
	if (idx >= tree_chunks(da->da_height))
		return NULL;
	for (unsigned h = da->da_height; h > 0 && p != NULL; h--)
		p = ((void **)p)[table_slot(idx, h)];
	if (p == NULL)
		return NULL;
	if (da->da_height == 0) {
		if (on >= da->da_firstlen)
			return NULL;
		*lenp = da->da_firstlen - on;
	}
	return (char *)p + on;
}

static void
data_account(struct rumpfs_mount *rm, struct rumpfs_data *da, ssize_t bytes)
{
	da->da_bytes += (uint64_t)bytes;
	atomic_add_64(&rm->rm_bytes, bytes);
}

/* Memory for file contents: a full kernel is a full file system. */
static void *
data_alloc(size_t len, bool zero)
{
	void *const p = genfs_memory_short(0) ? NULL : kmem_alloc(len, KM_SLEEP | RUMP_KM_CANFAIL);

	if (p != NULL && zero)
		memset(p, 0, len);
	return p;
}

/* Give chunk 0, the only one, room for len bytes. */
static int
data_grow_first(struct rumpfs_mount *rm, struct rumpfs_data *da, size_t len)
{
	size_t newlen = MAX(da->da_firstlen, (size_t)RUMPFS_MINCHUNK);
	void *p;

	while (newlen < len)
		newlen *= 2;
	if (newlen == da->da_firstlen)
		return 0;
	if ((p = data_alloc(newlen, true)) == NULL)
		return ENOSPC;
	if (da->da_root != NULL) {
		memcpy(p, da->da_root, da->da_firstlen);
		kmem_free(da->da_root, da->da_firstlen);
	}
	data_account(rm, da, (ssize_t)(newlen - da->da_firstlen));
	da->da_root = p;
	da->da_firstlen = newlen;
	return 0;
}

/* One more level of tables. */
static int
data_grow_height(struct rumpfs_mount *rm, struct rumpfs_data *da)
{
	void **table;
	int error;

	if (da->da_height == 0 && da->da_root != NULL &&
	    (error = data_grow_first(rm, da, RUMPFS_CHUNK)) != 0)
		return error;
	if ((table = data_alloc(TABLE_SIZE, true)) == NULL)
		return ENOSPC;
	table[0] = da->da_root;
	da->da_root = table;
	da->da_height++;
	da->da_firstlen = 0;
	return 0;
}

int
rumpfs_data_make(struct rumpfs_mount *rm, struct rumpfs_data *da, off_t off, size_t len, void **pp,
    size_t *lenp, bool *freshp)
{
	const uint64_t idx = chunk_index(off);
	const size_t on = (size_t)off % RUMPFS_CHUNK;
	void **at;
	int error;

	*freshp = false;
	while (idx >= tree_chunks(da->da_height))
		if ((error = data_grow_height(rm, da)) != 0)
			return error;
	if (da->da_height == 0) {
		error = data_grow_first(rm, da, MIN(on + len, (size_t)RUMPFS_CHUNK));
		if (error != 0)
			return error;
		*pp = (char *)da->da_root + on;
		*lenp = da->da_firstlen - on;
		return 0;
	}
	at = &da->da_root;
	for (unsigned h = da->da_height; h > 0; h--) {
		if (*at == NULL && (*at = data_alloc(TABLE_SIZE, true)) == NULL)
			return ENOSPC;
		at = &((void **)*at)[table_slot(idx, h)];
	}
	if (*at == NULL) {
		*freshp = len >= RUMPFS_CHUNK && on == 0;
		if ((*at = data_alloc(RUMPFS_CHUNK, !*freshp)) == NULL)
			return ENOSPC;
		data_account(rm, da, RUMPFS_CHUNK);
	}
	*pp = (char *)*at + on;
	*lenp = RUMPFS_CHUNK - on;
	return 0;
}

/* Drop the chunks from index first of the tree at *at (its chunks begin at base). */
static void
data_cut_tree(struct rumpfs_mount *rm, struct rumpfs_data *da, void **at, unsigned h, uint64_t base,
    uint64_t first)
{
	if (*at == NULL)
		return;
	if (h == 0) {
		if (base < first)
			return;
		kmem_free(*at, RUMPFS_CHUNK);
		data_account(rm, da, -(ssize_t)RUMPFS_CHUNK);
		*at = NULL;
		return;
	}
	for (unsigned i = 0; i < RUMPFS_FANOUT; i++) {
		const uint64_t b = base + i * tree_chunks(h - 1);

		if (b + tree_chunks(h - 1) > first)
			data_cut_tree(rm, da, &((void **)*at)[i], h - 1, b, first);
	}
	if (base >= first) {
		kmem_free(*at, TABLE_SIZE);
		*at = NULL;
	}
}

void
rumpfs_data_cut(struct rumpfs_mount *rm, struct rumpfs_data *da, off_t size)
{
	size_t len;
	void *p;

	if (da->da_height == 0) {
		if (size == 0 && da->da_root != NULL) {
			kmem_free(da->da_root, da->da_firstlen);
			data_account(rm, da, -(ssize_t)da->da_firstlen);
			da->da_root = NULL;
			da->da_firstlen = 0;
		}
	} else {
		data_cut_tree(
		    rm, da, &da->da_root, da->da_height, 0, chunk_index(size + RUMPFS_CHUNK - 1));
		if (da->da_root == NULL)
			da->da_height = 0;
	}
	p = rumpfs_data_at(da, size, &len);
	if (p != NULL && (size % RUMPFS_CHUNK != 0 || da->da_height == 0))
		memset(p, 0, len);
}

int
rumpfs_truncate(struct vnode *vp, off_t size)
{
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);

	if (size < 0)
		return EINVAL;
	if (size > RUMPFS_MAXSIZE)
		return EFBIG;
	if (size < rn->rn_size)
		rumpfs_data_cut(MP_TO_RUMPFS(vp->v_mount), &rn->rn_data, size);
	rn->rn_size = size;
	uvm_vnp_setsize(vp, size);
	rumpfs_update(rn, RN_MODIFIED);
	return 0;
}

static const uint8_t hole[PAGE_SIZE];

int
rumpfs_read(void *v)
{
	struct vop_read_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	struct uio *const uio = ap->a_uio;
	int error = 0;

	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (uio->uio_offset < 0)
		return EINVAL;
	while (error == 0 && uio->uio_resid > 0 && uio->uio_offset < rn->rn_size) {
		size_t n;
		void *p = rumpfs_data_at(&rn->rn_data, uio->uio_offset, &n);

		if (p == NULL) {
			p = __UNCONST(hole);
			n = MIN(n, sizeof(hole));
		}
		n = MIN(n, MIN(uio->uio_resid, (size_t)(rn->rn_size - uio->uio_offset)));
		error = uiomove(p, n, uio);
	}
	if ((vp->v_mount->mnt_flag & (MNT_NOATIME | MNT_RDONLY)) == 0)
		rumpfs_update(rn, RN_ACCESSED);
	return error;
}

/* Bytes at the current position, as far as one chunk reaches. */
static int
write_chunk(struct vnode *vp, struct uio *uio)
{
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	const off_t off = uio->uio_offset;
	const size_t want = uio->uio_resid;
	size_t n;
	void *p;
	bool fresh;
	int error;

	error =
	    rumpfs_data_make(MP_TO_RUMPFS(vp->v_mount), &rn->rn_data, off, want, &p, &n, &fresh);
	if (error != 0)
		return error;
	n = MIN(n, want);
	error = uiomove(p, n, uio);
	if (__predict_false(error != 0)) { /* what did not arrive reads as zeroes, or as before */
		const size_t done = (size_t)(uio->uio_offset - off);
		const off_t from = fresh ? off + (off_t)done : MAX(off + (off_t)done, rn->rn_size);

		if (from < off + (off_t)n)
			memset((char *)p + (from - off), 0, (size_t)(off + (off_t)n - from));
	}
	if (uio->uio_offset > rn->rn_size)
		rn->rn_size = uio->uio_offset;
	return error;
}

int
rumpfs_write(void *v)
{
	struct vop_write_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	struct uio *const uio = ap->a_uio;
	const off_t oldsize = rn->rn_size;
	int error = 0;

	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (ap->a_ioflag & IO_APPEND)
		uio->uio_offset = rn->rn_size;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	if (rn->rn_flags & APPEND && uio->uio_offset != rn->rn_size)
		return EPERM;
	if (uio->uio_offset > RUMPFS_MAXSIZE ||
	    uio->uio_resid > (size_t)(RUMPFS_MAXSIZE - uio->uio_offset))
		return EFBIG;
	while (error == 0 && uio->uio_resid > 0)
		error = write_chunk(vp, uio);
	if (rn->rn_size != oldsize)
		uvm_vnp_setsize(vp, rn->rn_size);
	genfs_attr_clear_setid(&rn->rn_attr, vp, false);
	rumpfs_update(rn, RN_MODIFIED);
	VN_KNOTE(vp, NOTE_WRITE | (rn->rn_size > oldsize ? NOTE_EXTEND : 0));
	return error;
}
