/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A rump kernel in this process: boot it, run as its processes, map host files into it.
 *
 * Written against the host's own headers; system calls are in <rump/rump_syscalls.h>.  What a
 * component provides gives ENOSYS when the component is not linked.
 *
 *	rump_pub_*() and rump_init() return an errno, 0 when good, unless they return something
 *	else; they may be called by any thread.  Without a booted kernel they give ENXIO or NULL.
 */
#ifndef RUMP_RUMP_H
#define RUMP_RUMP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <rump/rumpdefs.h>

struct componentname;
struct fid;
struct kauth_cred;
struct lwp;
struct modinfo;
struct mount;
struct rump_statvfs;
struct uio;
struct vattr;
struct vfsops;
struct vnode;

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Boot ---- */

/*
 * Boot the kernel.  A second call returns 0.  On failure one line on stderr says what is wrong,
 * everything is undone, and a later call may try again.
 * errors: EINVAL (an environment variable), ENOMEM, EAGAIN, those of components.
 */
int rump_init(void);
/* Listen for remote clients at url, "unix://path" or "tcp://address:port/". */
int rump_init_server(const char *url);
/*
 * Fork into the background before rump_init(); the parent waits until the child says how it went:
 * RUMP_DAEMONIZE_SUCCESS also sends descriptors 0, 1 and 2 to /dev/null.
 * errors: EALREADY (booted already), EINPROGRESS (begun twice); done: ENOENT (not begun).
 */
int rump_daemonize_begin(void);
int rump_daemonize_done(int error);
#define RUMP_DAEMONIZE_SUCCESS 0

/* RUMP_AB_VERBOSE and its like, before rump_init(). */
int rump_boot_gethowto(void);
void rump_boot_sethowto(int howto);

enum rump_sigmodel {
	RUMP_SIGMODEL_PANIC = 0,
	RUMP_SIGMODEL_IGNORE = 1,
	RUMP_SIGMODEL__HOST_NOTANYMORE = 2,
	RUMP_SIGMODEL_RAISE = 3, /* the default: in the host process, or in the remote client */
	RUMP_SIGMODEL_RECORD = 4
};
/* Before rump_init(). */
void rump_boot_setsigmodel(enum rump_sigmodel model);

/* The kernel's version, as NetBSD counts them. */
int rump_getversion(void);
int rump_pub_getversion(void);
/* 1 when kernel modules of the host's ABI can be loaded. */
int rump_nativeabi_p(void);
/* Event counters to stderr. */
void rump_printevcnts(void);

/* Be in the kernel by hand, to call its rumpns_ symbols. */
void rump_schedule(void);
void rump_unschedule(void);

/* ---- Modules ---- */

int rump_pub_module_init(const struct modinfo *const *mip, size_t nmodinfo);
int rump_pub_module_fini(const struct modinfo *mi);
int rump_pub_kernelfsym_load(void *symtab, uint64_t symsize, char *strtab, uint64_t strsize);

/* ---- Processes: rump_lwproc(3) ---- */

#define RUMP_RFFDG	0x01 /* copy the descriptors */
#define RUMP_RFCFDG	0x02 /* begin without any */
#define RUMP_RFFD_SHARE 0
#define RUMP_RFFD_COPY	RUMP_RFFDG
#define RUMP_RFFD_CLEAR RUMP_RFCFDG

/* A new process, whose one lwp becomes the current one.  errors: EINVAL, ENOMEM. */
int rump_pub_lwproc_rfork(int flags);
/* A new lwp of process pid becomes the current one.  errors: ESRCH, EBUSY. */
int rump_pub_lwproc_newlwp(pid_t pid);
/* NULL: none, that is, the thread's implicit lwp of process 1. */
void rump_pub_lwproc_switch(struct lwp *l);
void rump_pub_lwproc_releaselwp(void);
struct lwp *rump_pub_lwproc_curlwp(void);
void rump_pub_lwproc_sysent_usenative(void);
void rump_pub_allbetsareoff_setid(pid_t pid, int lid);

/* owns: the caller, until rump_pub_cred_put(). */
struct kauth_cred *rump_pub_cred_create(uid_t uid, gid_t gid, size_t ngroups, gid_t *groups);
void rump_pub_cred_put(struct kauth_cred *cred);

/* ---- Transfers ---- */

enum rump_uiorw { RUMPUIO_READ, RUMPUIO_WRITE };
/* A uio over buf, in kernel space.  owns: the caller, until free, which returns what is left. */
struct uio *rump_pub_uio_setup(void *buf, size_t bufsize, off_t offset, enum rump_uiorw rw);
size_t rump_pub_uio_getresid(struct uio *uio);
off_t rump_pub_uio_getoff(struct uio *uio);
size_t rump_pub_uio_free(struct uio *uio);

/* ---- Host files in the kernel's name space: rump_etfs(3) ---- */

enum rump_etfs_type {
	RUMP_ETFS_REG = 0,
	RUMP_ETFS_BLK = 1,
	RUMP_ETFS_CHR = 2,
	RUMP_ETFS_DIR = 3,	  /* one directory */
	RUMP_ETFS_DIR_SUBDIRS = 4 /* a directory and all below */
};
#define RUMP_ETFS_SIZE_ENDOFF ((uint64_t)-1)

