/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * etfs inside the kernel: how namei finds the files of the host that were registered.
 *
 * A key matches a path from the root directory only: namei asks when a lookup starts at the root
 * vnode of the system and finds no name of its own there.
 */
#ifndef RUMP_ETFS_PRIVATE_H
#define RUMP_ETFS_PRIVATE_H

#include <sys/types.h>

struct vnode;

/* Registered mappings; 0 lets callers skip the rest. */
extern unsigned rump_etfs_count;
/*
 * A bit for the first name of each key, by the name cache's hash of it: a walk whose first name has
 * none of them has nothing to ask here.
 */
extern uint64_t rump_etfs_firsts;
#define RUMP_ETFS_FIRST(namehash) (UINT64_C(1) << ((namehash)&63))

/*
 * Look path (without leading slashes, NUL-terminated, the rest of the path included) up among the
 * keys.  *vpp is referenced and unlocked, *matched the bytes of path that the key covers; what
 * follows (DIR, DIR_SUBDIRS) is looked up in *vpp.  errors: ENOENT.  sleeps.
 */
int rump_etfs_lookup(const char *path, size_t *matched, struct vnode **vpp);

#endif /* RUMP_ETFS_PRIVATE_H */
