/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What is held, and the base's own part of it: processes, descriptors, kernel threads. */
#include "rump_census.h"

#ifdef DIAGNOSTIC
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kthread.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include <lib/libkern/libkern.h>

#include <rump/rump_check.h>

#include "rump_entry.h"
#include "rump_mem.h"
#include "rump_sched.h"

struct rump_census {
	rump_check_line rc_fn;
	void *rc_arg;
};

static LIST_HEAD(, rump_census_source) sources; /* boot and halt write it */

void
rump_census_add(struct rump_census_source *cs)
{
	LIST_INSERT_HEAD(&sources, cs, cs_link);
}

void
rump_census_remove(struct rump_census_source *cs)
{
	LIST_REMOVE(cs, cs_link);
}

void
rump_census_say(struct rump_census *rc, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	(*rc->rc_fn)(rc->rc_arg, line);
}

/* ---- The base's own ---- */

static void
walk_descriptors(struct rump_census *rc, struct proc *p)
{
	struct filedesc *const fdp = p->p_fd;

	if (fdp == NULL)
		return;
	mutex_enter(&fdp->fd_lock);
	for (int fd = 0; fd <= fdp->fd_lastfile; fd++) {
		const fdfile_t *const ff = fdp->fd_dt->dt_ff[fd];

		if (ff == NULL || !ff->ff_allocated)
			continue;
		if (ff->ff_file == NULL)
			rump_census_say(
			    rc, "descriptor %d of process %d, without a file", fd, p->p_pid);
		else
			rump_census_say(rc, "descriptor %d of process %d, a file of type %d", fd,
			    p->p_pid, ff->ff_file->f_type);
	}
	mutex_exit(&fdp->fd_lock);
}

static void
walk_processes(struct rump_census *rc)
{
	const struct lwp *l;
	struct proc *p;

	mutex_enter(&proc_lock);
	LIST_FOREACH (p, &allproc, p_list) {
		rump_census_say(rc, "process %d", p->p_pid);
		walk_descriptors(rc, p);
	}
	LIST_FOREACH (l, &alllwp, l_list)
		if (l->l_kthread != NULL && !rump_kthread_own(l))
			rump_census_say(rc, "kernel thread \"%s\"", l->l_name);
	mutex_exit(&proc_lock);
}

static void
walk_all(struct rump_census *rc)
{
	const struct rump_census_source *cs;

	walk_processes(rc);
	LIST_FOREACH (cs, &sources, cs_link)
		(*cs->cs_walk)(rc);
}

int
rump_check_census(rump_check_line fn, void *arg)
{
	struct rump_census rc = { .rc_fn = fn, .rc_arg = arg };
	struct lwp *l;
	const int error = rump_enter(&l);

	if (error != 0)
		return error;
	walk_all(&rc);
	rump_leave();
	return 0;
}

size_t
rump_check_leaks(void)
{
	return rump_mem_leaks;
}
#endif /* DIAGNOSTIC */
