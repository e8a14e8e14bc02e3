/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The workbench for tests of drivers, on checked builds of the kernel.
 *
 * The simulated world: time is virtual, one thread runs at a time, and a seed decides where
 * they take turns.
 *
 *	static void
 *	body(void *arg)
 *	{
 *		rump_init();
 *		struct rumptest_thread *t = rumptest_spawn(reader, NULL);
 *		writer(NULL);
 *		rumptest_join(t);
 *		rump_sys_reboot(RUMP_RB_HALT, NULL);
 *	}
 *
 *	START_TEST(driver_survives_interleavings)
 *	{
 *		rumptest_search(body, NULL, 1, 1000);
 *	}
 *	END_TEST
 *
 * A failing seed is printed, with its trace's hash; with RUMPTEST_SEED=SEED, or SEED:HASH, in the environment the
 * test runs that one alone, the same way, and says if it is not the same.  A test that wants virtual time and no search calls rumptest_sim_begin() and
 * rumptest_sim_end() itself, around boot and halt.
 *
 * ctx of all, unless said: a thread of the simulation, outside the kernel.
 */
#ifndef RUMP_RUMPTEST_H
#define RUMP_RUMPTEST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The calling thread is the first of a simulated world.  No kernel is up; there is no other thread
 * that will call one.  Seed 0: threads take turns only where they wait.
 * A process has one world at a time.  Misuse ends the process with a message.
 */
void rumptest_sim_begin(uint64_t seed);
/*
 * The end of the world, from the thread that began it.  The kernel has been halted and all other threads
 * have ended, else the process ends with a message that names them.  Returns the trace's hash: the
 * same for all runs of one program with one seed.
 */
uint64_t rumptest_sim_end(void);
/* True between the two.  ctx: any. */
bool rumptest_simulated(void);

/* A thread of the test's in the world.  It is joined exactly once. */
struct rumptest_thread;
struct rumptest_thread *rumptest_spawn(void (*fn)(void *), void *arg);
void rumptest_join(struct rumptest_thread *t);
/* The host's thread, for pthread_kill() and pthread_cancel(). */
pthread_t rumptest_pthread(const struct rumptest_thread *t);
/* Others run first: for loops that wait for what another thread does. */
void rumptest_yield(void);

/* Monotonic virtual time in ns; it begins at 1000000000. */
int64_t rumptest_now(void);
/*
 * Let so much time pass.  Returns when everything that was due by then has been done.
 * sleeps: for no real time.
 */
void rumptest_advance(int64_t ns);

/*
 * Run body(arg) in a world of its own for each of n seeds, from first on, each in a child process;
 * fail the Check test at the first seed that fails: that is killed by a signal or does
 * not exit with 0, as a failed assertion does not.  body boots and halts the kernel.
 * With RUMPTEST_SEED=SEED set: that seed alone, in this process; SEED:HASH: after a rumptest_replay().
 * ctx: no kernel is up, no simulation has begun.
 */
void rumptest_search(void (*body)(void *), void *arg, uint64_t first, unsigned n);

/* The same for tests that expect a failure.  Of rumptest_replay(): status 0 is none. */
struct rumptest_found {
	uint64_t rf_seed;     /* the failing seed */
	uint64_t rf_hash;     /* of its trace, up to the failure or the end */
	int rf_status;	      /* as by waitpid() */
	char rf_output[8192]; /* the beginning of what it wrote to stderr and stdout */
};
/* False: none of n seeds fails.  found is not touched then. */
bool rumptest_find(
    void (*body)(void *), void *arg, uint64_t first, unsigned n, struct rumptest_found *found);
/*
 * Run a seed once more, in a child process.  Fails the test if its trace has not the hash of the earlier run: rf_hash, or
 * as a search printed it.  True: body fails.  found may be NULL.
 */
bool rumptest_replay(
    void (*body)(void *), void *arg, uint64_t seed, uint64_t hash, struct rumptest_found *found);

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMPTEST_H */
