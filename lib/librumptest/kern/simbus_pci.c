/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Simulated PCI functions.
 *
 * Configuration space is words with masks of what can be written, so sizing a BAR needs no case of its own. The
 * firmware's work - addresses, bus numbers, decoding on - is done when a function is made.
 */
#include "simpci.h"

#include <sys/bitops.h>

static bus_addr_t next_mem, next_mem64, next_io; /* sim_lock */
static u_int last_bus;				 /* sim_lock */

static inline uint32_t *
conf(struct simpci *sp, u_int reg)
{
	return &sp->sp_conf[reg / 4];
}

/* ---- Places ---- */

static struct rump_simdev *
find(u_int bus, u_int dev, u_int func, bool plugged)
{
	struct rump_simdev *sd;

	KASSERT(mutex_owned(&sim_lock));
	LIST_FOREACH (sd, &simdevs, sd_list) {
		const struct simpci *const sp = sd->sd_pci;

		if (sp != NULL && sp->sp_bus == bus && sp->sp_dev == dev && sp->sp_func == func &&
		    (sp->sp_plugged || !plugged))
			return sd;
	}
	return NULL;
}

struct rump_simdev *
simpci_at(u_int bus, u_int dev, u_int func)
{
	return find(bus, dev, func, true);
}

/* The bridge that bus is behind.  locks: sim_lock. */
static struct rump_simdev *
bridge_to(u_int bus)
{
	struct rump_simdev *sd;

	LIST_FOREACH (sd, &simdevs, sd_list)
		if (sd->sd_pci != NULL && sd->sd_pci->sp_behind == bus && bus != 0)
			return sd;
	return NULL;
}

bool
simpci_is(const struct rump_simdev *sd, device_t dev)
{
	const struct simpci *const sp = sd->sd_pci;

	return device_attached_to_iattr(dev, "pci") && device_locator(dev, 0) == (int)sp->sp_dev &&
	    device_locator(dev, 1) == (int)sp->sp_func &&
	    device_locator(device_parent(dev), 0) == (int)sp->sp_bus;
}

/* The pin at the root bus, and the device there that it comes from. */
static struct intr_line *
route(u_int bus, u_int dev, u_int pin)
{
	const struct rump_simdev *bridge;

	mutex_enter(&sim_lock);
	while ((bridge = bridge_to(bus)) != NULL) {
		pin = (pin - 1 + dev) % 4 + 1;
		dev = bridge->sd_pci->sp_dev;
		bus = bridge->sd_pci->sp_bus;
	}
	mutex_exit(&sim_lock);
	return simpcihost_intx(dev, pin);
}

/* ---- Base addresses ---- */

static bus_addr_t
address_take(bus_size_t size, bool io, bool wide)
{
	bus_addr_t *const next = io ? &next_io : wide ? &next_mem64 : &next_mem;
	bus_addr_t addr;

	mutex_enter(&sim_lock);
	addr = roundup(*next, size);
	*next = addr + size;
	mutex_exit(&sim_lock);
	return addr;
}

/* What the BAR decodes.  locks: sim_lock. */
static void
bar_decode(struct rump_simdev *sd, int i)
{
	struct simpci *const sp = sd->sd_pci;
	struct simwindow *const sw = &sd->sd_windows[i];
	uint64_t addr = *conf(sp, PCI_BAR(i));

	if (sw->sw_size == 0)
		return;
	addr &= sw->sw_io ? PCI_MAPREG_IO_ADDR_MASK : PCI_MAPREG_MEM_ADDR_MASK;
	if (sp->sp_wide[i])
		addr |= (uint64_t)*conf(sp, PCI_BAR(i + 1)) << 32;
	sw->sw_addr = addr;
}

