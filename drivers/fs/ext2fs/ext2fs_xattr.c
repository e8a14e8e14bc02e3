/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Extended attributes: a list in the inode's body, then one in a block of its own.
 *
 * An entry names its attribute by an index for the well-known beginning of the name and the rest.
 * Its value lies in the same region, at an offset from the region's first entry (body) or from the
 * block's start, or is the contents of an inode of its own (ea_inode).  Regions are copied before
 * they are parsed, for a value may lead to another block.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/extattr.h>
#include <sys/kmem.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"

static const struct {
	uint8_t index;
	const char *prefix;
	bool whole; /* nothing follows */
} prefixes[] = {
	{ E2_XATTR_INDEX_USER, "user.", false },
	{ E2_XATTR_INDEX_ACL_ACCESS, "system.posix_acl_access", true },
	{ E2_XATTR_INDEX_ACL_DEFAULT, "system.posix_acl_default", true },
	{ E2_XATTR_INDEX_TRUSTED, "trusted.", false },
	{ E2_XATTR_INDEX_SECURITY, "security.", false },
	{ E2_XATTR_INDEX_RICHACL, "system.richacl", true },
	{ E2_XATTR_INDEX_SYSTEM, "system.", false },
};

/* Attributes of one place. */
struct region {
	uint8_t *rg_mem;	/* kmem memory */
	size_t rg_size;		/* of it */
	const uint8_t *rg_base; /* where value offsets count from */
	size_t rg_len;		/* bytes from there on */
	size_t rg_first;	/* offset of the first entry */
};

static int
xattr_bad(struct e2node *ip, const char *what, uint64_t where)
{
	ext2fs_say(ip->i_um, "inode %ju: extended attributes: %s (%ju)", (uintmax_t)ip->i_number,
	    what, (uintmax_t)where);
	return EIO;
}

static int
body_region(struct e2node *ip, struct region *rg)
{
	struct ext2mount *const um = ip->i_um;
	const size_t isize = um->um_super.s_inode_size;
	const uint8_t *bytes;
	struct buf *bp;
	size_t off;
	int error;

	if (ip->i_di.i_extra_isize == 0 ||
	    E2_INODE_OLD_SIZE + (size_t)ip->i_di.i_extra_isize + 4 > isize)
		return ENOATTR;
	error = ext2fs_inode_bytes(um, ip->i_number, &bp, &bytes);
	if (error != 0)
		return error;
	if (e2_inode_xattrs(bytes, isize, ip->i_di.i_extra_isize, &off) && off < isize) {
		rg->rg_size = rg->rg_len = isize - off;
		rg->rg_base = rg->rg_mem = kmem_alloc(rg->rg_size, KM_SLEEP);
		rg->rg_first = 0;
		memcpy(rg->rg_mem, bytes + off, rg->rg_size);
	} else {
		error = ENOATTR;
	}
	brelse(bp, 0);
	return error;
}

static int
block_region(struct e2node *ip, struct region *rg)
{
	struct ext2mount *const um = ip->i_um;
	const uint64_t blk = ip->i_di.i_file_acl;
	struct buf *bp;
	uint32_t sum;
	int error;

	if (blk == 0)
		return ENOATTR;
	error = ext2fs_bread(um, blk, "extended attributes", ip->i_number, &bp);
	if (error != 0)
		return error;
	if (e2_xattr_header_decode(bp->b_data, um->um_bsize, &sum) != 0) {
		error = xattr_bad(ip, "bad header in block", blk);
	} else if (um->um_csum && !ext2fs_verified(um, blk, ip->i_number)) {
		if (sum != e2_csum_xattr_block(um->um_csum_seed, blk, bp->b_data, um->um_bsize))
			error = ext2fs_bad_checksum(um, "extended attributes", blk, ip->i_number);
		else
			ext2fs_set_verified(um, blk, ip->i_number);
	}
	if (error == 0) {
		rg->rg_size = rg->rg_len = um->um_bsize;
		rg->rg_base = rg->rg_mem = kmem_alloc(rg->rg_size, KM_SLEEP);
		rg->rg_first = E2_XATTR_HDR_SIZE;
		memcpy(rg->rg_mem, bp->b_data, rg->rg_size);
	}
	brelse(bp, 0);
	return error;
}

static int (*const regions[])(struct e2node *, struct region *) = { body_region, block_region };

static void
region_free(struct region *rg)
{
	kmem_free(rg->rg_mem, rg->rg_size);
}

