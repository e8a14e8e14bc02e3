/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The file system as a type: mounting, limits, vnodes of nodes, handles. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/cprng.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "tmpfs.h"

#define ROOT_INO       2
#define ARGS_VERSION   1
#define NODES_MIN      3    /* fewer are taken for "as many as you like" */
#define NODE_PER_BYTES 1024 /* one node for so many bytes, by default */
#define SIZE_UNLIMITED ((uint64_t)1 << 62)

/* The argument of mount(2): struct rump_tmpfs_args. */
struct tmpfs_args {
	int ta_version;
	uint64_t ta_nodes_max; /* 0: the default */
	int64_t ta_size_max;   /* bytes; 0: the default */
	uint32_t ta_root_uid;
	uint32_t ta_root_gid;
	uint32_t ta_root_mode;
};

static uint64_t tmpfs_secret; /* nobody can choose names whose hashes collide */

static const struct tmpfs_args default_args = {
	.ta_version = ARGS_VERSION,
	.ta_root_mode = 0777 | S_ISTXT,
};

/* ---- Arguments ---- */

static int
refuse(const struct mount *mp, const char *what, int64_t value)
{
	printf("tmpfs: %s: %s %lld\n", mp->mnt_stat.f_mntonname, what, (long long)value);
	return EINVAL;
}

static int
args_check(const struct mount *mp, const struct tmpfs_args *args)
{
	if (args->ta_version != ARGS_VERSION)
		return refuse(mp, "unknown version of arguments", args->ta_version);
	if (args->ta_size_max < 0)
		return refuse(mp, "negative size", args->ta_size_max);
	if (args->ta_nodes_max > INT64_MAX)
		return refuse(mp, "negative number of nodes", (int64_t)args->ta_nodes_max);
	if (args->ta_root_mode & ~(uint32_t)ALLPERMS)
		return refuse(mp, "root mode has unknown bits", args->ta_root_mode);
	if (args->ta_root_uid == (uint32_t)VNOVAL || args->ta_root_gid == (uint32_t)VNOVAL)
		return refuse(mp, "root owner is nobody's number", -1);
	return 0;
}

/* Limits, in whole pages, for what was asked. */
static void
args_limits(const struct tmpfs_args *args, uint64_t *sizep, uint64_t *nodesp)
{
	const uint64_t memory = (uint64_t)physmem << PAGE_SHIFT;

	*sizep = args->ta_size_max == 0
	    ? memory
	    : round_page(MIN((uint64_t)args->ta_size_max, SIZE_UNLIMITED));
	*nodesp = args->ta_nodes_max < NODES_MIN
	    ? MAX(MIN(*sizep, memory) / NODE_PER_BYTES, (uint64_t)NODES_MIN)
	    : args->ta_nodes_max;
}

/* ---- Mounting ---- */

static void
fill_args(const struct mount *mp, struct tmpfs_args *args)
{
	struct tmpfs_mount *const tm = MP_TO_TMPFS(mp);

	*args = (struct tmpfs_args){
		.ta_version = ARGS_VERSION,
		.ta_nodes_max = atomic_load_relaxed(&tm->tm_nodes_max),
		.ta_size_max = (int64_t)atomic_load_relaxed(&tm->tm_size_max),
		.ta_root_uid = tm->tm_root->tn_uid,
		.ta_root_gid = tm->tm_root->tn_gid,
		.ta_root_mode = tm->tm_root->tn_mode,
	};
}

/* args NULL: the limits stay. */
static int
update(struct mount *mp, const struct tmpfs_args *args)
{
	struct tmpfs_mount *const tm = MP_TO_TMPFS(mp);
	uint64_t size, nodes;
	int error;

	if (args != NULL) {
		args_limits(args, &size, &nodes);
		if (size < atomic_load_relaxed(&tm->tm_used))
			return refuse(mp, "more is in use than size", (int64_t)size);
		if (nodes < atomic_load_relaxed(&tm->tm_nnodes))
			return refuse(mp, "there are more than nodes", (int64_t)nodes);
	}
	if (mp->mnt_iflag & IMNT_WANTRDONLY) {
		error =
		    vflush(mp, NULL, WRITECLOSE | ((mp->mnt_flag & MNT_FORCE) ? FORCECLOSE : 0));
		if (error != 0)
			return error;
	}
	if (args != NULL) {
		atomic_store_relaxed(&tm->tm_size_max, size);
		atomic_store_relaxed(&tm->tm_nodes_max, nodes);
	}
	return 0;
}

