/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The bytes of ext2, ext3 and ext4 on disk: where each field lies, and functions that decode a
 * structure into a native one.  Nothing else in this component looks at raw bytes.
 *
 * The layout is drawn in SPEC.md.  All integers are little endian but the journal's, which are big
 * endian.  A decoder takes a buffer and its length, reads nothing behind that length, and answers
 * 0, or EINVAL when the structure does not fit or contradicts itself; whether the values make sense
 * for the file system at hand is for the caller to say.
 */
#ifndef EXT2FS_FMT_H
#define EXT2FS_FMT_H

#include <sys/types.h>

/* Superblock: E2_SB_SIZE bytes at byte E2_SB_OFFSET of the device. */
enum {
	E2_SB_OFFSET = 1024,
	E2_SB_SIZE = 1024,
	E2_MAGIC = 0xef53,

	E2SB_INODES_COUNT = 0x00,
	E2SB_BLOCKS_COUNT = 0x04,
	E2SB_R_BLOCKS_COUNT = 0x08,
	E2SB_FREE_BLOCKS = 0x0c,
	E2SB_FREE_INODES = 0x10,
	E2SB_FIRST_DATA_BLOCK = 0x14,
	E2SB_LOG_BLOCK_SIZE = 0x18,
	E2SB_LOG_CLUSTER_SIZE = 0x1c,
	E2SB_BLOCKS_PER_GROUP = 0x20,
	E2SB_CLUSTERS_PER_GROUP = 0x24,
	E2SB_INODES_PER_GROUP = 0x28,
	E2SB_MTIME = 0x2c,
	E2SB_WTIME = 0x30,
	E2SB_MNT_COUNT = 0x34,
	E2SB_MAGIC = 0x38,
	E2SB_STATE = 0x3a,
	E2SB_CREATOR_OS = 0x48,
	E2SB_REV_LEVEL = 0x4c,
	E2SB_FIRST_INO = 0x54,
	E2SB_INODE_SIZE = 0x58,
	E2SB_FEATURE_COMPAT = 0x5c,
	E2SB_FEATURE_INCOMPAT = 0x60,
	E2SB_FEATURE_RO_COMPAT = 0x64,
	E2SB_UUID = 0x68,
	E2SB_VOLUME_NAME = 0x78,
	E2SB_JOURNAL_INUM = 0xe0,
	E2SB_JOURNAL_DEV = 0xe4,
	E2SB_LAST_ORPHAN = 0xe8,
	E2SB_HASH_SEED = 0xec,
	E2SB_DEF_HASH_VERSION = 0xfc,
	E2SB_DESC_SIZE = 0xfe,
	E2SB_FIRST_META_BG = 0x104,
	E2SB_BLOCKS_COUNT_HI = 0x150,
	E2SB_R_BLOCKS_COUNT_HI = 0x154,
	E2SB_FREE_BLOCKS_HI = 0x158,
	E2SB_FLAGS = 0x160,
	E2SB_CHECKSUM_TYPE = 0x175,
	E2SB_OVERHEAD = 0x248,
	E2SB_BACKUP_BGS = 0x24c,
	E2SB_CHECKSUM_SEED = 0x270,
	E2SB_WTIME_HI = 0x274,
	E2SB_MTIME_HI = 0x275,
	E2SB_CHECKSUM = 0x3fc,
};

#define E2_COMPAT_HAS_JOURNAL	0x0004u
#define E2_COMPAT_DIR_INDEX	0x0020u
#define E2_COMPAT_SPARSE_SUPER2 0x0200u
#define E2_COMPAT_FAST_COMMIT	0x0400u

