/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * sysctl(9): making and removing nodes.
 *
 * A node that several made (CTLTYPE_NODE only) counts its makers, and goes with the last.  What one
 * caller made is remembered in its log, newest first, so that a teardown removes children before
 * their parents; a parent that still has children of others stays.
 */
#include "sysctl_impl.h"

#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>

#include <lib/libkern/libkern.h>

#include <stdarg.h>

#define OWNDATA_MAX (64 * 1024)

struct sysctllog {
	struct sysctllog *sl_next;
	struct sysctl_entry *sl_entry;
};

static uint32_t version; /* the tree's lock */

void
sysctl_log_init(void)
{
	version = 0;
}

/* The children changed: so did every node on the way up.  locks: the tree's, as writer. */
static void
touch(struct sysctl_entry *e)
{
	version++;
	for (; e != NULL; e = e->e_parent)
		e->e_node.sysctl_ver = version;
}

static void
entry_link(struct sysctl_entry *e)
{
	struct sysctl_entry *c;

	TAILQ_FOREACH (c, &e->e_parent->e_children, e_sibling)
		if (c->e_node.sysctl_num > e->e_node.sysctl_num)
			break;
	if (c != NULL)
		TAILQ_INSERT_BEFORE(c, e, e_sibling);
	else
		TAILQ_INSERT_TAIL(&e->e_parent->e_children, e, e_sibling);
	e->e_parent->e_node.sysctl_clen++;
	e->e_parent->e_node.sysctl_csize++;
	touch(e->e_parent);
}

void
sysctl_entry_free(struct sysctl_entry *e)
{
	struct sysctl_entry *c;

	while ((c = TAILQ_FIRST(&e->e_children)) != NULL)
		sysctl_entry_free(c);
	TAILQ_REMOVE(&e->e_parent->e_children, e, e_sibling);
	e->e_parent->e_node.sysctl_clen--;
	e->e_parent->e_node.sysctl_csize--;
	touch(e->e_parent);
	if ((e->e_node.sysctl_flags & CTLFLAG_OWNDATA) != 0 && e->e_node.sysctl_data != NULL)
		kmem_free(e->e_node.sysctl_data, e->e_node.sysctl_size);
	if ((e->e_node.sysctl_flags & CTLFLAG_OWNDESC) != 0)
		kmem_strfree(__UNCONST(e->e_node.sysctl_desc));
	kmem_free(e, sizeof(*e));
}

/* The least number from CREATE_BASE that no child has. */
static int
free_number(struct sysctl_entry *parent)
{
	struct sysctl_entry *c;
	int num = CREATE_BASE;

	TAILQ_FOREACH (c, &parent->e_children, e_sibling)
		if (c->e_node.sysctl_num == num)
			num++;
	return num;
}

/* A letter or underscore, then those, digits and dashes. */
static bool
name_valid(const char *name)
{
	if (*name == '\0' || isdigit(*name) || strlen(name) >= SYSCTL_NAMELEN)
		return false;
	for (; *name != '\0'; name++)
		if (!isalnum(*name) && *name != '_' && *name != '-')
			return false;
	return true;
}

/* What a new node is to be, checked. */
struct wish {
	const char *name;
	const char *desc;
	int num; /* or CTL_CREATE */
	int flags, type;
	sysctlfn func;
	u_quad_t qv;
	const void *data;
	size_t size;
};

static int
wish_check(struct wish *w)
{
	const size_t typesize = sysctl_typesize(w->type);

	if (w->name == NULL || !name_valid(w->name))
		return EINVAL;
	if (w->type < CTLTYPE_NODE || w->type > CTLTYPE_BOOL)
		return EINVAL;
	if (w->type == CTLTYPE_NODE)
		return w->data == NULL && (w->flags & (CTLFLAG_IMMEDIATE | CTLFLAG_OWNDATA)) == 0
		    ? 0
		    : EINVAL;
	if ((w->flags & CTLFLAG_IMMEDIATE) != 0 &&
	    (typesize == 0 || (w->flags & CTLFLAG_OWNDATA) != 0))
		return EINVAL;
	if (w->size == 0)
		w->size =
		    w->type == CTLTYPE_STRING && w->data != NULL ? strlen(w->data) + 1 : typesize;
	else if (typesize != 0 && w->size != typesize)
		return EINVAL;
	if ((w->flags & CTLFLAG_OWNDATA) != 0 && (w->size == 0 || w->size > OWNDATA_MAX))
		return EINVAL;
	return 0;
}

