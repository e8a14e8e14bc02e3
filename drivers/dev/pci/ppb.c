/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ppb(4): a bridge from one PCI bus to another.  Bus numbers and windows are as the firmware has set
 * them.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include "pci_priv.h"

struct ppb_softc {
	device_t sc_dev;
	pcitag_t sc_tag;
	device_t sc_bus; /* KERNEL_LOCK */
	struct pcibus_attach_args sc_pba;
};

static const struct cfiattrdata pcibus_iattr = {
	.ci_name = "pcibus",
	.ci_loclen = 1,
	.ci_locdesc = { { "bus", "-1", PCIBUSCF_BUS_DEFAULT } },
};
static const struct cfiattrdata *const ppb_attrs[] = { &pcibus_iattr, NULL };
CFDRIVER_DECL(ppb, DV_DULL, ppb_attrs);

static int
ppb_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct pci_attach_args *const pa = aux;
	const pcireg_t bhlc = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_BHLC_REG);

	return PCI_CLASS(pa->pa_class) == PCI_CLASS_BRIDGE &&
	    PCI_SUBCLASS(pa->pa_class) == PCI_SUBCLASS_BRIDGE_PCI &&
	    PCI_HDRTYPE_TYPE(bhlc) == PCI_HDRTYPE_PPB;
}

static int
ppb_rescan(device_t self, const char *ifattr, const int *locs)
{
	struct ppb_softc *const sc = device_private(self);

	if (sc->sc_bus == NULL && sc->sc_pba.pba_pc != NULL)
		sc->sc_bus = config_found(self, &sc->sc_pba, pcibusprint,
		    CFARGS(.iattr = "pcibus", .locators = &sc->sc_pba.pba_bus));
	return 0;
}

static void
ppb_attach(device_t parent, device_t self, void *aux)
{
	const struct pci_attach_args *const pa = aux;
	const pcireg_t buses = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_BRIDGE_BUS_REG);
	const u_int secondary = PCI_BRIDGE_BUS_NUM_SECONDARY(buses);
	const u_int last = PCI_BRIDGE_BUS_NUM_SUBORDINATE(buses);
	struct ppb_softc *const sc = device_private(self);

	sc->sc_dev = self;
	sc->sc_tag = pa->pa_tag;
	pci_aprint_devinfo(pa, "PCI bridge");
	(void)pmf_device_register(self, NULL, NULL);
	if (secondary <= pa->pa_bus || last < secondary) {
		aprint_error_dev(self, "bus numbers %u to %u behind bus %u: not used\n", secondary,
		    last, pa->pa_bus);
		return;
	}
	sc->sc_pba = (struct pcibus_attach_args){
		.pba_iot = pa->pa_iot,
		.pba_memt = pa->pa_memt,
		.pba_dmat = pa->pa_dmat,
		.pba_dmat64 = pa->pa_dmat64,
		.pba_pc = pa->pa_pc,
		.pba_flags = pa->pa_flags,
		.pba_bus = (int)secondary,
		.pba_sub = (int)last,
		.pba_bridgetag = &sc->sc_tag,
		.pba_intrswiz = pa->pa_intrswiz,
		.pba_intrtag = pa->pa_intrtag,
	};
	(void)ppb_rescan(self, "pcibus", NULL);
}

static int
ppb_detach(device_t self, int flags)
{
	const int error = config_detach_children(self, flags);

	if (error == 0)
		pmf_device_deregister(self);
	return error;
}

static void
ppb_childdetached(device_t self, device_t child)
{
	struct ppb_softc *const sc = device_private(self);

	if (sc->sc_bus == child)
		sc->sc_bus = NULL;
}

CFATTACH_DECL2_NEW(ppb, sizeof(struct ppb_softc), ppb_match, ppb_attach, ppb_detach, NULL,
    ppb_rescan, ppb_childdetached);
