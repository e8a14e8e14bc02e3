/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Descriptor numbers: which are taken, and how a table grows.
 *
 * fd_lomap has a bit for each number, fd_himap one for each word of fd_lomap without a zero, so the
 * lowest free number among a million is found in a few hundred words at worst; fd_freefile says
 * where to begin.  A table doubles: the new array takes over the old one's fdfiles, brings a chunk
 * of fresh ones for the new numbers, and keeps the old array, which lookups may still be reading,
 * on dt_link until the table's end.  All arrays together are less than twice the last one.
 */
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/systm.h>

#include "rump_fd.h"
#include "rump_fdtab.h"

#define WORDBITS 64

int
fd_limit(struct proc *p)
{
	const rlim_t lim = atomic_load_relaxed(&p->p_limit->pl_rlimit[RLIMIT_NOFILE].rlim_cur);
	const int max = atomic_load_relaxed(&maxfiles);

	return lim < (rlim_t)max ? (int)lim : max;
}

/* The first zero bit at or after bit start of a map of nbits, or nbits. */
static u_int
map_next_zero(const uint64_t *map, u_int start, u_int nbits)
{
	u_int w = start / WORDBITS;
	uint64_t zeros;

	if (start >= nbits)
		return nbits;
	zeros = ~map[w] & (~(uint64_t)0 << (start % WORDBITS));
	while (zeros == 0) {
		if (++w >= howmany(nbits, WORDBITS))
			return nbits;
		zeros = ~map[w];
	}
	return MIN(w * WORDBITS + (u_int)__builtin_ctzll(zeros), nbits);
}

/* The lowest free number >= want, or last.  locks: fd_lock held. */
static u_int
fd_next_free(const filedesc_t *fdp, u_int want, u_int last)
{
	u_int fd, word;

	if (want >= last)
		return last;
	fd = map_next_zero(fdp->fd_lomap, want, MIN(roundup(want + 1, WORDBITS), last));
	if (fd < MIN(roundup(want + 1, WORDBITS), last))
		return fd;
	/* The rest of want's own word is full: find a word that is not. */
	word = map_next_zero(fdp->fd_himap, want / WORDBITS + 1, howmany(last, WORDBITS));
	return map_next_zero(fdp->fd_lomap, word * WORDBITS, last);
}

void
fd_used(filedesc_t *fdp, unsigned int fd)
{
	const u_int w = fd / WORDBITS;

	KASSERT(mutex_owned(&fdp->fd_lock));
	KASSERT((fdp->fd_lomap[w] & ((uint64_t)1 << (fd % WORDBITS))) == 0);
	fdp->fd_lomap[w] |= (uint64_t)1 << (fd % WORDBITS);
	if (fdp->fd_lomap[w] == ~(uint64_t)0)
		fdp->fd_himap[w / WORDBITS] |= (uint64_t)1 << (w % WORDBITS);
	if ((int)fd > fdp->fd_lastfile)
		fdp->fd_lastfile = (int)fd;
	fdp->fd_dt->dt_ff[fd]->ff_allocated = true;
}

void
fd_unused(filedesc_t *fdp, unsigned int fd)
{
	const u_int w = fd / WORDBITS;

	KASSERT(mutex_owned(&fdp->fd_lock));
	KASSERT(fdp->fd_dt->dt_ff[fd]->ff_allocated);
	KASSERT(atomic_load_relaxed(&fdp->fd_dt->dt_ff[fd]->ff_file) == NULL);
	fdp->fd_lomap[w] &= ~((uint64_t)1 << (fd % WORDBITS));
	fdp->fd_himap[w / WORDBITS] &= ~((uint64_t)1 << (w % WORDBITS));
	fdp->fd_dt->dt_ff[fd]->ff_allocated = false;
	atomic_store_relaxed(&fdp->fd_dt->dt_ff[fd]->ff_exclose, false);
	if ((int)fd < fdp->fd_freefile)
		fdp->fd_freefile = (int)fd;
	while (fdp->fd_lastfile >= 0 && !fdp->fd_dt->dt_ff[fdp->fd_lastfile]->ff_allocated)
		fdp->fd_lastfile--;
}

