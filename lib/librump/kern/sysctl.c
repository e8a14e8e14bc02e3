/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * sysctl(9): finding a node and getting or setting its value.
 *
 * The tree is guarded by one reader/writer lock, held over a node's function; the writer when a new
 * value is given.  The system call bounces the caller's buffers, so that the lock is never held over a
 * copy that may wait for a remote client.
 */
#include "sysctl_impl.h"

#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/systm.h>

#include <lib/libkern/libkern.h>

#include "rump_kern.h"
#include "rump_syscall.h"

#define BOUNCE_NEW (64 * 1024)	 /* the largest value that can be set */
#define BOUNCE_OLD (1024 * 1024) /* the most that one call returns */

struct sysctl_entry sysctl_root;
static krwlock_t treelock;
static bool treelock_write; /* how sysctl_relock() takes it: set by the holder */

/* ---- The lock ---- */

void
sysctl_lock(bool write)
{
	rw_enter(&treelock, write ? RW_WRITER : RW_READER);
	if (write)
		treelock_write = true;
}

void
sysctl_unlock(void)
{
	if (rw_write_held(&treelock))
		treelock_write = false;
	rw_exit(&treelock);
}

/* After sysctl_unlock() in a node's function that sets a value. */
void
sysctl_relock(void)
{
	sysctl_lock(true);
}

bool
sysctl_iswriter(void)
{
	return rw_write_held(&treelock) != 0;
}

/* ---- Look-up ---- */

struct sysctl_entry *
sysctl_child_by_num(struct sysctl_entry *e, int num)
{
	struct sysctl_entry *c;

	TAILQ_FOREACH (c, &e->e_children, e_sibling)
		if (c->e_node.sysctl_num == num)
			return c;
	return NULL;
}

struct sysctl_entry *
sysctl_child_by_name(struct sysctl_entry *e, const char *name)
{
	struct sysctl_entry *c;

	TAILQ_FOREACH (c, &e->e_children, e_sibling)
		if (strcmp(c->e_node.sysctl_name, name) == 0)
			return c;
	return NULL;
}

int
sysctl_permitted(struct lwp *l, const struct sysctlnode *node, bool write)
{
	const uint32_t flags = SYSCTL_FLAGS(node->sysctl_flags);

	if (write && (flags & (CTLFLAG_READWRITE | CTLFLAG_ANYWRITE)) == 0)
		return EPERM;
	if (l == NULL)
		return 0;
	if ((flags & CTLFLAG_PRIVATE) != 0 &&
	    kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL, KAUTH_REQ_SYSTEM_SYSCTL_PRVT,
		NULL, NULL, NULL) != 0)
		return EPERM;
	if (!write || (flags & CTLFLAG_ANYWRITE) != 0)
		return 0;
	return kauth_authorize_system(
	    l->l_cred, KAUTH_SYSTEM_SYSCTL, KAUTH_REQ_SYSTEM_SYSCTL_MODIFY, NULL, NULL, NULL);
}

/* What serves a negative component of a name. */
static sysctlfn
meta_function(int num)
{
	switch (num) {
	case CTL_QUERY:
		return sysctl_query;
	case CTL_CREATE:
		return sysctl_create;
	case CTL_DESTROY:
		return sysctl_destroy;
	case CTL_DESCRIBE:
		return sysctl_describe;
	default:
		return sysctl_notavail;
	}
}

int
sysctl_dispatch(SYSCTLFN_ARGS)
{
	struct sysctl_entry *e = rnode != NULL ? entry_of(rnode) : &sysctl_root;
	const struct sysctlnode *node;
	int error;

	if (namelen > CTL_MAXNAME)
		return EINVAL;
	for (;;) {
		node = &e->e_node;
		if ((node->sysctl_flags & CTLFLAG_ALIAS) != 0) {
			e = sysctl_child_by_num(e->e_parent, node->sysctl_alias);
			if (e == NULL)
				return ENOENT;
			continue;
		}
		if (namelen == 0 || (node->sysctl_flags & CTLFLAG_ANYNUMBER) != 0)
			break;
		if (name[0] < 0)
			return (*meta_function(name[0]))(SYSCTLFN_CALL(node));
		if (SYSCTL_TYPE(node->sysctl_flags) != CTLTYPE_NODE)
			return ENOTDIR;
		if ((e = sysctl_child_by_num(e, name[0])) == NULL)
			return ENOENT;
		name++;
		namelen--;
	}
	if (SYSCTL_TYPE(node->sysctl_flags) == CTLTYPE_NODE && node->sysctl_func == NULL)
		return EISDIR;
	if ((error = sysctl_permitted(l, node, newp != NULL)) != 0)
		return error;
	return (*(node->sysctl_func != NULL ? node->sysctl_func : sysctl_lookup))(
	    SYSCTLFN_CALL(node));
}

