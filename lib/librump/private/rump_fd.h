/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Descriptors: what the sources of file/ share.  The model stands in <sys/filedesc.h>. */
#ifndef RUMP_FD_H
#define RUMP_FD_H

#include <sys/atomic.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/systm.h>

/* The fdfile of a number, or NULL when the table does not reach so far. */
static __always_inline fdfile_t *
fd_slot(const filedesc_t *fdp, unsigned int fd)
{
	const fdtab_t *const dt = atomic_load_consume(&fdp->fd_dt);

	return __predict_true(fd < dt->dt_nfiles) ? dt->dt_ff[fd] : NULL;
}

/* The same of a number that is known to be within the table. */
static __always_inline fdfile_t *
fd_slot_known(const filedesc_t *fdp, unsigned int fd)
{
	const fdtab_t *const dt = atomic_load_consume(&fdp->fd_dt);

	KASSERT(fd < dt->dt_nfiles);
	return dt->dt_ff[fd];
}

/* Mark a free number taken, or give it back.  locks: fd_lock held. */
void fd_used(filedesc_t *fdp, unsigned int fd);
void fd_unused(filedesc_t *fdp, unsigned int fd);
/* Make the table reach to number fd, whatever the limits.  sleeps. */
void fd_reserve(filedesc_t *fdp, unsigned int fd);
/* One more number than the process may use. */
int fd_limit(struct proc *p);

/* p's fcntl(2) locks on a file end.  sleeps. */
void fd_posix_unlock(struct proc *p, file_t *fp);

/* A new file without operations, f_count 0, cred referenced.  errors: ENFILE.  sleeps. */
int file_alloc(file_t **fpp);
/* Free a file that was never opened or is closed. */
void file_free(file_t *fp);
/* One reference more, on f_count. */
void file_hold(file_t *fp);
int rump_filepool_init(void);
void rump_filepool_fini(void);

#endif /* RUMP_FD_H */
