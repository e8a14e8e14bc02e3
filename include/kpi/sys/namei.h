/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Paths to vnodes, and the cache of names: namei(9), namecache(9). */
#ifndef KPI_SYS_NAMEI_H
#define KPI_SYS_NAMEI_H

#include <sys/types.h>
#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/uio.h>
#include <sys/vnode.h>

/* A path in kernel memory that several functions hand on. */
struct pathbuf;

/* errors: NULL when memory is out. */
struct pathbuf *pathbuf_create(const char *path);
/* Takes a buffer from PNBUF_GET() over. */
struct pathbuf *pathbuf_assimilate(char *path);
/* errors: EFAULT, ENAMETOOLONG, ENOMEM. */
int pathbuf_copyin(const char *userpath, struct pathbuf **ret);
int pathbuf_maybe_copyin(const char *userpath, enum uio_seg seg, struct pathbuf **ret);
void pathbuf_destroy(struct pathbuf *pb);
/* A copy of the path as it was given; maxlen with the NUL. */
void pathbuf_copystring(const struct pathbuf *pb, char *buf, size_t maxlen);
/* The path as it was given, until _put. */
const char *pathbuf_stringcopy_get(struct pathbuf *pb);
void pathbuf_stringcopy_put(struct pathbuf *pb, const char *str);

/* One component on its way to VOP_LOOKUP and the operation after it. */
struct componentname {
	uint32_t cn_nameiop; /* LOOKUP, CREATE, DELETE, RENAME */
	uint32_t cn_flags;
	kauth_cred_t cn_cred;
	const char *cn_nameptr; /* not NUL-terminated */
	size_t cn_namelen;	/* bytes */
};

struct nameidata {
	struct vnode *ni_atdir; /* relative to, NULL: the current directory */
	struct pathbuf *ni_pathbuf;
	char *ni_pnbuf;		   /* the path being walked: links are spliced in */
	struct vnode *ni_rootdir;  /* '/' and the limit of '..' */
	struct vnode *ni_erootdir; /* of an emulation, NULL */
	/* Results. */
	struct vnode *ni_vp;  /* the file, NULL when absent */
	struct vnode *ni_dvp; /* its directory */
	/* The walk. */
	size_t ni_pathlen; /* left at ni_next, with the NUL */
	const char *ni_next;
	unsigned int ni_loopcnt; /* symbolic links followed */
	struct componentname ni_cnd;
};

/* cn_nameiop */
#define LOOKUP	     0
#define CREATE	     1
#define DELETE	     2
#define RENAME	     3
#define OPMASK	     3
/* Given by the caller, with NDINIT(). */
#define LOCKLEAF     0x00000004 /* ni_vp comes back locked */
#define LOCKPARENT   0x00000008 /* ni_dvp comes back, locked */
#define TRYEMULROOT  0x00000010
#define NOCACHE	     0x00000020 /* do not leave the name in the cache */
#define FOLLOW	     0x00000040 /* follow a link in the last component */
#define NOFOLLOW     0x00000000
#define EMULROOTSET  0x00000080
#define LOCKSHARED   0x00000100
#define NOCHROOT     0x01000000
#define NONEXCLHACK  0x02000000 /* CREATE: an existing file is welcome (open without O_EXCL) */
#define OPENCREATE   0x04000000 /* CREATE: for open(2), to which a slash at the end is EISDIR */
#define LIGHTREF     0x08000000 /* a reference that owes no VOP_INACTIVE will do, see vnode_ref.c */
#define MODMASK	     0x0f0001fc
/* Set on the way. */
#define NOCROSSMOUNT 0x00000800
#define RDONLY	     0x00001000 /* the mount is read-only for this lookup */
#define ISDOTDOT     0x00002000
#define MAKEENTRY    0x00004000 /* the file system may put it in the cache */
#define ISLASTCN     0x00008000
#define CACHEMISSED  0x00010000 /* the name cache was just asked: cache_lookup() need not look */
#define ISWHITEOUT   0x00020000
#define DOWHITEOUT   0x00040000
#define REQUIREDIR   0x00080000 /* a slash follows the last component */
#define NOREPLACE    0x00100000 /* VOP_RENAME: EEXIST if the target is there after all */
#define CREATEDIR    0x00200000 /* the new file will be a directory: a slash is welcome */
#define INRELOOKUP   0x00400000
#define INRENAME     0x00800000 /* one of the two lookups of a rename */
#define PARAMASK     0x00eff800

#define NDINIT(ndp, op, flags, pathbuf)                   \
	do {                                              \
		(ndp)->ni_cnd.cn_nameiop = (op);          \
		(ndp)->ni_cnd.cn_flags = (flags);         \
		(ndp)->ni_atdir = NULL;                   \
		(ndp)->ni_pathbuf = (pathbuf);            \
		(ndp)->ni_cnd.cn_cred = kauth_cred_get(); \
	} while (0)
