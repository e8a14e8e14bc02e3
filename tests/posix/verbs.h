/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The tables of verbs. */
#ifndef POSIX_VERBS_H
#define POSIX_VERBS_H

struct verb {
	const char *name;
	int args; /* words that must follow */
	long (*fn)(struct script *c, int argc, char **argv);
};
extern const struct verb verbs_more[];
extern const int nverbs_more;

#endif /* POSIX_VERBS_H */
