/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between autoconf_ktest.c and autoconf_test.c.  Each returns NULL, or what went wrong. */
#ifndef AUTOCONF_KTEST_H
#define AUTOCONF_KTEST_H

const char *rump_test_autoconf_tables(void);
const char *rump_test_autoconf_match(void);
const char *rump_test_autoconf_locators(void);
const char *rump_test_autoconf_units(void);
const char *rump_test_autoconf_detach(void);
const char *rump_test_autoconf_children(void);
const char *rump_test_autoconf_defer(void);
const char *rump_test_autoconf_later(void);
const char *rump_test_autoconf_deviter(void);
const char *rump_test_autoconf_pmf(void);
const char *rump_test_autoconf_events(void);
const char *rump_test_autoconf_rescan(void);
const char *rump_test_autoconf_boot(void);
/* Two threads: one holds a reference until the other waits for it. */
const char *rump_test_autoconf_hold(void);
const char *rump_test_autoconf_held_detach(void);
/* The tree for a test of the list: begin, look, end. */
const char *rump_test_autoconf_tree(void);
const char *rump_test_autoconf_tree_end(void);
/* What panics in DIAGNOSTIC kernels; 0: this kernel does not check. */
int rump_test_autoconf_misuse(int which);
enum { MISUSE_DEAD_ACCESSOR, MISUSE_DEAD_WRITE, MISUSE_CHILD_LEFT, MISUSE_SELF, NMISUSES };

#endif /* AUTOCONF_KTEST_H */
