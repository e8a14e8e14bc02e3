/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rumpfs: the root file system, in memory.
 *
 * A node is a file; directory entries point to nodes.  The vcache key of a vnode is the address of
 * its node.  A node lives while it has links or a vnode: the last of unlink and reclaim frees it.
 */
#ifndef RUMPFS_H
#define RUMPFS_H

#include <sys/param.h>
#include <sys/lockf.h>
#include <sys/mutex.h>
#include <sys/rbtree.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

/* An entry of a directory.  Locks: (v) the directory's vnode lock, (i) immutable. */
struct rumpfs_dirent {
	rb_node_t rd_byname;	     /* (v) */
	rb_node_t rd_bycookie;	     /* (v) */
	struct rumpfs_node *rd_node; /* (v) */
	off_t rd_cookie;	     /* (i) position for readdir, grows with each new entry */
	uint16_t rd_namelen;	     /* (i) bytes */
	char rd_name[];		     /* (i) without NUL */
};

/*
 * The contents of a regular file: chunks of RUMPFS_CHUNK bytes in a tree of 64-way tables.  The
 * first chunk is smaller while it is the only one.
 */
#define RUMPFS_CHUNK	65536
#define RUMPFS_MINCHUNK 512
#define RUMPFS_FANSHIFT 6
#define RUMPFS_FANOUT	(1 << RUMPFS_FANSHIFT)
#define RUMPFS_MAXSIZE	((off_t)1 << 48)

struct rumpfs_data {
	void *da_root;	    /* chunk (height 0), or table */
	unsigned da_height; /* levels of tables */
	size_t da_firstlen; /* bytes that chunk 0 has room for, when height is 0 */
	uint64_t da_bytes;  /* memory in chunks */
};

/* rn_status */
#define RN_ACCESSED 0x1 /* atime is due */
#define RN_MODIFIED 0x2 /* mtime, ctime */
#define RN_CHANGED  0x4 /* ctime */

/* Locks: (v) the vnode's lock, (i) immutable, (a) atomic, (m) rm_lock. */
struct rumpfs_node {
	struct rumpfs_node *rn_self; /* (i) the vcache key */
	enum vtype rn_type;	     /* (i) */
	ino_t rn_ino;		     /* (i) */
	uint32_t rn_gen;	     /* (i) */
	struct genfs_attr rn_attr;   /* (v) */
	nlink_t rn_nlink;	     /* (v) */
	bool rn_hasvnode;	     /* (m) */
	bool rn_linkable;	     /* (v) without links, but may get its first: O_TMPFILE */
	uint32_t rn_status;	     /* (a) times that are due: RN_* */
	uint32_t rn_tseq;	     /* (a) odd while a sharer of (v) sets times that are due */
	off_t rn_size;		     /* (v) */
	struct timespec rn_atime, rn_mtime, rn_ctime; /* (v); shared: under rn_tseq */
	struct timespec rn_birthtime;		      /* (v) */
	struct lockf *rn_lockf;			      /* lf_advlock()'s */
	struct etfs_file *rn_etfs;		      /* (i) a file of the host; NULL: ours */
	union {
		struct {				/* VDIR */
			rb_tree_t dir_byname;		/* (v) */
			rb_tree_t dir_bycookie;		/* (v) */
			off_t dir_next;			/* (v) cookie of the next entry */
			struct rumpfs_node *dir_parent; /* (v) NULL: removed */
		} rn_dir;
		struct rumpfs_data rn_data; /* (v) VREG */
		char *rn_target;	    /* (i) VLNK, rn_size bytes and a NUL */
		dev_t rn_rdev;		    /* (i) VBLK, VCHR */
	};
};
#define rn_mode		 rn_attr.ga_mode
#define rn_uid		 rn_attr.ga_uid
#define rn_gid		 rn_attr.ga_gid
#define rn_flags	 rn_attr.ga_flags
#define VP_TO_RUMPFS(vp) ((struct rumpfs_node *)(vp)->v_data)

