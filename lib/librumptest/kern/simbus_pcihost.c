/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* simpci: the host bridge of simulated PCI functions, at mainbus; its lines and messages. */
#include "simpci.h"

#include <dev/mainbus.h>
#include <dev/pci/pcivar.h>

#include "rumpdev.h"

#define MSG_ADDR 0xfee00000UL
#define MSG_BASE 0x4000 /* data of the first message */
#define NMSGS	 2048

static struct intr_line *intx[4];     /* (i) */
static struct intr_line *msgs[NMSGS]; /* sim_lock */
static pcitag_t msg_owner[NMSGS];     /* sim_lock */
static struct intr_line *const taken = (struct intr_line *)msgs;

/* ---- Interrupts ---- */

struct intr_line *
simpcihost_intx(u_int dev, u_int pin)
{
	return intx[(dev + pin - 1) % 4];
}

static struct intr_line *
host_intx(void *cookie, int bus, int dev, int pin)
{
	return simpcihost_intx((u_int)dev, (u_int)pin);
}

struct intr_line *
simpcihost_message(uint64_t addr, uint32_t data)
{
	if (addr != MSG_ADDR || data < MSG_BASE || data - MSG_BASE >= NMSGS)
		return NULL;
	return msgs[data - MSG_BASE];
}

/* n free slots, aligned as MSI wants them when n is a power of two; NMSGS: none.  locks: sim_lock. */
static u_int
slots_find(u_int n)
{
	const u_int step = powerof2(n) ? n : 1;

	for (u_int first = 0; first + n <= NMSGS; first += step) {
		u_int i = 0;

		while (i < n && msgs[first + i] == NULL)
			i++;
		if (i == n)
			return first;
	}
	return NMSGS;
}

static int
host_msi_alloc(
    void *cookie, pcitag_t tag, int n, struct intr_line **lines, uint64_t *addrp, uint32_t *datap)
{
	char name[16];
	u_int first;

	mutex_enter(&sim_lock);
	first = slots_find((u_int)n);
	for (int i = 0; i < n && first < NMSGS; i++) {
		msgs[first + i] = taken;
		msg_owner[first + i] = tag;
	}
	mutex_exit(&sim_lock);
	if (first == NMSGS)
		return ENOSPC;
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "msg%u", first + i);
		lines[i] = intr_line_alloc(name, IST_EDGE);
		mutex_enter(&sim_lock);
		msgs[first + i] = lines[i];
		mutex_exit(&sim_lock);
	}
	*addrp = MSG_ADDR;
	*datap = MSG_BASE + first;
	return 0;
}

static void
host_msi_free(void *cookie, int n, struct intr_line **lines)
{
	for (int i = 0; i < n; i++) {
		mutex_enter(&sim_lock);
		for (u_int m = 0; m < NMSGS; m++)
			if (msgs[m] == lines[i])
				msgs[m] = NULL;
		mutex_exit(&sim_lock);
		intr_line_free(lines[i]);
	}
}

u_int
simpcihost_messages_of(u_int bus, u_int dev, u_int func)
{
	const pcitag_t tag = bus << 16 | dev << 11 | func << 8;
	u_int n = 0;

	mutex_enter(&sim_lock);
	for (u_int m = 0; m < NMSGS; m++)
		n += msgs[m] != NULL && msg_owner[m] == tag;
	mutex_exit(&sim_lock);
	return n;
}

/* ---- Configuration space ---- */

static int
host_maxdevs(void *cookie, int bus)
{
	return 32;
}

static pcireg_t
host_conf_read(void *cookie, pcitag_t tag, int reg)
{
	return simpci_conf_read(tag >> 16 & 0xff, tag >> 11 & 0x1f, tag >> 8 & 7, (u_int)reg);
}

static void
host_conf_write(void *cookie, pcitag_t tag, int reg, pcireg_t v)
{
	simpci_conf_write(tag >> 16 & 0xff, tag >> 11 & 0x1f, tag >> 8 & 7, (u_int)reg, v);
}

static void
host_dmatags(void *cookie, pcitag_t tag, bus_dma_tag_t *dmat, bus_dma_tag_t *dmat64)
{
	struct rump_simdev *sd;

	mutex_enter(&sim_lock);
	sd = simpci_at(tag >> 16 & 0xff, tag >> 11 & 0x1f, tag >> 8 & 7);
	if (sd != NULL) {
		*dmat = sd->sd_dmat32;
		*dmat64 = sd->sd_dmat;
	}
	mutex_exit(&sim_lock);
}

