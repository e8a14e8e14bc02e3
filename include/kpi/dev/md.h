/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* md(4): how a memory disk is configured. */
#ifndef KPI_DEV_MD_H
#define KPI_DEV_MD_H

#include <sys/types.h>
#include <sys/ioccom.h>

enum md_types {
	MD_UNCONFIGURED,
	MD_KMEM_FIXED, /* not configurable by ioctl */
	MD_KMEM_ALLOCATED,
	MD_UMEM_SERVER, /* not supported */
};

struct md_conf {
	void *md_addr;	/* NULL */
	size_t md_size; /* bytes */
	int md_type;
};

#define MD_GETCONF _IOR('r', 0, struct md_conf)
#define MD_SETCONF _IOWR('r', 1, struct md_conf)

#endif /* KPI_DEV_MD_H */
