/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the base keeps about devices, for the VFS faction and for the base's own drivers.
 *
 * Drivers come up before, after and without a /dev, so the base keeps the list of nodes that ought to
 * be there; the VFS faction gives functions that make them and gets the whole list then, and each
 * later node as it comes.
 */
#ifndef RUMP_DEVSW_H
#define RUMP_DEVSW_H

#include <sys/types.h>
#include <sys/conf.h>

struct buf;
struct cfdriver;
struct device;

int rump_devsw_init(void);
void rump_devsw_fini(void);

/* The base's drivers: null, zero, full, random, urandom, console, tty, stdin, stdout, stderr. */
int rump_basedev_init(void);
void rump_basedev_fini(void);

int rump_devnode_init(void);
void rump_devnode_fini(void);

struct rump_devnode_ops {
	/* Make /dev/name; mode has S_IFCHR or S_IFBLK.  sleeps.  errors: EEXIST is no matter. */
	int (*dno_add)(const char *name, mode_t mode, dev_t dev);
	/* Remove /dev/name if it is that device.  sleeps. */
	void (*dno_remove)(const char *name, mode_t mode, dev_t dev);
};
/* NULL takes them back.  sleeps: it makes the nodes that are known. */
void rump_devnode_setops(const struct rump_devnode_ops *ops);
/* Remove all nodes of a major. */
void rump_devnode_remove(mode_t type, devmajor_t major);

/* Set by the device faction, for switches with a d_cfdriver.  NULL: no such switch is of use. */
struct rump_autoconf_ops {
	/* The device of the unit, with a reference; NULL: none.  sleeps. */
	struct device *(*ao_acquire)(struct cfdriver *cd, int unit);
	void (*ao_release)(struct device *dev);
	/* Call rump_devsw_nodes() for each unit that is there. */
	void (*ao_units)(struct cfdriver *cd);
};
extern const struct rump_autoconf_ops *rump_autoconf;
/*
 * Add or remove the nodes of a unit of cd, in every switch of cd's whose minors are units: /dev/name, and for
 * the character device of a driver that has both, /dev/rname.  sleeps.
 */
void rump_devsw_nodes(const struct cfdriver *cd, int unit, const char *name, bool add);

/* As devsw_attach(), without nodes in /dev. */
int rump_devsw_attach(const char *name, const struct bdevsw *bdev, devmajor_t *bmajor,
    const struct cdevsw *cdev, devmajor_t *cmajor);

/* biodone(), set by the VFS faction: ends transfers for devices that are not there. */
extern void (*biodone_vfs)(struct buf *bp);

#endif /* RUMP_DEVSW_H */
