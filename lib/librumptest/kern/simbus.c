/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Simulated devices: their life, their interrupts, and what a driver must have given back. */
#include "simbus.h"

#include <sys/device_impl.h>

#include <dev/mainbus.h>

#include "rump_component.h"
#include "rump_entry.h"
#include "rumpdev.h"

kmutex_t sim_lock;
struct simdevs simdevs;
static void (*onfail)(const char *);

/* ---- In and out ---- */

enum simbus_entry
simbus_enter(void)
{
	struct lwp *l;

	switch (rump_enter(&l)) {
	case 0:
		return SIMBUS_ENTERED;
	case EDEADLK:
		return SIMBUS_NESTED; /* a callback, or a test of kernel code */
	default:
		return SIMBUS_NO;
	}
}

void
simbus_leave(enum simbus_entry e)
{
	if (e == SIMBUS_ENTERED)
		rump_leave();
}

/* ---- Failures ---- */

void
rump_simbus_onfail(void (*fn)(const char *))
{
	__atomic_store_n(&onfail, fn, __ATOMIC_RELEASE);
}

void
simbus_fail(const struct rump_simdev *sd, const char *fmt, ...)
{
	void (*const fn)(const char *) = __atomic_load_n(&onfail, __ATOMIC_ACQUIRE);
	char what[160], all[224];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(all, sizeof(all), "simulated device %s%s%s%s: %s", sd->sd_name,
	    sd->sd_xname[0] != '\0' ? " (" : "", sd->sd_xname, sd->sd_xname[0] != '\0' ? ")" : "",
	    what);
	if (fn == NULL)
		panic("%s", all);
	(*fn)(all);
}

/* ---- Making ---- */

struct rump_simdev *
simdev_new(const char *name, void *arg, unsigned dma_bits)
{
	struct rump_simdev *const sd = kmem_zalloc(sizeof(*sd), KM_SLEEP);

	strlcpy(sd->sd_name, name != NULL ? name : "?", sizeof(sd->sd_name));
	sd->sd_arg = arg;
	TAILQ_INIT(&sd->sd_queue);
	TAILQ_INIT(&sd->sd_script);
	LIST_INIT(&sd->sd_maps);
	simdma_init(sd, dma_bits);
	mutex_enter(&sim_lock);
	LIST_INSERT_HEAD(&simdevs, sd, sd_list);
	mutex_exit(&sim_lock);
	return sd;
}

void
simdev_free(struct rump_simdev *sd)
{
	mutex_enter(&sim_lock);
	LIST_REMOVE(sd, sd_list);
	mutex_exit(&sim_lock);
	simscript_clear(sd, NULL, NULL);
	if (sd->sd_pci != NULL)
		simpci_free(sd);
	else if (sd->sd_line != NULL)
		intr_line_free(sd->sd_line);
	for (int i = 0; i < SIM_NWINDOWS; i++)
		simwindow_fini(&sd->sd_windows[i]);
	simdma_fini(sd);
	kmem_free(sd, sizeof(*sd));
}

/* Addresses of mainbus's devices: one after another. */
static bus_addr_t
mainbus_address(bus_size_t size)
{
	static bus_addr_t next = 0x10000000; /* sim_lock */
	bus_addr_t addr;

	mutex_enter(&sim_lock);
	addr = next;
	next += roundup(size, 0x10000) + 0x10000;
	mutex_exit(&sim_lock);
	return addr;
}

static struct rump_simdev *
simmain_create(const struct rump_simmain *desc)
{
	struct rump_simdev *const sd = simdev_new(desc->name, desc->arg, desc->dma_bits);

	sd->sd_edge = desc->edge;
	sd->sd_line = intr_line_alloc(sd->sd_name, desc->edge ? IST_EDGE : IST_LEVEL);
	if (simwindow_init(sd, 0, desc->size, false, desc->regs, desc->nregs) != 0) {
		simdev_free(sd);
		return NULL;
	}
	sd->sd_windows[0].sw_addr = mainbus_address(desc->size);
	return sd;
}

