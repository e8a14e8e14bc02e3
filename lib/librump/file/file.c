/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Files: allocation against kern.maxfiles, references, the last close, and the defaults that file
 * types fill their tables with.
 *
 * The reference count f_count is touched when a descriptor is made, duplicated or closed, never by
 * a read or write.  A count of one belongs to the caller of closef() alone, who needs no lock then.
 */
#include <sys/file.h>
#include <sys/errno.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/syslog.h>
#include <sys/systm.h>
#include <sys/timevar.h>

#include "rump_event.h"
#include "rump_fd.h"

#define MAXFILES_DEFAULT 1048576

int maxfiles;
u_int nfiles;
static pool_cache_t file_cache;

static int
file_ctor(void *arg, void *obj, int flags)
{
	file_t *const fp = obj;

	memset(fp, 0, sizeof(*fp));
	mutex_init(&fp->f_lock, MUTEX_DEFAULT, IPL_NONE);
	return 0;
}

static void
file_dtor(void *arg, void *obj)
{
	file_t *const fp = obj;

	mutex_destroy(&fp->f_lock);
}

int
rump_filepool_init(void)
{
	maxfiles = MAXFILES_DEFAULT;
	nfiles = 0;
	file_cache = pool_cache_init(sizeof(file_t), COHERENCY_UNIT, 0, 0, "file", NULL, IPL_NONE,
	    file_ctor, file_dtor, NULL);
	return 0;
}

void
rump_filepool_fini(void)
{
	KASSERTMSG(nfiles == 0, "%u files are still open", nfiles);
	pool_cache_destroy(file_cache);
}

static void
file_table_full(void)
{
	static struct timeval last;
	static int pps;

	if (ppsratecheck(&last, &pps, 1))
		log(LOG_ERR, "file table is full (kern.maxfiles is %d)\n", maxfiles);
}

int
file_alloc(file_t **fpp)
{
	file_t *fp;

	if (atomic_inc_uint_nv(&nfiles) > (u_int)atomic_load_relaxed(&maxfiles)) {
		atomic_dec_uint(&nfiles);
		file_table_full();
		return ENFILE;
	}
	fp = pool_cache_get(file_cache, PR_WAITOK);
	fp->f_offset = 0;
	fp->f_cred = kauth_cred_hold(kauth_cred_get());
	fp->f_ops = NULL;
	fp->f_data = NULL;
	fp->f_flag = 0;
	fp->f_type = 0;
	fp->f_advice = 0;
	fp->f_count = 0;
	fp->f_msgcount = 0;
	fp->f_unpcount = 0;
	*fpp = fp;
	return 0;
}

void
file_free(file_t *fp)
{
	KASSERT(fp->f_count == 0);
	kauth_cred_free(fp->f_cred);
	pool_cache_put(file_cache, fp);
	atomic_dec_uint(&nfiles);
}

void
file_hold(file_t *fp)
{
	mutex_enter(&fp->f_lock);
	KASSERT(fp->f_count > 0);
	atomic_store_relaxed(&fp->f_count, fp->f_count + 1);
	mutex_exit(&fp->f_lock);
}

/* Drop a reference; true: it was the last. */
static bool
file_rele(file_t *fp)
{
	u_int n;

	if (atomic_load_acquire(&fp->f_count) == 1) {
		atomic_store_relaxed(&fp->f_count, 0);
		return true;
	}
	mutex_enter(&fp->f_lock);
	KASSERT(fp->f_count > 0);
	n = fp->f_count - 1;
	atomic_store_release(&fp->f_count, n);
	mutex_exit(&fp->f_lock);
	return n == 0;
}

int
closef(file_t *fp)
{
	struct flock lf = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	int error = 0;

	if (fp == NULL || !file_rele(fp))
		return 0;
	if ((fp->f_flag & FHASLOCK) != 0 && fp->f_ops->fo_advlock != NULL)
		(void)fp->f_ops->fo_advlock(fp, fp, F_UNLCK, &lf, F_FLOCK);
	if (__predict_false(!LIST_EMPTY(&fp->f_epitems)))
		rump_epoll_fileclose(fp);
	if (fp->f_ops != NULL)
		error = (*fp->f_ops->fo_close)(fp);
	file_free(fp);
	return error;
}

file_t *
fgetdummy(void)
{
	file_t *fp;

	if (file_alloc(&fp) != 0)
		return NULL;
	fp->f_count = 1;
	return fp;
}

void
fputdummy(file_t *fp)
{
	KASSERT(fp->f_count == 1);
	fp->f_count = 0;
	file_free(fp);
}

int
fnullop_fcntl(file_t *fp, u_int cmd, void *data)
{
	return cmd == F_SETFL ? 0 : EOPNOTSUPP;
}

int
fnullop_poll(file_t *fp, int which)
{
	return 0;
}

int
fnullop_kqfilter(file_t *fp, struct knote *kn)
{
	return EOPNOTSUPP;
}

void
fnullop_restart(file_t *fp)
{
}

int
fbadop_read(file_t *fp, off_t *offset, struct uio *uio, kauth_cred_t cred, int flags)
{
	return EOPNOTSUPP;
}

int
fbadop_write(file_t *fp, off_t *offset, struct uio *uio, kauth_cred_t cred, int flags)
{
	return EOPNOTSUPP;
}

int
fbadop_ioctl(file_t *fp, u_long com, void *data)
{
	return EOPNOTSUPP;
}

int
fbadop_stat(file_t *fp, struct stat *sb)
{
	return EOPNOTSUPP;
}

int
fbadop_close(file_t *fp)
{
	return EOPNOTSUPP;
}

int
fbadop_mmap(file_t *fp, off_t *offp, size_t size, int prot, int *flagsp, int *advicep,
    struct uvm_object **uobjp, int *maxprotp)
{
	return EOPNOTSUPP;
}
