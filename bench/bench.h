/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Measuring a rump kernel against its host.
 *
 * A row is one operation measured on both sides by functions that return one figure each.  The
 * sides take turns, at least BENCH_ROUNDS times, so that what disturbs the machine disturbs both;
 * medians are compared.  Figures of units that end in "/s" are better when larger, all others when
 * smaller.
 *
 * The budget of a row was set beside a figure of the host's, on one machine.  It is met when the
 * figure itself is within the budget, or when the ratio to the host of the same run is.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_ROUNDS 7

struct bench_row {
	const char *name; /* its group, an underscore, the operation */
	const char *unit;
	double (*rump)(void *);
	double (*host)(void *); /* NULL: nothing to compare with */
	void *arg;
	double budget;	  /* in the unit; 0: none */
	double host_then; /* the host's figure beside the budget; 0: the budget is absolute */
	bool of_host;	  /* the budget is a ratio to the host */
	int rounds;	  /* 0: BENCH_ROUNDS */
};

/* Arguments are beginnings of row names to measure; none: all. */
void bench_init(int argc, char **argv);
/* Is any row whose name begins so to be measured? */
bool bench_wanted(const char *name);
/* Measure, print a line of the table, and append the row to $BENCH_JSON if that is set. */
void bench_run(const struct bench_row *row);
/* The same with figures that are there already: n of each, sorted by this. */
void bench_report(const struct bench_row *row, double *rump, double *host, int n);
/* Run fn in a child process, so that it boots a kernel of its own. */
void bench_child(void (*fn)(void *), void *arg);

/*
 * ns for one of the operations that op does n of; n is chosen so that a measurement takes about
 * 20 ms.
 */
double bench_ns(void (*op)(void *, unsigned long), void *arg);
/*
 * The same when nthreads threads do them at once, each with an argument of its own: ns of wall time
 * for one in each of them.
 */
double bench_threads_ns(int nthreads, void (*op)(void *, unsigned long), void *const *args);

int64_t bench_now(void);
/* Keep this thread on one CPU (the last one that the process may use). */
void bench_pin(void);
void bench_unpin(void);
/* End with a message unless ok. */
void bench_want(bool ok, const char *what);
/* The process's figure in /proc/self/status, such as "VmHWM", in its own unit (kB); 0 if absent. */
long bench_status(const char *field);

#endif /* BENCH_H */
