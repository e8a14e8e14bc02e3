/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Opening and closing: from a path and open(2)'s flags to an open vnode.
 *
 * The checks come in the order in which the host makes them, so that a call that is wrong in two
 * ways fails as it does there: the path, O_EXCL, O_NOFOLLOW, O_DIRECTORY, the kind of file,
 * permissions, the read-only mount.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "rump_cwd.h"
#include "rump_vfs.h"
#include "rump_vnode.h"
#include "rump_wberr.h"

/* Make the file that namei() did not find.  locks: ni_dvp exclusive on entry, released. */
static int
vn_create(struct nameidata *nd, int fmode, int cmode)
{
	struct vattr va;
	int error;

	vattr_null(&va);
	va.va_type = VREG;
	va.va_mode = cmode & ALLPERMS;
	if ((fmode & O_EXCL) != 0)
		va.va_vaflags |= VA_EXCLUSIVE;
	error = VOP_CREATE(nd->ni_dvp, &nd->ni_vp, &nd->ni_cnd, &va);
	vput(nd->ni_dvp);
	return error;
}

/* O_CREAT.  *created: the file is new and needs no permission.  owns: ni_vp unlocked. */
static int
vn_open_create(struct nameidata *nd, int fmode, int cmode, bool *created)
{
	int error;

	*created = false;
	error = namei(nd);
	if (error != 0)
		return error;
	if (nd->ni_vp == NULL) {
		*created = true;
		return vn_create(nd, fmode, cmode);
	}
	VOP_ABORTOP(nd->ni_dvp, &nd->ni_cnd);
	vput(nd->ni_dvp);
	if ((fmode & O_EXCL) == 0)
		return 0;
	vrele(nd->ni_vp);
	return EEXIST;
}

int
vn_openchk(struct vnode *vp, kauth_cred_t cred, int fflags)
{
	accmode_t accmode = 0;

	if (vp->v_type == VNON || vp->v_type == VBAD)
		return ENXIO;
	if (vp->v_type == VSOCK)
		return ENXIO;
	if ((fflags & O_DIRECTORY) != 0 && vp->v_type != VDIR)
		return ENOTDIR;
	if (vp->v_type == VLNK)
		return ELOOP;
	if ((fflags & (FWRITE | O_TRUNC)) != 0 && vp->v_type == VDIR)
		return EISDIR;
	if ((vp->v_type == VCHR || vp->v_type == VBLK) && (vnode_mntflag(vp) & MNT_NODEV) != 0)
		return EACCES;
	if ((fflags & FREAD) != 0)
		accmode |= VREAD;
	if ((fflags & (FWRITE | O_TRUNC)) != 0)
		accmode |= VWRITE;
	if (accmode != 0) {
		const int error = VOP_ACCESS(vp, accmode, cred);

		if (error != 0)
			return error;
	}
	return (accmode & VWRITE) != 0 ? vn_writechk(vp) : 0;
}

int
vn_writechk(struct vnode *vp)
{
	if ((vp->v_iflag & VI_TEXT) != 0)
		return ETXTBSY;
	/* Devices, fifos and sockets on a read-only file system may be written. */
	if ((vnode_mntflag(vp) & MNT_RDONLY) != 0 &&
	    (vp->v_type == VREG || vp->v_type == VDIR || vp->v_type == VLNK))
		return EROFS;
	return 0;
}

static int
vn_truncate(struct vnode *vp, kauth_cred_t cred)
{
	struct vattr va;

	vattr_null(&va);
	va.va_size = 0;
	return VOP_SETATTR(vp, &va, cred);
}

/* How the vnode must be locked for VOP_OPEN and VOP_CLOSE with these flags. */
static int
vn_open_lktype(const struct vnode *vp, int fmode)
{
	return (vp->v_type == VREG || vp->v_type == VDIR) &&
		(fmode & (FWRITE | O_TRUNC | O_CREAT)) == 0
	    ? LK_SHARED
	    : LK_EXCLUSIVE;
}

/*
 * A file that is opened for reading alone may stay lightly referenced where the file system is one
 * that takes part in walks through the cache: reading leaves nothing for VOP_INACTIVE to do.  Any
 * other open owes it.
 */
static void
vn_open_settle(struct vnode *vp)
{
	if ((vp->v_type != VREG && vp->v_type != VDIR) || (vnode_mntiflag(vp) & IMNT_NCLOOKUP) == 0)
		vcache_make_anon(vp);
}

/* Check and open the vnode that the walk found.  owns: the reference, on error. */
static int
vn_open_vnode(struct vnode *vp, kauth_cred_t cred, int fmode, bool created)
{
	int error;

	error = vn_lock(vp, vn_open_lktype(vp, fmode));
	if (error != 0) {
		vrele(vp);
		return error;
	}
	if (!created)
		error = vn_openchk(vp, cred, fmode);
	if (error == 0)
		error = VOP_OPEN(vp, fmode, cred);
	if (error == 0 && (fmode & O_TRUNC) != 0 && !created && vp->v_type == VREG) {
		error = vn_truncate(vp, cred);
		if (error != 0)
			(void)VOP_CLOSE(vp, fmode, cred);
	}
	if (error != 0) {
		vput(vp);
		return error;
	}
	if ((fmode & FWRITE) != 0) {
		mutex_enter(vp->v_interlock);
		vp->v_writecount++;
		mutex_exit(vp->v_interlock);
	}
	VOP_UNLOCK(vp);
	VN_KNOTE(vp, NOTE_OPEN);
	return 0;
}

