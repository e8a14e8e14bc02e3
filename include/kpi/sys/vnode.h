/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Vnodes: a file as the kernel knows it, whatever file system it lies on.  vnode(9), vattr(9),
 * vnsubr(9), vcache(9), namecache(9).  How they live and die: lib/librumpvfs/README.md.
 */
#ifndef KPI_SYS_VNODE_H
#define KPI_SYS_VNODE_H

#include <sys/types.h>
#include <sys/param.h>
#include <sys/acl.h>
#include <sys/condvar.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <uvm/uvm_object.h>

enum vtype { VNON, VREG, VDIR, VBLK, VCHR, VLNK, VSOCK, VFIFO, VBAD };
#define VNODE_TYPES "VNON", "VREG", "VDIR", "VBLK", "VCHR", "VLNK", "VSOCK", "VFIFO", "VBAD"

/* Which file system a vnode is of: for printing, and for file systems to know their own. */
enum vtagtype {
	VT_NON,
	VT_UFS,
	VT_NFS,
	VT_MFS,
	VT_MSDOSFS,
	VT_LFS,
	VT_LOFS,
	VT_FDESC,
	VT_PORTAL,
	VT_NULL,
	VT_UMAP,
	VT_KERNFS,
	VT_PROCFS,
	VT_AFS,
	VT_ISOFS,
	VT_UNION,
	VT_ADOSFS,
	VT_EXT2FS,
	VT_CODA,
	VT_FILECORE,
	VT_NTFS,
	VT_VFS,
	VT_OVERLAY,
	VT_SMBFS,
	VT_PTYFS,
	VT_TMPFS,
	VT_UDF,
	VT_SYSVBFS,
	VT_PUFFS,
	VT_HFS,
	VT_EFS,
	VT_ZFS,
	VT_RUMP,
	VT_NILFS,
	VT_V7FS,
	VT_CHFS,
	VT_AUTOFS
};
#define VNODE_TAGS                                                                                \
	"VT_NON", "VT_UFS", "VT_NFS", "VT_MFS", "VT_MSDOSFS", "VT_LFS", "VT_LOFS", "VT_FDESC",    \
	    "VT_PORTAL", "VT_NULL", "VT_UMAP", "VT_KERNFS", "VT_PROCFS", "VT_AFS", "VT_ISOFS",    \
	    "VT_UNION", "VT_ADOSFS", "VT_EXT2FS", "VT_CODA", "VT_FILECORE", "VT_NTFS", "VT_VFS",  \
	    "VT_OVERLAY", "VT_SMBFS", "VT_PTYFS", "VT_TMPFS", "VT_UDF", "VT_SYSVBFS", "VT_PUFFS", \
	    "VT_HFS", "VT_EFS", "VT_ZFS", "VT_RUMP", "VT_NILFS", "VT_V7FS", "VT_CHFS", "VT_AUTOFS"

struct buf;
struct componentname;
struct fifoinfo;
struct file;
struct flock;
struct knote;
struct nameidata;
struct pathbuf;
struct socket;
struct specnode;
struct stat;
struct uvm_ractx;
struct vm_page;
struct vnode_iterator;
struct vnode_klist;

LIST_HEAD(buflists, buf);

/*
 * Locks: (a) atomic, (i) v_interlock, (k) immutable while the vnode is referenced,
 * (m) bufcache_lock, (u) v_uobj.vmobjlock, (v) the vnode lock, (x) vnode lock or exclusive owner
 * as the file system decides.
 */
struct vnode {
	struct uvm_object v_uobj;     /* (u) pages */
	voff_t v_size;		      /* (u) file size */
	voff_t v_writesize;	      /* (u) size once the write under way is done */
	kcondvar_t v_cv;	      /* (i) v_numoutput, v_state */
	int (**v_op)(void *);	      /* (k) operations */
	struct mount *v_mount;	      /* (k) */
	void *v_data;		      /* (x) the file system's node */
	unsigned int v_iflag;	      /* (i) VI_* */
	unsigned int v_vflag;	      /* (v) VV_* */
	unsigned int v_uflag;	      /* (u) VU_* */
	unsigned int v_usecount;      /* (a) see vrefcnt() */
	int v_numoutput;	      /* (i) writes under way */
	int v_writecount;	      /* (i) opens for writing */
	int v_holdcnt;		      /* (i) buffers and pages that need the vnode's memory */
	enum vtype v_type;	      /* (k) */
	enum vtagtype v_tag;	      /* (k) */
	struct buflists v_cleanblkhd; /* (m) */
	struct buflists v_dirtyblkhd; /* (m) */
	union {
		struct mount *vu_mountedhere; /* (v) VDIR */
		struct socket *vu_socket;     /* (v) VSOCK */
		struct specnode *vu_specnode; /* (v) VCHR, VBLK */
		struct fifoinfo *vu_fifoinfo; /* (v) VFIFO */
		struct uvm_ractx *vu_ractx;   /* (u) VREG */
	} v_un;
	struct vnode_klist *v_klist; /* (i) */
	void *v_segvguard;
	kmutex_t *v_interlock; /* (k) */
};
#define v_mountedhere v_un.vu_mountedhere
#define v_socket      v_un.vu_socket
#define v_specnode    v_un.vu_specnode
#define v_fifoinfo    v_un.vu_fifoinfo
#define v_ractx	      v_un.vu_ractx

