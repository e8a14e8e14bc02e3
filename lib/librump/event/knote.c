/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Knotes as objects see them, and filters: by number, by name. */
#include "kqueue.h"

#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/kmem.h>
#include <sys/lock.h>
#include <sys/systm.h>

#define KFILTER_NAMELEN 64

static kmutex_t filter_lock;
static LIST_HEAD(, rump_kfilter) user_filters; /* filter_lock */
static uint32_t next_filter;		       /* filter_lock */

/* The kernel's own are always there, and not counted. */
static struct rump_kfilter sys_filters[EVFILT_SYSCOUNT] = {
	[EVFILT_READ] = { .kf_name = "EVFILT_READ", .kf_ops = &rump_filt_file },
	[EVFILT_WRITE] = { .kf_name = "EVFILT_WRITE", .kf_ops = &rump_filt_file },
	[EVFILT_AIO] = { .kf_name = "EVFILT_AIO" },
	[EVFILT_VNODE] = { .kf_name = "EVFILT_VNODE", .kf_ops = &rump_filt_file },
	[EVFILT_PROC] = { .kf_name = "EVFILT_PROC", .kf_ops = &rump_filt_proc },
	[EVFILT_SIGNAL] = { .kf_name = "EVFILT_SIGNAL", .kf_ops = &rump_filt_signal },
	[EVFILT_TIMER] = { .kf_name = "EVFILT_TIMER", .kf_ops = &rump_filt_timer },
	[EVFILT_FS] = { .kf_name = "EVFILT_FS" },
	[EVFILT_USER] = { .kf_name = "EVFILT_USER", .kf_ops = &rump_filt_user },
	[EVFILT_EMPTY] = { .kf_name = "EVFILT_EMPTY", .kf_ops = &rump_filt_file },
};

int
rump_knote_init(void)
{
	mutex_init(&filter_lock, MUTEX_DEFAULT, IPL_NONE);
	LIST_INIT(&user_filters);
	next_filter = EVFILT_SYSCOUNT;
	return 0;
}

void
rump_knote_fini(void)
{
	struct rump_kfilter *kf;

	while ((kf = LIST_FIRST(&user_filters)) != NULL) {
		LIST_REMOVE(kf, kf_link);
		kmem_free(kf, sizeof(*kf));
	}
	mutex_destroy(&filter_lock);
}

struct rump_kfilter *
rump_kfilter_get(uint32_t filter)
{
	struct rump_kfilter *kf;

	if (filter < EVFILT_SYSCOUNT)
		return sys_filters[filter].kf_ops != NULL ? &sys_filters[filter] : NULL;
	mutex_enter(&filter_lock);
	LIST_FOREACH (kf, &user_filters, kf_link)
		if (kf->kf_filter == filter)
			break;
	if (kf != NULL)
		kf->kf_refs++;
	mutex_exit(&filter_lock);
	return kf;
}

void
rump_kfilter_put(struct rump_kfilter *kf)
{
	if (kf >= sys_filters && kf < sys_filters + EVFILT_SYSCOUNT)
		return;
	mutex_enter(&filter_lock);
	kf->kf_refs--;
	mutex_exit(&filter_lock);
}

/* locks: filter_lock. */
static struct rump_kfilter *
user_filter(const char *name)
{
	struct rump_kfilter *kf;

	LIST_FOREACH (kf, &user_filters, kf_link)
		if (strcmp(kf->kf_name, name) == 0)
			break;
	return kf;
}

static bool
sys_filter_p(const char *name)
{
	for (u_int i = 0; i < EVFILT_SYSCOUNT; i++)
		if (strcmp(sys_filters[i].kf_name, name) == 0)
			return true;
	return false;
}

