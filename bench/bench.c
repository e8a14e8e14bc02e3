/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Rounds, medians and the table.  See bench.h.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

#define MEASURE_NS  20000000
#define ROUNDS_MAX  64
#define THREADS_MAX 16

static char **wanted;
static cpu_set_t first_mask;

void
bench_want(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

int64_t
bench_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void
bench_init(int argc, char **argv)
{
	wanted = argc > 1 ? argv + 1 : NULL;
	(void)sched_getaffinity(0, sizeof(first_mask), &first_mask);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
}

bool
bench_wanted(const char *name)
{
	if (wanted == NULL)
		return true;
	for (char **w = wanted; *w != NULL; w++) {
		const size_t len = strlen(*w), nlen = strlen(name);

		if (strncmp(*w, name, len < nlen ? len : nlen) == 0)
			return true;
	}
	return false;
}

void
bench_pin(void)
{
	cpu_set_t set;

	for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
		if (CPU_ISSET(cpu, &first_mask)) {
			CPU_ZERO(&set);
			CPU_SET(cpu, &set);
			(void)sched_setaffinity(0, sizeof(set), &set);
			return;
		}
}

void
bench_unpin(void)
{
	(void)sched_setaffinity(0, sizeof(first_mask), &first_mask);
}

double
bench_ns(void (*op)(void *, unsigned long), void *arg)
{
	unsigned long n = 1;

	for (;;) {
		const int64_t start = bench_now();
		op(arg, n);
		const int64_t ns = bench_now() - start;

		if (ns >= MEASURE_NS / 2)
			return (double)ns / (double)n;
		n = ns < MEASURE_NS / 100
		    ? n * 10
		    : (unsigned long)((double)n * MEASURE_NS / (double)ns) + 1;
	}
}

struct worker {
	pthread_t thread;
	pthread_barrier_t *barrier;
	void (*op)(void *, unsigned long);
	void *arg;
	unsigned long n;
	int64_t end;
};

static void *
work(void *arg)
{
	struct worker *const w = arg;

	(void)pthread_barrier_wait(w->barrier);
	w->op(w->arg, w->n);
	w->end = bench_now();
	return NULL;
}

double
bench_threads_ns(int nthreads, void (*op)(void *, unsigned long), void *const *args)
{
	const unsigned long n = (unsigned long)(MEASURE_NS / bench_ns(op, args[0])) + 1;
	struct worker workers[THREADS_MAX];
	pthread_barrier_t barrier;
	int64_t end = 0;

	(void)pthread_barrier_init(&barrier, NULL, (unsigned)nthreads + 1);
	for (int i = 0; i < nthreads; i++) {
		workers[i] =
		    (struct worker){ .barrier = &barrier, .op = op, .arg = args[i], .n = n };
		bench_want(
		    pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0, "thread");
	}
	const int64_t start = bench_now();
	(void)pthread_barrier_wait(&barrier);
	for (int i = 0; i < nthreads; i++) {
		(void)pthread_join(workers[i].thread, NULL);
		if (workers[i].end > end)
			end = workers[i].end;
	}
	(void)pthread_barrier_destroy(&barrier);
	return (double)(end - start) / (double)n;
}

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool
larger_is_better(const char *unit)
{
	const size_t len = strlen(unit);

	return len >= 2 && strcmp(unit + len - 2, "/s") == 0;
}

static bool
within(const struct bench_row *row, double rump, double ratio)
{
	const bool larger = larger_is_better(row->unit);

	if (row->of_host)
		return larger ? ratio >= row->budget : ratio <= row->budget;
	if (row->budget == 0 || (larger ? rump >= row->budget : rump <= row->budget))
		return true;
	if (row->host_then == 0 || ratio == 0)
		return false;
	const double allowed = row->budget / row->host_then;
	return larger ? ratio >= allowed : ratio <= allowed;
}

static void
append_json(const struct bench_row *row, double rump, double host, double ratio, bool met)
{
	const char *const path = getenv("BENCH_JSON");
	FILE *f;

	if (path == NULL || (f = fopen(path, "a")) == NULL)
		return;
	fprintf(f,
	    "{\"name\": \"%s\", \"unit\": \"%s\", \"rump\": %.6g, \"host\": %.6g, \"ratio\": %.6g, "
	    "\"budget\": %.6g, \"met\": %s}\n",
	    row->name, row->unit, rump, host, ratio, row->budget, met ? "true" : "false");
	(void)fclose(f);
}

static void
print_header(void)
{
	static bool printed;

	if (!printed && getenv("BENCH_NOHEADER") == NULL)
		printf("%-28s %-7s %10s %21s %10s %21s %7s %8s  %s\n", "row", "unit", "rump",
		    "min-max", "host", "min-max", "ratio", "budget", "met");
	printed = true;
	(void)setenv("BENCH_NOHEADER", "1", 1);
}

void
bench_report(const struct bench_row *row, double *rump, double *host, int n)
{
	double hostmid = 0, ratio = 0;
	char range[64];

	qsort(rump, (size_t)n, sizeof(*rump), compare);
	const double mid = rump[n / 2];
	if (host != NULL) {
		qsort(host, (size_t)n, sizeof(*host), compare);
		hostmid = host[n / 2];
		ratio = hostmid > 0 ? mid / hostmid : 0;
	}
	const bool met = within(row, mid, ratio);

	print_header();
	(void)snprintf(range, sizeof(range), "%.4g-%.4g", rump[0], rump[n - 1]);
	printf("%-28s %-7s %10.4g %21s ", row->name, row->unit, mid, range);
	if (host != NULL) {
		(void)snprintf(range, sizeof(range), "%.4g-%.4g", host[0], host[n - 1]);
		printf("%10.4g %21s %7.3f ", hostmid, range, ratio);
	} else
		printf("%10s %21s %7s ", "-", "-", "-");
	if (row->budget > 0)
		printf("%8.4g  %s\n", row->budget, met ? "yes" : "NO");
	else
		printf("%8s  -\n", "-");
	append_json(row, mid, hostmid, ratio, met);
}

void
bench_run(const struct bench_row *row)
{
	double rump[ROUNDS_MAX], host[ROUNDS_MAX];
	const int n = row->rounds > 0 ? row->rounds : BENCH_ROUNDS;

	if (!bench_wanted(row->name))
		return;
	for (int i = 0; i < n; i++) {
		rump[i] = row->rump(row->arg);
		if (row->host != NULL)
			host[i] = row->host(row->arg);
	}
	bench_report(row, rump, row->host != NULL ? host : NULL, n);
}

void
bench_child(void (*fn)(void *), void *arg)
{
	int status;

	(void)fflush(NULL);
	print_header();
	const pid_t pid = fork();
	bench_want(pid >= 0, "fork");
	if (pid == 0) {
		fn(arg);
		(void)fflush(NULL);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (status != 0)
		fprintf(stderr, "bench: a part ended with status %#x\n", status);
}

long
bench_status(const char *field)
{
	FILE *const f = fopen("/proc/self/status", "r");
	const size_t len = strlen(field);
	char line[256];
	long value = 0;

	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, field, len) == 0 && line[len] == ':') {
			value = strtol(line + len + 1, NULL, 10);
			break;
		}
	(void)fclose(f);
	return value;
}
