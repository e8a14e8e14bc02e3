/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The boot file system's bytes: SPEC.md has the layout, the enums here its offsets.
 *
 * Pure functions over byte buffers: they read and write nothing but what they are given, know no
 * kernel, and trust nothing.  Whether what they decode makes sense is for sysvbfs_load.c to say.
 */
#ifndef SYSVBFS_FMT_H
#define SYSVBFS_FMT_H

#include <sys/types.h>

#define BFS_MAGIC	0x1badfaceu
#define BFS_BSHIFT	9
#define BFS_BSIZE	512 /* bytes of a block, of the superblock too */
#define BFS_INODE_SIZE	64
#define BFS_DIRENT_SIZE 16
#define BFS_NAME_MAX	14
#define BFS_ROOT_INO	2    /* the first inode of the table */
#define BFS_MAX_INODES	512  /* in a table */
#define BFS_MAX_SLOTS	4096 /* in the directory */
#define BFS_NONE	0xffffffffu

/* Superblock, block 0. */
enum {
	BFSSB_MAGIC = 0,
	BFSSB_START = 4,
	BFSSB_END = 8,
	BFSSB_FROM = 12,
	BFSSB_TO = 16,
	BFSSB_BFROM = 20,
	BFSSB_BTO = 24,
	BFSSB_FSNAME = 28,
	BFSSB_VOLUME = 34,
};
#define BFS_LABEL_SIZE 6

struct bfs_super {
	uint32_t s_start;		       /* byte behind the inode table */
	uint32_t s_end;			       /* last byte of the file system */
	uint32_t s_from, s_to, s_bfrom, s_bto; /* a compaction under way, BFS_NONE: none */
	uint8_t s_fsname[BFS_LABEL_SIZE],
	    s_volume[BFS_LABEL_SIZE]; /* padded, perhaps without NUL */
};

/* Inode. */
enum {
	BFSI_INO = 0,
	BFSI_START = 4,
	BFSI_END = 8,
	BFSI_EOFFSET = 12,
	BFSI_TYPE = 16,
	BFSI_MODE = 20,
	BFSI_UID = 24,
	BFSI_GID = 28,
	BFSI_NLINK = 32,
	BFSI_ATIME = 36,
	BFSI_MTIME = 40,
	BFSI_CTIME = 44,
};
#define BFS_TYPE_FILE 1
#define BFS_TYPE_DIR  2

struct bfs_inode {
	uint16_t i_ino;	    /* 0: not in use */
	uint32_t i_start;   /* first block, 0: the file has none */
	uint32_t i_end;	    /* last block */
	uint32_t i_eoffset; /* last byte of the file, counted from the medium's beginning */
	uint32_t i_type;    /* BFS_TYPE_* */
	uint32_t i_mode;
	uint32_t i_uid, i_gid;
	uint32_t i_nlink;
	uint32_t i_atime, i_mtime, i_ctime; /* seconds since 1970 */
};

/* Directory entry: the inode's number, the name padded with NULs, without one when it has 14 bytes. */
enum { BFSD_INO = 0, BFSD_NAME = 2 };

struct bfs_dirent {
	uint16_t d_ino; /* 0: not in use */
	uint8_t d_namlen;
	char d_name[BFS_NAME_MAX]; /* d_namlen bytes, then NULs */
};

/* errors: EINVAL (short, or not this file system). */
int bfs_super_decode(const void *buf, size_t len, struct bfs_super *);
void bfs_super_encode(const struct bfs_super *, void *buf); /* BFS_BSIZE bytes */
/* errors: EINVAL (short). */
int bfs_inode_decode(const void *buf, size_t len, struct bfs_inode *);
void bfs_inode_encode(const struct bfs_inode *, void *buf); /* BFS_INODE_SIZE bytes */
/* errors: EINVAL (short). */
int bfs_dirent_decode(const void *buf, size_t len, struct bfs_dirent *);
void bfs_dirent_encode(const struct bfs_dirent *, void *buf); /* BFS_DIRENT_SIZE bytes */

/* What is in the extent; of inodes that are sound. */
uint32_t bfs_inode_blocks(const struct bfs_inode *);
uint32_t bfs_inode_size(const struct bfs_inode *); /* bytes */
/* Give it nblocks from start on and a size in bytes that they hold; nblocks 0: none. */
void bfs_inode_set(struct bfs_inode *, uint32_t start, uint32_t nblocks, uint32_t size);
/* Not empty, no slash. */
bool bfs_name_ok(const struct bfs_dirent *);

#endif /* SYSVBFS_FMT_H */
