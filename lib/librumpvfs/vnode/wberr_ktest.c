/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of wberr_test.c: write errors that no driver makes there. */
#include <sys/param.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "rump_vfscalls.h"
#include "rump_wberr.h"

const char *rump_test_wberr_file(int fd, int error);
const char *rump_test_wberr_meta(int fd, int devfd, int error);

/* Contents of fd could not be written. */
const char *
rump_test_wberr_file(int fd, int error)
{
	struct vnode *vp;
	struct file *fp;

	if (fdvnode(fd, &fp, &vp) != 0)
		return "no such vnode";
	vn_wberr(vp, error);
	fd_putfile((unsigned)fd);
	return NULL;
}

/* Metadata of fd's file system could not be written, were it on the block device devfd. */
const char *
rump_test_wberr_meta(int fd, int devfd, int error)
{
	struct vnode *vp, *devvp;
	struct file *fp, *devfp;

	if (fdvnode(fd, &fp, &vp) != 0 || fdvnode(devfd, &devfp, &devvp) != 0)
		return "no such vnode";
	spec_node_setmountedfs(devvp, vp->v_mount);
	vn_wberr(devvp, error);
	spec_node_setmountedfs(devvp, NULL);
	fd_putfile((unsigned)devfd);
	fd_putfile((unsigned)fd);
	return NULL;
}
