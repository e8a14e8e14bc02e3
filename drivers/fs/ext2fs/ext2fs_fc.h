/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Fast commits in core: what the journal's fast-commit area says of inodes, of blocks of files and
 * of names, on top of what stands on the device (and in the overlay).
 *
 * Built during the mount by ext2fs_fc_replay(), immutable afterwards.  NULL as um_fc is the rule;
 * everyone who asks has looked at that first.  Memory: a node for each record at most (two for a
 * range that cuts another one in two), so a small multiple of the area's bytes.
 */
#ifndef EXT2FS_FC_H
#define EXT2FS_FC_H

#include "ext2fs.h"

/* ---- ext2fs_fc_replay.c ---- */

/*
 * Read the fast commits for transaction tid, in the blocks [first, end) of the journal's inode.
 * *fcp: what they say, or NULL when there are none.
 * errors: EIO (a record that cannot be), EOPNOTSUPP (a feature that is not known).
 */
int ext2fs_fc_replay(
    struct e2node *journal, uint32_t first, uint32_t end, uint32_t tid, struct e2_fc **fcp);

/* ---- ext2fs_fc.c: while it is built; later records have the last word ---- */

struct e2_fc *ext2fs_fc_create(void);
void ext2fs_fc_destroy(struct e2_fc *);
void ext2fs_fc_add_inode(struct e2_fc *, const struct e2_fcinode *);
/* fr_block + fr_len does not overflow. */
void ext2fs_fc_add_range(struct e2_fc *, const struct e2_fcrange *);
void ext2fs_fc_add_name(struct e2_fc *, const struct e2_fcname *, bool created);
void ext2fs_fc_remove_name(struct e2_fc *, const struct e2_fcname *);

/* ---- ext2fs_fc.c: when it is asked ---- */

/*
 * The bytes of inode ino as the log has it.  false: the log does not tell, or *errorp is not 0.
 * owns: *bpp.  errors: EIO.
 */
bool ext2fs_fc_inode_bytes(
    struct ext2mount *, ino_t, struct buf **bpp, const uint8_t **bytes, int *errorp);
/*
 * What backs block lbn of the inode, as the log has it.  false: the device's map counts for the
 * blocks [lbn, *next).
 */
bool ext2fs_fc_map(const struct e2_fc *, ino_t, uint64_t lbn, struct e2_run *, uint64_t *next);
/*
 * Is the directory one that has no blocks, because the log made it?  *parent: where ".." leads.
 * As an exception um_fc may be NULL.
 */
bool ext2fs_fc_made_dir(const struct e2node *, ino_t *parent);

/* What the log says of a name. */
struct e2_fcword {
	uint32_t fw_ino;     /* where it leads; 0: see the next one */
	uint32_t fw_removed; /* the device's entry counts unless it leads here */
};

/* false: it does not tell. */
bool ext2fs_fc_word(
    const struct e2_fc *, ino_t dir, const void *name, size_t namelen, struct e2_fcword *);

/* The names that the log added to a directory, in an order that stays; false behind the last one. */
struct e2_fcadded {
	const uint8_t *fa_name;
	uint8_t fa_namlen;
	uint32_t fa_ino;
	const void *fa_node; /* for the next one */
};
bool ext2fs_fc_added_first(const struct e2_fc *, ino_t dir, uint64_t skip, struct e2_fcadded *);
bool ext2fs_fc_added_next(const struct e2_fc *, ino_t dir, struct e2_fcadded *);

#endif /* EXT2FS_FC_H */
