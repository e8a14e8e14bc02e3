/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The part of a file system's vnode data that genfs_getpages() and genfs_putpages() use; it comes
 * first in v_data.
 */
#ifndef KPI_MISCFS_GENFS_GENFS_NODE_H
#define KPI_MISCFS_GENFS_GENFS_NODE_H

#include <sys/rwlock.h>
#include <uvm/uvm_extern.h>

struct buf;
struct kauth_cred;
struct uio;
struct vm_page;
struct vnode;

/* NULL entries: the defaults below. */
struct genfs_ops {
	/* The end of file rounded up to what has blocks (GOP_SIZE_MEM: to what is in memory). */
	void (*gop_size)(struct vnode *vp, off_t size, off_t *eobp, int flags);
	/* Allocate blocks for a range. */
	int (*gop_alloc)(
	    struct vnode *vp, off_t off, off_t len, int flags, struct kauth_cred *cred);
	/* Write npages busy pages that follow each other. */
	int (*gop_write)(struct vnode *vp, struct vm_page **pgs, int npages, int flags);
	void (*gop_markupdate)(struct vnode *vp, int flags);
	void (*gop_putrange)(struct vnode *vp, off_t off, off_t *lo, off_t *hi);
};

#define GOP_SIZE_MEM 0x4

#define GOP_UPDATE_ACCESSED 1
#define GOP_UPDATE_MODIFIED 2

/* Locks: (i) immutable. */
struct genfs_node {
	const struct genfs_ops *g_op; /* (i) */
	krwlock_t g_glock;	      /* the block map stays as it is while it is held */
};

#define VTOG(vp)			((struct genfs_node *)(vp)->v_data)
#define GOP_SIZE(vp, size, eobp, flags) (*VTOG(vp)->g_op->gop_size)((vp), (size), (eobp), (flags))
#define GOP_ALLOC(vp, off, len, flags, cred) \
	(*VTOG(vp)->g_op->gop_alloc)((vp), (off), (len), (flags), (cred))
#define GOP_WRITE(vp, pgs, npages, flags) \
	(*VTOG(vp)->g_op->gop_write)((vp), (pgs), (npages), (flags))
#define GOP_PUTRANGE(vp, off, lop, hip) (*VTOG(vp)->g_op->gop_putrange)((vp), (off), (lop), (hip))
#define GOP_MARKUPDATE(vp, flags)                                         \
	do {                                                              \
		if (VTOG(vp)->g_op->gop_markupdate != NULL)               \
			(*VTOG(vp)->g_op->gop_markupdate)((vp), (flags)); \
	} while (0)

void genfs_size(struct vnode *vp, off_t size, off_t *eobp, int flags);
void genfs_gop_putrange(struct vnode *vp, off_t off, off_t *lop, off_t *hip);
int genfs_gop_write(struct vnode *vp, struct vm_page **pgs, int npages, int flags);
int genfs_gop_write_rwmap(struct vnode *vp, struct vm_page **pgs, int npages, int flags);
int genfs_compat_gop_write(struct vnode *vp, struct vm_page **pgs, int npages, int flags);
void genfs_directio(struct vnode *vp, struct uio *uio, int ioflag);

void genfs_node_init(struct vnode *vp, const struct genfs_ops *ops);
void genfs_node_destroy(struct vnode *vp);
void genfs_node_wrlock(struct vnode *vp);
void genfs_node_rdlock(struct vnode *vp);
int genfs_node_rdtrylock(struct vnode *vp);
void genfs_node_unlock(struct vnode *vp);
int genfs_node_wrlocked(struct vnode *vp);

#endif /* KPI_MISCFS_GENFS_GENFS_NODE_H */
