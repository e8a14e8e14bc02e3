/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * etfs: files, devices and directories of the host at paths below the root directory.
 *
 * An entry is what was registered.  Its file is a rumpfs node of the root file system that is in no
 * directory: namei asks for keys by rump_etfs_lookup().  Below a registered directory, nodes are made as
 * names are looked up, and kept in the directory's node.
 */
#ifndef RUMP_ETFS_H
#define RUMP_ETFS_H

#include <sys/param.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include <rump/rumpuser.h>

struct lwp;
struct mount;
struct rumpfs_mount;
struct rumpfs_node;
struct uio;

/* A file of the host.  Locks: (i) immutable, (e) etfs_lock, (a) atomic. */
struct etfs_file {
	char *ef_path;			/* (i) on the host */
	enum rumpuser_filetype ef_type; /* (i) the host's */
	bool ef_window;			/* (i) ef_size is the window's, else the host file's own */
	uint64_t ef_begin, ef_size;	/* (i) bytes */
	ino_t ef_ino;			/* (a) */
	int ef_fd;			/* (e) -1 when not open */
	u_int ef_opens;			/* (e) */
	bool ef_readonly;		/* (e) of ef_fd */
	bool ef_subdirs;		/* (i) of a directory: those below count too */
	void *ef_image;			/* (a) of a block device: disk(9)'s, or NULL */
};

struct etfs_entry {
	TAILQ_ENTRY(etfs_entry) ee_list; /* (e) */
	char *ee_key;			 /* (i) without leading slashes */
	size_t ee_keylen;		 /* (i) bytes */
	int ee_type;			 /* (i) enum rump_etfs_type's value */
	int ee_unit;			 /* (i) minor of BLK and CHR */
	struct rumpfs_node *ee_node;	 /* (i) */
	struct etfs_file *ee_file;	 /* (i) */
};

/* The values of enum rump_etfs_type, which is the host's. */
enum { ETFS_REG, ETFS_BLK, ETFS_CHR, ETFS_DIR, ETFS_DIR_SUBDIRS };
#define ETFS_ENDOFF UINT64_MAX

extern kmutex_t etfs_lock;

/* mp becomes the root file system, or goes: then all entries' nodes are freed. */
int etfs_init(struct mount *mp);
void etfs_fini(struct mount *mp);

/* ---- etfs_file.c ---- */

struct etfs_file *etfs_file_new(const char *path, const struct rumpuser_fileinfo *fi);
/* The inode number here of a host's file, which no file of rumpfs has. */
ino_t etfs_ino(uint64_t dev, uint64_t ino);
/* Nobody has it open. */
void etfs_file_free(struct etfs_file *ef);
/* errors: the host's; EROFS when writing is wanted and the host does not let us. */
int etfs_file_open(struct etfs_file *ef, bool writing);
void etfs_file_close(struct etfs_file *ef);
/* Bytes in the file, or the window. */
uint64_t etfs_file_size(struct etfs_file *ef);
/* Move bytes at the uio's offset; the end cuts.  The file is open. */
int etfs_file_move(struct etfs_file *ef, struct uio *uio, bool stream);

/* ---- etfs_dev.c ---- */

int etfs_dev_init(void);
void etfs_dev_fini(void);
/* A device number for a file.  errors: ENOSPC. */
int etfs_dev_attach(struct etfs_file *ef, bool blk, int *unitp, dev_t *devp);
void etfs_dev_detach(int unit);

/* etfs_readdir.c */
int etfs_readdir(void *v);

/* ---- etfs_disk.c; all but the ioctl while registration is locked ---- */

struct disk_image_ops;
void etfs_disk_setops(const struct disk_image_ops *ops);
const struct disk_image_ops *etfs_disk_ops(void);
void etfs_disk_attach(struct etfs_file *ef, int unit, dev_t dev);
/* errors: EBUSY. */
int etfs_disk_detach(struct etfs_file *ef, bool force);
/* errors: EPASSTHROUGH. */
int etfs_disk_ioctl(
    struct etfs_file *ef, dev_t dev, u_long cmd, void *data, int flag, struct lwp *l);

extern int (**etfs_vnodeop_p)(void *);
extern const struct vnodeopv_desc etfs_vnodeop_opv_desc;

#endif /* RUMP_ETFS_H */