#define E2_INCOMPAT_COMPRESSION 0x00001u
#define E2_INCOMPAT_FILETYPE	0x00002u
#define E2_INCOMPAT_RECOVER	0x00004u
#define E2_INCOMPAT_JOURNAL_DEV 0x00008u
#define E2_INCOMPAT_META_BG	0x00010u
#define E2_INCOMPAT_EXTENTS	0x00040u
#define E2_INCOMPAT_64BIT	0x00080u
#define E2_INCOMPAT_MMP		0x00100u
#define E2_INCOMPAT_FLEX_BG	0x00200u
#define E2_INCOMPAT_EA_INODE	0x00400u
#define E2_INCOMPAT_DIRDATA	0x01000u
#define E2_INCOMPAT_CSUM_SEED	0x02000u
#define E2_INCOMPAT_LARGEDIR	0x04000u
#define E2_INCOMPAT_INLINE_DATA 0x08000u
#define E2_INCOMPAT_ENCRYPT	0x10000u
#define E2_INCOMPAT_CASEFOLD	0x20000u

#define E2_ROCOMPAT_SPARSE_SUPER  0x0001u
#define E2_ROCOMPAT_LARGE_FILE	  0x0002u
#define E2_ROCOMPAT_HUGE_FILE	  0x0008u
#define E2_ROCOMPAT_GDT_CSUM	  0x0010u
#define E2_ROCOMPAT_DIR_NLINK	  0x0020u
#define E2_ROCOMPAT_EXTRA_ISIZE	  0x0040u
#define E2_ROCOMPAT_BIGALLOC	  0x0200u
#define E2_ROCOMPAT_METADATA_CSUM 0x0400u

#define E2_FLAG_SIGNED_HASH   0x1u
#define E2_FLAG_UNSIGNED_HASH 0x2u

#define E2_STATE_VALID 0x1u /* unmounted, and nothing wrong then */
#define E2_STATE_ERROR 0x2u /* damage was seen */

#define E2_OS_HURD	   1u
#define E2_CHECKSUM_CRC32C 1u

struct e2_super {
	uint64_t s_blocks_count;
	uint64_t s_r_blocks_count;
	uint64_t s_free_blocks;
	uint64_t s_overhead_clusters;
	uint32_t s_inodes_count;
	uint32_t s_free_inodes;
	uint32_t s_first_data_block;
	uint32_t s_log_block_size; /* block size is 1024 << this */
	uint32_t s_log_cluster_size;
	uint32_t s_blocks_per_group;
	uint32_t s_clusters_per_group;
	uint32_t s_inodes_per_group;
	uint32_t s_creator_os;
	uint32_t s_rev_level;
	uint32_t s_first_ino;
	uint32_t s_feature_compat;
	uint32_t s_feature_incompat;
	uint32_t s_feature_ro_compat;
	uint32_t s_journal_inum;
	uint32_t s_journal_dev;
	uint32_t s_hash_seed[4];
	uint32_t s_first_meta_bg;
	uint32_t s_flags;
	uint32_t s_checksum_seed;
	uint32_t s_backup_bgs[2];
	uint32_t s_last_orphan; /* first of the list of inodes without names, or 0 */
	uint32_t s_checksum;
	uint16_t s_inode_size;
	uint16_t s_desc_size;
	uint16_t s_magic;
	uint16_t s_state;     /* E2_STATE_* */
	uint16_t s_mnt_count; /* since the last check */
	uint8_t s_def_hash_version;
	uint8_t s_checksum_type;
	uint8_t s_uuid[16];
};

/* Group descriptor: 32 bytes, or s_desc_size (64 and more) with the 64bit feature. */
enum {
	E2_GD_SIZE = 32,
	E2_GD_SIZE64 = 64,

	E2GD_BLOCK_BITMAP = 0x00,
	E2GD_INODE_BITMAP = 0x04,
	E2GD_INODE_TABLE = 0x08,
	E2GD_FLAGS = 0x12,
	E2GD_ITABLE_UNUSED = 0x1c,
	E2GD_CHECKSUM = 0x1e,
	E2GD_BLOCK_BITMAP_HI = 0x20,
	E2GD_INODE_BITMAP_HI = 0x24,
	E2GD_INODE_TABLE_HI = 0x28,
};

