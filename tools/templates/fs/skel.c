/*
 * skel: a read-only file system of a few files, which lie in memory.  mount("skel", ...) takes no
 * argument.
 *
 * A file is an entry of skel_files[]; its number, the key of its vnode, is its index, 0 the
 * directory.  Nothing changes while it is mounted, so there are no locks but the vnodes' own.
 *
 * To make it yours: a mount finds its device and reads its superblock in skel_mount(), a vnode
 * its inode in skel_loadvnode(); names are in skel_find(), bytes in skel_read().
 */
#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/malloc.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <miscfs/genfs/genfs.h>
#include <uvm/uvm_extern.h>

#define SKEL_ROOT 0

static const struct {
	const char *name, *contents;
} skel_files[] = {
	{ "", NULL }, /* the directory */
	{ "hello", "hello, world\n" },
	{ "empty", "" },
	{ "readme", "This file system has three files.\n" },
};
#define SKEL_NFILES __arraycount(skel_files)

/* A file that has a vnode.  Locks: (i) immutable. */
struct skel_node {
	uint32_t sn_no;		/* (i) index in skel_files[], the vcache key */
	struct lockf *sn_lockf; /* lf_advlock()'s */
};
#define VTOSN(vp) ((struct skel_node *)(vp)->v_data)

/* Locks: (i) immutable while mounted. */
struct skel_mount {
	time_t sm_time; /* (i) of all files: when it was mounted */
};
#define MPTOSM(mp) ((struct skel_mount *)(mp)->mnt_data)

static pool_cache_t skel_node_cache;
static int (**skel_vnodeop_p)(void *);

static size_t
skel_size(uint32_t no)
{
	return no == SKEL_ROOT ? 0 : strlen(skel_files[no].contents);
}

/* ---- Vnode operations ---- */

/* The number of a name.  errors: ENOENT. */
static int
skel_find(const char *name, size_t len, uint32_t *no)
{
	for (uint32_t i = SKEL_ROOT + 1; i < SKEL_NFILES; i++) {
		if (strlen(skel_files[i].name) != len || memcmp(skel_files[i].name, name, len) != 0)
			continue;
		*no = i;
		return 0;
	}
	return ENOENT;
}

static int
skel_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp;
	struct componentname *const cnp = ap->a_cnp;
	const bool last = (cnp->cn_flags & ISLASTCN) != 0;
	uint32_t no;
	int error;

	*ap->a_vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (last && (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME))
		return EROFS;
	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_nameiop, cnp->cn_flags,
		NULL, ap->a_vpp))
		return *ap->a_vpp == NULL ? ENOENT : 0;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	error = skel_find(cnp->cn_nameptr, cnp->cn_namelen, &no);
	if (error != 0 && last && cnp->cn_nameiop == CREATE)
		return EROFS;
	if (error == 0)
		error = vcache_get(dvp->v_mount, &no, sizeof(no), ap->a_vpp);
	if (error == 0 || error == ENOENT)
		cache_enter(dvp, *ap->a_vpp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return error;
}

static int
skel_access(void *v)
{
	struct vop_access_args *const ap = v;
	const mode_t mode = ap->a_vp->v_type == VDIR ? 0555 : 0444;

	if (ap->a_accmode & VWRITE)
		return EROFS;
	return kauth_authorize_vnode(ap->a_cred,
	    kauth_access_action((int)ap->a_accmode, ap->a_vp->v_type, mode), ap->a_vp, NULL,
	    genfs_can_access(ap->a_vp, ap->a_cred, 0, 0, mode, NULL, ap->a_accmode));
}