/* Walk relative to dir (referenced by the caller throughout). */
#define NDAT(ndp, dir) ((ndp)->ni_atdir = (dir))

#define PNBUF_GET()  ((char *)pool_cache_get(pnbuf_cache, PR_WAITOK))
#define PNBUF_PUT(p) pool_cache_put(pnbuf_cache, (p))
extern pool_cache_t pnbuf_cache; /* of MAXPATHLEN bytes */

/*
 * Walk a path.  Results in ni_vp and ni_dvp (LOCKPARENT), referenced, locked as asked.
 * ctx: thread.  sleeps.
 * errors: ENOENT, ENOTDIR, EACCES, ELOOP (40 links), ENAMETOOLONG, EIO, EROFS, EISDIR, EEXIST.
 */
int namei(struct nameidata *);
/*
 * Only the vnode; the path by pointer of the caller, or of the kernel.  The flags are objects so
 * that numbers cannot be passed by mistake.
 */
typedef const struct namei_simple_flags_type *namei_simple_flags_t;
extern const namei_simple_flags_t NSM_NOFOLLOW_NOEMULROOT;
extern const namei_simple_flags_t NSM_NOFOLLOW_TRYEMULROOT;
extern const namei_simple_flags_t NSM_FOLLOW_NOEMULROOT;
extern const namei_simple_flags_t NSM_FOLLOW_TRYEMULROOT;
int namei_simple_kernel(const char *path, namei_simple_flags_t, struct vnode **vpp);
int namei_simple_user(const char *path, namei_simple_flags_t, struct vnode **vpp);
int nameiat_simple(struct vnode *dvp, struct pathbuf *, namei_simple_flags_t, struct vnode **vpp);
int nameiat_simple_kernel(
    struct vnode *dvp, const char *path, namei_simple_flags_t, struct vnode **vpp);
int nameiat_simple_user(
    struct vnode *dvp, const char *path, namei_simple_flags_t, struct vnode **vpp);
/*
 * The last component once more, below a locked directory that may have changed.
 * locks: dvp exclusive, stays.  owns: *vpp locked.
 */
int relookup(struct vnode *dvp, struct vnode **vpp, struct componentname *, int dummy);
int lookup_for_nfsd(struct nameidata *, struct vnode *startdir, int neverfollow);
int lookup_for_nfsd_index(struct nameidata *, struct vnode *startdir);
void namei_hash_init(void);
uint32_t namei_hash(const char *p, const char **ep);

/* ---- The cache of names ---- */

#define NCHNAMLEN	255 /* longer names are not kept */
#define PURGE_PARENTS	1   /* entries for the vnode */
#define PURGE_CHILDREN	2   /* entries in the vnode */
#define cache_purge(vp) cache_purge1((vp), NULL, 0, PURGE_PARENTS | PURGE_CHILDREN)

/*
 * From VOP_LOOKUP: true when the cache knows.  *vpp is then the vnode, referenced, or NULL: the
 * name is not there (*iswht: a whiteout hides it).  CREATE, DELETE and RENAME of a last component
 * are answered only where a positive entry helps.  locks: dvp locked.
 */
bool cache_lookup(struct vnode *dvp, const char *name, size_t namelen, uint32_t nameiop,
    uint32_t cnflags, int *iswht, struct vnode **vpp);
/* The same, without regard to nameiop. */
bool cache_lookup_raw(struct vnode *dvp, const char *name, size_t namelen, uint32_t cnflags,
    int *iswht, struct vnode **vpp);
/*
 * A name of vp and its directory: ENOENT when not known.  bpp: NULL, or where the name goes, from
 * *bpp downwards but not below bufp (ERANGE).  owns: *dvpp comes back referenced.
 */
int cache_revlookup(struct vnode *vp, struct vnode **dvpp, char **bpp, char *bufp, bool checkaccess,
    accmode_t accmode);
int cache_diraccess(struct vnode *dvp, int accmode);
/* Remember a name; vp NULL: that it is not there.  locks: dvp locked. */
void cache_enter(
    struct vnode *dvp, struct vnode *vp, const char *name, size_t namelen, uint32_t cnflags);
/*
 * Who owns vp and who may search it, for walks without VOP_LOOKUP and VOP_ACCESS; to be kept current
 * by file systems with IMNT_NCLOOKUP.  valid false: ask the file system.
 */
void cache_enter_id(struct vnode *vp, mode_t mode, uid_t uid, gid_t gid, bool valid);
bool cache_have_id(struct vnode *vp);
/* Forget names: name (if not NULL) in vp, or all that flags say. */
void cache_purge1(struct vnode *vp, const char *name, size_t namelen, int flags);
void cache_purgevfs(struct mount *mp);
void namecache_print(struct vnode *vp, void (*pr)(const char *, ...));

#endif /* KPI_SYS_NAMEI_H */