typedef struct vnode vnode_t;

struct vnode_klist {
	struct klist vk_klist;
	long vk_interest; /* NOTE_* that somebody waits for */
};

/* v_vflag */
#define VV_ROOT	     0x00000001 /* root of its file system */
#define VV_SYSTEM    0x00000002 /* the file system's own: vflush(SKIPSYSTEM) leaves it */
#define VV_ISTTY     0x00000004
#define VV_MAPPED    0x00000008
#define VV_LOCKSWORK 0x00000010 /* VOP_ADVLOCK is supported */
#define VV_NOEXT     0x00000020
#define VV_MPSAFE    0x00000040 /* operations need no kernel lock */
#define VV_MAGIC     0x00000080
#define VV_LAYER     0x00000100
/* v_iflag */
#define VI_TEXT	     0x00000100
#define VI_EXECMAP   0x00000200
#define VI_WRMAP     0x00000400
#define VI_PAGES     0x00000800
#define VI_ONWORKLST 0x00004000 /* the syncer knows it */
#define VI_DEADCHECK 0x00008000
/* v_uflag */
#define VU_DIROP     0x01000000

/* Attributes: vattr(9).  A field that is VNOVAL is not to be changed by VOP_SETATTR. */
struct vattr {
	enum vtype va_type;
	mode_t va_mode; /* permission bits, without the type */
	nlink_t va_nlink;
	uid_t va_uid;
	gid_t va_gid;
	dev_t va_fsid;
	ino_t va_fileid;
	u_quad_t va_size;  /* bytes */
	long va_blocksize; /* best size for I/O, bytes */
	struct timespec va_atime;
	struct timespec va_mtime;
	struct timespec va_ctime;
	struct timespec va_birthtime;
	u_long va_gen;
	u_long va_flags;   /* UF_*, SF_* */
	dev_t va_rdev;	   /* of devices, NODEV otherwise */
	u_quad_t va_bytes; /* held on the disk */
	u_quad_t va_filerev;
	unsigned int va_vaflags; /* VA_* */
	long va_spare;
};
#define VNOVAL	       (-1)
#define VNOVALSIZE     ((u_quad_t)-1)
#define VNOVALFLAGS    ((u_long)-1)
#define VA_UTIMES_NULL 0x01 /* times are "now": the owner is not required */
#define VA_EXCLUSIVE   0x02 /* create with O_EXCL */

/* VOP_READ and VOP_WRITE. */
#define IO_UNIT		 0x00010 /* all or nothing */
#define IO_APPEND	 0x00020
#define IO_NODELOCKED	 0x00080 /* vn_rdwr(): the vnode is locked already */
#define IO_NDELAY	 0x00100
#define IO_DSYNC	 0x00200
#define IO_SYNC		 (0x40 | IO_DSYNC)
#define IO_ALTSEMANTICS	 0x00400
#define IO_NORMAL	 0x00800
#define IO_EXT		 0x01000
#define IO_DIRECT	 0x02000
#define IO_JOURNALLOCKED 0x04000
#define IO_ADV_MASK	 0x00003 /* UVM_ADV_* */
#define IO_ADV_SHIFT	 0
#define IO_ADV_ENCODE(a) (((a) << IO_ADV_SHIFT) & IO_ADV_MASK)
#define IO_ADV_DECODE(f) (((f)&IO_ADV_MASK) >> IO_ADV_SHIFT)

