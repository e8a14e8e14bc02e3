/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Mounted file systems and file-system types: vfs(9), vfsops(9), vfssubr(9). */
#ifndef KPI_SYS_MOUNT_H
#define KPI_SYS_MOUNT_H

#include <sys/types.h>
#include <sys/fstypes.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/specificdata.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/vnode.h>

/* Names of file-system types, as mount(2) takes them. */
#define MOUNT_FFS      "ffs"
#define MOUNT_UFS      MOUNT_FFS
#define MOUNT_NFS      "nfs"
#define MOUNT_MFS      "mfs"
#define MOUNT_MSDOS    "msdos"
#define MOUNT_LFS      "lfs"
#define MOUNT_FDESC    "fdesc"
#define MOUNT_NULL     "null"
#define MOUNT_OVERLAY  "overlay"
#define MOUNT_UMAP     "umap"
#define MOUNT_KERNFS   "kernfs"
#define MOUNT_PROCFS   "procfs"
#define MOUNT_CD9660   "cd9660"
#define MOUNT_UNION    "union"
#define MOUNT_ADOSFS   "adosfs"
#define MOUNT_EXT2FS   "ext2fs"
#define MOUNT_EXT4     "ext4"
#define MOUNT_FILECORE "filecore"
#define MOUNT_NTFS     "ntfs"
#define MOUNT_SMBFS    "smbfs"
#define MOUNT_PTYFS    "ptyfs"
#define MOUNT_TMPFS    "tmpfs"
#define MOUNT_UDF      "udf"
#define MOUNT_SYSVBFS  "sysvbfs"
#define MOUNT_PUFFS    "puffs"
#define MOUNT_HFS      "hfs"
#define MOUNT_EFS      "efs"
#define MOUNT_ZFS      "zfs"
#define MOUNT_NILFS    "nilfs"
#define MOUNT_RUMPFS   "rumpfs"
#define MOUNT_V7FS     "v7fs"
#define MOUNT_AUTOFS   "autofs"
#define MOUNT_CHFS     "chfs"

struct quotactl_args;
struct vnode_impl;
struct mount_fstrans;
struct wapbl_ops;

TAILQ_HEAD(vnodelst, vnode_impl);

/*
 * Locks: (a) atomic, (i) immutable while mounted, (l) mnt_vnodelock, (m) mountlist_lock,
 * (u) mnt_updating.
 */
struct mount {
	TAILQ_ENTRY(mount) mnt_list;   /* (m) */
	struct vnodelst mnt_vnodelist; /* (l) all its vnodes */
	unsigned int mnt_nvnodes;      /* (l) how many, without markers */
	kmutex_t mnt_vnodelock_store;
	kmutex_t *mnt_vnodelock;	     /* (i) */
	struct vfsops *mnt_op;		     /* (i) */
	struct vnode *mnt_vnodecovered;	     /* (i) referenced; NULL: the root */
	struct mount *mnt_lower;	     /* (i) below a layer */
	struct mount_fstrans *mnt_transinfo; /* fstrans */
	void *mnt_data;			     /* the file system's */
	kmutex_t mnt_renamelock_store;
	kmutex_t *mnt_renamelock; /* (i) serialises renames of directories */
	kmutex_t mnt_updating_store;
	kmutex_t *mnt_updating;	     /* (i) update and unmount exclude each other */
	unsigned int mnt_flag;	     /* (u) MNT_*; read without a lock */
	unsigned int mnt_iflag;	     /* (u) IMNT_* */
	unsigned int mnt_refcnt;     /* (a) keeps the memory */
	unsigned int mnt_busynest;   /* (a) vfs_busy() holders, and bits of the gate */
	struct vnode *mnt_rootcache; /* (a) a hint, without reference: VFS_ROOT()'s last */
	int mnt_synclist_slot;
	int mnt_fs_bshift;  /* (i) log2 of the block size */
	int mnt_dev_bshift; /* (i) log2 of the device's block size */
	struct wapbl_ops *mnt_wapbl_op;
	void *mnt_wapbl;
	void *mnt_wapbl_replay;
	uint32_t mnt_wberr;	 /* (a) the last write error in it */
	uint32_t mnt_wberr_meta; /* (a) likewise, of its metadata */
	uint64_t mnt_gen;	 /* (i) unique in this kernel */
	specificdata_reference mnt_specdataref;
	struct statvfs mnt_stat;      /* (u) what statvfs(2) says; cached */
	struct rump_rcu_head mnt_rcu; /* freed after a grace period */
};

