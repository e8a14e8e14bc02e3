/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* CRC-32C (Castagnoli), as RFC 3720 and ext4 use it: no inversion before or after. */
#ifndef RUMP_CRC32C_H
#define RUMP_CRC32C_H

#include <sys/types.h>

/* By the CPU's instruction where it has one.  ctx: any. */
uint32_t rump_crc32c(uint32_t crc, const void *buf, size_t len);

#endif /* RUMP_CRC32C_H */