static int
bar_init(struct rump_simdev *sd, const struct rump_simpci *desc, int i)
{
	const struct rump_simbar *const bar = &desc->bar[i];
	const bool x = desc->msix != 0 && desc->msix_bar == i;
	struct simpci *const sp = sd->sd_pci;
	const uint64_t mask = ~((uint64_t)bar->size - 1);
	struct rump_simreg *regs;
	bus_addr_t addr;
	int error;

	if (bar->size == 0)
		return 0;
	if (!powerof2(bar->size) || bar->size < (bar->io ? 4 : 16) ||
	    (bar->wide && (bar->io || i == 5))) {
		printf("simulated device %s: BAR%d of %u bytes makes no sense\n", sd->sd_name, i,
		    bar->size);
		return EINVAL;
	}
	regs = kmem_zalloc((bar->nregs + 1) * sizeof(*regs), KM_SLEEP);
	if (bar->nregs != 0)
		memcpy(regs, bar->regs, bar->nregs * sizeof(*regs));
	regs[bar->nregs] = (struct rump_simreg){ .name = "MSI-X table",
		.offset = desc->msix_offset,
		.width = 4,
		.kind = RUMP_SIMREG_MEM,
		.count = desc->msix * 4U };
	error = simwindow_init(sd, i, bar->size, bar->io, regs, bar->nregs + (x ? 1 : 0));
	kmem_free(regs, (bar->nregs + 1) * sizeof(*regs));
	if (error != 0)
		return error;
	addr = address_take(bar->size, bar->io, bar->wide);
	sp->sp_wide[i] = bar->wide;
	*conf(sp, PCI_BAR(i)) = (uint32_t)addr | (bar->io ? PCI_MAPREG_TYPE_IO : 0) |
	    (bar->wide ? PCI_MAPREG_MEM_TYPE_64BIT : 0) |
	    (bar->prefetchable ? PCI_MAPREG_MEM_PREFETCHABLE_MASK : 0);
	sp->sp_wmask[PCI_BAR(i) / 4] = (uint32_t)mask;
	if (bar->wide) {
		*conf(sp, PCI_BAR(i + 1)) = (uint32_t)(addr >> 32);
		sp->sp_wmask[PCI_BAR(i + 1) / 4] = (uint32_t)(mask >> 32);
	}
	mutex_enter(&sim_lock);
	bar_decode(sd, i);
	mutex_exit(&sim_lock);
	return 0;
}

/* ---- Configuration space ---- */

/* The line follows what the card wants and the command register lets it.  locks: none. */
static void
intx_update(struct rump_simdev *sd)
{
	struct simpci *const sp = sd->sd_pci;
	bool want, change;

	mutex_enter(&sim_lock);
	want = sp->sp_asserting &&
	    (*conf(sp, PCI_COMMAND_STATUS_REG) & PCI_COMMAND_INTERRUPT_DISABLE) == 0;
	change = want != sp->sp_driving;
	sp->sp_driving = want;
	mutex_exit(&sim_lock);
	if (change && want)
		intr_line_assert(sd->sd_line);
	else if (change)
		intr_line_deassert(sd->sd_line);
}

void
simpci_intx(struct rump_simdev *sd, bool asserted)
{
	struct simpci *const sp = sd->sd_pci;
	uint32_t *const csr = conf(sp, PCI_COMMAND_STATUS_REG);

	mutex_enter(&sim_lock);
	sp->sp_asserting = asserted;
	*csr = asserted ? *csr | PCI_STATUS_INT_STATUS : *csr & ~PCI_STATUS_INT_STATUS;
	mutex_exit(&sim_lock);
	if (sd->sd_line != NULL)
		intx_update(sd);
}

uint32_t
simpci_conf_read(u_int bus, u_int dev, u_int func, u_int reg)
{
	struct rump_simdev *sd;
	uint32_t v = 0xffffffff;

	mutex_enter(&sim_lock);
	sd = simpci_at(bus, dev, func);
	if (sd != NULL && !sd->sd_gone)
		v = *conf(sd->sd_pci, reg);
	mutex_exit(&sim_lock);
	return v;
}