static int
compare_ino(const struct tmpfs_node *tn, ino_t ino)
{
	return tn->tn_ino < ino ? -1 : tn->tn_ino > ino;
}

static int
handle_key(void *ctx, const void *a, const void *key)
{
	return compare_ino(a, *(const ino_t *)key);
}

static int
handle_nodes(void *ctx, const void *a, const void *b)
{
	return compare_ino(a, ((const struct tmpfs_node *)b)->tn_ino);
}

static const rb_tree_ops_t handle_ops = {
	.rbto_compare_nodes = handle_nodes,
	.rbto_compare_key = handle_key,
	.rbto_node_offset = offsetof(struct tmpfs_node, tn_handle),
};

static int
mount_new(struct mount *mp, const struct tmpfs_args *args)
{
	struct tmpfs_mount *const tm = kmem_zalloc(sizeof(*tm), KM_SLEEP);
	int error;

	mutex_init(&tm->tm_lock, MUTEX_DEFAULT, IPL_NONE);
	rb_tree_init(&tm->tm_handles, &handle_ops);
	tm->tm_seed = tmpfs_secret ^ (uintptr_t)tm;
	tm->tm_nextino = ROOT_INO - 1;
	args_limits(args, &tm->tm_size_max, &tm->tm_nodes_max);
	error = tmpfs_node_new(tm, VDIR, args->ta_root_mode, args->ta_root_uid, args->ta_root_gid,
	    NODEV, NULL, &tm->tm_root);
	if (error != 0) {
		mutex_destroy(&tm->tm_lock);
		kmem_free(tm, sizeof(*tm));
		return error;
	}
	/* The mount has the root as its links; its first reference was for a vnode. */
	tm->tm_root->tn_nlink = 2;
	tm->tm_root->tn_dir.dir_parent = tm->tm_root;
	mp->mnt_data = tm;
	mp->mnt_stat.f_namemax = NAME_MAX;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |=
	    IMNT_MPSAFE | IMNT_NCLOOKUP | IMNT_SHRLOOKUP | IMNT_DTYPE | IMNT_CAN_RWTORO;
	mp->mnt_fs_bshift = PAGE_SHIFT;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	vfs_getnewfsid(mp);
	return 0;
}

static int
tmpfs_mount(struct mount *mp, const char *path, void *data, size_t *len)
{
	const struct tmpfs_args *const args = *len == 0 ? NULL : data;
	int error;

	if (mp->mnt_flag & MNT_GETARGS) {
		if (mp->mnt_data == NULL || data == NULL || *len < sizeof(*args))
			return EINVAL;
		fill_args(mp, data);
		*len = sizeof(*args);
		return 0;
	}
	if (args != NULL && *len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_UPDATE) == 0) {
		error = set_statvfs_info(
		    path, UIO_USERSPACE, "tmpfs", UIO_SYSSPACE, mp->mnt_op->vfs_name, mp, curlwp);
		if (error != 0)
			return error;
	}
	if (args != NULL && (error = args_check(mp, args)) != 0)
		return error;
	if (mp->mnt_flag & MNT_UPDATE)
		return update(mp, args);
	return mount_new(mp, args != NULL ? args : &default_args);
}

/* Free all that is below root; nothing has a vnode.  Depth costs no stack. */
static void
free_tree(struct tmpfs_mount *tm, struct tmpfs_node *root)
{
	struct tmpfs_node *dir = root, *parent, *tn;
	struct tmpfs_dirent *td;

	for (;;) {
		td = tmpfs_dir_first(dir);
		if (td == NULL) {
			if (dir == root)
				return;
			parent = dir->tn_dir.dir_parent;
			tmpfs_node_unlink(tm, dir); /* "." */
			/* What was gone into is its parent's first entry. */
			tmpfs_dir_remove(tm, parent, tmpfs_dir_first(parent));
			dir = parent;
			continue;
		}
		tn = td->td_node;
		if (tn->tn_type == VDIR)
			dir = tn;
		else
			tmpfs_dir_remove(tm, dir, td);
	}
}

