/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rnd(9): sources of entropy.  The host's generator keys cprng(9); what drivers add is stirred in
 * at the next keying and never trusted alone.
 */
#ifndef KPI_SYS_RNDSOURCE_H
#define KPI_SYS_RNDSOURCE_H

#include <sys/types.h>

#define RND_TYPE_UNKNOWN 0
#define RND_TYPE_DISK	 1
#define RND_TYPE_NET	 2
#define RND_TYPE_TAPE	 3
#define RND_TYPE_TTY	 4
#define RND_TYPE_RNG	 5
#define RND_TYPE_SKEW	 6
#define RND_TYPE_ENV	 7
#define RND_TYPE_VM	 8
#define RND_TYPE_POWER	 9

#define RND_FLAG_COLLECT_TIME	0x01000000
#define RND_FLAG_COLLECT_VALUE	0x02000000
#define RND_FLAG_ESTIMATE_TIME	0x04000000
#define RND_FLAG_ESTIMATE_VALUE 0x08000000
#define RND_FLAG_NO_ESTIMATE	0x00000100
#define RND_FLAG_HASCB		0x00000200
#define RND_FLAG_NO_COLLECT	0x00000400
#define RND_FLAG_DEFAULT	(RND_FLAG_COLLECT_VALUE | RND_FLAG_COLLECT_TIME | RND_FLAG_ESTIMATE_TIME)

typedef struct krndsource {
	char name[16];
	uint32_t type;
	uint32_t flags;
	void (*get)(size_t, void *);
	void *getarg;
} krndsource_t;

void rndsource_setcb(struct krndsource *rs, void (*get)(size_t, void *), void *arg);
void rnd_attach_source(struct krndsource *rs, const char *name, uint32_t type, uint32_t flags);
void rnd_detach_source(struct krndsource *rs);
/* ctx: any; entropybits is a claim, not believed. */
void rnd_add_data(struct krndsource *rs, const void *buf, uint32_t len, uint32_t entropybits);
void rnd_add_data_intr(struct krndsource *rs, const void *buf, uint32_t len, uint32_t entropybits);
void rnd_add_data_sync(struct krndsource *rs, const void *buf, uint32_t len, uint32_t entropybits);
void _rnd_add_uint32(struct krndsource *rs, uint32_t value);
void _rnd_add_uint64(struct krndsource *rs, uint64_t value);
#define rnd_add_uint32(rs, v) _rnd_add_uint32((rs), (v))
#define rnd_add_uint64(rs, v) _rnd_add_uint64((rs), (v))

#endif /* KPI_SYS_RNDSOURCE_H */