struct e2_group {
	uint64_t g_inode_table; /* first block */
	uint16_t g_flags;
	uint16_t g_checksum;
};

/* Inode: 128 bytes, or s_inode_size. */
enum {
	E2_ROOT_INO = 2,
	E2_INLINE_PARENT_SIZE = 4, /* before the entries of an inline directory */
	E2_INODE_OLD_SIZE = 128,
	E2_NBLOCK = 60, /* bytes of i_block */
	E2_NDADDR = 12, /* direct block numbers in i_block */

	E2I_MODE = 0x00,
	E2I_UID = 0x02,
	E2I_SIZE = 0x04,
	E2I_ATIME = 0x08,
	E2I_CTIME = 0x0c,
	E2I_MTIME = 0x10,
	E2I_DTIME = 0x14,
	E2I_GID = 0x18,
	E2I_LINKS = 0x1a,
	E2I_BLOCKS = 0x1c,
	E2I_FLAGS = 0x20,
	E2I_BLOCK = 0x28,
	E2I_GENERATION = 0x64,
	E2I_FILE_ACL = 0x68,
	E2I_SIZE_HI = 0x6c,
	E2I_BLOCKS_HI = 0x74,
	E2I_FILE_ACL_HI = 0x76,
	E2I_UID_HI = 0x78,
	E2I_GID_HI = 0x7a,
	E2I_CHECKSUM_LO = 0x7c,
	E2I_EXTRA_ISIZE = 0x80,
	E2I_CHECKSUM_HI = 0x82,
	E2I_CTIME_EXTRA = 0x84,
	E2I_MTIME_EXTRA = 0x88,
	E2I_ATIME_EXTRA = 0x8c,
	E2I_CRTIME = 0x90,
	E2I_CRTIME_EXTRA = 0x94,
};

#define E2_IMMUTABLE_FL	  0x00000010u
#define E2_APPEND_FL	  0x00000020u
#define E2_NODUMP_FL	  0x00000040u
#define E2_ENCRYPT_FL	  0x00000800u
#define E2_INDEX_FL	  0x00001000u
#define E2_HUGE_FILE_FL	  0x00040000u
#define E2_EXTENTS_FL	  0x00080000u
#define E2_EA_INODE_FL	  0x00200000u
#define E2_INLINE_DATA_FL 0x10000000u
#define E2_CASEFOLD_FL	  0x40000000u

struct e2_time {
	int64_t t_sec;
	uint32_t t_nsec;
};

struct e2_inode {
	uint64_t i_size;
	uint64_t i_blocks;   /* of 512 bytes, or of the block size (E2_HUGE_FILE_FL) */
	uint64_t i_file_acl; /* xattr block or 0 */
	struct e2_time i_atime, i_mtime, i_ctime, i_crtime;
	uint32_t i_uid, i_gid;
	uint32_t i_flags;
	uint32_t i_generation;
	uint32_t i_dtime;
	uint32_t i_checksum;
	uint16_t i_mode; /* type and permission bits, numbered as S_IF* */
	uint16_t i_links;
	uint16_t i_extra_isize;
	bool i_has_crtime;
	bool i_has_checksum_hi;
	uint8_t i_block[E2_NBLOCK]; /* as on disk: extents, block numbers or data */
};

/* Extent tree: a header, then entries of 12 bytes; a block's tail of 4 bytes is its checksum. */
enum {
	E2_EXT_MAGIC = 0xf30a,
	E2_EXT_HDR_SIZE = 12,
	E2_EXT_ENTRY_SIZE = 12,
	E2_EXT_TAIL_SIZE = 4,
	E2_EXT_MAX_DEPTH = 5,
	E2_EXT_MAX_LEN = 32768, /* above: unwritten, this much too long */

	E2EH_MAGIC = 0,
	E2EH_ENTRIES = 2,
	E2EH_MAX = 4,
	E2EH_DEPTH = 6,
	E2EE_BLOCK = 0,
	E2EE_LEN = 4,
	E2EE_START_HI = 6,
	E2EE_START = 8,
	E2EX_BLOCK = 0,
	E2EX_LEAF = 4,
	E2EX_LEAF_HI = 8,
};

