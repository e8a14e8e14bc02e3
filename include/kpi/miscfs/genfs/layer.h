/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Stacked file systems: a vnode that is a view of another, the lower one.  What a layer is, who
 * locks what and who lives how long: drivers/fs/layerfs/README.md.
 */
#ifndef KPI_MISCFS_GENFS_LAYER_H
#define KPI_MISCFS_GENFS_LAYER_H

#include <sys/types.h>
#include <sys/mount.h>
#include <sys/queue.h>
#include <sys/vnode.h>

/* The arguments of mount(2) begin with these. */
struct layer_args {
	char *target; /* path of the lower directory */
};

/* mnt_data of a layer, or its beginning.  Filled by the layer's vfs_mount, immutable afterwards. */
struct layer_mount {
	struct mount *layerm_vfs;
	struct vnode *layerm_rootvp; /* referenced */
	u_int layerm_flags;
	u_int layerm_size; /* bytes of the layer's nodes: sizeof(struct layer_node) or more */
	enum vtagtype layerm_tag;	  /* v_tag of its vnodes */
	int (*layerm_bypass)(void *);	  /* layer_bypass(), or what the layer puts in its place */
	int (**layerm_vnodeop_p)(void *); /* v_op of its vnodes */
};
#define MOUNTTOLAYERMOUNT(mp) ((struct layer_mount *)((mp)->mnt_data))

#define LAYERFS_MFLAGS	     0x00000fff /* layerm_flags that the frame may use */
#define LAYERFS_MBYPASSDEBUG 0x00000001 /* print what is passed on */

struct layer_lockid;

/* v_data of a layer's vnode, or its beginning; what follows is the layer's, zeroed.  Locks: (i) immutable, (l) the vnode lock,
 * (v) v_interlock. */
struct layer_node {
	struct vnode *layer_lowervp; /* (i) referenced */
	struct vnode *layer_vnode;   /* (i) back */
	unsigned int layer_flags;
	u_int layer_opens[4];			/* (v) by FREAD | FWRITE */
	SLIST_HEAD(, layer_lockid) layer_locks; /* (v) owners of advisory locks taken through it */
};
#define LAYERFS_RESFLAGS 0x00000fff /* layer_flags that the frame may use */
#define LAYERFS_REMOVED	 0x00000001

#define VTOLAYER(vp)		  ((struct layer_node *)(vp)->v_data)
#define LAYERTOV(xp)		  ((xp)->layer_vnode)
#define LAYERVPTOLOWERVP(vp)	  (VTOLAYER(vp)->layer_lowervp)
#define LAYERFS_DO_BYPASS(vp, ap) (*MOUNTTOLAYERMOUNT((vp)->v_mount)->layerm_bypass)((ap))

#endif /* KPI_MISCFS_GENFS_LAYER_H */
