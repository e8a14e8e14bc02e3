/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Vnode operations of registered regular files and directories.  Devices are specfs's.
 *
 * What is read and written goes to the host file at once; nothing is cached here, the host does.
 */
#include <sys/param.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <uvm/uvm_extern.h>

#include "../rumpfs/rumpfs.h"
#include "etfs.h"

static inline struct etfs_file *
vp_file(struct vnode *vp)
{
	return VP_TO_RUMPFS(vp)->rn_etfs;
}

/* ---- Directories ---- */

/* The host's name of a file below a directory. */
static int
host_path(const struct etfs_file *dir, const struct componentname *cnp, char **pathp)
{
	if (strlen(dir->ef_path) + 1 + cnp->cn_namelen >= MAXPATHLEN)
		return ENAMETOOLONG;
	*pathp = kmem_asprintf("%s/%.*s", dir->ef_path, (int)cnp->cn_namelen, cnp->cn_nameptr);
	return 0;
}

/* A node for what the host has at path; known: the one made before, if it is still right. */
static int
host_node(
    struct vnode *dvp, const char *path, const struct componentname *cnp, struct rumpfs_node **rnp)
{
	struct rumpfs_node *const dir = VP_TO_RUMPFS(dvp);
	const struct etfs_file *const def = dir->rn_etfs;
	struct rumpfs_dirent *const rd = rumpfs_dir_find(dir, cnp->cn_nameptr, cnp->cn_namelen);
	struct rumpuser_fileinfo fi;
	struct rumpfs_node *rn;
	enum vtype type;
	int error;

	error = rumpuser_getfileinfo(path, &fi);
	if (error != 0)
		return error;
	type = fi.fi_type == RUMPUSER_FT_DIR ? VDIR : VREG;
	if (type == VDIR && !def->ef_subdirs)
		return ENOENT;
	if (rd != NULL) {
		*rnp = rd->rd_node;
		rd->rd_node->rn_etfs->ef_ino = etfs_ino(fi.fi_dev, fi.fi_ino);
		return rd->rd_node->rn_type == type ? 0 : ESTALE;
	}
	rn = rumpfs_node_new(
	    MP_TO_RUMPFS(dvp->v_mount), type, type == VDIR ? 0755 : 0666, 0, 0, NODEV, NULL);
	rn->rn_etfs = etfs_file_new(path, &fi);
	rn->rn_etfs->ef_subdirs = def->ef_subdirs;
	rn->rn_size = (off_t)MIN(fi.fi_size, (uint64_t)INT64_MAX);
	rumpfs_dir_insert(dir, cnp->cn_nameptr, cnp->cn_namelen, rn);
	*rnp = rn;
	return 0;
}

static int
etfs_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp;
	struct componentname *const cnp = ap->a_cnp;
	struct rumpfs_node *rn = NULL;
	char *path;
	int error;

	*ap->a_vpp = NULL;
	if (dvp->v_type != VDIR)
		return ENOTDIR;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	if (cnp->cn_flags & ISDOTDOT)
		return rumpfs_node_vnode(
		    dvp->v_mount, VP_TO_RUMPFS(dvp)->rn_dir.dir_parent, ap->a_vpp);
	error = host_path(vp_file(dvp), cnp, &path);
	if (error != 0)
		return error;
	/* Nodes are added to the directory, which readers may hold shared. */
	if (VOP_ISLOCKED(dvp) != LK_EXCLUSIVE)
		vn_lock(dvp, LK_UPGRADE | LK_RETRY);
	error = host_node(dvp, path, cnp, &rn);
	kmem_strfree(path);
	if (error == 0)
		error = rumpfs_node_vnode(dvp->v_mount, rn, ap->a_vpp);
	if (error == ENOENT && (cnp->cn_flags & ISLASTCN) &&
	    (cnp->cn_nameiop == CREATE || cnp->cn_nameiop == RENAME))
		error = EROFS; /* names are the host's to make */
	if (error == 0 && (cnp->cn_flags & ISLASTCN) &&
	    (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME)) {
		vrele(*ap->a_vpp);
		*ap->a_vpp = NULL;
		error = EROFS;
	}
	return error;
}

