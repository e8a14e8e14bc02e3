/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * sysctl(9): what there is: CTL_QUERY and CTL_DESCRIBE.
 *
 * Both go through a node's children and give as many records as fit; the length is that of all.
 */
#include "sysctl_impl.h"

#include <sys/lwp.h>

#include <lib/libkern/libkern.h>
#include <rump/rump_sysctl.h>

/* What programs see of it. */
CTASSERT(sizeof(struct sysctlnode) == sizeof(struct rump_sysctlnode));
CTASSERT(offsetof(struct sysctlnode, sysctl_un) == offsetof(struct rump_sysctlnode, sysctl_un));
CTASSERT(offsetof(struct sysctlnode, sysctl_size) == offsetof(struct rump_sysctlnode, sysctl_size));
CTASSERT(offsetof(struct sysctldesc, descr_str) == offsetof(struct rump_sysctldesc, descr_str));
CTASSERT(SYSCTL_VERSION == RUMP_SYSCTL_VERSION && CTL_DESCRIBE == RUMP_CTL_DESCRIBE);

struct output {
	struct lwp *o_l;
	char *o_buf;
	size_t o_room, o_len;
};

static void
output(struct output *o, const void *p, size_t len)
{
	if (o->o_buf != NULL && o->o_len + len <= o->o_room)
		(void)sysctl_copyout(o->o_l, p, o->o_buf + o->o_len, len);
	o->o_len += len;
}

static int
output_end(const struct output *o, void *oldp, size_t *oldlenp)
{
	if (oldlenp != NULL)
		*oldlenp = o->o_len;
	return oldp != NULL && o->o_len > o->o_room ? ENOMEM : 0;
}

/* A query may carry a struct sysctlnode that says which version of it the caller knows. */
static int
get_version(struct lwp *l, const void *newp, size_t newlen, struct sysctlnode *n)
{
	memset(n, 0, sizeof(*n));
	if (newp == NULL)
		return 0;
	if (newlen != sizeof(*n))
		return EINVAL;
	(void)sysctl_copyin(l, newp, n, sizeof(*n));
	return SYSCTL_VERS(n->sysctl_flags) == SYSCTL_VERSION ? 0 : EINVAL;
}

int
sysctl_query(SYSCTLFN_ARGS)
{
	struct output o = { l, oldp, oldlenp != NULL ? *oldlenp : 0, 0 };
	struct sysctl_entry *e;
	struct sysctlnode n;
	int error;

	if (namelen != 1)
		return EINVAL;
	if (SYSCTL_TYPE(rnode->sysctl_flags) != CTLTYPE_NODE)
		return ENOTDIR;
	if ((error = get_version(l, newp, newlen, &n)) != 0)
		return error;
	TAILQ_FOREACH (e, &entry_of(rnode)->e_children, e_sibling) {
		const int type = SYSCTL_TYPE(e->e_node.sysctl_flags);

		n = e->e_node;
		/* No kernel addresses, and values only through the node itself. */
		if (type != CTLTYPE_NODE)
			memset(&n.sysctl_un, 0, sizeof(n.sysctl_un));
		else
			n.sysctl_child = NULL;
		n.sysctl_func = NULL;
		n.sysctl_parent = NULL;
		n.sysctl_desc = NULL;
		output(&o, &n, sizeof(n));
	}
	return output_end(&o, oldp, oldlenp);
}

static void
describe_one(struct output *o, const struct sysctlnode *node)
{
	static const char zeros[sizeof(int32_t)];
	const char *const text = node->sysctl_desc != NULL ? node->sysctl_desc : "";
	struct sysctldesc d;

	memset(&d, 0, sizeof(d));
	d.descr_num = node->sysctl_num;
	d.descr_ver = node->sysctl_ver;
	d.descr_len = strlen(text) + 1;
	output(o, &d, offsetof(struct sysctldesc, descr_str));
	output(o, text, d.descr_len);
	output(o, zeros, __sysc_desc_roundup(d.descr_len) - d.descr_len);
}

/* One child's (by the number in newp) or all of them. */
int
sysctl_describe(SYSCTLFN_ARGS)
{
	struct output o = { l, oldp, oldlenp != NULL ? *oldlenp : 0, 0 };
	struct sysctl_entry *e;
	struct sysctlnode n;
	bool found = newp == NULL;
	int error;

	if (namelen != 1)
		return EINVAL;
	if (SYSCTL_TYPE(rnode->sysctl_flags) != CTLTYPE_NODE)
		return ENOTDIR;
	if ((error = get_version(l, newp, newlen, &n)) != 0)
		return error;
	if (newp != NULL && n.sysctl_desc != NULL)
		return EPERM; /* descriptions are the creators' */
	TAILQ_FOREACH (e, &entry_of(rnode)->e_children, e_sibling) {
		if (newp != NULL && e->e_node.sysctl_num != n.sysctl_num)
			continue;
		describe_one(&o, &e->e_node);
		found = true;
	}
	return found ? output_end(&o, oldp, oldlenp) : ENOENT;
}
