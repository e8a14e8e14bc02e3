/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pci_msi(9): interrupts that are writes of messages.
 *
 * The host gives lines and the message of the first; MSI puts one message into the capability, MSI-X one
 * into each entry of a table in the card's memory.  Establishing a handler on a vector lets it come.
 */
#include <sys/param.h>
#include <sys/bitops.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "pci_priv.h"

/* Used by the function's driver alone, in one thread at a time. */
struct pci_msi {
	pci_chipset_tag_t pm_pc;
	pcitag_t pm_tag;
	int pm_off; /* of the capability */
	bool pm_x;
	int pm_count;	/* vectors */
	int pm_enabled; /* of these */
	uint64_t pm_addr;
	uint32_t pm_data; /* of vector 0 */
	struct intr_line **pm_lines;
	bus_space_tag_t pm_bst; /* MSI-X: the table */
	bus_space_handle_t pm_bsh;
	bus_size_t pm_size;
};

bool
pci_msi_is_x(const struct pci_msi *pm)
{
	return pm->pm_x;
}

int
pci_msi_count(pci_chipset_tag_t pc, pcitag_t tag)
{
	pcireg_t ctl;

	if (!pci_get_capability(pc, tag, PCI_CAP_MSI, NULL, &ctl))
		return 0;
	return PCI_MSI_CTL_MMC(ctl) > 5 ? 0 : 1 << PCI_MSI_CTL_MMC(ctl);
}

int
pci_msix_count(pci_chipset_tag_t pc, pcitag_t tag)
{
	pcireg_t ctl;

	if (!pci_get_capability(pc, tag, PCI_CAP_MSIX, NULL, &ctl))
		return 0;
	return (int)PCI_MSIX_CTL_TBLSIZE(ctl);
}

/* ---- The registers ---- */

static void
ctl_change(struct pci_msi *pm, pcireg_t clear, pcireg_t set)
{
	const pcireg_t ctl = pci_conf_read(pm->pm_pc, pm->pm_tag, pm->pm_off);

	pci_conf_write(pm->pm_pc, pm->pm_tag, pm->pm_off, (ctl & ~clear) | set);
}

static void
msi_program(struct pci_msi *pm)
{
	const pcireg_t ctl = pci_conf_read(pm->pm_pc, pm->pm_tag, pm->pm_off);
	const bool wide = (ctl & PCI_MSI_CTL_64BIT_ADDR) != 0;

	pci_conf_write(pm->pm_pc, pm->pm_tag, pm->pm_off + PCI_MSI_MADDR, (pcireg_t)pm->pm_addr);
	if (wide)
		pci_conf_write(pm->pm_pc, pm->pm_tag, pm->pm_off + PCI_MSI_MADDR64_HI,
		    (pcireg_t)(pm->pm_addr >> 32));
	pci_conf_write(pm->pm_pc, pm->pm_tag, pm->pm_off + (wide ? PCI_MSI_MDATA64 : PCI_MSI_MDATA),
	    pm->pm_data);
	ctl_change(
	    pm, PCI_MSI_CTL_MME_MASK, PCI_MSI_CTL_MSI_ENABLE | (pcireg_t)ilog2(pm->pm_count) << 20);
}

static void
msix_entry(struct pci_msi *pm, int vector, bool on)
{
	const bus_size_t at = (bus_size_t)vector * PCI_MSIX_TABLE_ENTRY_SIZE;

	bus_space_write_4(
	    pm->pm_bst, pm->pm_bsh, at + PCI_MSIX_TABLE_ENTRY_VECTCTL, PCI_MSIX_VECTCTL_MASK);
	if (!on)
		return;
	bus_space_write_4(
	    pm->pm_bst, pm->pm_bsh, at + PCI_MSIX_TABLE_ENTRY_ADDR_LO, (uint32_t)pm->pm_addr);
	bus_space_write_4(pm->pm_bst, pm->pm_bsh, at + PCI_MSIX_TABLE_ENTRY_ADDR_HI,
	    (uint32_t)(pm->pm_addr >> 32));
	bus_space_write_4(
	    pm->pm_bst, pm->pm_bsh, at + PCI_MSIX_TABLE_ENTRY_DATA, pm->pm_data + (uint32_t)vector);
	bus_space_write_4(pm->pm_bst, pm->pm_bsh, at + PCI_MSIX_TABLE_ENTRY_VECTCTL, 0);
}

void
pci_msi_enable(struct pci_msi *pm, int vector)
{
	if (pm->pm_x)
		msix_entry(pm, vector, true);
	if (pm->pm_enabled++ > 0)
		return;
	if (pm->pm_x)
		ctl_change(pm, PCI_MSIX_CTL_FUNCMASK, PCI_MSIX_CTL_ENABLE);
	else
		msi_program(pm);
}

void
pci_msi_disable(struct pci_msi *pm, int vector)
{
	KASSERT(pm->pm_enabled > 0);
	if (pm->pm_x)
		msix_entry(pm, vector, false);
	if (--pm->pm_enabled == 0)
		ctl_change(pm, pm->pm_x ? PCI_MSIX_CTL_ENABLE : PCI_MSI_CTL_MSI_ENABLE, 0);
}

/* ---- Allocation ---- */

