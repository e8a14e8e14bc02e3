/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* libFuzzer target: rows of calls on /dev/scratch. */
#include <rump/rumptest_fuzz.h>

RUMPTEST_FUZZ_DEVICE("/dev/scratch")
