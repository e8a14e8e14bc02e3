/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* nullfs: what others may know of a null mount; <miscfs/genfs/layer.h> has the frame. */
#ifndef KPI_MISCFS_NULLFS_NULL_H
#define KPI_MISCFS_NULLFS_NULL_H

#include <miscfs/genfs/layer.h>

/* The argument of mount(2). */
struct null_args {
	struct layer_args la;
};
#define nulla_target la.target

/* mnt_data, and v_data. */
struct null_mount {
	struct layer_mount lm;
};
struct null_node {
	struct layer_node ln;
};

#define MOUNTTONULLMOUNT(mp) ((struct null_mount *)((mp)->mnt_data))
#define VTONULL(vp)	     ((struct null_node *)(vp)->v_data)
#define NULLTOV(xp)	     ((xp)->ln.layer_vnode)

extern int (**null_vnodeop_p)(void *);

#endif /* KPI_MISCFS_NULLFS_NULL_H */
