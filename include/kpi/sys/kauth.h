/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kauth(9): credentials and who may do what.
 *
 * A request names a scope and an action; the scope's listeners answer allow, deny or defer.  A
 * request is granted when one allows and none denies.  The default listeners give the traditional
 * rules: the effective user id 0 may do anything, and a few things are open to everyone.
 *
 * Credentials are shared and counted; one that is shared is not changed (kauth_cred_dup() first).
 */
#ifndef KPI_SYS_KAUTH_H
#define KPI_SYS_KAUTH_H

#include <sys/types.h>
#include <sys/ucred.h>
#include <sys/uio.h>

struct kauth_cred;
typedef struct kauth_cred *kauth_cred_t;
typedef uint32_t kauth_action_t;
typedef struct kauth_scope *kauth_scope_t;
typedef struct kauth_listener *kauth_listener_t;
typedef int (*kauth_scope_callback_t)(
    kauth_cred_t, kauth_action_t, void *cookie, void *arg0, void *arg1, void *arg2, void *arg3);
typedef struct kauth_key *kauth_key_t;
typedef struct secmodel_descr *secmodel_t;

#define KAUTH_RESULT_ALLOW 0
#define KAUTH_RESULT_DENY  1
#define KAUTH_RESULT_DEFER 2

#define KAUTH_ARG(arg) ((void *)(unsigned long)(arg)) /* a number as an argument */

#define KAUTH_SCOPE_GENERIC "org.netbsd.kauth.generic"
#define KAUTH_SCOPE_SYSTEM  "org.netbsd.kauth.system"
#define KAUTH_SCOPE_PROCESS "org.netbsd.kauth.process"
#define KAUTH_SCOPE_NETWORK "org.netbsd.kauth.network"
#define KAUTH_SCOPE_MACHDEP "org.netbsd.kauth.machdep"
#define KAUTH_SCOPE_DEVICE  "org.netbsd.kauth.device"
#define KAUTH_SCOPE_CRED    "org.netbsd.kauth.cred"
#define KAUTH_SCOPE_VNODE   "org.netbsd.kauth.vnode"

/* ---- Actions ---- */

enum { KAUTH_GENERIC_UNUSED1 = 1, KAUTH_GENERIC_ISSUSER };

enum kauth_system_action {
	KAUTH_SYSTEM_ACCOUNTING = 1,
	KAUTH_SYSTEM_CHROOT,
	KAUTH_SYSTEM_CHSYSFLAGS,
	KAUTH_SYSTEM_CPU,
	KAUTH_SYSTEM_DEBUG,
	KAUTH_SYSTEM_FILEHANDLE,
	KAUTH_SYSTEM_MKNOD,
	KAUTH_SYSTEM_MOUNT,
	KAUTH_SYSTEM_PSET,
	KAUTH_SYSTEM_REBOOT,
	KAUTH_SYSTEM_SETIDCORE,
	KAUTH_SYSTEM_SWAPCTL,
	KAUTH_SYSTEM_SYSCTL,
	KAUTH_SYSTEM_TIME,
	KAUTH_SYSTEM_MODULE,
	KAUTH_SYSTEM_FS_RESERVEDSPACE,
	KAUTH_SYSTEM_FS_QUOTA,
	KAUTH_SYSTEM_SEMAPHORE,
	KAUTH_SYSTEM_SYSVIPC,
	KAUTH_SYSTEM_MQUEUE,
	KAUTH_SYSTEM_VERIEXEC,
	KAUTH_SYSTEM_DEVMAPPER,
	KAUTH_SYSTEM_MAP_VA_ZERO,
	KAUTH_SYSTEM_LFS,
	KAUTH_SYSTEM_FS_EXTATTR,
	KAUTH_SYSTEM_FS_SNAPSHOT,
	KAUTH_SYSTEM_INTR,
	KAUTH_SYSTEM_KERNADDR,
};

