/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * tmpfs in core.  README.md has the design.
 *
 * A node is a file; entries of directories point to nodes; the vcache key of a vnode is the address
 * of its node.  tn_refs counts what keeps a node: one for having links, one for its vnode, one for each
 * file handle that is being resolved.  Whoever takes the last one frees it.
 *
 * Locks, outermost first: vnode locks, tm_lock (a leaf: handles).  What is counted for the mount is
 * atomic, and charged before the memory is taken.
 */
#ifndef TMPFS_H
#define TMPFS_H

#include <sys/param.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/queue.h>
#include <sys/rbtree.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

struct lockf;
struct tmpfs_node;

/* An entry of a directory.  Locks: (v) the directory's vnode lock, (i) immutable. */
struct tmpfs_dirent {
	rb_node_t td_link;	    /* (v) */
	uint64_t td_key;	    /* (i) hash of the name, and a number: also its cookie */
	struct tmpfs_node *td_node; /* (v) */
	ino_t td_ino;		    /* (v) td_node's, for readers of the directory */
	uint16_t td_namelen;	    /* (i) bytes */
	uint8_t td_type;	    /* (v) DT_*, td_node's */
	char td_name[];		    /* (i) without NUL */
};

/*
 * A run of a file's contents.  While a file is one run of less than a page, tr_bytes is that
 * much; else whole pages, a power of two of them.  Locks: (v).
 */
struct tmpfs_run {
	rb_node_t tr_link;
	uint64_t tr_page; /* where in the file, in pages */
	size_t tr_bytes;  /* of memory */
	char *tr_mem;
	bool tr_new; /* of the fallocate under way */
};

/* Locks: (v) the file's vnode lock; (h) a hint: atomic under the shared one. */
struct tmpfs_data {
	struct rb_node *da_root;   /* (v) runs by page */
	struct tmpfs_run *da_hint; /* (h) one that was used lately, or NULL */
	uint64_t da_bytes;	   /* (v) charged for runs: pages */
	uint64_t da_reserved;	   /* (v) bytes, from 0 on, whose runs past the end of file stay */
	bool da_ahead;		   /* (v) there may be runs past the end of file that need not */
};

struct tmpfs_xattr {
	LIST_ENTRY(tmpfs_xattr) tx_link;
	int tx_space;	 /* EXTATTR_NAMESPACE_ */
	size_t tx_size;	 /* bytes of the value */
	uint16_t tx_len; /* bytes of the name */
	char tx_name[];	 /* the name, a NUL, the value */
};

/* Locks: (v) the vnode's lock, (i) immutable, (a) atomic, (m) tm_lock. */
struct tmpfs_node {
	struct tmpfs_node *tn_self; /* (i) the vcache key */
	uint32_t tn_refs;	    /* (a) */
	enum vtype tn_type;	    /* (i) */
	ino_t tn_ino;		    /* (i) */
	struct genfs_attr tn_attr;  /* (v) */
	nlink_t tn_nlink;	    /* (v) */
	bool tn_linkable;	    /* (v) it has no link but may get its first: O_TMPFILE */
	bool tn_handled;	    /* (m) it is in tm_handles */
	uint32_t tn_accessed;	    /* (a) the time of access is due */
	int64_t tn_atime_ns;	    /* (a) the time of access, or 0: tn_atime has it */
	off_t tn_size;		    /* (v) */
	struct timespec tn_atime, tn_mtime, tn_ctime, tn_birthtime; /* (v) */
	struct lockf *tn_lockf;					    /* lf_advlock()'s */
	LIST_HEAD(, tmpfs_xattr) tn_xattrs;			    /* (v) */
	rb_node_t tn_handle;					    /* (m) */
	union {
		struct {			       /* VDIR */
			struct rb_node *dir_root;      /* (v) entries by key */
			struct tmpfs_node *dir_parent; /* (v) NULL: removed */
		} tn_dir;
		struct tmpfs_data tn_data; /* VREG */
		char *tn_target;	   /* (i) VLNK, tn_size bytes and a NUL */
		dev_t tn_rdev;		   /* (i) VBLK, VCHR */
	};
};
#define tn_mode		tn_attr.ga_mode
#define tn_uid		tn_attr.ga_uid
#define tn_gid		tn_attr.ga_gid
#define tn_flags	tn_attr.ga_flags
#define VP_TO_TMPFS(vp) ((struct tmpfs_node *)(vp)->v_data)

