/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between the files of sysctl(9). */
#ifndef KERN_SYSCTL_IMPL_H
#define KERN_SYSCTL_IMPL_H

#include <sys/param.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/sysctl.h>

/* Locks: (i) immutable, (s) the tree's. */
struct sysctl_entry {
	struct sysctlnode e_node;	       /* (s) what others see */
	struct sysctl_entry *e_parent;	       /* (i) NULL: the root */
	TAILQ_HEAD(, sysctl_entry) e_children; /* (s) by number */
	TAILQ_ENTRY(sysctl_entry) e_sibling;   /* (s) */
	u_int e_refs;			       /* (s) creators that share it */
};

extern struct sysctl_entry sysctl_root;

static inline struct sysctl_entry *
entry_of(const struct sysctlnode *node)
{
	return container_of(node, struct sysctl_entry, e_node);
}

/* locks: the tree's. */
struct sysctl_entry *sysctl_child_by_num(struct sysctl_entry *e, int num);
struct sysctl_entry *sysctl_child_by_name(struct sysctl_entry *e, const char *name);
/* May l read the node's value (and write it)?  errors: EPERM. */
int sysctl_permitted(struct lwp *l, const struct sysctlnode *node, bool write);
bool sysctl_iswriter(void);
/* The bytes of a value of a type; 0 for strings, structs and nodes. */
size_t sysctl_typesize(int type);
/* Copy out at most *oldlenp bytes, and set it to len.  errors: ENOMEM when that cuts. */
int sysctl_return(struct lwp *l, const void *value, size_t len, void *oldp, size_t *oldlenp);

void sysctl_log_init(void);
/* Free the node and everything below.  locks: the tree's. */
void sysctl_entry_free(struct sysctl_entry *e);

/* kern.* and hw.* */
void sysctl_base_setup(struct sysctllog **log);

#endif /* KERN_SYSCTL_IMPL_H */
