/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ext2fs in core: the mount, the inode, and what the files of this component offer each other.
 *
 * What is in memory about a file never changes after its vnode was loaded but for hints and, on
 * a writable mount, attributes.  What is remembered on the way (places of inode tables, checksums that
 * were right) are single words, read and written atomically.  No buffer is held over a uiomove().
 *
 * Lock order (README.md has that of all that is to come): vnode, the device's vnode or um_trans, buffer.
 * um_lock is a leaf around the meter of console lines.
 *
 * Every metadata block comes through ext2fs_bread(), which checks its number, looks it up in the
 * journal's overlay and says on the console what could not be read; every block of a file through
 * ext2fs_map().
 */
#ifndef EXT2FS_H
#define EXT2FS_H

#include <sys/param.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/vnode.h>
#include <miscfs/genfs/genfs_node.h>

#include "ext2fs_fmt.h"

struct buf;
struct lockf;
struct e2_fc;
struct e2_overlay;

#define E2_GROUP_SLOTS	64
#define E2_VERIFY_SLOTS 512

/* Locks: (i) immutable once mounted, (a) atomic, (l) um_lock. */
struct ext2mount {
	struct mount *um_mountp;	/* (i) */
	struct vnode *um_devvp;		/* (i) */
	struct e2_super um_super;	/* (i) */
	const char *um_name;		/* (i) device, for messages */
	uint64_t um_dev_blocks;		/* (i) blocks that the device holds */
	uint32_t um_bsize;		/* (i) bytes */
	uint32_t um_bshift;		/* (i) log2 of it */
	uint32_t um_ngroups;		/* (i) */
	uint32_t um_desc_size;		/* (i) bytes of a group descriptor */
	uint32_t um_csum_seed;		/* (i) */
	bool um_csum;			/* (i) metadata_csum */
	bool um_gdt_csum;		/* (i) crc16 of group descriptors */
	bool um_hurd;			/* (i) */
	bool um_rdonly;			/* (i) */
	bool um_was_valid;		/* (i) VALID when it was mounted; see ext2fs_rw.c */
	uint64_t um_max_bytes;		/* (i) of a file with an extent tree */
	uint64_t um_max_bytes_indirect; /* (i) of a file with block numbers */
	struct e2_overlay *um_overlay;	/* (i) blocks whose truth is in the journal, or NULL */
	struct e2_fc *um_fc;		/* (i) what fast commits say, or NULL: ext2fs_fc.h */
	kmutex_t um_trans;		/* held by a transaction; guards um_super's state */
	kmutex_t um_lock;
	uint64_t um_groups[E2_GROUP_SLOTS];    /* (a) inode tables found; see ext2fs_group.c */
	time_t um_say_second;		       /* (l) of the lines counted */
	unsigned um_say_lines;		       /* (l) */
	uint64_t um_verified[E2_VERIFY_SLOTS]; /* (a) blocks whose checksum was right */
};

/* Locks: (i) immutable, (a) atomic, (v) the vnode's: exclusive to write. */
struct e2node {
	struct genfs_node i_gnode; /* first: VTOG() */
	ino_t i_number;		   /* (i) the vcache key */
	struct ext2mount *i_um;	   /* (i) */
	struct e2_inode i_di;	   /* (v) owner, mode, times; (i) all else */
	uint32_t i_seed;	   /* (i) of checksums */
	uint32_t i_hint;	   /* (a) offset behind the entry last found, in a directory */
	uint64_t i_where;	   /* (a) of a directory: a block of it and its place, or 0 */
	dev_t i_rdev;		   /* (i) */
	struct lockf *i_lockf;	   /* advisory locks */
};

#define VTOE(vp)   ((struct e2node *)(vp)->v_data)
#define VFSTOE(mp) ((struct ext2mount *)(mp)->mnt_data)

static inline bool
ext2fs_has_incompat(const struct ext2mount *um, uint32_t feature)
{
	return (um->um_super.s_feature_incompat & feature) != 0;
}

static inline bool
ext2fs_has_ro_compat(const struct ext2mount *um, uint32_t feature)
{
	return (um->um_super.s_feature_ro_compat & feature) != 0;
}

