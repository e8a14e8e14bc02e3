/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Partition tables: what the three parsers share.  They are pure: sectors come from a reader, entries and
 * complaints go to functions of the caller's; nothing is allocated and nothing global is touched.
 *
 * A parser answers 0 when the medium has a table of its kind (even if no entry was sound), ESRCH when it has
 * none, or the error of the reader.
 *
 * Numbers from the medium are sectors.  part_claim() is the one place that believes them: it refuses what is empty,
 * leaves the medium, or overlaps a range claimed before in the same level.
 */
#ifndef PART_FMT_H
#define PART_FMT_H

#include <sys/types.h>

enum {
	PART_MAX = 256,	    /* claims of one medium */
	PART_SECMIN = 512,  /* bytes */
	PART_SECMAX = 4096, /* bytes; larger sectors have no tables */
	PART_NAMELEN = 128, /* as dkw_wname */
};

struct part_entry {
	uint64_t pe_start, pe_size; /* sectors */
	const char *pe_ptype;	    /* DKW_PTYPE_* */
	char pe_name[PART_NAMELEN]; /* UTF-8, "" if it has none */
	char pe_altname[40];	    /* one that nothing else should have, or "" */
	char pe_letter;		    /* 'a' upwards: the name by position */
};

struct part_range {
	uint64_t pr_start, pr_size;
	int pr_level;
};

struct part_ctx {
	/* Set by the caller. */
	uint32_t pc_secsize; /* bytes: a power of two, PART_SECMIN to PART_SECMAX */
	uint64_t pc_nsec;    /* sectors */
	/* Read sector lba < pc_nsec.  errors: the device's. */
	int (*pc_read)(void *cookie, uint64_t lba, uint8_t *buf);
	void (*pc_found)(void *cookie, const struct part_entry *pe);
	/* What ("GPT", ...), entry (-1: the table) and why. */
	void (*pc_complain)(void *cookie, const char *what, int entry, const char *why);
	void *pc_cookie;
	uint8_t *pc_sector; /* memory for one sector */

	/* The parsers': zeroes first. */
	int pc_nranges;
	struct part_range pc_ranges[PART_MAX];
};

/*
 * Claim a range in a level; NULL, or why not.  Level 0: partitions that are beside each other; level 1: those in an
 * extended partition.
 */
const char *part_claim(struct part_ctx *pc, int level, uint64_t start, uint64_t size);

/* The reader, with bounds: EINVAL outside of the medium. */
int part_read(struct part_ctx *pc, uint64_t lba);

static inline uint16_t
part_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
part_le32(const uint8_t *p)
{
	return (uint32_t)part_le16(p) | (uint32_t)part_le16(p + 2) << 16;
}

static inline uint64_t
part_le64(const uint8_t *p)
{
	return (uint64_t)part_le32(p) | (uint64_t)part_le32(p + 4) << 32;
}

#endif /* PART_FMT_H */
