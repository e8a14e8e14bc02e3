/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Whom a file tells of input (SIGIO), and printing to whom a process belongs.
 *
 * An owner is a process (positive) or a group (negative); 0 is nobody.  TIOCSPGRP and TIOCGPGRP name
 * a group by its own number.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/tprintf.h>
#include <sys/ttycom.h>

#include <stdarg.h>

#include "rump_signal.h"

int
fsetown(pid_t *pgid, u_long cmd, const void *data)
{
	pid_t id = *(const pid_t *)data;
	const struct pgrp *pg;
	int error = 0;

	if (id == INT_MIN || (cmd == TIOCSPGRP && id < 0))
		return EINVAL;
	if (cmd == TIOCSPGRP)
		id = -id;
	mutex_enter(&proc_lock);
	if (id > 0)
		error = proc_find(id) != NULL ? 0 : ESRCH;
	else if (id < 0) {
		pg = pgrp_find(-id);
		if (pg == NULL)
			error = ESRCH;
		else if (cmd == TIOCSPGRP && pg->pg_session != curproc->p_session)
			error = EPERM;
	}
	mutex_exit(&proc_lock);
	if (error == 0)
		*pgid = id;
	return error;
}

int
fgetown(pid_t pgid, u_long cmd, void *data)
{
	*(pid_t *)data = cmd == TIOCGPGRP ? -pgid : pgid;
	return 0;
}

void
fownsignal(pid_t pgid, int signo, int code, int band, void *fdescdata)
{
	struct proc *p;
	ksiginfo_t ksi;

	if (pgid == 0)
		return;
	KSI_INIT(&ksi);
	ksi.ksi_flags = 0;
	ksi.ksi_signo = signo;
	ksi.ksi_code = code;
	ksi.ksi_band = band;
	mutex_enter(&proc_lock);
	if (pgid < 0)
		kpgsignal(pgrp_find(-pgid), &ksi, fdescdata, 0);
	else if ((p = proc_find(pgid)) != NULL)
		kpsignal(p, &ksi, fdescdata);
	mutex_exit(&proc_lock);
}

/* ---- tprintf(9) ---- */

tpr_t
tprintf_open(struct proc *p)
{
	struct session *s = NULL;

	mutex_enter(&proc_lock);
	if ((p->p_lflag & PL_CONTROLT) != 0) {
		s = p->p_session;
		proc_sesshold(s);
	}
	mutex_exit(&proc_lock);
	return s;
}

void
tprintf_close(tpr_t tpr)
{
	if (tpr == NULL)
		return;
	mutex_enter(&proc_lock);
	proc_sessrele(tpr); /* lets go of proc_lock */
}

/* Terminals are no base device: the console stands in for them. */
void
tprintf(tpr_t tpr, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}