/* Blocks of a file that behave alike. */
struct e2_run {
	uint64_t r_blk; /* first block on the disk; 0: a hole */
	uint64_t r_len; /* blocks from the one asked for on, at least 1 */
};

/* ---- ext2fs_io.c: blocks and complaints ---- */

/* One line, "ext2fs: DEVICE: ..."; no more than 20 a second. */
void ext2fs_say(struct ext2mount *, const char *fmt, ...) __printflike(2, 3);
/*
 * A block of metadata.  what and ino (0: none) say on the console whose it is.
 * sleeps.  owns: *bpp, to be given to brelse().  errors: EIO, ENOMEM.
 */
int ext2fs_bread(struct ext2mount *, uint64_t blk, const char *what, ino_t ino, struct buf **bpp);
/* The block that holds the superblock (at *off), by the overlay if there is one.  As ext2fs_bread. */
int ext2fs_bread_super(struct ext2mount *, struct buf **bpp, size_t *off);
/* Does the range lie in the file system? */
bool ext2fs_block_ok(const struct ext2mount *, uint64_t blk, uint64_t len);
/* The checksum of a block of inode ino was right before. */
bool ext2fs_verified(struct ext2mount *, uint64_t blk, ino_t ino);
void ext2fs_set_verified(struct ext2mount *, uint64_t blk, ino_t ino);
/* EIO, after the line that names block and inode. */
int ext2fs_bad_checksum(struct ext2mount *, const char *what, uint64_t blk, ino_t ino);

/* ---- ext2fs_super.c ---- */

/*
 * Read and check the superblock, replay the journal, set the (i) fields up.
 * errors: EINVAL (no ext2/3/4, or damaged), EROFS or EOPNOTSUPP (a feature that is refused), EIO.
 */
int ext2fs_super_load(struct ext2mount *);

/* ---- ext2fs_group.c ---- */

/* First block of a group's inode table.  errors: EIO. */
int ext2fs_inode_table(struct ext2mount *, uint32_t group, uint64_t *blk);
/* Does the group hold a copy of the superblock? */
bool ext2fs_group_has_super(const struct ext2mount *, uint32_t group);

/* ---- ext2fs_inode.c ---- */

/* The block of the table that holds an inode, and its offset there.  errors: ESTALE, EIO. */
int ext2fs_inode_where(struct ext2mount *, ino_t ino, uint64_t *blk, size_t *off);
/*
 * Where an inode lies: the buffer of its block, and its bytes.
 * owns: *bpp.  errors: ESTALE (no such number), EIO.
 */
int ext2fs_inode_bytes(struct ext2mount *, ino_t ino, struct buf **bpp, const uint8_t **bytes);
/* The same, without what fast commits say. */
int ext2fs_inode_device_bytes(
    struct ext2mount *, ino_t ino, struct buf **bpp, const uint8_t **bytes);
/* Decode, verify and judge inode ino.  errors: ESTALE, EIO. */
int ext2fs_inode_load(struct ext2mount *, ino_t ino, struct e2node *);

/* ---- ext2fs_bmap.c ---- */

/* What backs the file from block lbn on.  Not for inline data.  sleeps.  errors: EIO. */
int ext2fs_map(struct e2node *, uint64_t lbn, struct e2_run *);

/* ---- ext2fs_overlay.c: where the journal holds newer contents ---- */

struct e2_overlay *ext2fs_overlay_create(void);
void ext2fs_overlay_destroy(struct e2_overlay *);
/* Block blk of the file system stands in block copy of the device. */
void ext2fs_overlay_set(struct e2_overlay *, uint64_t blk, uint64_t copy, bool escaped);
void ext2fs_overlay_unset(struct e2_overlay *, uint64_t blk);
/* escaped: the first four bytes are the journal's magic number, and zero in the copy. */
bool ext2fs_overlay_find(const struct e2_overlay *, uint64_t blk, uint64_t *copy, bool *escaped);
/* The first overlaid block from blk on, or UINT64_MAX. */
uint64_t ext2fs_overlay_next(const struct e2_overlay *, uint64_t blk);
size_t ext2fs_overlay_count(const struct e2_overlay *);