static int
skel_getattr(void *v)
{
	struct vop_getattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct vattr *const va = ap->a_vap;
	const struct timespec ts = { .tv_sec = MPTOSM(vp->v_mount)->sm_time };

	vattr_null(va);
	va->va_type = vp->v_type;
	va->va_mode = vp->v_type == VDIR ? 0555 : 0444;
	va->va_nlink = vp->v_type == VDIR ? 2 : 1;
	va->va_uid = 0;
	va->va_gid = 0;
	va->va_fsid = (dev_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	va->va_fileid = VTOSN(vp)->sn_no + 1;
	va->va_size = va->va_bytes = skel_size(VTOSN(vp)->sn_no);
	va->va_blocksize = PAGE_SIZE;
	va->va_atime = va->va_mtime = va->va_ctime = va->va_birthtime = ts;
	va->va_gen = 0;
	va->va_flags = 0;
	va->va_rdev = NODEV;
	va->va_filerev = 0;
	va->va_vaflags = 0;
	return 0;
}

static int
skel_read(void *v)
{
	struct vop_read_args *const ap = v;
	const uint32_t no = VTOSN(ap->a_vp)->sn_no;

	if (ap->a_vp->v_type != VREG)
		return EISDIR;
	if (ap->a_uio->uio_offset < 0)
		return EINVAL;
	return uiomove_frombuf(__UNCONST(skel_files[no].contents), skel_size(no), ap->a_uio);
}

/* The entry at a position: 0 is ".", 1 "..", n + 1 file n. */
static bool
skel_entry(off_t pos, struct dirent *de)
{
	const char *const name = pos == 0 ? "." : pos == 1 ? ".." : skel_files[pos - 1].name;

	if (pos - 1 >= (off_t)SKEL_NFILES)
		return false;
	memset(de, 0, _DIRENT_RECLEN(de, strlen(name)));
	de->d_fileno = pos < 2 ? SKEL_ROOT + 1 : (ino_t)pos;
	de->d_type = pos < 2 ? DT_DIR : DT_REG;
	de->d_namlen = (uint16_t)strlen(name);
	memcpy(de->d_name, name, de->d_namlen);
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	return true;
}

static int
skel_readdir(void *v)
{
	struct vop_readdir_args *const ap = v;
	struct uio *const uio = ap->a_uio;
	off_t pos = uio->uio_offset, *cookies = NULL;
	struct dirent de;
	bool more = true;
	int error = 0, n = 0;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (pos < 0 || pos > (off_t)SKEL_NFILES + 1)
		return EINVAL;
	if (ap->a_cookies != NULL)
		cookies = malloc((SKEL_NFILES + 1) * sizeof(*cookies), M_TEMP, M_WAITOK);
	while (pos <= (off_t)SKEL_NFILES && (more = skel_entry(pos, &de)) &&
	    uio->uio_resid >= de.d_reclen) {
		error = uiomove(&de, de.d_reclen, uio);
		if (error != 0)
			break;
		pos++;
		if (cookies != NULL)
			cookies[n] = pos;
		n++;
	}
	more = more && pos <= (off_t)SKEL_NFILES;
	if (error == 0 && more && n == 0)
		error = EINVAL; /* no room for one entry */
	uio->uio_offset = pos;
	if (error != 0) {
		if (cookies != NULL)
			free(cookies, M_TEMP);
		return error;
	}
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = !more;
	if (ap->a_cookies != NULL) {
		*ap->a_cookies = cookies;
		*ap->a_ncookies = n;
	}
	return 0;
}

static int
skel_erofs(void *v)
{
	return EROFS;
}

static int
skel_advlock(void *v)
{
	struct vop_advlock_args *const ap = v;

	return lf_advlock(ap, &VTOSN(ap->a_vp)->sn_lockf, (off_t)skel_size(VTOSN(ap->a_vp)->sn_no));
}

static int
skel_inactive(void *v)
{
	struct vop_inactive_v2_args *const ap = v;

	*ap->a_recycle = false;
	return 0;
}

static int
skel_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;
	struct skel_node *const sn = VTOSN(ap->a_vp);

	VOP_UNLOCK(ap->a_vp);
	ap->a_vp->v_data = NULL;
	pool_cache_put(skel_node_cache, sn);
	return 0;
}

static int
skel_print(void *v)
{
	struct vop_print_args *const ap = v;

	printf("skel file %u\n", VTOSN(ap->a_vp)->sn_no);
	return 0;
}

