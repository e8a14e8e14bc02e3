/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pci(4): a bus, whose functions are found by their configuration space and attach with locators "dev" and
 * "function".
 *
 * sc_devices is touched under KERNEL_LOCK, which every function here is called with.
 */
#include <sys/param.h>
#include <sys/module.h>
#include <sys/systm.h>

#include "pci_priv.h"

#define NDEV  32
#define NFUNC 8

struct pci_softc {
	device_t sc_dev;
	bus_space_tag_t sc_iot, sc_memt;
	bus_dma_tag_t sc_dmat, sc_dmat64;
	pci_chipset_tag_t sc_pc;
	int sc_flags;
	int sc_bus;
	int sc_maxdevs;
	bool sc_root;
	u_int sc_intrswiz;
	pcitag_t sc_intrtag;
	device_t sc_devices[NDEV][NFUNC]; /* what has attached */
};

static const struct cfiattrdata pci_iattr = {
	.ci_name = "pci",
	.ci_loclen = PCICF_NLOCS,
	.ci_locdesc = {
		{ "dev", "-1", PCICF_DEV_DEFAULT },
		{ "function", "-1", PCICF_FUNCTION_DEFAULT },
	},
};
static const struct cfiattrdata *const pci_attrs[] = { &pci_iattr, NULL };
CFDRIVER_DECL(pci, DV_BUS, pci_attrs);

int
pcibusprint(void *aux, const char *pnp)
{
	const struct pcibus_attach_args *const pba = aux;

	if (pnp != NULL)
		aprint_normal("pci at %s", pnp);
	aprint_normal(" bus %d", pba->pba_bus);
	return UNCONF;
}

static int
pciprint(void *aux, const char *pnp)
{
	const struct pci_attach_args *const pa = aux;
	char info[128];

	if (pnp != NULL) {
		pci_devinfo(pa->pa_id, pa->pa_class, 1, info, sizeof(info));
		aprint_normal("%s at %s", info, pnp);
	}
	aprint_normal(" dev %u function %u", pa->pa_device, pa->pa_function);
	return UNCONF;
}

/* ---- Looking ---- */

static int
usable_flags(const struct pci_softc *sc, pcireg_t csr)
{
	int flags = sc->sc_flags;

	if ((csr & PCI_COMMAND_IO_ENABLE) == 0)
		flags &= ~PCI_FLAGS_IO_OKAY;
	if ((csr & PCI_COMMAND_MEM_ENABLE) == 0)
		flags &= ~PCI_FLAGS_MEM_OKAY;
	return flags;
}

static void
interrupt_of(const struct pci_softc *sc, pcitag_t tag, struct pci_attach_args *pa)
{
	const pcireg_t intr = pci_conf_read(sc->sc_pc, tag, PCI_INTERRUPT_REG);

	pa->pa_rawintrpin = PCI_INTERRUPT_PIN(intr);
	pa->pa_intrline = PCI_INTERRUPT_LINE(intr);
	pa->pa_intrpin = pa->pa_rawintrpin;
	pa->pa_intrtag = sc->sc_root ? tag : sc->sc_intrtag;
	pa->pa_intrswiz = sc->sc_root ? 0 : sc->sc_intrswiz + pa->pa_device;
	if (pa->pa_rawintrpin != PCI_INTERRUPT_PIN_NONE)
		pa->pa_intrpin = (pa->pa_rawintrpin - PCI_INTERRUPT_PIN_A + pa->pa_intrswiz) % 4 +
		    PCI_INTERRUPT_PIN_A;
}

/* What a driver is told of the function.  False: there is none. */
static bool
function_read(const struct pci_softc *sc, pcitag_t tag, struct pci_attach_args *pa)
{
	const pci_chipset_tag_t pc = sc->sc_pc;
	const pcireg_t id = pci_conf_read(pc, tag, PCI_ID_REG);
	int bus, dev, func;

	if (PCI_VENDOR(id) == PCI_VENDOR_INVALID || PCI_VENDOR(id) == 0)
		return false;
	pci_decompose_tag(pc, tag, &bus, &dev, &func);
	memset(pa, 0, sizeof(*pa));
	pa->pa_iot = sc->sc_iot;
	pa->pa_memt = sc->sc_memt;
	pa->pa_dmat = sc->sc_dmat;
	pa->pa_dmat64 = sc->sc_dmat64;
	if (pc->pc_ops->pco_dmatags != NULL)
		(*pc->pc_ops->pco_dmatags)(pc->pc_cookie, tag, &pa->pa_dmat, &pa->pa_dmat64);
	pa->pa_pc = pc;
	pa->pa_flags = usable_flags(sc, pci_conf_read(pc, tag, PCI_COMMAND_STATUS_REG));
	pa->pa_bus = (u_int)bus;
	pa->pa_device = (u_int)dev;
	pa->pa_function = (u_int)func;
	pa->pa_tag = tag;
	pa->pa_id = id;
	pa->pa_class = pci_conf_read(pc, tag, PCI_CLASS_REG);
	interrupt_of(sc, tag, pa);
	return true;
}

static void
function_attach(struct pci_softc *sc, struct pci_attach_args *pa)
{
	const int locs[PCICF_NLOCS] = {
		[PCICF_DEV] = (int)pa->pa_device,
		[PCICF_FUNCTION] = (int)pa->pa_function,
	};
	device_t *const slot = &sc->sc_devices[pa->pa_device][pa->pa_function];

	if (*slot == NULL)
		*slot = config_found(sc->sc_dev, pa, pciprint,
		    CFARGS(.submatch = config_stdsubmatch, .iattr = "pci", .locators = locs));
}

