/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The workbench's simulated disk: a block device of a rump kernel whose medium is the test's memory.  It remembers
 * all writes and flushes, so that after the test every state that a power cut could have left can be had as an
 * image; it fails, forgets and dawdles on request.
 *
 * Link with librumptest and the component rumpkern_test.  The functions are called by host threads outside of the
 * kernel; a disk outlives the kernels that it is attached to.
 */
#ifndef RUMP_RUMPTEST_DISK_H
#define RUMP_RUMPTEST_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rumptest_disk;
struct rumptest_image;

/* A disk of zeroes; size is a multiple of sector, a power of two from 512 to 4096.  NULL: no memory, or EINVAL. */
struct rumptest_disk *rumptest_disk_new(uint64_t size, unsigned sector);
/* A disk with the contents of an image, which it shares until it writes. */
struct rumptest_disk *rumptest_disk_of(const struct rumptest_image *image);
/* The disk is not attached. */
void rumptest_disk_free(struct rumptest_disk *d);

/*
 * The booted kernel gets it, as the path that is returned; NULL: errno.  With the component rumpdev_disk its partition table
 * is read now, and wedges (/dev/dkN) appear.
 */
const char *rumptest_disk_attach(struct rumptest_disk *d);
/* It is pulled out, whatever is under way.  After a halt that needs no call: attach it again as you like. */
void rumptest_disk_detach(struct rumptest_disk *d);

/* ---- Contents ---- */

/* What reads see now.  Writing changes the medium itself, as if it had always been so; not once there is a log. */
void rumptest_disk_get(struct rumptest_disk *d, void *data, size_t len, uint64_t off);
int rumptest_disk_put(struct rumptest_disk *d, const void *data, size_t len, uint64_t off);
/* A file of the host becomes the contents, or the contents (an image) become a file, with holes.  errors: errno. */
int rumptest_disk_load(struct rumptest_disk *d, const char *path);
int rumptest_image_save(const struct rumptest_image *image, const char *path);
void rumptest_image_get(const struct rumptest_image *image, void *data, size_t len, uint64_t off);
void rumptest_image_free(struct rumptest_image *image);

/* ---- The log ---- */

enum rumptest_logtype { RUMPTEST_WRITE, RUMPTEST_FLUSH };
struct rumptest_logentry {
	enum rumptest_logtype type;
	uint64_t off; /* bytes */
	size_t len;
	const void *data; /* the disk's */
	bool fua;	  /* on the medium at once */
};
/* Entries so far: position k means that the first k have happened. */
uint64_t rumptest_disk_log(const struct rumptest_disk *d);
const struct rumptest_logentry *rumptest_disk_logentry(const struct rumptest_disk *d, uint64_t i);

/* ---- Power cuts ---- */

/* What may befall a write that no flush followed, besides being kept or dropped. */
enum {
	RUMPTEST_TEAR_SECTORS = 1, /* the first sectors of it are there */
	RUMPTEST_TEAR_INSIDE = 2,  /* and half of the next one */
};

/*
 * All images that a cut at position pos can leave: as many as rumptest_cut_begin() says (UINT64_MAX: more than can be
 * counted), each by one rumptest_cut_next(), NULL after the last.  Image 0 has none of the unflushed
 * writes, the last one has all.
 */
struct rumptest_cut {
	struct rumptest_disk *c_disk;
	struct rumptest_image *c_durable; /* what no cut takes away */
	uint64_t c_pos, c_first;	  /* writes from c_first on may be lost */
	uint64_t c_index, c_count;
	int c_how;
};
uint64_t rumptest_cut_begin(struct rumptest_cut *c, struct rumptest_disk *d, uint64_t pos, int how);
struct rumptest_image *rumptest_cut_next(struct rumptest_cut *c);
/* The image of an index; those of a begin() in any order. */
struct rumptest_image *rumptest_cut_image(struct rumptest_cut *c, uint64_t index);
/* One by a seed: sectors of torn writes in any subset, and torn at any byte. */
struct rumptest_image *rumptest_cut_random(struct rumptest_cut *c, uint64_t seed);
void rumptest_cut_end(struct rumptest_cut *c);

/* ---- Faults ---- */

enum { RUMPTEST_ON_READ = 1, RUMPTEST_ON_WRITE = 2, RUMPTEST_ON_FLUSH = 4 };
enum rumptest_faultkind {
	RUMPTEST_FAIL,	 /* with f_error; nothing is transferred */
	RUMPTEST_SHORT,	 /* only f_bytes are transferred */
	RUMPTEST_LATENT, /* the sectors cannot be read (EIO) until they are written */
	RUMPTEST_SLOW,	 /* the answer takes f_ns of the kernel's time */
};
/* Transfers that meet [f_off, f_off + f_len) count; f_len 0: all.  From the f_nth of them (1, 2, ...) f_times fail, 0: all. */
struct rumptest_fault {
	enum rumptest_faultkind f_kind;
	int f_on; /* RUMPTEST_ON_* */
	uint64_t f_off, f_len;
	unsigned f_nth, f_times;
	int f_error;
	size_t f_bytes;
	int64_t f_ns;
};
/* errors: ENOMEM. */
int rumptest_disk_fault(struct rumptest_disk *d, const struct rumptest_fault *f);
void rumptest_disk_faults_clear(struct rumptest_disk *d);
/* Transfers that a fault was done to. */
unsigned rumptest_disk_faults_done(const struct rumptest_disk *d);

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMPTEST_DISK_H */
