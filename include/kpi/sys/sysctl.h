/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * sysctl(9): the tree of named values.
 *
 * Nodes are made by sysctl_createv(), usually in a SYSCTL_SETUP() function, which runs when its
 * component starts.  A node's function (or the default, sysctl_lookup) reads and writes the value.
 */
#ifndef KPI_SYS_SYSCTL_H
#define KPI_SYS_SYSCTL_H

#include <sys/param.h>

/* ---- Names ---- */

#define CTL_MAXNAME    12
#define SYSCTL_NAMELEN 32

#define CTL_UNSPEC   0
#define CTL_KERN     1
#define CTL_VM	     2
#define CTL_VFS	     3
#define CTL_NET	     4
#define CTL_DEBUG    5
#define CTL_HW	     6
#define CTL_MACHDEP  7
#define CTL_USER     8
#define CTL_DDB	     9
#define CTL_PROC     10
#define CTL_VENDOR   11
#define CTL_EMUL     12
#define CTL_SECURITY 13
#define CTL_MAXID    14
#define CREATE_BASE  1024 /* numbers given to nodes made with CTL_CREATE */

#define CTL_EOL	      (-1)
#define CTL_QUERY     (-2)
#define CTL_CREATE    (-3)
#define CTL_CREATESYM (-4)
#define CTL_DESTROY   (-5)
#define CTL_MMAP      (-6)
#define CTL_DESCRIBE  (-7)

#define KERN_OSTYPE	     1
#define KERN_OSRELEASE	     2
#define KERN_OSREV	     3
#define KERN_VERSION	     4
#define KERN_MAXVNODES	     5
#define KERN_MAXPROC	     6
#define KERN_MAXFILES	     7
#define KERN_ARGMAX	     8
#define KERN_SECURELVL	     9
#define KERN_HOSTNAME	     10
#define KERN_HOSTID	     11
#define KERN_CLOCKRATE	     12
#define KERN_POSIX1	     17
#define KERN_NGROUPS	     18
#define KERN_JOB_CONTROL     19
#define KERN_SAVED_IDS	     20
#define KERN_OBOOTTIME	     21
#define KERN_DOMAINNAME	     22
#define KERN_MAXPARTITIONS   23
#define KERN_RAWPARTITION    24
#define KERN_RTC_OFFSET	     29
#define KERN_ROOT_DEVICE     30
#define KERN_MSGBUFSIZE	     31
#define KERN_FSYNC	     32
#define KERN_SYNCHRONIZED_IO 37
#define KERN_IOV_MAX	     38
#define KERN_MBUF	     39
#define KERN_MAPPED_FILES    40
#define KERN_LOGIN_NAME_MAX  44
#define KERN_CP_TIME	     51
#define KERN_MSGBUF	     53
#define KERN_PIPE	     56
#define KERN_MAXPHYS	     57
#define KERN_SBMAX	     58
#define KERN_MONOTONIC_CLOCK 60
#define KERN_URND	     61
#define KERN_DRIVERS	     75
#define KERN_HARDCLOCK_TICKS 80
#define KERN_ARND	     81
#define KERN_BOOTTIME	     83
#define KERN_EVCNT	     84

#define HW_MACHINE	1
#define HW_MODEL	2
#define HW_NCPU		3
#define HW_BYTEORDER	4
#define HW_PHYSMEM	5
#define HW_USERMEM	6
#define HW_PAGESIZE	7
#define HW_DISKNAMES	8
#define HW_IOSTATS	9
#define HW_MACHINE_ARCH 10
#define HW_ALIGNBYTES	11
#define HW_CNMAGIC	12
#define HW_PHYSMEM64	13
#define HW_USERMEM64	14
#define HW_IOSTATNAMES	15
#define HW_NCPUONLINE	16

#define VFS_GENERIC    0
#define VFS_MAXTYPENUM 1
#define VFS_CONF       2
#define VFS_USERMOUNT  3
#define VFS_MAGICLINKS 4
#define VFSGEN_MAXID   5

/* ---- Types and flags of a node ---- */

#define CTLTYPE_NODE   1
#define CTLTYPE_INT    2
#define CTLTYPE_STRING 3
#define CTLTYPE_QUAD   4
#define CTLTYPE_STRUCT 5
#define CTLTYPE_BOOL   6
#define CTLTYPE_LONG   CTLTYPE_QUAD

