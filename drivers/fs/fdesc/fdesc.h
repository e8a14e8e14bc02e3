/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the files of fdesc share. */
#ifndef FDESC_H
#define FDESC_H

#include <sys/types.h>
#include <sys/vnode.h>

/* The vcache key: which file. */
enum { FDESC_ROOT, FDESC_STDIN, FDESC_STDOUT, FDESC_STDERR, FDESC_FIRSTFD };
#define FDESC_INO(ix)	  ((ino_t)(ix) + 2)
#define FDESC_LINK_FD(ix) ((ix)-FDESC_STDIN)

/* v_data; immutable. */
struct fdescnode {
	uint32_t fd_ix; /* FDESC_*; FDESC_FIRSTFD and more: a descriptor */
};
#define VTOFDESC(vp) ((struct fdescnode *)(vp)->v_data)

extern const char *const fdesc_linknames[3];
extern int (**fdesc_vnodeop_p)(void *);
extern const struct vnodeopv_desc fdesc_vnodeop_opv_desc;

#endif /* FDESC_H */