static const struct vnodeopv_entry_desc skel_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, skel_lookup },
	{ &vop_create_desc, skel_erofs },
	{ &vop_mknod_desc, skel_erofs },
	{ &vop_open_desc, genfs_nullop },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, skel_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, skel_getattr },
	{ &vop_setattr_desc, skel_erofs },
	{ &vop_read_desc, skel_read },
	{ &vop_write_desc, skel_erofs },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, genfs_eopnotsupp },
	{ &vop_link_desc, genfs_erofs_link },
	{ &vop_rename_desc, genfs_eopnotsupp },
	{ &vop_mkdir_desc, skel_erofs },
	{ &vop_rmdir_desc, genfs_eopnotsupp },
	{ &vop_symlink_desc, genfs_erofs_symlink },
	{ &vop_readdir_desc, skel_readdir },
	{ &vop_readlink_desc, genfs_einval },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, skel_inactive },
	{ &vop_reclaim_desc, skel_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, skel_print },
	{ &vop_pathconf_desc, genfs_pathconf },
	{ &vop_advlock_desc, skel_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
static const struct vnodeopv_desc skel_vnodeop_opv_desc = { &skel_vnodeop_p, skel_vnodeop_entries };
static const struct vnodeopv_desc *const skel_opv_descs[] = { &skel_vnodeop_opv_desc, NULL };

/* ---- The mount ---- */

static int
skel_mount(struct mount *mp, const char *path, void *data, size_t *len)
{
	struct skel_mount *sm;
	int error;

	if (mp->mnt_flag & MNT_GETARGS) {
		*len = 0;
		return 0;
	}
	if ((mp->mnt_flag & MNT_RDONLY) == 0 || (mp->mnt_iflag & IMNT_WANTRDWR) != 0)
		return EROFS;
	if (mp->mnt_flag & MNT_UPDATE)
		return 0;
	error = set_statvfs_info(
	    path, UIO_USERSPACE, "skel", UIO_SYSSPACE, mp->mnt_op->vfs_name, mp, curlwp);
	if (error != 0)
		return error;
	sm = kmem_zalloc(sizeof(*sm), KM_SLEEP);
	sm->sm_time = time_second;
	mp->mnt_data = sm;
	mp->mnt_stat.f_namemax = NAME_MAX;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_NCLOOKUP | IMNT_SHRLOOKUP | IMNT_DTYPE;
	vfs_getnewfsid(mp);
	return 0;
}

static int
skel_unmount(struct mount *mp, int flags)
{
	const int error = vflush(mp, NULL, (flags & MNT_FORCE) ? FORCECLOSE : 0);

	if (error != 0)
		return error;
	kmem_free(MPTOSM(mp), sizeof(struct skel_mount));
	mp->mnt_data = NULL;
	return 0;
}

static int
skel_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	const uint32_t no = SKEL_ROOT;
	int error;

	error = vcache_get(mp, &no, sizeof(no), vpp);
	if (error == 0 && lktype != LK_NONE) {
		error = vn_lock(*vpp, lktype);
		if (error != 0) {
			vrele(*vpp);
			*vpp = NULL;
		}
	}
	return error;
}

static int
skel_statvfs(struct mount *mp, struct statvfs *sb)
{
	sb->f_bsize = sb->f_frsize = sb->f_iosize = PAGE_SIZE;
	sb->f_blocks = 1;
	sb->f_bfree = sb->f_bavail = sb->f_bresvd = 0;
	sb->f_files = SKEL_NFILES;
	sb->f_ffree = sb->f_favail = sb->f_fresvd = 0;
	copy_statvfs_info(sb, mp);
	return 0;
}

static int
skel_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	return 0;
}

static int
skel_loadvnode(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key)
{
	struct skel_node *sn;
	uint32_t no;

	memcpy(&no, key, sizeof(no));
	if (no >= SKEL_NFILES)
		return ESTALE;
	sn = pool_cache_get(skel_node_cache, PR_WAITOK);
	sn->sn_no = no;
	sn->sn_lockf = NULL;
	vp->v_data = sn;
	vp->v_op = skel_vnodeop_p;
	vp->v_type = no == SKEL_ROOT ? VDIR : VREG;
	if (no == SKEL_ROOT)
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, (voff_t)skel_size(no));
	if (no == SKEL_ROOT) /* paths are then walked through it in the cache */
		cache_enter_id(vp, 0555, 0, 0, true);
	*new_key = &sn->sn_no;
	return 0;
}

static struct vfsops skel_vfsops = {
	.vfs_name = "skel",
	.vfs_mount = skel_mount,
	.vfs_unmount = skel_unmount,
	.vfs_root = skel_root,
	.vfs_statvfs = skel_statvfs,
	.vfs_sync = skel_sync,
	.vfs_loadvnode = skel_loadvnode,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_opv_descs = skel_opv_descs,
};

MODULE(MODULE_CLASS_VFS, skel, NULL);

static int
skel_modcmd(modcmd_t cmd, void *arg)
{
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		skel_node_cache = pool_cache_init(sizeof(struct skel_node), 0, 0, 0, "skelnode",
		    NULL, IPL_NONE, NULL, NULL, NULL);
		error = vfs_attach(&skel_vfsops);
		if (error != 0)
			pool_cache_destroy(skel_node_cache);
		return error;
	case MODULE_CMD_FINI:
		error = vfs_detach(&skel_vfsops);
		if (error == 0)
			pool_cache_destroy(skel_node_cache);
		return error;
	default:
		return ENOTTY;
	}
}