/* ---- Files ---- */

static int
etfs_open(void *v)
{
	struct vop_open_args *const ap = v;
	struct vnode *const vp = ap->a_vp;

	if (vp->v_type != VREG)
		return 0;
	return etfs_file_open(vp_file(vp), (ap->a_mode & FWRITE) != 0);
}

static int
etfs_close(void *v)
{
	struct vop_close_args *const ap = v;

	if (ap->a_vp->v_type == VREG)
		etfs_file_close(vp_file(ap->a_vp));
	return 0;
}

static int
etfs_getattr(void *v)
{
	struct vop_getattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	int error;

	error = rumpfs_getattr(v);
	if (error == 0)
		ap->a_vap->va_fileid = vp_file(vp)->ef_ino;
	if (error == 0 && vp->v_type == VREG) {
		ap->a_vap->va_size = etfs_file_size(vp_file(vp));
		ap->a_vap->va_bytes = roundup2(ap->a_vap->va_size, (u_quad_t)DEV_BSIZE);
	}
	return error;
}

/* A size that is the host's already is no change; others are not ours to make. */
static int
etfs_setattr(void *v)
{
	struct vop_setattr_args *const ap = v;

	if (ap->a_vap->va_size != VNOVALSIZE) {
		if (ap->a_vp->v_type != VREG)
			return EISDIR;
		if (ap->a_vap->va_size != etfs_file_size(vp_file(ap->a_vp)))
			return EOPNOTSUPP;
		ap->a_vap->va_size = VNOVALSIZE;
	}
	return rumpfs_setattr(v);
}

static int
etfs_rdwr(struct vnode *vp, struct uio *uio)
{
	struct etfs_file *const ef = vp_file(vp);

	if (vp->v_type == VDIR)
		return EISDIR;
	if (ef->ef_fd == -1)
		return EBADF; /* not open: kernel code that reads without VOP_OPEN() */
	return etfs_file_move(
	    ef, uio, ef->ef_type == RUMPUSER_FT_CHR || ef->ef_type == RUMPUSER_FT_OTHER);
}

static int
etfs_read(void *v)
{
	struct vop_read_args *const ap = v;

	return etfs_rdwr(ap->a_vp, ap->a_uio);
}

static int
etfs_write(void *v)
{
	struct vop_write_args *const ap = v;
	int error;

	if (ap->a_ioflag & IO_APPEND)
		ap->a_uio->uio_offset = (off_t)etfs_file_size(vp_file(ap->a_vp));
	error = etfs_rdwr(ap->a_vp, ap->a_uio);
	rumpfs_update(VP_TO_RUMPFS(ap->a_vp), RN_MODIFIED);
	return error;
}

static int
etfs_fsync(void *v)
{
	struct vop_fsync_args *const ap = v;
	const struct etfs_file *ef = vp_file(ap->a_vp);

	if (ap->a_vp->v_type != VREG || ef->ef_fd == -1 || ef->ef_readonly)
		return 0;
	return rumpuser_sync(ef->ef_fd, (ap->a_flags & FSYNC_DATAONLY) == 0);
}

int (**etfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc etfs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, etfs_lookup },
	{ &vop_open_desc, etfs_open },
	{ &vop_close_desc, etfs_close },
	{ &vop_access_desc, rumpfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, etfs_getattr },
	{ &vop_setattr_desc, etfs_setattr },
	{ &vop_read_desc, etfs_read },
	{ &vop_write_desc, etfs_write },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, etfs_fsync },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_readdir_desc, etfs_readdir },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, genfs_nullop },
	{ &vop_reclaim_desc, rumpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, genfs_nullop },
	{ &vop_pathconf_desc, genfs_pathconf },
	{ &vop_advlock_desc, rumpfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc etfs_vnodeop_opv_desc = { &etfs_vnodeop_p, etfs_vnodeop_entries };