enum kauth_system_req {
	KAUTH_REQ_SYSTEM_CHROOT_CHROOT = 1,
	KAUTH_REQ_SYSTEM_CHROOT_FCHROOT,
	KAUTH_REQ_SYSTEM_CPU_SETSTATE,
	KAUTH_REQ_SYSTEM_DEBUG_IPKDB,
	KAUTH_REQ_SYSTEM_MOUNT_GET,
	KAUTH_REQ_SYSTEM_MOUNT_NEW,
	KAUTH_REQ_SYSTEM_MOUNT_UNMOUNT,
	KAUTH_REQ_SYSTEM_MOUNT_UPDATE,
	KAUTH_REQ_SYSTEM_PSET_ASSIGN,
	KAUTH_REQ_SYSTEM_PSET_BIND,
	KAUTH_REQ_SYSTEM_PSET_CREATE,
	KAUTH_REQ_SYSTEM_PSET_DESTROY,
	KAUTH_REQ_SYSTEM_SYSCTL_ADD,
	KAUTH_REQ_SYSTEM_SYSCTL_DELETE,
	KAUTH_REQ_SYSTEM_SYSCTL_DESC,
	KAUTH_REQ_SYSTEM_SYSCTL_PRVT,
	KAUTH_REQ_SYSTEM_SYSCTL_MODIFY,
	KAUTH_REQ_SYSTEM_TIME_ADJTIME,
	KAUTH_REQ_SYSTEM_TIME_NTPADJTIME,
	KAUTH_REQ_SYSTEM_TIME_RTCOFFSET,
	KAUTH_REQ_SYSTEM_TIME_SYSTEM,
	KAUTH_REQ_SYSTEM_TIME_TIMECOUNTERS,
	KAUTH_REQ_SYSTEM_FS_QUOTA_GET,
	KAUTH_REQ_SYSTEM_FS_QUOTA_MANAGE,
	KAUTH_REQ_SYSTEM_FS_QUOTA_NOLIMIT,
	KAUTH_REQ_SYSTEM_FS_QUOTA_ONOFF,
	KAUTH_REQ_SYSTEM_SYSVIPC_BYPASS,
	KAUTH_REQ_SYSTEM_SYSVIPC_SHM_LOCK,
	KAUTH_REQ_SYSTEM_SYSVIPC_SHM_UNLOCK,
	KAUTH_REQ_SYSTEM_SYSVIPC_MSGQ_OVERSIZE,
	KAUTH_REQ_SYSTEM_VERIEXEC_ACCESS,
	KAUTH_REQ_SYSTEM_VERIEXEC_MODIFY,
	KAUTH_REQ_SYSTEM_MOUNT_DEVICE,
	KAUTH_REQ_SYSTEM_MOUNT_UMAP,
	KAUTH_REQ_SYSTEM_FS_EXTATTR_EXTATTRCTL, /* unused by this kernel's own code */
	KAUTH_REQ_SYSTEM_LFS_MARKV,
	KAUTH_REQ_SYSTEM_LFS_BMAPV,
	KAUTH_REQ_SYSTEM_LFS_SEGCLEAN,
	KAUTH_REQ_SYSTEM_LFS_SEGWAIT,
	KAUTH_REQ_SYSTEM_LFS_FCNTL,
};

enum kauth_process_action {
	KAUTH_PROCESS_CANSEE = 1,
	KAUTH_PROCESS_CORENAME,
	KAUTH_PROCESS_FORK,
	KAUTH_PROCESS_KEVENT_FILTER,
	KAUTH_PROCESS_KTRACE,
	KAUTH_PROCESS_NICE,
	KAUTH_PROCESS_PROCFS,
	KAUTH_PROCESS_PTRACE,
	KAUTH_PROCESS_RLIMIT,
	KAUTH_PROCESS_SCHEDULER_GETAFFINITY,
	KAUTH_PROCESS_SCHEDULER_SETAFFINITY,
	KAUTH_PROCESS_SCHEDULER_GETPARAM,
	KAUTH_PROCESS_SCHEDULER_SETPARAM,
	KAUTH_PROCESS_SETID,
	KAUTH_PROCESS_SIGNAL,
	KAUTH_PROCESS_STOPFLAG,
};

