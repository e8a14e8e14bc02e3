/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * sysvbfs in core: the mount with its whole inode table, the vnode's node, and what the files of
 * this component offer each other.
 *
 * The inode table is small (512 at most), so a mount holds all of it, decoded and judged.  An inode
 * has two extents: the one that it has now, and the one that the medium's copy may claim.  A block
 * is free when neither of any inode has it; so what was given up is not used again before
 * the medium knows.  SPEC.md says in which order things are written, and what that promises.
 *
 * Locks, outermost first: the directory's vnode lock (names, and the directory's blocks), a file's
 * vnode lock (its size, extent and pages), bm_move (held while a file takes blocks, and copies itself
 * there), the buffer of a metadata block, bm_lock (a leaf: the table in memory).  Nothing sleeps under
 * bm_lock.
 */
#ifndef SYSVBFS_H
#define SYSVBFS_H

#include <sys/param.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/vnode.h>
#include <miscfs/genfs/genfs_node.h>

#include "sysvbfs_fmt.h"

struct lockf;

/* Locks: (l) bm_lock. */
struct sysvbfs_inode {
	struct bfs_inode i_di;	     /* (l) as it is now; i_nlink counts names */
	uint32_t i_mstart, i_mcount; /* (l) blocks that the medium's copy may claim */
	bool i_live;		     /* (l) in use */
	bool i_dirty;		     /* (l) the medium's copy is older */
};

/* Locks: (i) immutable while mounted, (l) bm_lock. */
struct sysvbfs_mount {
	struct mount *bm_mountp;   /* (i) */
	struct vnode *bm_devvp;	   /* (i) */
	const char *bm_name;	   /* (i) device, for messages */
	uint32_t bm_first, bm_end; /* (i) blocks of contents: first, behind the last */
	uint32_t bm_ninodes;	   /* (i) */
	bool bm_rdonly;		   /* (i) */
	kmutex_t bm_move;	   /* one file at a time takes blocks */
	kmutex_t bm_lock;
	bool bm_failed; /* (l) what names there are is not known: none is changed */
	struct sysvbfs_inode *bm_inodes; /* (i) the array: inode n is entry n - BFS_ROOT_INO */
};

/* Locks: (i) immutable. */
struct sysvbfs_node {
	struct genfs_node n_gnode;  /* first: VTOG() */
	ino_t n_ino;		    /* (i) the vcache key */
	struct sysvbfs_mount *n_bm; /* (i) */
	struct sysvbfs_inode *n_ip; /* (i) */
	struct lockf *n_lockf;	    /* lf_advlock()'s */
};

#define VTOB(vp)   ((struct sysvbfs_node *)(vp)->v_data)
#define VFSTOB(mp) ((struct sysvbfs_mount *)(mp)->mnt_data)

/* ---- sysvbfs_io.c: blocks, inodes on the medium, complaints ---- */

/* One line, "sysvbfs: DEVICE: ...". */
void sysvbfs_say(const struct sysvbfs_mount *, const char *fmt, ...) __printflike(2, 3);
/* A block of metadata.  sleeps.  owns: *bpp, to be given to brelse() or bwrite().  errors: EIO. */
int sysvbfs_bread(struct sysvbfs_mount *, uint32_t blk, int flags, struct buf **bpp);
/* What was written before is on the medium when this returns 0.  sleeps. */
int sysvbfs_barrier(struct sysvbfs_mount *);
/*
 * Write inode ino as it is now, if it is dirty; its data has been written.  Blocks that it gave up are
 * free afterwards.  sleeps.  errors: EIO; then it stays dirty.
 */
int sysvbfs_inode_write(struct sysvbfs_mount *, ino_t ino);
/* Copy nblocks of contents, past the caches.  sleeps.  errors: EIO. */
int sysvbfs_copy(struct sysvbfs_mount *, uint32_t from, uint32_t to, uint32_t nblocks);

/* ---- sysvbfs_load.c ---- */

/*
 * Read and judge everything.  errors: EINVAL (not sound, said on the console), EIO, ENOMEM.
 * On error the caller frees what there is of the table.
 */
int sysvbfs_load(struct sysvbfs_mount *, uint64_t device_bytes);
/* What a crash left: inodes without names go, link counts are put right.  errors: EIO. */
int sysvbfs_tidy(struct sysvbfs_mount *);
void sysvbfs_unload(struct sysvbfs_mount *);

