/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of autoconf_test.c: a bus of software, and children that say what happened to them. */
#include "autoconf_impl.h"

#include <sys/kthread.h>
#include <sys/module.h>

#include <dev/mainbus.h>

#include "autoconf_ktest.h"
#include "ktestlib.h"
#include "rumpdev.h"

/* ---- The drivers ---- */

/* What a bus finds. */
struct tb_args {
	const char *ta_want; /* driver */
	int ta_weight;
};

struct leaf_softc {
	device_t sc_self;
	int sc_value;
};

static int detached, refuse, activated, childdetached, deferred_at, attached_children, order;
static bool defer_wanted, pending_wanted, detach_self;

static const struct cfiattrdata tb_iattr = {
	.ci_name = "tb",
	.ci_loclen = 2,
	.ci_locdesc = { { "slot", "-1", -1 }, { "chan", NULL, 0 } },
};
static const struct cfiattrdata *const tbus_attrs[] = { &tb_iattr, NULL };
static CFDRIVER_DECL(tbus, DV_BUS, tbus_attrs);
static CFDRIVER_DECL(leaf, DV_DULL, NULL);
static CFDRIVER_DECL(twig, DV_DULL, NULL);

static int
tbus_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct mainbus_attach_args *const maa = aux;

	return maa->maa_name != NULL && strcmp(maa->maa_name, "tbus") == 0;
}

static void
tbus_attach(device_t parent, device_t self, void *aux)
{
	struct tb_args ta = { "leaf", 0 };
	const int locs[2] = { 0, 1 };

	aprint_normal("\n");
	if (!defer_wanted)
		return;
	(void)config_found(self, &ta, NULL, CFARGS(.locators = locs));
	attached_children = ++order;
}

static int
tbus_detach(device_t self, int flags)
{
	return config_detach_children(self, flags);
}

static int rescans;
static int
tbus_rescan(device_t self, const char *ifattr, const int *locs)
{
	rescans++;
	return 0;
}

static void
tbus_childdetached(device_t self, device_t child)
{
	childdetached += device_unit(child) >= 0;
}

static CFATTACH_DECL2_NEW(
    tbus, 0, tbus_match, tbus_attach, tbus_detach, NULL, tbus_rescan, tbus_childdetached);

static int
leaf_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct tb_args *const ta = aux;

	return KERNEL_LOCKED_P() && strcmp(ta->ta_want, cf->cf_name) == 0 ? 1 + ta->ta_weight : 0;
}

static void
leaf_deferred(device_t self)
{
	deferred_at = ++order;
}

static void
leaf_attach(device_t parent, device_t self, void *aux)
{
	struct leaf_softc *const sc = device_private(self);

	sc->sc_self = self;
	sc->sc_value = 0;
	aprint_normal("\n");
	if (defer_wanted)
		config_defer(self, leaf_deferred);
	if (detach_self)
		(void)config_detach(self, 0);
}

static int
leaf_detach(device_t self, int flags)
{
	if (refuse && (flags & DETACH_FORCE) == 0)
		return EBUSY;
	__atomic_fetch_add(&detached, 1, __ATOMIC_RELEASE);
	return 0;
}

static int
leaf_activate(device_t self, devact_t act)
{
	activated++;
	return 0;
}

static CFATTACH_DECL_NEW(
    leaf, sizeof(struct leaf_softc), leaf_match, leaf_attach, leaf_detach, leaf_activate);
/* The same driver by another way; a better match than leaf's own. */
static int
better_match(device_t parent, cfdata_t cf, void *aux)
{
	return leaf_match(parent, cf, aux) * 10;
}
static struct cfattach leaf_better_ca = {
	.ca_name = "leaf_better",
	.ca_devsize = sizeof(struct leaf_softc),
	.ca_match = better_match,
	.ca_attach = leaf_attach,
	.ca_detach = leaf_detach,
};
/* No detach function. */
static void
twig_attach(device_t parent, device_t self, void *aux)
{
	aprint_normal("\n");
}
static CFATTACH_DECL_NEW(twig, 0, leaf_match, twig_attach, NULL, NULL);