/* ---- Values ---- */

int
sysctl_copyin(struct lwp *l, const void *uaddr, void *kaddr, size_t len)
{
	memcpy(kaddr, uaddr, len);
	return 0;
}

int
sysctl_copyout(struct lwp *l, const void *kaddr, void *uaddr, size_t len)
{
	memcpy(uaddr, kaddr, len);
	return 0;
}

int
sysctl_copyinstr(struct lwp *l, const void *uaddr, void *kaddr, size_t len, size_t *done)
{
	const size_t n = strnlen(uaddr, len);

	if (n == len)
		return ENAMETOOLONG;
	memcpy(kaddr, uaddr, n + 1);
	if (done != NULL)
		*done = n + 1;
	return 0;
}

int
sysctl_return(struct lwp *l, const void *value, size_t len, void *oldp, size_t *oldlenp)
{
	size_t room;

	if (oldlenp == NULL)
		return 0;
	room = *oldlenp;
	*oldlenp = len;
	if (oldp == NULL)
		return 0;
	(void)sysctl_copyout(l, value, oldp, MIN(room, len));
	return room < len ? ENOMEM : 0;
}

size_t
sysctl_typesize(int type)
{
	switch (type) {
	case CTLTYPE_INT:
		return sizeof(int);
	case CTLTYPE_QUAD:
		return sizeof(u_quad_t);
	case CTLTYPE_BOOL:
		return sizeof(bool);
	default:
		return 0;
	}
}

static void *
node_data(const struct sysctlnode *node)
{
	if ((node->sysctl_flags & CTLFLAG_IMMEDIATE) == 0)
		return node->sysctl_data;
	switch (SYSCTL_TYPE(node->sysctl_flags)) {
	case CTLTYPE_INT:
		return __UNCONST(&node->sysctl_idata);
	case CTLTYPE_QUAD:
		return __UNCONST(&node->sysctl_qdata);
	case CTLTYPE_BOOL:
		return __UNCONST(&node->sysctl_bdata);
	default:
		return NULL;
	}
}

/* A new string, with its NUL or without; it was seen to fit. */
static int
set_string(struct lwp *l, char *data, size_t size, const void *newp, size_t newlen)
{
	const size_t len = strnlen(newp, newlen);

	KASSERT(len < size);
	(void)sysctl_copyin(l, newp, data, len);
	memset(data + len, 0, size - len);
	return 0;
}

int
sysctl_lookup(SYSCTLFN_ARGS)
{
	const int type = SYSCTL_TYPE(rnode->sysctl_flags);
	void *const data = node_data(rnode);
	size_t len = rnode->sysctl_size;
	int error;

	if (type == CTLTYPE_NODE)
		return namelen == 0 ? EISDIR : ENOENT;
	if (namelen != 0)
		return ENOTDIR;
	if ((error = sysctl_permitted(l, rnode, newp != NULL)) != 0)
		return error;
	if (data == NULL)
		return EOPNOTSUPP;
	if (type == CTLTYPE_STRING)
		len = strnlen(data, len) + 1;
	/* Check what is to be set first: a call does all or nothing. */
	if (newp != NULL) {
		if (type == CTLTYPE_STRING ? strnlen(newp, newlen) >= rnode->sysctl_size
					   : newlen != len)
			return EINVAL;
		if (type == CTLTYPE_BOOL && *(const uint8_t *)newp > 1)
			return EINVAL;
	}
	if ((error = sysctl_return(l, data, len, oldp, oldlenp)) != 0 || newp == NULL)
		return error;
	if (type == CTLTYPE_STRING)
		return set_string(l, data, rnode->sysctl_size, newp, newlen);
	return sysctl_copyin(l, newp, data, len);
}

int
sysctl_null(SYSCTLFN_ARGS)
{
	if (oldlenp != NULL)
		*oldlenp = 0;
	return 0;
}

