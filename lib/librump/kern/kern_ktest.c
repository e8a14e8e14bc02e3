/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel side of kern_test.c: trees, queues, sysctl, kauth, random numbers, rates.  Each function is
 * called between rump_schedule() and rump_unschedule() and returns NULL, or what does not hold.
 */
#include <sys/param.h>
#include <sys/cprng.h>
#include <sys/evcnt.h>
#include <sys/hash.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/rbtree.h>
#include <sys/sysctl.h>
#include <sys/syslog.h>
#include <sys/systm.h>
#include <sys/tree.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <rump/rump_check.h>

#include "rump_print.h"

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

const char *rump_test_rbtree(void);
const char *rump_test_tree_macros(void);
const char *rump_test_queues(void);
const char *rump_test_hashinit(void);
const char *rump_test_sysctl_nodes(void);
const char *rump_test_sysctl_values(void);
const char *rump_test_sysctl_errors(void);
const char *rump_test_kauth_root(void);
const char *rump_test_kauth_user(void);
const char *rump_test_kauth_listeners(void);
const char *rump_test_kauth_creds(void);
const char *rump_test_cprng(void);
const char *rump_test_cprng_without_memory(void);
const char *rump_test_messages(void);
const char *rump_test_rates(void);

/* ---- Trees ---- */

#define NNODES 1000

struct item {
	rb_node_t it_node;
	int it_key;
	struct rb_node it_rb;
};

static int
compare_items(void *context, const void *a, const void *b)
{
	return ((const struct item *)a)->it_key - ((const struct item *)b)->it_key;
}

static int
compare_key(void *context, const void *a, const void *key)
{
	return ((const struct item *)a)->it_key - *(const int *)key;
}

static const rb_tree_ops_t item_ops = { .rbto_compare_nodes = compare_items,
	.rbto_compare_key = compare_key,
	.rbto_node_offset = offsetof(struct item, it_node) };

/* The number of black nodes on every path down, or -1. */
static int
black_height(const struct rb_node *n)
{
	int l, r;
	const bool red = n != NULL && (n->rb_info & 1) != 0;

	if (n == NULL)
		return 0;
	for (int i = 0; i < 2; i++)
		if (red && n->rb_nodes[i] != NULL && (n->rb_nodes[i]->rb_info & 1) != 0)
			return -1;
	l = black_height(n->rb_left);
	r = black_height(n->rb_right);
	return l < 0 || l != r ? -1 : l + !red;
}

static bool
ordered(rb_tree_t *t, size_t count)
{
	struct item *it;
	int last = -1;
	size_t n = 0;

	RB_TREE_FOREACH (it, t) {
		if (it->it_key <= last)
			return false;
		last = it->it_key;
		n++;
	}
	RB_TREE_FOREACH_REVERSE(it, t)
	{
		if (it->it_key > last)
			return false;
		last = it->it_key;
	}
	return n == count && rb_tree_count(t) == count && black_height(t->rbt_root) >= 0;
}

const char *
rump_test_rbtree(void)
{
	struct item *const items = kmem_zalloc(NNODES * sizeof(*items), KM_SLEEP), *it;
	rb_tree_t t;
	int key;

	rb_tree_init(&t, &item_ops);
	for (int i = 0; i < NNODES; i++) {
		items[i].it_key = (i * 7919) % NNODES * 2;
		CHECK(rb_tree_insert_node(&t, &items[i]) == &items[i]);
		if (i % 50 == 0)
			CHECK(ordered(&t, i + 1));
	}
	CHECK(ordered(&t, NNODES));
	CHECK(rb_tree_insert_node(&t, &(struct item){ .it_key = items[3].it_key }) == &items[3]);
	key = 501;
	CHECK(rb_tree_find_node(&t, &key) == NULL);
	it = rb_tree_find_node_geq(&t, &key);
	CHECK(it->it_key == 502);
	it = rb_tree_find_node_leq(&t, &key);
	CHECK(it->it_key == 500);
	key = 2 * NNODES;
	CHECK(rb_tree_find_node_geq(&t, &key) == NULL);
	for (int i = 0; i < NNODES; i++) {
		rb_tree_remove_node(&t, &items[(i * 31) % NNODES]);
		if (i % 50 == 0 || i > NNODES - 10)
			CHECK(ordered(&t, NNODES - i - 1));
	}
	CHECK(t.rbt_root == NULL);
	kmem_free(items, NNODES * sizeof(*items));
	return NULL;
}