static struct cfdriver *const drivers[] = { &tbus_cd, &leaf_cd, &twig_cd, NULL };
static struct cfattach *const tbus_cas[] = { &tbus_ca, NULL };
static struct cfattach *const leaf_cas[] = { &leaf_ca, &leaf_better_ca, NULL };
static struct cfattach *const twig_cas[] = { &twig_ca, NULL };
static const struct cfattachinit inits[] = {
	{ "tbus", tbus_cas },
	{ "leaf", leaf_cas },
	{ "twig", twig_cas },
	{ NULL, NULL },
};
static const struct cfparent at_mainbus = { "mainbus", "mainbus", 0 };
static const struct cfparent at_tb = { "tb", NULL, DVUNIT_ANY };
static const struct cfparent at_tbus1 = { "tb", "tbus", 1 };
static int any[] = { -1, 1 }, slot5[] = { 5, 1 }, chan2[] = { -1, 2 };
static struct cfdata rows[] = {
	{ "tbus", "tbus", 0, FSTATE_STAR, NULL, 0, &at_mainbus },
	{ "leaf", "leaf", 0, FSTATE_STAR, any, 0, &at_tb },
	{ "leaf", "leaf_better", 20, FSTATE_NOTFOUND, slot5, 7, &at_tb },
	{ "leaf", "leaf", 30, FSTATE_STAR, chan2, 0, &at_tbus1 },
	{ "twig", "twig", 0, FSTATE_STAR, any, 0, &at_tb },
	{ NULL, NULL, 0, 0, NULL, 0, NULL },
};

/* ---- Helpers ---- */

static const char *
begin(void)
{
	detached = refuse = activated = childdetached = deferred_at = attached_children = order =
	    rescans = 0;
	defer_wanted = pending_wanted = detach_self = false;
	CHECK(config_init_component(drivers, inits, rows) == 0);
	return NULL;
}

static const char *
end(void)
{
	CHECK(config_fini_component(drivers, inits, rows) == 0);
	CHECK(config_cfdriver_lookup("leaf") == NULL);
	return NULL;
}

#define BEGIN                                   \
	do {                                    \
		const char *const w_ = begin(); \
		if (w_ != NULL)                 \
			return w_;              \
	} while (0)

static device_t
bus(void)
{
	struct mainbus_attach_args maa = { .maa_name = "tbus" };

	return config_found(rumpdev_mainbus, &maa, mainbus_print, CFARGS_NONE);
}

static device_t
child(device_t parent, const char *want, int slot, int chan)
{
	struct tb_args ta = { want, 0 };
	const int locs[2] = { slot, chan };

	return config_found(parent, &ta, NULL,
	    CFARGS(.submatch = config_stdsubmatch, .iattr = "tb", .locators = locs));
}

/* ---- Cases ---- */

const char *
rump_test_autoconf_tables(void)
{
	struct cfdriver *const again[] = { &leaf_cd, NULL };
	static struct cfdriver other = { .cd_name = "leaf" };
	static struct cfattach foreign = { .ca_name = "x" };

	BEGIN;
	CHECK(config_init_component(again, NULL, NULL) == EEXIST);
	CHECK(config_cfdriver_attach(&other) == EEXIST);
	CHECK(config_cfattach_attach("nobody", &foreign) == ESRCH);
	CHECK(config_cfattach_attach("leaf", &leaf_ca) == EEXIST);
	CHECK(config_cfdriver_detach(&leaf_cd) == EBUSY); /* has attachments */
	CHECK(config_cfdriver_detach(&other) == ESRCH);
	CHECK(config_cfdriver_lookup("leaf") == &leaf_cd);
	CHECK(config_cfattach_lookup("leaf", "leaf_better") == &leaf_better_ca);
	CHECK(config_cfdata_detach(rows + 1) == ENOENT);
	return end();
}

