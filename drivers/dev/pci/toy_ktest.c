/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The toy driver: see toy_ktest.h. */
#include <sys/param.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/systm.h>

#include <dev/mainbus.h>
#include <dev/pci/pcivar.h>

#include "toy_ktest.h"

#define NBARS 6
#define NVECS 32

struct toy_softc {
	device_t sc_dev;
	bool sc_pci;
	struct pci_attach_args sc_pa;
	struct mainbus_attach_args sc_maa;
	struct {
		bus_space_tag_t t;
		bus_space_handle_t h;
		bus_size_t size;
	} sc_bar[NBARS];
	pci_intr_handle_t *sc_ihs;
	int sc_nihs;
	struct toy_vec {
		void *ih;
		int count;
	} sc_vec[NVECS];
	bus_dma_tag_t sc_dmat;
	bus_dmamap_t sc_map;
	uint8_t *sc_buf;
	bool sc_careless;
};

static int nattached;
CFDRIVER_DECL(toy, DV_DULL, NULL);

static struct toy_softc *
toy(int unit)
{
	return device_lookup_private(&toy_cd, unit);
}

int
rump_toy_attached(void)
{
	return nattached;
}

bool
rump_toy_args(int unit, struct toy_args *args)
{
	const struct toy_softc *const sc = toy(unit);

	if (sc == NULL || !sc->sc_pci)
		return false;
	*args = (struct toy_args){
		.bus = sc->sc_pa.pa_bus,
		.dev = sc->sc_pa.pa_device,
		.func = sc->sc_pa.pa_function,
		.id = sc->sc_pa.pa_id,
		.class = sc->sc_pa.pa_class,
		.intrpin = sc->sc_pa.pa_intrpin,
		.rawintrpin = sc->sc_pa.pa_rawintrpin,
	};
	return true;
}

/* ---- Registers ---- */

int
rump_toy_map(int unit, int bar)
{
	struct toy_softc *const sc = toy(unit);

	if (sc->sc_pci)
		return pci_mapreg_map(&sc->sc_pa, PCI_BAR(bar),
		    pci_mapreg_type(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_BAR(bar)), 0,
		    &sc->sc_bar[bar].t, &sc->sc_bar[bar].h, NULL, &sc->sc_bar[bar].size);
	sc->sc_bar[0].t = sc->sc_maa.maa_memt;
	sc->sc_bar[0].size = sc->sc_maa.maa_size;
	return bus_space_map(
	    sc->sc_maa.maa_memt, sc->sc_maa.maa_addr, sc->sc_maa.maa_size, 0, &sc->sc_bar[0].h);
}

void
rump_toy_unmap(int unit, int bar)
{
	struct toy_softc *const sc = toy(unit);

	bus_space_unmap(sc->sc_bar[bar].t, sc->sc_bar[bar].h, sc->sc_bar[bar].size);
	sc->sc_bar[bar].size = 0;
}

int
rump_toy_info(int unit, int bar, unsigned type, uint64_t *base, uint64_t *size)
{
	struct toy_softc *const sc = toy(unit);
	bus_addr_t b = 0;
	bus_size_t s = 0;
	const int error =
	    pci_mapreg_info(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_BAR(bar), type, &b, &s, NULL);

	*base = b;
	*size = s;
	return error;
}

unsigned
rump_toy_type(int unit, int bar)
{
	struct toy_softc *const sc = toy(unit);
	pcireg_t type;

	return pci_mapreg_probe(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_BAR(bar), &type) ? type
											: ~0U;
}

uint64_t
rump_toy_read(int unit, int bar, uint32_t off, unsigned width)
{
	struct toy_softc *const sc = toy(unit);
	const bus_space_tag_t t = sc->sc_bar[bar].t;
	const bus_space_handle_t h = sc->sc_bar[bar].h;

	return width == 1 ? bus_space_read_1(t, h, off)
	    : width == 2  ? bus_space_read_2(t, h, off)
	    : width == 4  ? bus_space_read_4(t, h, off)
			  : bus_space_read_8(t, h, off);
}

void
rump_toy_write(int unit, int bar, uint32_t off, unsigned width, uint64_t v)
{
	struct toy_softc *const sc = toy(unit);
	const bus_space_tag_t t = sc->sc_bar[bar].t;
	const bus_space_handle_t h = sc->sc_bar[bar].h;

	switch (width) {
	case 1:
		bus_space_write_1(t, h, off, (uint8_t)v);
		break;
	case 2:
		bus_space_write_2(t, h, off, (uint16_t)v);
		break;
	case 4:
		bus_space_write_4(t, h, off, (uint32_t)v);
		break;
	default:
		bus_space_write_8(t, h, off, v);
	}
}

