/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * cprng(9): random numbers.
 *
 * One ChaCha20 generator (RFC 8439) a virtual CPU, keyed from the host and keyed afresh in time;
 * every output erases what made it.  The fast and the strong functions are the same generator.
 */
#ifndef KPI_SYS_CPRNG_H
#define KPI_SYS_CPRNG_H

#include <sys/types.h>

typedef struct cprng_strong cprng_strong_t;

#define CPRNG_MAX_LEN	0x7fffffffUL
#define CPRNG_INIT_ANY	0x0001
#define CPRNG_REKEY_ANY 0x0002
#define CPRNG_USE_CV	0x0004
#define CPRNG_HARD	0x0008
#define CPRNG_FMT	0
#define CPRNG_ASYNC	0

extern cprng_strong_t *kern_cprng;
extern cprng_strong_t *user_cprng;

/* ctx: any. */
uint32_t cprng_fast32(void);
uint64_t cprng_fast64(void);
size_t cprng_fast(void *buf, size_t len);
uint32_t cprng_strong32(void);
uint64_t cprng_strong64(void);
/* Fills len bytes; the number filled, always len. */
size_t cprng_strong(cprng_strong_t *c, void *buf, size_t len, int flags);
cprng_strong_t *cprng_strong_create(const char *name, int ipl, int flags);
void cprng_strong_destroy(cprng_strong_t *c);

#endif /* KPI_SYS_CPRNG_H */
