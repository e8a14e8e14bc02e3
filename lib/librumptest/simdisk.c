/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The disk: what the driver asks, and the log of what was done. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>

#include "kern/simdisk.h"
#include "simdisk_impl.h"

static struct rumptest_disk *
disk_on(struct rumptest_image *below, uint64_t size, unsigned sector)
{
	struct rumptest_disk *const d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	pthread_mutex_init(&d->d_lock, NULL);
	d->d_size = size;
	d->d_sector = sector;
	d->d_unit = -1;
	d->d_base = rumptest__image_on(below, size, sector);
	d->d_now = d->d_base != NULL ? rumptest__image_on(d->d_base, size, sector) : NULL;
	if (d->d_now == NULL) {
		rumptest_disk_free(d);
		errno = ENOMEM;
		return NULL;
	}
	return d;
}

struct rumptest_disk *
rumptest_disk_new(uint64_t size, unsigned sector)
{
	if (sector < 512 || sector > SIM_PAGE || (sector & (sector - 1)) != 0 ||
	    size % sector != 0 || size == 0 || size > INT64_MAX) {
		errno = EINVAL;
		return NULL;
	}
	return disk_on(NULL, size, sector);
}

struct rumptest_disk *
rumptest_disk_of(const struct rumptest_image *image)
{
	return disk_on((struct rumptest_image *)(uintptr_t)image, image->i_size, image->i_sector);
}

void
rumptest_disk_free(struct rumptest_disk *d)
{
	if (d == NULL)
		return;
	rumptest_image_free(d->d_now);
	rumptest_image_free(d->d_base);
	for (uint64_t i = 0; i < d->d_nlog; i++)
		free((void *)(uintptr_t)d->d_log[i].data);
	free(d->d_log);
	free(d->d_faults);
	free(d->d_latent);
	pthread_mutex_destroy(&d->d_lock);
	free(d);
}

/* ---- Contents ---- */

void
rumptest_disk_get(struct rumptest_disk *d, void *data, size_t len, uint64_t off)
{
	pthread_mutex_lock(&d->d_lock);
	rumptest_image_get(d->d_now, data, len, off);
	pthread_mutex_unlock(&d->d_lock);
}

int
rumptest_disk_put(struct rumptest_disk *d, const void *data, size_t len, uint64_t off)
{
	int error = 0;

	if (off > d->d_size || len > d->d_size - off)
		return EINVAL;
	pthread_mutex_lock(&d->d_lock);
	if (d->d_nlog != 0)
		error = EBUSY;
	else if (!rumptest__image_put(d->d_base, data, len, off))
		error = ENOMEM;
	pthread_mutex_unlock(&d->d_lock);
	return error;
}

int
rumptest_disk_load(struct rumptest_disk *d, const char *path)
{
	static const char zeroes[SIM_PAGE];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	char page[SIM_PAGE];
	uint64_t off = 0;
	ssize_t n = 0;
	int error = 0;

	if (fd == -1)
		return errno;
	while (error == 0 && (n = read(fd, page, sizeof(page))) > 0) {
		if (memcmp(page, zeroes, (size_t)n) != 0)
			error = rumptest_disk_put(d, page, (size_t)n, off);
		off += (uint64_t)n;
	}
	if (n == -1)
		error = errno;
	close(fd);
	return error;
}

/* ---- The log ---- */

uint64_t
rumptest_disk_log(const struct rumptest_disk *d)
{
	return __atomic_load_n(&d->d_nlog, __ATOMIC_ACQUIRE);
}

const struct rumptest_logentry *
rumptest_disk_logentry(const struct rumptest_disk *d, uint64_t i)
{
	return i < d->d_nlog ? &d->d_log[i] : NULL;
}

/* locks: d_lock. */
static int
log_add(struct rumptest_disk *d, struct rumptest_logentry e)
{
	struct rumptest_logentry *log = d->d_log;
	void *copy = NULL;

	if (d->d_nlog == d->d_maxlog) {
		const uint64_t max = d->d_maxlog == 0 ? 64 : 2 * d->d_maxlog;

		log = realloc(log, max * sizeof(*log));
		if (log == NULL)
			return ENOMEM;
		d->d_log = log;
		d->d_maxlog = max;
	}
	if (e.len != 0) {
		copy = malloc(e.len);
		if (copy == NULL)
			return ENOMEM;
		memcpy(copy, e.data, e.len);
	}
	e.data = copy;
	log[d->d_nlog] = e;
	__atomic_store_n(&d->d_nlog, d->d_nlog + 1, __ATOMIC_RELEASE);
	return 0;
}

/* ---- What the driver asks ---- */

static long long
model_delay(void *disk, int op, unsigned long long off, unsigned long len)
{
	struct rumptest_disk *const d = disk;
	long long ns;

	pthread_mutex_lock(&d->d_lock);
	ns = rumptest__fault_delay(d, op, off, len);
	pthread_mutex_unlock(&d->d_lock);
	return ns;
}

/* locks: d_lock. */
static int
model_write(struct rumptest_disk *d, uint64_t off, const void *data, size_t len, bool fua)
{
	int error;

	error = log_add(d,
	    (struct rumptest_logentry){
		.type = RUMPTEST_WRITE, .off = off, .len = len, .data = data, .fua = fua });
	if (error == 0 && !rumptest__image_put(d->d_now, data, len, off))
		error = ENOMEM;
	if (error == 0)
		rumptest__fault_written(d, off, len);
	return error;
}

static int
model_transfer(void *disk, int op, unsigned long long off, void *data, unsigned long len, int fua,
    unsigned long *done)
{
	struct rumptest_disk *const d = disk;
	struct sim_verdict v;

	pthread_mutex_lock(&d->d_lock);
	v = rumptest__fault_judge(d, op, off, len);
	v.v_bytes -= v.v_bytes % d->d_sector;
	if (v.v_error == 0 && op == SIMDISK_READ)
		rumptest_image_get(d->d_now, data, v.v_bytes, off);
	else if (v.v_error == 0 && op == SIMDISK_FLUSH)
		v.v_error = log_add(d, (struct rumptest_logentry){ .type = RUMPTEST_FLUSH });
	else if (v.v_error == 0 && v.v_bytes != 0)
		v.v_error = model_write(d, off, data, v.v_bytes, fua != 0);
	pthread_mutex_unlock(&d->d_lock);
	*done = v.v_error == 0 ? v.v_bytes : 0;
	return v.v_error;
}

static const struct rump_simdisk_ops model_ops = {
	.so_delay = model_delay,
	.so_transfer = model_transfer,
};

const char *
rumptest_disk_attach(struct rumptest_disk *d)
{
	int unit;

	rump_schedule();
	unit = rump_simdisk_attach(&model_ops, d, d->d_size, d->d_sector);
	rump_unschedule();
	if (unit < 0) {
		errno = -unit;
		return NULL;
	}
	d->d_unit = unit;
	snprintf(d->d_path, sizeof(d->d_path), "/dev/sd_sim%d", unit);
	return d->d_path;
}

void
rumptest_disk_detach(struct rumptest_disk *d)
{
	rump_schedule();
	rump_simdisk_detach(d->d_unit);
	rump_unschedule();
	d->d_unit = -1;
}
