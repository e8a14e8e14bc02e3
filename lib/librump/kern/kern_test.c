/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Trees, queues, sysctl, kauth, random numbers: the kernel side is in kern_ktest.c. */
#define SUITE "kern"
#define TESTS(T)         \
	T(rbtree)        \
	T(tree_macros)   \
	T(queues)        \
	T(hashinit)      \
	T(sysctl_nodes)  \
	T(sysctl_values) \
	T(sysctl_errors) \
	T(kauth_root)    \
	T(kauth_user)    \
	T(kauth_listeners) T(kauth_creds) T(cprng) T(cprng_without_memory) T(messages) T(rates)

#include "../private/ktest_rows.h"
