/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Inside the name cache: entries, hashing, and the walk.
 *
 * An entry says that name in the directory nc_dvip is nc_vp, or (NULL) nothing.  Entries are found
 * in a read section and do not change, but for nc_used; they go when either vnode goes.
 */
#ifndef RUMP_NAMECACHE_H
#define RUMP_NAMECACHE_H

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/lwp.h>
#include <sys/namei.h>
#include <sys/vnode_impl.h>

#define NC_INLINE 32 /* bytes of name in an entry from the pool */
/* Path buffers and stored names may be read in words: this many bytes after the end. */
#define NC_SLACK  8

/* Locks: (n) nc_lock, (r) written under (n), read in a read section, (i) immutable, (a) atomic. */
struct ncentry {
	LIST_ENTRY(ncentry) nc_children; /* (n) in nc_dvip */
	LIST_ENTRY(ncentry) nc_names;	 /* (n) in nc_vp */
	TAILQ_ENTRY(ncentry) nc_lru;	 /* (n) */
	struct rump_rcu_head nc_rcu;
	struct ncentry *nc_next;     /* (r) chain; a cache line begins here */
	struct vnode_impl *nc_dvip;  /* (i) */
	struct vnode *nc_vp;	     /* (i) */
	uint32_t nc_hash;	     /* (i) */
	uint16_t nc_len;	     /* (i) bytes of the name */
	uint8_t nc_used;	     /* (a) hit since the reclaimer looked */
	uint8_t nc_whiteout;	     /* (i) */
	char nc_name[] __aligned(8); /* (i) padded with zeroes to a word */
};

struct nc_table {
	struct rump_rcu_head nt_rcu;
	uint32_t nt_mask;
	struct ncentry *nt_bucket[]; /* (r) */
};
extern struct nc_table *nc_table; /* (r) */

#define NC_K1	 0x9e3779b97f4a7c15u
#define NC_ONES	 0x0101010101010101u
#define NC_HIGHS 0x8080808080808080u

static inline uint64_t
nc_mix(uint64_t h, uint64_t w)
{
	h = (h ^ w) * NC_K1;
	return h ^ (h >> 32);
}

static inline uint64_t
nc_word(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* The hash of a name, of any memory. */
static inline uint64_t
nc_hash_name(const char *name, size_t len)
{
	uint64_t h = 0, w = 0;

	for (; len >= 8; len -= 8, name += 8)
		h = nc_mix(h, nc_word(name));
	memcpy(&w, name, len);
	return nc_mix(h, w);
}

/*
 * The hash of the component at p, which ends at a slash or NUL, and its length.  Reads words: up to
 * NC_SLACK bytes past the end.
 */
static inline uint64_t
nc_hash_path(const char *p, size_t *lenp)
{
	const char *q = p;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t h = 0, w, z, s;
	unsigned int n;

	for (;; q += 8, h = nc_mix(h, w)) {
		w = nc_word(q);
		s = w ^ (NC_ONES * '/');
		z = ((w - NC_ONES) & ~w & NC_HIGHS) | ((s - NC_ONES) & ~s & NC_HIGHS);
		if (z != 0)
			break;
	}
	n = __builtin_ctzll(z) >> 3;
	*lenp = q - p + n;
	return nc_mix(h, w & ((UINT64_C(1) << (8 * n)) - 1));
#else
	while (*q != '\0' && *q != '/')
		q++;
	*lenp = q - p;
	return nc_hash_name(p, q - p);
#endif
}

/* The hash of a name in a directory. */
static inline uint32_t
nc_hash(const struct vnode_impl *dvip, uint64_t namehash)
{
	return nc_mix(namehash, (uintptr_t)dvip) >> 16;
}

/* Find an entry; name may be of any memory.  ctx: read section, or nc_lock. */
static inline struct ncentry *
nc_find(const struct vnode_impl *dvip, const char *name, size_t len, uint32_t hash)
{
	const struct nc_table *nt = atomic_load_consume(&nc_table);
	struct ncentry *nc = atomic_load_consume(&nt->nt_bucket[hash & nt->nt_mask]);

	while (nc != NULL &&
	    (nc->nc_hash != hash || nc->nc_dvip != dvip || nc->nc_len != len ||
		memcmp(nc->nc_name, name, len) != 0))
		nc = atomic_load_consume(&nc->nc_next);
	return nc;
}

/* Do the names begin with the same len bytes?  Both may be read in words; nc_name ends in zeroes. */
static inline bool
nc_same_words(const char *nc_name, const char *p, size_t len)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	for (; len > 8; len -= 8, nc_name += 8, p += 8)
		if (nc_word(nc_name) != nc_word(p))
			return false;
	return ((nc_word(nc_name) ^ nc_word(p)) << (64 - 8 * len)) == 0;
#else
	return memcmp(nc_name, p, len) == 0;
#endif
}

/* The same for a name of a path buffer.  len is not 0. */
static inline struct ncentry *
nc_find_path(const struct vnode_impl *dvip, const char *p, size_t len, uint32_t hash)
{
	const struct nc_table *nt = atomic_load_consume(&nc_table);
	struct ncentry *nc = atomic_load_consume(&nt->nt_bucket[hash & nt->nt_mask]);

	while (nc != NULL &&
	    (nc->nc_hash != hash || nc->nc_dvip != dvip || nc->nc_len != len ||
		!nc_same_words(nc->nc_name, p, len)))
		nc = atomic_load_consume(&nc->nc_next);
	return nc;
}

static inline void
nc_touch(struct ncentry *nc)
{
	if (atomic_load_relaxed(&nc->nc_used) == 0)
		atomic_store_relaxed(&nc->nc_used, 1);
}

/* Who may search vip, if the file system keeps the cache informed. */
struct nc_id {
	uid_t ni_uid;
	gid_t ni_gid;
	uint32_t ni_mode; /* and VNC_VALID */
};
bool nc_getid(struct vnode_impl *vip, struct nc_id *id);

/*
 * One walk without locks.  In: nw_dvp and nw_path, where to begin; out, by result.
 */
enum nc_walk {
	NCW_FOUND,  /* nw_vp is the file, referenced */
	NCW_ABSENT, /* the cache knows that it is not there */
	NCW_ON,	    /* nw_dvp, nw_path and nw_missed: from here with locks */
};
struct nc_walker {
	struct vnode *nw_dvp;
	const char *nw_path;
	struct vnode *nw_vp;
	bool nw_missed;		  /* the cache has no entry for the component at nw_path */
	struct vnode *nw_rootdir; /* where '..' ends */
	kauth_cred_t nw_cred;
	bool nw_follow;	 /* a link in the last component counts as on the way */
	bool nw_parent;	 /* stop before the last component */
	bool nw_light;	 /* a light reference will do */
	bool nw_nocross; /* do not enter mounts */
};
/* ctx: read section.  NCW_ON: nothing is referenced. */
enum nc_walk cache_walk(struct nc_walker *nw);

#endif /* RUMP_NAMECACHE_H */
