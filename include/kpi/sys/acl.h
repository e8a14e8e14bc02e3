/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Access control lists, as far as they pass through the VFS: the contents are the file system's. */
#ifndef KPI_SYS_ACL_H
#define KPI_SYS_ACL_H

#include <sys/types.h>

typedef uint32_t acl_tag_t;
typedef uint32_t acl_perm_t;
typedef uint16_t acl_entry_type_t;
typedef uint16_t acl_flag_t;
typedef int acl_type_t;

#define ACL_MAX_ENTRIES 254

struct acl_entry {
	acl_tag_t ae_tag;
	uid_t ae_id;
	acl_perm_t ae_perm;
	acl_entry_type_t ae_entry_type;
	acl_flag_t ae_flags;
};

struct acl {
	unsigned int acl_maxcnt;
	unsigned int acl_cnt;
	int acl_spare[4];
	struct acl_entry acl_entry[ACL_MAX_ENTRIES];
};

#define ACL_TYPE_ACCESS_OLD  0
#define ACL_TYPE_DEFAULT_OLD 1
#define ACL_TYPE_ACCESS	     2
#define ACL_TYPE_DEFAULT     3
#define ACL_TYPE_NFS4	     4

#endif /* KPI_SYS_ACL_H */
