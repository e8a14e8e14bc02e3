/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Character and block device switches: devsw(9), driver(9).
 *
 * A driver registers its entry points with devsw_attach() under a name; a major of NODEVMAJOR is
 * replaced by a free one.  Calls of a driver without D_MPSAFE are made under KERNEL_LOCK.
 */
#ifndef KPI_SYS_CONF_H
#define KPI_SYS_CONF_H

#include <sys/types.h>

#include <lib/libkern/libkern.h> /* drivers rely on memcpy() from here */

struct buf;
struct cfdriver;
struct dkdriver;
struct knote;
struct lwp;
struct tty;
struct uio;
struct uvm_object;
struct vnode;

/* d_flag: type and properties. */
#define D_OTHER	     0x0000
#define D_TAPE	     0x0001
#define D_DISK	     0x0002
#define D_TTY	     0x0003
#define D_TYPEMASK   0x00ff
#define D_MPSAFE     0x0100 /* needs no KERNEL_LOCK */
#define D_NEGOFFSAFE 0x0200 /* takes negative offsets */
#define D_UNUSED0    0x0400
#define D_MCLOSE     0x0800 /* d_close is called at each close */

/* Where open and close are told S_IFCHR or S_IFBLK. */
#define dev_type_open(n)     int n(dev_t, int, int, struct lwp *)
#define dev_type_cancel(n)   int n(dev_t, int, int, struct lwp *)
#define dev_type_close(n)    int n(dev_t, int, int, struct lwp *)
#define dev_type_read(n)     int n(dev_t, struct uio *, int)
#define dev_type_write(n)    int n(dev_t, struct uio *, int)
#define dev_type_ioctl(n)    int n(dev_t, u_long, void *, int, struct lwp *)
#define dev_type_stop(n)     void n(struct tty *, int)
#define dev_type_tty(n)	     struct tty *n(dev_t)
#define dev_type_poll(n)     int n(dev_t, int, struct lwp *)
#define dev_type_mmap(n)     paddr_t n(dev_t, off_t, int)
#define dev_type_mmap2(n)    struct uvm_object *n(dev_t, off_t, int)
#define dev_type_strategy(n) void n(struct buf *)
#define dev_type_dump(n)     int n(dev_t, daddr_t, void *, size_t)
#define dev_type_size(n)     int n(dev_t)
#define dev_type_kqfilter(n) int n(dev_t, struct knote *)
#define dev_type_discard(n)  int n(dev_t, off_t, off_t)

#define noopen	   ((dev_type_open((*)))(void *)enodev)
#define nocancel   ((dev_type_cancel((*)))(void *)enodev)
#define noclose	   ((dev_type_close((*)))(void *)enodev)
#define noread	   ((dev_type_read((*)))(void *)enodev)
#define nowrite	   ((dev_type_write((*)))(void *)enodev)
#define noioctl	   ((dev_type_ioctl((*)))(void *)enoioctl)
#define nostop	   ((dev_type_stop((*)))(void *)enodev)
#define notty	   NULL
#define nopoll	   seltrue
#define nommap	   ((dev_type_mmap((*)))(void *)enodev)
#define nodump	   ((dev_type_dump((*)))(void *)enodev)
#define nosize	   NULL
#define nokqfilter seltrue_kqfilter
#define nodiscard  ((dev_type_discard((*)))(void *)enodev)

#define nullopen     ((dev_type_open((*)))(void *)nullop)
#define nullclose    ((dev_type_close((*)))(void *)nullop)
#define nullread     ((dev_type_read((*)))(void *)nullop)
#define nullwrite    ((dev_type_write((*)))(void *)nullop)
#define nullioctl    ((dev_type_ioctl((*)))(void *)nullop)
#define nullstop     ((dev_type_stop((*)))(void *)nullop)
#define nullpoll     ((dev_type_poll((*)))(void *)nullop)
#define nullmmap     ((dev_type_mmap((*)))(void *)nullop)
#define nulldump     ((dev_type_dump((*)))(void *)nullop)
#define nullkqfilter ((dev_type_kqfilter((*)))(void *)eopnotsupp)
#define nulldiscard  ((dev_type_discard((*)))(void *)nullop)

/* NULL entries mean what the no... form of the entry does. */
struct bdevsw {
	int (*d_open)(dev_t, int, int, struct lwp *);
	int (*d_cancel)(dev_t, int, int, struct lwp *);
	int (*d_close)(dev_t, int, int, struct lwp *);
	void (*d_strategy)(struct buf *);
	int (*d_ioctl)(dev_t, u_long, void *, int, struct lwp *);
	int (*d_dump)(dev_t, daddr_t, void *, size_t);
	int (*d_psize)(dev_t);
	int (*d_discard)(dev_t, off_t, off_t);
	int (*d_devtounit)(dev_t);
	struct cfdriver *d_cfdriver;
	int d_flag;
};

