/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Extended attributes, as the host's calls and as BSD's have them.
 *
 * The host's names carry their name space as a prefix: "user." is the user space, "system.",
 * "trusted." and "security." are the system space; the file system gets the whole name.  BSD's
 * calls name the space by number.  The host's list has each name with a NUL; BSD's has a length
 * byte before each.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/extattr.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vfs_syscalls.h>

#include "rump_vfs.h"
#include "rump_vfscalls.h"

/* A file by path, by link's path, or by descriptor. */
struct xfile {
	struct vnode *xf_vp;
	int xf_fd; /* -1: xf_vp is referenced */
};

static int
xfile_path(struct lwp *l, const char *path, int flags, struct xfile *xf)
{
	xf->xf_fd = -1;
	return atvnode(l, AT_FDCWD, path, flags, false, &xf->xf_vp);
}

static int
xfile_fd(struct lwp *l, int fd, struct xfile *xf)
{
	struct file *fp;

	xf->xf_fd = fd;
	return fdvnode(fd, &fp, &xf->xf_vp);
}

static void
xfile_done(struct xfile *xf)
{
	if (xf->xf_fd >= 0)
		fd_putfile(xf->xf_fd);
	else
		vrele(xf->xf_vp);
}

/* The name: 1 to XATTR_NAME_MAX bytes.  errors: ERANGE, EFAULT. */
static int
xname_copyin(const char *uname, char name[XATTR_NAME_MAX + 1])
{
	size_t done;
	int error;

	error = copyinstr(uname, name, XATTR_NAME_MAX + 1, &done);
	if (error != 0)
		return error == ENAMETOOLONG ? ERANGE : error;
	return done <= 1 ? ERANGE : 0;
}

/* The name space of a host's name.  errors: EOPNOTSUPP. */
static int
xname_space(const char *name, int *nsp)
{
	static const struct {
		const char *prefix;
		int ns;
	} spaces[] = {
		{ "user.", EXTATTR_NAMESPACE_USER },
		{ "system.", EXTATTR_NAMESPACE_SYSTEM },
		{ "trusted.", EXTATTR_NAMESPACE_SYSTEM },
		{ "security.", EXTATTR_NAMESPACE_SYSTEM },
	};

	for (size_t i = 0; i < __arraycount(spaces); i++) {
		const size_t n = strlen(spaces[i].prefix);

		if (strncmp(name, spaces[i].prefix, n) == 0) {
			*nsp = spaces[i].ns;
			return name[n] == '\0' ? EINVAL : 0;
		}
	}
	return EOPNOTSUPP;
}

static void
xuio(
    struct lwp *l, struct uio *uio, struct iovec *iov, enum uio_rw rw, const void *ubuf, size_t len)
{
	iov->iov_base = __UNCONST(ubuf);
	iov->iov_len = len;
	uio->uio_iov = iov;
	uio->uio_iovcnt = 1;
	uio->uio_offset = 0;
	uio->uio_resid = len;
	uio->uio_rw = rw;
	uio->uio_vmspace = l->l_proc->p_vmspace;
}

/* ---- One attribute ---- */

/* size 0 (or no buffer): only how large it is.  errors: ERANGE when the buffer is too small. */
static int
xattr_get(struct lwp *l, struct vnode *vp, int ns, const char *name, void *ubuf, size_t size,
    bool bsd, register_t *retval)
{
	struct iovec iov;
	struct uio uio;
	size_t have = 0;
	int error;

	if (ubuf != NULL && size > 0)
		xuio(l, &uio, &iov, UIO_READ, ubuf, size);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETEXTATTR(vp, ns, name, NULL, &have, l->l_cred);
	if (error == 0 && ubuf != NULL && size > 0) {
		if (!bsd && have > size)
			error = ERANGE;
		else
			error = VOP_GETEXTATTR(vp, ns, name, &uio, NULL, l->l_cred);
		have = size - uio.uio_resid;
	}
	VOP_UNLOCK(vp);
	*retval = have;
	return error;
}

static int
xattr_set(struct lwp *l, struct vnode *vp, int ns, const char *name, const void *ubuf, size_t size,
    int flags)
{
	struct iovec iov;
	struct uio uio;
	size_t have;
	int error = 0;

	if (size > XATTR_SIZE_MAX)
		return E2BIG;
	xuio(l, &uio, &iov, UIO_WRITE, ubuf, size);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		error = EROFS;
	if (error == 0 && flags != 0) {
		error = VOP_GETEXTATTR(vp, ns, name, NULL, &have, l->l_cred);
		if (error == 0 && (flags & XATTR_CREATE) != 0)
			error = EEXIST;
		else if (error == ENOATTR && (flags & XATTR_REPLACE) == 0)
			error = 0;
	}
	if (error == 0)
		error = VOP_SETEXTATTR(vp, ns, name, &uio, l->l_cred);
	VOP_UNLOCK(vp);
	return error;
}

