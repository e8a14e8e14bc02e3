/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of syncer_test.c. */
#include <sys/param.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/mutex.h>
#include <sys/vnode.h>

#include "rump_vfscalls.h"

const char *rump_test_syncer_put(int fd, int delay);

/* Have the syncer write the open file after delay seconds. */
const char *
rump_test_syncer_put(int fd, int delay)
{
	struct vnode *vp;
	struct file *fp;

	if (fdvnode(fd, &fp, &vp) != 0)
		return "no such vnode";
	mutex_enter(vp->v_interlock);
	vn_syncer_add_to_worklist(vp, delay);
	mutex_exit(vp->v_interlock);
	fd_putfile((unsigned)fd);
	return NULL;
}
