/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Hashes of directories: the kernel side is in dirhash_ktest.c. */
#define SUITE	 "dirhash"
#define TESTS(T) T(dirhash_names) T(dirhash_free) T(dirhash_bound)

#include "../../librump/private/ktest_rows.h"
