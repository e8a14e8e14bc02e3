/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the fuzz targets of the partition tables share: a medium of the input's bytes, and what must hold of whatever a parser
 * finds - inside of the medium, not empty, no overlap within its level, names with an end - in a bounded number of reads.
 *
 * The input: a byte that chooses sector size and place of the end; then records of 2 bytes of sector, 2 bytes of
 * length, and bytes of that sector.  Sectors without a record are zeroes.
 */
#ifndef PART_FUZZ_H
#define PART_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "fmt_names.h"

#define FUZZ_SECTORS 4096
#define FUZZ_READS   100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_medium {
	const uint8_t *fm_data;
	size_t fm_size;
	uint32_t fm_secsize;
	void (*fm_fix)(struct fuzz_medium *fm, uint64_t lba, uint8_t *sector);
	unsigned fm_reads, fm_found;
	struct part_range fm_ranges[PART_MAX];
};

static int
fuzz_read(void *cookie, uint64_t lba, uint8_t *buf)
{
	struct fuzz_medium *const fm = cookie;
	const uint8_t *p = fm->fm_data, *const end = p + fm->fm_size;

	if (lba >= FUZZ_SECTORS || ++fm->fm_reads > FUZZ_READS)
		abort();
	memset(buf, 0, fm->fm_secsize);
	while (end - p >= 4) {
		const uint64_t at = part_le16(p) % FUZZ_SECTORS;
		size_t len = part_le16(p + 2);

		p += 4;
		if (len > (size_t)(end - p))
			len = (size_t)(end - p);
		if (at == lba)
			memcpy(buf, p, len < fm->fm_secsize ? len : fm->fm_secsize);
		p += len;
	}
	if (fm->fm_fix != NULL)
		(*fm->fm_fix)(fm, lba, buf);
	return 0;
}

static void
fuzz_found(void *cookie, const struct part_entry *pe)
{
	struct fuzz_medium *const fm = cookie;

	if (fm->fm_found == PART_MAX || pe->pe_size == 0 || pe->pe_start >= FUZZ_SECTORS ||
	    pe->pe_size > FUZZ_SECTORS - pe->pe_start || pe->pe_ptype == NULL ||
	    memchr(pe->pe_name, 0, sizeof(pe->pe_name)) == NULL ||
	    memchr(pe->pe_altname, 0, sizeof(pe->pe_altname)) == NULL)
		abort();
	for (unsigned i = 0; i < fm->fm_found; i++)
		if (pe->pe_start < fm->fm_ranges[i].pr_start + fm->fm_ranges[i].pr_size &&
		    fm->fm_ranges[i].pr_start < pe->pe_start + pe->pe_size)
			abort();
	fm->fm_ranges[fm->fm_found].pr_start = pe->pe_start;
	fm->fm_ranges[fm->fm_found++].pr_size = pe->pe_size;
}

static void
fuzz_complain(void *cookie, const char *what, int entry, const char *why)
{
	if (strlen(what) + strlen(why) > 200 || entry < -1)
		abort();
}

static inline int
fuzz_parse(int (*parse)(struct part_ctx *), void (*fix)(struct fuzz_medium *, uint64_t, uint8_t *),
    const uint8_t *data, size_t size)
{
	static struct part_ctx pc;
	static struct fuzz_medium fm;

	if (size < 1)
		return 0;
	memset(&pc, 0, sizeof(pc));
	memset(&fm, 0, sizeof(fm));
	fm.fm_secsize = pc.pc_secsize = PART_SECMIN << (data[0] & 3);
	fm.fm_fix = fix;
	fm.fm_data = data + 1;
	fm.fm_size = size - 1;
	pc.pc_nsec = FUZZ_SECTORS;
	pc.pc_read = fuzz_read;
	pc.pc_found = fuzz_found;
	pc.pc_complain = fuzz_complain;
	pc.pc_cookie = &fm;
	pc.pc_sector = malloc(pc.pc_secsize); /* so that a sanitizer sees its end */
	(void)(*parse)(&pc);
	free(pc.pc_sector);
	return 0;
}

#endif /* PART_FUZZ_H */