static int
item_cmp(struct item *a, struct item *b)
{
	return a->it_key - b->it_key;
}

RB_HEAD(item_tree, item);
RB_PROTOTYPE_STATIC(item_tree, item, it_rb, item_cmp);
RB_GENERATE_STATIC(item_tree, item, it_rb, item_cmp)

const char *
rump_test_tree_macros(void)
{
	struct item_tree head = RB_INITIALIZER(&head);
	struct item items[12], *it, key;
	int n = 0;

	for (int i = 0; i < 12; i++) {
		items[i].it_key = (i * 7) % 12 * 10;
		CHECK(RB_INSERT(item_tree, &head, &items[i]) == NULL);
	}
	CHECK(RB_INSERT(item_tree, &head, &items[5]) == &items[5]);
	RB_FOREACH(it, item_tree, &head)
	CHECK(it->it_key == 10 * n++);
	CHECK(n == 12);
	key.it_key = 55;
	CHECK(RB_FIND(item_tree, &head, &key) == NULL);
	CHECK(RB_NFIND(item_tree, &head, &key)->it_key == 60);
	CHECK(RB_MIN(item_tree, &head)->it_key == 0 && RB_MAX(item_tree, &head)->it_key == 110);
	while ((it = RB_MIN(item_tree, &head)) != NULL)
		RB_REMOVE(item_tree, &head, it);
	CHECK(RB_EMPTY(&head));
	return NULL;
}

/* ---- Queues ---- */

struct member {
	int m_n;
	SLIST_ENTRY(member) m_slist;
	LIST_ENTRY(member) m_list;
	SIMPLEQ_ENTRY(member) m_simpleq;
	TAILQ_ENTRY(member) m_tailq;
};
SLIST_HEAD(member_slist, member);
LIST_HEAD(member_list, member);
SIMPLEQ_HEAD(member_simpleq, member);
TAILQ_HEAD(member_tailq, member);

const char *
rump_test_queues(void)
{
	struct member_slist sl = SLIST_HEAD_INITIALIZER(sl);
	struct member_list li = LIST_HEAD_INITIALIZER(li);
	struct member_simpleq sq = SIMPLEQ_HEAD_INITIALIZER(sq),
			      sq2 = SIMPLEQ_HEAD_INITIALIZER(sq2);
	struct member_tailq tq = TAILQ_HEAD_INITIALIZER(tq), tq2 = TAILQ_HEAD_INITIALIZER(tq2);
	struct member m[6], *p, *next;
	int n;

	for (int i = 0; i < 6; i++) {
		m[i].m_n = i;
		SLIST_INSERT_HEAD(&sl, &m[i], m_slist);
		LIST_INSERT_HEAD(&li, &m[i], m_list);
		SIMPLEQ_INSERT_TAIL(&sq, &m[i], m_simpleq);
		TAILQ_INSERT_TAIL(&tq, &m[i], m_tailq);
	}
	n = 6;
	SLIST_FOREACH (p, &sl, m_slist)
		CHECK(p->m_n == --n);
	SLIST_REMOVE(&sl, &m[3], member, m_slist);
	n = 0;
	SLIST_FOREACH (p, &sl, m_slist)
		n = n * 10 + p->m_n;
	CHECK(n == 54210);

	LIST_REMOVE(&m[5], m_list);
	LIST_REMOVE(&m[2], m_list);
	LIST_INSERT_BEFORE(&m[0], &m[5], m_list);
	LIST_INSERT_AFTER(&m[0], &m[2], m_list);
	n = 0;
	LIST_FOREACH (p, &li, m_list)
		n = n * 10 + p->m_n;
	CHECK(n == 431502);

	SIMPLEQ_REMOVE(&sq, &m[5], member, m_simpleq);
	SIMPLEQ_REMOVE_HEAD(&sq, m_simpleq);
	SIMPLEQ_INSERT_TAIL(&sq2, &m[0], m_simpleq);
	SIMPLEQ_CONCAT(&sq, &sq2);
	n = 0;
	SIMPLEQ_FOREACH (p, &sq, m_simpleq)
		n = n * 10 + p->m_n;
	CHECK(n == 12340 && SIMPLEQ_EMPTY(&sq2));
	CHECK(SIMPLEQ_LAST(&sq, member, m_simpleq) == &m[0]);

	CHECK(TAILQ_LAST(&tq, member_tailq) == &m[5]);
	CHECK(TAILQ_PREV(&m[5], member_tailq, m_tailq) == &m[4]);
	CHECK(TAILQ_PREV(&m[0], member_tailq, m_tailq) == NULL);
	TAILQ_FOREACH_SAFE (p, &tq, m_tailq, next)
		if (p->m_n % 2 == 0) {
			TAILQ_REMOVE(&tq, p, m_tailq);
			TAILQ_INSERT_HEAD(&tq2, p, m_tailq);
		}
	TAILQ_CONCAT(&tq, &tq2, m_tailq);
	n = 0;
	TAILQ_FOREACH (p, &tq, m_tailq)
		n = n * 10 + p->m_n;
	CHECK(n == 135420);
	n = 0;
	TAILQ_FOREACH_REVERSE(p, &tq, member_tailq, m_tailq)
	n = n * 10 + p->m_n;
	CHECK(n == 24531);
	return NULL;
}

