/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Files of modules that are named by path: regular files, opened with the caller's credentials. */
#include <sys/param.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/namei.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "rump_module.h"
#include "rump_vfs.h"

static int
modfile_read(void *cookie, void *buf, size_t len, uint64_t off)
{
	struct vnode *const vp = cookie;
	size_t resid = 0;
	int error;

	error = vn_rdwr(UIO_READ, vp, buf, (int)len, (off_t)off, UIO_SYSSPACE, 0, curlwp->l_cred,
	    &resid, curlwp);
	return error == 0 && resid != 0 ? EIO : error;
}

static void
modfile_close(void *cookie)
{
	(void)vn_close(cookie, FREAD, curlwp->l_cred);
}

/* errors: ENOEXEC (not a regular file). */
static int
modfile_attr(struct vnode *vp, uint64_t *sizep)
{
	struct vattr va;
	int error;

	vn_lock(vp, LK_SHARED | LK_RETRY);
	error = vp->v_type != VREG ? ENOEXEC : VOP_GETATTR(vp, &va, curlwp->l_cred);
	VOP_UNLOCK(vp);
	if (error == 0)
		*sizep = va.va_size;
	return error;
}

static int
modfile_open(const char *path, struct rump_modfile *mf)
{
	struct pathbuf *const pb = pathbuf_create(path);
	struct vnode *vp;
	int error;

	if (pb == NULL)
		return ENOMEM;
	error = vn_open(NULL, pb, 0, FREAD, 0, &vp, NULL, NULL);
	pathbuf_destroy(pb);
	if (error != 0)
		return error;
	*mf = (struct rump_modfile){
		.mf_name = path, .mf_read = modfile_read, .mf_close = modfile_close, .mf_cookie = vp
	};
	if ((error = modfile_attr(vp, &mf->mf_size)) != 0)
		modfile_close(vp);
	return error;
}

int
vfs_modfile_init(void)
{
	rump_modfile_open = modfile_open;
	return 0;
}

void
vfs_modfile_fini(void)
{
	rump_modfile_open = NULL;
}