/* VOP_ACCESS and VOP_ACCESSX. */
typedef unsigned int accmode_t;
#define VEXEC		   000000000100
#define VWRITE		   000000000200
#define VREAD		   000000000400
#define VADMIN		   000000010000 /* to be the owner or a superuser */
#define VAPPEND		   000000040000
#define VEXPLICIT_DENY	   000000100000
#define VREAD_NAMED_ATTRS  000000200000
#define VWRITE_NAMED_ATTRS 000000400000
#define VDELETE_CHILD	   000001000000
#define VREAD_ATTRIBUTES   000002000000
#define VWRITE_ATTRIBUTES  000004000000
#define VDELETE		   000010000000
#define VREAD_ACL	   000020000000
#define VWRITE_ACL	   000040000000
#define VWRITE_OWNER	   000100000000
#define VSYNCHRONIZE	   000200000000
#define VCREAT		   000400000000
#define VVERIFY		   001000000000
#define __VNODE_PERM_BITS \
	"\10"             \
	"\07VEXEC"        \
	"\10VWRITE"       \
	"\11VREAD"        \
	"\15VADMIN"       \
	"\17VAPPEND"      \
	"\20VEXPLICIT_DENY"
#define VADMIN_PERMS  (VADMIN | VWRITE_ATTRIBUTES | VWRITE_ACL | VWRITE_OWNER)
#define VSTAT_PERMS   (VREAD_ATTRIBUTES | VREAD_ACL)
#define VMODIFY_PERMS (VWRITE | VAPPEND | VADMIN_PERMS | VDELETE_CHILD | VDELETE)
#define VUNIX_PERMS   (VREAD | VWRITE | VEXEC | VADMIN)

/* vn_lock() and VOP_LOCK(). */
#define LK_NONE	     0x00000000
#define LK_SHARED    0x00000001
#define LK_EXCLUSIVE 0x00000002
#define LK_UPGRADE   0x00000010 /* with LK_NOWAIT: EBUSY when it is not possible at once */
#define LK_DOWNGRADE 0x00000020
#define LK_NOWAIT    0x00000100
#define LK_RETRY     0x00020000 /* vn_lock(): lock a reclaimed vnode too */

/* VOP_FSYNC: FSYNC_WAIT and friends. */
#define FSYNC_WAIT     0x0001
#define FSYNC_DATAONLY 0x0002
#define FSYNC_RECLAIM  0x0004
#define FSYNC_LAZY     0x0008
#define FSYNC_NOLOG    0x0010
#define FSYNC_VFS      0x0020
#define FSYNC_CACHE    0x0100 /* and the device's write cache */
/* ioflag: flush the range of vflushbuf(), vinvalbuf(). */
#define V_SAVE	       0x0001 /* vinvalbuf(): write dirty buffers first */
#define UPDATE_WAIT    0x0001
#define UPDATE_DIROP   0x0002
#define UPDATE_CLOSE   0x0004

/* vflush() */
#define SKIPSYSTEM 0x0001
#define FORCECLOSE 0x0002
#define WRITECLOSE 0x0004
/* VOP_REVOKE() */
#define REVOKEALL  0x0001

extern const enum vtype iftovt_tab[];
extern const int vttoif_tab[];
#define IFTOVT(mode)	(iftovt_tab[((mode)&S_IFMT) >> 12])
#define VTTOIF(t)	(vttoif_tab[(int)(t)])
#define MAKEIMODE(t, m) (int)(VTTOIF(t) | (m))
#define VREF(vp)	vref(vp)
#define NULLVP		((struct vnode *)NULL)
#define VN_KNOTE(vp, b) vn_knote((vp), (b))
#define VSIZENOTSET	((voff_t)-1)

/*
 * Operation vectors: vfsops' vfs_opv_descs names them, and vfs_attach() builds the arrays.  An
 * operation that is not listed goes to the vector's vop_default entry.
 */
struct vnodeop_desc {
	int vdesc_offset; /* index in v_op */
	const char *vdesc_name;
	int vdesc_flags;
	const int *vdesc_vp_offsets; /* of vnode arguments, VDESC_NO_OFFSET at the end */
	int vdesc_vpp_offset;
	int vdesc_cred_offset;
	int vdesc_componentname_offset;
};
#define VDESC_NO_OFFSET (-1)
#define VDESC_MAX_VPS	8

struct vnodeopv_entry_desc {
	const struct vnodeop_desc *opve_op;
	int (*opve_impl)(void *);
};
struct vnodeopv_desc {
	int (***opv_desc_vector_p)(void *);		/* where the array goes */
	const struct vnodeopv_entry_desc *opv_desc_ops; /* ends with opve_op NULL */
};

