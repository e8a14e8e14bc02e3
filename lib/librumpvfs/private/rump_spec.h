/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* specfs inside the VFS faction. */
#ifndef RUMP_SPEC_H
#define RUMP_SPEC_H

#include <sys/types.h>
#include <sys/mutex.h>

struct buf;
struct vnode;

extern kmutex_t device_lock;

int spec_init(void);
void spec_fini(void);
void spec_dev_init(void);
void spec_dev_fini(void);

int spec_node_opening(struct vnode *vp);
bool spec_node_closed(struct vnode *vp);

/*
 * bread() that takes a block at the end of the device: b_resid says what is missing.
 */
int rump_bread_short(struct vnode *vp, daddr_t lblkno, int size, struct buf **bpp);

#endif /* RUMP_SPEC_H */