const char *
rump_test_autoconf_match(void)
{
	device_t b, l;

	BEGIN;
	b = bus();
	CHECK(b != NULL && strcmp(device_xname(b), "tbus0") == 0);
	CHECK(device_parent(b) == rumpdev_mainbus && device_class(b) == DV_BUS);
	CHECK(child(b, "nobody", 1, 1) == NULL);
	/* The better match has it, once. */
	l = child(b, "leaf", 5, 1);
	CHECK(l != NULL && device_unit(l) == 20 && device_cfdata(l)->cf_flags == 7);
	CHECK(prop_dictionary_set_int32(device_properties(l), "wheels", 4));
	CHECK(prop_dictionary_count(device_properties(l)) == 1);
	CHECK(device_cfattach(l) == &leaf_better_ca && device_is_a(l, "leaf"));
	l = child(b, "leaf", 5, 1);
	CHECK(l != NULL && device_unit(l) == 0 && device_cfattach(l) == &leaf_ca);
	CHECK(((struct leaf_softc *)device_private(l))->sc_self == l);
	/* Its unit is free again after a detach. */
	CHECK(config_detach(device_lookup(&leaf_cd, 20), 0) == 0);
	CHECK(device_unit(child(b, "leaf", 5, 1)) == 20);
	CHECK(device_find_by_xname("leaf20") == device_lookup(&leaf_cd, 20));
	CHECK(device_find_by_driver_unit("leaf", 0) == l && device_find_by_xname("leaf7") == NULL);
	return end();
}

const char *
rump_test_autoconf_locators(void)
{
	device_t b0, b1, l;

	BEGIN;
	b0 = bus();
	b1 = bus();
	CHECK(device_unit(b0) == 0 && device_unit(b1) == 1);
	l = child(b0, "leaf", 3, 1);
	CHECK(l != NULL && device_locator(l, 0) == 3 && device_locator(l, 1) == 1);
	CHECK(device_attached_to_iattr(l, "tb") && !device_attached_to_iattr(l, "mainbus"));
	CHECK(child(b0, "leaf", 3, 2) == NULL); /* chan2's row is for tbus1 */
	l = child(b1, "leaf", 3, 2);
	CHECK(l != NULL && device_unit(l) == 30);
	CHECK(child(b1, "leaf", 3, 3) == NULL); /* a locator without default has to be given */
	return end();
}

const char *
rump_test_autoconf_units(void)
{
	device_t b, l;
	int n;

	BEGIN;
	b = bus();
	for (n = 0; n < 20; n++) {
		l = child(b, "leaf", 1, 1);
		CHECK(l != NULL && device_unit(l) == n);
	}
	for (n = 0; n < 20; n++)
		CHECK(device_unit(device_lookup(&leaf_cd, n)) == n);
	CHECK(device_lookup(&leaf_cd, -1) == NULL && device_lookup(&leaf_cd, 20) == NULL);
	CHECK(device_lookup(&leaf_cd, 100000) == NULL);
	CHECK(device_lookup_private(&leaf_cd, 7) == device_private(device_lookup(&leaf_cd, 7)));
	CHECK(config_detach(device_lookup(&leaf_cd, 7), 0) == 0);
	CHECK(device_lookup_private(&leaf_cd, 7) == NULL);
	CHECK(device_unit(child(b, "leaf", 1, 1)) == 7);
	/* Pseudo-devices are at no bus. */
	l = config_attach_pseudo(&rows[1]);
	CHECK(l != NULL && device_parent(l) == NULL && device_unit(l) == 20);
	CHECK(config_detach(l, 0) == 0);
	return end();
}

const char *
rump_test_autoconf_detach(void)
{
	device_t b, l, t;

	BEGIN;
	b = bus();
	l = child(b, "leaf", 1, 1);
	refuse = true;
	CHECK(config_detach(l, 0) == EBUSY && detached == 0);
	CHECK(device_lookup(&leaf_cd, 0) == l && device_is_active(l)); /* as if nothing had been */
	CHECK(config_detach(b, 0) == EBUSY);
	CHECK(config_fini_component(drivers, inits, rows) == EBUSY);
	CHECK(config_detach(l, DETACH_FORCE) == 0 && detached == 1 && childdetached == 1);
	t = child(b, "twig", 1, 1);
	CHECK(t != NULL && config_detach(t, 0) == EOPNOTSUPP);
	CHECK(config_detach(t, DETACH_FORCE) == 0 && childdetached == 2);
	CHECK(device_lookup_acquire(&leaf_cd, 0) == NULL);
	return end();
}

const char *
rump_test_autoconf_children(void)
{
	device_t b, l;

	BEGIN;
	b = bus();
	l = child(b, "leaf", 1, 1);
	(void)child(b, "leaf", 2, 1);
	CHECK(device_is_active(l) && device_is_enabled(l));
	CHECK(
	    config_deactivate(b) == EOPNOTSUPP); /* the bus has nothing to do, its children have */
	CHECK(activated == 2 && !device_is_active(l) && !device_is_enabled(b));
	(void)config_deactivate(b);
	CHECK(activated == 2);
	CHECK(config_detach(b, 0) == 0 && detached == 2 && childdetached == 2);
	CHECK(device_lookup(&tbus_cd, 0) == NULL);
	return end();
}

