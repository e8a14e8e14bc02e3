/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Interrupt lines and their handlers.
 *
 *	QUIET --asks--> QUEUED --a CPU takes it--> RUNNING --> QUIET, or again while it asks
 *
 * A line asks when it is latched (edge) or asserted (level), has handlers and no mask.  The base runs
 * intr_run() on the CPU at hand as it runs soft interrupts, before them.
 */
#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/evcnt.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/systm.h>

#include <machine/intr_line.h>

#include "../autoconf/rumpdev_init.h"
#include "rump_sched.h"

#define STORM 10000 /* passes in which a line does not fall */

/* Locks: (i) immutable, (l) intr_lock. */
struct intrhand {
	TAILQ_ENTRY(intrhand) ih_list; /* (l) */
	struct intr_line *ih_line;     /* (i) */
	int (*ih_func)(void *);	       /* (i) */
	void *ih_arg;		       /* (i) */
	int ih_ipl;		       /* (i) */
	bool ih_mpsafe;		       /* (i) */
	bool ih_dying;		       /* (l) */
	struct evcnt ih_calls;	       /* (l) times it claimed the line */
	char ih_xname[24];	       /* (i) */
};

struct intr_line {
	TAILQ_ENTRY(intr_line) il_queue; /* (l) intr_queue */
	TAILQ_HEAD(, intrhand) il_hands; /* (l) */
	u_int il_nhands;		 /* (l) */
	u_int il_asserted;		 /* (l) sources of a level line */
	u_int il_masks;			 /* (l) */
	bool il_level;			 /* (i) */
	bool il_latched;		 /* (l) */
	bool il_queued;			 /* (l) */
	bool il_running;		 /* (l) */
	bool il_stuck;			 /* (l) masked for a storm */
	struct evcnt il_stray;		 /* (l) */
	char il_name[16];		 /* (i) */
};

static kmutex_t intr_lock;
static kcondvar_t intr_cv;		   /* intr_lock: a line has stopped running */
static TAILQ_HEAD(, intr_line) intr_queue; /* intr_lock */
static void *intr_si;			   /* (i) */

static void intr_run(void *arg);

int
rumpdev_intr_init(void)
{
	mutex_init(&intr_lock, MUTEX_DEFAULT, IPL_HIGH);
	cv_init(&intr_cv, "intr");
	TAILQ_INIT(&intr_queue);
	intr_si = softint_establish(RUMP_SOFT_HARD | SOFTINT_MPSAFE, intr_run, NULL);
	return intr_si != NULL ? 0 : ENOMEM;
}

void
rumpdev_intr_fini(void)
{
	if (intr_si != NULL)
		softint_disestablish(intr_si);
	KASSERT(TAILQ_EMPTY(&intr_queue));
	cv_destroy(&intr_cv);
	mutex_destroy(&intr_lock);
}

/* ---- Asking ---- */

static bool
line_asks(const struct intr_line *il)
{
	return (il->il_level ? il->il_asserted != 0 : il->il_latched) && il->il_nhands != 0 &&
	    il->il_masks == 0 && !il->il_stuck;
}

/* Who runs it looks again by himself.  locks: intr_lock. */
static void
line_look(struct intr_line *il)
{
	KASSERT(mutex_owned(&intr_lock));
	if (il->il_queued || il->il_running || !line_asks(il))
		return;
	il->il_queued = true;
	TAILQ_INSERT_TAIL(&intr_queue, il, il_queue);
	softint_schedule(intr_si);
}

void
intr_line_trigger(struct intr_line *il)
{
	KASSERTMSG(!il->il_level, "%s is a level line", il->il_name);
	mutex_enter(&intr_lock);
	il->il_latched = true;
	line_look(il);
	mutex_exit(&intr_lock);
}

void
intr_line_assert(struct intr_line *il)
{
	KASSERTMSG(il->il_level, "%s is an edge line", il->il_name);
	mutex_enter(&intr_lock);
	il->il_asserted++;
	line_look(il);
	mutex_exit(&intr_lock);
}

void
intr_line_deassert(struct intr_line *il)
{
	mutex_enter(&intr_lock);
	KASSERTMSG(il->il_asserted > 0, "%s is not asserted", il->il_name);
	if (--il->il_asserted == 0)
		il->il_stuck = false;
	mutex_exit(&intr_lock);
}

/* ---- Running ---- */

/* The interrupt proper.  ctx: the interrupt lwp of the CPU. */
static bool
hand_call(struct intrhand *ih)
{
	struct lwp *const l = curlwp;
	const int s = splraise(ih->ih_ipl);
	int claimed;

	l->l_ipl = ih->ih_ipl;
	l->l_pflag |= LP_HARDINTR;
	claimed = (*ih->ih_func)(ih->ih_arg);
	l->l_pflag &= ~LP_HARDINTR;
	KASSERTMSG(l->l_sync.ls_nspin == 0, "the interrupt handler of %s keeps a spin mutex",
	    ih->ih_xname);
	splx(s);
	return claimed != 0;
}

/* locks: intr_lock, given up meanwhile; ih stays on its list, because the line runs. */
static bool
hand_run(struct intrhand *ih)
{
	bool claimed = false;

	mutex_exit(&intr_lock);
	if (!ih->ih_mpsafe)
		KERNEL_LOCK(1, NULL); /* may wait, for one who takes the handler away even */
	mutex_enter(&intr_lock);
	if (!ih->ih_dying) {
		mutex_exit(&intr_lock);
		claimed = hand_call(ih);
		mutex_enter(&intr_lock);
		if (claimed)
			ih->ih_calls.ev_count++;
	}
	mutex_exit(&intr_lock);
	if (!ih->ih_mpsafe)
		KERNEL_UNLOCK_ONE(NULL);
	mutex_enter(&intr_lock);
	return claimed;
}