static int
xattr_delete(struct lwp *l, struct vnode *vp, int ns, const char *name)
{
	int error;

	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		error = EROFS;
	else
		error = vn_extattr_rm(vp, IO_NODELOCKED, ns, name, l);
	VOP_UNLOCK(vp);
	return error;
}

/* ---- Lists ---- */

/* Both name spaces, into buf (of size bytes) or only counted.  locks: vp locked. */
static int
xattr_list_locked(struct lwp *l, struct vnode *vp, char *buf, size_t size, size_t *donep)
{
	static const int spaces[] = { EXTATTR_NAMESPACE_USER, EXTATTR_NAMESPACE_SYSTEM };
	struct iovec iov;
	struct uio uio;
	size_t done = 0, have;
	int error;

	for (size_t i = 0; i < __arraycount(spaces); i++) {
		have = 0;
		error = VOP_LISTEXTATTR(vp, spaces[i], NULL, &have, 0, l->l_cred);
		if (error == EPERM || error == EACCES)
			continue; /* what may not be seen is not listed */
		if (error != 0)
			return error;
		if (buf != NULL && have > size - done)
			return ERANGE;
		if (buf != NULL && have > 0) {
			xuio(l, &uio, &iov, UIO_READ, buf + done, have);
			UIO_SETUP_SYSSPACE(&uio);
			error = VOP_LISTEXTATTR(vp, spaces[i], &uio, NULL, 0, l->l_cred);
			if (error != 0)
				return error;
		}
		done += have;
	}
	*donep = done;
	return 0;
}

static int
xattr_list(struct lwp *l, struct vnode *vp, char *ubuf, size_t size, register_t *retval)
{
	const size_t room = MIN(size, XATTR_LIST_MAX);
	size_t done = 0;
	char *buf = ubuf != NULL && room > 0 ? kmem_alloc(room, KM_SLEEP) : NULL;
	int error;

	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = xattr_list_locked(l, vp, buf, room, &done);
	VOP_UNLOCK(vp);
	if (error == 0 && buf != NULL && done > 0)
		error = copyout(buf, ubuf, done);
	if (buf != NULL)
		kmem_free(buf, room);
	*retval = done;
	return error;
}

static int
extattr_list(struct lwp *l, struct vnode *vp, int ns, void *ubuf, size_t size, register_t *retval)
{
	struct iovec iov;
	struct uio uio;
	size_t have = 0;
	int error;

	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	if (ubuf != NULL) {
		xuio(l, &uio, &iov, UIO_READ, ubuf, size);
		error = VOP_LISTEXTATTR(vp, ns, &uio, NULL, EXTATTR_LIST_LENPREFIX, l->l_cred);
		have = size - uio.uio_resid;
	} else {
		error = VOP_LISTEXTATTR(vp, ns, NULL, &have, EXTATTR_LIST_LENPREFIX, l->l_cred);
	}
	VOP_UNLOCK(vp);
	*retval = have;
	return error;
}

/* ---- The calls: each operation by path, by link and by descriptor ---- */

/* How the call names its file. */
#define XFILE_PATH(uap, l, xf) xfile_path((l), SCARG((uap), path), 0, (xf))
#define XFILE_LINK(uap, l, xf) xfile_path((l), SCARG((uap), path), AT_SYMLINK_NOFOLLOW, (xf))
#define XFILE_FD(uap, l, xf)   xfile_fd((l), SCARG((uap), fd), (xf))

/* A call with a name: body runs with xf, ns and name. */
#define XATTR_CALL(call, how, uname, spacing, body)                                            \
	int sys_##call(struct lwp *l, const struct sys_##call##_args *uap, register_t *retval) \
	{                                                                                      \
		char name[XATTR_NAME_MAX + 1];                                                 \
		struct xfile xf;                                                               \
		int error, ns;                                                                 \
                                                                                               \
		error = xname_copyin(SCARG(uap, uname), name);                                 \
		if (error == 0)                                                                \
			error = (spacing);                                                     \
		if (error == 0)                                                                \
			error = how(uap, l, &xf);                                              \
		if (error != 0)                                                                \
			return error;                                                          \
		error = (body);                                                                \
		xfile_done(&xf);                                                               \
		return error;                                                                  \
	}
#define LIST_CALL(call, how, body)                                                             \
	int sys_##call(struct lwp *l, const struct sys_##call##_args *uap, register_t *retval) \
	{                                                                                      \
		struct xfile xf;                                                               \
		int error;                                                                     \
                                                                                               \
		error = how(uap, l, &xf);                                                      \
		if (error != 0)                                                                \
			return error;                                                          \
		error = (body);                                                                \
		xfile_done(&xf);                                                               \
		return error;                                                                  \
	}

#define HOST_SPACE xname_space(name, &ns)
#define BSD_SPACE  (ns = SCARG(uap, attrnamespace), 0)