static void
set_value(struct sysctlnode *n, const struct wish *w)
{
	n->sysctl_size = w->size;
	if ((w->flags & CTLFLAG_IMMEDIATE) != 0) {
		if (w->type == CTLTYPE_INT)
			n->sysctl_idata = w->qv;
		else if (w->type == CTLTYPE_BOOL)
			n->sysctl_bdata = w->qv != 0;
		else
			n->sysctl_qdata = w->qv;
	} else if ((w->flags & CTLFLAG_OWNDATA) != 0) {
		n->sysctl_data = kmem_zalloc(w->size, KM_SLEEP);
		if (w->data != NULL && w->type == CTLTYPE_STRING)
			strlcpy(n->sysctl_data, w->data, w->size);
		else if (w->data != NULL)
			memcpy(n->sysctl_data, w->data, w->size);
	} else
		n->sysctl_data = __UNCONST(w->data);
}

/* Make, or share, a child.  locks: the tree's, as writer. */
static int
entry_create(struct sysctl_entry *parent, struct wish *w, struct sysctl_entry **ep)
{
	struct sysctl_entry *e;
	struct sysctlnode *n;
	int error;

	KASSERT(sysctl_iswriter());
	if ((error = wish_check(w)) != 0)
		return error;
	if (SYSCTL_TYPE(parent->e_node.sysctl_flags) != CTLTYPE_NODE)
		return ENOTDIR;
	if ((e = sysctl_child_by_name(parent, w->name)) != NULL) {
		if (w->type != CTLTYPE_NODE ||
		    SYSCTL_TYPE(e->e_node.sysctl_flags) != CTLTYPE_NODE ||
		    (w->num >= 0 && w->num != e->e_node.sysctl_num))
			return EEXIST;
		e->e_refs++;
		*ep = e;
		return 0;
	}
	if (w->num >= 0 && sysctl_child_by_num(parent, w->num) != NULL)
		return EEXIST;
	e = kmem_zalloc(sizeof(*e), KM_SLEEP);
	TAILQ_INIT(&e->e_children);
	e->e_parent = parent;
	e->e_refs = 1;
	n = &e->e_node;
	n->sysctl_flags = SYSCTL_VERSION | SYSCTL_FLAGS(w->flags) | w->type;
	n->sysctl_num = w->num >= 0 ? w->num : free_number(parent);
	strlcpy(n->sysctl_name, w->name, sizeof(n->sysctl_name));
	n->sysctl_func = w->func;
	n->sysctl_parent = &parent->e_node;
	n->sysctl_desc = w->desc;
	if (w->type != CTLTYPE_NODE)
		set_value(n, w);
	entry_link(e);
	*ep = e;
	return 0;
}

/* One maker less.  locks: the tree's, as writer. */
static void
entry_release(struct sysctl_entry *e)
{
	if (--e->e_refs == 0 && TAILQ_EMPTY(&e->e_children))
		sysctl_entry_free(e);
	else if (e->e_refs == 0)
		e->e_refs = 1; /* children of others: goes with the tree */
}

/* ---- For kernel code ---- */

int
sysctl_createv(struct sysctllog **log, int cflags, const struct sysctlnode **rnode,
    const struct sysctlnode **cnode, int flags, int type, const char *namep, const char *desc,
    sysctlfn func, u_quad_t qv, void *newp, size_t newlen, ...)
{
	struct wish w = { .name = namep,
		.desc = desc,
		.flags = (flags | cflags) & SYSCTL_FLAGMASK,
		.type = type,
		.func = func,
		.qv = qv,
		.data = newp,
		.size = newlen };
	struct sysctl_entry *parent, *e = NULL;
	int path[CTL_MAXNAME], n = 0, num, error;
	va_list ap;

	va_start(ap, newlen);
	while ((num = va_arg(ap, int)) != CTL_EOL && n < CTL_MAXNAME)
		path[n++] = num;
	va_end(ap);
	if (n == 0 || num != CTL_EOL)
		return EINVAL;
	w.num = path[n - 1];
	if (w.num < 0 && w.num != CTL_CREATE)
		return EINVAL;

	sysctl_lock(true);
	parent = rnode != NULL && *rnode != NULL ? entry_of(*rnode) : &sysctl_root;
	for (int i = 0; i < n - 1 && parent != NULL; i++)
		parent = sysctl_child_by_num(parent, path[i]);
	error = parent == NULL ? ENOENT : entry_create(parent, &w, &e);
	if (error == 0) {
		if (log != NULL) {
			struct sysctllog *const sl = kmem_alloc(sizeof(*sl), KM_SLEEP);

			sl->sl_next = *log;
			sl->sl_entry = e;
			*log = sl;
		}
		if (cnode != NULL)
			*cnode = &e->e_node;
	}
	sysctl_unlock();
	return error;
}

