/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the files of kernfs share. */
#ifndef KERNFS_VAR_H
#define KERNFS_VAR_H

#include <miscfs/kernfs/kernfs.h>

#define KERNFS_ROOT_INO 2

/* kt_data of a directory.  Locks: (e) the lock of entries, in kernfs_entry.c. */
struct kernfs_dir {
	SIMPLEQ_HEAD(, dyn_kern_target) kd_entries; /* (e) */
	unsigned int kd_nentries, kd_ndirs;	    /* (e) */
};

/* ---- kernfs_entry.c ---- */

int kernfs_entry_init(void);
void kernfs_entry_fini(void);
const struct dyn_kern_target *kernfs_root_entry(void);
/* The entry of a name, or the nth one; NULL when there is none.  Entries stay. */
const struct dyn_kern_target *kernfs_find(
    const struct kern_target *dir, const char *name, size_t len);
const struct dyn_kern_target *kernfs_nth(const struct kern_target *dir, size_t n);
unsigned int kernfs_ndirs(const struct kern_target *dir);
/* What the type does itself, or NULL. */
const kernfs_fileop_t *kernfs_fileop(kfstype type, enum kernfs_fileop_kind kind);

/* ---- kernfs_text.c ---- */

/* The file as text.  errors: ENOSPC (size is too small), those of a driver's function. */
int kernfs_text(const struct kernfs_node *kn, char *buf, size_t size, size_t *lenp);
/* A new text was written; buf is NUL-terminated.  errors: EACCES, EINVAL. */
int kernfs_settext(const struct kernfs_node *kn, char *buf, size_t len);

/* ---- kernfs_vnops.c ---- */

extern int (**kernfs_vnodeop_p)(void *);
extern const struct vnodeopv_desc kernfs_vnodeop_opv_desc;

#endif /* KERNFS_VAR_H */