enum kauth_process_req {
	KAUTH_REQ_PROCESS_CORENAME_GET = 1,
	KAUTH_REQ_PROCESS_CORENAME_SET,
	KAUTH_REQ_PROCESS_KTRACE_PERSISTENT,
	KAUTH_REQ_PROCESS_PROCFS_CTL,
	KAUTH_REQ_PROCESS_PROCFS_READ,
	KAUTH_REQ_PROCESS_PROCFS_RW,
	KAUTH_REQ_PROCESS_PROCFS_WRITE,
	KAUTH_REQ_PROCESS_RLIMIT_GET,
	KAUTH_REQ_PROCESS_RLIMIT_SET,
	KAUTH_REQ_PROCESS_RLIMIT_BYPASS,
	KAUTH_REQ_PROCESS_CANSEE_ARGS,
	KAUTH_REQ_PROCESS_CANSEE_ENTRY,
	KAUTH_REQ_PROCESS_CANSEE_ENV,
	KAUTH_REQ_PROCESS_CANSEE_OPENFILES,
	KAUTH_REQ_PROCESS_CANSEE_EPROC,
	KAUTH_REQ_PROCESS_CANSEE_KPTR,
};

enum kauth_network_action {
	KAUTH_NETWORK_ALTQ = 1,
	KAUTH_NETWORK_BIND,
	KAUTH_NETWORK_FIREWALL,
	KAUTH_NETWORK_INTERFACE,
	KAUTH_NETWORK_FORWSRCRT,
	KAUTH_NETWORK_NFS,
	KAUTH_NETWORK_ROUTE,
	KAUTH_NETWORK_SOCKET,
	KAUTH_NETWORK_INTERFACE_PPP,
	KAUTH_NETWORK_INTERFACE_SLIP,
	KAUTH_NETWORK_INTERFACE_TUN,
	KAUTH_NETWORK_INTERFACE_BRIDGE,
	KAUTH_NETWORK_IPSEC,
	KAUTH_NETWORK_INTERFACE_PVC,
	KAUTH_NETWORK_IPV6,
	KAUTH_NETWORK_SMB,
	KAUTH_NETWORK_INTERFACE_WG,
};

enum kauth_network_req {
	KAUTH_REQ_NETWORK_ALTQ_AFMAP = 1,
	KAUTH_REQ_NETWORK_ALTQ_BLUE,
	KAUTH_REQ_NETWORK_ALTQ_CBQ,
	KAUTH_REQ_NETWORK_BIND_PORT,
	KAUTH_REQ_NETWORK_BIND_PRIVPORT,
	KAUTH_REQ_NETWORK_BIND_ANYADDR,
	KAUTH_REQ_NETWORK_FIREWALL_FW,
	KAUTH_REQ_NETWORK_FIREWALL_NAT,
	KAUTH_REQ_NETWORK_INTERFACE_GET,
	KAUTH_REQ_NETWORK_INTERFACE_GETPRIV,
	KAUTH_REQ_NETWORK_INTERFACE_SET,
	KAUTH_REQ_NETWORK_INTERFACE_SETPRIV,
	KAUTH_REQ_NETWORK_INTERFACE_FIRMWARE,
	KAUTH_REQ_NETWORK_NFS_EXPORT,
	KAUTH_REQ_NETWORK_NFS_SVC,
	KAUTH_REQ_NETWORK_SOCKET_OPEN,
	KAUTH_REQ_NETWORK_SOCKET_RAWSOCK,
	KAUTH_REQ_NETWORK_SOCKET_CANSEE,
	KAUTH_REQ_NETWORK_SOCKET_DROP,
	KAUTH_REQ_NETWORK_SOCKET_SETPRIV,
	KAUTH_REQ_NETWORK_INTERFACE_PPP_ADD,
	KAUTH_REQ_NETWORK_INTERFACE_SLIP_ADD,
	KAUTH_REQ_NETWORK_INTERFACE_TUN_ADD,
	KAUTH_REQ_NETWORK_INTERFACE_BRIDGE_GETPRIV,
	KAUTH_REQ_NETWORK_INTERFACE_BRIDGE_SETPRIV,
	KAUTH_REQ_NETWORK_INTERFACE_PVC_ADD,
	KAUTH_REQ_NETWORK_IPSEC_BYPASS,
	KAUTH_REQ_NETWORK_IPV6_JOIN_MULTICAST,
	KAUTH_REQ_NETWORK_IPV6_HOPBYHOP,
	KAUTH_REQ_NETWORK_SMB_SHARE_ACCESS,
	KAUTH_REQ_NETWORK_SMB_SHARE_CREATE,
	KAUTH_REQ_NETWORK_SMB_VC_ACCESS,
	KAUTH_REQ_NETWORK_SMB_VC_CREATE,
	KAUTH_REQ_NETWORK_INTERFACE_WG_GETPRIV,
	KAUTH_REQ_NETWORK_INTERFACE_WG_SETPRIV,
};