void
simpci_conf_write(u_int bus, u_int dev, u_int func, u_int reg, uint32_t v)
{
	struct rump_simdev *sd;
	struct simpci *sp;
	uint32_t *word;

	mutex_enter(&sim_lock);
	sd = simpci_at(bus, dev, func);
	if (sd != NULL && !sd->sd_gone) {
		sp = sd->sd_pci;
		word = conf(sp, reg);
		*word &= ~(v & sp->sp_w1c[reg / 4]);
		*word = (*word & ~sp->sp_wmask[reg / 4]) | (v & sp->sp_wmask[reg / 4]);
		for (int i = 0; i < SIM_NWINDOWS; i++)
			bar_decode(sd, i);
	}
	mutex_exit(&sim_lock);
	if (sd != NULL && reg == PCI_COMMAND_STATUS_REG && sd->sd_line != NULL)
		intx_update(sd);
}

bool
simpci_decodes(const struct rump_simdev *sd, const struct simwindow *sw)
{
	const uint32_t csr = *conf(sd->sd_pci, PCI_COMMAND_STATUS_REG);

	return (csr & (sw->sw_io ? PCI_COMMAND_IO_ENABLE : PCI_COMMAND_MEM_ENABLE)) != 0;
}

bool
simpci_masters(const struct rump_simdev *sd)
{
	return (*conf(sd->sd_pci, PCI_COMMAND_STATUS_REG) & PCI_COMMAND_MASTER_ENABLE) != 0;
}

/* ---- Capabilities ---- */

static void
store(struct simpci *sp, u_int off, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++, off++) {
		*conf(sp, off) &= ~(0xffU << 8 * (off & 3));
		*conf(sp, off) |= (uint32_t)bytes[i] << 8 * (off & 3);
	}
}

static u_int
cap_add(struct simpci *sp, uint8_t id, const uint8_t *bytes, size_t len)
{
	const u_int at = sp->sp_capend;

	if (len < 2 || len > PCI_CONF_SIZE - at)
		return 0;
	store(sp, at, bytes, len);
	store(sp, at, (const uint8_t[]){ id, 0 }, 2);
	if (sp->sp_caplast == 0)
		store(sp, PCI_CAPLISTPTR_REG, (const uint8_t[]){ (uint8_t)at }, 1);
	else
		store(sp, sp->sp_caplast + 1, (const uint8_t[]){ (uint8_t)at }, 1);
	*conf(sp, PCI_COMMAND_STATUS_REG) |= PCI_STATUS_CAPLIST_SUPPORT;
	sp->sp_caplast = at;
	sp->sp_capend = roundup(at + (u_int)len, 4);
	return at;
}

static u_int
extcap_add(struct simpci *sp, uint16_t id, const uint8_t *bytes, size_t len)
{
	const u_int at = sp->sp_extend;

	if (len < 4 || len > PCI_EXTCONF_SIZE - at)
		return 0;
	store(sp, at, bytes, len);
	*conf(sp, at) = id | 1U << 16;
	if (sp->sp_extlast != 0)
		*conf(sp, sp->sp_extlast) |= at << 20;
	sp->sp_extlast = at;
	sp->sp_extend = roundup(at + (u_int)len, 4);
	return at;
}

unsigned
rump_simpci_capability(
    struct rump_simdev *sd, bool extended, uint16_t id, const void *bytes, size_t len)
{
	const enum simbus_entry e = simbus_enter();
	u_int at = 0;

	if (e == SIMBUS_NO)
		return 0;
	mutex_enter(&sim_lock);
	if (extended)
		at = extcap_add(sd->sd_pci, id, bytes, len);
	else
		at = cap_add(sd->sd_pci, (uint8_t)id, bytes, len);
	mutex_exit(&sim_lock);
	simbus_leave(e);
	return at;
}

