/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The simulated disk, inside librumptest.
 *
 * Contents are layers: each has the pages of SIM_PAGE bytes that differ from the layer below, in a hash table; a page that
 * no layer has is zeroes.  A layer that others lie on is not written any more, so sharing one costs a count.
 *
 *	base       what was there before the log
 *	 |- now    every write of the log: what reads see
 *	 '- durable of a cut: the writes that a flush followed, or FUA
 *	     '- image: some of the others
 */
#ifndef SIMDISK_IMPL_H
#define SIMDISK_IMPL_H

#include <pthread.h>

#include <rump/rumptest_disk.h>

#define SIM_PAGE 4096

struct rumptest_image {
	struct rumptest_image *i_below; /* NULL: zeroes */
	unsigned i_refs;		/* atomic */
	uint64_t i_size;		/* bytes */
	unsigned i_sector;		/* bytes */
	size_t i_npages, i_nslots;	/* slots: a power of two, or 0 */
	struct sim_slot {
		uint64_t s_page; /* plus one; 0: empty */
		char *s_data;
	} * i_slots;
};

struct sim_fault {
	struct rumptest_fault f;
	unsigned f_met; /* transfers that it counted */
};

struct sim_range {
	uint64_t r_off, r_len;
};

/* d_lock guards all but what does not change. */
struct rumptest_disk {
	pthread_mutex_t d_lock;
	uint64_t d_size;
	unsigned d_sector;
	int d_unit;
	char d_path[24];
	struct rumptest_image *d_base, *d_now;
	struct rumptest_logentry *d_log;
	uint64_t d_nlog, d_maxlog;
	struct sim_fault *d_faults;
	unsigned d_nfaults, d_done;
	struct sim_range *d_latent; /* sectors that cannot be read */
	size_t d_nlatent, d_maxlatent;
};

/* simdisk_image.c.  NULL and false: no memory. */
struct rumptest_image *rumptest__image_on(
    struct rumptest_image *below, uint64_t size, unsigned sector);
struct rumptest_image *rumptest__image_ref(const struct rumptest_image *image);
bool rumptest__image_put(struct rumptest_image *image, const void *data, size_t len, uint64_t off);

/* simdisk_fault.c; locks: d_lock. */
struct sim_verdict {
	int v_error;	/* 0: go on */
	size_t v_bytes; /* at most */
};
struct sim_verdict rumptest__fault_judge(struct rumptest_disk *d, int on, uint64_t off, size_t len);
int64_t rumptest__fault_delay(struct rumptest_disk *d, int on, uint64_t off, size_t len);
/* These sectors were written. */
void rumptest__fault_written(struct rumptest_disk *d, uint64_t off, size_t len);

#endif /* SIMDISK_IMPL_H */