/* ---- ext2fs_journal.c ---- */

/*
 * Read the log of the journal inode, and make um_overlay and um_fc of what it says.
 * errors: EIO, EOPNOTSUPP, EINVAL.
 */
int ext2fs_journal_replay(struct ext2mount *);
/*
 * Copy block lblk of the journal's inode into buf (NULL: don't); *phys (NULL: not wanted): where it
 * lies on the device.  errors: EIO.
 */
int ext2fs_journal_read(struct e2node *, uint32_t lblk, uint8_t *buf, uint64_t *phys);

/* ---- ext2fs_content.c: small contents as a whole ---- */

/*
 * Inline contents of a file or directory: E2_NBLOCK bytes of i_block, then the value of the
 * attribute "system.data".  *data is kmem memory of *size bytes (not 0).  errors: EIO, ENOMEM.
 */
int ext2fs_inline_read(struct e2node *, uint8_t **data, size_t *size);
/* The first size bytes of a file that is not inline.  errors: EIO. */
int ext2fs_content_read(struct e2node *, uint8_t *buf, size_t size);

/* ---- ext2fs_dir.c, ext2fs_htree.c, ext2fs_lookup.c ---- */

/* A directory's block: read, in range, checksum right.  owns: *bpp.  errors: EIO. */
int ext2fs_dir_block(struct e2node *, uint64_t lbn, struct buf **bpp);
/* Does the entry bear this name? */
bool ext2fs_dirent_is(const struct e2_dirent *, const char *name, size_t len);
/* EIO, after a line about what is wrong at off of a directory. */
int ext2fs_dir_bad(struct e2node *, uint64_t off, const char *what);
/* Casefolded and encrypted directories are refused.  errors: EOPNOTSUPP. */
int ext2fs_dir_usable(struct e2node *);
/*
 * Look for name in [buf, buf + len), which lies at byte base of the directory.
 * errors: ENOENT, EIO.  *ino and *end (behind the entry) on success.
 */
int ext2fs_dir_scan(struct e2node *, const uint8_t *buf, size_t len, uint64_t base,
    const char *name, size_t namelen, ino_t *ino, uint64_t *end);
/* Look a name up by the hash tree; as ext2fs_dir_scan. */
int ext2fs_htree_lookup(
    struct e2node *, const char *name, size_t namelen, ino_t *ino, uint64_t *end);
/* By whatever way the directory has.  "." is not for here.  errors: ENOENT, EIO, EOPNOTSUPP. */
int ext2fs_dir_lookup(struct e2node *, const char *name, size_t namelen, ino_t *ino);

/* ---- ext2fs_xattr.c ---- */

/*
 * The raw value of an attribute by its on-disk name, e.g. E2_XATTR_INDEX_SYSTEM "data".
 * *value is kmem memory of *size bytes, NULL when the value is empty.
 * errors: ENOATTR, EIO, ENOMEM.
 */
int ext2fs_xattr_get(struct e2node *, uint8_t index, const char *name, size_t namelen,
    uint8_t **value, size_t *size);

/* ---- vnode operations ---- */

extern pool_cache_t ext2fs_node_cache; /* of struct e2node */

extern int (**ext2fs_vnodeop_p)(void *);
extern int (**ext2fs_specop_p)(void *);
extern int (**ext2fs_fifoop_p)(void *);
extern const struct vnodeopv_desc ext2fs_vnodeop_opv_desc;
extern const struct vnodeopv_desc ext2fs_specop_opv_desc;
extern const struct vnodeopv_desc ext2fs_fifoop_opv_desc;

int ext2fs_vop_lookup(void *);
int ext2fs_vop_readdir(void *);
int ext2fs_vop_read(void *);
int ext2fs_vop_readlink(void *);
int ext2fs_vop_bmap(void *);
int ext2fs_vop_strategy(void *);
int ext2fs_vop_getextattr(void *);
int ext2fs_vop_listextattr(void *);

#endif /* EXT2FS_H */