const char *
rump_test_autoconf_defer(void)
{
	BEGIN;
	defer_wanted = true;
	CHECK(bus() != NULL);
	/* After the parent's attach function, before config_found() is back. */
	CHECK(attached_children == 1 && deferred_at == 2);
	order = 0;
	config_defer(device_lookup(&leaf_cd, 20), leaf_deferred);
	CHECK(deferred_at == 1);
	return end();
}

static int finals;
static int
final(device_t self)
{
	return ++finals < 3;
}

const char *
rump_test_autoconf_later(void)
{
	device_t b, l;

	BEGIN;
	b = bus();
	l = child(b, "leaf", 1, 1);
	/* Boot is over: all of it is called at once. */
	config_interrupts(l, leaf_deferred);
	CHECK(deferred_at == 1);
	config_mountroot(l, leaf_deferred);
	CHECK(deferred_at == 2);
	finals = 0;
	CHECK(config_finalize_register(l, final) == 0 && finals == 3);
	config_pending_incr(l);
	config_pending_incr(l);
	config_pending_decr(l);
	config_pending_decr(l);
	return end();
}

const char *
rump_test_autoconf_deviter(void)
{
	device_t b, l, dev;
	deviter_t di;
	int n = 0;

	BEGIN;
	b = bus();
	l = child(b, "leaf", 1, 1);
	(void)child(b, "leaf", 2, 1);
	dev = deviter_first(&di, DEVITER_F_LEAVES_FIRST);
	CHECK(device_is_a(dev, "leaf"));
	deviter_release(&di);
	dev = deviter_first(&di, DEVITER_F_ROOT_FIRST);
	CHECK(dev == rumpdev_mainbus);
	deviter_release(&di);
	/* What goes is not seen any more, nor what comes; who stands on the dead goes on. */
	for (dev = deviter_first(&di, 0); dev != NULL; dev = deviter_next(&di)) {
		if (!device_is_a(dev, "leaf"))
			continue;
		n++;
		if (dev == l) {
			CHECK(config_detach(l, 0) == 0);
			(void)child(b, "leaf", 3, 1);
		}
	}
	deviter_release(&di);
	CHECK(n == 2);
	return end();
}

/* ---- pmf ---- */

static int suspends, resumes, shutdowns, heard;
static bool stubborn;

static bool
leaf_suspend(device_t self, const pmf_qual_t *q)
{
	suspends++;
	return !stubborn;
}
static bool
leaf_resume(device_t self, const pmf_qual_t *q)
{
	resumes++;
	return true;
}
static bool
leaf_shutdown(device_t self, int how)
{
	shutdowns++;
	return true;
}

const char *
rump_test_autoconf_pmf(void)
{
	device_t b, l;

	BEGIN;
	suspends = resumes = shutdowns = 0;
	stubborn = false;
	b = bus();
	l = child(b, "leaf", 1, 1);
	CHECK(!pmf_device_suspend(l, PMF_Q_NONE)); /* it has no handlers */
	CHECK(pmf_device_register1(l, leaf_suspend, leaf_resume, leaf_shutdown));
	CHECK(!pmf_device_register(l, NULL, NULL) && pmf_device_is_registered(l));
	CHECK(pmf_device_suspend(l, PMF_Q_SELF) && suspends == 1 && !device_is_active(l));
	CHECK(device_is_enabled(l) && !device_has_power(l));
	CHECK(device_activation(l, DEVACT_LEVEL_BUS) == false);
	CHECK(pmf_device_suspend(l, PMF_Q_SELF) && suspends == 1);
	CHECK(pmf_device_resume(l, PMF_Q_SELF) && resumes == 1 && device_is_active(l));
	CHECK(pmf_device_recursive_suspend(b, PMF_Q_DRVCTL) && suspends == 2);
	CHECK(pmf_device_recursive_resume(l, PMF_Q_DRVCTL) && resumes == 2);
	stubborn = true;
	CHECK(!pmf_system_suspend(PMF_Q_NONE) && device_is_active(l));
	pmf_system_shutdown(0);
	CHECK(shutdowns == 1);
	pmf_device_deregister(l);
	CHECK(!pmf_device_is_registered(l));
	return end();
}

