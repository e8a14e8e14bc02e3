/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kernfs: the kernel's state as files, to which drivers add files and directories of their own.
 *
 * A driver gets a type by kernfs_alloctype(), with the operations that its files have in place of
 * kernfs's, and enters files of it into directories.  An operation finds its file by VTOKERN(vp)->kfs_kt, and
 * its data in kt_data there.
 */
#ifndef KPI_MISCFS_KERNFS_KERNFS_H
#define KPI_MISCFS_KERNFS_KERNFS_H

#include <sys/types.h>
#include <sys/dirent.h>
#include <sys/kmem.h>
#include <sys/queue.h>
#include <sys/vnode.h>

/* What a file is.  Drivers' types are those from KFSlastreserved on. */
typedef enum {
	KFSkern,     /* the root */
	KFSsubdir,   /* a directory that a driver made */
	KFSnull,     /* empty */
	KFSstring,   /* kt_data: const char *; a newline is added */
	KFSint,	     /* kt_data: int * */
	KFStext,     /* kt_data: const char *, as it is */
	KFSboottime, /* seconds since the epoch */
	KFStime,     /* seconds and microseconds since the epoch */
	KFSuptime,   /* seconds since boot, with hundredths */
	KFShostname, /* may be written by the super-user */
	KFSdomainname,
	KFSloadavg,
	KFSmsgbuf,
	KFSphysmem, /* bytes */
	KFSpagesize,
	KFSlastreserved
} kfstype;
#define KFSlasttype 128 /* there are fewer */

/* A file.  Immutable once it is entered; its name and what kt_data points to stay as long as kernfs. */
struct kern_target {
	uint8_t kt_type; /* DT_REG or DT_DIR */
	uint8_t kt_namlen;
	const char *kt_name;
	void *kt_data; /* the type's; of a directory kernfs's */
	kfstype kt_tag;
	enum vtype kt_vtype; /* VREG or VDIR */
	mode_t kt_mode;	     /* permission bits */
};

/* A file in a directory's list. */
struct dyn_kern_target {
	struct kern_target dkt_kt;
	struct kern_target *dkt_parent; /* kernfs's */
	ino_t dkt_ino;			/* kernfs's */
	SIMPLEQ_ENTRY(dyn_kern_target) dkt_queue;
};
typedef struct kern_target kernfs_parentdir_t;
typedef struct dyn_kern_target kernfs_entry_t;

/* v_data of a vnode; immutable but for the last three, which are under kfs_lock. */
struct kernfs_node {
	struct vnode *kfs_vnode;
	kfstype kfs_type;
	const struct kern_target *kfs_kt;
	ino_t kfs_fileno;
	mode_t kfs_mode;
	kmutex_t kfs_lock;
	char *kfs_text;	     /* what a read from the beginning saw last, kmem memory */
	size_t kfs_textsize; /* bytes of it */
	size_t kfs_textlen;  /* bytes used */
};
#define VTOKERN(vp) ((struct kernfs_node *)(vp)->v_data)

/* An operation of a type: kf_fileop's function of the same name, or KERNFS_XREAD and KERNFS_XWRITE. */
enum kernfs_fileop_kind {
	KERNFS_FILEOP_CLOSE,
	KERNFS_FILEOP_GETATTR,
	KERNFS_FILEOP_IOCTL,
	KERNFS_FILEOP_OPEN,
	KERNFS_FILEOP_READ,
	KERNFS_FILEOP_WRITE,
	KERNFS_XREAD, /* the whole text, into a buffer; its length by the last argument, ENOSPC: too small */
	KERNFS_XWRITE, /* the whole text, NUL-terminated */
	KERNFS_NFILEOPS
};
typedef struct kernfs_fileop {
	enum kernfs_fileop_kind kf_fileop;
	union {
		int (*_kf_vop)(void *);
		int (*_kf_xread)(const struct kernfs_node *, char *buf, size_t size, size_t *lenp);
		int (*_kf_xwrite)(const struct kernfs_node *, char *buf, size_t len);
	} _kf_opfn;
} kernfs_fileop_t;
#define kf_vop	  _kf_opfn._kf_vop
#define kf_xread  _kf_opfn._kf_xread
#define kf_xwrite _kf_opfn._kf_xwrite

/* A new type; the operations are copied.  ctx: thread.  Panics when KFSlasttype is reached. */
kfstype kernfs_alloctype(int nkf, const kernfs_fileop_t *kf);
#define KERNFS_ALLOCTYPE(kf) kernfs_alloctype((int)__arraycount(kf), (kf))
/*
 * Enter dkt, from KERNFS_ALLOCENTRY(), into the directory pkt, NULL: the root.  sleeps.
 * owns: dkt, which kernfs frees when it ends; on error the caller has it still.
 * errors: EEXIST; ENOTDIR; EINVAL (its name or type).
 */
int kernfs_addentry(kernfs_parentdir_t *pkt, kernfs_entry_t *dkt);

#define KERNFS_ALLOCENTRY(dkt, kmflags) \
	((dkt) = (kernfs_entry_t *)kmem_zalloc(sizeof(kernfs_entry_t), (kmflags)))
#define KERNFS_INITENTRY(dkt, type, name, data, tag, vtype, mode) \
	do {                                                      \
		(dkt)->dkt_kt.kt_type = (type);                   \
		(dkt)->dkt_kt.kt_namlen = strlen((name));         \
		(dkt)->dkt_kt.kt_name = (name);                   \
		(dkt)->dkt_kt.kt_data = (data);                   \
		(dkt)->dkt_kt.kt_tag = (tag);                     \
		(dkt)->dkt_kt.kt_vtype = (vtype);                 \
		(dkt)->dkt_kt.kt_mode = (mode);                   \
	} while (0)
#define KERNFS_ENTOPARENTDIR(dkt) (&(dkt)->dkt_kt)

#endif /* KPI_MISCFS_KERNFS_KERNFS_H */