static bool
line_pass(struct intr_line *il)
{
	struct intrhand *ih;
	bool claimed = false;

	TAILQ_FOREACH (ih, &il->il_hands, ih_list)
		if (!ih->ih_dying && hand_run(ih))
			claimed = true;
	return claimed;
}

/* locks: intr_lock, given up meanwhile. */
static void
line_run(struct intr_line *il)
{
	u_int passes = 0;
	bool claimed;

	while (line_asks(il)) {
		il->il_latched = false;
		claimed = line_pass(il);
		if (!claimed)
			il->il_stray.ev_count++;
		if (!il->il_level || !line_asks(il) || (claimed && ++passes < STORM))
			continue;
		il->il_stuck = true;
		mutex_exit(&intr_lock);
		printf("interrupt line %s: %s, off until it falls\n", il->il_name,
		    claimed ? "it does not stop" : "nobody claims it");
		mutex_enter(&intr_lock);
	}
}

static void
intr_run(void *arg)
{
	struct intr_line *il;

	mutex_enter(&intr_lock);
	while ((il = TAILQ_FIRST(&intr_queue)) != NULL) {
		TAILQ_REMOVE(&intr_queue, il, il_queue);
		il->il_queued = false;
		il->il_running = true;
		line_run(il);
		il->il_running = false;
		cv_broadcast(&intr_cv);
	}
	mutex_exit(&intr_lock);
}

/* ---- Lines ---- */

struct intr_line *
intr_line_alloc(const char *name, int type)
{
	struct intr_line *const il = kmem_zalloc(sizeof(*il), KM_SLEEP);

	KASSERT(type == IST_LEVEL || type == IST_EDGE);
	TAILQ_INIT(&il->il_hands);
	il->il_level = type == IST_LEVEL;
	strlcpy(il->il_name, name, sizeof(il->il_name));
	evcnt_attach_dynamic(&il->il_stray, EVCNT_TYPE_INTR, NULL, il->il_name, "stray");
	return il;
}

void
intr_line_free(struct intr_line *il)
{
	mutex_enter(&intr_lock);
	KASSERTMSG(il->il_nhands == 0, "line %s has handlers", il->il_name);
	if (il->il_queued)
		TAILQ_REMOVE(&intr_queue, il, il_queue);
	while (il->il_running)
		cv_wait(&intr_cv, &intr_lock);
	mutex_exit(&intr_lock);
	evcnt_detach(&il->il_stray);
	kmem_free(il, sizeof(*il));
}

const char *
intr_line_name(const struct intr_line *il)
{
	return il->il_name;
}

u_int
intr_line_handlers(struct intr_line *il, const void *base, size_t size)
{
	const struct intrhand *ih;
	u_int n = 0;

	mutex_enter(&intr_lock);
	TAILQ_FOREACH (ih, &il->il_hands, ih_list)
		n += (uintptr_t)ih->ih_arg - (uintptr_t)base < size;
	mutex_exit(&intr_lock);
	return n;
}

uint64_t
intr_line_strays(struct intr_line *il)
{
	uint64_t n;

	mutex_enter(&intr_lock);
	n = il->il_stray.ev_count;
	mutex_exit(&intr_lock);
	return n;
}

/* ---- Handlers ---- */

void *
intr_establish_xname(
    struct intr_line *il, int ipl, int (*func)(void *), void *arg, bool mpsafe, const char *xname)
{
	struct intrhand *const ih = kmem_zalloc(sizeof(*ih), KM_SLEEP);

	KASSERT(ipl >= IPL_VM && ipl < NIPL);
	ih->ih_line = il;
	ih->ih_func = func;
	ih->ih_arg = arg;
	ih->ih_ipl = ipl;
	ih->ih_mpsafe = mpsafe;
	strlcpy(ih->ih_xname, xname != NULL ? xname : il->il_name, sizeof(ih->ih_xname));
	evcnt_attach_dynamic(&ih->ih_calls, EVCNT_TYPE_INTR, NULL, ih->ih_xname, "intr");
	mutex_enter(&intr_lock);
	TAILQ_INSERT_TAIL(&il->il_hands, ih, ih_list);
	il->il_nhands++;
	line_look(il);
	mutex_exit(&intr_lock);
	return ih;
}

void
intr_disestablish(void *cookie)
{
	struct intrhand *const ih = cookie;
	struct intr_line *const il = ih->ih_line;

	ASSERT_SLEEPABLE();
	mutex_enter(&intr_lock);
	ih->ih_dying = true;
	while (il->il_running)
		cv_wait(&intr_cv, &intr_lock);
	TAILQ_REMOVE(&il->il_hands, ih, ih_list);
	il->il_nhands--;
	mutex_exit(&intr_lock);
	evcnt_detach(&ih->ih_calls);
	kmem_free(ih, sizeof(*ih));
}

void
intr_mask(void *cookie)
{
	struct intrhand *const ih = cookie;

	mutex_enter(&intr_lock);
	ih->ih_line->il_masks++;
	mutex_exit(&intr_lock);
}

void
intr_unmask(void *cookie)
{
	struct intrhand *const ih = cookie;

	mutex_enter(&intr_lock);
	KASSERTMSG(ih->ih_line->il_masks > 0, "%s is not masked", ih->ih_line->il_name);
	ih->ih_line->il_masks--;
	line_look(ih->ih_line);
	mutex_exit(&intr_lock);
}
