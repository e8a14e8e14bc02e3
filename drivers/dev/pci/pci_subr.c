/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* pci(9): configuration space, capabilities, what things are called. */
#include <sys/param.h>
#include <sys/systm.h>

#include <dev/pci/pcivar.h>

#define MAX_CAPS    ((PCI_CONF_SIZE - 0x40) / 4)
#define MAX_EXTCAPS ((PCI_EXTCONF_SIZE - PCI_CONF_SIZE) / 4)

int
pci_bus_maxdevs(pci_chipset_tag_t pc, int bus)
{
	return (*pc->pc_ops->pco_bus_maxdevs)(pc->pc_cookie, bus);
}

pcitag_t
pci_make_tag(pci_chipset_tag_t pc, int bus, int device, int function)
{
	KASSERT(
	    bus >= 0 && bus < 256 && device >= 0 && device < 32 && function >= 0 && function < 8);
	return (pcitag_t)(bus << 16 | device << 11 | function << 8);
}

void
pci_decompose_tag(pci_chipset_tag_t pc, pcitag_t tag, int *bp, int *dp, int *fp)
{
	if (bp != NULL)
		*bp = tag >> 16 & 0xff;
	if (dp != NULL)
		*dp = tag >> 11 & 0x1f;
	if (fp != NULL)
		*fp = tag >> 8 & 7;
}

pcireg_t
pci_conf_read(pci_chipset_tag_t pc, pcitag_t tag, int reg)
{
	if (reg < 0 || reg >= PCI_EXTCONF_SIZE || (reg & 3) != 0)
		return (pcireg_t)-1;
	return (*pc->pc_ops->pco_conf_read)(pc->pc_cookie, tag, reg);
}

void
pci_conf_write(pci_chipset_tag_t pc, pcitag_t tag, int reg, pcireg_t v)
{
	if (reg >= 0 && reg < PCI_EXTCONF_SIZE && (reg & 3) == 0)
		(*pc->pc_ops->pco_conf_write)(pc->pc_cookie, tag, reg, v);
}

int
pci_get_capability(pci_chipset_tag_t pc, pcitag_t tag, int capid, int *offset, pcireg_t *value)
{
	pcireg_t reg = pci_conf_read(pc, tag, PCI_COMMAND_STATUS_REG);
	int at;

	if ((reg & PCI_STATUS_CAPLIST_SUPPORT) == 0 || reg == (pcireg_t)-1)
		return 0;
	/* Types 0 and 1 have the pointer in the same place. */
	if (PCI_HDRTYPE_TYPE(pci_conf_read(pc, tag, PCI_BHLC_REG)) > PCI_HDRTYPE_PPB)
		return 0;
	at = PCI_CAPLIST_PTR(pci_conf_read(pc, tag, PCI_CAPLISTPTR_REG)) & ~3;
	for (int i = 0; i < MAX_CAPS && at >= 0x40; i++) {
		reg = pci_conf_read(pc, tag, at);
		if (PCI_CAPLIST_CAP(reg) == (pcireg_t)capid) {
			if (offset != NULL)
				*offset = at;
			if (value != NULL)
				*value = reg;
			return 1;
		}
		at = PCI_CAPLIST_NEXT(reg) & ~3;
	}
	return 0;
}

int
pci_get_ext_capability(pci_chipset_tag_t pc, pcitag_t tag, int capid, int *offset, pcireg_t *value)
{
	int at = PCI_EXTCAPLIST_BASE;

	if (!pci_get_capability(pc, tag, PCI_CAP_PCIEXPRESS, NULL, NULL))
		return 0;
	for (int i = 0; i < MAX_EXTCAPS && at >= PCI_EXTCAPLIST_BASE; i++) {
		const pcireg_t reg = pci_conf_read(pc, tag, at);

		if (reg == 0 || reg == (pcireg_t)-1)
			return 0;
		if (PCI_EXTCAPLIST_CAP(reg) == (pcireg_t)capid) {
			if (offset != NULL)
				*offset = at;
			if (value != NULL)
				*value = reg;
			return 1;
		}
		at = PCI_EXTCAPLIST_NEXT(reg) & ~3;
	}
	return 0;
}

bool
pci_dma64_available(const struct pci_attach_args *pa)
{
	return pa->pa_dmat64 != NULL && pa->pa_dmat64 != pa->pa_dmat;
}

/* ---- Names ---- */

const char *
pci_findvendor(char *out, size_t len, pcireg_t id)
{
	snprintf(out, len, "vendor %04x", PCI_VENDOR(id));
	return out;
}

const char *
pci_findproduct(char *out, size_t len, pcireg_t id)
{
	snprintf(out, len, "product %04x", PCI_PRODUCT(id));
	return out;
}

void
pci_devinfo(pcireg_t id, pcireg_t class, int showclass, char *cp, size_t len)
{
	const int n =
	    snprintf(cp, len, "vendor %04x product %04x", PCI_VENDOR(id), PCI_PRODUCT(id));

	if (showclass && n >= 0 && (size_t)n < len)
		snprintf(cp + n, len - n,
		    " (class %#04x, subclass %#04x, interface %#04x, revision %#04x)",
		    PCI_CLASS(class), PCI_SUBCLASS(class), PCI_INTERFACE(class),
		    PCI_REVISION(class));
}

void
pci_aprint_devinfo_fancy(
    const struct pci_attach_args *pa, const char *naive, const char *known, int addrev)
{
	char info[128];

	if (known != NULL)
		strlcpy(info, known, sizeof(info));
	else
		pci_devinfo(pa->pa_id, pa->pa_class, 0, info, sizeof(info));
	aprint_naive(": %s\n", naive != NULL ? naive : info);
	if (known == NULL || addrev)
		aprint_normal(": %s (rev. 0x%02x)\n", info, PCI_REVISION(pa->pa_class));
	else
		aprint_normal(": %s\n", info);
}
