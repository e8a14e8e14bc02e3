/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Process groups and sessions, with the rules of setpgid(2) and setsid(2) in POSIX.1-2017.
 *
 * A group lives while it has members, a session while it has groups (or somebody holds it).  All of
 * it changes under proc_lock; memory is taken before the lock or without waiting.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/proc.h>

#include "rump_pgrp.h"

static LIST_HEAD(, pgrp) groups; /* proc_lock */

int
rump_pgrp_init(void)
{
	LIST_INIT(&groups);
	return 0;
}

void
rump_pgrp_fini(void)
{
	KASSERT(LIST_EMPTY(&groups));
}

struct pgrp *
pgrp_find(pid_t pgid)
{
	struct pgrp *pg;

	KASSERT(mutex_owned(&proc_lock));
	LIST_FOREACH (pg, &groups, pg_hash) {
		if (pg->pg_id == pgid)
			return pg;
	}
	return NULL;
}

void
proc_sesshold(struct session *s)
{
	KASSERT(mutex_owned(&proc_lock));
	s->s_count++;
}

/* NetBSD's contract: proc_lock is held on entry and released on return. */
void
proc_sessrele(struct session *s)
{
	bool last;

	KASSERT(mutex_owned(&proc_lock));
	last = --s->s_count == 0;
	mutex_exit(&proc_lock);
	if (last)
		kmem_free(s, sizeof(*s));
}

static void
session_drop_locked(struct session *s)
{
	if (--s->s_count == 0)
		kmem_free(s, sizeof(*s));
}

void
rump_pgrp_leave(struct proc *p)
{
	struct pgrp *const pg = p->p_pgrp;

	KASSERT(mutex_owned(&proc_lock));
	if (pg == NULL)
		return;
	if (SESS_LEADER(p))
		pg->pg_session->s_leader = NULL;
	LIST_REMOVE(p, p_pglist);
	p->p_pgrp = NULL;
	if (LIST_EMPTY(&pg->pg_members)) {
		LIST_REMOVE(pg, pg_hash);
		session_drop_locked(pg->pg_session);
		kmem_free(pg, sizeof(*pg));
	}
}

static void
join_locked(struct proc *p, struct pgrp *pg)
{
	LIST_INSERT_HEAD(&pg->pg_members, p, p_pglist);
	p->p_pgrp = pg;
}

/* Whether p keeps group pg from being orphaned: its parent is elsewhere in the session. */
static bool
qualifies(const struct proc *p, const struct pgrp *pg)
{
	const struct pgrp *const ppg = p->p_pptr != NULL ? p->p_pptr->p_pgrp : NULL;

	return ppg != NULL && ppg != pg && ppg->pg_session == pg->pg_session;
}

/*
 * p counts in pgrp, and its children in theirs, as long as p is in pgrp.  Children are counted by
 * where p is, so p is in pgrp when this is called, both ways.
 */
void
fixjobc(struct proc *p, struct pgrp *pgrp, int entering)
{
	const int one = entering != 0 ? 1 : -1;
	struct proc *child;

	KASSERT(mutex_owned(&proc_lock));
	KASSERT(p->p_pgrp == pgrp);
	if (qualifies(p, pgrp))
		pgrp->pg_jobc += one;
	LIST_FOREACH (child, &p->p_children, p_sibling)
		if (child->p_pgrp != NULL && qualifies(child, child->p_pgrp))
			child->p_pgrp->pg_jobc += one;
}

void
rump_pgrp_reparented(struct proc *child)
{
	if (child->p_pgrp != NULL && qualifies(child, child->p_pgrp))
		child->p_pgrp->pg_jobc++;
}

/* From its group, if it has one, to pg. */
static void
move_locked(struct proc *p, struct pgrp *pg)
{
	if (p->p_pgrp != NULL)
		fixjobc(p, p->p_pgrp, 0);
	rump_pgrp_leave(p);
	join_locked(p, pg);
	fixjobc(p, pg, 1);
}

/* A new group p->p_pid with p as its member; s NULL: in a new session.  errors: ENOMEM. */
static int
group_make_locked(struct proc *p, struct session *s)
{
	struct pgrp *const pg = kmem_zalloc(sizeof(*pg), KM_NOSLEEP);

	if (pg == NULL)
		return ENOMEM;
	if (s == NULL) {
		s = kmem_zalloc(sizeof(*s), KM_NOSLEEP);
		if (s == NULL) {
			kmem_free(pg, sizeof(*pg));
			return ENOMEM;
		}
		s->s_leader = p;
		s->s_sid = p->p_pid;
		if (p->p_pgrp != NULL)
			memcpy(s->s_login, p->p_session->s_login, sizeof(s->s_login));
	}
	s->s_count++;
	pg->pg_session = s;
	pg->pg_id = p->p_pid;
	LIST_INIT(&pg->pg_members);
	LIST_INSERT_HEAD(&groups, pg, pg_hash);
	move_locked(p, pg);
	return 0;
}

int
rump_pgrp_inherit(struct proc *child, struct proc *parent)
{
	KASSERT(mutex_owned(&proc_lock));
	if (parent == NULL)
		return group_make_locked(child, NULL);
	join_locked(child, parent->p_pgrp);
	child->p_lflag |= parent->p_lflag & PL_CONTROLT;
	return 0; /* with its parent in one group it does not count */
}

/* setpgid(2)'s rules for moving p, by curp, into group pgid. */
static int
enter_check_locked(struct proc *curp, struct proc *p, pid_t pgid)
{
	struct pgrp *pg;

	if (p == NULL || (p != curp && p->p_pptr != curp))
		return ESRCH;
	if (p != curp && p->p_session != curp->p_session)
		return EPERM;
	if (p != curp && (p->p_flag & PK_EXEC) != 0)
		return EACCES;
	if (SESS_LEADER(p))
		return EPERM;
	if (pgid == p->p_pid)
		return 0;
	pg = pgrp_find(pgid);
	if (pg == NULL || pg->pg_session != curp->p_session)
		return EPERM;
	return 0;
}

int
proc_enterpgrp(struct proc *curp, pid_t pid, pid_t pgid, bool mksess)
{
	struct proc *p;
	struct pgrp *pg;
	int error = 0;

	mutex_enter(&proc_lock);
	p = pid == curp->p_pid ? curp : proc_find(pid);
	if (mksess) {
		/* A group's leader may not: its group would be in two sessions. */
		if (pgrp_find(pgid) != NULL)
			error = EPERM;
		else
			error = group_make_locked(curp, NULL);
		if (error == 0)
			curp->p_lflag &= ~PL_CONTROLT;
	} else if ((error = enter_check_locked(curp, p, pgid)) == 0) {
		pg = pgrp_find(pgid);
		if (pg == NULL) {
			error = group_make_locked(p, p->p_session);
		} else if (pg != p->p_pgrp) {
			move_locked(p, pg);
		}
	}
	mutex_exit(&proc_lock);
	return error;
}