enum kauth_machdep_action {
	KAUTH_MACHDEP_CACHEFLUSH = 1,
	KAUTH_MACHDEP_IOPERM_GET,
	KAUTH_MACHDEP_IOPERM_SET,
	KAUTH_MACHDEP_IOPL,
	KAUTH_MACHDEP_LDT_GET,
	KAUTH_MACHDEP_LDT_SET,
	KAUTH_MACHDEP_MTRR_GET,
	KAUTH_MACHDEP_MTRR_SET,
	KAUTH_MACHDEP_NVRAM,
	KAUTH_MACHDEP_UNMANAGEDMEM,
	KAUTH_MACHDEP_PXG,
	KAUTH_MACHDEP_SVS_DISABLE,
};

enum kauth_device_action {
	KAUTH_DEVICE_TTY_OPEN = 1,
	KAUTH_DEVICE_TTY_PRIVSET,
	KAUTH_DEVICE_TTY_STI,
	KAUTH_DEVICE_RAWIO_SPEC,
	KAUTH_DEVICE_RAWIO_PASSTHRU,
	KAUTH_DEVICE_BLUETOOTH_SETPRIV,
	KAUTH_DEVICE_RND_ADDDATA,
	KAUTH_DEVICE_RND_ADDDATA_ESTIMATE,
	KAUTH_DEVICE_RND_GETPRIV,
	KAUTH_DEVICE_RND_SETPRIV,
	KAUTH_DEVICE_BLUETOOTH_BCSP,
	KAUTH_DEVICE_BLUETOOTH_BTUART,
	KAUTH_DEVICE_GPIO_PINSET,
	KAUTH_DEVICE_BLUETOOTH_SEND,
	KAUTH_DEVICE_BLUETOOTH_RECV,
	KAUTH_DEVICE_TTY_VIRTUAL,
	KAUTH_DEVICE_WSCONS_KEYBOARD_BELL,
	KAUTH_DEVICE_WSCONS_KEYBOARD_KEYREPEAT,
	KAUTH_DEVICE_NVMM_CTL,
};

enum kauth_device_req {
	KAUTH_REQ_DEVICE_RAWIO_SPEC_READ = 1,
	KAUTH_REQ_DEVICE_RAWIO_SPEC_WRITE,
	KAUTH_REQ_DEVICE_RAWIO_SPEC_RW,
	KAUTH_REQ_DEVICE_BLUETOOTH_BCSP_ADD,
	KAUTH_REQ_DEVICE_BLUETOOTH_BTUART_ADD,
};
#define KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_READ	  0x00000001
#define KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_READCONF  0x00000002
#define KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_WRITE	  0x00000004
#define KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_WRITECONF 0x00000008
#define KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_ALL	  0x0000000f

enum kauth_cred_action {
	KAUTH_CRED_INIT = 1,
	KAUTH_CRED_FORK,
	KAUTH_CRED_COPY,
	KAUTH_CRED_FREE,
	KAUTH_CRED_CHROOT,
};