/* Both kinds of messages.  locks: sim_lock, or the function is not on view yet. */
static void
message_caps(struct simpci *sp, const struct rump_simpci *desc)
{
	uint8_t msi[14] = { 0 }, msix[12] = { 0 };

	if (desc->msi != 0) {
		sp->sp_msi = cap_add(sp, PCI_CAP_MSI, msi, sizeof(msi));
		*conf(sp, sp->sp_msi) |= PCI_MSI_CTL_64BIT_ADDR | (uint32_t)ilog2(desc->msi) << 17;
		sp->sp_wmask[sp->sp_msi / 4] = PCI_MSI_CTL_MSI_ENABLE | PCI_MSI_CTL_MME_MASK;
		sp->sp_wmask[sp->sp_msi / 4 + 1] = 0xfffffffc;
		sp->sp_wmask[sp->sp_msi / 4 + 2] = 0xffffffff;
		sp->sp_wmask[sp->sp_msi / 4 + 3] = 0x0000ffff;
	}
	if (desc->msix != 0) {
		sp->sp_msix = cap_add(sp, PCI_CAP_MSIX, msix, sizeof(msix));
		*conf(sp, sp->sp_msix) |= (uint32_t)(desc->msix - 1) << 16;
		*conf(sp, sp->sp_msix + PCI_MSIX_TBLOFFSET) = desc->msix_offset | desc->msix_bar;
		*conf(sp, sp->sp_msix + PCI_MSIX_PBAOFFSET) =
		    roundup(desc->msix_offset + desc->msix * 16U, 8) | desc->msix_bar;
		sp->sp_wmask[sp->sp_msix / 4] = PCI_MSIX_CTL_ENABLE | PCI_MSIX_CTL_FUNCMASK;
		sp->sp_msixbar = desc->msix_bar;
		sp->sp_msixoff = desc->msix_offset;
	}
}

static struct intr_line *
msix_line(struct rump_simdev *sd, u_int vector)
{
	struct simpci *const sp = sd->sd_pci;
	struct simreg *r;
	uint32_t entry[4], index;

	if ((*conf(sp, sp->sp_msix) & PCI_MSIX_CTL_FUNCMASK) != 0 ||
	    vector >= PCI_MSIX_CTL_TBLSIZE(*conf(sp, sp->sp_msix)))
		return NULL;
	r = simwindow_find(&sd->sd_windows[sp->sp_msixbar], sp->sp_msixoff + vector * 16, &index);
	memcpy(entry, r->sr_mem + index, sizeof(entry));
	if ((entry[3] & PCI_MSIX_VECTCTL_MASK) != 0)
		return NULL;
	return simpcihost_message(entry[0] | (uint64_t)entry[1] << 32, entry[2]);
}

static struct intr_line *
msi_line(struct simpci *sp, u_int vector)
{
	const uint64_t addr = *conf(sp, sp->sp_msi + PCI_MSI_MADDR64_LO) |
	    (uint64_t)*conf(sp, sp->sp_msi + PCI_MSI_MADDR64_HI) << 32;

	if (vector >= 1U << PCI_MSI_CTL_MME(*conf(sp, sp->sp_msi)))
		return NULL;
	return simpcihost_message(addr, *conf(sp, sp->sp_msi + PCI_MSI_MDATA64) + vector);
}

u_int
simpci_messages(const struct rump_simdev *sd)
{
	return simpcihost_messages_of(sd->sd_pci->sp_bus, sd->sd_pci->sp_dev, sd->sd_pci->sp_func);
}

struct intr_line *
simpci_message(struct rump_simdev *sd, unsigned vector)
{
	struct simpci *const sp = sd->sd_pci;

	if (sd->sd_gone || !sp->sp_plugged || !simpci_masters(sd))
		return NULL;
	if (sp->sp_msix != 0 && (*conf(sp, sp->sp_msix) & PCI_MSIX_CTL_ENABLE) != 0)
		return msix_line(sd, vector);
	if (sp->sp_msi != 0 && (*conf(sp, sp->sp_msi) & PCI_MSI_CTL_MSI_ENABLE) != 0)
		return msi_line(sp, vector);
	return NULL;
}

/* ---- Making ---- */