struct rumpfs_mount {
	struct rumpfs_node *rm_root; /* (i) */
	kmutex_t rm_lock;
	ino_t rm_nextino;   /* (m) */
	uint64_t rm_nnodes; /* (m) */
	uint64_t rm_bytes;  /* (a) in chunks of files */
};
#define MP_TO_RUMPFS(mp) ((struct rumpfs_mount *)(mp)->mnt_data)

/* ---- rumpfs_node.c ---- */

/* A node without links.  target: of VLNK.  sleeps. */
struct rumpfs_node *rumpfs_node_new(struct rumpfs_mount *rm, enum vtype type, mode_t mode,
    uid_t uid, gid_t gid, dev_t rdev, const char *target);
/* The node has neither links nor a vnode. */
void rumpfs_node_free(struct rumpfs_mount *rm, struct rumpfs_node *rn);
/* A link has gone: free the node if that was its end.  locks: its vnode's, if it has one. */
void rumpfs_node_unlinked(struct rumpfs_mount *rm, struct rumpfs_node *rn);
void rumpfs_update(struct rumpfs_node *rn, uint32_t status);
/* Make the times that are due. */
void rumpfs_itimes(struct rumpfs_node *rn);
/* The times, those that are due included.  locks: the vnode's, shared or not. */
void rumpfs_times(struct rumpfs_node *rn, struct vattr *vap);

/* ---- rumpfs_dir.c ---- */

struct rumpfs_dirent *rumpfs_dir_find(struct rumpfs_node *dir, const char *name, size_t len);
/* The name is not there.  sleeps; callers on behalf of a process ask genfs_memory_short() first. */
void rumpfs_dir_insert(
    struct rumpfs_node *dir, const char *name, size_t len, struct rumpfs_node *rn);
void rumpfs_dir_remove(struct rumpfs_node *dir, struct rumpfs_dirent *rd);
void rumpfs_dir_init(struct rumpfs_node *dir);
bool rumpfs_dir_empty(struct rumpfs_node *dir);
int rumpfs_readdir(void *v);

/* ---- rumpfs_data.c ---- */

/* The memory at off and how much follows it (*lenp); NULL: a hole. */
void *rumpfs_data_at(const struct rumpfs_data *da, off_t off, size_t *lenp);
/*
 * The same, with memory made for [off, off + len) as far as one chunk reaches.  *freshp: all of it was made
 * now, and is not initialized.  errors: ENOSPC.
 */
int rumpfs_data_make(struct rumpfs_mount *rm, struct rumpfs_data *da, off_t off, size_t len,
    void **pp, size_t *lenp, bool *freshp);
/* Nothing past size; what is left of its last chunk is zero. */
void rumpfs_data_cut(struct rumpfs_mount *rm, struct rumpfs_data *da, off_t size);
int rumpfs_truncate(struct vnode *vp, off_t size);
int rumpfs_read(void *v);
int rumpfs_write(void *v);

/* ---- rumpfs_attr.c, rumpfs_rename.c, rumpfs_vnops.c, rumpfs_dev.c ---- */

int rumpfs_access(void *v);
int rumpfs_getattr(void *v);
int rumpfs_setattr(void *v);
int rumpfs_rename(void *v);
int rumpfs_exchange(void *v);
int rumpfs_reclaim(void *v);
int rumpfs_advlock(void *v);
/* Tell the name cache who may search vp. */
void rumpfs_cache_id(struct vnode *vp);
int rumpfs_node_vnode(struct mount *mp, struct rumpfs_node *rn, struct vnode **vpp);

extern int (**rumpfs_vnodeop_p)(void *);
extern int (**rumpfs_specop_p)(void *);
extern int (**rumpfs_fifoop_p)(void *);
extern const struct vnodeopv_desc rumpfs_vnodeop_opv_desc, rumpfs_specop_opv_desc,
    rumpfs_fifoop_opv_desc;

/* The root file system: make /dev and /tmp, and have device nodes made in the former. */
void rumpfs_populate(struct mount *mp);
/* mp goes away: if it is the root, no node is made any more. */
void rumpfs_unpopulate(struct mount *mp);

#endif /* RUMPFS_H */