struct rump_simdev *
rump_simmain_create(const struct rump_simmain *desc)
{
	const enum simbus_entry e = simbus_enter();
	struct rump_simdev *const sd = e != SIMBUS_NO ? simmain_create(desc) : NULL;

	simbus_leave(e);
	return sd;
}

/* ---- Attaching ---- */

static device_t
mainbus_attach_to(struct rump_simdev *sd)
{
	const struct simwindow *const sw = &sd->sd_windows[0];
	struct mainbus_attach_args maa = {
		.maa_name = sd->sd_name,
		.maa_memt = &sim_memt,
		.maa_addr = sw->sw_addr,
		.maa_size = sw->sw_size,
		.maa_dmat = sd->sd_dmat,
		.maa_intr = sd->sd_line,
	};

	return config_found(rumpdev_mainbus, &maa, mainbus_print, CFARGS(.iattr = "mainbus"));
}

/* The driver's device that the bus has made of a function. */
static device_t
pci_device_of(const struct rump_simdev *sd)
{
	deviter_t di;
	device_t dev;

	for (dev = deviter_first(&di, 0); dev != NULL; dev = deviter_next(&di))
		if (simpci_is(sd, dev))
			break;
	deviter_release(&di);
	return dev;
}

static int
simdev_attach(struct rump_simdev *sd)
{
	device_t dev = NULL;
	int error = 0;

	mutex_enter(&sim_lock);
	sd->sd_gone = sd->sd_detached = false;
	if (sd->sd_device != NULL)
		error = EBUSY;
	mutex_exit(&sim_lock);
	if (error == 0 && sd->sd_pci != NULL && (error = simpci_plug(sd)) == 0)
		dev = pci_device_of(sd);
	else if (error == 0)
		dev = mainbus_attach_to(sd);
	if (dev == NULL)
		return error != 0 ? error : ENXIO;
	mutex_enter(&sim_lock);
	sd->sd_device = dev;
	strlcpy(sd->sd_xname, device_xname(dev), sizeof(sd->sd_xname));
	mutex_exit(&sim_lock);
	return 0;
}

int
rump_simdev_attach(struct rump_simdev *sd)
{
	const enum simbus_entry e = simbus_enter();
	const int error = e != SIMBUS_NO ? simdev_attach(sd) : ENXIO;

	simbus_leave(e);
	return error;
}

const char *
rump_simdev_xname(struct rump_simdev *sd)
{
	return sd->sd_device != NULL ? sd->sd_xname : NULL;
}

/* ---- Detaching ---- */

/* What the driver of dev should have given back and has not.  An interrupt's argument lies in the softc. */
static void
check_given_back(struct rump_simdev *sd, device_t dev)
{
	const u_int hands = sd->sd_line != NULL
	    ? intr_line_handlers(sd->sd_line, dev->dv_softc, dev->dv_softcsize)
	    : 0;
	const u_int messages = sd->sd_pci != NULL ? simpci_messages(sd) : 0;
	const struct simmap *sm;
	ssize_t dmamem;
	u_int maps;
	char name[16];

	mutex_enter(&sim_lock);
	sm = simdev_mapping(sd);
	maps = simdma_left(sd);
	dmamem = sd->sd_dmamem;
	mutex_exit(&sim_lock);
	if (sm != NULL)
		simbus_fail(sd, "after the detach %s is still mapped, %ju bytes from %#jx",
		    simwindow_name(sm->sm_window, name, sizeof(name)), (uintmax_t)sm->sm_size,
		    (uintmax_t)sm->sm_off);
	if (hands != 0)
		simbus_fail(sd, "after the detach there is still an interrupt handler");
	if (messages != 0)
		simbus_fail(sd, "after the detach it still has %u messages (MSI)", messages);
	if (maps != 0)
		simbus_fail(sd, "after the detach there are still %u DMA maps", maps);
	if (dmamem != 0)
		simbus_fail(sd, "after the detach there are still %zd bytes of DMA memory", dmamem);
}

static void
device_detached(device_t dev)
{
	struct rump_simdev *sd;

	mutex_enter(&sim_lock);
	LIST_FOREACH (sd, &simdevs, sd_list)
		if (sd->sd_device == dev || (sd->sd_pci != NULL && simpci_is(sd, dev)))
			break;
	if (sd != NULL) {
		sd->sd_device = NULL;
		sd->sd_detached = true;
	}
	mutex_exit(&sim_lock);
	if (sd != NULL)
		check_given_back(sd, dev);
}