/* The next entry; ENOENT at the end. */
static int
region_next(struct e2node *ip, const struct region *rg, size_t *off, struct e2_xattr *x)
{
	const size_t at = *off;
	const int error = e2_xattr_decode(rg->rg_base, rg->rg_len, off, x);

	return error == EINVAL ? xattr_bad(ip, "impossible entry at", at) : error;
}

/* ---- Values ---- */

/* The value is the contents of inode x_inum. */
static int
value_from_inode(struct e2node *ip, const struct e2_xattr *x, uint8_t *value)
{
	struct e2node *const ea = kmem_zalloc(sizeof(*ea), KM_SLEEP);
	int error;

	error = ext2fs_inode_load(ip->i_um, x->x_inum, ea);
	if (error == 0 &&
	    (!(ea->i_di.i_flags & E2_EA_INODE_FL) || !S_ISREG(ea->i_di.i_mode) ||
		(ea->i_di.i_flags & E2_INLINE_DATA_FL) || ea->i_di.i_size != x->x_size))
		error = EIO;
	if (error == 0)
		error = ext2fs_content_read(ea, value, x->x_size);
	else
		error = xattr_bad(ip, "value in a wrong inode", x->x_inum);
	kmem_free(ea, sizeof(*ea));
	return error;
}

static int
value_read(struct e2node *ip, const struct region *rg, const struct e2_xattr *x, uint8_t **value,
    size_t *size)
{
	int error = 0;

	*value = NULL;
	*size = x->x_size;
	if (x->x_size == 0)
		return 0;
	if (x->x_size > XATTR_SIZE_MAX)
		return xattr_bad(ip, "value larger than 64 KiB", x->x_size);
	if (x->x_inum == 0 && (x->x_offs > rg->rg_len || x->x_size > rg->rg_len - x->x_offs))
		return xattr_bad(ip, "value outside its block, at", x->x_offs);
	*value = kmem_alloc(x->x_size, KM_SLEEP);
	if (x->x_inum == 0)
		memcpy(*value, rg->rg_base + x->x_offs, x->x_size);
	else
		error = value_from_inode(ip, x, *value);
	if (error != 0) {
		kmem_free(*value, x->x_size);
		*value = NULL;
	}
	return error;
}

int
ext2fs_xattr_get(struct e2node *ip, uint8_t index, const char *name, size_t namelen,
    uint8_t **value, size_t *size)
{
	struct region rg;
	struct e2_xattr x;
	int error;

	for (unsigned r = 0; r < __arraycount(regions); r++) {
		size_t off;

		error = regions[r](ip, &rg);
		if (error == ENOATTR)
			continue;
		if (error != 0)
			return error;
		off = rg.rg_first;
		while ((error = region_next(ip, &rg, &off, &x)) == 0) {
			if (x.x_index == index && x.x_namelen == namelen &&
			    memcmp(x.x_name, name, namelen) == 0)
				break;
		}
		if (error == 0)
			error = value_read(ip, &rg, &x, value, size);
		region_free(&rg);
		if (error != ENOENT)
			return error;
	}
	return ENOATTR;
}

/* ---- Vnode operations ---- */

static bool
is_acl(uint8_t index)
{
	return index == E2_XATTR_INDEX_ACL_ACCESS || index == E2_XATTR_INDEX_ACL_DEFAULT;
}

/* "user." is the user space, all else the system's. */
static int
namespace_of(uint8_t index)
{
	return index == E2_XATTR_INDEX_USER ? EXTATTR_NAMESPACE_USER : EXTATTR_NAMESPACE_SYSTEM;
}

/*
 * Index and rest of a full name ("user.mime_type"); a name in the user space may come without its
 * prefix.
 */
static int
name_split(int ns, const char *name, uint8_t *index, const char **rest)
{
	for (unsigned i = 0; i < __arraycount(prefixes); i++) {
		const size_t n = strlen(prefixes[i].prefix);

		if (strncmp(name, prefixes[i].prefix, n) != 0 ||
		    (name[n] == '\0') != prefixes[i].whole)
			continue;
		*index = prefixes[i].index;
		*rest = name + n;
		return namespace_of(*index) == ns ? 0 : ENOATTR;
	}
	if (ns != EXTATTR_NAMESPACE_USER)
		return ENOATTR;
	*index = E2_XATTR_INDEX_USER;
	*rest = name;
	return 0;
}

/* ACLs are given out in the form that the system-call interface has. */
static int
acl_to_user(struct e2node *ip, uint8_t **value, size_t *size)
{
	const size_t room = 4 + *size * 2;
	size_t made = room;
	uint8_t *out;
	int error;

	if (*value == NULL)
		return 0;
	out = kmem_alloc(room, KM_SLEEP);
	error = e2_acl_convert(*value, *size, out, &made);
	kmem_free(*value, *size);
	*value = NULL;
	if (error != 0) {
		kmem_free(out, room);
		return xattr_bad(ip, "impossible ACL, of bytes", *size);
	}
	*value = kmem_alloc(made, KM_SLEEP);
	memcpy(*value, out, made);
	*size = made;
	kmem_free(out, room);
	return 0;
}

