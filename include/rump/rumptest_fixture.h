/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Check fixtures that boot and halt a checked kernel, and tests in which things fail.
 *
 *	int
 *	main(void)
 *	{
 *		TCase *tc = tcase_create("mydriver");
 *
 *		rumptest_fixture(tc);
 *		tcase_add_test(tc, mydriver_reads);
 *		return rumptest_run("mydriver", tc);
 *	}
 *
 * Each test boots its own kernel in its own process.  At its end whatever the test, or the driver,
 * left behind fails it by name: descriptors, processes, mounts, referenced vnodes, kernel threads
 * before the halt; memory and pages after it, with the stack that allocated them.  Locks that are
 * held on the way out of the kernel, locks taken in an order that could deadlock, and sleeping where it is
 * forbidden are panics of the checked kernel.
 */
#ifndef RUMP_RUMPTEST_FIXTURE_H
#define RUMP_RUMPTEST_FIXTURE_H

#include <check.h>

#include <rump/rump_check.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Boot and halt around each test of tc.  ctx: before the tests run. */
void rumptest_fixture(TCase *tc);
/* Its two halves, for tests with a checked fixture of their own or without one. */
void rumptest_boot(void);
/* Fails the test that left something behind, or whose kernel cannot halt. */
void rumptest_halt(void);

/* main()'s whole body: run the one test case as a suite.  owns: tc.  Returns main()'s value. */
int rumptest_run(const char *suite, TCase *tc);

/*
 * body(arg) in a kernel of its own, with the first event of the kinds (RUMP_FAULT_*) failing, then the
 * second, and so on until a run has seen no failure; each run in a child process, boot and checked
 * halt around it.  body expects that its calls fail or succeed, and puts back what it opened.
 * The events are those of body alone; rumptest_fault_boot() has those of rump_init() fail as well,
 * body runs if it succeeds.
 * Returns the number of failures delivered.  Fails the test at the first run that fails, crashes or
 * leaves something behind, and says which; RUMPTEST_FAULT=n in the environment runs the nth alone, in this
 * process, for a debugger.
 * ctx: no kernel is up.
 */
unsigned rumptest_fault_each(unsigned kinds, void (*body)(void *), void *arg);
unsigned rumptest_fault_boot(unsigned kinds, void (*body)(void *), void *arg);

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMPTEST_FIXTURE_H */