const char *
rump_test_hashinit(void)
{
	struct member_tailq *tails;
	struct member_list *lists;
	u_long mask;

	lists = hashinit(100, HASH_LIST, true, &mask);
	CHECK(mask == 127);
	for (u_long i = 0; i <= mask; i++)
		CHECK(LIST_EMPTY(&lists[i]));
	hashdone(lists, HASH_LIST, mask);
	tails = hashinit(1, HASH_TAILQ, false, &mask);
	CHECK(mask == 0 && TAILQ_EMPTY(&tails[0]) && tails[0].tqh_last == &tails[0].tqh_first);
	hashdone(tails, HASH_TAILQ, mask);
	CHECK(hash32_str("abc", HASH32_STR_INIT) == hash32_buf("abc", 3, HASH32_BUF_INIT));
	CHECK(hash32_strn("abcdef", 3, HASH32_STR_INIT) == hash32_str("abc", HASH32_STR_INIT));
	return NULL;
}

/* ---- sysctl ---- */

static int test_int = 7;
static bool test_bool;
static char test_string[8] = "abc";

/* A call from the kernel itself. */
static int
call(const int *name, u_int namelen, void *oldp, size_t *oldlenp, const void *newp, size_t newlen)
{
	int error;

	sysctl_lock(newp != NULL);
	error = sysctl_dispatch(name, namelen, oldp, oldlenp, newp, newlen, name, NULL, NULL);
	sysctl_unlock();
	return error;
}

static const struct sysctlnode *
make_test_tree(struct sysctllog **log)
{
	const struct sysctlnode *node = NULL;

	test_int = 7;
	test_bool = false;
	strlcpy(test_string, "abc", sizeof(test_string));
	if (sysctl_createv(log, 0, NULL, &node, CTLFLAG_PERMANENT, CTLTYPE_NODE, "test",
		"for tests", NULL, 0, NULL, 0, CTL_DEBUG, CTL_CREATE, CTL_EOL) != 0)
		return NULL;
	sysctl_createv(log, 0, &node, NULL, CTLFLAG_READWRITE, CTLTYPE_INT, "int", "an int", NULL,
	    0, &test_int, 0, 1, CTL_EOL);
	sysctl_createv(log, 0, &node, NULL, CTLFLAG_READWRITE, CTLTYPE_BOOL, "bool", NULL, NULL, 0,
	    &test_bool, 0, 2, CTL_EOL);
	sysctl_createv(log, 0, &node, NULL, CTLFLAG_READWRITE, CTLTYPE_STRING, "string", NULL, NULL,
	    0, test_string, sizeof(test_string), 3, CTL_EOL);
	sysctl_createv(log, 0, &node, NULL, CTLFLAG_IMMEDIATE, CTLTYPE_QUAD, "quad", NULL, NULL,
	    0x123456789aULL, NULL, 0, 4, CTL_EOL);
	return node;
}

