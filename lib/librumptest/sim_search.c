/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Running a body under many seeds, each in a child process.
 *
 * Two children run at a time, in the order of their seeds; they are waited for in that order, so the seed
 * that is reported is the first that fails, however fast the others are.  A child's
 * trace lies in memory shared with the parent, which can so print it whatever became of the child.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include <check.h>

#include "sim_impl.h"

#define AT_A_TIME 2
#define TIMEOUT_S 60 /* of real time, for a body that computes for ever */

struct run {
	pid_t r_pid; /* 0: none */
	uint64_t r_seed;
	struct sim_trace *r_trace; /* shared with the child */
	int r_output;		   /* a file for stdout and stderr */
	int r_status;
};

static void __attribute__((__noreturn__))
run_child(const struct run *r, void (*body)(void *), void *arg)
{
	(void)dup2(r->r_output, STDOUT_FILENO);
	(void)dup2(r->r_output, STDERR_FILENO);
	(void)signal(SIGALRM, SIG_DFL);
	(void)signal(SIGABRT, SIG_DFL);
	(void)alarm(TIMEOUT_S);
	rumptest__begin_traced(r->r_seed, r->r_trace);
	body(arg);
	(void)rumptest_sim_end();
	_exit(0);
}

static void
run_start(struct run *r, uint64_t seed, void (*body)(void *), void *arg)
{
	(void)memset(r->r_trace, 0, sizeof(*r->r_trace));
	r->r_seed = seed;
	(void)ftruncate(r->r_output, 0);
	(void)lseek(r->r_output, 0, SEEK_SET);
	(void)fflush(NULL);
	if ((r->r_pid = fork()) == 0)
		run_child(r, body, arg);
	ck_assert_msg(r->r_pid > 0, "the host makes no process");
}

static void
run_wait(struct run *r)
{
	ck_assert(waitpid(r->r_pid, &r->r_status, 0) == r->r_pid);
	r->r_pid = 0;
}

static void
runs_open(struct run *runs)
{
	for (int i = 0; i < AT_A_TIME; i++) {
		runs[i] = (struct run){ .r_output = memfd_create("rumptest", MFD_CLOEXEC) };
		runs[i].r_trace = mmap(NULL, sizeof(*runs[i].r_trace), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		ck_assert(runs[i].r_output != -1 && runs[i].r_trace != MAP_FAILED);
	}
}

static void
runs_close(struct run *runs)
{
	for (int i = 0; i < AT_A_TIME; i++) {
		if (runs[i].r_pid != 0) {
			(void)kill(runs[i].r_pid, SIGKILL);
			run_wait(&runs[i]);
		}
		(void)close(runs[i].r_output);
		(void)munmap(runs[i].r_trace, sizeof(*runs[i].r_trace));
	}
}

/* The run that fails first, or NULL.  What it left is in runs until they are closed. */
static struct run *
runs_find(struct run *runs, void (*body)(void *), void *arg, uint64_t first, unsigned n)
{
	unsigned started = 0;

	for (unsigned done = 0; done < n; done++) {
		struct run *const r = &runs[done % AT_A_TIME];

		while (started < n && started - done < AT_A_TIME) {
			run_start(&runs[started % AT_A_TIME], first + started, body, arg);
			started++;
		}
		run_wait(r);
		if (r->r_status != 0)
			return r;
	}
	return NULL;
}

static void
run_tell(const struct run *r, struct rumptest_found *found)
{
	ssize_t len;

	found->rf_seed = r->r_seed;
	found->rf_hash = r->r_trace->st_hash;
	found->rf_status = r->r_status;
	len = pread(r->r_output, found->rf_output, sizeof(found->rf_output) - 1, 0);
	found->rf_output[len > 0 ? len : 0] = '\0';
}

bool
rumptest_find(
    void (*body)(void *), void *arg, uint64_t first, unsigned n, struct rumptest_found *found)
{
	struct run runs[AT_A_TIME];

	runs_open(runs);
	const struct run *const r = runs_find(runs, body, arg, first, n);
	if (r != NULL)
		run_tell(r, found);
	runs_close(runs);
	return r != NULL;
}

bool
rumptest_replay(
    void (*body)(void *), void *arg, uint64_t seed, uint64_t hash, struct rumptest_found *found)
{
	struct run runs[AT_A_TIME];
	uint64_t now;
	bool failed;

	runs_open(runs);
	run_start(&runs[0], seed, body, arg);
	run_wait(&runs[0]);
	now = runs[0].r_trace->st_hash;
	failed = runs[0].r_status != 0;
	if (found != NULL)
		run_tell(&runs[0], found);
	runs_close(runs);
	if (now != hash)
		ck_abort_msg("seed %" PRIu64 " has the trace %016" PRIx64 ", not %016" PRIx64
			     ": the program is another, or something else than the seed decides",
		    seed, now, hash);
	return failed;
}

static void
copy_output(int fd)
{
	char buf[4096];
	ssize_t n;

	for (off_t off = 0; (n = pread(fd, buf, sizeof(buf), off)) > 0; off += n)
		(void)!write(STDERR_FILENO, buf, (size_t)n);
}

/* which: SEED or SEED:HASH. */
static void
run_here(const char *which, void (*body)(void *), void *arg)
{
	char *end;
	const uint64_t seed = strtoull(which, &end, 10);
	const bool hashed = *end == ':';
	const uint64_t earlier = hashed ? strtoull(end + 1, &end, 16) : 0;

	ck_assert_msg(
	    end != which && *end == '\0', "RUMPTEST_SEED is SEED or SEED:HASH, not '%s'", which);
	if (hashed)
		(void)rumptest_replay(body, arg, seed, earlier, NULL);
	rumptest_sim_begin(seed);
	body(arg);
	const uint64_t hash = rumptest_sim_end();
	rumptest__say("simulation: seed %" PRIu64 " is good, trace %016" PRIx64 "\n", seed, hash);
}

void
rumptest_search(void (*body)(void *), void *arg, uint64_t first, unsigned n)
{
	const char *const one = getenv("RUMPTEST_SEED");
	struct run runs[AT_A_TIME];
	uint64_t seed, hash;

	if (one != NULL) {
		run_here(one, body, arg);
		return;
	}
	runs_open(runs);
	const struct run *const r = runs_find(runs, body, arg, first, n);
	if (r != NULL) {
		seed = r->r_seed;
		hash = r->r_trace->st_hash;
		copy_output(r->r_output);
		rumptest__trace_print(r->r_trace);
	}
	const bool killed = r != NULL && WIFSIGNALED(r->r_status);
	const int code = r == NULL ? 0 : killed ? WTERMSIG(r->r_status) : WEXITSTATUS(r->r_status);
	runs_close(runs);
	if (r != NULL)
		ck_abort_msg("seed %" PRIu64 " %s %d; RUMPTEST_SEED=%" PRIu64 ":%016" PRIx64
			     " runs it alone",
		    seed, killed ? "is killed by signal" : "exits with", code, seed, hash);
}