#define CTLFLAG_READONLY  0x00000000
#define CTLFLAG_READWRITE 0x00000070 /* by root, below securelevel's rules */
#define CTLFLAG_ANYWRITE  0x00000080
#define CTLFLAG_PRIVATE	  0x00000100 /* read by root only */
#define CTLFLAG_PERMANENT 0x00000200 /* stays until halt, unless sysctl_teardown()n */
#define CTLFLAG_OWNDATA	  0x00000400 /* the data is freed with the node */
#define CTLFLAG_IMMEDIATE 0x00000800 /* the value lies in the node */
#define CTLFLAG_HEX	  0x00001000
#define CTLFLAG_ROOT	  0x00002000
#define CTLFLAG_ANYNUMBER 0x00004000 /* the node's function takes the rest of the name */
#define CTLFLAG_HIDDEN	  0x00008000
#define CTLFLAG_ALIAS	  0x00010000
#define CTLFLAG_MMAP	  0x00020000
#define CTLFLAG_OWNDESC	  0x00040000
#define CTLFLAG_UNSIGNED  0x00080000

#define SYSCTL_VERS_MASK 0xff000000
#define SYSCTL_VERS_0	 0x00000000
#define SYSCTL_VERS_1	 0x01000000
#define SYSCTL_VERSION	 SYSCTL_VERS_1
#define SYSCTL_VERS(f)	 ((f)&SYSCTL_VERS_MASK)
#define SYSCTL_USERFLAGS                                                            \
	(CTLFLAG_READWRITE | CTLFLAG_ANYWRITE | CTLFLAG_PRIVATE | CTLFLAG_OWNDATA | \
	    CTLFLAG_IMMEDIATE | CTLFLAG_HEX | CTLFLAG_HIDDEN)
#define SYSCTL_TYPEMASK 0x0000000f
#define SYSCTL_TYPE(f)	((f)&SYSCTL_TYPEMASK)
#define SYSCTL_FLAGMASK 0x00fffff0
#define SYSCTL_FLAGS(f) ((f)&SYSCTL_FLAGMASK)
#define SYSCTL_DEFSIZE	8

struct sysctlnode;
struct sysctllog;

/*
 * name and namelen: what of the name is left below the node; oname: the whole name; oldp, *oldlenp,
 * newp, newlen as in __sysctl(2); l: the caller, whose rights count, or NULL for the kernel itself.
 * Both buffers are reached by sysctl_copyout() and sysctl_copyin() (and are kernel memory: the system
 * call copies before and after, so that no lock is held over a copy).
 */
#define SYSCTLFN_PROTO                                                                         \
	const int *, u_int, void *, size_t *, const void *, size_t, const int *, struct lwp *, \
	    const struct sysctlnode *
#define SYSCTLFN_ARGS                                                                  \
	const int *name, u_int namelen, void *oldp, size_t *oldlenp, const void *newp, \
	    size_t newlen, const int *oname, struct lwp *l, const struct sysctlnode *rnode
#define SYSCTLFN_CALL(node) name, namelen, oldp, oldlenp, newp, newlen, oname, l, node
typedef int (*sysctlfn)(SYSCTLFN_PROTO);

struct sysctlnode {
	uint32_t sysctl_flags;		  /* (i) CTLFLAG_*, CTLTYPE_*, SYSCTL_VERSION */
	int32_t sysctl_num;		  /* (i) */
	char sysctl_name[SYSCTL_NAMELEN]; /* (i) */
	uint32_t sysctl_ver;		  /* (s) changes with the node's children */
	uint32_t sysctl_rsvd;
	union {
		struct {
			uint32_t suc_csize;
			uint32_t suc_clen;
			struct sysctlnode *suc_child;
		} scu_child;
		struct {
			void *sud_data;
			size_t sud_offset;
		} scu_data;
		int32_t scu_alias;
		int32_t scu_idata;
		u_quad_t scu_qdata;
		bool scu_bdata;
	} sysctl_un; /* (s) sysctl_treelock */
	size_t sysctl_size;
	sysctlfn sysctl_func;
	struct sysctlnode *sysctl_parent;
	const char *sysctl_desc;
};
#define sysctl_csize  sysctl_un.scu_child.suc_csize
#define sysctl_clen   sysctl_un.scu_child.suc_clen
#define sysctl_child  sysctl_un.scu_child.suc_child
#define sysctl_data   sysctl_un.scu_data.sud_data
#define sysctl_offset sysctl_un.scu_data.sud_offset
#define sysctl_alias  sysctl_un.scu_alias
#define sysctl_idata  sysctl_un.scu_idata
#define sysctl_qdata  sysctl_un.scu_qdata
#define sysctl_bdata  sysctl_un.scu_bdata

