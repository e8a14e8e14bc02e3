/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Each failure in turn.  A run tells its parent by its exit status whether the failure came; what a
 * failed assertion says goes to Check by the pipe that children share.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include <rump/rump.h>
#include <rump/rumptest_fixture.h>

#include "fixture_impl.h"

#define STATUS_NONE 79 /* of a run that saw no failure */
#define RUNS_MAX    100000

struct each {
	unsigned e_kinds;
	bool e_boot;
	void (*e_body)(void *);
	void *e_arg;
};

/* True: the nth event came, and failed. */
static bool
run(const struct each *e, unsigned nth)
{
	char what[1024];
	bool fired;
	int error;

	if (e->e_boot)
		rump_check_fault(e->e_kinds, nth);
	error = rumptest__boot();
	if (!e->e_boot)
		rump_check_fault(e->e_kinds, nth);
	if (error == 0)
		e->e_body(e->e_arg);
	rump_check_fault(0, 0);
	fired = rump_check_fault_fired(what, sizeof(what));
	if (getenv("RUMPTEST_FAULT") != NULL)
		(void)fprintf(stderr, "%s\n", fired ? what : "no failure");
	ck_assert_msg(error == 0 || (fired && e->e_boot), "rump_init: %s", strerror(error));
	if (error != 0) /* the next boot must work */
		rumptest_boot();
	rumptest_halt();
	return fired;
}

/* Run in a child.  1: the failure came, 0: it did not. */
static int
run_child(const struct each *e, unsigned nth)
{
	int status;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	ck_assert_msg(pid != -1, "fork: %s", strerror(errno));
	if (pid == 0)
		_exit(run(e, nth) ? 0 : STATUS_NONE);
	while (waitpid(pid, &status, 0) == -1)
		ck_assert_int_eq(errno, EINTR);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NONE)
		return 0;
	(void)fprintf(
	    stderr, "with the failure of event %u; RUMPTEST_FAULT=%u repeats it\n", nth, nth);
	if (WIFEXITED(status)) /* the child's assertion has been told */
		exit(WEXITSTATUS(status));
	ck_abort_msg("signal %d with the failure of event %u; RUMPTEST_FAULT=%u repeats it",
	    WTERMSIG(status), nth, nth);
	return 0;
}

static unsigned
each(const struct each *e)
{
	const char *const only = getenv("RUMPTEST_FAULT");
	unsigned n;

	if (only != NULL)
		return run(e, (unsigned)strtoul(only, NULL, 10));
	for (n = 1; run_child(e, n) != 0; n++)
		ck_assert_msg(n < RUNS_MAX, "%u failures, and no end", n);
	return n - 1;
}

unsigned
rumptest_fault_each(unsigned kinds, void (*body)(void *), void *arg)
{
	return each(&(struct each){ .e_kinds = kinds, .e_body = body, .e_arg = arg });
}

unsigned
rumptest_fault_boot(unsigned kinds, void (*body)(void *), void *arg)
{
	return each(
	    &(struct each){ .e_kinds = kinds, .e_boot = true, .e_body = body, .e_arg = arg });
}