#define GET xattr_get(l, xf.xf_vp, ns, name, SCARG(uap, value), SCARG(uap, size), false, retval)
XATTR_CALL(getxattr, XFILE_PATH, name, HOST_SPACE, GET)
XATTR_CALL(lgetxattr, XFILE_LINK, name, HOST_SPACE, GET)
XATTR_CALL(fgetxattr, XFILE_FD, name, HOST_SPACE, GET)

#define SETFLAGS_OK \
	((SCARG(uap, flags) & ~(XATTR_CREATE | XATTR_REPLACE)) != 0 ? EINVAL : HOST_SPACE)
#define SET xattr_set(l, xf.xf_vp, ns, name, SCARG(uap, value), SCARG(uap, size), SCARG(uap, flags))
XATTR_CALL(setxattr, XFILE_PATH, name, SETFLAGS_OK, SET)
XATTR_CALL(lsetxattr, XFILE_LINK, name, SETFLAGS_OK, SET)
XATTR_CALL(fsetxattr, XFILE_FD, name, SETFLAGS_OK, SET)

XATTR_CALL(removexattr, XFILE_PATH, name, HOST_SPACE, xattr_delete(l, xf.xf_vp, ns, name))
XATTR_CALL(lremovexattr, XFILE_LINK, name, HOST_SPACE, xattr_delete(l, xf.xf_vp, ns, name))
XATTR_CALL(fremovexattr, XFILE_FD, name, HOST_SPACE, xattr_delete(l, xf.xf_vp, ns, name))

#define LIST xattr_list(l, xf.xf_vp, SCARG(uap, list), SCARG(uap, size), retval)
LIST_CALL(listxattr, XFILE_PATH, LIST)
LIST_CALL(llistxattr, XFILE_LINK, LIST)
LIST_CALL(flistxattr, XFILE_FD, LIST)

#define BGET xattr_get(l, xf.xf_vp, ns, name, SCARG(uap, data), SCARG(uap, nbytes), true, retval)
XATTR_CALL(extattr_get_file, XFILE_PATH, attrname, BSD_SPACE, BGET)
XATTR_CALL(extattr_get_link, XFILE_LINK, attrname, BSD_SPACE, BGET)
XATTR_CALL(extattr_get_fd, XFILE_FD, attrname, BSD_SPACE, BGET)

/* BSD's returns the bytes written. */
#define BSET                           \
	(*retval = SCARG(uap, nbytes), \
	    xattr_set(l, xf.xf_vp, ns, name, SCARG(uap, data), SCARG(uap, nbytes), 0))
XATTR_CALL(extattr_set_file, XFILE_PATH, attrname, BSD_SPACE, BSET)
XATTR_CALL(extattr_set_link, XFILE_LINK, attrname, BSD_SPACE, BSET)
XATTR_CALL(extattr_set_fd, XFILE_FD, attrname, BSD_SPACE, BSET)

XATTR_CALL(
    extattr_delete_file, XFILE_PATH, attrname, BSD_SPACE, xattr_delete(l, xf.xf_vp, ns, name))
XATTR_CALL(
    extattr_delete_link, XFILE_LINK, attrname, BSD_SPACE, xattr_delete(l, xf.xf_vp, ns, name))
XATTR_CALL(extattr_delete_fd, XFILE_FD, attrname, BSD_SPACE, xattr_delete(l, xf.xf_vp, ns, name))

#define BLIST         \
	extattr_list( \
	    l, xf.xf_vp, SCARG(uap, attrnamespace), SCARG(uap, data), SCARG(uap, nbytes), retval)
LIST_CALL(extattr_list_file, XFILE_PATH, BLIST)
LIST_CALL(extattr_list_link, XFILE_LINK, BLIST)
LIST_CALL(extattr_list_fd, XFILE_FD, BLIST)

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(extattr_delete_fd),
	RUMP_SYSREG(extattr_delete_file),
	RUMP_SYSREG(extattr_delete_link),
	RUMP_SYSREG(extattr_get_fd),
	RUMP_SYSREG(extattr_get_file),
	RUMP_SYSREG(extattr_get_link),
	RUMP_SYSREG(extattr_list_fd),
	RUMP_SYSREG(extattr_list_file),
	RUMP_SYSREG(extattr_list_link),
	RUMP_SYSREG(extattr_set_fd),
	RUMP_SYSREG(extattr_set_file),
	RUMP_SYSREG(extattr_set_link),
	RUMP_SYSREG(fgetxattr),
	RUMP_SYSREG(flistxattr),
	RUMP_SYSREG(fremovexattr),
	RUMP_SYSREG(fsetxattr),
	RUMP_SYSREG(getxattr),
	RUMP_SYSREG(lgetxattr),
	RUMP_SYSREG(listxattr),
	RUMP_SYSREG(llistxattr),
	RUMP_SYSREG(lremovexattr),
	RUMP_SYSREG(lsetxattr),
	RUMP_SYSREG(removexattr),
	RUMP_SYSREG(setxattr),
};
VFS_CALLS(xattr);
