/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * From a file system's list of operations to the array that v_op points to: one entry for each
 * operation, the vector's vop_default where the list has none.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#define VECTOR_SIZE (VNODE_OPS_COUNT * sizeof(int (*)(void *)))

int
vn_default_error(void *v)
{
	return EOPNOTSUPP;
}

static void
opv_fill(int (**vector)(void *), const struct vnodeopv_entry_desc *list)
{
	const struct vnodeopv_entry_desc *e;
	int (*dflt)(void *) = vn_default_error;
	int i;

	for (e = list; e->opve_op != NULL; e++) {
		KASSERT(e->opve_impl != NULL);
		KASSERTMSG(vector[e->opve_op->vdesc_offset] == NULL, "%s is listed twice",
		    e->opve_op->vdesc_name);
		vector[e->opve_op->vdesc_offset] = e->opve_impl;
		if (e->opve_op->vdesc_offset == VOP_DEFAULT_DESCOFFSET)
			dflt = e->opve_impl;
	}
	for (i = 0; i < VNODE_OPS_COUNT; i++)
		if (vector[i] == NULL)
			vector[i] = dflt;
}

void
vfs_opv_init(const struct vnodeopv_desc *const *descs)
{
	for (; *descs != NULL; descs++) {
		int (**vector)(void *) = kmem_zalloc(VECTOR_SIZE, KM_SLEEP);

		opv_fill(vector, (*descs)->opv_desc_ops);
		*(*descs)->opv_desc_vector_p = vector;
	}
}

void
vfs_opv_free(const struct vnodeopv_desc *const *descs)
{
	for (; *descs != NULL; descs++) {
		kmem_free(*(*descs)->opv_desc_vector_p, VECTOR_SIZE);
		*(*descs)->opv_desc_vector_p = NULL;
	}
}
