/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What shall go wrong, by rules; all of it under d_lock. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simdisk_impl.h"

int
rumptest_disk_fault(struct rumptest_disk *d, const struct rumptest_fault *f)
{
	struct sim_fault *faults;
	int error = ENOMEM;

	pthread_mutex_lock(&d->d_lock);
	faults = realloc(d->d_faults, (d->d_nfaults + 1) * sizeof(*faults));
	if (faults != NULL) {
		d->d_faults = faults;
		faults[d->d_nfaults].f = *f;
		faults[d->d_nfaults].f_met = 0;
		d->d_nfaults++;
		error = 0;
	}
	pthread_mutex_unlock(&d->d_lock);
	return error;
}

void
rumptest_disk_faults_clear(struct rumptest_disk *d)
{
	pthread_mutex_lock(&d->d_lock);
	free(d->d_faults);
	d->d_faults = NULL;
	d->d_nfaults = 0;
	d->d_nlatent = 0;
	pthread_mutex_unlock(&d->d_lock);
}

unsigned
rumptest_disk_faults_done(const struct rumptest_disk *d)
{
	return __atomic_load_n(&d->d_done, __ATOMIC_RELAXED);
}

static bool
meets(uint64_t off, uint64_t len, uint64_t off2, uint64_t len2)
{
	return off < off2 ? off2 - off < len : off - off2 < len2;
}

/* Is it this transfer's turn?  Counts it. */
static bool
strikes(struct rumptest_disk *d, struct sim_fault *sf, int on, uint64_t off, size_t len)
{
	const struct rumptest_fault *const f = &sf->f;

	if ((f->f_on & on) == 0 || (f->f_len != 0 && !meets(off, len, f->f_off, f->f_len)))
		return false;
	sf->f_met++;
	if (sf->f_met < f->f_nth ||
	    (f->f_times != 0 && sf->f_met - (f->f_nth != 0 ? f->f_nth : 1) >= f->f_times))
		return false;
	d->d_done++;
	return true;
}

/* From here on the sectors of [off, off + len) cannot be read. */
static void
spoil(struct rumptest_disk *d, uint64_t off, uint64_t len)
{
	struct sim_range *latent = d->d_latent;

	if (d->d_nlatent == d->d_maxlatent) {
		const size_t max = d->d_maxlatent == 0 ? 16 : 2 * d->d_maxlatent;

		latent = realloc(latent, max * sizeof(*latent));
		if (latent == NULL)
			abort(); /* a fault that does not happen would be a lie */
		d->d_latent = latent;
		d->d_maxlatent = max;
	}
	latent[d->d_nlatent++] = (struct sim_range){ off, len };
}

/* A range without what was written: one, none, or two pieces. */
void
rumptest__fault_written(struct rumptest_disk *d, uint64_t off, size_t len)
{
	for (size_t i = 0; i < d->d_nlatent;) {
		struct sim_range *const r = &d->d_latent[i];
		const uint64_t end = r->r_off + r->r_len;

		if (!meets(off, len, r->r_off, r->r_len)) {
			i++;
			continue;
		}
		if (off + len < end)
			spoil(d, off + len, end - (off + len));
		if (d->d_latent[i].r_off < off) {
			d->d_latent[i].r_len = off - d->d_latent[i].r_off;
			i++;
		} else {
			d->d_latent[i] = d->d_latent[--d->d_nlatent];
		}
	}
}

struct sim_verdict
rumptest__fault_judge(struct rumptest_disk *d, int on, uint64_t off, size_t len)
{
	struct sim_verdict v = { 0, len };

	for (unsigned i = 0; i < d->d_nfaults; i++) {
		struct sim_fault *const sf = &d->d_faults[i];

		if (sf->f.f_kind == RUMPTEST_SLOW || !strikes(d, sf, on, off, len))
			continue;
		if (sf->f.f_kind == RUMPTEST_FAIL && v.v_error == 0)
			v.v_error = sf->f.f_error != 0 ? sf->f.f_error : EIO;
		else if (sf->f.f_kind == RUMPTEST_SHORT && sf->f.f_bytes < v.v_bytes)
			v.v_bytes = sf->f.f_bytes;
		else if (sf->f.f_kind == RUMPTEST_LATENT)
			spoil(d, sf->f.f_len != 0 ? sf->f.f_off : off,
			    sf->f.f_len != 0 ? sf->f.f_len : len);
	}
	for (size_t i = 0; on == RUMPTEST_ON_READ && i < d->d_nlatent; i++)
		if (v.v_error == 0 && meets(off, len, d->d_latent[i].r_off, d->d_latent[i].r_len))
			v.v_error = EIO;
	return v;
}

int64_t
rumptest__fault_delay(struct rumptest_disk *d, int on, uint64_t off, size_t len)
{
	int64_t ns = 0;

	for (unsigned i = 0; i < d->d_nfaults; i++)
		if (d->d_faults[i].f.f_kind == RUMPTEST_SLOW &&
		    strikes(d, &d->d_faults[i], on, off, len))
			ns += d->d_faults[i].f.f_ns;
	return ns;
}