const char *
rump_test_sysctl_nodes(void)
{
	struct sysctllog *log = NULL, *log2 = NULL;
	const struct sysctlnode *node = make_test_tree(&log), *again = NULL;
	int name[3] = { CTL_DEBUG, node->sysctl_num, 1 };
	size_t len;

	CHECK(node->sysctl_num >= CREATE_BASE && node->sysctl_clen == 4);
	/* A node that is there is shared, and stays until both have torn down. */
	CHECK(sysctl_createv(&log2, 0, NULL, &again, 0, CTLTYPE_NODE, "test", NULL, NULL, 0, NULL,
		  0, CTL_DEBUG, CTL_CREATE, CTL_EOL) == 0);
	CHECK(again == node);
	CHECK(sysctl_createv(&log2, 0, &node, NULL, 0, CTLTYPE_INT, "int", NULL, NULL, 0, &test_int,
		  0, CTL_CREATE, CTL_EOL) == EEXIST);
	CHECK(sysctl_createv(&log2, 0, &node, NULL, 0, CTLTYPE_INT, "other", NULL, NULL, 0,
		  &test_int, 0, 1, CTL_EOL) == EEXIST);
	CHECK(sysctl_createv(NULL, 0, NULL, NULL, 0, CTLTYPE_INT, "x", NULL, NULL, 0, &test_int, 0,
		  CTL_DEBUG, 4711, CTL_CREATE, CTL_EOL) == ENOENT);
	CHECK(sysctl_createv(NULL, 0, &node, NULL, 0, CTLTYPE_INT, "9x", NULL, NULL, 0, &test_int,
		  0, CTL_CREATE, CTL_EOL) == EINVAL);
	sysctl_teardown(&log);
	CHECK(call(name, 3, NULL, &len, NULL, 0) == ENOENT);
	CHECK(call(name, 2, NULL, &len, NULL, 0) == EISDIR);
	sysctl_teardown(&log2);
	CHECK(call(name, 2, NULL, &len, NULL, 0) == ENOENT);
	return NULL;
}

const char *
rump_test_sysctl_values(void)
{
	struct sysctllog *log = NULL;
	const struct sysctlnode *const node = make_test_tree(&log);
	int name[3] = { CTL_DEBUG, node->sysctl_num, 1 }, v = 0, nine = 9;
	const bool yes = true;
	char buf[16];
	uint64_t q = 0;
	size_t len = sizeof(v);

	CHECK(call(name, 3, &v, &len, &nine, sizeof(nine)) == 0);
	CHECK(v == 7 && test_int == 9 && len == sizeof(int));
	name[2] = 2;
	CHECK(call(name, 3, NULL, NULL, &yes, sizeof(yes)) == 0 && test_bool);
	CHECK(call(name, 3, NULL, NULL, "\2", 1) == EINVAL);
	name[2] = 3;
	len = sizeof(buf);
	CHECK(call(name, 3, buf, &len, "1234567", 7) == 0);
	CHECK(strcmp(buf, "abc") == 0 && len == 4 && strcmp(test_string, "1234567") == 0);
	CHECK(call(name, 3, NULL, NULL, "12345678", 8) == EINVAL);
	CHECK(call(name, 3, NULL, NULL, "", 0) == 0 && test_string[0] == '\0');
	name[2] = 4;
	len = sizeof(q);
	CHECK(call(name, 3, &q, &len, NULL, 0) == 0 && q == 0x123456789aULL);
	sysctl_teardown(&log);
	return NULL;
}

const char *
rump_test_sysctl_errors(void)
{
	struct sysctllog *log = NULL;
	const struct sysctlnode *const node = make_test_tree(&log);
	int name[4] = { CTL_DEBUG, node->sysctl_num, 1, 0 }, v = 5;
	size_t len = 2;

	CHECK(call(name, 3, &v, &len, NULL, 0) == ENOMEM && len == sizeof(int));
	CHECK(call(name, 4, &v, &len, NULL, 0) == ENOTDIR);
	CHECK(call(name, 3, NULL, NULL, &v, 2) == EINVAL && test_int == 7);
	name[2] = 99;
	CHECK(call(name, 3, &v, &len, NULL, 0) == ENOENT);
	name[2] = 4; /* read-only */
	CHECK(call(name, 3, NULL, NULL, &v, sizeof(v)) == EPERM);
	name[2] = CTL_CREATESYM;
	CHECK(call(name, 3, NULL, NULL, &v, sizeof(v)) == EOPNOTSUPP);
	sysctl_teardown(&log);
	return NULL;
}

/* ---- kauth ---- */

static kauth_cred_t
user_cred(uid_t uid)
{
	const kauth_cred_t cred = kauth_cred_alloc();

	kauth_cred_setuid(cred, uid);
	kauth_cred_seteuid(cred, uid);
	kauth_cred_setsvuid(cred, uid);
	return cred;
}

