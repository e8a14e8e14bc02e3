/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Memory disks, inside the component: md.c has the model. */
#ifndef MD_VAR_H
#define MD_VAR_H

#include <sys/types.h>
#include <sys/disk.h>
#include <sys/mutex.h>

#define MD_UNITS   64
#define MD_NODES   4	 /* units that have nodes in /dev from the start */
#define MD_CHUNK   65536 /* bytes */
#define MD_SECSIZE DEV_BSIZE

/* Memory in chunks: a large contiguous piece may not be there. */
struct md_mem {
	size_t mm_size; /* bytes */
	size_t mm_nchunks;
	char *mm_chunk[];
};

/* Locks: (i) immutable, (m) md_lock, (a) atomic, (s) sc_statlock. */
struct md_softc {
	struct disk sc_dkdev;
	char sc_name[8];       /* (i) */
	struct md_mem *sc_mem; /* (a) NULL: not configured; written with (m) */
	bool sc_release;       /* (m) memory goes at the last close */
	u_int sc_openmask;     /* (m) MD_BOPEN, MD_COPEN */
	kmutex_t sc_statlock;  /* of the disk's statistics */
};
enum { MD_BOPEN = 1, MD_COPEN = 2 };

/* md_mem.c.  Zeroes.  errors: ENOMEM, and a line on the console. */
int md_mem_alloc(const char *name, size_t size, struct md_mem **mmp);
void md_mem_free(struct md_mem *mm);
void md_mem_init(void);

/* Bytes from off that are in one piece: *np of them, at most n. */
static inline char *
md_mem_at(const struct md_mem *mm, uint64_t off, size_t n, size_t *np)
{
	const size_t in = (size_t)(off % MD_CHUNK);

	*np = n < MD_CHUNK - in ? n : MD_CHUNK - in;
	return mm->mm_chunk[off / MD_CHUNK] + in;
}

/* md_dev.c */
extern devmajor_t md_bmajor, md_cmajor;
int md_dev_attach(void);
void md_dev_detach(void);

/* md.c.  A unit stays from its first open to the end of the module. */
struct md_softc *md_unit(dev_t dev);
/* fmt: MD_BOPEN, MD_COPEN.  errors: ENXIO (no such unit or partition). */
int md_opened(dev_t dev, u_int fmt);
void md_closed(dev_t dev, u_int fmt);
struct md_conf;
void md_getconf(struct md_softc *sc, struct md_conf *md);
/* errors: EINVAL, EOPNOTSUPP (type), EBUSY (configured already), ENOMEM. */
int md_setconf(struct md_softc *sc, struct md_conf *md);

#endif /* MD_VAR_H */
