/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pci_intr(9): which line, and handlers on it.
 *
 * Below a bridge pin p of device d is the bridge's own pin (p + d) mod 4 (PCI-to-PCI Bridge 1.2, 9.1), and
 * so on up to the host, who knows the lines.
 */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "pci_priv.h"

/* What establishing gives. */
struct pci_intr {
	void *pi_ih;
	pci_intr_handle_t pi_handle;
};

int
pci_intr_map(const struct pci_attach_args *pa, pci_intr_handle_t *ihp)
{
	const pci_chipset_tag_t pc = pa->pa_pc;
	int bus, dev;

	memset(ihp, 0, sizeof(*ihp));
	if (pa->pa_intrpin == PCI_INTERRUPT_PIN_NONE || pa->pa_intrpin > PCI_INTERRUPT_PIN_MAX)
		return 1;
	pci_decompose_tag(pc, pa->pa_intrtag, &bus, &dev, NULL);
	ihp->pih_line = (*pc->pc_ops->pco_intx)(pc->pc_cookie, bus, dev, pa->pa_intrpin);
	return ihp->pih_line != NULL ? 0 : 1;
}

const char *
pci_intr_string(pci_chipset_tag_t pc, pci_intr_handle_t ih, char *buf, size_t len)
{
	if (ih.pih_msi == NULL)
		snprintf(buf, len, "%s", intr_line_name(ih.pih_line));
	else
		snprintf(buf, len, "%s vec %d", pci_msi_is_x(ih.pih_msi) ? "msix" : "msi",
		    ih.pih_vector);
	return buf;
}

const struct evcnt *
pci_intr_evcnt(pci_chipset_tag_t pc, pci_intr_handle_t ih)
{
	return NULL;
}

int
pci_intr_setattr(pci_chipset_tag_t pc, pci_intr_handle_t *ihp, int attr, uint64_t data)
{
	if (attr != PCI_INTR_MPSAFE)
		return ENODEV;
	ihp->pih_mpsafe = data != 0;
	return 0;
}

pci_intr_type_t
pci_intr_type(pci_chipset_tag_t pc, pci_intr_handle_t ih)
{
	if (ih.pih_msi == NULL)
		return PCI_INTR_TYPE_INTX;
	return pci_msi_is_x(ih.pih_msi) ? PCI_INTR_TYPE_MSIX : PCI_INTR_TYPE_MSI;
}

void *
pci_intr_establish_xname(pci_chipset_tag_t pc, pci_intr_handle_t ih, int level, int (*func)(void *),
    void *arg, const char *xname)
{
	struct pci_intr *const pi = kmem_zalloc(sizeof(*pi), KM_SLEEP);

	pi->pi_handle = ih;
	pi->pi_ih = intr_establish_xname(ih.pih_line, level, func, arg, ih.pih_mpsafe, xname);
	if (pi->pi_ih == NULL) {
		kmem_free(pi, sizeof(*pi));
		return NULL;
	}
	if (ih.pih_msi != NULL)
		pci_msi_enable(ih.pih_msi, ih.pih_vector);
	return pi;
}

void *
pci_intr_establish(
    pci_chipset_tag_t pc, pci_intr_handle_t ih, int level, int (*func)(void *), void *arg)
{
	return pci_intr_establish_xname(pc, ih, level, func, arg, NULL);
}

void
pci_intr_disestablish(pci_chipset_tag_t pc, void *cookie)
{
	struct pci_intr *const pi = cookie;

	if (pi->pi_handle.pih_msi != NULL)
		pci_msi_disable(pi->pi_handle.pih_msi, pi->pi_handle.pih_vector);
	intr_disestablish(pi->pi_ih);
	kmem_free(pi, sizeof(*pi));
}

/* ---- Handles ---- */

int
pci_intx_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps)
{
	pci_intr_handle_t *const ih = kmem_zalloc(sizeof(*ih), KM_SLEEP);

	if (pci_intr_map(pa, ih) != 0) {
		kmem_free(ih, sizeof(*ih));
		return ENODEV;
	}
	*ihps = ih;
	return 0;
}

static int
alloc_type(
    const struct pci_attach_args *pa, pci_intr_type_t type, pci_intr_handle_t **ihps, int *np)
{
	switch (type) {
	case PCI_INTR_TYPE_MSIX:
		if (*np < 0)
			*np = pci_msix_count(pa->pa_pc, pa->pa_tag);
		return *np > 0 ? pci_msix_alloc(pa, ihps, np) : ENODEV;
	case PCI_INTR_TYPE_MSI:
		if (*np < 0)
			*np = pci_msi_count(pa->pa_pc, pa->pa_tag);
		return *np > 0 ? pci_msi_alloc(pa, ihps, np) : ENODEV;
	default:
		if (*np == 0)
			return ENODEV;
		*np = 1;
		return pci_intx_alloc(pa, ihps);
	}
}

int
pci_intr_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *counts,
    pci_intr_type_t max_type)
{
	int error = ENODEV;

	for (int type = counts != NULL ? (int)max_type : (int)PCI_INTR_TYPE_MSIX; type >= 0;
	     type--) {
		int n = counts != NULL ? counts[type] : 1;

		error = alloc_type(pa, (pci_intr_type_t)type, ihps, &n);
		if (counts != NULL)
			counts[type] = error == 0 ? n : 0;
		if (error == 0) {
			for (int lower = 0; counts != NULL && lower < type; lower++)
				counts[lower] = 0;
			return 0;
		}
	}
	return error;
}

void
pci_intr_release(pci_chipset_tag_t pc, pci_intr_handle_t *ihps, int count)
{
	if (ihps == NULL || count <= 0)
		return;
	if (ihps[0].pih_msi != NULL)
		pci_msi_release(ihps[0].pih_msi);
	kmem_free(ihps, (size_t)count * sizeof(*ihps));
}