struct sysctldesc {
	int32_t descr_num;
	uint32_t descr_ver;
	uint32_t descr_len; /* with the NUL */
	char descr_str[1];
};
#define __sysc_desc_roundup(x) ((((x)-1) | (sizeof(int32_t) - 1)) + 1)
#define __sysc_desc_len(l)     (offsetof(struct sysctldesc, descr_str) + __sysc_desc_roundup(l))
#define __sysc_desc_adv(d, l)  ((struct sysctldesc *)(void *)((char *)(d) + __sysc_desc_len(l)))
#define NEXT_DESCR(d)	       __sysc_desc_adv((d), (d)->descr_len)

struct clockinfo {
	int hz, tick, tickadj, stathz, profhz;
};

/*
 * Make a node.  The ints that follow newlen are its path, ended by CTL_EOL, the last one CTL_CREATE
 * or a number; from *rnode when that is given, else from the root.  qv is the value with
 * CTLFLAG_IMMEDIATE; else newp and newlen are the data, copied with CTLFLAG_OWNDATA, and newlen may
 * be 0 for the type's own size.  log (may be NULL) remembers what was made, cnode (may be NULL) gets it.
 * A CTLTYPE_NODE that is there under this name is no error: it is shared.
 * sleeps.  errors: ENOENT (path), EEXIST, EINVAL, ENOTDIR.
 */
int sysctl_createv(struct sysctllog **log, int cflags, const struct sysctlnode **rnode,
    const struct sysctlnode **cnode, int flags, int type, const char *namep, const char *desc,
    sysctlfn func, u_quad_t qv, void *newp, size_t newlen, ...);
/* Remove a node (and what is below it, if flagged OWN...) by number path. */
int sysctl_destroyv(struct sysctlnode *rnode, ...);
/* Remove what a log remembers, last first. */
void sysctl_teardown(struct sysctllog **log);

/* Handlers.  sysctl_lookup: the default; reads, checks and writes by type.  locks: the tree. */
int sysctl_lookup(SYSCTLFN_PROTO);
int sysctl_query(SYSCTLFN_PROTO);
int sysctl_create(SYSCTLFN_PROTO);
int sysctl_destroy(SYSCTLFN_PROTO);
int sysctl_describe(SYSCTLFN_PROTO);
int sysctl_null(SYSCTLFN_PROTO);
int sysctl_needfunc(SYSCTLFN_PROTO);
int sysctl_notavail(SYSCTLFN_PROTO);

/* The whole of a call; name from the root, or from rnode.  locks: sysctl_lock(). */
int sysctl_dispatch(SYSCTLFN_PROTO);
/* The tree.  A node's function may drop and take it again around what sleeps for long. */
void sysctl_lock(bool write);
void sysctl_relock(void);
void sysctl_unlock(void);

/* To and from the buffers that a node's function gets. */
int sysctl_copyin(struct lwp *l, const void *uaddr, void *kaddr, size_t len);
int sysctl_copyout(struct lwp *l, const void *kaddr, void *uaddr, size_t len);
int sysctl_copyinstr(struct lwp *l, const void *uaddr, void *kaddr, size_t len, size_t *done);

typedef void (*sysctl_setup_func)(struct sysctllog **);
#define SYSCTL_SETUP_PROTO(name) void name(struct sysctllog **)
/* A function, run when its component starts, that makes nodes. */
#define SYSCTL_DESCR(s)		 s
#define SYSCTL_SETUP(name, desc)                 \
	static void name(struct sysctllog **);   \
	__link_set_add_text(sysctl_funcs, name); \
	static void name(struct sysctllog **clog)

#endif /* KPI_SYS_SYSCTL_H */
