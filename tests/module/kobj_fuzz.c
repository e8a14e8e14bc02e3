/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The linker in the kernel, with any bytes: read and linked, never run (kobj_ktest.c). */
#include <rump/rumptest_fuzz.h>

RUMPTEST_FUZZ_KERNEL(kobj)