void
pci_msi_release(struct pci_msi *pm)
{
	const pci_chipset_tag_t pc = pm->pm_pc;

	KASSERTMSG(pm->pm_enabled == 0, "messages are released with %d handlers established",
	    pm->pm_enabled);
	(*pc->pc_ops->pco_msi_free)(pc->pc_cookie, pm->pm_count, pm->pm_lines);
	if (pm->pm_size != 0)
		bus_space_unmap(pm->pm_bst, pm->pm_bsh, pm->pm_size);
	kmem_free(pm->pm_lines, (size_t)pm->pm_count * sizeof(*pm->pm_lines));
	kmem_free(pm, sizeof(*pm));
}

/* Map the table of n entries.  errors: EINVAL and the bus's. */
static int
msix_map(const struct pci_attach_args *pa, struct pci_msi *pm, int n)
{
	const pcireg_t tbl = pci_conf_read(pa->pa_pc, pa->pa_tag, pm->pm_off + PCI_MSIX_TBLOFFSET);
	const int bir = tbl & PCI_MSIX_TBLBIR_MASK;

	if (bir > 5)
		return EINVAL;
	return pci_mapreg_submap(pa, PCI_BAR(bir),
	    pci_mapreg_type(pa->pa_pc, pa->pa_tag, PCI_BAR(bir)), 0,
	    (bus_size_t)n * PCI_MSIX_TABLE_ENTRY_SIZE, tbl & PCI_MSIX_TBLOFFSET_MASK, &pm->pm_bst,
	    &pm->pm_bsh, NULL, &pm->pm_size);
}

static int
messages_alloc(const struct pci_attach_args *pa, bool x, int n, pci_intr_handle_t **ihps)
{
	const pci_chipset_tag_t pc = pa->pa_pc;
	struct pci_msi *const pm = kmem_zalloc(sizeof(*pm), KM_SLEEP);
	pci_intr_handle_t *ihs;
	int error;

	pm->pm_pc = pc;
	pm->pm_tag = pa->pa_tag;
	pm->pm_x = x;
	pm->pm_count = n;
	pm->pm_lines = kmem_zalloc((size_t)n * sizeof(*pm->pm_lines), KM_SLEEP);
	(void)pci_get_capability(pc, pa->pa_tag, x ? PCI_CAP_MSIX : PCI_CAP_MSI, &pm->pm_off, NULL);
	error = x ? msix_map(pa, pm, n) : 0;
	if (error == 0)
		error = (*pc->pc_ops->pco_msi_alloc)(
		    pc->pc_cookie, pa->pa_tag, n, pm->pm_lines, &pm->pm_addr, &pm->pm_data);
	if (error != 0) {
		if (pm->pm_size != 0)
			bus_space_unmap(pm->pm_bst, pm->pm_bsh, pm->pm_size);
		kmem_free(pm->pm_lines, (size_t)n * sizeof(*pm->pm_lines));
		kmem_free(pm, sizeof(*pm));
		return error;
	}
	ihs = kmem_zalloc((size_t)n * sizeof(*ihs), KM_SLEEP);
	for (int i = 0; i < n; i++) {
		ihs[i] = (pci_intr_handle_t){
			.pih_line = pm->pm_lines[i], .pih_msi = pm, .pih_vector = i
		};
		if (x)
			msix_entry(pm, i, false);
	}
	*ihps = ihs;
	return 0;
}

static bool
bus_can(const struct pci_attach_args *pa, bool x)
{
	return pa->pa_pc->pc_ops->pco_msi_alloc != NULL &&
	    (pa->pa_flags & (x ? PCI_FLAGS_MSIX_OKAY : PCI_FLAGS_MSI_OKAY)) != 0;
}

int
pci_msi_alloc_exact(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int count)
{
	if (!bus_can(pa, false) || pci_msi_count(pa->pa_pc, pa->pa_tag) == 0)
		return ENODEV;
	if (count < 1 || !powerof2(count) || count > pci_msi_count(pa->pa_pc, pa->pa_tag))
		return EINVAL;
	return messages_alloc(pa, false, count, ihps);
}

int
pci_msi_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *count)
{
	int n = MIN(*count, pci_msi_count(pa->pa_pc, pa->pa_tag));
	int error = ENODEV;

	/* The largest power of two that the host can give. */
	for (n = n > 0 ? 1 << ilog2(n) : 0; n > 0; n /= 2) {
		error = pci_msi_alloc_exact(pa, ihps, n);
		if (error == 0) {
			*count = n;
			return 0;
		}
	}
	return error;
}

int
pci_msix_alloc_exact(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int count)
{
	if (!bus_can(pa, true) || pci_msix_count(pa->pa_pc, pa->pa_tag) == 0)
		return ENODEV;
	if (count < 1 || count > pci_msix_count(pa->pa_pc, pa->pa_tag))
		return EINVAL;
	return messages_alloc(pa, true, count, ihps);
}

int
pci_msix_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *count)
{
	int error = ENODEV;

	for (int n = MIN(*count, pci_msix_count(pa->pa_pc, pa->pa_tag)); n > 0; n--) {
		error = pci_msix_alloc_exact(pa, ihps, n);
		if (error == 0) {
			*count = n;
			return 0;
		}
		if (error != ENOSPC)
			break;
	}
	return error;
}