int
sysctl_destroyv(struct sysctlnode *rnode, ...)
{
	struct sysctl_entry *e = rnode != NULL ? entry_of(rnode) : &sysctl_root;
	int num, error = 0;
	va_list ap;

	sysctl_lock(true);
	va_start(ap, rnode);
	while (e != NULL && (num = va_arg(ap, int)) != CTL_EOL)
		e = sysctl_child_by_num(e, num);
	va_end(ap);
	if (e == NULL)
		error = ENOENT;
	else if (e == &sysctl_root)
		error = EINVAL;
	else if (!TAILQ_EMPTY(&e->e_children))
		error = ENOTEMPTY;
	else
		entry_release(e);
	sysctl_unlock();
	return error;
}

void
sysctl_teardown(struct sysctllog **log)
{
	struct sysctllog *sl;

	if (*log == NULL)
		return;
	sysctl_lock(true);
	while ((sl = *log) != NULL) {
		*log = sl->sl_next;
		entry_release(sl->sl_entry);
		kmem_free(sl, sizeof(*sl));
	}
	sysctl_unlock();
}

/* ---- For programs: CTL_CREATE and CTL_DESTROY ---- */

/* The struct sysctlnode that a meta operation gets as its new value. */
static int
get_query(struct lwp *l, const void *newp, size_t newlen, struct sysctlnode *n)
{
	if (newp == NULL || newlen != sizeof(*n))
		return EINVAL;
	(void)sysctl_copyin(l, newp, n, sizeof(*n));
	if (SYSCTL_VERS(n->sysctl_flags) != SYSCTL_VERSION)
		return EINVAL;
	n->sysctl_name[SYSCTL_NAMELEN - 1] = '\0';
	return 0;
}

/* Values lie in the node, or in memory of its own: never in memory that the caller names. */
int
sysctl_create(SYSCTLFN_ARGS)
{
	struct sysctl_entry *e;
	struct sysctlnode n;
	struct wish w;
	int error;

	if (namelen != 1)
		return EINVAL;
	if (l != NULL &&
	    (error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL,
		 KAUTH_REQ_SYSTEM_SYSCTL_ADD, NULL, NULL, NULL)) != 0)
		return error;
	if ((error = get_query(l, newp, newlen, &n)) != 0)
		return error;
	w = (struct wish){ .name = n.sysctl_name,
		.num = n.sysctl_num >= 0 ? n.sysctl_num : CTL_CREATE,
		.flags = SYSCTL_FLAGS(n.sysctl_flags) & SYSCTL_USERFLAGS,
		.type = SYSCTL_TYPE(n.sysctl_flags),
		.qv = n.sysctl_qdata,
		.size = n.sysctl_size };
	if (w.type == CTLTYPE_INT)
		w.qv = n.sysctl_idata;
	else if (w.type == CTLTYPE_BOOL)
		w.qv = *(const uint8_t *)&n.sysctl_bdata != 0;
	if (w.type != CTLTYPE_NODE && (w.flags & (CTLFLAG_IMMEDIATE | CTLFLAG_OWNDATA)) == 0)
		return EINVAL;
	if (sysctl_child_by_name(entry_of(rnode), w.name) != NULL)
		return EEXIST;
	if ((error = entry_create(entry_of(rnode), &w, &e)) != 0)
		return error;
	n = e->e_node;
	n.sysctl_func = NULL;
	n.sysctl_parent = NULL;
	n.sysctl_desc = NULL;
	if ((n.sysctl_flags & CTLFLAG_IMMEDIATE) == 0)
		memset(&n.sysctl_un, 0, sizeof(n.sysctl_un));
	return sysctl_return(l, &n, sizeof(n), oldp, oldlenp);
}

int
sysctl_destroy(SYSCTLFN_ARGS)
{
	struct sysctl_entry *e;
	struct sysctlnode n;
	int error;

	if (namelen != 1)
		return EINVAL;
	if (l != NULL &&
	    (error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL,
		 KAUTH_REQ_SYSTEM_SYSCTL_DELETE, NULL, NULL, NULL)) != 0)
		return error;
	if ((error = get_query(l, newp, newlen, &n)) != 0)
		return error;
	if ((e = sysctl_child_by_num(entry_of(rnode), n.sysctl_num)) == NULL)
		return ENOENT;
	if (n.sysctl_name[0] != '\0' && strcmp(n.sysctl_name, e->e_node.sysctl_name) != 0)
		return EINVAL;
	if ((e->e_node.sysctl_flags & CTLFLAG_PERMANENT) != 0 || e->e_refs > 1)
		return EPERM;
	if (!TAILQ_EMPTY(&e->e_children))
		return ENOTEMPTY;
	sysctl_entry_free(e);
	return sysctl_null(SYSCTLFN_CALL(rnode));
}
