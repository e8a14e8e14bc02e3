/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The nodes that ought to be in /dev, and their way there: rump_devsw.h.
 *
 * Lock order: devnode_lock is taken before vnode locks, never with one held.
 */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "rump_devsw.h"

#define DEVNODE_NAMESIZE 32

/* Locks: (n) devnode_lock, (i) immutable. */
struct devnode {
	TAILQ_ENTRY(devnode) dn_list;	/* (n) */
	char dn_name[DEVNODE_NAMESIZE]; /* (i) below /dev */
	mode_t dn_mode;			/* (i) with type */
	dev_t dn_dev;			/* (i) */
};

static TAILQ_HEAD(, devnode) devnodes;		   /* (n) */
static const struct rump_devnode_ops *devnode_ops; /* (n) */
static kmutex_t devnode_lock;

int
rump_devnode_init(void)
{
	TAILQ_INIT(&devnodes);
	devnode_ops = NULL;
	mutex_init(&devnode_lock, MUTEX_DEFAULT, IPL_NONE);
	return 0;
}

void
rump_devnode_fini(void)
{
	struct devnode *dn;

	while ((dn = TAILQ_FIRST(&devnodes)) != NULL) {
		TAILQ_REMOVE(&devnodes, dn, dn_list);
		kmem_free(dn, sizeof(*dn));
	}
	mutex_destroy(&devnode_lock);
}

static void
devnode_make(const struct devnode *dn)
{
	const int error = (*devnode_ops->dno_add)(dn->dn_name, dn->dn_mode, dn->dn_dev);

	if (error != 0 && error != EEXIST)
		printf("/dev/%s: cannot make the node, error %d\n", dn->dn_name, error);
}

void
rump_devnode_setops(const struct rump_devnode_ops *ops)
{
	struct devnode *dn;

	mutex_enter(&devnode_lock);
	devnode_ops = ops;
	if (ops != NULL)
		TAILQ_FOREACH (dn, &devnodes, dn_list)
			devnode_make(dn);
	mutex_exit(&devnode_lock);
}

static struct devnode *
devnode_find(const char *name, mode_t mode, dev_t dev)
{
	struct devnode *dn;

	KASSERT(mutex_owned(&devnode_lock));
	TAILQ_FOREACH (dn, &devnodes, dn_list)
		if (((dn->dn_mode ^ mode) & S_IFMT) == 0 && dn->dn_dev == dev &&
		    (name == NULL || strcmp(dn->dn_name, name) == 0))
			return dn;
	return NULL;
}

int
rump_devnode_add(const char *name, mode_t mode, dev_t dev)
{
	struct devnode *dn;

	if (strlen(name) >= DEVNODE_NAMESIZE)
		return ENAMETOOLONG;
	dn = kmem_alloc(sizeof(*dn), KM_SLEEP);
	strlcpy(dn->dn_name, name, sizeof(dn->dn_name));
	dn->dn_mode = mode;
	dn->dn_dev = dev;
	mutex_enter(&devnode_lock);
	if (devnode_find(name, mode, dev) != NULL) {
		kmem_free(dn, sizeof(*dn));
	} else {
		TAILQ_INSERT_TAIL(&devnodes, dn, dn_list);
		if (devnode_ops != NULL)
			devnode_make(dn);
	}
	mutex_exit(&devnode_lock);
	return 0;
}

static void
devnode_unmake(struct devnode *dn)
{
	TAILQ_REMOVE(&devnodes, dn, dn_list);
	if (devnode_ops != NULL)
		(*devnode_ops->dno_remove)(dn->dn_name, dn->dn_mode, dn->dn_dev);
	kmem_free(dn, sizeof(*dn));
}

/* Those of a device, or (dev is NODEV) of all devices of a major. */
static void
devnode_remove(mode_t type, devmajor_t maj, dev_t dev)
{
	struct devnode *dn, *next;

	mutex_enter(&devnode_lock);
	TAILQ_FOREACH_SAFE (dn, &devnodes, dn_list, next) {
		if ((dn->dn_mode & S_IFMT) != type || major(dn->dn_dev) != maj ||
		    (dev != NODEV && dn->dn_dev != dev))
			continue;
		devnode_unmake(dn);
	}
	mutex_exit(&devnode_lock);
}

void
rump_devnode_remove(mode_t type, devmajor_t maj)
{
	devnode_remove(type, maj, NODEV);
}

void
rump_devnode_remove_dev(mode_t type, dev_t dev)
{
	devnode_remove(type, major(dev), dev);
}
