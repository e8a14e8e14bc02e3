/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Start and end of the parts of kern/. */
#ifndef RUMP_KERN_H
#define RUMP_KERN_H

#include <sys/types.h>

/* The generators of cprng(9) are keyed on their CPUs' first use. */
int rump_cprng_init(void);
void rump_cprng_fini(void);
/* One block of RFC 8439, section 2.3. */
void rump_chacha20_block(
    const uint32_t key[8], uint32_t counter, const uint32_t nonce[3], uint8_t out[64]);
int rump_evcnt_init(void);
void rump_evcnt_fini(void);
/* The tree's roots, kern.* and hw.*. */
int rump_sysctl_init(void);
void rump_sysctl_fini(void);
/* limit0 and the table of user ids. */
int rump_resource_init(void);
void rump_resource_fini(void);
int rump_kauth_init(void);
void rump_kauth_fini(void);

#endif /* RUMP_KERN_H */