/* ---- sysvbfs_alloc.c: who has which block.  locks: bm_lock held by the caller, unless said ---- */

static inline struct sysvbfs_inode *
sysvbfs_inode(struct sysvbfs_mount *bm, ino_t ino)
{
	return &bm->bm_inodes[ino - BFS_ROOT_INO];
}
/* A copy of a file's inode.  locks: none. */
static inline struct bfs_inode
sysvbfs_inode_now(const struct sysvbfs_node *np)
{
	struct bfs_inode di;

	mutex_enter(&np->n_bm->bm_lock);
	di = np->n_ip->i_di;
	mutex_exit(&np->n_bm->bm_lock);
	return di;
}
/* Free blocks from blk on, 0 if it is in use. */
uint32_t sysvbfs_run_at(const struct sysvbfs_mount *, uint32_t blk);
/* The longest run of free blocks: where, and (the result) how many. */
uint32_t sysvbfs_run_longest(const struct sysvbfs_mount *, uint32_t *blk);
uint32_t sysvbfs_free_blocks(const struct sysvbfs_mount *);
uint32_t sysvbfs_free_inodes(const struct sysvbfs_mount *);
/* Mark an inode live; 0: none is free. */
ino_t sysvbfs_inode_take(struct sysvbfs_mount *);

/* ---- sysvbfs_dir.c: names.  locks: the directory's vnode lock ---- */

/* errors: ENOENT, EIO.  *slot and *ino on success. */
int sysvbfs_dir_find(
    struct sysvbfs_mount *, const char *name, size_t namelen, uint32_t *slot, ino_t *ino);
/* The name is not there.  The inode is on the medium.  errors: ENOSPC, EIO, EROFS. */
int sysvbfs_dir_enter(struct sysvbfs_mount *, const char *name, size_t namelen, ino_t ino);
/* Make slot lead to ino, 0: to nothing; on the medium on return.  errors: EIO, EROFS. */
int sysvbfs_dir_change(struct sysvbfs_mount *, uint32_t slot, ino_t ino);
/* The same, with another name that is not there. */
int sysvbfs_dir_rename(
    struct sysvbfs_mount *, uint32_t slot, ino_t ino, const char *name, size_t namelen);
/*
 * The first entry at or behind *slot that is in use, but for "." and "..", with its slot.
 * errors: ENOENT (none), EIO.
 */
int sysvbfs_dir_next(struct sysvbfs_mount *, uint32_t *slot, struct bfs_dirent *);
int sysvbfs_vop_readdir(void *);

/* ---- sysvbfs_data.c, sysvbfs_attr.c: contents and attributes ---- */

/* Change the size.  locks: exclusive.  errors: EFBIG, ENOSPC, EIO. */
int sysvbfs_truncate(struct vnode *, uint64_t size);
/* Data, then the inode; locks: exclusive.  errors: EIO. */
int sysvbfs_flush(struct vnode *, int flags);
int sysvbfs_vop_read(void *);
int sysvbfs_vop_write(void *);
int sysvbfs_vop_bmap(void *);
int sysvbfs_vop_access(void *);
int sysvbfs_vop_getattr(void *);
int sysvbfs_vop_setattr(void *);

/* Times that become "now", and the inode dirty. */
#define SYSVBFS_ATIME 1
#define SYSVBFS_MTIME 2
#define SYSVBFS_CTIME 4
void sysvbfs_touch(struct vnode *, int which);
/* The inode is dirty: the syncer is to come by. */
void sysvbfs_dirtied(struct vnode *);
/* Tell the name cache who may search the directory. */
void sysvbfs_cache_id(struct vnode *);
/* Seconds as the medium has them. */
uint32_t sysvbfs_now(void);

/* ---- sysvbfs_name.c, sysvbfs_vnops.c ---- */

int sysvbfs_vop_lookup(void *);
int sysvbfs_vop_create(void *);
int sysvbfs_vop_remove(void *);
int sysvbfs_vop_rename(void *);

extern pool_cache_t sysvbfs_node_cache; /* of struct sysvbfs_node */
extern int (**sysvbfs_vnodeop_p)(void *);
extern const struct vnodeopv_desc sysvbfs_vnodeop_opv_desc;

#endif /* SYSVBFS_H */