/* errors: EINVAL, EEXIST, EISDIR, ENOTDIR, the host's. */
int rump_pub_etfs_register(const char *key, const char *hostpath, enum rump_etfs_type type);
/* size bytes from begin; RUMP_ETFS_SIZE_ENDOFF: to the end. */
int rump_pub_etfs_register_withsize(
    const char *key, const char *hostpath, enum rump_etfs_type type, uint64_t begin, uint64_t size);
/* errors: ENOENT, EBUSY. */
int rump_pub_etfs_remove(const char *key);

/* A mapping to be made by rump_init(); the struct must stay until then. */
struct rump_boot_etfs {
	/* set by the caller */
	const char *eb_key;
	const char *eb_hostpath;
	enum rump_etfs_type eb_type;
	uint64_t eb_begin;
	uint64_t eb_size;
	/* the kernel's */
	struct rump_boot_etfs *_eb_next;
	int eb_status; /* -1: not done yet; 0, or an errno */
};
void rump_boot_etfs_register(struct rump_boot_etfs *eb);

/* ---- Vnodes and mounts ---- */

enum rump_vtype {
	RUMP_VNON,
	RUMP_VREG,
	RUMP_VDIR,
	RUMP_VBLK,
	RUMP_VCHR,
	RUMP_VLNK,
	RUMP_VSOCK,
	RUMP_VFIFO,
	RUMP_VBAD
};
#define RUMPCN_FREECRED 0x02 /* rump_pub_freecn(): the credential as well */

void rump_pub_getvninfo(struct vnode *vp, enum rump_vtype *vtype, off_t *size, dev_t *rdev);
struct vfsops *rump_pub_vfslist_iterate(struct vfsops *ops);
struct vfsops *rump_pub_vfs_getopsbyname(const char *name);
struct vattr *rump_pub_vattr_init(void);
void rump_pub_vattr_settype(struct vattr *vap, enum rump_vtype vtype);
void rump_pub_vattr_setmode(struct vattr *vap, mode_t mode);
void rump_pub_vattr_setrdev(struct vattr *vap, dev_t dev);
void rump_pub_vattr_free(struct vattr *vap);
void rump_pub_vattr50_to_vattr(const struct vattr *from, struct vattr *to);
void rump_pub_vattr_to_vattr50(const struct vattr *from, struct vattr *to);
void rump_pub_vp_incref(struct vnode *vp);
int rump_pub_vp_getref(struct vnode *vp);
void rump_pub_vp_rele(struct vnode *vp);
void rump_pub_vp_interlock(struct vnode *vp);
int rump_pub_namei(uint32_t op, uint32_t flags, const char *path, struct vnode **dvpp,
    struct vnode **vpp, struct componentname **cnpp);
struct componentname *rump_pub_makecn(unsigned long op, unsigned long flags, const char *name,
    size_t namelen, struct kauth_cred *cred, struct lwp *l);
void rump_pub_freecn(struct componentname *cnp, int flags);
int rump_pub_vfs_getmp(const char *path, struct mount **mpp);
int rump_pub_vfs_root(struct mount *mp, struct vnode **vpp, int lock);
int rump_pub_vfs_statvfs(struct mount *mp, struct rump_statvfs *sb);
int rump_pub_vfs_sync(struct mount *mp, int waitfor, struct kauth_cred *cred);
void rump_pub_vfs_syncwait(struct mount *mp);
int rump_pub_vfs_unmount(struct mount *mp, int flags);
int rump_pub_vfs_fhtovp(struct mount *mp, struct fid *fid, struct vnode **vpp);
int rump_pub_vfs_vptofh(struct vnode *vp, struct fid *fid, size_t *fidsize);
int rump_pub_vfs_extattrctl(
    struct mount *mp, int cmd, struct vnode *vp, int attrnamespace, const char *attrname);
void rump_pub_vfs_mount_print(const char *path, int full);
int rump_pub_syspuffs_glueinit(int fd, int *newfd);

/* ---- Network ---- */

int rump_pub_shmif_create(const char *path, int *ifnum);
int rump_pub_netconfig_ifcreate(const char *ifname);
int rump_pub_netconfig_ifup(const char *ifname);
int rump_pub_netconfig_ifdown(const char *ifname);
int rump_pub_netconfig_ifdestroy(const char *ifname);
int rump_pub_netconfig_ifsetlinkstr(const char *ifname, const char *linkstr);
int rump_pub_netconfig_bradd(const char *bridge, const char *ifname);
int rump_pub_netconfig_brdel(const char *bridge, const char *ifname);
int rump_pub_netconfig_ipv4_ifaddr(const char *ifname, const char *addr, const char *mask);
int rump_pub_netconfig_ipv4_ifaddr_cidr(const char *ifname, const char *addr, int mask);
int rump_pub_netconfig_ipv6_ifaddr(const char *ifname, const char *addr, int prefixlen);
int rump_pub_netconfig_ipv4_gw(const char *gwaddr);
int rump_pub_netconfig_ipv6_gw(const char *gwaddr);
int rump_pub_netconfig_dhcp_ipv4_oneshot(const char *ifname);
int rump_pub_netconfig_auto_ipv6(const char *ifname);

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMP_H */
