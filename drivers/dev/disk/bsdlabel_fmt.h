/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * BSD's disklabel on the medium: struct disklabel of <sys/disklabel.h> in the byte order of the machine that
 * wrote it, both are read.
 *
 *	  0 magic	  4 type (2)	   8 names (2 * 16)  40 bytes a sector	44 geometry (5 * 4)
 *	132 magic	136 checksum (2)  138 partitions (2)  140 boot area, superblock (2 * 4)
 *	148 partitions of 16 bytes: sectors, first sector, 4, type (1), 1, 2
 *
 * It lies in one of the first two sectors of the disk, or of its MBR partition of a BSD's, at a multiple of 4 bytes.  First
 * sectors count from the start of the disk.
 */
#ifndef BSDLABEL_FMT_H
#define BSDLABEL_FMT_H

#include "part_fmt.h"

struct disklabel;

enum {
	BSDLABEL_OFF_TYPE = 4,
	BSDLABEL_OFF_PACKNAME = 24,
	BSDLABEL_OFF_SECSIZE = 40,
	BSDLABEL_OFF_SECPERUNIT = 60,
	BSDLABEL_OFF_MAGIC2 = 132,
	BSDLABEL_OFF_CHECKSUM = 136,
	BSDLABEL_OFF_NPARTITIONS = 138,
	BSDLABEL_OFF_PARTITIONS = 148,
	BSDLABEL_PARTSIZE = 16,
	BSDLABEL_P_OFFSET = 4,
	BSDLABEL_P_FSTYPE = 12,
	BSDLABEL_MAXPART = 22, /* the most that any BSD has */
};

/* Is there a label at p, of which len bytes may be looked at?  *nparts: its partitions; *be: its byte order. */
bool bsdlabel_check(const uint8_t *p, size_t len, int *nparts, bool *be);
/* Write the fields of lp that have an offset above; returns the bytes of the label. */
size_t bsdlabel_encode(uint8_t *p, const struct disklabel *lp, bool be);
/* See part_fmt.h. */
int bsdlabel_parse(struct part_ctx *pc);

#endif /* BSDLABEL_FMT_H */
