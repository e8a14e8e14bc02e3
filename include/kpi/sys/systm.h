/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What nearly every kernel source uses: printing, copying to and from user space, the clock's
 * globals, no-op entry points.  The functions live in several folders of the base.
 */
#ifndef KPI_SYS_SYSTM_H
#define KPI_SYS_SYSTM_H

#include <sys/types.h>
#include <sys/param.h>
#include <sys/kprintf.h>
#include <sys/lock.h>
#include <sys/lwp.h>
#include <sys/wchan.h>
#include <machine/intr.h>

#include <lib/libkern/libkern.h>

struct clockframe;
struct cpu_info;
struct knote;
struct proc;
struct sysent;
struct timespec;
struct timeval;
struct uio;
struct vmspace;
struct vnode;

extern int cold;
extern int securelevel;
extern const char *panicstr;
extern const char copyright[], ostype[], osrelease[], kernel_ident[], version[];
extern const char *cpu_model_name;
extern psize_t physmem; /* pages of PAGE_SIZE */
extern dev_t rootdev;
extern struct vnode *rootvp;
extern struct device *root_device;
extern int hz, tick; /* ticks a second; microseconds a tick */
extern int tickadj;
extern int stathz, profhz;
extern char hostname[]; /* MAXHOSTNAMELEN; proc_lock */
extern int hostnamelen;
extern char domainname[];
extern int domainnamelen;

/* Entry points that do nothing, or refuse. */
int nullop(void *);
int enodev(void);
int enosys(void);
int enoioctl(void);
int enxio(void);
int eopnotsupp(void);
void voidop(void);

/*
 * User space of curproc: host memory for a local process, the client's for a remote one.
 * copyinstr() stops at the NUL; *done counts it.  No lock may be held.
 * ctx: thread.  sleeps (a remote client may stall).  errors: EFAULT; ENAMETOOLONG for strings.
 */
int copyin(const void *uaddr, void *kaddr, size_t len);
int copyout(const void *kaddr, void *uaddr, size_t len);
int copyinstr(const void *uaddr, void *kaddr, size_t len, size_t *done);
int copyoutstr(const void *kaddr, void *uaddr, size_t len, size_t *done);
int copystr(const void *from, void *to, size_t len, size_t *done);
int kcopy(const void *from, void *to, size_t len);
int copyin_proc(struct proc *p, const void *uaddr, void *kaddr, size_t len);
int copyout_proc(struct proc *p, const void *kaddr, void *uaddr, size_t len);
int copyin_pid(pid_t pid, const void *uaddr, void *kaddr, size_t len);
int copyin_vmspace(struct vmspace *vm, const void *uaddr, void *kaddr, size_t len);
int copyout_vmspace(struct vmspace *vm, const void *kaddr, void *uaddr, size_t len);
/* ioctl data: in kernel space when flags has FKIOCTL, else the current process's. */
int ioctl_copyin(int flags, const void *src, void *dst, size_t len);
int ioctl_copyout(int flags, const void *src, void *dst, size_t len);
int ufetch_8(const uint8_t *uaddr, uint8_t *valp);
int ufetch_16(const uint16_t *uaddr, uint16_t *valp);
int ufetch_32(const uint32_t *uaddr, uint32_t *valp);
int ufetch_64(const uint64_t *uaddr, uint64_t *valp);
int ufetch_char(const unsigned char *uaddr, unsigned char *valp);
int ufetch_short(const unsigned short *uaddr, unsigned short *valp);
int ufetch_int(const unsigned int *uaddr, unsigned int *valp);
int ufetch_long(const unsigned long *uaddr, unsigned long *valp);
int ufetch_ptr(const void **uaddr, void **valp);
int ustore_8(uint8_t *uaddr, uint8_t val);
int ustore_16(uint16_t *uaddr, uint16_t val);
int ustore_32(uint32_t *uaddr, uint32_t val);
int ustore_64(uint64_t *uaddr, uint64_t val);
int ustore_char(unsigned char *uaddr, unsigned char val);
int ustore_short(unsigned short *uaddr, unsigned short val);
int ustore_int(unsigned int *uaddr, unsigned int val);
int ustore_long(unsigned long *uaddr, unsigned long val);
int ustore_ptr(void **uaddr, void *val);
/* See <sys/uio.h>. */
int uiomove(void *buf, size_t n, struct uio *uio);
int uiomove_frombuf(void *buf, size_t buflen, struct uio *uio);

/* The hooks' lists are run at halt, in the order opposite to establishing. */
void *shutdownhook_establish(void (*fn)(void *), void *arg);
void shutdownhook_disestablish(void *cookie);
void doshutdownhooks(void);
void *powerhook_establish(const char *name, void (*fn)(int, void *), void *arg);
void powerhook_disestablish(void *cookie);
void *critpollhook_establish(void (*fn)(void *), void *arg);
void critpollhook_disestablish(void *cookie);

/* Busy-wait. */
void delay(unsigned int us);
#define DELAY(us) delay(us)

#define sysbeep(pitch, period) __nothing

#endif /* KPI_SYS_SYSTM_H */