struct e2_exthdr {
	uint16_t eh_entries;
	uint16_t eh_max;
	uint16_t eh_depth; /* 0: leaf */
};

struct e2_extent {
	uint64_t ee_start; /* first block on disk */
	uint32_t ee_block; /* first block of the file */
	uint32_t ee_len;   /* blocks */
	bool ee_unwritten; /* reads as zeros */
};

struct e2_extidx {
	uint64_t ei_leaf;  /* block of the next level */
	uint32_t ei_block; /* first file block it covers */
};

/* Directory entry; block tail; hash tree. */
enum {
	E2_DIRENT_HDR = 8,
	E2_NAME_MAX = 255,
	E2_DIRTAIL_SIZE = 12,
	E2_FT_DIRTAIL = 0xde,

	E2DE_INO = 0,
	E2DE_RECLEN = 4,
	E2DE_NAMELEN = 6,
	E2DE_TYPE = 7,
	E2DE_NAME = 8,
	E2DT_CHECKSUM = 8,

	E2_DX_ROOT_INFO = 24, /* behind "." and ".." of the first block */
	E2_DX_ROOT_LIMIT = 32,
	E2_DX_NODE_LIMIT = 8,
	E2_DX_ENTRY_SIZE = 8,
	E2_DX_TAIL_SIZE = 8,
	E2_DX_MAX_LEVELS = 3,
	E2DXI_HASH_VERSION = 4,
	E2DXI_INFO_LENGTH = 5,
	E2DXI_INDIRECT_LEVELS = 6,
};

struct e2_dirent {
	uint32_t d_ino; /* 0: unused */
	uint32_t d_reclen;
	uint8_t d_namlen;
	uint8_t d_type;	       /* E2_FT_*, 0 when unknown */
	const uint8_t *d_name; /* in the block, not terminated */
};

enum {
	E2_FT_UNKNOWN,
	E2_FT_REG,
	E2_FT_DIR,
	E2_FT_CHR,
	E2_FT_BLK,
	E2_FT_FIFO,
	E2_FT_SOCK,
	E2_FT_LNK
};

enum e2_hash_version {
	E2_HASH_LEGACY = 0,
	E2_HASH_HALF_MD4 = 1,
	E2_HASH_TEA = 2,
	E2_HASH_LEGACY_UNSIGNED = 3,
	E2_HASH_HALF_MD4_UNSIGNED = 4,
	E2_HASH_TEA_UNSIGNED = 5,
	E2_HASH_SIPHASH = 6, /* casefolded and encrypted directories */
};

struct e2_dxroot {
	uint8_t dx_hash_version;
	uint8_t dx_levels; /* index levels below the root: 0 to 2 */
};

struct e2_dxnode {	 /* also the table inside the root */
	uint32_t dx_off; /* byte offset of entry 0 in the block */
	uint16_t dx_count;
	uint16_t dx_limit;
};

struct e2_dxentry {
	uint32_t dx_hash;  /* entry 0: none, it stands below all */
	uint32_t dx_block; /* of the directory */
};

/* Extended attributes. */
enum {
	E2_XATTR_HDR_SIZE = 32,
	E2_XATTR_ENTRY_SIZE = 16,

	E2XH_MAGIC = 0x00,
	E2XH_BLOCKS = 0x08,
	E2XH_CHECKSUM = 0x10,
	E2XE_NAME_LEN = 0,
	E2XE_NAME_INDEX = 1,
	E2XE_VALUE_OFFS = 2,
	E2XE_VALUE_INUM = 4,
	E2XE_VALUE_SIZE = 8,
	E2XE_HASH = 12,
	E2XE_NAME = 16,
};
#define E2_XATTR_MAGIC 0xea020000u

