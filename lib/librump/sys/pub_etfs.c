/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* rump_etfs(3): the calls are here, the work is the VFS faction's. */
#include <sys/errno.h>
#include <sys/systm.h>

#include "rump_pub.h"

const struct rump_etfs_ops *rump_etfs_ops;
struct rump_boot_etfs *rump_boot_etfs;

#define ETFS_SIZE_ENDOFF ((uint64_t)-1)

static int
rump_etfs_register_withsize(
    const char *key, const char *hostpath, int type, uint64_t begin, uint64_t size)
{
	if (rump_etfs_ops == NULL)
		return ENOSYS;
	return rump_etfs_ops->eo_register(key, hostpath, type, begin, size);
}

static int
rump_etfs_register(const char *key, const char *hostpath, int type)
{
	return rump_etfs_register_withsize(key, hostpath, type, 0, ETFS_SIZE_ENDOFF);
}

static int
rump_etfs_remove(const char *key)
{
	return rump_etfs_ops != NULL ? rump_etfs_ops->eo_remove(key) : ENOSYS;
}

RUMP_PUB(int, etfs_register, ENXIO, (const char *key, const char *hostpath, int type),
    (key, hostpath, type))
RUMP_PUB(int, etfs_register_withsize, ENXIO,
    (const char *key, const char *hostpath, int type, uint64_t begin, uint64_t size),
    (key, hostpath, type, begin, size))
RUMP_PUB(int, etfs_remove, ENXIO, (const char *key), (key))

void rump_boot_etfs_register(struct rump_boot_etfs *eb);

void
rump_boot_etfs_register(struct rump_boot_etfs *eb)
{
	struct rump_boot_etfs **ebp;

	eb->eb_status = -1;
	eb->_eb_next = NULL;
	for (ebp = &rump_boot_etfs; *ebp != NULL; ebp = &(*ebp)->_eb_next)
		continue;
	*ebp = eb;
}
