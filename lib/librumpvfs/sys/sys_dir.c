/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * getdents(2): the kernel's entries in the host's shape.
 *
 * An entry grows by at most half when it is converted, so two thirds of the caller's room are
 * asked of the file system (more when the room is tiny).  What does not fit all the same is read
 * again by the next call: the cookie of an entry is the offset behind it.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/vfs_syscalls.h>

#include "rump_hostabi.h"
#include "rump_vfs.h"
#include "rump_vfscalls.h"

#define GETDENTS_MAX   (64 * 1024) /* bytes that one call takes of a directory */
#define DIRENT_LONGEST roundup2(__builtin_offsetof(struct dirent, d_name) + NAME_MAX + 1, 8)

/* What was read of a directory. */
struct dirread {
	char *dr_buf;	   /* entries */
	int dr_len;	   /* bytes of them */
	off_t *dr_cookies; /* or NULL */
	int dr_ncookies;
	off_t dr_start, dr_end; /* offsets before and behind */
};

/* Convert into out; the bytes made.  *nextp: the offset to go on from. */
static size_t
dirents_convert(const struct dirread *dr, char *out, size_t room, off_t *nextp)
{
	const struct dirent *dp;
	size_t done = 0, n;
	int off, i = 0;
	off_t next;

	*nextp = dr->dr_start;
	for (off = 0; off < dr->dr_len; off += dp->d_reclen, i++) {
		dp = (const void *)(dr->dr_buf + off);
		next = i < dr->dr_ncookies ? dr->dr_cookies[i] : dr->dr_end;
		if (dp->d_fileno != 0 && dp->d_type != DT_WHT) {
			n = hostabi_dirent(dp, next, out + done, room - done);
			if (n == 0)
				return done;
			done += n;
		}
		*nextp = next;
	}
	*nextp = dr->dr_end;
	return done;
}

/* Fill out with entries from the file's offset on. */
static int
getdents_fill(struct lwp *l, struct file *fp, char *out, size_t room, size_t *donep)
{
	struct dirread dr = { .dr_start = fp->f_offset };
	const size_t size = MAX(MIN(room, DIRENT_LONGEST), rounddown2(room / 3 * 2, 8));
	off_t next;
	int error;

	*donep = 0;
	dr.dr_buf = kmem_alloc(size, KM_SLEEP);
	error = vn_readdir(
	    fp, dr.dr_buf, UIO_SYSSPACE, size, &dr.dr_len, l, &dr.dr_cookies, &dr.dr_ncookies);
	if (error == 0) {
		dr.dr_end = fp->f_offset;
		*donep = dirents_convert(&dr, out, room, &next);
		fp->f_offset = next;
		if (*donep == 0 && dr.dr_len > 0 && next == dr.dr_start)
			error = EINVAL; /* not even one */
	}
	if (dr.dr_cookies != NULL)
		free(dr.dr_cookies, M_TEMP);
	kmem_free(dr.dr_buf, size);
	return error;
}

static int
getdents_common(struct lwp *l, int fd, void *ubuf, size_t count, register_t *retval)
{
	const size_t room = MIN(count, GETDENTS_MAX);
	struct vnode *vp;
	struct file *fp;
	size_t done = 0;
	off_t before;
	char *out;
	int error;

	error = fdvnode(fd, &fp, &vp);
	if (error != 0)
		return error == EINVAL ? ENOTDIR : error;
	if (vp->v_type != VDIR)
		error = ENOTDIR;
	else if ((fp->f_flag & FREAD) == 0)
		error = EBADF;
	else if (room < HOST_DIRENT_RECLEN(1))
		error = EINVAL;
	if (error == 0) {
		out = kmem_alloc(room, KM_SLEEP);
		/* A block of nothing but removed entries is not the end. */
		do {
			before = fp->f_offset;
			error = getdents_fill(l, fp, out, room, &done);
		} while (error == 0 && done == 0 && fp->f_offset != before);
		if (error == 0 && done > 0)
			error = copyout(out, ubuf, done);
		kmem_free(out, room);
	}
	fd_putfile(fd);
	*retval = done;
	return error;
}

int
sys_getdents(struct lwp *l, const struct sys_getdents_args *uap, register_t *retval)
{
	return getdents_common(l, SCARG(uap, fd), SCARG(uap, buf), SCARG(uap, count), retval);
}

int
sys_getdents64(struct lwp *l, const struct sys_getdents64_args *uap, register_t *retval)
{
	return getdents_common(l, SCARG(uap, fd), SCARG(uap, buf), SCARG(uap, count), retval);
}

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(getdents),
	RUMP_SYSREG(getdents64),
};
VFS_CALLS(dir);