int
ext2fs_vop_getextattr(void *v)
{
	struct vop_getextattr_args *const ap = v;
	struct e2node *const ip = VTOE(ap->a_vp);
	uint8_t *value, index;
	const char *rest;
	size_t size;
	int error;

	error = extattr_check_cred(ap->a_vp, ap->a_attrnamespace, ap->a_cred, VREAD);
	if (error == 0)
		error = name_split(ap->a_attrnamespace, ap->a_name, &index, &rest);
	if (error == 0)
		error = ext2fs_xattr_get(ip, index, rest, strlen(rest), &value, &size);
	if (error == 0 && is_acl(index))
		error = acl_to_user(ip, &value, &size);
	if (error != 0)
		return error;
	if (ap->a_size != NULL)
		*ap->a_size = size;
	if (ap->a_uio != NULL && size != 0)
		error = uiomove(value, MIN(size, ap->a_uio->uio_resid), ap->a_uio);
	if (value != NULL)
		kmem_free(value, size);
	return error;
}

/* The list being made, or only measured (ln_buf NULL). */
struct list {
	uint8_t *ln_buf;
	size_t ln_used;
	int ln_namespace, ln_flag;
};

static void
list_add(struct list *ln, const struct e2_xattr *x)
{
	const char *prefix = NULL;
	size_t n, total;

	for (unsigned i = 0; i < __arraycount(prefixes); i++) {
		if (prefixes[i].index == x->x_index && prefixes[i].whole == (x->x_namelen == 0))
			prefix = prefixes[i].prefix;
	}
	/* "system.data" is the contents of an inline file. */
	if (prefix == NULL || namespace_of(x->x_index) != ln->ln_namespace ||
	    (x->x_index == E2_XATTR_INDEX_SYSTEM && x->x_namelen == 4 &&
		memcmp(x->x_name, "data", 4) == 0))
		return;
	n = strlen(prefix);
	total = n + x->x_namelen;
	if (total > EXTATTR_MAXNAMELEN)
		return;
	if (ln->ln_buf != NULL) {
		uint8_t *p = ln->ln_buf + ln->ln_used;

		if (ln->ln_flag & EXTATTR_LIST_LENPREFIX)
			*p++ = (uint8_t)total;
		memcpy(p, prefix, n);
		memcpy(p + n, x->x_name, x->x_namelen);
		if (!(ln->ln_flag & EXTATTR_LIST_LENPREFIX))
			p[total] = '\0';
	}
	ln->ln_used += total + 1;
}

static int
list_region(struct e2node *ip, const struct region *rg, struct list *ln)
{
	size_t off = rg->rg_first;
	struct e2_xattr x;
	int error;

	while ((error = region_next(ip, rg, &off, &x)) == 0)
		list_add(ln, &x);
	return error == ENOENT ? 0 : error;
}

int
ext2fs_vop_listextattr(void *v)
{
	struct vop_listextattr_args *const ap = v;
	struct e2node *const ip = VTOE(ap->a_vp);
	struct list ln = { .ln_namespace = ap->a_attrnamespace, .ln_flag = ap->a_flag };
	struct region rg;
	int error;

	error = extattr_check_cred(ap->a_vp, ap->a_attrnamespace, ap->a_cred, VREAD);
	if (error != 0)
		return error;
	if (ap->a_size != NULL)
		*ap->a_size = 0;
	for (unsigned r = 0; r < __arraycount(regions); r++) {
		size_t size;

		error = regions[r](ip, &rg);
		if (error == ENOATTR)
			continue;
		if (error != 0)
			return error;
		ln.ln_buf = NULL;
		ln.ln_used = 0;
		error = list_region(ip, &rg, &ln);
		size = ln.ln_used;
		if (error == 0 && ap->a_size != NULL)
			*ap->a_size += size;
		if (error == 0 && ap->a_uio != NULL && size != 0) {
			ln.ln_buf = kmem_alloc(size, KM_SLEEP);
			ln.ln_used = 0;
			(void)list_region(ip, &rg, &ln);
			error = ap->a_uio->uio_resid < size ? ERANGE
							    : uiomove(ln.ln_buf, size, ap->a_uio);
			kmem_free(ln.ln_buf, size);
		}
		region_free(&rg);
		if (error != 0)
			return error;
	}
	return 0;
}