enum {
	E2_XATTR_INDEX_USER = 1,
	E2_XATTR_INDEX_ACL_ACCESS = 2,
	E2_XATTR_INDEX_ACL_DEFAULT = 3,
	E2_XATTR_INDEX_TRUSTED = 4,
	E2_XATTR_INDEX_SECURITY = 6,
	E2_XATTR_INDEX_SYSTEM = 7,
	E2_XATTR_INDEX_RICHACL = 8,
	E2_XATTR_INDEX_ENCRYPTION = 9,
};

struct e2_xattr {
	uint32_t x_inum; /* inode that holds the value, or 0 */
	uint32_t x_size; /* of the value, bytes */
	uint16_t x_offs; /* of the value, from the region's origin */
	uint8_t x_index; /* E2_XATTR_INDEX_* */
	uint8_t x_namelen;
	const uint8_t *x_name; /* in the region, not terminated */
};

/* Journal (JBD2), big endian. */
enum {
	E2J_MAGIC_OFF = 0,
	E2J_TYPE = 4,
	E2J_SEQUENCE = 8,
	E2J_HDR_SIZE = 12,

	E2J_DESCRIPTOR = 1,
	E2J_COMMIT = 2,
	E2J_SUPER_V1 = 3,
	E2J_SUPER_V2 = 4,
	E2J_REVOKE = 5,

	E2JS_SIZE = 1024,
	E2JS_BLOCKSIZE = 0x0c,
	E2JS_MAXLEN = 0x10,
	E2JS_FIRST = 0x14,
	E2JS_SEQUENCE = 0x18,
	E2JS_START = 0x1c,
	E2JS_COMPAT = 0x24,
	E2JS_INCOMPAT = 0x28,
	E2JS_RO_COMPAT = 0x2c,
	E2JS_UUID = 0x30,
	E2JS_CHECKSUM_TYPE = 0x50,
	E2JS_NUM_FC_BLOCKS = 0x54,
	E2JS_CHECKSUM = 0xfc,

	E2JR_COUNT = 12,
	E2JR_RECORDS = 16,
	E2JC_CHKSUM_TYPE = 12,
	E2JC_CHKSUM_SIZE = 13,
	E2JC_CHKSUM = 16,
	E2J_UUID_SIZE = 16,
	E2J_TAIL_SIZE = 4,

	E2JT_ESCAPE = 1,
	E2JT_SAME_UUID = 2,
	E2JT_DELETED = 4,
	E2JT_LAST = 8,

	E2J_FC_DEFAULT_BLOCKS = 256,
};
#define E2J_MAGIC 0xc03b3998u

#define E2J_COMPAT_CHECKSUM	  0x01u
#define E2J_INCOMPAT_REVOKE	  0x01u
#define E2J_INCOMPAT_64BIT	  0x02u
#define E2J_INCOMPAT_ASYNC_COMMIT 0x04u
#define E2J_INCOMPAT_CSUM_V2	  0x08u
#define E2J_INCOMPAT_CSUM_V3	  0x10u
#define E2J_INCOMPAT_FAST_COMMIT  0x20u

struct e2_jsuper {
	uint32_t js_type; /* E2J_SUPER_V1 or V2 */
	uint32_t js_blocksize;
	uint32_t js_maxlen;   /* blocks in the journal */
	uint32_t js_first;    /* first block of the log */
	uint32_t js_sequence; /* of the first transaction */
	uint32_t js_start;    /* its block; 0: the log is empty */
	uint32_t js_compat, js_incompat, js_ro_compat;
	uint32_t js_num_fc_blocks;
	uint32_t js_checksum;
	uint8_t js_checksum_type;
	uint8_t js_uuid[16];
};

struct e2_jheader {
	uint32_t jh_type;
	uint32_t jh_sequence;
};

struct e2_jtag {
	uint64_t jt_block;
	uint32_t jt_checksum; /* 32 bits (v3) or 16 (v2) */
	uint32_t jt_flags;    /* E2JT_* */
	uint32_t jt_size;     /* bytes this tag takes, its uuid included */
};