int
sysctl_needfunc(SYSCTLFN_ARGS)
{
	return EOPNOTSUPP;
}

int
sysctl_notavail(SYSCTLFN_ARGS)
{
	return EOPNOTSUPP;
}

/* ---- The system call ---- */

struct bounce {
	void *b_old, *b_new;
	size_t b_oldsize, b_newsize;
};

static void
bounce_free(struct bounce *b)
{
	if (b->b_old != NULL)
		kmem_free(b->b_old, b->b_oldsize);
	if (b->b_new != NULL)
		kmem_free(b->b_new, b->b_newsize);
}

/* Copy the new value in and make room for the old one. */
static int
bounce_make(struct bounce *b, const struct sys___sysctl_args *uap, size_t oldlen)
{
	const size_t newlen = SCARG(uap, newlen);

	memset(b, 0, sizeof(*b));
	if (SCARG(uap, newv) != NULL) {
		if (newlen > BOUNCE_NEW)
			return EINVAL;
		b->b_newsize = newlen + 1;
		b->b_new = kmem_alloc(b->b_newsize, KM_SLEEP);
		((char *)b->b_new)[newlen] = '\0';
		if (newlen > 0) {
			const int error = copyin(SCARG(uap, newv), b->b_new, newlen);

			if (error != 0)
				return error;
		}
	}
	if (SCARG(uap, oldv) != NULL && oldlen > 0) {
		b->b_oldsize = MIN(oldlen, BOUNCE_OLD);
		b->b_old = kmem_zalloc(b->b_oldsize, KM_SLEEP);
	}
	return 0;
}

int
sys___sysctl(struct lwp *l, const struct sys___sysctl_args *uap, register_t *retval)
{
	const u_int namelen = SCARG(uap, namelen);
	size_t oldlen = 0, room;
	int name[CTL_MAXNAME], error, error2 = 0;
	struct bounce b;

	if (namelen == 0 || namelen > CTL_MAXNAME)
		return EINVAL;
	if (SCARG(uap, newv) == NULL && SCARG(uap, newlen) != 0)
		return EFAULT;
	if ((error = copyin(SCARG(uap, name), name, namelen * sizeof(int))) != 0)
		return error;
	if (SCARG(uap, oldlenp) != NULL &&
	    (error = copyin(SCARG(uap, oldlenp), &oldlen, sizeof(oldlen))) != 0)
		return error;
	if ((error = bounce_make(&b, uap, oldlen)) == 0) {
		room = oldlen = b.b_oldsize;
		sysctl_lock(b.b_new != NULL);
		error = sysctl_dispatch(
		    name, namelen, b.b_old, &oldlen, b.b_new, SCARG(uap, newlen), name, l, NULL);
		sysctl_unlock();
		if (b.b_old != NULL && (error == 0 || error == ENOMEM))
			error2 = copyout(b.b_old, SCARG(uap, oldv), MIN(room, oldlen));
		if (error2 == 0 && SCARG(uap, oldlenp) != NULL && (error == 0 || error == ENOMEM))
			error2 = copyout(&oldlen, SCARG(uap, oldlenp), sizeof(oldlen));
		if (error == 0 && SCARG(uap, oldv) != NULL && b.b_old == NULL && oldlen > 0)
			error = ENOMEM;
	}
	bounce_free(&b);
	return error != 0 ? error : error2;
}

/* ---- Start and end ---- */

static struct sysctllog *boot_log;

int
rump_sysctl_init(void)
{
	rw_init(&treelock);
	memset(&sysctl_root, 0, sizeof(sysctl_root));
	TAILQ_INIT(&sysctl_root.e_children);
	sysctl_root.e_node.sysctl_flags = SYSCTL_VERSION | CTLFLAG_ROOT | CTLTYPE_NODE;
	boot_log = NULL;
	sysctl_log_init();
	sysctl_base_setup(&boot_log);
	return 0;
}

void
rump_sysctl_fini(void)
{
	struct sysctl_entry *e;

	sysctl_teardown(&boot_log);
	sysctl_lock(true);
	while ((e = TAILQ_FIRST(&sysctl_root.e_children)) != NULL)
		sysctl_entry_free(e);
	sysctl_unlock();
	rw_destroy(&treelock);
}
