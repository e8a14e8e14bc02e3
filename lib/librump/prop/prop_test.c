/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Property lists: the kernel side is in prop_ktest.c. */
#define SUITE "prop"
#define TESTS(T)           \
	T(prop_values)     \
	T(prop_array)      \
	T(prop_dictionary) \
	T(prop_immutable)  \
	T(prop_text) T(prop_malformed) T(prop_depth) T(prop_copy)

#include "../private/ktest_rows.h"
