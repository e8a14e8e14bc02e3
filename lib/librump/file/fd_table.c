/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Descriptor tables as a whole: made, copied, shared, freed.
 *
 * A table is counted twice: fd_refcnt by the processes that have it (the last one closes all), and
 * fd_nlwps by the lwps that look up in it.  The second lwp of a table makes it shared, which it then
 * remains: lookups count with atomic operations from there on (file/fd_lookup.c).
 */
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rump_event.h"
#include "rump_fd.h"
#include "rump_fdtab.h"
#include "rump_file.h"
#include "rump_pipe.h"
#include "rump_rcu.h"

static pool_cache_t fdtable_cache;
struct filedesc *rump_filedesc0;

static void fd_destroy(filedesc_t *);

int
rump_file_init(void)
{
	int error;

	error = rump_filepool_init();
	if (error != 0)
		return error;
	error = rump_event_init();
	if (error != 0) {
		rump_filepool_fini();
		return error;
	}
	rump_pipe_init();
	fdtable_cache = pool_cache_init(FDTABLE_SIZE, _Alignof(struct fdtable), 0, 0, "filedesc",
	    NULL, IPL_NONE, NULL, NULL, NULL);
	rump_filedesc0 = fd_init(NULL);
	return 0;
}

void
rump_file_fini(void)
{
	fd_destroy(rump_filedesc0);
	rump_filedesc0 = NULL;
	pool_cache_destroy(fdtable_cache);
	rump_event_fini();
	rump_pipe_fini();
	rump_filepool_fini();
}

filedesc_t *
fd_init(filedesc_t *fdp)
{
	struct fdtable *ft;

	KASSERT(fdp == NULL);
	ft = pool_cache_get(fdtable_cache, PR_WAITOK);
	memset(ft, 0, FDTABLE_SIZE);
	fdp = &ft->ft_fd;
	mutex_init(&fdp->fd_lock, MUTEX_DEFAULT, IPL_NONE);
	ft->ft_dt.dt_nfiles = NDFILE;
	for (u_int i = 0; i < NDFILE; i++) {
		cv_init(&fdp->fd_dfdfile[i].ff_closing, "fdclose");
		ft->ft_dt.dt_ff[i] = &fdp->fd_dfdfile[i];
	}
	fdp->fd_lomap = &ft->ft_lomap;
	fdp->fd_himap = &ft->ft_himap;
	fdp->fd_lastfile = -1;
	fdp->fd_lastkqfile = -1;
	fdp->fd_refcnt = 1;
	atomic_store_release(&fdp->fd_dt, &ft->ft_dt);
	return fdp;
}

/* Free a table without open files. */
static void
fd_destroy(filedesc_t *fdp)
{
	struct fdtable *const ft = container_of(fdp, struct fdtable, ft_fd);
	fdtab_t *dt, *next;

	KASSERT(fdp->fd_lastfile == -1);
	fd_freemaps(fdp);
	for (dt = fdp->fd_dt; dt != &ft->ft_dt; dt = next) {
		next = dt->dt_link;
		fdtab_free(dt);
	}
	for (u_int i = 0; i < NDFDFILE; i++)
		cv_destroy(&fdp->fd_dfdfile[i].ff_closing);
	mutex_destroy(&fdp->fd_lock);
	pool_cache_put(fdtable_cache, ft);
}

void
fd_hold(struct lwp *l)
{
	filedesc_t *const fdp = l->l_proc->p_fd;

	l->l_fd = fdp;
	if (atomic_inc_uint_nv(&fdp->fd_nlwps) > 1 && !atomic_load_acquire(&fdp->fd_settled)) {
		/* A third lwp may come while the second still waits: it waits, too. */
		atomic_store_relaxed(&fdp->fd_shared, true);
		rump_rcu_synchronize();
		atomic_store_release(&fdp->fd_settled, true);
	}
}

void
fd_drop(struct lwp *l)
{
	atomic_dec_uint(&l->l_fd->fd_nlwps);
	l->l_fd = NULL;
}

void
fd_share(struct proc *p)
{
	filedesc_t *const fdp = curlwp->l_fd;

	atomic_inc_uint(&fdp->fd_refcnt);
	p->p_fd = fdp;
}

/* Copy a descriptor, if there is one.  locks: fd_lock of both tables held. */
static void
fd_copy1(const fdfile_t *from, filedesc_t *to, u_int fd)
{
	file_t *const fp = atomic_load_acquire(&from->ff_file);
	fdfile_t *const ff = fd_slot_known(to, fd);

	/* An event queue watches the descriptors of one process: it is not inherited. */
	if (fp == NULL || fp->f_type == DTYPE_KQUEUE)
		return;
	file_hold(fp);
	fd_used(to, fd);
	ff->ff_exclose = from->ff_exclose;
	atomic_store_release(&ff->ff_file, fp);
}

