/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pci(9), pci_intr(9), pci_msi(9), pci_configure_bus(9)'s types: for drivers of cards, and for host bridges.
 *
 * ctx: thread; sleeps; unless said otherwise.
 */
#ifndef KPI_DEV_PCI_PCIVAR_H
#define KPI_DEV_PCI_PCIVAR_H

#include <sys/types.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <dev/pci/pcireg.h>
#include <machine/intr_line.h>

/* Attribute "pcibus": the bus number.  Attribute "pci": device and function.  -1: any. */
#define PCIBUSCF_BUS	       0
#define PCIBUSCF_BUS_DEFAULT   (-1)
#define PCICF_DEV	       0
#define PCICF_DEV_DEFAULT      (-1)
#define PCICF_FUNCTION	       1
#define PCICF_FUNCTION_DEFAULT (-1)
#define PCICF_NLOCS	       2

typedef struct pci_chipset_tag *pci_chipset_tag_t;
typedef uint32_t pcitag_t; /* bus << 16 | device << 11 | function << 8 */

/* An interrupt that a function may use: INTx, or a message it was given. */
typedef struct pci_intr_handle {
	struct intr_line *pih_line;
	struct pci_msi *pih_msi; /* NULL: INTx */
	int pih_vector;
	bool pih_mpsafe;
} pci_intr_handle_t;

typedef enum {
	PCI_INTR_TYPE_INTX = 0,
	PCI_INTR_TYPE_MSI,
	PCI_INTR_TYPE_MSIX,
	PCI_INTR_TYPE_SIZE
} pci_intr_type_t;

/* ---- A host bridge's side ---- */

struct pci_chipset_ops {
	int (*pco_bus_maxdevs)(void *cookie, int bus);
	/* reg is a multiple of 4, below PCI_EXTCONF_SIZE.  All ones where nothing is.  ctx: any. */
	pcireg_t (*pco_conf_read)(void *cookie, pcitag_t tag, int reg);
	void (*pco_conf_write)(void *cookie, pcitag_t tag, int reg, pcireg_t v);
	/* The line of an INTx pin of a device on a bus of the host's own.  NULL: not connected. */
	struct intr_line *(*pco_intx)(void *cookie, int bus, int dev, int pin);
	/*
	 * n (a power of two, for MSI) lines and the message that raises the first; those of the others
	 * follow it.  NULL: no messages.  errors: ENOSPC.
	 */
	int (*pco_msi_alloc)(void *cookie, pcitag_t tag, int n, struct intr_line **lines,
	    uint64_t *addrp, uint32_t *datap);
	void (*pco_msi_free)(void *cookie, int n, struct intr_line **lines);
	/* Where each function has DMA tags of its own: put them in the place of the bus's.  NULL: not so. */
	void (*pco_dmatags)(void *cookie, pcitag_t tag, bus_dma_tag_t *dmat, bus_dma_tag_t *dmat64);
};
struct pci_chipset_tag {
	const struct pci_chipset_ops *pc_ops;
	void *pc_cookie;
};

/* For config_found() at attribute "pcibus". */
struct pcibus_attach_args {
	bus_space_tag_t pba_iot;
	bus_space_tag_t pba_memt;
	bus_dma_tag_t pba_dmat; /* 32 bits */
	bus_dma_tag_t pba_dmat64;
	pci_chipset_tag_t pba_pc;
	int pba_flags; /* PCI_FLAGS_* */
	int pba_bus;
	int pba_sub;		 /* last bus behind it */
	pcitag_t *pba_bridgetag; /* NULL: the root of a hierarchy */
	/* How pins below a bridge reach the host. */
	u_int pba_intrswiz;
	pcitag_t pba_intrtag;
};
int pcibusprint(void *aux, const char *pnp);

/* ---- What a driver is given ---- */

struct pci_attach_args {
	bus_space_tag_t pa_iot;
	bus_space_tag_t pa_memt;
	bus_dma_tag_t pa_dmat; /* 32 bits */
	bus_dma_tag_t pa_dmat64;
	pci_chipset_tag_t pa_pc;
	int pa_flags;
	u_int pa_bus;
	u_int pa_device;
	u_int pa_function;
	pcitag_t pa_tag;
	pcireg_t pa_id, pa_class;
	u_int pa_intrswiz;
	pcitag_t pa_intrtag;
	pci_intr_pin_t pa_intrpin; /* as the host sees it */
	pci_intr_line_t pa_intrline;
	pci_intr_pin_t pa_rawintrpin; /* the card's own */
};
#define PCI_FLAGS_IO_OKAY   0x01
#define PCI_FLAGS_MEM_OKAY  0x02
#define PCI_FLAGS_MRL_OKAY  0x04
#define PCI_FLAGS_MRM_OKAY  0x08
#define PCI_FLAGS_MWI_OKAY  0x10
#define PCI_FLAGS_MSI_OKAY  0x20
#define PCI_FLAGS_MSIX_OKAY 0x40

/* ---- Configuration space.  ctx: any.  sleeps: never. ---- */

