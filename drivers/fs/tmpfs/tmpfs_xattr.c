/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Extended attributes: a list by node, charged to the mount.  A value has XATTR_SIZE_MAX bytes at most,
 * and the names of a file, with a NUL each, as many as one list may have.
 */
#include <sys/param.h>
#include <sys/event.h>
#include <sys/extattr.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "tmpfs.h"

static size_t
xattr_bytes(size_t namelen, size_t size)
{
	return sizeof(struct tmpfs_xattr) + namelen + 1 + size;
}

static char *
xattr_value(struct tmpfs_xattr *tx)
{
	return tx->tx_name + tx->tx_len + 1;
}

static void
xattr_remove(struct tmpfs_mount *tm, struct tmpfs_xattr *tx)
{
	LIST_REMOVE(tx, tx_link);
	tmpfs_free(tm, tx, xattr_bytes(tx->tx_len, tx->tx_size));
}

void
tmpfs_xattr_free(struct tmpfs_mount *tm, struct tmpfs_node *tn)
{
	struct tmpfs_xattr *tx;

	while ((tx = LIST_FIRST(&tn->tn_xattrs)) != NULL)
		xattr_remove(tm, tx);
}

static struct tmpfs_xattr *
xattr_find(struct tmpfs_node *tn, int space, const char *name)
{
	struct tmpfs_xattr *tx;

	LIST_FOREACH (tx, &tn->tn_xattrs, tx_link)
		if (tx->tx_space == space && strcmp(tx->tx_name, name) == 0)
			break;
	return tx;
}

/* Bytes of a list of all names. */
static size_t
names_bytes(struct tmpfs_node *tn)
{
	struct tmpfs_xattr *tx;
	size_t sum = 0;

	LIST_FOREACH (tx, &tn->tn_xattrs, tx_link)
		sum += tx->tx_len + 1U;
	return sum;
}

/* Users may have attributes where they may have contents; those of sticky directories are the owner's. */
static int
check(struct vnode *vp, int space, kauth_cred_t cred, accmode_t mode)
{
	const struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	int error;

	if (space == EXTATTR_NAMESPACE_USER && vp->v_type != VREG && vp->v_type != VDIR)
		return mode == VWRITE ? EPERM : ENOATTR;
	if (mode == VWRITE && (tn->tn_flags & (IMMUTABLE | APPEND)))
		return EPERM;
	if (mode == VWRITE && space == EXTATTR_NAMESPACE_USER && vp->v_type == VDIR &&
	    (tn->tn_mode & S_ISTXT)) {
		error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_EXTATTRIBUTES, vp, NULL,
		    genfs_can_sticky(vp, cred, tn->tn_uid, tn->tn_uid));
		if (error != 0)
			return error;
	}
	return extattr_check_cred(vp, space, cred, mode);
}

int
tmpfs_getextattr(void *v)
{
	struct vop_getextattr_args *const ap = v;
	struct tmpfs_xattr *tx;
	int error;

	error = check(ap->a_vp, ap->a_attrnamespace, ap->a_cred, VREAD);
	if (error != 0)
		return error;
	tx = xattr_find(VP_TO_TMPFS(ap->a_vp), ap->a_attrnamespace, ap->a_name);
	if (tx == NULL)
		return ENOATTR;
	if (ap->a_size != NULL)
		*ap->a_size = tx->tx_size;
	return ap->a_uio == NULL
	    ? 0
	    : uiomove(xattr_value(tx), MIN(tx->tx_size, ap->a_uio->uio_resid), ap->a_uio);
}

int
tmpfs_setextattr(void *v)
{
	struct vop_setextattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct tmpfs_mount *const tm = VP_TO_TM(vp);
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	const size_t len = strlen(ap->a_name), size = ap->a_uio->uio_resid;
	struct tmpfs_xattr *old, *tx;
	int error;

	error = check(vp, ap->a_attrnamespace, ap->a_cred, VWRITE);
	if (error != 0)
		return error;
	if (len == 0 || len > XATTR_NAME_MAX)
		return EINVAL;
	if (size > XATTR_SIZE_MAX)
		return E2BIG;
	old = xattr_find(tn, ap->a_attrnamespace, ap->a_name);
	if (old == NULL && names_bytes(tn) + len + 1 > XATTR_LIST_MAX)
		return ENOSPC;
	tx = tmpfs_alloc(tm, xattr_bytes(len, size));
	if (tx == NULL)
		return ENOSPC;
	tx->tx_space = ap->a_attrnamespace;
	tx->tx_size = size;
	tx->tx_len = (uint16_t)len;
	memcpy(tx->tx_name, ap->a_name, len + 1);
	error = uiomove(xattr_value(tx), size, ap->a_uio);
	if (error != 0) {
		tmpfs_free(tm, tx, xattr_bytes(len, size));
		return error;
	}
	if (old != NULL)
		xattr_remove(tm, old);
	LIST_INSERT_HEAD(&tn->tn_xattrs, tx, tx_link);
	tmpfs_touch(tn, TMPFS_CHANGED);
	VN_KNOTE(vp, NOTE_ATTRIB);
	return 0;
}

int
tmpfs_deleteextattr(void *v)
{
	struct vop_deleteextattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	struct tmpfs_xattr *tx;
	int error;

	error = check(vp, ap->a_attrnamespace, ap->a_cred, VWRITE);
	if (error != 0)
		return error;
	tx = xattr_find(tn, ap->a_attrnamespace, ap->a_name);
	if (tx == NULL)
		return ENOATTR;
	xattr_remove(VP_TO_TM(vp), tx);
	tmpfs_touch(tn, TMPFS_CHANGED);
	VN_KNOTE(vp, NOTE_ATTRIB);
	return 0;
}

static int
list_name(struct tmpfs_xattr *tx, struct uio *uio, bool lenprefix)
{
	uint8_t len = (uint8_t)tx->tx_len;
	int error;

	if (!lenprefix)
		return uiomove(tx->tx_name, tx->tx_len + 1U, uio);
	error = uiomove(&len, 1, uio);
	return error != 0 ? error : uiomove(tx->tx_name, tx->tx_len, uio);
}

int
tmpfs_listextattr(void *v)
{
	struct vop_listextattr_args *const ap = v;
	const bool prefix = (ap->a_flag & EXTATTR_LIST_LENPREFIX) != 0;
	struct tmpfs_xattr *tx;
	size_t size = 0;
	int error = 0;

	/* The names of a space are no secret to who may look at the file, but those of the system. */
	if (ap->a_attrnamespace != EXTATTR_NAMESPACE_USER)
		error = extattr_check_cred(ap->a_vp, ap->a_attrnamespace, ap->a_cred, VREAD);
	if (error != 0)
		return error;
	LIST_FOREACH (tx, &VP_TO_TMPFS(ap->a_vp)->tn_xattrs, tx_link) {
		if (tx->tx_space != ap->a_attrnamespace)
			continue;
		size += tx->tx_len + 1U;
		if (error == 0 && ap->a_uio != NULL && ap->a_uio->uio_resid > tx->tx_len)
			error = list_name(tx, ap->a_uio, prefix);
	}
	if (ap->a_size != NULL)
		*ap->a_size = size;
	return error;
}