const char *
rump_test_kauth_root(void)
{
	const kauth_cred_t root = user_cred(0);

	CHECK(kauth_authorize_generic(root, KAUTH_GENERIC_ISSUSER, NULL) == 0);
	CHECK(kauth_authorize_system(
		  root, KAUTH_SYSTEM_MOUNT, KAUTH_REQ_SYSTEM_MOUNT_NEW, NULL, NULL, NULL) == 0);
	/* Overrides the file system, but needs an execute bit. */
	CHECK(kauth_authorize_vnode(root, KAUTH_VNODE_READ_DATA, NULL, NULL, EACCES) == 0);
	CHECK(kauth_authorize_vnode(
		  root, kauth_access_action(VEXEC, VREG, 0644), NULL, NULL, EACCES) == EACCES);
	CHECK(kauth_authorize_vnode(
		  root, kauth_access_action(VEXEC, VREG, 0100), NULL, NULL, EACCES) == 0);
	CHECK(kauth_authorize_vnode(
		  root, kauth_access_action(VEXEC, VDIR, 0), NULL, NULL, EACCES) == 0);
	kauth_cred_free(root);
	return NULL;
}

const char *
rump_test_kauth_user(void)
{
	const kauth_cred_t user = user_cred(100);

	CHECK(kauth_authorize_generic(user, KAUTH_GENERIC_ISSUSER, NULL) == EPERM);
	CHECK(kauth_authorize_system(
		  user, KAUTH_SYSTEM_MOUNT, KAUTH_REQ_SYSTEM_MOUNT_NEW, NULL, NULL, NULL) == EPERM);
	CHECK(kauth_authorize_system(
		  user, KAUTH_SYSTEM_MOUNT, KAUTH_REQ_SYSTEM_MOUNT_GET, NULL, NULL, NULL) == 0);
	CHECK(
	    kauth_authorize_process(user, KAUTH_PROCESS_SIGNAL, &proc0, NULL, NULL, NULL) == EPERM);
	CHECK(kauth_authorize_network(user, KAUTH_NETWORK_BIND, KAUTH_REQ_NETWORK_BIND_PRIVPORT,
		  NULL, NULL, NULL) == EPERM);
	CHECK(kauth_authorize_vnode(user, KAUTH_VNODE_READ_DATA, NULL, NULL, EACCES) == EACCES);
	CHECK(kauth_authorize_vnode(user, KAUTH_VNODE_READ_DATA, NULL, NULL, 0) == 0);
	CHECK(kauth_authorize_generic(NOCRED, KAUTH_GENERIC_ISSUSER, NULL) == 0);
	kauth_cred_free(user);
	return NULL;
}

static int listener_answer;

static int
test_listener(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0, void *arg1,
    void *arg2, void *arg3)
{
	return listener_answer;
}

const char *
rump_test_kauth_listeners(void)
{
	const kauth_cred_t root = user_cred(0), user = user_cred(100);
	kauth_listener_t kl;
	kauth_scope_t scope;

	kl = kauth_listen_scope(KAUTH_SCOPE_GENERIC, test_listener, NULL);
	listener_answer = KAUTH_RESULT_DENY;
	CHECK(kauth_authorize_generic(root, KAUTH_GENERIC_ISSUSER, NULL) == EPERM);
	listener_answer = KAUTH_RESULT_ALLOW;
	CHECK(kauth_authorize_generic(user, KAUTH_GENERIC_ISSUSER, NULL) == 0);
	listener_answer = KAUTH_RESULT_DEFER;
	CHECK(kauth_authorize_generic(root, KAUTH_GENERIC_ISSUSER, NULL) == 0);
	kauth_unlisten_scope(kl);
	listener_answer = KAUTH_RESULT_ALLOW;
	CHECK(kauth_authorize_generic(user, KAUTH_GENERIC_ISSUSER, NULL) == EPERM);

	/* A scope of one's own; one that is only listened to denies. */
	kl = kauth_listen_scope("test.scope", test_listener, NULL);
	scope = kauth_register_scope("test.scope", NULL, NULL);
	CHECK(scope != NULL && kauth_register_scope("test.scope", NULL, NULL) == NULL);
	CHECK(kauth_authorize_action(scope, user, 1, NULL, NULL, NULL, NULL) == 0);
	kauth_unlisten_scope(kl);
	CHECK(kauth_authorize_action(scope, user, 1, NULL, NULL, NULL, NULL) == EPERM);
	kauth_deregister_scope(scope);
	kauth_cred_free(root);
	kauth_cred_free(user);
	return NULL;
}