/* Vnode actions are bits, combined into one request. */
#define KAUTH_VNODE_READ_DATA		(1U << 0)
#define KAUTH_VNODE_LIST_DIRECTORY	KAUTH_VNODE_READ_DATA
#define KAUTH_VNODE_WRITE_DATA		(1U << 1)
#define KAUTH_VNODE_ADD_FILE		KAUTH_VNODE_WRITE_DATA
#define KAUTH_VNODE_EXECUTE		(1U << 2)
#define KAUTH_VNODE_SEARCH		KAUTH_VNODE_EXECUTE
#define KAUTH_VNODE_DELETE		(1U << 3)
#define KAUTH_VNODE_APPEND_DATA		(1U << 4)
#define KAUTH_VNODE_ADD_SUBDIRECTORY	KAUTH_VNODE_APPEND_DATA
#define KAUTH_VNODE_READ_TIMES		(1U << 5)
#define KAUTH_VNODE_WRITE_TIMES		(1U << 6)
#define KAUTH_VNODE_READ_FLAGS		(1U << 7)
#define KAUTH_VNODE_WRITE_FLAGS		(1U << 8)
#define KAUTH_VNODE_READ_SYSFLAGS	(1U << 9)
#define KAUTH_VNODE_WRITE_SYSFLAGS	(1U << 10)
#define KAUTH_VNODE_RENAME		(1U << 11)
#define KAUTH_VNODE_CHANGE_OWNERSHIP	(1U << 12)
#define KAUTH_VNODE_READ_SECURITY	(1U << 13)
#define KAUTH_VNODE_WRITE_SECURITY	(1U << 14)
#define KAUTH_VNODE_READ_ATTRIBUTES	(1U << 15)
#define KAUTH_VNODE_WRITE_ATTRIBUTES	(1U << 16)
#define KAUTH_VNODE_READ_EXTATTRIBUTES	(1U << 17)
#define KAUTH_VNODE_WRITE_EXTATTRIBUTES (1U << 18)
#define KAUTH_VNODE_RETAIN_SUID		(1U << 19)
#define KAUTH_VNODE_RETAIN_SGID		(1U << 20)
#define KAUTH_VNODE_REVOKE		(1U << 21)
#define KAUTH_VNODE_IS_EXEC		(1U << 29)
#define KAUTH_VNODE_HAS_SYSFLAGS	(1U << 30)
#define KAUTH_VNODE_ACCESS		(1U << 31)
/* ---- Authorization: 0 or EPERM ---- */

int kauth_authorize_action(kauth_scope_t scope, kauth_cred_t cred, kauth_action_t action,
    void *arg0, void *arg1, void *arg2, void *arg3);
int kauth_authorize_generic(kauth_cred_t cred, kauth_action_t action, void *arg0);
int kauth_authorize_system(kauth_cred_t cred, kauth_action_t action, enum kauth_system_req req,
    void *arg1, void *arg2, void *arg3);
int kauth_authorize_process(
    kauth_cred_t cred, kauth_action_t action, struct proc *p, void *arg1, void *arg2, void *arg3);
int kauth_authorize_network(kauth_cred_t cred, kauth_action_t action, enum kauth_network_req req,
    void *arg1, void *arg2, void *arg3);
int kauth_authorize_machdep(
    kauth_cred_t cred, kauth_action_t action, void *arg0, void *arg1, void *arg2, void *arg3);
int kauth_authorize_device(
    kauth_cred_t cred, kauth_action_t action, void *arg0, void *arg1, void *arg2, void *arg3);
struct tty;
int kauth_authorize_device_tty(kauth_cred_t cred, kauth_action_t action, struct tty *tty);
int kauth_authorize_device_spec(kauth_cred_t cred, enum kauth_device_req req, struct vnode *vp);
int kauth_authorize_device_passthru(kauth_cred_t cred, dev_t dev, u_long mode, void *data);
/*
 * fs_decision: what the file system's own rules say, 0 or an errno; it is returned when no
 * listener decides, and the super-user overrides it.
 */
int kauth_authorize_vnode(
    kauth_cred_t cred, kauth_action_t action, struct vnode *vp, struct vnode *dvp, int fs_decision);
/* VREAD, VWRITE, VEXEC bits to an action. */
kauth_action_t kauth_mode_to_action(mode_t accmode);
kauth_action_t kauth_accmode_to_action(unsigned int /* accmode_t */ accmode);
kauth_action_t kauth_extattr_action(mode_t accmode);
/* The same with what the file's type and mode say about executing it. */
kauth_action_t kauth_access_action(int accmode, int /* enum vtype */ vtype, mode_t mode);
#define KAUTH_ACCESS_ACTION(accmode, vtype, mode) kauth_access_action((accmode), (vtype), (mode))