int
rump_toy_peek(int unit, int bar, uint32_t off)
{
	struct toy_softc *const sc = toy(unit);
	uint32_t v;

	return bus_space_peek_4(sc->sc_bar[bar].t, sc->sc_bar[bar].h, off, &v);
}

uint32_t
rump_toy_conf(int unit, unsigned reg)
{
	struct toy_softc *const sc = toy(unit);

	return pci_conf_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, (int)reg);
}

void
rump_toy_conf_write(int unit, unsigned reg, uint32_t v)
{
	struct toy_softc *const sc = toy(unit);

	pci_conf_write(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, (int)reg, v);
}

int
rump_toy_cap(int unit, bool extended, unsigned id)
{
	struct toy_softc *const sc = toy(unit);
	int off = 0;

	if (extended)
		(void)pci_get_ext_capability(
		    sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, (int)id, &off, NULL);
	else
		(void)pci_get_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, (int)id, &off, NULL);
	return off;
}

/* ---- Interrupts ---- */

static int
toy_handler(void *arg)
{
	((struct toy_vec *)arg)->count++;
	return 1;
}

static int
toy_intr_pci(struct toy_softc *sc, int type, int count)
{
	int counts[PCI_INTR_TYPE_SIZE] = { 0 }, error;

	counts[type] = count;
	error = pci_intr_alloc(&sc->sc_pa, &sc->sc_ihs, counts, (pci_intr_type_t)type);
	if (error != 0)
		return -error;
	sc->sc_nihs = counts[type];
	for (int i = 0; i < sc->sc_nihs; i++) {
		(void)pci_intr_setattr(sc->sc_pa.pa_pc, &sc->sc_ihs[i], PCI_INTR_MPSAFE, true);
		sc->sc_vec[i].ih = pci_intr_establish_xname(sc->sc_pa.pa_pc, sc->sc_ihs[i], IPL_VM,
		    toy_handler, &sc->sc_vec[i], device_xname(sc->sc_dev));
	}
	return sc->sc_nihs;
}

int
rump_toy_intr(int unit, int type, int count)
{
	struct toy_softc *const sc = toy(unit);

	if (sc->sc_pci)
		return toy_intr_pci(sc, type, count);
	sc->sc_vec[0].ih = intr_establish_xname(
	    sc->sc_maa.maa_intr, IPL_VM, toy_handler, &sc->sc_vec[0], true, "toy");
	return 1;
}

void
rump_toy_unintr(int unit)
{
	struct toy_softc *const sc = toy(unit);

	for (int i = 0; i < NVECS; i++) {
		if (sc->sc_vec[i].ih != NULL && sc->sc_pci)
			pci_intr_disestablish(sc->sc_pa.pa_pc, sc->sc_vec[i].ih);
		else if (sc->sc_vec[i].ih != NULL)
			intr_disestablish(sc->sc_vec[i].ih);
		sc->sc_vec[i].ih = NULL;
	}
	pci_intr_release(sc->sc_pa.pa_pc, sc->sc_ihs, sc->sc_nihs);
	sc->sc_ihs = NULL;
	sc->sc_nihs = 0;
}

int
rump_toy_intrs(int unit, int vector)
{
	return toy(unit)->sc_vec[vector].count;
}

const char *
rump_toy_intrstr(int unit, int vector)
{
	static char buf[PCI_INTRSTR_LEN];
	struct toy_softc *const sc = toy(unit);

	return pci_intr_string(sc->sc_pa.pa_pc, sc->sc_ihs[vector], buf, sizeof(buf));
}

/* ---- DMA ---- */

uint64_t
rump_toy_dma(int unit, bool wide)
{
	struct toy_softc *const sc = toy(unit);

	sc->sc_dmat = !sc->sc_pci ? sc->sc_maa.maa_dmat
	    : wide		  ? sc->sc_pa.pa_dmat64
				  : sc->sc_pa.pa_dmat;
	sc->sc_buf = kmem_zalloc(TOY_DMALEN, KM_SLEEP);
	if (bus_dmamap_create(
		sc->sc_dmat, TOY_DMALEN, 8, TOY_DMALEN, 0, BUS_DMA_WAITOK, &sc->sc_map) != 0 ||
	    bus_dmamap_load(
		sc->sc_dmat, sc->sc_map, sc->sc_buf, TOY_DMALEN, NULL, BUS_DMA_WAITOK) != 0)
		return 0;
	return sc->sc_map->dm_segs[0].ds_addr;
}

