/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Random operations against the model.  A failure is made short by running selections of the operations again, each
 * in a child with a kernel of its own: first the shortest tail, by halving, then without each of ever smaller pieces.
 *
 *	POSIX_SEED=n POSIX_OPS=1000000 posix_model	the long form; POSIX_SEED alone: one seed
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model.h"
#include "posix.h"

#define OPS	10000 /* of each seed */
#define SEEDS	5
#define COMPARE 500 /* operations between looks at the whole tree */

static struct model model;
static const struct fixture *where = &fixtures[0];

static bool
same_answer(const struct answer *x, const struct answer *y)
{
	return memcmp(x, y, sizeof(*x)) == 0;
}

static void
tell(uint64_t n, const struct op *op)
{
	char buf[512];

	op_print(op, buf, sizeof(buf));
	printf("%8llu %s\n", (unsigned long long)n, buf);
}

static void
tell_wrong(uint64_t n, const struct op *op, const struct answer *want, const struct answer *have)
{
	tell(n, op);
	printf("the kernel: %ld, mode %o, %d:%d, links %d, size %lld, \"%.40s\"\n", have->ret,
	    (unsigned)have->mode, (int)have->uid, (int)have->gid, (int)have->nlink,
	    (long long)have->size, have->text);
	printf("the model:  %ld, mode %o, %d:%d, links %d, size %lld, \"%.40s\"\n", want->ret,
	    (unsigned)want->mode, (int)want->uid, (int)want->gid, (int)want->nlink,
	    (long long)want->size, want->text);
	model_dump(&model);
	exec_dump();
}

/* Run operations ops[0..n).  The index of the one that goes wrong, n when only the tree is; -1. */
static long
run(uint64_t seed, const uint64_t *ops, long n, bool loud)
{
	static struct answer want, have;
	long wrong = -1;
	struct op op;

	exec_begin(where);
	model_init(&model);
	for (long i = 0; i < n && wrong < 0; i++) {
		op_make(&op, seed, ops[i]);
		if (!model_apply(&model, &op, &want))
			continue;
		exec_apply(&op, &have);
		if (!same_answer(&want, &have)) {
			wrong = i;
			if (loud)
				tell_wrong(ops[i], &op, &want, &have);
		} else if (i % COMPARE == COMPARE - 1 && !exec_compare(&model))
			wrong = i;
	}
	if (wrong < 0 && !exec_compare(&model))
		wrong = n;
	if (wrong < 0)
		exec_end();
	return wrong;
}

/* run() in a child; -1: all was right. */
static long
run_child(uint64_t seed, const uint64_t *ops, long n, bool loud)
{
	long result = -2;
	int pipefd[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(pipefd), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (!loud && freopen("/dev/null", "w", stdout) == NULL)
			_exit(1);
		result = run(seed, ops, n, loud);
		fflush(stdout);
		_exit(write(pipefd[1], &result, sizeof(result)) != sizeof(result));
	}
	close(pipefd[1]);
	if (read(pipefd[0], &result, sizeof(result)) != sizeof(result))
		result = n; /* it died: so goes the whole selection */
	close(pipefd[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return result;
}

/* Leave out of ops what is not needed to fail; returns what is left. */
static long
shrink(uint64_t seed, uint64_t *ops, long n)
{
	uint64_t *const trial = malloc((size_t)n * sizeof(*trial));
	int runs = 0;

	/* The tail that begins latest. */
	for (long step = n / 2; step > 0; step /= 2)
		while (n - step > 0 && runs++ < 400 &&
		    run_child(seed, ops + step, n - step, false) != -1) {
			n -= step;
			memmove(ops, ops + step, (size_t)n * sizeof(*ops));
		}
	for (long piece = n / 2; piece > 0; piece /= 2)
		for (long at = 0; at + piece <= n && runs < 2000;) {
			memcpy(trial, ops, (size_t)at * sizeof(*ops));
			memcpy(
			    trial + at, ops + at + piece, (size_t)(n - at - piece) * sizeof(*ops));
			runs++;
			if (run_child(seed, trial, n - piece, false) != -1) {
				n -= piece;
				memcpy(ops, trial, (size_t)n * sizeof(*ops));
			} else
				at += piece;
		}
	free(trial);
	return n;
}

/* Returns the length of the shortest failure found; 0: none. */
static long
search(uint64_t seed, long n)
{
	uint64_t *const ops = malloc((size_t)n * sizeof(*ops));
	long wrong, len = 0;

	for (long i = 0; i < n; i++)
		ops[i] = (uint64_t)i;
	wrong = run_child(seed, ops, n, false);
	if (wrong != -1) {
		len = shrink(seed, ops, wrong < n ? wrong + 1 : n);
		printf("seed %llu goes wrong at operation %ld; the shortest found, of %ld:\n",
		    (unsigned long long)seed, wrong, len);
		for (long i = 0; i < len; i++) {
			struct op op;

			op_make(&op, seed, ops[i]);
			tell(ops[i], &op);
		}
		printf("and so it goes wrong:\n");
		(void)run_child(seed, ops, len, true);
		fflush(stdout);
	}
	free(ops);
	return len;
}

static uint64_t
number(const char *name, uint64_t otherwise)
{
	const char *const s = getenv(name);

	return s != NULL ? strtoull(s, NULL, 10) : otherwise;
}

START_TEST(model_agrees)
{
	const uint64_t seed = number("POSIX_SEED", 1) + (uint64_t)(_i / nfixtures);

	where = &fixtures[_i % nfixtures];
	printf("seed %llu on %s\n", (unsigned long long)seed, where->name);
	ck_assert_int_eq(search(seed, (long)number("POSIX_OPS", OPS)), 0);
}
END_TEST

/* The model is made to forget a third link: the tester finds that, and with few operations. */
START_TEST(model_finds_a_planted_mistake)
{
	long len;

	model.plant = 1;
	len = search(1, OPS);
	ck_assert_int_gt(len, 0);
	ck_assert_int_le(len, 6);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("model");
	TCase *tc = tcase_create("model");
	SRunner *runner;
	int failed;

	scratch_make();
	tcase_set_timeout(tc, getenv("POSIX_OPS") != NULL ? 3600 : 200);
	tcase_add_loop_test(
	    tc, model_agrees, 0, (getenv("POSIX_SEED") != NULL ? 1 : SEEDS) * nfixtures);
	tcase_add_test(tc, model_finds_a_planted_mistake);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