struct tmpfs_mount {
	struct tmpfs_node *tm_root; /* (i) */
	uint64_t tm_seed;	    /* (i) of the hash of names */
	kmutex_t tm_lock;
	rb_tree_t tm_handles;  /* (m) nodes that a handle was made of, by number */
	uint64_t tm_nextino;   /* (a) */
	uint64_t tm_nnodes;    /* (a) */
	uint64_t tm_nodes_max; /* (a) */
	uint64_t tm_used;      /* (a) bytes of contents, names, targets, attributes */
	uint64_t tm_size_max;  /* (a) */
};
#define MP_TO_TMPFS(mp) ((struct tmpfs_mount *)(mp)->mnt_data)
#define VP_TO_TM(vp)	MP_TO_TMPFS((vp)->v_mount)

#define TMPFS_MAXSIZE ((off_t)1 << 48)
#define TMPFS_MAXRUN  ((size_t)512) /* pages */

/* ---- tmpfs_mem.c: limits ---- */

int tmpfs_mem_init(void);
void tmpfs_mem_fini(void);
/* Count bytes; false when that would pass the limit.  ctx: any. */
bool tmpfs_charge(struct tmpfs_mount *tm, uint64_t bytes);
void tmpfs_uncharge(struct tmpfs_mount *tm, uint64_t bytes);
/* kmem(9), charged.  NULL: the limit, or no memory that may be taken.  sleeps. */
void *tmpfs_alloc(struct tmpfs_mount *tm, size_t bytes);
void tmpfs_free(struct tmpfs_mount *tm, void *p, size_t bytes);
/* The node of a new file, zeroed and counted; NULL: too many, or no memory. */
struct tmpfs_node *tmpfs_node_alloc(struct tmpfs_mount *tm);
void tmpfs_node_dealloc(struct tmpfs_mount *tm, struct tmpfs_node *tn);
/* Contents: bytes less than a page, or a power of two of pages; zeroed if asked.  Not charged. */
char *tmpfs_mem_get(size_t bytes, bool zero);
void tmpfs_mem_put(char *p, size_t bytes);
extern pool_cache_t tmpfs_run_cache;

/* ---- tmpfs_node.c ---- */

/*
 * A file without links, with a reference for the vnode that will be.  target: of VLNK.
 * errors: ENOSPC.  sleeps.
 */
int tmpfs_node_new(struct tmpfs_mount *tm, enum vtype type, mode_t mode, uid_t uid, gid_t gid,
    dev_t rdev, const char *target, struct tmpfs_node **tnp);
void tmpfs_node_rele(struct tmpfs_mount *tm, struct tmpfs_node *tn);
/* The links change: the first and the last one count as a reference.  locks: (v) exclusive. */
void tmpfs_node_link(struct tmpfs_node *tn);
void tmpfs_node_unlink(struct tmpfs_mount *tm, struct tmpfs_node *tn);

enum { TMPFS_CHANGED = 1, TMPFS_MODIFIED = 2 };
/* Now is the time of change (and of modification).  locks: (v) exclusive. */
void tmpfs_touch(struct tmpfs_node *tn, int what);
/* The file was read.  locks: (v), shared will do. */
void tmpfs_accessed(struct vnode *vp);
/* The time of access, with what is due.  locks: (v), shared will do. */
struct timespec tmpfs_atime(struct tmpfs_node *tn);

/* ---- tmpfs_dir.c ---- */

struct tmpfs_dirent *tmpfs_dir_find(
    struct tmpfs_mount *tm, struct tmpfs_node *dir, const char *name, size_t len);
/* An entry for later.  errors: NULL for ENOSPC.  sleeps. */
struct tmpfs_dirent *tmpfs_dirent_new(struct tmpfs_mount *tm, const char *name, size_t len);
void tmpfs_dirent_free(struct tmpfs_mount *tm, struct tmpfs_dirent *td);
/* The name is not there yet.  Links, the parent of directories and times follow. */
void tmpfs_dir_insert(
    struct tmpfs_mount *tm, struct tmpfs_node *dir, struct tmpfs_dirent *td, struct tmpfs_node *tn);
