/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The part of a vnode that only the VFS itself sees (and genfs, specfs, deadfs, layerfs).
 * States, references and lifetimes: lib/librumpvfs/README.md.
 */
#ifndef KPI_SYS_VNODE_IMPL_H
#define KPI_SYS_VNODE_IMPL_H

#include <sys/lwp.h>
#include <sys/vnode.h>

/*
 * State of a vnode:
 *
 *	LOADING --> LOADED --> BLOCKED --> RECLAIMING --> RECLAIMED
 *	   |           ^----------'                           ^
 *	   '-------------------------------------------------'
 *
 * VS_ACTIVE is LOADED with a reference.  Only vstate_change() moves it.
 */
enum vnode_state {
	VS_ACTIVE,  /* for assertions only: LOADED and v_usecount > 0 */
	VS_MARKER,  /* an iterator's, no file */
	VS_LOADING, /* the file system is filling it in */
	VS_LOADED,
	VS_BLOCKED,    /* no new references: about to be reclaimed or rekeyed */
	VS_RECLAIMING, /* VOP_RECLAIM runs */
	VS_RECLAIMED,  /* dead: the operations are deadfs's */
};

/*
 * v_usecount is one word: the references in the low bits, and
 * GATE	    the vnode is LOADED: a finder without locks may add a reference
 * ACTIVE   VOP_INACTIVE is owed when the count falls to zero; light references leave it alone
 * TOUCHED  used since the reclaimer looked last: spare it once
 */
#define VUSECOUNT_GATE	  0x80000000u
#define VUSECOUNT_ACTIVE  0x40000000u
#define VUSECOUNT_TOUCHED 0x20000000u
#define VUSECOUNT_MASK	  0x1fffffffu

/* A key of up to VCACHE_KEY_INLINE bytes lies in the vnode itself. */
#define VCACHE_KEY_INLINE 16
struct vcache_key {
	struct mount *vk_mount;
	const void *vk_key;
	size_t vk_key_len;
	uint32_t vk_hash;
};

#define VNC_VALID 0x80000000u

struct ncentry;

/*
 * Locks: as in <sys/vnode.h>, and (c) vcache_lock for writing, found under a read section; (d)
 * the LRU list's lock; (i) v_interlock; (l) mnt_vnodelock; (n) the name cache's lock; (s)
 * vi_nc_seq, see cache_enter_id().
 */
struct vnode_impl {
	struct vnode vi_vnode;
	krwlock_t vi_lock;	   /* the vnode lock: genfs_lock() */
	enum vnode_state vi_state; /* (i) */
	/* The walk of the name cache reads these. */
	uint32_t vi_nc_seq;		     /* (a) odd while the next four change */
	uid_t vi_nc_uid;		     /* (s) */
	gid_t vi_nc_gid;		     /* (s) */
	uint32_t vi_nc_mode;		     /* (s) and VNC_VALID: the identity may be used */
	LIST_HEAD(, ncentry) vi_nc_children; /* (n) entries in this directory */
	LIST_HEAD(, ncentry) vi_nc_names;    /* (n) entries for this vnode */
	/* Identity. */
	struct vnode_impl *vi_hash_next; /* (c) */
	struct vcache_key vi_key;	 /* (c) */
	uint64_t vi_key_inline[VCACHE_KEY_INLINE / 8];
	TAILQ_ENTRY(vnode_impl) vi_lrulist;   /* (d) */
	bool vi_onlru;			      /* (d) */
	TAILQ_ENTRY(vnode_impl) vi_mntvnodes; /* (l) */
	/* The syncer. */
	int vi_synclist_slot;
	TAILQ_ENTRY(vnode_impl) vi_synclist;
	/* Freed after a grace period: a finder's pointer stays a vnode until then. */
	struct rump_rcu_head vi_rcu;
	uint32_t vi_wberr;	/* (a) the last write error: wberr.c */
	struct vnode *vi_lower; /* (a) of a layer: whose file it is; looked at in a read section */
	uint8_t vi_lf_state;	/* lf_lock: advisory locks, lockf.c */
	kmutex_t vi_interlock;	/* what v_interlock points to at first */
};
typedef struct vnode_impl vnode_impl_t;

#define VIMPL_TO_VNODE(vip) (&(vip)->vi_vnode)
#define VNODE_TO_VIMPL(vp)  container_of((vp), struct vnode_impl, vi_vnode)

/* Panics unless the state is as said; VS_ACTIVE also wants a reference.  Nothing in release. */
#ifdef DIAGNOSTIC
void _vstate_assert(struct vnode *vp, enum vnode_state state, const char *func, int line);
#define VSTATE_ASSERT(vp, state) _vstate_assert((vp), (state), __func__, __LINE__)
#else
#define VSTATE_ASSERT(vp, state) ((void)0)
#endif
#define VSTATE_ASSERT_UNLOCKED(vp, state) VSTATE_ASSERT(vp, state)

/* A place in a mount's list of vnodes.  sleeps. */
struct vnode *vnalloc_marker(struct mount *mp);
void vnfree_marker(struct vnode *vp);
bool vnis_marker(struct vnode *vp);

/*
 * Of layers: vp shows the file of lower, which it has a reference to until it says NULL.  Errors of
 * writes that nobody waited for are then those of lower.
 */
void vnode_setlower(struct vnode *vp, struct vnode *lower);

/* Of the mount code: put a vnode on a mount's list, or take it off (mp NULL). */
void vfs_insmntque(struct vnode *vp, struct mount *mp);
/* desiredvnodes has changed: size the table of identities again.  sleeps. */
int vcache_reinit(void);

#endif /* KPI_SYS_VNODE_IMPL_H */