static int
tmpfs_unmount(struct mount *mp, int mntflags)
{
	struct tmpfs_mount *const tm = MP_TO_TMPFS(mp);
	int error;

	error = vflush(mp, NULL, (mntflags & MNT_FORCE) ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	free_tree(tm, tm->tm_root);
	tm->tm_root->tn_nlink = 0;
	tmpfs_node_rele(tm, tm->tm_root);
	KASSERT(tm->tm_nnodes == 0 && tm->tm_used == 0);
	mutex_destroy(&tm->tm_lock);
	kmem_free(tm, sizeof(*tm));
	mp->mnt_data = NULL;
	return 0;
}

static int
lock_vnode(int error, int lktype, struct vnode **vpp)
{
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
tmpfs_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	return lock_vnode(tmpfs_node_vnode(mp, MP_TO_TMPFS(mp)->tm_root, vpp), lktype, vpp);
}

static int
tmpfs_statvfs(struct mount *mp, struct statvfs *sb)
{
	struct tmpfs_mount *const tm = MP_TO_TMPFS(mp);
	const uint64_t size = atomic_load_relaxed(&tm->tm_size_max);
	const uint64_t nodes = atomic_load_relaxed(&tm->tm_nodes_max);

	sb->f_bsize = sb->f_frsize = sb->f_iosize = PAGE_SIZE;
	sb->f_blocks = size >> PAGE_SHIFT;
	sb->f_bfree = sb->f_bavail =
	    (size - MIN(size, atomic_load_relaxed(&tm->tm_used))) >> PAGE_SHIFT;
	sb->f_bresvd = 0;
	sb->f_files = nodes;
	sb->f_ffree = sb->f_favail = nodes - MIN(nodes, atomic_load_relaxed(&tm->tm_nnodes));
	sb->f_fresvd = 0;
	copy_statvfs_info(sb, mp);
	return 0;
}

static int
tmpfs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	return 0;
}

/* ---- Vnodes ---- */

static void
fill_vnode(struct mount *mp, struct vnode *vp, struct tmpfs_node *tn)
{
	vp->v_tag = VT_TMPFS;
	vp->v_type = tn->tn_type;
	vp->v_data = tn;
	vp->v_op = tmpfs_vnodeop_p;
	if (tn->tn_type == VBLK || tn->tn_type == VCHR) {
		vp->v_op = tmpfs_specop_p;
		spec_node_init(vp, tn->tn_rdev);
	} else if (tn->tn_type == VFIFO) {
		vp->v_op = tmpfs_fifoop_p;
	}
	if (tn == MP_TO_TMPFS(mp)->tm_root)
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, tn->tn_type == VREG ? tn->tn_size : 0);
}

/* The caller has what keeps the node: a locked directory with its name, or a reference. */
static int
tmpfs_loadvnode(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key)
{
	struct tmpfs_node *tn;

	KASSERT(key_len == sizeof(tn));
	memcpy(&tn, key, sizeof(tn));
	if (tn->tn_nlink == 0) /* a handle of a file that goes */
		return ESTALE;
	atomic_inc_32(&tn->tn_refs);
	fill_vnode(mp, vp, tn);
	tmpfs_cache_id(vp);
	*new_key = &tn->tn_self;
	return 0;
}

static int
tmpfs_newvnode(struct mount *mp, struct vnode *dvp, struct vnode *vp, struct vattr *va,
    kauth_cred_t cred, void *target, size_t *key_len, const void **new_key)
{
	struct genfs_attr ga;
	struct tmpfs_node *tn;
	int error;

	genfs_attr_new(&ga, dvp, &VP_TO_TMPFS(dvp)->tn_attr, va, cred);
	error = tmpfs_node_new(MP_TO_TMPFS(mp), va->va_type, ga.ga_mode, ga.ga_uid, ga.ga_gid,
	    va->va_rdev, target, &tn);
	if (error != 0)
		return error;
	fill_vnode(mp, vp, tn);
	*key_len = sizeof(tn->tn_self);
	*new_key = &tn->tn_self;
	return 0;
}