static const struct pci_chipset_ops host_ops = {
	.pco_bus_maxdevs = host_maxdevs,
	.pco_conf_read = host_conf_read,
	.pco_conf_write = host_conf_write,
	.pco_intx = host_intx,
	.pco_msi_alloc = host_msi_alloc,
	.pco_msi_free = host_msi_free,
	.pco_dmatags = host_dmatags,
};
static struct pci_chipset_tag host = { .pc_ops = &host_ops };

/* ---- The bridge as a device ---- */

static const struct cfiattrdata pcibus_iattr = {
	.ci_name = "pcibus",
	.ci_loclen = 1,
	.ci_locdesc = { { "bus", "-1", PCIBUSCF_BUS_DEFAULT } },
};
static const struct cfiattrdata *const simpci_attrs[] = { &pcibus_iattr, NULL };
static CFDRIVER_DECL(simpci, DV_BUS, simpci_attrs);
static const char host_name[] = "simpci";

static int
simpci_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct mainbus_attach_args *const maa = aux;

	return maa->maa_name == host_name;
}

static int
simpci_rescan(device_t self, const char *ifattr, const int *locs)
{
	static const int bus0 = 0;
	struct pcibus_attach_args pba = {
		.pba_iot = &sim_iot,
		.pba_memt = &sim_memt,
		.pba_dmat = rump_dma_tag,
		.pba_dmat64 = rump_dma_tag,
		.pba_pc = &host,
		.pba_flags = PCI_FLAGS_IO_OKAY | PCI_FLAGS_MEM_OKAY | PCI_FLAGS_MSI_OKAY |
		    PCI_FLAGS_MSIX_OKAY,
		.pba_sub = 255,
	};
	device_t *const child = device_private(self);

	if (*child == NULL)
		*child =
		    config_found(self, &pba, NULL, CFARGS(.iattr = "pcibus", .locators = &bus0));
	return 0;
}

static void
simpci_attach(device_t parent, device_t self, void *aux)
{
	aprint_normal(": simulated PCI host bridge\n");
	(void)simpci_rescan(self, "pcibus", NULL);
}

static int
simpci_detach(device_t self, int flags)
{
	return config_detach_children(self, flags);
}

static void
simpci_childdetached(device_t self, device_t child)
{
	*(device_t *)device_private(self) = NULL;
}

static CFATTACH_DECL2_NEW(simpci, sizeof(device_t), simpci_match, simpci_attach, simpci_detach,
    NULL, simpci_rescan, simpci_childdetached);

static struct cfdriver *const drivers[] = { &simpci_cd, NULL };
static struct cfattach *const attachments[] = { &simpci_ca, NULL };
static const struct cfattachinit inits[] = { { "simpci", attachments }, { NULL, NULL } };
static const struct cfparent at_mainbus = { "mainbus", NULL, DVUNIT_ANY };
static struct cfdata rows[] = {
	{ "simpci", "simpci", 0, FSTATE_STAR, NULL, 0, &at_mainbus },
	{ NULL, NULL, 0, 0, NULL, 0, NULL },
};

int
simpcihost_scan(void)
{
	struct mainbus_attach_args maa = { .maa_name = host_name };
	bool any = false;
	deviter_t di;
	device_t dev;

	if (device_lookup(&simpci_cd, 0) == NULL)
		(void)config_found(
		    rumpdev_mainbus, &maa, mainbus_print, CFARGS(.iattr = "mainbus"));
	for (dev = deviter_first(&di, DEVITER_F_ROOT_FIRST); dev != NULL; dev = deviter_next(&di)) {
		if (!device_is_a(dev, "pci"))
			continue;
		any = true;
		KERNEL_LOCK(1, NULL);
		(void)(*device_cfattach(dev)->ca_rescan)(dev, "pci", NULL);
		KERNEL_UNLOCK_ONE(NULL);
	}
	deviter_release(&di);
	return any ? 0 : ENODEV;
}

void
simpcihost_init(void)
{
	static const char *const names[] = { "INTA", "INTB", "INTC", "INTD" };

	for (int i = 0; i < 4; i++)
		intx[i] = intr_line_alloc(names[i], IST_LEVEL);
	memset(msgs, 0, sizeof(msgs));
	(void)config_init_component(drivers, inits, rows);
}

void
simpcihost_fini(void)
{
	(void)config_fini_component(drivers, inits, rows);
	for (int i = 0; i < 4; i++)
		intr_line_free(intx[i]);
}
