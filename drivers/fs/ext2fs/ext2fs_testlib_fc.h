/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A writer of fast commits: records are gathered in memory as a kernel would lay them out, and then
 * put into the journal of an image.
 */
#ifndef EXT2FS_TESTLIB_FC_H
#define EXT2FS_TESTLIB_FC_H

#include <stddef.h>
#include <stdint.h>

enum {
	FC_ADD_RANGE = 1,
	FC_DEL_RANGE,
	FC_CREAT,
	FC_LINK,
	FC_UNLINK,
	FC_INODE,
	FC_PAD,
	FC_TAIL,
	FC_HEAD
};

/* An image that is being prepared, in memory. */
struct fc_image {
	char im_path[64];
	uint8_t *im_data;
	size_t im_len;
	uint32_t im_bsize;
	uint32_t im_isize;   /* bytes of an inode */
	uint32_t im_js;	     /* block of the journal's superblock */
	uint32_t im_tid;     /* that fast commits must bear */
	uint32_t im_area;    /* blocks for them */
	uint32_t *im_blocks; /* where these lie */
	uint8_t *im_log;     /* the area's contents */
	size_t im_used;	     /* bytes of them */
	uint32_t im_crc;
};

/* crc32c without inversions. */
uint32_t fc_crc32c(uint32_t crc, const void *, size_t);

/*
 * Leave a transaction in the image's journal that changes nothing (opened with jo's options), give
 * the journal the fast_commit feature, and load the image.  It has the feature of the file system,
 * so that room is set aside.
 */
void fc_open(struct fc_image *, const char *path, const char *jo);
/* Write log and image back; frees what is held. */
void fc_close(struct fc_image *);

/* debugfs's answers. */
uint32_t fc_ino(const struct fc_image *, const char *path);
/* The inode's bytes in im_data. */
uint8_t *fc_inode_at(const struct fc_image *, uint32_t ino);
/* An inode that is not in use and a run of blocks that are not, each time others. */
uint32_t fc_free_ino(const struct fc_image *, unsigned i);
uint32_t fc_free_block(const struct fc_image *, unsigned i);

/* ---- Records, padded to blocks as a kernel does ---- */

void fc_record(struct fc_image *, unsigned tag, const void *value, size_t len);
void fc_head(struct fc_image *, uint32_t tid, uint32_t features);
void fc_add_range(struct fc_image *, uint32_t ino, uint32_t lblk, uint16_t len, uint64_t blk);
void fc_del_range(struct fc_image *, uint32_t ino, uint32_t lblk, uint32_t len);
/* FC_CREAT, FC_LINK, FC_UNLINK. */
void fc_name(
    struct fc_image *, unsigned tag, uint32_t parent, uint32_t ino, const char *name, size_t len);
void fc_inode(struct fc_image *, uint32_t ino, const uint8_t *raw, size_t len);
/* wrong: xored into the checksum. */
void fc_tail(struct fc_image *, uint32_t tid, uint32_t wrong);

#endif /* EXT2FS_TESTLIB_FC_H */