static kmutex_t heard_lock;
static kcondvar_t heard_cv;
static void
hear(device_t self)
{
	mutex_enter(&heard_lock);
	heard++;
	cv_broadcast(&heard_cv);
	mutex_exit(&heard_lock);
}

const char *
rump_test_autoconf_events(void)
{
	device_t b, l;
	int error = 0;

	BEGIN;
	heard = 0;
	mutex_init(&heard_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&heard_cv, "heard");
	b = bus();
	l = child(b, "leaf", 1, 1);
	CHECK(pmf_event_register(l, PMFE_RADIO_OFF, hear, true));
	CHECK(pmf_event_register(l, PMFE_RADIO_OFF, hear, false));
	CHECK(pmf_event_inject(l, PMFE_RADIO_ON));     /* nobody */
	CHECK(pmf_event_inject(NULL, PMFE_RADIO_OFF)); /* the global one */
	CHECK(pmf_event_inject(l, PMFE_RADIO_OFF));    /* both */
	mutex_enter(&heard_lock);
	while (heard < 3 && error == 0)
		error = cv_timedwait(&heard_cv, &heard_lock, 10 * hz);
	mutex_exit(&heard_lock);
	CHECK(heard == 3);
	pmf_event_deregister(l, PMFE_RADIO_OFF, hear, true);
	pmf_event_deregister(l, PMFE_RADIO_OFF, hear, false);
	cv_destroy(&heard_cv);
	mutex_destroy(&heard_lock);
	return end();
}

const char *
rump_test_autoconf_rescan(void)
{
	static struct cfdata more[] = {
		{ "twig", "twig", 40, FSTATE_NOTFOUND, any, 0, &at_tb },
		{ NULL, NULL, 0, 0, NULL, 0, NULL },
	};

	BEGIN;
	(void)bus();
	rescans = 0;
	CHECK(config_init_component(NULL, NULL, more) == 0);
	CHECK(rescans == 1); /* tbus0 has the attribute, mainbus0 does not */
	CHECK(config_fini_component(NULL, NULL, more) == 0);
	return end();
}

/* ---- A reference ---- */

static bool holding;

const char *
rump_test_autoconf_hold(void)
{
	device_t b, l;

	BEGIN;
	mutex_init(&heard_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&heard_cv, "hold");
	b = bus();
	(void)child(b, "leaf", 1, 1);
	l = device_lookup_acquire(&leaf_cd, 0);
	CHECK(l != NULL);
	((struct leaf_softc *)device_private(l))->sc_value = 4711;
	mutex_enter(&heard_lock);
	__atomic_store_n(&holding, true, __ATOMIC_RELEASE);
	cv_broadcast(&heard_cv);
	/* The detacher has called the driver, and waits. */
	while (__atomic_load_n(&detached, __ATOMIC_ACQUIRE) == 0)
		(void)cv_timedwait(&heard_cv, &heard_lock, 1);
	mutex_exit(&heard_lock);
	CHECK(device_lookup(&leaf_cd, 0) == NULL || device_lookup(&leaf_cd, 0) == l);
	CHECK(((struct leaf_softc *)device_private(l))->sc_value == 4711);
	__atomic_store_n(&holding, false, __ATOMIC_RELEASE);
	device_release(l);
	return NULL;
}

const char *
rump_test_autoconf_held_detach(void)
{
	while (!__atomic_load_n(&holding, __ATOMIC_ACQUIRE))
		preempt();
	CHECK(config_detach(device_lookup(&leaf_cd, 0), 0) == 0);
	CHECK(!__atomic_load_n(&holding, __ATOMIC_ACQUIRE));
	cv_destroy(&heard_cv);
	mutex_destroy(&heard_lock);
	return end();
}

/* ---- At boot: a bus of software, found by nobody ---- */

static char boot_order[16];
static kmutex_t boot_lock;
static CFDRIVER_DECL(bootdev, DV_VIRTUAL, NULL);

static void
boot_note(char c)
{
	const size_t n = strlen(boot_order);

	if (n < sizeof(boot_order) - 1)
		boot_order[n] = c;
}

