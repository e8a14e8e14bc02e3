/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Extended attributes: name spaces and permission to use them. */
#ifndef KPI_SYS_EXTATTR_H
#define KPI_SYS_EXTATTR_H

#include <sys/types.h>
#include <sys/kauth.h>
#include <sys/vnode.h>

#define EXTATTR_NAMESPACE_EMPTY		0
#define EXTATTR_NAMESPACE_USER		1
#define EXTATTR_NAMESPACE_SYSTEM	2
#define EXTATTR_NAMESPACE_EMPTY_STRING	"empty"
#define EXTATTR_NAMESPACE_USER_STRING	"user"
#define EXTATTR_NAMESPACE_SYSTEM_STRING "system"

#define EXTATTR_MAXNAMELEN     255
#define EXTATTR_LIST_LENPREFIX 1 /* VOP_LISTEXTATTR: a length byte before each name, no NUL */

/* setxattr(2) */
#define XATTR_CREATE   0x01 /* fail with EEXIST when it is there */
#define XATTR_REPLACE  0x02 /* fail with ENODATA when it is not */
#define XATTR_NAME_MAX 255
#define XATTR_SIZE_MAX 65536
#define XATTR_LIST_MAX 65536

/*
 * May cred access (VREAD, VWRITE) attributes of this name space on vp?  The user space follows the
 * file's own permissions, the system space is the superuser's.
 * ctx: thread.  locks: vp locked.  errors: EPERM, EACCES.
 */
int extattr_check_cred(struct vnode *vp, int attrnamespace, kauth_cred_t cred, accmode_t accmode);

#endif /* KPI_SYS_EXTATTR_H */