int
rump_simdev_detach(struct rump_simdev *sd, bool gone)
{
	const enum simbus_entry e = simbus_enter();
	device_t dev;
	int error = ENXIO;

	if (e == SIMBUS_NO)
		return ENXIO;
	mutex_enter(&sim_lock);
	dev = sd->sd_device;
	sd->sd_gone = gone;
	mutex_exit(&sim_lock);
	if (gone && sd->sd_line != NULL)
		rump_simdev_intr(sd, false);
	if (gone && dev != NULL)
		(void)config_deactivate(dev);
	if (dev != NULL)
		error = config_detach(dev, gone ? DETACH_FORCE : 0);
	if ((error == 0 || gone) && sd->sd_pci != NULL)
		simpci_unplug(sd);
	simbus_leave(e);
	return error;
}

void
rump_simdev_destroy(struct rump_simdev *sd)
{
	const enum simbus_entry e = simbus_enter();
	const char *left = NULL;
	struct simstep step;

	if (e == SIMBUS_NO)
		return;
	if (sd->sd_device != NULL)
		simbus_fail(sd, "destroyed while it is attached");
	rump_simdev_intr(sd, false);
	simscript_clear(sd, &left, &step);
	if (left != NULL)
		simbus_fail(sd, "%s has not come: %s of %#x, %u bytes, value %#jx", left,
		    step.ss_write ? "a write" : "a read", step.ss_off, step.ss_width,
		    (uintmax_t)step.ss_value);
	simdev_free(sd);
	simbus_leave(e);
}

/* ---- Interrupts ---- */

static void
line_set(struct rump_simdev *sd, bool asserted)
{
	bool change;

	mutex_enter(&sim_lock);
	change = sd->sd_asserting != asserted;
	sd->sd_asserting = asserted;
	mutex_exit(&sim_lock);
	if (change && asserted)
		intr_line_assert(sd->sd_line);
	else if (change)
		intr_line_deassert(sd->sd_line);
}

void
rump_simdev_intr(struct rump_simdev *sd, bool asserted)
{
	const enum simbus_entry e = simbus_enter();

	if (e == SIMBUS_NO)
		return;
	if (asserted && (sd->sd_line == NULL || sd->sd_edge))
		simbus_fail(sd, "it has no level-triggered interrupt");
	else if (sd->sd_pci != NULL)
		simpci_intx(sd, asserted);
	else if (sd->sd_line != NULL && !sd->sd_edge)
		line_set(sd, asserted);
	simbus_leave(e);
}

bool
rump_simdev_message(struct rump_simdev *sd, unsigned vector)
{
	const enum simbus_entry e = simbus_enter();
	struct intr_line *il = NULL;

	if (e == SIMBUS_NO)
		return false;
	if (sd->sd_pci != NULL) {
		mutex_enter(&sim_lock);
		il = simpci_message(sd, vector);
		mutex_exit(&sim_lock);
	} else if (sd->sd_edge) {
		il = sd->sd_line;
	} else {
		simbus_fail(sd, "it has no edge-triggered interrupt");
	}
	if (il != NULL)
		intr_line_trigger(il);
	simbus_leave(e);
	return il != NULL;
}

/* ---- Start and end ---- */

static int
simbus_init(void)
{
	mutex_init(&sim_lock, MUTEX_DEFAULT, IPL_HIGH);
	LIST_INIT(&simdevs);
	simspace_init();
	simpci_init();
	rumpdev_detached = device_detached;
	return 0;
}

/* Drivers have been detached: devices that the test has not destroyed go now. */
static void
simbus_fini(void)
{
	struct rump_simdev *sd;

	rumpdev_detached = NULL;
	while ((sd = LIST_FIRST(&simdevs)) != NULL)
		simdev_free(sd);
	simpci_fini();
	simspace_fini();
	mutex_destroy(&sim_lock);
}

RUMP_COMPONENT_INIT2(RUMP_COMPONENT_DEV, simbus_init, simbus_fini);