int pci_bus_maxdevs(pci_chipset_tag_t pc, int bus);
pcitag_t pci_make_tag(pci_chipset_tag_t pc, int bus, int device, int function);
void pci_decompose_tag(pci_chipset_tag_t pc, pcitag_t tag, int *bp, int *dp, int *fp);
/* All ones for what is not there: a register that is no multiple of 4 or beyond the end. */
pcireg_t pci_conf_read(pci_chipset_tag_t pc, pcitag_t tag, int reg);
void pci_conf_write(pci_chipset_tag_t pc, pcitag_t tag, int reg, pcireg_t v);
/* 1 and where it is, and its first word; 0: there is none.  Bounded, whatever the list says. */
int pci_get_capability(pci_chipset_tag_t pc, pcitag_t tag, int capid, int *offset, pcireg_t *value);
int pci_get_ext_capability(
    pci_chipset_tag_t pc, pcitag_t tag, int capid, int *offset, pcireg_t *value);

/* ---- Base address registers ---- */

pcireg_t pci_mapreg_type(pci_chipset_tag_t pc, pcitag_t tag, int reg);
/* 1: the register is there. */
int pci_mapreg_probe(pci_chipset_tag_t pc, pcitag_t tag, int reg, pcireg_t *typep);
/* errors: EINVAL (not there, of another type, not given an address). */
int pci_mapreg_info(pci_chipset_tag_t pc, pcitag_t tag, int reg, pcireg_t type, bus_addr_t *basep,
    bus_size_t *sizep, int *flagsp);
/* Map it whole, or (submap) size bytes from offset.  Pointers may be NULL.  errors: those and the bus's. */
int pci_mapreg_map(const struct pci_attach_args *pa, int reg, pcireg_t type, int flags,
    bus_space_tag_t *tagp, bus_space_handle_t *handlep, bus_addr_t *basep, bus_size_t *sizep);
int pci_mapreg_submap(const struct pci_attach_args *pa, int reg, pcireg_t type, int flags,
    bus_size_t size, bus_size_t offset, bus_space_tag_t *tagp, bus_space_handle_t *handlep,
    bus_addr_t *basep, bus_size_t *sizep);

/* ---- Interrupts ---- */

#define PCI_INTRSTR_LEN 64
#define PCI_INTR_MPSAFE 1 /* of pci_intr_setattr() */

/* The function's INTx pin.  errors: 1 (not an errno): it has none, or it leads nowhere. */
int pci_intr_map(const struct pci_attach_args *pa, pci_intr_handle_t *ihp);
const char *pci_intr_string(pci_chipset_tag_t pc, pci_intr_handle_t ih, char *buf, size_t len);
const struct evcnt *pci_intr_evcnt(pci_chipset_tag_t pc, pci_intr_handle_t ih);
int pci_intr_setattr(pci_chipset_tag_t pc, pci_intr_handle_t *ihp, int attr, uint64_t data);
/* See <machine/intr_line.h> for what a handler may do.  NULL: no memory. */
void *pci_intr_establish(
    pci_chipset_tag_t pc, pci_intr_handle_t ih, int level, int (*func)(void *), void *arg);
void *pci_intr_establish_xname(pci_chipset_tag_t pc, pci_intr_handle_t ih, int level,
    int (*func)(void *), void *arg, const char *xname);
/* The handler runs nowhere when it returns. */
void pci_intr_disestablish(pci_chipset_tag_t pc, void *cookie);

pci_intr_type_t pci_intr_type(pci_chipset_tag_t pc, pci_intr_handle_t ih);
/*
 * Handles of the best type that the function and the bus have, up to max_type; counts[type] says how many
 * of each at most (0: none; -1: all) and, for the type taken, how many there are now.  counts NULL: one of
 * any.  owns: *ihps, until pci_intr_release().  errors: ENODEV, ENOSPC.
 */
int pci_intr_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *counts,
    pci_intr_type_t max_type);
void pci_intr_release(pci_chipset_tag_t pc, pci_intr_handle_t *ihps, int count);
int pci_intx_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps);
int pci_msi_count(pci_chipset_tag_t pc, pcitag_t tag);
int pci_msix_count(pci_chipset_tag_t pc, pcitag_t tag);
/* *count: how many are wanted, then how many there are; the exact forms give all or none. */
int pci_msi_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *count);
int pci_msi_alloc_exact(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int count);
int pci_msix_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *count);
int pci_msix_alloc_exact(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int count);

/* ---- Names: numbers, there is no table of them ---- */

void pci_devinfo(pcireg_t id, pcireg_t class, int showclass, char *cp, size_t len);
#define pci_aprint_devinfo(pap, naive) pci_aprint_devinfo_fancy((pap), (naive), NULL, 0)
void pci_aprint_devinfo_fancy(
    const struct pci_attach_args *pa, const char *naive, const char *known, int addrev);
const char *pci_findvendor(char *out, size_t len, pcireg_t id);
const char *pci_findproduct(char *out, size_t len, pcireg_t id);

/* ---- The bus's own, for those who look for more than one function ---- */

struct pci_softc;
/* Functions that fit the locators: those for which match says so (then *pap is filled), or attach. */
int pci_enumerate_bus(struct pci_softc *sc, const int *locators,
    int (*match)(const struct pci_attach_args *), struct pci_attach_args *pap);
/* On any bus.  1: found, *pa is filled. */
int pci_find_device(struct pci_attach_args *pa, int (*match)(const struct pci_attach_args *));
bool pci_dma64_available(const struct pci_attach_args *pa);
extern struct cfdriver pci_cd;

#endif /* KPI_DEV_PCI_PCIVAR_H */