struct e2_jcommit {
	uint32_t jc_chksum;
	uint8_t jc_chksum_type, jc_chksum_size;
};

/* Fast commits: records of tag, length, value, little endian, none across a block's end. */
enum {
	E2FC_HDR_SIZE = 4,     /* tag and length */
	E2FC_TAIL_COVERED = 4, /* bytes of a tail's value that its checksum covers */

	E2FC_ADD_RANGE = 1,
	E2FC_DEL_RANGE = 2,
	E2FC_CREAT = 3,
	E2FC_LINK = 4,
	E2FC_UNLINK = 5,
	E2FC_INODE = 6,
	E2FC_PAD = 7,
	E2FC_TAIL = 8,
	E2FC_HEAD = 9,
};

struct e2_fcrec {
	uint16_t fc_tag; /* E2FC_* */
	uint16_t fc_len; /* of the value, which has all bytes that its tag needs */
	const uint8_t *fc_value;
};

struct e2_fchead {
	uint32_t fh_features;
	uint32_t fh_tid; /* the transaction that was running */
};

struct e2_fctail {
	uint32_t ft_tid;
	uint32_t ft_crc; /* over all records of the commit, this one up to here */
};

struct e2_fcrange {
	uint64_t fr_start; /* block on disk; 0: reads as zeros */
	uint32_t fr_ino;
	uint32_t fr_block; /* of the file */
	uint32_t fr_len;   /* blocks */
};

struct e2_fcname {
	uint32_t fn_parent;
	uint32_t fn_ino;
	uint8_t fn_namlen;
	const uint8_t *fn_name; /* in the record, not terminated */
};

struct e2_fcinode {
	uint32_t fi_ino;
	uint16_t fi_len;       /* bytes of the inode that there are, E2_INODE_OLD_SIZE at least */
	const uint8_t *fi_raw; /* in the record */
};

/* ctx: any, all of them.  errors: EINVAL, as the head comment says. */
int e2_super_decode(const void *, size_t len, struct e2_super *);
int e2_group_decode(const void *, size_t len, struct e2_group *);
int e2_inode_decode(const void *, size_t len, bool hurd, struct e2_inode *);
/* The device number that i_block holds, of a device's inode. */
void e2_rdev_decode(const uint8_t block[E2_NBLOCK], uint32_t *maj, uint32_t *min);
/* Block number i of i_block or of an indirect block. */
uint32_t e2_blkno_decode(const void *, size_t i);

/* len: the bytes the node may use (60 in an inode, the block size in a block). */
int e2_exthdr_decode(const void *, size_t len, struct e2_exthdr *);
/* i < eh_entries of a header decoded from the same node. */
/* The first file block of entry i, of a leaf or of an index. */
uint32_t e2_extentry_block(const void *, unsigned i);
void e2_extent_decode(const void *, unsigned i, struct e2_extent *);
void e2_extidx_decode(const void *, unsigned i, struct e2_extidx *);
/* The E2_EXT_ENTRY_SIZE bytes of one extent. */
void e2_extent_entry_decode(const void *, struct e2_extent *);
/* The stored checksum of an extent block with room for max entries. */
uint32_t e2_exttail_decode(const void *, size_t len, const struct e2_exthdr *);

/* The parent that an inline directory's i_block begins with. */
uint32_t e2_inline_parent_decode(const uint8_t block[E2_NBLOCK]);
/* The entry at off of a directory block (or inline region) of len bytes. */
int e2_dirent_decode(const void *, size_t len, size_t off, struct e2_dirent *);
/* Has the block a checksum tail, and what does it say? */
bool e2_dirtail_decode(const void *, size_t len, uint32_t *sum);
int e2_dxroot_decode(const void *, size_t len, struct e2_dxroot *);
/* csum: the last 8 bytes of the block are a tail.  levels of the root say what kind b is. */
int e2_dxnode_decode(const void *, size_t len, bool root, bool csum, struct e2_dxnode *);
void e2_dxentry_decode(const void *, const struct e2_dxnode *, unsigned i, struct e2_dxentry *);
/* Offset of the tail behind dx_limit entries: 4 reserved bytes, then the checksum. */
size_t e2_dxtail_offset(const struct e2_dxnode *);
/* The checksum in the tail of a block decoded with csum. */
uint32_t e2_dxtail_decode(const void *, const struct e2_dxnode *);

