/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The bodies of the file-system calls, for other subsystems that make them. */
#ifndef KPI_SYS_VFS_SYSCALLS_H
#define KPI_SYS_VFS_SYSCALLS_H

#include <sys/types.h>
#include <sys/fstypes.h>
#include <sys/namei.h>
#include <sys/time.h>
#include <sys/uio.h>

struct quotactl_args;
struct stat;
struct statvfs;

/* Descriptors are those of l's process; paths are in seg.  errors: those of the calls. */
int do_open(struct lwp *l, struct vnode *dvp, struct pathbuf *pb, int flags, int mode, int *fd);
int do_sys_openat(struct lwp *l, int fdat, const char *path, int flags, int mode, int *fd);
int do_sys_stat(const char *path, unsigned int nd_flag, struct stat *sb);
int do_sys_statat(struct lwp *l, int fdat, const char *path, unsigned int nd_flag, struct stat *sb);
int do_fhstat(struct lwp *l, const void *ufhp, size_t fhsize, struct stat *sb);
int do_fhstatvfs(struct lwp *l, const void *ufhp, size_t fhsize, struct statvfs *sb, int flags);
int do_sys_rename(const char *from, const char *to, enum uio_seg seg, int retain);
int do_sys_mknod(struct lwp *l, const char *path, mode_t mode, dev_t dev, enum uio_seg seg);
int do_sys_mknodat(
    struct lwp *l, int fdat, const char *path, mode_t mode, dev_t dev, enum uio_seg seg);
int do_sys_mkdir(const char *path, mode_t mode, enum uio_seg seg);
int do_sys_mkdirat(struct lwp *l, int fdat, const char *path, mode_t mode, enum uio_seg seg);
int do_sys_symlink(const char *target, const char *link, enum uio_seg seg);
int do_sys_symlinkat(
    struct lwp *l, const char *target, int fdat, const char *link, enum uio_seg seg);
int do_sys_link(struct lwp *l, const char *path, const char *link, int follow);
int do_sys_unlink(const char *path, enum uio_seg seg);
int do_sys_unlinkat(struct lwp *l, int fdat, const char *path, int flags, enum uio_seg seg);
int do_sys_chdir(struct lwp *l, const char *path, enum uio_seg seg, register_t *retval);
int do_sys_chmodat(struct lwp *l, int fdat, const char *path, int mode, int flags);
int do_sys_chownat(struct lwp *l, int fdat, const char *path, uid_t uid, gid_t gid, int flags);
int do_sys_utimensat(struct lwp *l, int fdat, struct vnode *vp, const char *path, int flag,
    const struct timespec *tptr, enum uio_seg seg);
int do_sys_utimes(struct lwp *l, struct vnode *vp, const char *path, int flag,
    const struct timeval *tptr, enum uio_seg seg);
int do_sys_pstatvfs(struct lwp *l, const char *path, int flags, struct statvfs *sb);
int do_sys_fstatvfs(struct lwp *l, int fd, int flags, struct statvfs *sb);
int do_sys_getvfsstat(struct lwp *l, void *buf, size_t bufsize, int flags,
    int (*copyfn)(const void *, void *, size_t), size_t entry_sz, register_t *retval);
int do_sys_accessat(struct lwp *l, int fdat, const char *path, int mode, int flags);
int do_sys_readlinkat(
    struct lwp *l, int fdat, const char *path, char *buf, size_t count, register_t *retval);
int do_sys_quotactl(const char *path, const struct quotactl_args *args);
int do_posix_fadvise(int fd, off_t offset, off_t len, int advice);
int dostatvfs(struct mount *mp, struct statvfs *sp, struct lwp *l, int flags, int root);
int getvnode(struct file *fp, struct vnode **vpp);
int fd_getvnode(unsigned fd, struct file **fpp);
int fd_nameiat(struct lwp *l, int fdat, struct nameidata *ndp);
int fd_nameiat_simple_user(
    struct lwp *l, int fdat, const char *path, namei_simple_flags_t sflags, struct vnode **vpp);

#endif /* KPI_SYS_VFS_SYSCALLS_H */