void
rump_toy_dma_free(int unit)
{
	struct toy_softc *const sc = toy(unit);

	if (sc->sc_map == NULL)
		return;
	bus_dmamap_unload(sc->sc_dmat, sc->sc_map);
	bus_dmamap_destroy(sc->sc_dmat, sc->sc_map);
	kmem_free(sc->sc_buf, TOY_DMALEN);
	sc->sc_map = NULL;
}

uint8_t *
rump_toy_dma_buf(int unit)
{
	return toy(unit)->sc_buf;
}

void
rump_toy_sync(int unit, size_t off, size_t len, int ops)
{
	struct toy_softc *const sc = toy(unit);

	bus_dmamap_sync(sc->sc_dmat, sc->sc_map, off, len, ops);
}

int
rump_toy_segs(int unit, int i, uint64_t *addr, uint64_t *len)
{
	const bus_dmamap_t map = toy(unit)->sc_map;

	if (i < map->dm_nsegs) {
		*addr = map->dm_segs[i].ds_addr;
		*len = map->dm_segs[i].ds_len;
	}
	return map->dm_nsegs;
}

/* ---- Attaching ---- */

static int
toy_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct mainbus_attach_args *const maa = aux;

	return maa->maa_name != NULL && strcmp(maa->maa_name, "toy") == 0;
}

static int
toy_pci_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct pci_attach_args *const pa = aux;

	return PCI_VENDOR(pa->pa_id) == TOY_VENDOR;
}

static void
toy_attach(device_t parent, device_t self, void *aux)
{
	struct toy_softc *const sc = device_private(self);

	sc->sc_dev = self;
	sc->sc_maa = *(struct mainbus_attach_args *)aux;
	nattached++;
	aprint_normal("\n");
}

static void
toy_pci_attach(device_t parent, device_t self, void *aux)
{
	struct toy_softc *const sc = device_private(self);

	sc->sc_dev = self;
	sc->sc_pci = true;
	sc->sc_pa = *(struct pci_attach_args *)aux;
	nattached++;
	pci_aprint_devinfo(&sc->sc_pa, NULL);
}

static int
toy_detach(device_t self, int flags)
{
	struct toy_softc *const sc = device_private(self);
	const int unit = device_unit(self);

	nattached--;
	if (sc->sc_careless)
		return 0;
	rump_toy_unintr(unit);
	rump_toy_dma_free(unit);
	for (int i = 0; i < NBARS; i++)
		if (sc->sc_bar[i].size != 0)
			rump_toy_unmap(unit, i);
	return 0;
}

static bus_space_tag_t ghost_t;
static bus_space_handle_t ghost_h;

void
rump_toy_careless(int unit)
{
	struct toy_softc *const sc = toy(unit);

	sc->sc_careless = true;
	ghost_t = sc->sc_bar[0].t;
	ghost_h = sc->sc_bar[0].h;
}

uint32_t
rump_toy_ghost_read(uint32_t off)
{
	return bus_space_read_4(ghost_t, ghost_h, off);
}

static CFATTACH_DECL_NEW(toy, sizeof(struct toy_softc), toy_match, toy_attach, toy_detach, NULL);
static CFATTACH_DECL_NEW(
    toy_pci, sizeof(struct toy_softc), toy_pci_match, toy_pci_attach, toy_detach, NULL);

static int any_function[] = { PCICF_DEV_DEFAULT, PCICF_FUNCTION_DEFAULT };
static const struct cfparent at_mainbus = { "mainbus", NULL, DVUNIT_ANY },
			     at_pci = { "pci", NULL, DVUNIT_ANY };
static struct cfdata rows[] = {
	{ "toy", "toy", 0, FSTATE_STAR, NULL, 0, &at_mainbus },
	{ "toy", "toy_pci", 0, FSTATE_STAR, any_function, 0, &at_pci },
	{ NULL, NULL, 0, 0, NULL, 0, NULL },
};
static struct cfdriver *const drivers[] = { &toy_cd, NULL };
static struct cfattach *const attachments[] = { &toy_ca, &toy_pci_ca, NULL };
static const struct cfattachinit inits[] = { { "toy", attachments }, { NULL, NULL } };

MODULE(MODULE_CLASS_DRIVER, toy, "pci");

static int
toy_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		nattached = 0;
		return config_init_component(drivers, inits, rows);
	case MODULE_CMD_FINI:
		return config_fini_component(drivers, inits, rows);
	default:
		return ENOTTY;
	}
}
