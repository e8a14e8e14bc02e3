/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Groups, ids and login names of the process calls. */
#ifndef KPI_SYS_PROT_H
#define KPI_SYS_PROT_H

#include <sys/types.h>

struct lwp;

#define ID_E_EQ_R 0x001
#define ID_E_EQ_S 0x002
#define ID_R_EQ_E 0x010
#define ID_R_EQ_R 0x020
#define ID_R_EQ_S 0x040
#define ID_S_EQ_R 0x100
#define ID_S_EQ_S 0x200
/* Set real, effective and saved ids; -1 leaves one alone; flags say what an unprivileged caller may. */
int do_setresuid(struct lwp *l, uid_t ruid, uid_t euid, uid_t svuid, u_int flags);
int do_setresgid(struct lwp *l, gid_t rgid, gid_t egid, gid_t svgid, u_int flags);

#endif /* KPI_SYS_PROT_H */
