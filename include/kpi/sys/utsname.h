/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Names of the system in BSD's shape; uname(2) converts. */
#ifndef KPI_SYS_UTSNAME_H
#define KPI_SYS_UTSNAME_H

#define _SYS_NMLN 256

struct utsname {
	char sysname[_SYS_NMLN];
	char nodename[_SYS_NMLN];
	char release[_SYS_NMLN];
	char version[_SYS_NMLN];
	char machine[_SYS_NMLN];
};

#endif /* KPI_SYS_UTSNAME_H */