static bool
place_ok(const char *name, u_int bus, u_int dev, u_int func)
{
	bool ok;

	mutex_enter(&sim_lock);
	ok = dev < 32 && func < 8 && (bus == 0 || bridge_to(bus) != NULL) &&
	    find(bus, dev, func, false) == NULL;
	mutex_exit(&sim_lock);
	if (!ok)
		printf("simulated device %s: no place at bus %u dev %u function %u\n", name, bus,
		    dev, func);
	return ok;
}

static struct rump_simdev *
function_new(
    const char *name, void *arg, u_int bus, u_int dev, u_int func, uint32_t id, uint32_t class)
{
	struct rump_simdev *const sd = simdev_new(name, arg, 0);
	struct simpci *const sp = kmem_zalloc(sizeof(*sp), KM_SLEEP);

	sp->sp_bus = bus;
	sp->sp_dev = dev;
	sp->sp_func = func;
	sp->sp_capend = 0x40;
	sp->sp_extend = PCI_EXTCAPLIST_BASE;
	*conf(sp, PCI_ID_REG) = id;
	*conf(sp, PCI_CLASS_REG) = class;
	*conf(sp, PCI_COMMAND_STATUS_REG) = PCI_COMMAND_IO_ENABLE | PCI_COMMAND_MEM_ENABLE;
	sp->sp_wmask[PCI_COMMAND_STATUS_REG / 4] = 0x0547;
	sp->sp_w1c[PCI_COMMAND_STATUS_REG / 4] = PCI_STATUS_W1C;
	sp->sp_wmask[PCI_BHLC_REG / 4] = 0x0000ffff;
	sp->sp_wmask[PCI_INTERRUPT_REG / 4] = 0x000000ff;
	mutex_enter(&sim_lock);
	sd->sd_pci = sp;
	mutex_exit(&sim_lock);
	return sd;
}

/* Function 0 says that there are others. */
static void
mark_multi(u_int bus, u_int dev)
{
	struct rump_simdev *first, *sd;
	u_int n = 0;

	mutex_enter(&sim_lock);
	first = find(bus, dev, 0, false);
	LIST_FOREACH (sd, &simdevs, sd_list)
		if (sd->sd_pci != NULL && sd->sd_pci->sp_bus == bus && sd->sd_pci->sp_dev == dev)
			n++;
	if (first != NULL && n > 1)
		*conf(first->sd_pci, PCI_BHLC_REG) |= 0x00800000;
	mutex_exit(&sim_lock);
}

static struct rump_simdev *
function_create(const struct rump_simpci *d)
{
	struct rump_simdev *sd;
	int error = 0;

	if (!place_ok(d->name, d->bus, d->dev, d->func))
		return NULL;
	if (d->intpin > 4 || (d->msi != 0 && (!powerof2(d->msi) || d->msi > 32)) ||
	    d->msix > 2048 ||
	    (d->msix != 0 &&
		(d->msix_bar > 5 || d->bar[d->msix_bar].size == 0 || d->msix_offset % 8 != 0))) {
		printf("simulated device %s: its interrupts make no sense\n", d->name);
		return NULL;
	}
	sd = function_new(d->name, d->arg, d->bus, d->dev, d->func,
	    PCI_ID_CODE(d->vendor, d->product),
	    PCI_CLASS_CODE(d->baseclass, d->subclass, d->interface) | d->revision);
	*conf(sd->sd_pci, PCI_SUBSYS_ID_REG) = PCI_ID_CODE(d->subvendor, d->subsystem);
	*conf(sd->sd_pci, PCI_INTERRUPT_REG) = (uint32_t)d->intpin << 8;
	for (int i = 0; i < SIM_NWINDOWS && error == 0; i++)
		error = bar_init(sd, d, i);
	if (error != 0) {
		simdev_free(sd);
		return NULL;
	}
	message_caps(sd->sd_pci, d);
	if (d->intpin != 0)
		sd->sd_line = route(d->bus, d->dev, d->intpin);
	mark_multi(d->bus, d->dev);
	return sd;
}