/* owns: td is freed; the node too, if this was all that kept it. */
void tmpfs_dir_remove(struct tmpfs_mount *tm, struct tmpfs_node *dir, struct tmpfs_dirent *td);
/* The entry leads to another node from now on.  Links follow. */
void tmpfs_dir_replace(
    struct tmpfs_mount *tm, struct tmpfs_node *dir, struct tmpfs_dirent *td, struct tmpfs_node *tn);
struct tmpfs_dirent *tmpfs_dir_first(struct tmpfs_node *dir);
int tmpfs_readdir(void *v);

/* ---- tmpfs_data.c: runs ---- */

/*
 * The memory at off, and how many bytes lie there (*lenp); NULL: a hole, of at most *lenp bytes.
 * locks: (v), shared will do.
 */
char *tmpfs_data_at(struct tmpfs_data *da, off_t off, size_t *lenp);
/*
 * The same, with memory made where there is none: *lenp bytes from off, 1 at least.  len: that are
 * wanted; those made and not wanted are zero.  more: how many pages further may be made, since the
 * file grows bit by bit.  *freshp: it is made now; what is wanted of it is not initialized.
 * errors: ENOSPC.
 */
int tmpfs_data_make(struct tmpfs_mount *tm, struct tmpfs_data *da, off_t off, size_t len,
    uint64_t more, char **pp, size_t *lenp, bool *freshp);
/* The range, to the byte, reads as zeroes; whole pages of it are given back. */
void tmpfs_data_punch(struct tmpfs_mount *tm, struct tmpfs_data *da, off_t from, off_t to);
/* What was made in advance, for a file of size bytes, is given back. */
void tmpfs_data_trim(struct tmpfs_mount *tm, struct tmpfs_data *da, off_t size);
/* All pages of the range have memory, or nothing has changed.  errors: ENOSPC. */
int tmpfs_data_fill(struct tmpfs_mount *tm, struct tmpfs_data *da, off_t from, off_t to);
/* The next byte with memory (data) or without, from off on, at most size. */
off_t tmpfs_data_seek(struct tmpfs_data *da, off_t off, off_t size, bool data);

/* ---- tmpfs_rdwr.c ---- */

int tmpfs_truncate(struct vnode *vp, off_t size);
int tmpfs_read(void *v);
int tmpfs_write(void *v);
int tmpfs_fallocate(void *v);
int tmpfs_reserve(void *v);
int tmpfs_fdiscard(void *v);
int tmpfs_ioctl(void *v);

/* ---- tmpfs_attr.c, tmpfs_xattr.c, tmpfs_name.c, tmpfs_rename.c ---- */

int tmpfs_access(void *v);
int tmpfs_getattr(void *v);
int tmpfs_setattr(void *v);
int tmpfs_getextattr(void *v);
int tmpfs_setextattr(void *v);
int tmpfs_listextattr(void *v);
int tmpfs_deleteextattr(void *v);
void tmpfs_xattr_free(struct tmpfs_mount *tm, struct tmpfs_node *tn);
/* Tell the name cache who may search vp. */
void tmpfs_cache_id(struct vnode *vp);
int tmpfs_node_vnode(struct mount *mp, struct tmpfs_node *tn, struct vnode **vpp);
int tmpfs_lookup(void *v);
int tmpfs_create(void *v);
int tmpfs_mknod(void *v);
int tmpfs_mkdir(void *v);
int tmpfs_symlink(void *v);
int tmpfs_tmpfile(void *v);
int tmpfs_link(void *v);
int tmpfs_remove(void *v);
int tmpfs_rmdir(void *v);
int tmpfs_rename(void *v);
int tmpfs_exchange(void *v);

extern int (**tmpfs_vnodeop_p)(void *);
extern int (**tmpfs_specop_p)(void *);
extern int (**tmpfs_fifoop_p)(void *);
extern const struct vnodeopv_desc tmpfs_vnodeop_opv_desc, tmpfs_specop_opv_desc,
    tmpfs_fifoop_opv_desc;

#endif /* TMPFS_H */