struct vfsops {
	const char *vfs_name;
	size_t vfs_min_mount_data; /* bytes that mount(2) must give */
	/*
	 * Mount, or update (MNT_UPDATE).  *len: bytes of data, in and out.  locks: mnt_updating.
	 * With MNT_GETARGS data is filled in.
	 */
	int (*vfs_mount)(struct mount *, const char *path, void *data, size_t *len);
	int (*vfs_start)(struct mount *, int flags);
	/* flags: MNT_FORCE.  Flush and free everything but the struct mount. */
	int (*vfs_unmount)(struct mount *, int flags);
	/* The root vnode, referenced and locked as lktype says (LK_NONE: not). */
	int (*vfs_root)(struct mount *, int lktype, struct vnode **vpp);
	int (*vfs_quotactl)(struct mount *, struct quotactl_args *);
	int (*vfs_statvfs)(struct mount *, struct statvfs *);
	int (*vfs_sync)(struct mount *, int waitfor, kauth_cred_t);
	int (*vfs_vget)(struct mount *, ino_t, int lktype, struct vnode **vpp);
	/* Fill vp for key: v_tag, v_op, v_data, v_type.  *new_key: the key's lasting copy. */
	int (*vfs_loadvnode)(
	    struct mount *, struct vnode *, const void *key, size_t key_len, const void **new_key);
	int (*vfs_newvnode)(struct mount *, struct vnode *dvp, struct vnode *, struct vattr *,
	    kauth_cred_t, void *extra, size_t *key_len, const void **new_key);
	int (*vfs_fhtovp)(struct mount *, struct fid *, int lktype, struct vnode **vpp);
	/* *size: room in fid, then bytes needed (E2BIG when too small). */
	int (*vfs_vptofh)(struct vnode *, struct fid *, size_t *size);
	void (*vfs_init)(void);
	void (*vfs_reinit)(void);
	void (*vfs_done)(void);
	int (*vfs_mountroot)(void);
	int (*vfs_snapshot)(struct mount *, struct vnode *, struct timespec *);
	int (*vfs_extattrctl)(struct mount *, int, struct vnode *, int, const char *);
	int (*vfs_suspendctl)(struct mount *, int);
	int (*vfs_renamelock_enter)(struct mount *);
	void (*vfs_renamelock_exit)(struct mount *);
	int (*vfs_fsync)(struct vnode *, int);
	const struct vnodeopv_desc *const *vfs_opv_descs; /* NULL at the end */
	int vfs_refcount;				  /* of vfs_list_lock */
	LIST_ENTRY(vfsops) vfs_list;
};
LIST_HEAD(vfs_list_head, vfsops);

#define SUSPEND_SUSPEND 1
#define SUSPEND_RESUME	2

extern struct vfs_list_head vfs_list;
extern kmutex_t vfs_list_lock;
extern kmutex_t mountlist_lock;
extern struct mount *dead_rootmount;

/* Calls of a mount's operations; those that an old file system lacks are ENOTSUP or no-ops. */
int VFS_MOUNT(struct mount *, const char *, void *, size_t *);
int VFS_START(struct mount *, int);
int VFS_UNMOUNT(struct mount *, int);
int VFS_ROOT(struct mount *, int lktype, struct vnode **);
int VFS_QUOTACTL(struct mount *, struct quotactl_args *);
int VFS_STATVFS(struct mount *, struct statvfs *);
int VFS_SYNC(struct mount *, int, kauth_cred_t);
int VFS_VGET(struct mount *, ino_t, int lktype, struct vnode **);
int VFS_LOADVNODE(struct mount *, struct vnode *, const void *, size_t, const void **);
int VFS_NEWVNODE(struct mount *, struct vnode *, struct vnode *, struct vattr *, kauth_cred_t,
    void *, size_t *, const void **);
int VFS_FHTOVP(struct mount *, struct fid *, int lktype, struct vnode **);
int VFS_VPTOFH(struct vnode *, struct fid *, size_t *);
int VFS_SNAPSHOT(struct mount *, struct vnode *, struct timespec *);
int VFS_EXTATTRCTL(struct mount *, int, struct vnode *, int, const char *);
int VFS_SUSPENDCTL(struct mount *, int);
int VFS_RENAMELOCK_ENTER(struct mount *);
void VFS_RENAMELOCK_EXIT(struct mount *);
int VFS_FSYNC(struct vnode *, int);

/* Hooks that every mount and unmount calls: vfs_hooks(9). */
struct vfs_hooks {
	int (*vh_unmount)(struct mount *);
	int (*vh_reexport)(struct mount *, const char *, void *);
	void (*vh_future_expansion_1)(void);
	void (*vh_future_expansion_2)(void);
	void (*vh_future_expansion_3)(void);
	LIST_ENTRY(vfs_hooks) vfs_hooks_list;
};
int vfs_hooks_attach(struct vfs_hooks *);
int vfs_hooks_detach(struct vfs_hooks *);
void vfs_hooks_unmount(struct mount *);

/* ---- File-system types ---- */

/* Make a type known.  errors: EEXIST. */
int vfs_attach(struct vfsops *);
/* errors: EBUSY (mounted), ESRCH. */
int vfs_detach(struct vfsops *);
/* owns: a reference on the type, given back by vfs_delref(). */
struct vfsops *vfs_getopsbyname(const char *);
void vfs_delref(struct vfsops *);
void vfs_reinit(void);
void vfs_opv_init(const struct vnodeopv_desc *const *);
void vfs_opv_free(const struct vnodeopv_desc *const *);
long makefstype(const char *);