const char *
rump_test_kauth_creds(void)
{
	static const gid_t groups[] = { 5, 6, 7 };
	gid_t many[NGROUPS + 1] = { 0 };
	kauth_cred_t cred = user_cred(100), copy;
	struct uucred uuc;
	int member;

	kauth_cred_setegid(cred, 20);
	CHECK(kauth_cred_setgroups(cred, groups, 3, -1, UIO_SYSSPACE) == 0);
	CHECK(kauth_cred_ngroups(cred) == 3 && kauth_cred_group(cred, 1) == 6);
	CHECK(kauth_cred_ismember_gid(cred, 7, &member) == 0 && member);
	CHECK(kauth_cred_ismember_gid(cred, 20, &member) == 0 && member);
	CHECK(kauth_cred_ismember_gid(cred, 8, &member) == 0 && !member);
	CHECK(kauth_cred_setgroups(cred, many, NGROUPS + 1, -1, UIO_SYSSPACE) == EINVAL);
	CHECK(kauth_cred_copy(cred) == cred);
	kauth_cred_hold(cred);
	CHECK(kauth_cred_getrefcnt(cred) == 2);
	copy = kauth_cred_copy(cred);
	CHECK(copy != cred && kauth_cred_getrefcnt(cred) == 1 && kauth_cred_geteuid(copy) == 100);
	kauth_cred_seteuid(copy, 101);
	CHECK(kauth_cred_geteuid(cred) == 100);
	kauth_cred_to_uucred(&uuc, cred);
	CHECK(uuc.cr_uid == 100 && uuc.cr_ngroups == 3 && kauth_cred_uucmp(cred, &uuc) == 0);
	CHECK(kauth_cred_uucmp(copy, &uuc) != 0);
	uuc.cr_ngroups = 1000;
	kauth_uucred_to_cred(copy, &uuc);
	CHECK(kauth_cred_ngroups(copy) == NGROUPS);
	kauth_cred_free(copy);
	kauth_cred_free(cred);
	return NULL;
}

/* ---- The rest ---- */

const char *
rump_test_cprng(void)
{
	const uint64_t a = cprng_strong64(), b = cprng_fast64();
	static uint8_t buf[3000];
	uint8_t seen[256] = { 0 };
	u_int values = 0;

	CHECK(a != b);
	CHECK(cprng_strong(kern_cprng, buf, sizeof(buf), 0) == sizeof(buf));
	for (size_t i = 0; i < sizeof(buf); i++)
		values += seen[buf[i]] == 0, seen[buf[i]] = 1;
	CHECK(values > 240); /* of 256, among 3000 bytes */
	/* No run of the output is found again in the next. */
	for (int i = 0; i < 100; i++) {
		uint8_t more[32];

		cprng_fast(more, sizeof(more));
		CHECK(memmem(buf, sizeof(buf), more, 8) == NULL);
	}
	return NULL;
}

/* The first number, when there is no memory for a generator. */
const char *
rump_test_cprng_without_memory(void)
{
#ifdef DIAGNOSTIC
	uint64_t a, b;
	char who[8];

	rump_check_fault(RUMP_FAULT_MEMORY, 1);
	a = cprng_fast64();
	rump_check_fault(0, 0);
	CHECK(rump_check_fault_fired(who, sizeof(who)));
	b = cprng_fast64();
	CHECK(a != 0 && b != 0 && a != b);
#endif
	return NULL;
}

const char *
rump_test_messages(void)
{
	static const char text[] = "only in the buffer 4711\n";
	char *const buf = kmem_alloc(16384, KM_SLEEP);
	size_t n;

	log(LOG_DEBUG, "only in the %s %d\n", "buffer", 4711);
	n = rump_msgbuf_read(buf, 0, 16384);
	CHECK(n >= sizeof(text) - 1);
	CHECK(memcmp(buf + n - (sizeof(text) - 1), text, sizeof(text) - 1) == 0);
	/* The ring keeps the latest. */
	for (int i = 0; i < 1000; i++)
		log(LOG_DEBUG, "message number %d\n", i);
	n = rump_msgbuf_read(buf, 0, 16384);
	CHECK(n == 16383);
	CHECK(memcmp(buf + n - 19, "message number 999\n", 19) == 0);
	kmem_free(buf, 16384);
	return NULL;
}

const char *
rump_test_rates(void)
{
	static const struct timeval hour = { 3600, 0 };
	struct timeval last = { 0, 0 };
	int pps = 0, passed = 0;

	CHECK(ratecheck(&last, &hour) == 1);
	CHECK(ratecheck(&last, &hour) == 0);
	last.tv_sec = last.tv_usec = 0;
	for (int i = 0; i < 100; i++)
		passed += ppsratecheck(&last, &pps, 5);
	CHECK(passed >= 5 && passed <= 10); /* a second may begin on the way */
	CHECK(ppsratecheck(&last, &pps, -1));
	return NULL;
}