static void
boot_interrupts(device_t self)
{
	boot_note('i');
}
static void
boot_mountroot(device_t self)
{
	/* Boot has waited for the thread. */
	mutex_enter(&boot_lock);
	boot_note(device_private(self) != NULL ? 'm' : '?');
	mutex_exit(&boot_lock);
}
static int
boot_final(device_t self)
{
	boot_note('f');
	return strlen(boot_order) < 6;
}

static void
boot_thread(void *arg)
{
	mutex_enter(&boot_lock);
	device_set_private(arg, boot_order);
	mutex_exit(&boot_lock);
	config_pending_decr(arg);
}

static int
bootdev_match(device_t parent, cfdata_t cf, void *aux)
{
	return ((struct mainbus_attach_args *)aux)->maa_name == NULL;
}

static void
bootdev_attach(device_t parent, device_t self, void *aux)
{
	aprint_normal("\n");
	boot_note('a');
	(void)config_finalize_register(self, boot_final);
	config_mountroot(self, boot_mountroot);
	config_interrupts(self, boot_interrupts);
	config_pending_incr(self);
	if (kthread_create(PRI_NONE, KTHREAD_MPSAFE, NULL, boot_thread, self, NULL, "bootdev") != 0)
		boot_thread(self);
}

static CFATTACH_DECL_NEW(bootdev, 0, bootdev_match, bootdev_attach, leaf_detach, NULL);
static struct cfdriver *const boot_drivers[] = { &bootdev_cd, NULL };
static struct cfattach *const boot_cas[] = { &bootdev_ca, NULL };
static const struct cfattachinit boot_inits[] = { { "bootdev", boot_cas }, { NULL, NULL } };
static struct cfdata boot_rows[] = {
	{ "bootdev", "bootdev", 0, FSTATE_NOTFOUND, NULL, 0, &at_mainbus },
	{ NULL, NULL, 0, 0, NULL, 0, NULL },
};

MODULE(MODULE_CLASS_DRIVER, bootdev, NULL);

static int
bootdev_modcmd(modcmd_t cmd, void *arg)
{
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		memset(boot_order, 0, sizeof(boot_order));
		refuse = 0;
		mutex_init(&boot_lock, MUTEX_DEFAULT, IPL_NONE);
		return config_init_component(boot_drivers, boot_inits, boot_rows);
	case MODULE_CMD_FINI:
		error = config_fini_component(boot_drivers, boot_inits, boot_rows);
		if (error == 0)
			mutex_destroy(&boot_lock);
		return error;
	default:
		return ENOTTY;
	}
}

const char *
rump_test_autoconf_boot(void)
{
	CHECK(strcmp(boot_order, "aimfff") == 0);
	CHECK(device_find_by_xname("bootdev0") != NULL && boot_rows[0].cf_fstate == FSTATE_FOUND);
	return NULL;
}

/* ---- The list ---- */

const char *
rump_test_autoconf_tree(void)
{
	device_t b;

	BEGIN;
	b = bus();
	CHECK(child(b, "leaf", 1, 1) != NULL && child(b, "twig", 1, 1) != NULL);
	return NULL;
}

const char *
rump_test_autoconf_tree_end(void)
{
	CHECK(config_detach(device_lookup(&tbus_cd, 0), DETACH_FORCE) == 0);
	return end();
}

/* ---- Misuse ---- */

static int
orphaning_detach(device_t self, int flags)
{
	return 0;
}

int
rump_test_autoconf_misuse(int which)
{
	struct leaf_softc *sc;
	device_t b, l;

	if (!DIAGNOSTIC_BUILD || begin() != NULL)
		return 0;
	b = bus();
	l = child(b, "leaf", 1, 1);
	sc = device_private(l);
	switch (which) {
	case MISUSE_DEAD_ACCESSOR:
		(void)config_detach(l, 0);
		(void)device_private(l);
		break;
	case MISUSE_DEAD_WRITE:
		(void)config_detach(l, 0);
		sc->sc_value = 1;
		device_graves_clear();
		break;
	case MISUSE_CHILD_LEFT:
		tbus_ca.ca_detach = orphaning_detach;
		(void)config_detach(b, 0);
		break;
	case MISUSE_SELF:
		detach_self = true;
		(void)child(b, "leaf", 2, 1);
		break;
	}
	return 1;
}