/* ---- Mounts ---- */

/* A mount that is on no list, with one reference; vfs_set_lowermount() for layers. */
struct mount *vfs_mountalloc(struct vfsops *, struct vnode *covered);
int vfs_rootmountalloc(const char *fstypename, const char *devname, struct mount **mpp);
void vfs_set_lowermount(struct mount *, struct mount *lower);
/* References keep the memory; busy keeps it mounted. */
void vfs_ref(struct mount *);
void vfs_rele(struct mount *);
#define vfs_destroy(mp) vfs_rele(mp)
/* errors: ENOENT when it is going away, EBUSY (vfs_trybusy) when that is not certain yet. */
int vfs_busy(struct mount *);
int vfs_trybusy(struct mount *);
void vfs_unbusy(struct mount *);
/* owns: a reference. */
struct mount *vfs_getvfs(fsid_t *);
void vfs_getnewfsid(struct mount *);
void mountlist_append(struct mount *);
/*
 * Iterate over the mounts; each comes busy, and stays so until the next call.  A mount that goes
 * away is skipped, the iterator stays valid.
 */
typedef struct mount_iterator mount_iterator_t;
void mountlist_iterator_init(mount_iterator_t **);
void mountlist_iterator_destroy(mount_iterator_t *);
struct mount *mountlist_iterator_next(mount_iterator_t *);
struct mount *mountlist_iterator_trynext(mount_iterator_t *);
struct mount *_mountlist_next(struct mount *);

/* errors: EBUSY, EPERM, those of the file system. */
int dounmount(struct mount *, int flags, struct lwp *);
int do_sys_mount(struct lwp *, const char *type, enum uio_seg, const char *path, int flags,
    void *data, enum uio_seg, size_t len, register_t *);
int mount_domount(struct lwp *, struct vnode **vpp, struct vfsops *, const char *path, int flags,
    void *data, size_t *len);
/* Sync and unmount all in reverse order of mounting; false when some stayed. */
bool vfs_unmountall(struct lwp *);
bool vfs_unmountall1(struct lwp *, bool force, bool verbose);
void vfs_sync_all(struct lwp *);
void vfs_shutdown(void);
int vfs_mountroot(void);
int vfs_mountedon(struct vnode *);
int vfs_mount_print(struct mount *, int, void (*)(const char *, ...));

/* ---- Every vnode of a mount ---- */

struct vnode_iterator;
void vfs_vnode_iterator_init(struct mount *, struct vnode_iterator **);
void vfs_vnode_iterator_destroy(struct vnode_iterator *);
/*
 * The next vnode for which filter (NULL: all) is true, referenced; NULL at the end.
 * filter: locks: v_interlock held; does not sleep.
 */
struct vnode *vfs_vnode_iterator_next(
    struct vnode_iterator *, bool (*filter)(void *, struct vnode *), void *cookie);

/* ---- For file systems ---- */

/* Names of mount point and device into mnt_stat. */
int set_statvfs_info(const char *onp, int ukon, const char *fromp, int ukfrom, const char *vfsname,
    struct mount *, struct lwp *);
/* What mnt_stat caches (names, fsid, flags) into sbp. */
void copy_statvfs_info(struct statvfs *sbp, const struct mount *);
int vfs_stdextattrctl(struct mount *, int, struct vnode *, int, const char *);
/* "Now" for file times: vfs_timestamp(9). */
void vfs_timestamp(struct timespec *);
void setrootfstime(time_t);
time_t vfs_bound_time(time_t);

/* fd gives handles out: vfs_composefh(9).  *fh_size: in room, out needed; E2BIG. */
int vfs_composefh(struct vnode *, fhandle_t *, size_t *);
int vfs_composefh_alloc(struct vnode *, fhandle_t **);
void vfs_composefh_free(fhandle_t *);
int vfs_fhtovp(fhandle_t *, struct vnode **);
int vfs_copyinfh_alloc(const void *ufhp, size_t fhsize, fhandle_t **fhpp);
void vfs_copyinfh_free(fhandle_t *);
#define FHANDLE_FSID(fh)		 (&(fh)->fh_fsid)
#define FHANDLE_FILEID(fh)		 (&(fh)->fh_fid)
#define FHANDLE_SIZE_FROM_FILEID_SIZE(s) (offsetof(fhandle_t, fh_fid) + (s))

/* ---- Data hung onto mounts ---- */

typedef specificdata_key_t mount_specific_key_t;
int mount_specific_key_create(specificdata_key_t *, specificdata_dtor_t);
void mount_specific_key_delete(specificdata_key_t);
void mount_initspecific(struct mount *);
void mount_finispecific(struct mount *);
void *mount_getspecific(struct mount *, specificdata_key_t);
void mount_setspecific(struct mount *, specificdata_key_t, void *);

#endif /* KPI_SYS_MOUNT_H */
