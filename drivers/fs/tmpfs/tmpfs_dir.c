/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Directories: one tree of entries, by key.
 *
 *	key = 1 | hash of the name, 47 bits | number, 15 bits
 *
 * The number tells names of one hash apart.  A key is the entry's cookie too: it stays while the
 * entry does, so a reader that goes on from any cookie sees every entry that stays exactly once,
 * whatever is removed meanwhile.  "." and ".." have cookies 0 and 1.  The hash has a seed of the
 * mount, so that nobody can choose names that collide.
 */
#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/malloc.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "tmpfs.h"

#define KEY_MARK     ((uint64_t)1 << 62) /* cookies are positive, and those of "." and ".." small */
#define KEY_NUMBITS  15
#define KEY_NUMMASK  (((uint64_t)1 << KEY_NUMBITS) - 1)
#define KEY_HASHMASK ((KEY_MARK - 1) & ~KEY_NUMMASK)

#define MIX1 0x9e3779b97f4a7c15u
#define MIX2 0xd6e8feb86659fd93u

/* The last bytes of a name, less than 8, as a number: with the length they tell names apart. */
static inline uint64_t
name_tail(const char *name, size_t len)
{
	uint64_t w = 0;
	uint32_t lo, hi;

	if (len >= 4) {
		memcpy(&lo, name, 4);
		memcpy(&hi, name + len - 4, 4);
		return (uint64_t)hi << 32 | lo;
	}
	for (; len > 0; len--)
		w = w << 8 | (uint8_t)*name++;
	return w;
}

/* The least key that the name may have. */
static uint64_t
name_key(const struct tmpfs_mount *tm, const char *name, size_t len)
{
	uint64_t h = tm->tm_seed ^ (len * MIX1), w;

	for (; len >= 8; len -= 8, name += 8) {
		memcpy(&w, name, 8);
		h = (h ^ w) * MIX1;
		h ^= h >> 29;
	}
	w = name_tail(name, len);
	h = (h ^ w ^ tm->tm_seed) * MIX2;
	h ^= h >> 32;
	h *= MIX1;
	h ^= h >> 29;
	return KEY_MARK | (h & KEY_HASHMASK);
}

static inline struct tmpfs_dirent *
dirent_of(struct rb_node *rb)
{
	return rb == NULL ? NULL : container_of(rb, struct tmpfs_dirent, td_link);
}