/* ---- Handles ---- */

/* The bytes of a handle: the number of the file, which no other file of the mount ever has. */
struct tmpfs_fid {
	uint16_t tf_len;
	uint16_t tf_zero;
	uint32_t tf_ino[2]; /* low, high */
};

static int
tmpfs_vptofh(struct vnode *vp, struct fid *fid, size_t *size)
{
	struct tmpfs_mount *const tm = VP_TO_TM(vp);
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	struct tmpfs_fid f = { .tf_len = sizeof(f) };
	const bool room = *size >= sizeof(f);

	*size = sizeof(f);
	if (!room)
		return E2BIG;
	f.tf_ino[0] = (uint32_t)tn->tn_ino;
	f.tf_ino[1] = (uint32_t)(tn->tn_ino >> 32);
	memcpy(fid, &f, sizeof(f));
	mutex_enter(&tm->tm_lock);
	if (!tn->tn_handled)
		(void)rb_tree_insert_node(&tm->tm_handles, tn);
	tn->tn_handled = true;
	mutex_exit(&tm->tm_lock);
	return 0;
}

/* A reference, unless the last one is being let go. */
static bool
node_tryref(struct tmpfs_node *tn)
{
	uint32_t refs = atomic_load_relaxed(&tn->tn_refs), seen;

	for (; refs > 0; refs = seen) {
		seen = atomic_cas_32(&tn->tn_refs, refs, refs + 1);
		if (seen == refs)
			return true;
	}
	return false;
}

static int
tmpfs_fhtovp(struct mount *mp, struct fid *fid, int lktype, struct vnode **vpp)
{
	struct tmpfs_mount *const tm = MP_TO_TMPFS(mp);
	struct tmpfs_node *tn;
	struct tmpfs_fid f;
	ino_t ino;
	int error;

	*vpp = NULL;
	if (fid->fid_len != sizeof(f))
		return EINVAL;
	memcpy(&f, fid, sizeof(f));
	ino = (ino_t)f.tf_ino[1] << 32 | f.tf_ino[0];
	mutex_enter(&tm->tm_lock);
	tn = rb_tree_find_node(&tm->tm_handles, &ino);
	if (tn != NULL && !node_tryref(tn))
		tn = NULL;
	mutex_exit(&tm->tm_lock);
	if (tn == NULL)
		return ESTALE;
	error = tmpfs_node_vnode(mp, tn, vpp);
	tmpfs_node_rele(tm, tn);
	return lock_vnode(error, lktype, vpp);
}

/* ---- The type ---- */

static const struct vnodeopv_desc *const tmpfs_opv_descs[] = {
	&tmpfs_vnodeop_opv_desc,
	&tmpfs_specop_opv_desc,
	&tmpfs_fifoop_opv_desc,
	NULL,
};

static struct vfsops tmpfs_vfsops = {
	.vfs_name = MOUNT_TMPFS,
	.vfs_min_mount_data = sizeof(struct tmpfs_args),
	.vfs_mount = tmpfs_mount,
	.vfs_unmount = tmpfs_unmount,
	.vfs_root = tmpfs_root,
	.vfs_statvfs = tmpfs_statvfs,
	.vfs_sync = tmpfs_sync,
	.vfs_loadvnode = tmpfs_loadvnode,
	.vfs_newvnode = tmpfs_newvnode,
	.vfs_fhtovp = tmpfs_fhtovp,
	.vfs_vptofh = tmpfs_vptofh,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_opv_descs = tmpfs_opv_descs,
};

MODULE(MODULE_CLASS_VFS, tmpfs, NULL);

static int
tmpfs_modcmd(modcmd_t cmd, void *arg)
{
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		tmpfs_secret = cprng_fast64();
		error = tmpfs_mem_init();
		if (error != 0)
			return error;
		error = vfs_attach(&tmpfs_vfsops);
		if (error != 0)
			tmpfs_mem_fini();
		return error;
	case MODULE_CMD_FINI:
		error = vfs_detach(&tmpfs_vfsops);
		if (error == 0)
			tmpfs_mem_fini();
		return error;
	default:
		return ENOTTY;
	}
}