filedesc_t *
fd_copy(void)
{
	filedesc_t *const fdp = curlwp->l_fd;
	filedesc_t *const newfdp = fd_init(NULL);

	mutex_enter(&fdp->fd_lock);
	while (fdp->fd_lastfile >= (int)newfdp->fd_dt->dt_nfiles) {
		const u_int last = (u_int)fdp->fd_lastfile;

		mutex_exit(&fdp->fd_lock);
		fd_reserve(newfdp, last);
		mutex_enter(&fdp->fd_lock);
	}
	mutex_enter(&newfdp->fd_lock);
	for (int fd = 0; fd <= fdp->fd_lastfile; fd++)
		fd_copy1(fdp->fd_dt->dt_ff[fd], newfdp, (u_int)fd);
	newfdp->fd_exclose = fdp->fd_exclose;
	mutex_exit(&newfdp->fd_lock);
	mutex_exit(&fdp->fd_lock);
	return newfdp;
}

/* Close a number of a table that nobody looks up in any more. */
static void
fd_close_dead(struct proc *p, filedesc_t *fdp, u_int fd)
{
	fdfile_t *const ff = fd_slot_known(fdp, fd);
	file_t *const fp = atomic_load_relaxed(&ff->ff_file);

	KASSERT(atomic_load_relaxed(&ff->ff_refcnt) == 0);
	if (!ff->ff_allocated)
		return;
	KASSERT(fp != NULL);
	atomic_store_relaxed(&ff->ff_file, NULL);
	if (!SLIST_EMPTY(&ff->ff_knlist))
		rump_knote_fdclose(fdp, fd);
	mutex_enter(&fdp->fd_lock);
	fd_unused(fdp, fd);
	mutex_exit(&fdp->fd_lock);
	fd_posix_unlock(p, fp);
	(void)closef(fp);
}

/* p leaves a table that others go on using: its fcntl(2) locks end all the same. */
static void
fd_unlock_all(struct proc *p, filedesc_t *fdp)
{
	file_t *fp;

	if ((atomic_load_relaxed(&p->p_flag) & PK_ADVLOCK) == 0)
		return;
	for (u_int fd = 0; fd < atomic_load_relaxed(&fdp->fd_dt)->dt_nfiles; fd++) {
		fp = fd_getfile2(p, fd);
		if (fp != NULL) {
			fd_posix_unlock(p, fp);
			(void)closef(fp);
		}
	}
}

void
fd_free(struct proc *p)
{
	filedesc_t *const fdp = p->p_fd;

	ASSERT_SLEEPABLE();
	if (atomic_dec_uint_nv(&fdp->fd_refcnt) > 0) {
		fd_unlock_all(p, fdp);
		p->p_fd = NULL;
		return;
	}
	KASSERT(atomic_load_relaxed(&fdp->fd_nlwps) == 0);
	for (int fd = fdp->fd_lastfile; fd >= 0; fd--)
		fd_close_dead(p, fdp, (u_int)fd);
	p->p_fd = NULL;
	fd_destroy(fdp);
}

int
fd_closefrom(int startfd)
{
	filedesc_t *const fdp = curlwp->l_fd;

	if (startfd < 0)
		return EBADF;
	for (int fd = fdp->fd_lastfile; fd >= startfd; fd--)
		if (fd_getfile((u_int)fd) != NULL)
			(void)fd_close((u_int)fd);
	return 0;
}

void
fd_closeexec(void)
{
	filedesc_t *const fdp = curlwp->l_fd;

	if (!fdp->fd_exclose)
		return;
	fdp->fd_exclose = false;
	for (int fd = 0; fd <= fdp->fd_lastfile; fd++)
		if (fd_slot_known(fdp, (u_int)fd)->ff_exclose && fd_getfile((u_int)fd) != NULL)
			(void)fd_close((u_int)fd);
}

void
fd_set_exclose(struct lwp *l, int fd, bool exclose)
{
	filedesc_t *const fdp = l->l_fd;

	mutex_enter(&fdp->fd_lock);
	atomic_store_relaxed(&fd_slot_known(fdp, (u_int)fd)->ff_exclose, exclose);
	if (exclose)
		fdp->fd_exclose = true;
	mutex_exit(&fdp->fd_lock);
}
