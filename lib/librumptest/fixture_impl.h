/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between fixture.c, fault.c and symbol.c. */
#ifndef FIXTURE_IMPL_H
#define FIXTURE_IMPL_H

#include <stddef.h>

/* A return address as "function (file.c:line)": rumpuser_symbolizer().  ctx: one thread at a time. */
void rumptest__symbol(const void *addr, char *buf, size_t len);

/* rumptest_boot() that returns rump_init()'s error; nothing may be left behind by a boot that fails. */
int rumptest__boot(void);

#endif /* FIXTURE_IMPL_H */