/* Functions of one device, from 0 on.  Only a device with a function 0 has others (PCI 3.0, 3.2.2.3.4). */
static int
device_look(struct pci_softc *sc, int dev, const int *locs,
    int (*match)(const struct pci_attach_args *), struct pci_attach_args *pap)
{
	const pci_chipset_tag_t pc = sc->sc_pc;
	const pcitag_t first = pci_make_tag(pc, sc->sc_bus, dev, 0);
	struct pci_attach_args pa;
	int nfunc = 1;

	if (!function_read(sc, first, &pa))
		return 0;
	if (PCI_HDRTYPE_MULTIFN(pci_conf_read(pc, first, PCI_BHLC_REG)))
		nfunc = NFUNC;
	for (int func = 0; func < nfunc; func++) {
		if (locs != NULL && locs[PCICF_FUNCTION] != PCICF_FUNCTION_DEFAULT &&
		    locs[PCICF_FUNCTION] != func)
			continue;
		if (!function_read(sc, pci_make_tag(pc, sc->sc_bus, dev, func), &pa))
			continue;
		if (match == NULL) {
			function_attach(sc, &pa);
		} else if ((*match)(&pa)) {
			*pap = pa;
			return 1;
		}
	}
	return 0;
}

int
pci_enumerate_bus(struct pci_softc *sc, const int *locs,
    int (*match)(const struct pci_attach_args *), struct pci_attach_args *pap)
{
	for (int dev = 0; dev < sc->sc_maxdevs; dev++) {
		if (locs != NULL && locs[PCICF_DEV] != PCICF_DEV_DEFAULT && locs[PCICF_DEV] != dev)
			continue;
		if (device_look(sc, dev, locs, match, pap) != 0)
			return 1;
	}
	return 0;
}

int
pci_find_device(struct pci_attach_args *pa, int (*match)(const struct pci_attach_args *))
{
	struct pci_softc *sc;

	for (int unit = 0; unit < pci_cd.cd_ndevs; unit++) {
		sc = device_lookup_private(&pci_cd, unit);
		if (sc != NULL && pci_enumerate_bus(sc, NULL, match, pa) != 0)
			return 1;
	}
	return 0;
}

/* ---- The bus as a device ---- */

static int
pci_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct pcibus_attach_args *const pba = aux;

	if (cf->cf_loc != NULL && cf->cf_loc[PCIBUSCF_BUS] != PCIBUSCF_BUS_DEFAULT &&
	    cf->cf_loc[PCIBUSCF_BUS] != pba->pba_bus)
		return 0;
	return pba->pba_bus >= 0 && pba->pba_bus <= 255;
}

static int
pci_rescan(device_t self, const char *ifattr, const int *locs)
{
	(void)pci_enumerate_bus(device_private(self), locs, NULL, NULL);
	return 0;
}

static void
pci_attach(device_t parent, device_t self, void *aux)
{
	const struct pcibus_attach_args *const pba = aux;
	struct pci_softc *const sc = device_private(self);

	sc->sc_dev = self;
	sc->sc_iot = pba->pba_iot;
	sc->sc_memt = pba->pba_memt;
	sc->sc_dmat = pba->pba_dmat;
	sc->sc_dmat64 = pba->pba_dmat64;
	sc->sc_pc = pba->pba_pc;
	sc->sc_flags = pba->pba_flags;
	sc->sc_bus = pba->pba_bus;
	sc->sc_root = pba->pba_bridgetag == NULL;
	sc->sc_intrswiz = pba->pba_intrswiz;
	sc->sc_intrtag = pba->pba_intrtag;
	sc->sc_maxdevs = MIN(pci_bus_maxdevs(sc->sc_pc, sc->sc_bus), NDEV);
	aprint_normal("\n");
	(void)pmf_device_register(self, NULL, NULL);
	(void)pci_rescan(self, "pci", NULL);
}

static int
pci_detach(device_t self, int flags)
{
	const int error = config_detach_children(self, flags);

	if (error == 0)
		pmf_device_deregister(self);
	return error;
}

static void
pci_childdetached(device_t self, device_t child)
{
	struct pci_softc *const sc = device_private(self);

	for (int dev = 0; dev < NDEV; dev++)
		for (int func = 0; func < NFUNC; func++)
			if (sc->sc_devices[dev][func] == child)
				sc->sc_devices[dev][func] = NULL;
}

CFATTACH_DECL2_NEW(pci, sizeof(struct pci_softc), pci_match, pci_attach, pci_detach, NULL,
    pci_rescan, pci_childdetached);

/* ---- The component ---- */

static struct cfdriver *const drivers[] = { &pci_cd, &ppb_cd, NULL };
static struct cfattach *const pci_cas[] = { &pci_ca, NULL };
static struct cfattach *const ppb_cas[] = { &ppb_ca, NULL };
static const struct cfattachinit inits[] = {
	{ "pci", pci_cas },
	{ "ppb", ppb_cas },
	{ NULL, NULL },
};
static const struct cfparent at_pcibus = { "pcibus", NULL, DVUNIT_ANY };
static const struct cfparent at_pci = { "pci", NULL, DVUNIT_ANY };
static int any_bus[] = { PCIBUSCF_BUS_DEFAULT };
static int any_function[] = { PCICF_DEV_DEFAULT, PCICF_FUNCTION_DEFAULT };
static struct cfdata rows[] = {
	{ "pci", "pci", 0, FSTATE_STAR, any_bus, 0, &at_pcibus },
	{ "ppb", "ppb", 0, FSTATE_STAR, any_function, 0, &at_pci },
	{ NULL, NULL, 0, 0, NULL, 0, NULL },
};

MODULE(MODULE_CLASS_DRIVER, pci, NULL);

static int
pci_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return config_init_component(drivers, inits, rows);
	case MODULE_CMD_FINI:
		return config_fini_component(drivers, inits, rows);
	default:
		return ENOTTY;
	}
}
