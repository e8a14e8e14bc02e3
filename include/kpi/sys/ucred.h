/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Credentials as file systems and NFS exchange them. */
#ifndef KPI_SYS_UCRED_H
#define KPI_SYS_UCRED_H

#include <sys/param.h>

struct uucred {
	unsigned short cr_unused;
	uid_t cr_uid;
	gid_t cr_gid;
	short cr_ngroups;
	gid_t cr_groups[NGROUPS];
};

#define NOCRED ((kauth_cred_t)-1) /* no credential at hand */
#define FSCRED ((kauth_cred_t)-2) /* the file system's own doing */

#endif /* KPI_SYS_UCRED_H */
