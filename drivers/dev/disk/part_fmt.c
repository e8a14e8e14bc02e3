/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Ranges and sectors for the parsers of partition tables: part_fmt.h. */
#include <sys/param.h>
#include <sys/errno.h>

#include "part_fmt.h"

static bool
overlap(const struct part_range *pr, uint64_t start, uint64_t size)
{
	return start < pr->pr_start ? pr->pr_start - start < size
				    : start - pr->pr_start < pr->pr_size;
}

const char *
part_claim(struct part_ctx *pc, int level, uint64_t start, uint64_t size)
{
	struct part_range *pr;

	if (size == 0)
		return "is empty";
	if (start >= pc->pc_nsec)
		return "starts beyond the end of the medium";
	if (size > pc->pc_nsec - start)
		return "ends beyond the end of the medium";
	for (int i = 0; i < pc->pc_nranges; i++)
		if (pc->pc_ranges[i].pr_level == level && overlap(&pc->pc_ranges[i], start, size))
			return "overlaps another";
	if (pc->pc_nranges == PART_MAX)
		return "is one too many";
	pr = &pc->pc_ranges[pc->pc_nranges++];
	pr->pr_start = start;
	pr->pr_size = size;
	pr->pr_level = level;
	return NULL;
}

int
part_read(struct part_ctx *pc, uint64_t lba)
{
	if (lba >= pc->pc_nsec)
		return EINVAL;
	return (*pc->pc_read)(pc->pc_cookie, lba, pc->pc_sector);
}