/*
 * The attribute entry at *off of a region of len bytes; *off moves to the next one.  ENOENT at the
 * list's end.  Value offsets count from the region's start plus origin.
 */
int e2_xattr_decode(const void *, size_t len, size_t *off, struct e2_xattr *);
/* Is this a sound header of an attribute block? */
int e2_xattr_header_decode(const void *, size_t len, uint32_t *checksum);
/* Has the inode's body attributes?  off: where their entries start. */
bool e2_inode_xattrs(const void *, size_t len, unsigned extra_isize, size_t *off);

/*
 * An ACL as it is stored (version 1: entries of 4 or 8 bytes) in the form that user programs get
 * (version 2: all of 8).  *outlen: room in out, then bytes made.
 */
int e2_acl_convert(const void *, size_t len, uint8_t *out, size_t *outlen);

int e2_jsuper_decode(const void *, size_t len, struct e2_jsuper *);
/* EINVAL when the block does not carry the journal's magic number. */
int e2_jheader_decode(const void *, size_t len, struct e2_jheader *);
/* The tag at off of a descriptor block; len without the tail. */
int e2_jtag_decode(
    const void *, size_t len, size_t off, const struct e2_jsuper *, struct e2_jtag *);
/* Revoked block i; ENOENT behind the last one. */
int e2_jrevoke_decode(const void *, size_t len, bool wide, uint32_t i, uint64_t *blk);
/* The checksum at the end of a descriptor or revoke block of len bytes (v2, v3). */
uint32_t e2_jtail_decode(const void *, size_t len);
int e2_jcommit_decode(const void *, size_t len, struct e2_jcommit *);

/* The record at off of a block; ENOENT: the block ends here. */
int e2_fcrec_decode(const void *, size_t len, size_t off, struct e2_fcrec *);
/* The values of records that e2_fcrec_decode() gave out, by their tags. */
void e2_fchead_decode(const struct e2_fcrec *, struct e2_fchead *);
void e2_fctail_decode(const struct e2_fcrec *, struct e2_fctail *);
void e2_fcrange_decode(const struct e2_fcrec *, struct e2_fcrange *);
void e2_fcname_decode(const struct e2_fcrec *, struct e2_fcname *);
void e2_fcinode_decode(const struct e2_fcrec *, struct e2_fcinode *);
uint32_t e2_fcinode_generation(const uint8_t *raw);
/*
 * The inode of isize bytes that comes of a record of len bytes and of base, the one that stands on
 * the device (NULL: none that counts).  The checksum is left as it was: e2_inode_set_checksum().
 */
void e2_fcinode_merge(
    const uint8_t *rec, size_t len, const uint8_t *base, uint8_t *out, size_t isize);
void e2_inode_set_checksum(uint8_t *, bool hi, uint32_t sum);
/* Put a time into the range that an inode has for it; wide: with the extra fields, 1901 to 2446. */
struct e2_time e2_time_fit(struct e2_time, bool wide);
/* Does the inode have the extra fields of its three times? */
bool e2_inode_wide_times(const struct e2_inode *);
/*
 * The inverse of e2_inode_decode(): write the fields over the len bytes of an inode that was decoded
 * with the same extra size.  Times are in their range.  What *ip does not have stays, the checksum too.
 */
void e2_inode_encode(const struct e2_inode *ip, void *, size_t len);
/* Write state and mount count, and the times unless they are 0 (seconds), over a superblock. */
void e2_super_encode_state(const struct e2_super *, void *, int64_t mtime, int64_t wtime);
void e2_super_set_checksum(void *, uint32_t sum);

#endif /* EXT2FS_FMT_H */