struct cdevsw {
	int (*d_open)(dev_t, int, int, struct lwp *);
	int (*d_cancel)(dev_t, int, int, struct lwp *);
	int (*d_close)(dev_t, int, int, struct lwp *);
	int (*d_read)(dev_t, struct uio *, int);
	int (*d_write)(dev_t, struct uio *, int);
	int (*d_ioctl)(dev_t, u_long, void *, int, struct lwp *);
	void (*d_stop)(struct tty *, int);
	struct tty *(*d_tty)(dev_t);
	int (*d_poll)(dev_t, int, struct lwp *);
	paddr_t (*d_mmap)(dev_t, off_t, int);
	int (*d_kqfilter)(dev_t, struct knote *);
	int (*d_discard)(dev_t, off_t, off_t);
	int (*d_devtounit)(dev_t);
	struct cfdriver *d_cfdriver;
	int d_flag;
};

/*
 * Register a driver; bdev or cdev may be NULL.  *bmajor and *cmajor: NODEVMAJOR asks for a free
 * major and is replaced by it.  In /dev appears the node of minor 0, unless it is a disk, whose units
 * make their own (disk_attach()); with a d_cfdriver, those of the
 * units that are attached, now and later, if minors are units (d_devtounit is NULL or dev_minor_unit).  Then
 * open finds the device and keeps it from being detached until d_open is back.  sleeps.
 * errors: EEXIST (name or major in use), EINVAL (no cdev and no bdev, name too long), ENOMEM.
 */
int devsw_attach(const char *name, const struct bdevsw *bdev, devmajor_t *bmajor,
    const struct cdevsw *cdev, devmajor_t *cmajor);
/* Undo it: waits until no call is inside the driver.  A thread inside the driver deadlocks. */
void devsw_detach(const struct bdevsw *bdev, const struct cdevsw *cdev);

/*
 * Nodes in /dev, beyond NetBSD's devsw(9): devsw_attach() makes one for minor 0 of a driver that is no disk,
 * disk_attach() those of a disk; a driver may have more.  mode: S_IFBLK or S_IFCHR and permissions.
 * Deleting takes the device away from those who have it open through that node.  They go with
 * devsw_detach() at the latest.  sleeps; takes vnode locks.  errors: ENAMETOOLONG.
 */
int rump_devnode_add(const char *name, mode_t mode, dev_t dev);
void rump_devnode_remove_dev(mode_t type, dev_t dev);

const struct bdevsw *bdevsw_lookup(dev_t dev);
const struct cdevsw *cdevsw_lookup(dev_t dev);
devmajor_t bdevsw_lookup_major(const struct bdevsw *bdev);
devmajor_t cdevsw_lookup_major(const struct cdevsw *cdev);
/* Names and majors.  NODEVMAJOR, NODEV or NULL when there is none. */
const char *devsw_blk2name(devmajor_t bmajor);
const char *cdevsw_getname(devmajor_t cmajor);
const char *bdevsw_getname(devmajor_t bmajor);
devmajor_t devsw_name2blk(const char *name, char *devname, size_t devnamelen);
devmajor_t devsw_name2chr(const char *name, char *devname, size_t devnamelen);
dev_t devsw_chr2blk(dev_t cdev);
dev_t devsw_blk2chr(dev_t bdev);

/* Call the driver of a device.  errors: ENXIO (no driver), else the driver's. */
int bdev_open(dev_t dev, int flag, int devtype, struct lwp *l);
int bdev_cancel(dev_t dev, int flag, int devtype, struct lwp *l);
int bdev_close(dev_t dev, int flag, int devtype, struct lwp *l);
void bdev_strategy(struct buf *bp);
int bdev_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l);
int bdev_dump(dev_t dev, daddr_t addr, void *data, size_t sz);
int bdev_flags(dev_t dev);
int bdev_type(dev_t dev);
int bdev_size(dev_t dev);
int bdev_discard(dev_t dev, off_t pos, off_t len);
void bdev_detached(dev_t dev);

int cdev_open(dev_t dev, int flag, int devtype, struct lwp *l);
int cdev_cancel(dev_t dev, int flag, int devtype, struct lwp *l);
int cdev_close(dev_t dev, int flag, int devtype, struct lwp *l);
int cdev_read(dev_t dev, struct uio *uio, int flag);
int cdev_write(dev_t dev, struct uio *uio, int flag);
int cdev_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l);
void cdev_stop(struct tty *tp, int flag);
struct tty *cdev_tty(dev_t dev);
int cdev_poll(dev_t dev, int flag, struct lwp *l);
paddr_t cdev_mmap(dev_t dev, off_t off, int flag);
int cdev_kqfilter(dev_t dev, struct knote *kn);
int cdev_discard(dev_t dev, off_t pos, off_t len);
int cdev_flags(dev_t dev);
int cdev_type(dev_t dev);
void cdev_detached(dev_t dev);

/* For d_devtounit: the minor is the unit. */
int dev_minor_unit(dev_t dev);
int nullop(void *);
int enodev(void);
int enosys(void);
int enoioctl(void);
int enxio(void);
int eopnotsupp(void);
int seltrue(dev_t dev, int events, struct lwp *l);
int seltrue_kqfilter(dev_t dev, struct knote *kn);

#endif /* KPI_SYS_CONF_H */
