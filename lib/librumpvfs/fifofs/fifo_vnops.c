/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * fifofs: named pipes, the vnode operations that every file system's fifos share.
 *
 * While somebody has it open, or waits to, v_fifoinfo is the pipe (rump_pipe.h), with a reference:
 *
 *	NULL --first open--> pipe --last close, or revoked--> NULL
 *
 * It changes with the vnode exclusively locked and v_interlock held, so either will do to look at it.  The
 * vnode lock is given up over whatever waits for the other side; who does so has a reference to the pipe, and
 * finds it revoked if the vnode died meanwhile.
 */
#include <sys/param.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/poll.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>

#include "rump_fifo.h"
#include "rump_pipe.h"

int (**fifo_vnodeop_p)(void *);

/* The pipe, referenced, or NULL when nobody has it open. */
static struct pipe *
fifo_hold(struct vnode *vp)
{
	struct pipe *pp;

	mutex_enter(vp->v_interlock);
	pp = (struct pipe *)vp->v_fifoinfo;
	if (pp != NULL)
		rump_pipe_hold(pp);
	mutex_exit(vp->v_interlock);
	return pp;
}

/* Set the vnode's pipe.  locks: vp exclusive.  owns: the reference of pp; the old one's is the caller's. */
static void
fifo_set(struct vnode *vp, struct pipe *pp)
{
	mutex_enter(vp->v_interlock);
	vp->v_fifoinfo = (struct fifoinfo *)pp;
	mutex_exit(vp->v_interlock);
}

/* An open ended, or did not come about.  locks: vp exclusive. */
static void
fifo_closed(struct vnode *vp, struct pipe *pp, int fflag)
{
	if (!rump_pipe_close(pp, fflag))
		return;
	fifo_set(vp, NULL);
	rump_pipe_rele(pp);
}

static int
fifo_open(void *v)
{
	struct vop_open_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct pipe *pp = fifo_hold(vp);
	u_int opened;
	int error;

	if (pp == NULL) {
		pp = rump_pipe_create();
		rump_pipe_hold(pp);
		fifo_set(vp, pp);
	}
	error = rump_pipe_enter(pp, ap->a_mode, &opened);
	if (error != 0) {
		fifo_closed(vp, pp, 0);
	} else {
		VOP_UNLOCK(vp);
		error = rump_pipe_await(pp, ap->a_mode, opened);
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		if (error != 0)
			fifo_closed(vp, pp, ap->a_mode);
	}
	rump_pipe_rele(pp);
	return error;
}

static int
fifo_close(void *v)
{
	struct vop_close_args *const ap = v;
	struct pipe *const pp = (struct pipe *)ap->a_vp->v_fifoinfo;

	if (pp != NULL)
		fifo_closed(ap->a_vp, pp, ap->a_fflag);
	return 0;
}

/* Read or write: uio_rw says which.  The vnode lock is given up meanwhile. */
static int
fifo_rdwr(struct vnode *vp, struct uio *uio, int ioflag)
{
	const int lock = VOP_ISLOCKED(vp) == LK_EXCLUSIVE ? LK_EXCLUSIVE : LK_SHARED;
	struct pipe *const pp = fifo_hold(vp);
	int error;

	if (pp == NULL)
		return EBADF;
	VOP_UNLOCK(vp);
	error = rump_pipe_uio(pp, uio, (ioflag & IO_NDELAY) != 0 ? FNONBLOCK : 0);
	rump_pipe_rele(pp);
	vn_lock(vp, lock | LK_RETRY);
	return error;
}

static int
fifo_read(void *v)
{
	struct vop_read_args *const ap = v;

	return fifo_rdwr(ap->a_vp, ap->a_uio, ap->a_ioflag);
}

static int
fifo_write(void *v)
{
	struct vop_write_args *const ap = v;

	return fifo_rdwr(ap->a_vp, ap->a_uio, ap->a_ioflag);
}

static int
fifo_ioctl(void *v)
{
	struct vop_ioctl_args *const ap = v;
	struct pipe *const pp = fifo_hold(ap->a_vp);
	int error;

	if (pp == NULL)
		return EBADF;
	error = rump_pipe_ioctl(pp, ap->a_command, ap->a_data);
	rump_pipe_rele(pp);
	return error;
}

/* For which side the caller asks is not said: files say it by rump_fifo_poll(). */
static int
fifo_poll(void *v)
{
	struct vop_poll_args *const ap = v;
	int fflag = 0;

	if ((ap->a_events & (POLLIN | POLLRDNORM)) != 0)
		fflag |= FREAD;
	if ((ap->a_events & (POLLOUT | POLLWRNORM)) != 0)
		fflag |= FWRITE;
	return rump_fifo_poll(ap->a_vp, fflag, ap->a_events);
}

static int
fifo_kqfilter(void *v)
{
	struct vop_kqfilter_args *const ap = v;
	struct pipe *pp;
	int error;

	if (ap->a_kn->kn_filter == EVFILT_VNODE)
		return genfs_kqfilter(v);
	pp = fifo_hold(ap->a_vp);
	if (pp == NULL)
		return EBADF;
	error = rump_pipe_kqfilter(pp, ap->a_kn);
	rump_pipe_rele(pp);
	return error;
}

static int
fifo_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;

	*ap->a_vpp = NULL;
	return ENOTDIR;
}

static const struct vnodeopv_entry_desc fifo_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, fifo_lookup },
	{ &vop_open_desc, fifo_open },
	{ &vop_close_desc, fifo_close },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_read_desc, fifo_read },
	{ &vop_write_desc, fifo_write },
	{ &vop_ioctl_desc, fifo_ioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, fifo_poll },
	{ &vop_kqfilter_desc, fifo_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_fsync_desc, genfs_einval },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, genfs_pathconf },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc fifo_vnodeop_opv_desc = { &fifo_vnodeop_p, fifo_vnodeop_entries };

int
vn_fifo_bypass(void *v)
{
	struct vop_generic_args *const ap = v;

	return VOCALL(fifo_vnodeop_p, ap->a_desc->vdesc_offset, v);
}

/* ---- For files and revocation ---- */

int
rump_fifo_poll(struct vnode *vp, int fflag, int events)
{
	struct pipe *const pp = fifo_hold(vp);
	int revents;

	if (pp == NULL)
		return POLLERR | POLLHUP;
	revents = rump_pipe_poll(pp, fflag, events);
	rump_pipe_rele(pp);
	return revents;
}

int
rump_fifo_fcntl(struct vnode *vp, u_int cmd, void *data)
{
	struct pipe *const pp = fifo_hold(vp);
	int error;

	if (pp == NULL)
		return EOPNOTSUPP;
	error = rump_pipe_fcntl(pp, cmd, data);
	rump_pipe_rele(pp);
	return error;
}

void
rump_fifo_restart(struct vnode *vp, int fflag)
{
	struct pipe *const pp = fifo_hold(vp);

	if (pp == NULL)
		return;
	rump_pipe_restart(pp, fflag);
	rump_pipe_rele(pp);
}

void
rump_fifo_revoke(struct vnode *vp)
{
	struct pipe *const pp = (struct pipe *)vp->v_fifoinfo;

	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	if (pp == NULL)
		return;
	rump_pipe_revoke(pp);
	fifo_set(vp, NULL);
	rump_pipe_rele(pp);
}

static struct pipe *
fifo_of_file(struct file *fp)
{
	return fp->f_ops == &vn_fifoops ? fifo_hold(fp->f_vnode) : NULL;
}

int
rump_fifo_init(void)
{
	rump_pipe_named = fifo_of_file;
	return 0;
}