/* ---- Scopes and listeners ---- */

/* NULL if the scope exists.  The default listener may be NULL.  sleeps. */
kauth_scope_t kauth_register_scope(const char *id, kauth_scope_callback_t fn, void *cookie);
void kauth_deregister_scope(kauth_scope_t scope);
/* The scope need not exist yet.  sleeps. */
kauth_listener_t kauth_listen_scope(const char *id, kauth_scope_callback_t fn, void *cookie);
void kauth_unlisten_scope(kauth_listener_t listener);
/* A slot for a security model's data in every credential.  secmodel may be NULL.  errors: ENOMEM. */
int kauth_register_key(secmodel_t secmodel, kauth_key_t *key);
int kauth_deregister_key(kauth_key_t key);

/* ---- Credentials ---- */

void kauth_init(void);
/* A new one, all ids 0, no groups, one reference.  sleeps. */
kauth_cred_t kauth_cred_alloc(void);
void kauth_cred_free(kauth_cred_t cred);
kauth_cred_t kauth_cred_hold(kauth_cred_t cred);
/* A private copy; from's reference stays (dup) or goes (copy, which may return cred itself). */
kauth_cred_t kauth_cred_dup(kauth_cred_t cred);
kauth_cred_t kauth_cred_copy(kauth_cred_t cred);
void kauth_cred_clone(kauth_cred_t from, kauth_cred_t to);
void kauth_proc_fork(struct proc *parent, struct proc *child);
void kauth_proc_chroot(kauth_cred_t cred, void *cwdi);
/* The current lwp's, without a reference. */
kauth_cred_t kauth_cred_get(void);

uid_t kauth_cred_getuid(kauth_cred_t cred);
uid_t kauth_cred_geteuid(kauth_cred_t cred);
uid_t kauth_cred_getsvuid(kauth_cred_t cred);
gid_t kauth_cred_getgid(kauth_cred_t cred);
gid_t kauth_cred_getegid(kauth_cred_t cred);
gid_t kauth_cred_getsvgid(kauth_cred_t cred);
void kauth_cred_setuid(kauth_cred_t cred, uid_t uid);
void kauth_cred_seteuid(kauth_cred_t cred, uid_t uid);
void kauth_cred_setsvuid(kauth_cred_t cred, uid_t uid);
void kauth_cred_setgid(kauth_cred_t cred, gid_t gid);
void kauth_cred_setegid(kauth_cred_t cred, gid_t gid);
void kauth_cred_setsvgid(kauth_cred_t cred, gid_t gid);
u_int kauth_cred_getrefcnt(kauth_cred_t cred);

/* errors: 0; *resultp says whether gid is the effective or a supplementary group. */
int kauth_cred_ismember_gid(kauth_cred_t cred, gid_t gid, int *resultp);
/* 0 when a member, -1 when not, else an errno. */
int kauth_cred_groupmember(kauth_cred_t cred, gid_t gid);
u_int kauth_cred_ngroups(kauth_cred_t cred);
gid_t kauth_cred_group(kauth_cred_t cred, u_int index);
/* gmuid is ignored.  errors: EINVAL (more than NGROUPS), of copyin or copyout. */
int kauth_cred_setgroups(
    kauth_cred_t cred, const gid_t *groups, size_t len, uid_t gmuid, enum uio_seg seg);
int kauth_cred_getgroups(kauth_cred_t cred, gid_t *groups, size_t len, enum uio_seg seg);
int kauth_proc_setgroups(struct lwp *l, kauth_cred_t newcred);
bool kauth_cred_uidmatch(kauth_cred_t a, kauth_cred_t b);

void *kauth_cred_getdata(kauth_cred_t cred, kauth_key_t key);
void kauth_cred_setdata(kauth_cred_t cred, kauth_key_t key, void *data);

struct uucred;
void kauth_uucred_to_cred(kauth_cred_t cred, const struct uucred *uuc);
void kauth_cred_to_uucred(struct uucred *uuc, const kauth_cred_t cred);
int kauth_cred_uucmp(kauth_cred_t cred, const struct uucred *uuc);

#endif /* KPI_SYS_KAUTH_H */
