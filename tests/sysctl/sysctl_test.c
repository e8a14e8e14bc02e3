/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * sysctl(2) as programs see it: names and values, the tree by query, nodes made and removed,
 * rights, and what a hostile caller can send.
 */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_sysctl.h>
#include <rump/rump_syscalls.h>

extern size_t rump_mem_leaks;

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	ck_assert_uint_eq(rump_mem_leaks, 0);
}

#define ck_fails(expr, error)                                                                  \
	do {                                                                                   \
		errno = 0;                                                                     \
		ck_assert_msg((expr) == -1 && errno == (error), "%s: errno %d, not %s", #expr, \
		    errno, #error);                                                            \
	} while (0)

/* ---- Values ---- */

static const struct {
	const char *name;
	int first, second;
	size_t len; /* 0: a string */
} fixed[] = {
	{ "kern.ostype", RUMP_CTL_KERN, RUMP_KERN_OSTYPE, 0 },
	{ "kern.osrelease", RUMP_CTL_KERN, RUMP_KERN_OSRELEASE, 0 },
	{ "kern.osrevision", RUMP_CTL_KERN, RUMP_KERN_OSREV, sizeof(int) },
	{ "kern.version", RUMP_CTL_KERN, RUMP_KERN_VERSION, 0 },
	{ "kern.maxproc", RUMP_CTL_KERN, RUMP_KERN_MAXPROC, sizeof(int) },
	{ "kern.maxfiles", RUMP_CTL_KERN, RUMP_KERN_MAXFILES, sizeof(int) },
	{ "kern.hostname", RUMP_CTL_KERN, RUMP_KERN_HOSTNAME, 0 },
	{ "kern.clockrate", RUMP_CTL_KERN, RUMP_KERN_CLOCKRATE, 5 * sizeof(int) },
	{ "kern.boottime", RUMP_CTL_KERN, RUMP_KERN_BOOTTIME, 16 },
	{ "hw.machine", RUMP_CTL_HW, RUMP_HW_MACHINE, 0 },
	{ "hw.ncpu", RUMP_CTL_HW, RUMP_HW_NCPU, sizeof(int) },
	{ "hw.pagesize", RUMP_CTL_HW, RUMP_HW_PAGESIZE, sizeof(int) },
	{ "hw.physmem", RUMP_CTL_HW, RUMP_HW_PHYSMEM, sizeof(int) },
};

START_TEST(sysctl_fixed_names)
{
	const int name[2] = { fixed[_i].first, fixed[_i].second };
	char buf[256];
	size_t len = 0, want;

	/* First how long it is, then the value, then one byte too few. */
	ck_assert_int_eq(rump_sys___sysctl(name, 2, NULL, &len, NULL, 0), 0);
	want = fixed[_i].len != 0 ? fixed[_i].len : len;
	ck_assert_msg(len == want && len > 1, "%s: %zu bytes", fixed[_i].name, len);
	memset(buf, 'x', sizeof(buf));
	len = sizeof(buf);
	ck_assert_int_eq(rump_sys___sysctl(name, 2, buf, &len, NULL, 0), 0);
	ck_assert_uint_eq(len, want);
	ck_assert_int_eq(buf[len], 'x');
	if (fixed[_i].len == 0)
		ck_assert_uint_eq(strlen(buf) + 1, len);
	len = want - 1;
	memset(buf, 'x', sizeof(buf));
	ck_fails(rump_sys___sysctl(name, 2, buf, &len, NULL, 0), ENOMEM);
	ck_assert_uint_eq(len, want);
	ck_assert_int_eq(buf[want - 1], 'x');
}
END_TEST

START_TEST(sysctl_ncpu_is_the_environments)
{
	const int name[2] = { RUMP_CTL_HW, RUMP_HW_NCPU };
	size_t len = sizeof(int);
	int n = 0;

	teardown();
	setenv("RUMP_NCPU", "3", 1);
	setup();
	ck_assert_int_eq(rump_sys___sysctl(name, 2, &n, &len, NULL, 0), 0);
	ck_assert_int_eq(n, 3);
}
END_TEST

static const int hostname[2] = { RUMP_CTL_KERN, RUMP_KERN_HOSTNAME };

START_TEST(sysctl_hostname_starts_as_the_process)
{
	char name[300], want[300], host[200] = "";
	size_t len = sizeof(name);

	gethostname(host, sizeof(host) - 1);
	snprintf(want, sizeof(want), "rump-%d.%s", (int)getpid(), host);
	ck_assert_int_eq(rump_sys___sysctl(hostname, 2, name, &len, NULL, 0), 0);
	ck_assert_str_eq(name, want);
}
END_TEST

START_TEST(sysctl_hostname_is_set)
{
	char long_name[300], name[300];
	size_t len = sizeof(name);

	ck_assert_int_eq(rump_sys___sysctl(hostname, 2, NULL, NULL, "newname", 7), 0);
	ck_assert_int_eq(rump_sys_gethostname(name, sizeof(name)), 0);
	ck_assert_str_eq(name, "newname");
	/* Old and new value in one call. */
	ck_assert_int_eq(rump_sys___sysctl(hostname, 2, name, &len, "other", 6), 0);
	ck_assert_str_eq(name, "newname");
	memset(long_name, 'a', sizeof(long_name));
	ck_fails(rump_sys___sysctl(hostname, 2, NULL, NULL, long_name, 256), EINVAL);
	ck_assert_int_eq(rump_sys___sysctl(hostname, 2, NULL, NULL, long_name, 255), 0);
	len = sizeof(name);
	ck_assert_int_eq(rump_sys___sysctl(hostname, 2, name, &len, NULL, 0), 0);
	ck_assert_uint_eq(len, 256);
	/* A halt forgets it. */
	teardown();
	setup();
	len = sizeof(name);
	ck_assert_int_eq(rump_sys___sysctl(hostname, 2, name, &len, NULL, 0), 0);
	ck_assert_int_eq(strncmp(name, "rump-", 5), 0);
}
END_TEST

START_TEST(sysctl_random_bytes)
{
	const int name[2] = { RUMP_CTL_KERN, RUMP_KERN_ARND };
	char a[64], b[64];
	size_t len = sizeof(a);

	ck_assert_int_eq(rump_sys___sysctl(name, 2, a, &len, NULL, 0), 0);
	ck_assert_uint_eq(len, sizeof(a));
	ck_assert_int_eq(rump_sys___sysctl(name, 2, b, &len, NULL, 0), 0);
	ck_assert_int_ne(memcmp(a, b, sizeof(a)), 0);
}
END_TEST

/* ---- Errors ---- */

START_TEST(sysctl_errors)
{
	const int ok[2] = { RUMP_CTL_HW, RUMP_HW_NCPU };
	const int node[1] = { RUMP_CTL_HW }, deep[3] = { RUMP_CTL_HW, RUMP_HW_NCPU, 1 };
	const int none[2] = { RUMP_CTL_HW, 9999 }, negative[2] = { RUMP_CTL_HW, -100 };
	int value = 1;
	size_t len = sizeof(value);

	ck_fails(rump_sys___sysctl(NULL, 2, &value, &len, NULL, 0), EFAULT);
	ck_fails(rump_sys___sysctl(ok, 0, &value, &len, NULL, 0), EINVAL);
	ck_fails(rump_sys___sysctl(ok, RUMP_CTL_MAXNAME + 1, &value, &len, NULL, 0), EINVAL);
	ck_fails(rump_sys___sysctl(node, 1, &value, &len, NULL, 0), EISDIR);
	ck_fails(rump_sys___sysctl(deep, 3, &value, &len, NULL, 0), ENOTDIR);
	ck_fails(rump_sys___sysctl(none, 2, &value, &len, NULL, 0), ENOENT);
	ck_fails(rump_sys___sysctl(negative, 2, &value, &len, NULL, 0), EOPNOTSUPP);
	ck_fails(rump_sys___sysctl(ok, 2, NULL, NULL, &value, sizeof(value)), EPERM);
	ck_fails(rump_sys___sysctl(hostname, 2, NULL, NULL, &value, (size_t)1 << 40), EINVAL);
	/* A length but no value; a value but no length. */
	ck_fails(rump_sys___sysctl(ok, 2, NULL, NULL, NULL, 4), EFAULT);
	ck_fails(rump_sys___sysctl(ok, 2, &value, NULL, NULL, 0), ENOMEM);
	/* A buffer said to be larger than memory. */
	len = (size_t)1 << 60;
	ck_assert_int_eq(rump_sys___sysctl(ok, 2, &value, &len, NULL, 0), 0);
	ck_assert_uint_eq(len, sizeof(int));
}
END_TEST

START_TEST(sysctl_needs_rights)
{
	struct rump_sysctlnode n = { .sysctl_flags = RUMP_SYSCTL_VERSION | RUMP_CTLTYPE_NODE,
		.sysctl_name = "mine" };
	const int create[2] = { RUMP_CTL_DEBUG, RUMP_CTL_CREATE };
	char name[300];
	size_t len = sizeof(name);

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	ck_assert_int_eq(rump_sys_setuid(1000), 0);
	ck_assert_int_eq(rump_sys___sysctl(hostname, 2, name, &len, NULL, 0), 0);
	ck_fails(rump_sys___sysctl(hostname, 2, NULL, NULL, "x", 1), EPERM);
	ck_fails(rump_sys___sysctl(create, 2, NULL, NULL, &n, sizeof(n)), EPERM);
	rump_pub_lwproc_releaselwp();
}
END_TEST

/* ---- The tree ---- */

static const struct rump_sysctlnode query = { .sysctl_flags = RUMP_SYSCTL_VERSION };

/* Visit what is below name: every node can be asked for, and has a description. */
static int
walk(int *name, u_int depth)
{
	struct rump_sysctlnode *nodes;
	size_t size = 0, dsize = 0, n, off = 0;
	char *descs;
	int count = 0;

	name[depth] = RUMP_CTL_QUERY;
	ck_assert_int_eq(rump_sys___sysctl(name, depth + 1, NULL, &size, &query, sizeof(query)), 0);
	n = size / sizeof(*nodes);
	ck_assert_uint_eq(size, n * sizeof(*nodes));
	nodes = malloc(size + 1);
	ck_assert_int_eq(
	    rump_sys___sysctl(name, depth + 1, nodes, &size, &query, sizeof(query)), 0);
	name[depth] = RUMP_CTL_DESCRIBE;
	ck_assert_int_eq(rump_sys___sysctl(name, depth + 1, NULL, &dsize, NULL, 0), 0);
	descs = malloc(dsize + 1);
	ck_assert_int_eq(rump_sys___sysctl(name, depth + 1, descs, &dsize, NULL, 0), 0);
	for (size_t i = 0; i < n; i++) {
		const struct rump_sysctldesc *const d = (struct rump_sysctldesc *)(descs + off);
		size_t len = 0;

		ck_assert_ptr_null(nodes[i].sysctl_private[0]);
		ck_assert_int_eq(d->descr_num, nodes[i].sysctl_num);
		ck_assert_uint_eq(strlen(d->descr_str) + 1, d->descr_len);
		off += offsetof(struct rump_sysctldesc, descr_str) + ((d->descr_len + 3) & ~3U);
		name[depth] = nodes[i].sysctl_num;
		if ((nodes[i].sysctl_flags & RUMP_CTLTYPE_MASK) == RUMP_CTLTYPE_NODE) {
			const int below = walk(name, depth + 1);

			ck_assert_msg(nodes[i].sysctl_un.node.clen > 0 || below == 0, "%s",
			    nodes[i].sysctl_name);
			count += below;
		} else
			ck_assert_msg(rump_sys___sysctl(name, depth + 1, NULL, &len, NULL, 0) == 0,
			    "%s: %d", nodes[i].sysctl_name, errno);
		count++;
	}
	ck_assert_uint_eq(off, dsize);
	free(nodes);
	free(descs);
	return count;
}

START_TEST(sysctl_tree_is_walked)
{
	int name[RUMP_CTL_MAXNAME + 1];

	ck_assert_int_gt(walk(name, 0), 40);
}
END_TEST

START_TEST(sysctl_query_is_strict)
{
	const int name[2] = { RUMP_CTL_KERN, RUMP_CTL_QUERY };
	const int leaf[3] = { RUMP_CTL_KERN, RUMP_KERN_OSTYPE, RUMP_CTL_QUERY };
	const int more[3] = { RUMP_CTL_KERN, RUMP_CTL_QUERY, 1 };
	struct rump_sysctlnode n = query, one;
	size_t len = sizeof(one);

	ck_fails(rump_sys___sysctl(name, 2, &one, &len, &n, sizeof(n)), ENOMEM);
	ck_assert_uint_gt(len, sizeof(one));
	ck_assert_uint_eq(one.sysctl_flags & 0xff000000, RUMP_SYSCTL_VERSION);
	ck_fails(rump_sys___sysctl(name, 2, NULL, &len, &n, 8), EINVAL);
	n.sysctl_flags = 0x77000000;
	ck_fails(rump_sys___sysctl(name, 2, NULL, &len, &n, sizeof(n)), EINVAL);
	ck_fails(rump_sys___sysctl(leaf, 3, NULL, &len, NULL, 0), ENOTDIR);
	ck_fails(rump_sys___sysctl(more, 3, NULL, &len, NULL, 0), EINVAL);
}
END_TEST

/* ---- Nodes that programs make ---- */

static const int create[2] = { RUMP_CTL_DEBUG, RUMP_CTL_CREATE };
static const int destroy[2] = { RUMP_CTL_DEBUG, RUMP_CTL_DESTROY };

static int
make(const char *name, int flags, int num, struct rump_sysctlnode *made)
{
	struct rump_sysctlnode n = { .sysctl_flags = RUMP_SYSCTL_VERSION | flags,
		.sysctl_num = num };
	size_t len = sizeof(*made);

	strncpy(n.sysctl_name, name, sizeof(n.sysctl_name) - 1);
	n.sysctl_un.idata = 42;
	return rump_sys___sysctl(create, 2, made, &len, &n, sizeof(n));
}

START_TEST(sysctl_nodes_are_made_and_removed)
{
	struct rump_sysctlnode made;
	int name[2] = { RUMP_CTL_DEBUG, 0 }, value = 0;
	size_t len = sizeof(value);

	ck_assert_int_eq(
	    make("mine", RUMP_CTLTYPE_INT | RUMP_CTLFLAG_IMMEDIATE | RUMP_CTLFLAG_READWRITE, -1,
		&made),
	    0);
	ck_assert_str_eq(made.sysctl_name, "mine");
	name[1] = made.sysctl_num;
	ck_assert_int_eq(rump_sys___sysctl(name, 2, &value, &len, &(int){ 43 }, sizeof(int)), 0);
	ck_assert_int_eq(value, 42);
	ck_assert_int_eq(rump_sys___sysctl(name, 2, &value, &len, NULL, 0), 0);
	ck_assert_int_eq(value, 43);
	ck_fails(make("mine", RUMP_CTLTYPE_NODE, -1, &made), EEXIST);
	ck_fails(make("other", RUMP_CTLTYPE_NODE, name[1], &made), EEXIST);
	made = (struct rump_sysctlnode){
		.sysctl_flags = RUMP_SYSCTL_VERSION, .sysctl_num = name[1], .sysctl_name = "wrong"
	};
	ck_fails(rump_sys___sysctl(destroy, 2, NULL, NULL, &made, sizeof(made)), EINVAL);
	made.sysctl_name[0] = '\0';
	ck_assert_int_eq(rump_sys___sysctl(destroy, 2, NULL, NULL, &made, sizeof(made)), 0);
	ck_fails(rump_sys___sysctl(destroy, 2, NULL, NULL, &made, sizeof(made)), ENOENT);
	ck_fails(rump_sys___sysctl(name, 2, &value, &len, NULL, 0), ENOENT);
}
END_TEST

START_TEST(sysctl_permanent_nodes_stay)
{
	const int from_root[1] = { RUMP_CTL_DESTROY };
	const int in_kern[2] = { RUMP_CTL_KERN, RUMP_CTL_DESTROY };
	struct rump_sysctlnode n = { .sysctl_flags = RUMP_SYSCTL_VERSION,
		.sysctl_num = RUMP_CTL_KERN };

	ck_fails(rump_sys___sysctl(from_root, 1, NULL, NULL, &n, sizeof(n)), EPERM);
	n.sysctl_num = RUMP_KERN_OSTYPE;
	ck_fails(rump_sys___sysctl(in_kern, 2, NULL, NULL, &n, sizeof(n)), EPERM);
}
END_TEST

/* What the kernel must not believe. */
static const struct {
	const char *what;
	const char *name;
	uint32_t flags;
	size_t size;
} hostile[] = {
	{ "no type", "a", 0, 0 },
	{ "an unknown type", "a", 15, 0 },
	{ "no name", "", RUMP_CTLTYPE_NODE, 0 },
	{ "a digit first", "1a", RUMP_CTLTYPE_NODE, 0 },
	{ "a slash", "a/b", RUMP_CTLTYPE_NODE, 0 },
	{ "a name without an end", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.", RUMP_CTLTYPE_NODE, 0 },
	{ "data of the caller's", "a", RUMP_CTLTYPE_INT, 4 },
	{ "an immediate string", "a", RUMP_CTLTYPE_STRING | RUMP_CTLFLAG_IMMEDIATE, 8 },
	{ "an int of 3 bytes", "a", RUMP_CTLTYPE_INT | RUMP_CTLFLAG_IMMEDIATE, 3 },
	{ "data too large", "a", RUMP_CTLTYPE_STRING | RUMP_CTLFLAG_OWNDATA, (size_t)1 << 40 },
	{ "data of no size", "a", RUMP_CTLTYPE_STRUCT | RUMP_CTLFLAG_OWNDATA, 0 },
	{ "a node with data", "a", RUMP_CTLTYPE_NODE | RUMP_CTLFLAG_OWNDATA, 8 },
	{ "two places for data", "a",
	    RUMP_CTLTYPE_INT | RUMP_CTLFLAG_OWNDATA | RUMP_CTLFLAG_IMMEDIATE, 4 },
};

START_TEST(sysctl_hostile_nodes_are_refused)
{
	struct rump_sysctlnode n;

	memset(&n, 0xff, sizeof(n)); /* addresses, too */
	n.sysctl_flags = RUMP_SYSCTL_VERSION | hostile[_i].flags;
	n.sysctl_num = -1;
	n.sysctl_size = hostile[_i].size;
	memcpy(n.sysctl_name, hostile[_i].name,
	    strlen(hostile[_i].name) < sizeof(n.sysctl_name) ? strlen(hostile[_i].name) + 1
							     : sizeof(n.sysctl_name));
	if (strlen(hostile[_i].name) >= sizeof(n.sysctl_name)) {
		/* Cut to 31 bytes it is a good name: made, and harmless. */
		ck_assert_int_eq(rump_sys___sysctl(create, 2, NULL, NULL, &n, sizeof(n)), 0);
		return;
	}
	errno = 0;
	ck_assert_msg(
	    rump_sys___sysctl(create, 2, NULL, NULL, &n, sizeof(n)) == -1 && errno == EINVAL,
	    "%s: errno %d", hostile[_i].what, errno);
}
END_TEST

START_TEST(sysctl_own_strings)
{
	struct rump_sysctlnode n = { .sysctl_flags = RUMP_SYSCTL_VERSION | RUMP_CTLTYPE_STRING |
		    RUMP_CTLFLAG_OWNDATA | RUMP_CTLFLAG_ANYWRITE,
		.sysctl_num = 77,
		.sysctl_name = "text",
		.sysctl_size = 6 };
	const int name[2] = { RUMP_CTL_DEBUG, 77 };
	char buf[16] = "";
	size_t len = sizeof(buf);

	ck_assert_int_eq(rump_sys___sysctl(create, 2, NULL, NULL, &n, sizeof(n)), 0);
	ck_assert_int_eq(rump_sys___sysctl(name, 2, buf, &len, "hello", 6), 0);
	ck_assert_str_eq(buf, "");
	ck_fails(rump_sys___sysctl(name, 2, NULL, NULL, "hello!", 7), EINVAL);
	len = sizeof(buf);
	ck_assert_int_eq(rump_sys___sysctl(name, 2, buf, &len, NULL, 0), 0);
	ck_assert_str_eq(buf, "hello");
}
END_TEST

#define ROWS(t) (int)(sizeof(t) / sizeof((t)[0]))

int
main(void)
{
	Suite *const s = suite_create("sysctl");
	TCase *const tc = tcase_create("sysctl");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, sysctl_fixed_names, 0, ROWS(fixed));
	tcase_add_test(tc, sysctl_ncpu_is_the_environments);
	tcase_add_test(tc, sysctl_hostname_starts_as_the_process);
	tcase_add_test(tc, sysctl_hostname_is_set);
	tcase_add_test(tc, sysctl_random_bytes);
	tcase_add_test(tc, sysctl_errors);
	tcase_add_test(tc, sysctl_needs_rights);
	tcase_add_test(tc, sysctl_tree_is_walked);
	tcase_add_test(tc, sysctl_query_is_strict);
	tcase_add_test(tc, sysctl_nodes_are_made_and_removed);
	tcase_add_test(tc, sysctl_permanent_nodes_stay);
	tcase_add_loop_test(tc, sysctl_hostile_nodes_are_refused, 0, ROWS(hostile));
	tcase_add_test(tc, sysctl_own_strings);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