#define VDESC(op)		    (&(op##_desc))
#define VOFFSET(op)		    (VDESC(op)->vdesc_offset)
#define VOCALL(opsvect, off, ap)    ((*((opsvect)[(off)]))(ap))
/* A revoke changes the operations of a vnode that others are about to lock. */
#define VCALL(vp, off, ap)	    VOCALL(__atomic_load_n(&(vp)->v_op, __ATOMIC_RELAXED), (off), (ap))
#define VOPARG_OFFSETOF(s, f)	    offsetof(s, f)
#define VOPARG_OFFSETTO(t, off, sp) ((t)(((char *)(sp)) + (off)))

/*
 * A generic argument, for functions that serve several operations, and the shared heads of the
 * argument structs.
 */
struct vop_generic_args {
	const struct vnodeop_desc *a_desc;
};

#include <sys/vnode_if.h>

extern struct vnode *rootvnode; /* root of the root file system, referenced */
extern int desiredvnodes;	/* (a) kern.maxvnodes */
extern unsigned int numvnodes;
extern int prtactive; /* print vnodes that are reclaimed while active */
extern const struct vnodeop_desc *const vfs_op_descs[];

/* ---- References: vnode(9) ---- */

/* Add a reference to a vnode that has one.  ctx: any. */
void vref(struct vnode *vp);
/*
 * Give a reference back; the last one calls VOP_INACTIVE (locks: vp must not be locked by the
 * caller).  sleeps.  vrele_async() never sleeps: a thread does it.
 */
void vrele(struct vnode *vp);
void vrele_async(struct vnode *vp);
/* VOP_UNLOCK() and vrele(). */
void vput(struct vnode *vp);
/* Current references; stale at once unless the caller excludes others. */
int vrefcnt(struct vnode *vp);
/*
 * A reference to a vnode found elsewhere.  locks: v_interlock held, released on return.  sleeps.
 * errors: ENOENT when it is being, or was, reclaimed.
 */
int vget(struct vnode *vp, int flags, bool waitok);
/* The same with nothing held, for lock-free finders; false when it has no stable identity. */
int vcache_vget(struct vnode *vp);
int vcache_tryvget(struct vnode *vp);
/* Keep the memory (not the identity) of vp.  locks: v_interlock. */
void vhold(struct vnode *vp);
void vholdl(struct vnode *vp);
void holdrelel(struct vnode *vp);
void holdrele(struct vnode *vp);
void vholdrele(struct vnode *vp);

/* ---- Identity: vcache(9) ---- */

/*
 * The vnode of (mp, key), made by VFS_LOADVNODE when it is not known.
 * ctx: thread.  sleeps.  owns: *vpp comes back referenced and unlocked.
 * errors: ENOENT, ENFILE, those of VFS_LOADVNODE.
 */
int vcache_get(struct mount *mp, const void *key, size_t key_len, struct vnode **vpp);
/* A new file, made by VFS_NEWVNODE.  As vcache_get. */
int vcache_new(struct mount *mp, struct vnode *dvp, struct vattr *vap, kauth_cred_t cred,
    void *extra, struct vnode **vpp);
/* Change a vnode's key: between enter and exit neither key is found.  errors: EBUSY, EEXIST. */
int vcache_rekey_enter(struct mount *mp, struct vnode *vp, const void *old_key, size_t old_key_len,
    const void *new_key, size_t new_key_len);
void vcache_rekey_exit(struct mount *mp, struct vnode *vp, const void *old_key, size_t old_key_len,
    const void *new_key, size_t new_key_len);
/* In VOP_RECLAIM of old file systems; identity is dropped after it anyway. */
void vcache_remove(struct mount *mp, const void *key, size_t key_len);
/* Mark a vnode that has lost its file: VOP_INACTIVE decides again. */
void vcache_make_anon(struct vnode *vp);

/* Reclaim vp if this is its only reference (consumed then): true when it was.  sleeps. */
bool vrecycle(struct vnode *vp);
/* Reclaim vp: its operations become those of dead vnodes.  owns: the caller's reference.  sleeps. */
void vgone(struct vnode *vp);
/* vgone() of every alias of the device, or the vnode's own.  locks: none. */
void vrevoke(struct vnode *vp);
void vgonel(struct vnode *vp);
void vdevgone(int maj, int minl, int minh, enum vtype type);
/* EBUSY when vp is being reclaimed (VDEAD_NOWAIT), ENOENT when it is dead.  locks: v_interlock. */
#define VDEAD_NOWAIT 0x0001
int vdead_check(struct vnode *vp, int flags);
/* Reclaim every vnode of mp but skipvp; flags FORCECLOSE etc.  errors: EBUSY. */
int vflush(struct mount *mp, struct vnode *skipvp, int flags);
/* Wait until vp's interlock may be shared with from's. */
void vshareilock(struct vnode *from, struct vnode *to);
void vshareklist(struct vnode *from, struct vnode *to);

