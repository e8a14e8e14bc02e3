/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between the files of this component. */
#ifndef PCI_PRIV_H
#define PCI_PRIV_H

#include <dev/pci/pcivar.h>

extern struct cfdriver ppb_cd;
extern struct cfattach pci_ca, ppb_ca;

/* A function's messages: pci_msi.c. */
struct pci_msi;
bool pci_msi_is_x(const struct pci_msi *pm);
/* A vector is to come, or not to come any more. */
void pci_msi_enable(struct pci_msi *pm, int vector);
void pci_msi_disable(struct pci_msi *pm, int vector);
void pci_msi_release(struct pci_msi *pm);

#endif /* PCI_PRIV_H */
