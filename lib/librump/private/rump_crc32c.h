/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* CRC-32C (Castagnoli), as RFC 3720 and ext4 use it: no inversion before or after. */
#ifndef RUMP_CRC32C_H
#define RUMP_CRC32C_H

#include <lib/libkern/libkern.h>

#endif /* RUMP_CRC32C_H */