struct rump_simdev *
rump_simpci_create(const struct rump_simpci *desc)
{
	const enum simbus_entry e = simbus_enter();
	struct rump_simdev *const sd = e != SIMBUS_NO ? function_create(desc) : NULL;

	simbus_leave(e);
	return sd;
}

static struct rump_simdev *
bridge_create(u_int bus, u_int dev, u_int *busp)
{
	struct rump_simdev *sd, *up;
	struct simpci *sp;

	if (!place_ok("bridge", bus, dev, 0))
		return NULL;
	sd = function_new("bridge", NULL, bus, dev, 0, PCI_ID_CODE(0x1b36, 0x0001),
	    PCI_CLASS_CODE(PCI_CLASS_BRIDGE, PCI_SUBCLASS_BRIDGE_PCI, 0));
	sp = sd->sd_pci;
	*conf(sp, PCI_BHLC_REG) = PCI_HDRTYPE_PPB << 16;
	sp->sp_wmask[PCI_BRIDGE_BUS_REG / 4] = 0xffffffff;
	mutex_enter(&sim_lock);
	sp->sp_behind = ++last_bus;
	*conf(sp, PCI_BRIDGE_BUS_REG) = bus | sp->sp_behind << 8 | sp->sp_behind << 16;
	for (up = bridge_to(bus); up != NULL; up = bridge_to(up->sd_pci->sp_bus))
		*conf(up->sd_pci, PCI_BRIDGE_BUS_REG) =
		    (*conf(up->sd_pci, PCI_BRIDGE_BUS_REG) & 0xff00ffff) | last_bus << 16;
	mutex_exit(&sim_lock);
	*busp = sp->sp_behind;
	return sd;
}

struct rump_simdev *
rump_simpci_bridge(unsigned bus, unsigned dev, unsigned *busp)
{
	const enum simbus_entry e = simbus_enter();
	struct rump_simdev *const sd = e != SIMBUS_NO ? bridge_create(bus, dev, busp) : NULL;

	simbus_leave(e);
	return sd;
}

void
simpci_free(struct rump_simdev *sd)
{
	simpci_intx(sd, false);
	kmem_free(sd->sd_pci, sizeof(*sd->sd_pci));
}

/* ---- Plugging ---- */

int
simpci_plug(struct rump_simdev *sd)
{
	mutex_enter(&sim_lock);
	sd->sd_pci->sp_plugged = true;
	mutex_exit(&sim_lock);
	return simpcihost_scan();
}

void
simpci_unplug(struct rump_simdev *sd)
{
	mutex_enter(&sim_lock);
	sd->sd_pci->sp_plugged = false;
	mutex_exit(&sim_lock);
}

void
simpci_init(void)
{
	next_mem = 0xc0000000;
	next_mem64 = 0x400000000;
	next_io = 0x1000;
	last_bus = 0;
	simpcihost_init();
}

void
simpci_fini(void)
{
	simpcihost_fini();
}

/* ---- The card's own view ---- */

uint32_t
rump_simpci_conf_get(struct rump_simdev *sd, unsigned reg)
{
	const enum simbus_entry e = simbus_enter();
	uint32_t v = 0xffffffff;

	if (e == SIMBUS_NO || reg >= PCI_EXTCONF_SIZE)
		return v;
	mutex_enter(&sim_lock);
	v = *conf(sd->sd_pci, reg);
	mutex_exit(&sim_lock);
	simbus_leave(e);
	return v;
}

void
rump_simpci_conf_set(struct rump_simdev *sd, unsigned reg, uint32_t v)
{
	const enum simbus_entry e = simbus_enter();

	if (e == SIMBUS_NO || reg >= PCI_EXTCONF_SIZE)
		return;
	mutex_enter(&sim_lock);
	*conf(sd->sd_pci, reg) = v;
	mutex_exit(&sim_lock);
	simbus_leave(e);
}