/* ---- Locks: vnode(9) ---- */

/* LK_* flags.  sleeps.  errors: ENOENT (dead, without LK_RETRY), EBUSY (LK_NOWAIT). */
int vn_lock(struct vnode *vp, int flags);

/* ---- Subroutines: vnsubr(9) ---- */

void vattr_null(struct vattr *vap);
void vprint(const char *label, struct vnode *vp);
/*
 * Open by path.  at_dvp NULL: relative to the current directory.  fmode FREAD, FWRITE, O_*.
 * owns: *ret_vp comes back referenced and unlocked; ret_domove, ret_fd non-NULL allow device clones.
 */
int vn_open(struct vnode *at_dvp, struct pathbuf *pb, int nmode, int fmode, int cmode,
    struct vnode **ret_vp, bool *ret_domove, int *ret_fd);
int vn_openchk(struct vnode *vp, kauth_cred_t cred, int fflags);
/* owns: the reference.  locks: none. */
int vn_close(struct vnode *vp, int flags, kauth_cred_t cred);
int vn_markexec(struct vnode *vp);
void vn_marktext(struct vnode *vp);
int vn_writechk(struct vnode *vp);
/* Read or write len bytes; *aresid what is left, or NULL: then a short transfer is EIO. */
int vn_rdwr(enum uio_rw rw, struct vnode *vp, void *base, int len, off_t offset,
    enum uio_seg segflg, int ioflg, kauth_cred_t cred, size_t *aresid, struct lwp *l);
int vn_readdir(struct file *fp, char *bf, int segflg, u_int count, int *done, struct lwp *l,
    off_t **cookies, int *ncookies);
/* sb is the kernel's struct stat. */
int vn_stat(struct vnode *vp, struct stat *sb);
int vn_kqfilter(struct file *fp, struct knote *kn);
int vn_bdev_open(dev_t dev, struct vnode **vpp, struct lwp *l);
int vn_bdev_openpath(struct pathbuf *pb, struct vnode **vpp, struct lwp *l);
bool vn_isunder(struct vnode *vp, struct vnode *rvp, struct lwp *l);
void vn_knote(struct vnode *vp, long hint);
void vn_ra_allocctx(struct vnode *vp);
int vn_fifo_bypass(void *v);
/* Every operation that is not there: EOPNOTSUPP. */
int vn_default_error(void *v);
int vn_bwrite(void *v);
int vn_extattr_get(struct vnode *vp, int ioflg, int attrnamespace, const char *attrname,
    size_t *buflen, void *bf, struct lwp *l);
int vn_extattr_set(struct vnode *vp, int ioflg, int attrnamespace, const char *attrname,
    size_t buflen, const void *bf, struct lwp *l);
int vn_extattr_rm(
    struct vnode *vp, int ioflg, int attrnamespace, const char *attrname, struct lwp *l);
int vn_extended_lock(struct vnode *vp, int flags);
void vntblinit(void);
enum vtype vfs_str2type(const char *name);
u_char vtype2dt(enum vtype vt);

/* ---- Devices ---- */

int bdevvp(dev_t dev, struct vnode **vpp);
int cdevvp(dev_t dev, struct vnode **vpp);
bool vfinddev(dev_t dev, enum vtype type, struct vnode **vpp);

/* ---- Buffers of a vnode: the buffer cache's part ---- */

void bgetvp(struct vnode *vp, struct buf *bp);
void brelvp(struct buf *bp);
void reassignbuf(struct buf *bp, struct vnode *vp);
int vflushbuf(struct vnode *vp, int flags);
int vinvalbuf(
    struct vnode *vp, int flags, kauth_cred_t cred, struct lwp *l, bool catch_p, int slptimeo);
int vtruncbuf(struct vnode *vp, daddr_t lbn, bool catch_p, int slptimeo);
void vwakeup(struct buf *bp);

/* ---- The syncer: delay in seconds; locks: v_interlock ---- */

void vn_syncer_add_to_worklist(struct vnode *vp, int delay);
void vn_syncer_remove_from_worklist(struct vnode *vp);

#endif /* KPI_SYS_VNODE_H */