int
fd_alloc(struct proc *p, int want, int *result)
{
	filedesc_t *const fdp = p->p_fd;
	u_int fd, from, last;
	int lim;

	KASSERT(want >= 0);
	lim = fd_limit(p);
	mutex_enter(&fdp->fd_lock);
	last = MIN(fdp->fd_dt->dt_nfiles, (u_int)lim);
	from = (u_int)MAX(want, fdp->fd_freefile);
	fd = fd_next_free(fdp, from, last);
	if (fd < last) {
		fd_used(fdp, fd);
		if (want <= fdp->fd_freefile)
			fdp->fd_freefile = (int)fd + 1;
		mutex_exit(&fdp->fd_lock);
		*result = (int)fd;
		return 0;
	}
	mutex_exit(&fdp->fd_lock);
	return MAX(from, last) >= (u_int)lim ? EMFILE : ENOSPC;
}

fdtab_t *
fdtab_alloc(u_int nfiles, u_int fresh)
{
	fdtab_t *const dt = kmem_zalloc(FDTAB_SIZE(nfiles), KM_SLEEP);
	fdfile_t *ff;

	dt->dt_nfiles = nfiles;
	dt->dt_nfresh = fresh;
	dt->dt_chunk = kmem_zalloc(FDTAB_CHUNKSIZE(fresh), KM_SLEEP);
	/* Aligned by hand: kmem(9) promises 16 bytes only. */
	ff = (fdfile_t *)roundup2((uintptr_t)dt->dt_chunk, _Alignof(fdfile_t));
	for (u_int i = 0; i < fresh; i++) {
		cv_init(&ff[i].ff_closing, "fdclose");
		dt->dt_ff[nfiles - fresh + i] = &ff[i];
	}
	return dt;
}

void
fdtab_free(fdtab_t *dt)
{
	for (u_int i = dt->dt_nfiles - dt->dt_nfresh; i < dt->dt_nfiles; i++)
		cv_destroy(&dt->dt_ff[i]->ff_closing);
	kmem_free(dt->dt_chunk, FDTAB_CHUNKSIZE(dt->dt_nfresh));
	kmem_free(dt, FDTAB_SIZE(dt->dt_nfiles));
}

void
fd_freemaps(filedesc_t *fdp)
{
	const u_int n = fdp->fd_dt->dt_nfiles;

	if (n > NDFILE) {
		kmem_free(fdp->fd_lomap, FD_LOMAPSIZE(n));
		kmem_free(fdp->fd_himap, FD_HIMAPSIZE(n));
	}
}

/* Go over to a larger array and larger maps.  locks: fd_lock held. */
static void
fd_switch(filedesc_t *fdp, fdtab_t *dt, uint64_t *lomap, uint64_t *himap)
{
	fdtab_t *const old = fdp->fd_dt;

	memcpy(lomap, fdp->fd_lomap, FD_LOMAPSIZE(old->dt_nfiles));
	memcpy(himap, fdp->fd_himap, FD_HIMAPSIZE(old->dt_nfiles));
	memcpy(dt->dt_ff, old->dt_ff, old->dt_nfiles * sizeof(old->dt_ff[0]));
	dt->dt_link = old;
	fd_freemaps(fdp);
	fdp->fd_lomap = lomap;
	fdp->fd_himap = himap;
	atomic_store_release(&fdp->fd_dt, dt);
}

void
fd_reserve(filedesc_t *fdp, unsigned int fd)
{
	const u_int old = atomic_load_relaxed(&fdp->fd_dt)->dt_nfiles;
	uint64_t *lomap, *himap;
	u_int want;
	fdtab_t *dt;

	if (fd < old)
		return;
	for (want = NDEXTENT; want <= fd; want *= 2)
		continue;
	dt = fdtab_alloc(want, want - old);
	lomap = kmem_zalloc(FD_LOMAPSIZE(want), KM_SLEEP);
	himap = kmem_zalloc(FD_HIMAPSIZE(want), KM_SLEEP);

	mutex_enter(&fdp->fd_lock);
	if (fdp->fd_dt->dt_nfiles == old) {
		fd_switch(fdp, dt, lomap, himap);
		mutex_exit(&fdp->fd_lock);
		return;
	}
	mutex_exit(&fdp->fd_lock);
	/* Someone else was faster; look again whether that is enough. */
	fdtab_free(dt);
	kmem_free(lomap, FD_LOMAPSIZE(want));
	kmem_free(himap, FD_HIMAPSIZE(want));
	fd_reserve(fdp, fd);
}

void
fd_tryexpand(struct proc *p)
{
	const u_int n = atomic_load_relaxed(&p->p_fd->fd_dt)->dt_nfiles;

	if (n < (u_int)fd_limit(p))
		fd_reserve(p->p_fd, n);
}