/* The entry with this key or the next greater one. */
static struct tmpfs_dirent *
find_geq(struct tmpfs_node *dir, uint64_t key)
{
	struct rb_node *rb = dir->tn_dir.dir_root, *best = NULL;

	while (rb != NULL) {
		const struct tmpfs_dirent *const td = dirent_of(rb);

		if (td->td_key == key)
			return dirent_of(rb);
		if (key < td->td_key) {
			best = rb;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	return dirent_of(best);
}

static struct tmpfs_dirent *
next_entry(struct tmpfs_dirent *td)
{
	return dirent_of(rb_node_step(&td->td_link, RB_DIR_RIGHT));
}

static bool
same_hash(const struct tmpfs_dirent *td, uint64_t key)
{
	return td != NULL && (td->td_key & ~KEY_NUMMASK) == key;
}

struct tmpfs_dirent *
tmpfs_dir_find(struct tmpfs_mount *tm, struct tmpfs_node *dir, const char *name, size_t len)
{
	const uint64_t key = name_key(tm, name, len);
	struct tmpfs_dirent *td;

	for (td = find_geq(dir, key); same_hash(td, key); td = next_entry(td))
		if (td->td_namelen == len && memcmp(td->td_name, name, len) == 0)
			return td;
	return NULL;
}

struct tmpfs_dirent *
tmpfs_dirent_new(struct tmpfs_mount *tm, const char *name, size_t len)
{
	struct tmpfs_dirent *const td = tmpfs_alloc(tm, sizeof(*td) + len);

	if (td == NULL)
		return NULL;
	td->td_key = name_key(tm, name, len);
	td->td_node = NULL;
	td->td_namelen = (uint16_t)len;
	memcpy(td->td_name, name, len);
	return td;
}

void
tmpfs_dirent_free(struct tmpfs_mount *tm, struct tmpfs_dirent *td)
{
	tmpfs_free(tm, td, sizeof(*td) + td->td_namelen);
}

/* Where the key belongs: *parentp and the direction below it; false when it is taken. */
static bool
find_place(struct tmpfs_node *dir, uint64_t key, struct rb_node **parentp, unsigned *dirnp)
{
	struct rb_node *rb = dir->tn_dir.dir_root;

	*parentp = NULL;
	*dirnp = RB_DIR_LEFT;
	while (rb != NULL) {
		const uint64_t at = dirent_of(rb)->td_key;

		if (at == key)
			return false;
		*parentp = rb;
		*dirnp = key < at ? RB_DIR_LEFT : RB_DIR_RIGHT;
		rb = rb->rb_nodes[*dirnp];
	}
	return true;
}

static void
link_entry(struct tmpfs_node *dir, struct tmpfs_dirent *td)
{
	struct rb_node *parent;
	unsigned dirn;

	while (!find_place(dir, td->td_key, &parent, &dirn)) {
		KASSERT((td->td_key & KEY_NUMMASK) != KEY_NUMMASK);
		td->td_key++;
	}
	rb_node_link(&dir->tn_dir.dir_root, &td->td_link, parent, dirn);
}

static void
lead_to(struct tmpfs_dirent *td, struct tmpfs_node *tn)
{
	td->td_node = tn;
	td->td_ino = tn->tn_ino;
	td->td_type = (uint8_t)vtype2dt(tn->tn_type);
}

void
tmpfs_dir_insert(
    struct tmpfs_mount *tm, struct tmpfs_node *dir, struct tmpfs_dirent *td, struct tmpfs_node *tn)
{
	link_entry(dir, td);
	lead_to(td, tn);
	tmpfs_node_link(tn);
	if (tn->tn_type == VDIR) {
		tn->tn_dir.dir_parent = dir;
		dir->tn_nlink++;
	}
	dir->tn_size += (off_t)sizeof(*td);
	tmpfs_touch(dir, TMPFS_MODIFIED);
}

/* The node is no longer reached by this entry. */
static void
entry_leaves(struct tmpfs_mount *tm, struct tmpfs_node *dir, struct tmpfs_node *tn)
{
	if (tn->tn_type == VDIR)
		dir->tn_nlink--;
	tmpfs_touch(tn, TMPFS_CHANGED);
	tmpfs_node_unlink(tm, tn);
}

void
tmpfs_dir_remove(struct tmpfs_mount *tm, struct tmpfs_node *dir, struct tmpfs_dirent *td)
{
	struct tmpfs_node *const tn = td->td_node;

	rb_node_unlink(&dir->tn_dir.dir_root, &td->td_link);
	tmpfs_dirent_free(tm, td);
	dir->tn_size -= (off_t)sizeof(*td);
	tmpfs_touch(dir, TMPFS_MODIFIED);
	entry_leaves(tm, dir, tn);
}

void
tmpfs_dir_replace(
    struct tmpfs_mount *tm, struct tmpfs_node *dir, struct tmpfs_dirent *td, struct tmpfs_node *tn)
{
	struct tmpfs_node *const old = td->td_node;

	lead_to(td, tn);
	tmpfs_node_link(tn);
	if (tn->tn_type == VDIR) {
		tn->tn_dir.dir_parent = dir;
		dir->tn_nlink++;
	}
	tmpfs_touch(dir, TMPFS_MODIFIED);
	entry_leaves(tm, dir, old);
}

struct tmpfs_dirent *
tmpfs_dir_first(struct tmpfs_node *dir)
{
	return dirent_of(rb_node_outermost(dir->tn_dir.dir_root, RB_DIR_LEFT));
}

/* ---- Reading ---- */

/*
 * Entries on their way to the reader, some at a time.  A cookie is the offset behind its entry: the
 * entry's key, and one.
 */
struct outgoing {
	struct uio *uio;
	size_t room;	/* bytes that the reader has left, the chunk's not counted */
	size_t used;	/* bytes of the chunk */
	off_t next;	/* the offset behind the chunk */
	off_t *cookies; /* or NULL */
	int n;		/* entries */
	char chunk[512] __aligned(8);
};

static int
out_flush(struct outgoing *o)
{
	int error = 0;

	if (o->used > 0)
		error = uiomove(o->chunk, o->used, o->uio);
	if (error == 0)
		o->uio->uio_offset = o->next;
	o->used = 0;
	return error;
}

/* errors: EJUSTRETURN when there is no room for it; uiomove()'s. */
static inline int
out_entry(struct outgoing *o, ino_t ino, uint8_t type, const char *name, size_t len, off_t next)
{
	const size_t reclen = _DIRENT_RECLEN((struct dirent *)0, len);
	struct dirent *de;
	int error;

	if (o->room < reclen)
		return EJUSTRETURN;
	if (__predict_false(sizeof(o->chunk) - o->used < reclen)) {
		error = out_flush(o);
		if (error != 0)
			return error;
	}
	de = (void *)(o->chunk + o->used);
	memset((char *)de + reclen - 8, 0, 8); /* NUL and padding */
	de->d_fileno = ino;
	de->d_reclen = (uint16_t)reclen;
	de->d_namlen = (uint16_t)len;
	de->d_type = type;
	memcpy(de->d_name, name, len);
	o->used += reclen;
	o->room -= reclen;
	o->next = next;
	if (o->cookies != NULL)
		o->cookies[o->n] = next;
	o->n++;
	return 0;
}

/* From the cookie on; *eofp: there are no more. */
static int
walk(struct tmpfs_node *dir, off_t cookie, struct outgoing *o, bool *eofp)
{
	struct tmpfs_dirent *td;
	int error = 0;

	*eofp = false;
	if (cookie == 0)
		error = out_entry(o, dir->tn_ino, DT_DIR, ".", 1, 1);
	if (error == 0 && cookie <= 1)
		error = out_entry(o, dir->tn_dir.dir_parent->tn_ino, DT_DIR, "..", 2, 2);
	if (error == 0) {
		for (td = find_geq(dir, (uint64_t)cookie); td != NULL; td = next_entry(td)) {
			error = out_entry(o, td->td_ino, td->td_type, td->td_name, td->td_namelen,
			    (off_t)td->td_key + 1);
			if (error != 0)
				break;
		}
		*eofp = td == NULL;
	}
	if (error == 0 || error == EJUSTRETURN) {
		const int full = error != 0 && o->n == 0 ? EINVAL : 0; /* no room for one entry */

		error = out_flush(o);
		return error != 0 ? error : full;
	}
	return error;
}

int
tmpfs_readdir(void *v)
{
	struct vop_readdir_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct uio *const uio = ap->a_uio;
	const size_t maxcookies = uio->uio_resid / _DIRENT_MINSIZE((struct dirent *)0) + 1;
	struct outgoing o;
	const off_t start = uio->uio_offset;
	bool eof;
	int error;

	if (vp->v_type != VDIR)
		return ENOTDIR;
	if (start < 0)
		return EINVAL;
	if (VP_TO_TMPFS(vp)->tn_dir.dir_parent == NULL)
		return ENOENT; /* it was removed */
	o.uio = uio;
	o.room = uio->uio_resid;
	o.used = 0;
	o.next = start;
	o.n = 0;
	o.cookies = NULL;
	if (ap->a_cookies != NULL)
		o.cookies = malloc(maxcookies * sizeof(*o.cookies), M_TEMP, M_WAITOK);
	error = walk(VP_TO_TMPFS(vp), start, &o, &eof);
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = eof;
	if (error != 0 && o.cookies != NULL) {
		free(o.cookies, M_TEMP);
		o.cookies = NULL;
	}
	if (ap->a_cookies != NULL) {
		*ap->a_cookies = o.cookies;
		*ap->a_ncookies = o.n;
	}
	tmpfs_accessed(vp);
	return error;
}