int
kfilter_register(const char *name, const struct filterops *filtops, int *retfilter)
{
	struct rump_kfilter *kf;
	int error = 0;

	if (name == NULL || name[0] == '\0' || strlen(name) >= KFILTER_NAMELEN || filtops == NULL ||
	    filtops->f_event == NULL)
		return EINVAL;
	kf = kmem_zalloc(sizeof(*kf), KM_SLEEP);
	kf->kf_name = name;
	kf->kf_ops = filtops;
	mutex_enter(&filter_lock);
	if (sys_filter_p(name) || user_filter(name) != NULL)
		error = EEXIST;
	else {
		kf->kf_filter = next_filter++;
		LIST_INSERT_HEAD(&user_filters, kf, kf_link);
		if (retfilter != NULL)
			*retfilter = (int)kf->kf_filter;
	}
	mutex_exit(&filter_lock);
	if (error != 0)
		kmem_free(kf, sizeof(*kf));
	return error;
}

int
kfilter_unregister(const char *name)
{
	struct rump_kfilter *kf;
	int error = 0;

	if (name == NULL || sys_filter_p(name))
		return EINVAL;
	mutex_enter(&filter_lock);
	kf = user_filter(name);
	if (kf == NULL)
		error = ENOENT;
	else if (kf->kf_refs > 0)
		error = EBUSY;
	else
		LIST_REMOVE(kf, kf_link);
	mutex_exit(&filter_lock);
	if (error == 0)
		kmem_free(kf, sizeof(*kf));
	return error;
}

/* ---- Calling filters ---- */

int
rump_filter_event(struct knote *kn, long hint)
{
	const bool mpsafe = (kn->kn_fop->f_flags & FILTEROP_MPSAFE) != 0;
	int rv;

	KERNEL_LOCK_UNLESS_MPSAFE(mpsafe);
	rv = (*kn->kn_fop->f_event)(kn, hint);
	KERNEL_UNLOCK_UNLESS_MPSAFE(mpsafe);
	return rv;
}

int
rump_filter_attach(struct knote *kn)
{
	const bool mpsafe = (kn->kn_fop->f_flags & FILTEROP_MPSAFE) != 0;
	int error;

	if (kn->kn_fop->f_attach == NULL)
		return 0;
	KERNEL_LOCK_UNLESS_MPSAFE(mpsafe);
	error = (*kn->kn_fop->f_attach)(kn);
	KERNEL_UNLOCK_UNLESS_MPSAFE(mpsafe);
	return error;
}

void
rump_filter_detach(struct knote *kn)
{
	const bool mpsafe = (kn->kn_fop->f_flags & FILTEROP_MPSAFE) != 0;

	if (kn->kn_fop->f_detach == NULL)
		return;
	KERNEL_LOCK_UNLESS_MPSAFE(mpsafe);
	(*kn->kn_fop->f_detach)(kn);
	KERNEL_UNLOCK_UNLESS_MPSAFE(mpsafe);
}

/* ---- The lists that objects keep ---- */

void
klist_init(struct klist *list)
{
	SLIST_INIT(list);
}

void
klist_fini(struct klist *list)
{
	KASSERT(SLIST_EMPTY(list));
}

void
klist_insert(struct klist *list, struct knote *kn)
{
	SLIST_INSERT_HEAD(list, kn, kn_selnext);
}

bool
klist_remove(struct klist *list, struct knote *kn)
{
	SLIST_REMOVE(list, kn, knote, kn_selnext);
	return SLIST_EMPTY(list);
}

void
rump_knote_activate(struct knote *kn)
{
	struct rump_knote *const rk = RK(kn);

	rump_evitem_activate(rk->rk_forward != NULL ? rk->rk_forward : &rk->rk_item);
}

void
knote(struct klist *list, long hint)
{
	struct knote *kn, *next;

	SLIST_FOREACH_SAFE (kn, list, kn_selnext, next)
		if (rump_filter_event(kn, hint))
			rump_knote_activate(kn);
}

void
knote_set_eof(struct knote *kn, uint32_t flags)
{
	atomic_or_32(&kn->kn_flags, EV_EOF | flags);
}

void
knote_clear_eof(struct knote *kn)
{
	atomic_and_32(&kn->kn_flags, ~EV_EOF);
}

/* Always ready; nothing to attach to. */
int
filt_seltrue(struct knote *kn, long hint)
{
	kn->kn_data = 0;
	return 1;
}

static void
filt_seltruedetach(struct knote *kn)
{
}

const struct filterops seltrue_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_seltruedetach,
	.f_event = filt_seltrue,
};