/* O_TMPFILE: make a file without a name in the directory that the path names. */
static int
vn_open_tmpfile(struct vnode *at_dvp, struct pathbuf *pb, int nmode, int fmode, int cmode,
    struct vnode **ret_vp)
{
	struct nameidata nd;
	struct vnode *dvp;
	struct vattr va;
	int error;

	if ((fmode & FWRITE) == 0 || (fmode & O_CREAT) != 0)
		return EINVAL;
	NDINIT(&nd, LOOKUP, nmode | ((fmode & O_NOFOLLOW) == 0 ? FOLLOW : 0), pb);
	if (at_dvp != NULL)
		NDAT(&nd, at_dvp);
	error = namei(&nd);
	if (error != 0)
		return error;
	dvp = nd.ni_vp;
	error = vn_lock(dvp, LK_EXCLUSIVE);
	if (error != 0) {
		vrele(dvp);
		return error;
	}
	vattr_null(&va);
	va.va_type = VREG;
	va.va_mode = cmode & ALLPERMS;
	if ((fmode & O_EXCL) != 0)
		va.va_vaflags |= VA_EXCLUSIVE;
	if (dvp->v_type != VDIR)
		error = ENOTDIR;
	else
		error = VOP_ACCESS(dvp, VWRITE | VEXEC, nd.ni_cnd.cn_cred);
	if (error == 0)
		error = VOP_TMPFILE(dvp, ret_vp, &va, nd.ni_cnd.cn_cred);
	vput(dvp);
	if (error == 0)
		error = vn_open_vnode(*ret_vp, nd.ni_cnd.cn_cred, fmode, true);
	if (error != 0)
		*ret_vp = NULL;
	return error;
}

int
vn_open(struct vnode *at_dvp, struct pathbuf *pb, int nmode, int fmode, int cmode,
    struct vnode **ret_vp, bool *ret_domove, int *ret_fd)
{
	struct nameidata nd;
	bool created = false;
	int error;

	*ret_vp = NULL;
	if ((fmode & O_TMPFILE) == O_TMPFILE)
		return vn_open_tmpfile(at_dvp, pb, nmode, fmode, cmode, ret_vp);
	if ((fmode & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
		return EINVAL;
	if ((fmode & (O_EXCL | O_CREAT)) != (O_EXCL | O_CREAT) && (fmode & O_NOFOLLOW) == 0)
		nmode |= FOLLOW;
	if ((fmode & O_CREAT) != 0) {
		nmode |= LOCKPARENT | OPENCREATE;
		if ((fmode & O_EXCL) == 0)
			nmode |= NONEXCLHACK;
		NDINIT(&nd, CREATE, nmode, pb);
		if (at_dvp != NULL)
			NDAT(&nd, at_dvp);
		error = vn_open_create(&nd, fmode, cmode, &created);
	} else {
		NDINIT(&nd, LOOKUP, nmode | ((fmode & (FWRITE | O_TRUNC)) == 0 ? LIGHTREF : 0), pb);
		if (at_dvp != NULL)
			NDAT(&nd, at_dvp);
		error = namei(&nd);
		if (error == 0)
			vn_open_settle(nd.ni_vp);
	}
	if (error != 0)
		return error;
	if (!created && (fmode & O_CREAT) != 0 && nd.ni_vp->v_type == VDIR) {
		vrele(nd.ni_vp);
		return EISDIR;
	}
	error = vn_open_vnode(nd.ni_vp, nd.ni_cnd.cn_cred, fmode, created);
	if (error == 0) {
		*ret_vp = nd.ni_vp;
		return 0;
	}
	/* A cloning device has opened something else in our stead. */
	if ((error == EDUPFD || error == EMOVEFD) && ret_fd != NULL) {
		*ret_domove = error == EMOVEFD;
		*ret_fd = curlwp->l_dupfd;
		return 0;
	}
	return error == EDUPFD || error == EMOVEFD ? EOPNOTSUPP : error;
}

/* fp: who shall be told of writes that failed, or NULL. */
static int
close_for(struct vnode *vp, int flags, kauth_cred_t cred, struct file *fp)
{
	int error, earlier;

	(void)vn_lock(vp, vn_open_lktype(vp, flags) | LK_RETRY);
	if ((flags & FWRITE) != 0) {
		mutex_enter(vp->v_interlock);
		KASSERT(vp->v_writecount > 0);
		vp->v_writecount--;
		mutex_exit(vp->v_interlock);
	}
	error = VOP_CLOSE(vp, flags, cred);
	if (fp != NULL && (flags & FWRITE) != 0) {
		earlier = vn_wberr_ask(fp, WBERR_FILE);
		if (error == 0)
			error = earlier;
	}
	VN_KNOTE(vp, (flags & FWRITE) != 0 ? NOTE_CLOSE_WRITE : NOTE_CLOSE);
	vput(vp);
	return error;
}

int
vn_close(struct vnode *vp, int flags, kauth_cred_t cred)
{
	return close_for(vp, flags, cred, NULL);
}

int
vn_closefile(struct file *fp)
{
	return close_for(fp->f_vnode, fp->f_flag, fp->f_cred, fp);
}

void
vn_marktext(struct vnode *vp)
{
	mutex_enter(vp->v_interlock);
	vp->v_iflag |= VI_TEXT;
	mutex_exit(vp->v_interlock);
}

int
vn_markexec(struct vnode *vp)
{
	mutex_enter(vp->v_interlock);
	vp->v_iflag |= VI_EXECMAP;
	mutex_exit(vp->v_interlock);
	return 0;
}
