/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * PCI configuration space, by the PCI Local Bus Specification 3.0 (chapter 6), the PCI-to-PCI Bridge
 * Architecture Specification 1.2 (chapter 3), and PCI Express Base Specification (capability numbers).
 * Registers are read and written as 32 bits; fields are named by where they are in those.
 */
#ifndef KPI_DEV_PCI_PCIREG_H
#define KPI_DEV_PCI_PCIREG_H

#include <sys/types.h>

#define PCI_CONF_SIZE	 0x100
#define PCI_EXTCONF_SIZE 0x1000

typedef uint16_t pci_vendor_id_t;
typedef uint16_t pci_product_id_t;
typedef uint8_t pci_class_t;
typedef uint8_t pci_subclass_t;
typedef uint8_t pci_interface_t;
typedef uint8_t pci_revision_t;
typedef uint8_t pci_intr_latency_t;
typedef uint8_t pci_intr_grant_t;
typedef uint8_t pci_intr_pin_t;
typedef uint8_t pci_intr_line_t;
typedef uint32_t pcireg_t;

/* 0x00: who. */
#define PCI_ID_REG	      0x00
#define PCI_VENDOR_SHIFT      0
#define PCI_VENDOR_MASK	      0xffffU
#define PCI_VENDOR(id)	      (((id) >> PCI_VENDOR_SHIFT) & PCI_VENDOR_MASK)
#define PCI_PRODUCT_SHIFT     16
#define PCI_PRODUCT_MASK      0xffffU
#define PCI_PRODUCT(id)	      (((id) >> PCI_PRODUCT_SHIFT) & PCI_PRODUCT_MASK)
#define PCI_ID_CODE(vid, pid) (((vid)&PCI_VENDOR_MASK) | ((pcireg_t)((pid)&PCI_PRODUCT_MASK) << 16))
#define PCI_VENDOR_INVALID    0xffffU

/* 0x04 */
#define PCI_COMMAND_STATUS_REG	       0x04
#define PCI_COMMAND_IO_ENABLE	       0x00000001U
#define PCI_COMMAND_MEM_ENABLE	       0x00000002U
#define PCI_COMMAND_MASTER_ENABLE      0x00000004U
#define PCI_COMMAND_SPECIAL_ENABLE     0x00000008U
#define PCI_COMMAND_INVALIDATE_ENABLE  0x00000010U
#define PCI_COMMAND_PALETTE_ENABLE     0x00000020U
#define PCI_COMMAND_PARITY_ENABLE      0x00000040U
#define PCI_COMMAND_STEPPING_ENABLE    0x00000080U
#define PCI_COMMAND_SERR_ENABLE	       0x00000100U
#define PCI_COMMAND_BACKTOBACK_ENABLE  0x00000200U
#define PCI_COMMAND_INTERRUPT_DISABLE  0x00000400U
#define PCI_STATUS_INT_STATUS	       0x00080000U
#define PCI_STATUS_CAPLIST_SUPPORT     0x00100000U
#define PCI_STATUS_66MHZ_SUPPORT       0x00200000U
#define PCI_STATUS_BACKTOBACK_SUPPORT  0x00800000U
#define PCI_STATUS_PARITY_ERROR	       0x01000000U
#define PCI_STATUS_TARGET_TARGET_ABORT 0x08000000U
#define PCI_STATUS_MASTER_TARGET_ABORT 0x10000000U
#define PCI_STATUS_MASTER_ABORT	       0x20000000U
#define PCI_STATUS_SPECIAL_ERROR       0x40000000U
#define PCI_STATUS_PARITY_DETECT       0x80000000U
#define PCI_STATUS_W1C		       0xf9000000U /* written as 1, cleared */

/* 0x08: what. */
#define PCI_CLASS_REG	  0x08
#define PCI_CLASS(cr)	  (((cr) >> 24) & 0xffU)
#define PCI_SUBCLASS(cr)  (((cr) >> 16) & 0xffU)
#define PCI_INTERFACE(cr) (((cr) >> 8) & 0xffU)
#define PCI_REVISION(cr)  ((cr)&0xffU)
#define PCI_CLASS_CODE(c, s, i) \
	((pcireg_t)((c)&0xffU) << 24 | (pcireg_t)((s)&0xffU) << 16 | (pcireg_t)((i)&0xffU) << 8)
#define PCI_CLASS_PREHISTORIC	 0x00
#define PCI_CLASS_MASS_STORAGE	 0x01
#define PCI_CLASS_NETWORK	 0x02
#define PCI_CLASS_DISPLAY	 0x03
#define PCI_CLASS_MULTIMEDIA	 0x04
#define PCI_CLASS_MEMORY	 0x05
#define PCI_CLASS_BRIDGE	 0x06
#define PCI_CLASS_COMMUNICATIONS 0x07
#define PCI_CLASS_SYSTEM	 0x08
#define PCI_CLASS_INPUT		 0x09
#define PCI_CLASS_DOCK		 0x0a
#define PCI_CLASS_PROCESSOR	 0x0b
#define PCI_CLASS_SERIALBUS	 0x0c
#define PCI_CLASS_WIRELESS	 0x0d
#define PCI_CLASS_CRYPTO	 0x10
#define PCI_CLASS_DASP		 0x11
#define PCI_CLASS_UNDEFINED	 0xff
#define PCI_SUBCLASS_BRIDGE_HOST 0x00
#define PCI_SUBCLASS_BRIDGE_PCI	 0x04

/* 0x0c: BIST, header type, latency timer, cache line size. */
#define PCI_BHLC_REG		   0x0c
#define PCI_BIST(bhlcr)		   (((bhlcr) >> 24) & 0xffU)
#define PCI_HDRTYPE(bhlcr)	   (((bhlcr) >> 16) & 0xffU)
#define PCI_HDRTYPE_TYPE(bhlcr)	   (PCI_HDRTYPE(bhlcr) & 0x7fU)
#define PCI_HDRTYPE_MULTIFN(bhlcr) ((PCI_HDRTYPE(bhlcr) & 0x80U) != 0)
#define PCI_HDRTYPE_DEVICE	   0x00
#define PCI_HDRTYPE_PPB		   0x01
#define PCI_HDRTYPE_PCB		   0x02
#define PCI_LATTIMER(bhlcr)	   (((bhlcr) >> 8) & 0xffU)
#define PCI_CACHELINE(bhlcr)	   ((bhlcr)&0xffU)

/* 0x10: base address registers. */
#define PCI_BAR0			 0x10
#define PCI_BAR1			 0x14
#define PCI_BAR2			 0x18
#define PCI_BAR3			 0x1c
#define PCI_BAR4			 0x20
#define PCI_BAR5			 0x24
#define PCI_BAR(i)			 (PCI_BAR0 + 4 * (i))
#define PCI_MAPREG_START		 PCI_BAR0
#define PCI_MAPREG_END			 0x28
#define PCI_MAPREG_PPB_END		 0x18
#define PCI_MAPREG_TYPE_MASK		 0x00000001U
#define PCI_MAPREG_TYPE(mr)		 ((mr)&PCI_MAPREG_TYPE_MASK)
#define PCI_MAPREG_TYPE_MEM		 0x00000000U
#define PCI_MAPREG_TYPE_IO		 0x00000001U
#define PCI_MAPREG_TYPE_ROM		 0x00000001U
#define PCI_MAPREG_MEM_TYPE_MASK	 0x00000006U
#define PCI_MAPREG_MEM_TYPE(mr)		 ((mr)&PCI_MAPREG_MEM_TYPE_MASK)
#define PCI_MAPREG_MEM_TYPE_32BIT	 0x00000000U
#define PCI_MAPREG_MEM_TYPE_32BIT_1M	 0x00000002U
#define PCI_MAPREG_MEM_TYPE_64BIT	 0x00000004U
#define PCI_MAPREG_MEM_PREFETCHABLE_MASK 0x00000008U
#define PCI_MAPREG_MEM_PREFETCHABLE(mr)	 (((mr)&PCI_MAPREG_MEM_PREFETCHABLE_MASK) != 0)
#define PCI_MAPREG_MEM_ADDR_MASK	 0xfffffff0U
#define PCI_MAPREG_MEM_ADDR(mr)		 ((mr)&PCI_MAPREG_MEM_ADDR_MASK)
#define PCI_MAPREG_MEM64_ADDR_MASK	 0xfffffffffffffff0ULL
#define PCI_MAPREG_MEM64_ADDR(mr)	 ((mr)&PCI_MAPREG_MEM64_ADDR_MASK)
#define PCI_MAPREG_MEM_SIZE(mr)		 (PCI_MAPREG_MEM_ADDR(mr) & -PCI_MAPREG_MEM_ADDR(mr))
#define PCI_MAPREG_MEM64_SIZE(mr)	 (PCI_MAPREG_MEM64_ADDR(mr) & -PCI_MAPREG_MEM64_ADDR(mr))
#define PCI_MAPREG_IO_ADDR_MASK		 0xfffffffcU
#define PCI_MAPREG_IO_ADDR(mr)		 ((mr)&PCI_MAPREG_IO_ADDR_MASK)
#define PCI_MAPREG_IO_SIZE(mr)		 (PCI_MAPREG_IO_ADDR(mr) & -PCI_MAPREG_IO_ADDR(mr))

#define PCI_CARDBUS_CIS_REG	 0x28
#define PCI_SUBSYS_ID_REG	 0x2c
#define PCI_SUBSYS_VENDOR(id)	 ((id)&0xffffU)
#define PCI_SUBSYS_ID(id)	 (((id) >> 16) & 0xffffU)
#define PCI_MAPREG_ROM		 0x30
#define PCI_MAPREG_ROM_ENABLE	 0x00000001U
#define PCI_MAPREG_ROM_ADDR_MASK 0xfffff800U

/* 0x34: capabilities. */
#define PCI_CAPLISTPTR_REG   0x34
#define PCI_CAPLIST_PTR(cpr) ((cpr)&0xffU)
#define PCI_CAPLIST_NEXT(cr) (((cr) >> 8) & 0xffU)
#define PCI_CAPLIST_CAP(cr)  ((cr)&0xffU)
#define PCI_CAP_PWRMGMT	     0x01
#define PCI_CAP_AGP	     0x02
#define PCI_CAP_VPD	     0x03
#define PCI_CAP_SLOTID	     0x04
#define PCI_CAP_MSI	     0x05
#define PCI_CAP_PCIX	     0x07
#define PCI_CAP_VENDSPEC     0x09
#define PCI_CAP_DEBUGPORT    0x0a
#define PCI_CAP_SUBVENDOR    0x0d
#define PCI_CAP_PCIEXPRESS   0x10
#define PCI_CAP_MSIX	     0x11
#define PCI_CAP_SATA	     0x12
#define PCI_CAP_PCIAF	     0x13

/* 0x3c: interrupt. */
#define PCI_INTERRUPT_REG	0x3c
#define PCI_INTERRUPT_LINE(icr) ((icr)&0xffU)
#define PCI_INTERRUPT_PIN(icr)	(((icr) >> 8) & 0xffU)
#define PCI_INTERRUPT_PIN_NONE	0x00
#define PCI_INTERRUPT_PIN_A	0x01
#define PCI_INTERRUPT_PIN_B	0x02
#define PCI_INTERRUPT_PIN_C	0x03
#define PCI_INTERRUPT_PIN_D	0x04
#define PCI_INTERRUPT_PIN_MAX	0x04

/* MSI (3.0, 6.8.1): offsets from the capability. */
#define PCI_MSI_CTL		0x00
#define PCI_MSI_CTL_MSI_ENABLE	0x00010000U
#define PCI_MSI_CTL_MMC_MASK	0x000e0000U
#define PCI_MSI_CTL_MMC(ofs)	(((ofs)&PCI_MSI_CTL_MMC_MASK) >> 17) /* log2 of what it can */
#define PCI_MSI_CTL_MME_MASK	0x00700000U
#define PCI_MSI_CTL_MME(ofs)	(((ofs)&PCI_MSI_CTL_MME_MASK) >> 20) /* log2 of what it may */
#define PCI_MSI_CTL_64BIT_ADDR	0x00800000U
#define PCI_MSI_CTL_PERVEC_MASK 0x01000000U
#define PCI_MSI_MADDR		0x04
#define PCI_MSI_MDATA		0x08
#define PCI_MSI_MADDR64_LO	0x04
#define PCI_MSI_MADDR64_HI	0x08
#define PCI_MSI_MDATA64		0x0c

/* MSI-X (3.0, 6.8.2). */
#define PCI_MSIX_CTL		     0x00
#define PCI_MSIX_CTL_TBLSIZE(r)	     ((((r) >> 16) & 0x07ffU) + 1)
#define PCI_MSIX_CTL_FUNCMASK	     0x40000000U
#define PCI_MSIX_CTL_ENABLE	     0x80000000U
#define PCI_MSIX_TBLOFFSET	     0x04
#define PCI_MSIX_PBAOFFSET	     0x08
#define PCI_MSIX_TBLOFFSET_MASK	     0xfffffff8U
#define PCI_MSIX_TBLBIR_MASK	     0x00000007U
#define PCI_MSIX_TABLE_ENTRY_SIZE    16
#define PCI_MSIX_TABLE_ENTRY_ADDR_LO 0x0
#define PCI_MSIX_TABLE_ENTRY_ADDR_HI 0x4
#define PCI_MSIX_TABLE_ENTRY_DATA    0x8
#define PCI_MSIX_TABLE_ENTRY_VECTCTL 0xc
#define PCI_MSIX_VECTCTL_MASK	     0x00000001U

/* Bridges, header type 1. */
#define PCI_BRIDGE_BUS_REG		  0x18
#define PCI_BRIDGE_BUS_NUM_PRIMARY(r)	  ((r)&0xffU)
#define PCI_BRIDGE_BUS_NUM_SECONDARY(r)	  (((r) >> 8) & 0xffU)
#define PCI_BRIDGE_BUS_NUM_SUBORDINATE(r) (((r) >> 16) & 0xffU)
#define PCI_BRIDGE_STATIO_REG		  0x1c
#define PCI_BRIDGE_MEMORY_REG		  0x20
#define PCI_BRIDGE_PREFETCHMEM_REG	  0x24
#define PCI_BRIDGE_CONTROL_REG		  0x3c

/* Capabilities of the extended space (PCI Express 3.0, 7.9.3). */
#define PCI_EXTCAPLIST_BASE	    0x100
#define PCI_EXTCAPLIST_CAP(ecr)	    ((ecr)&0xffffU)
#define PCI_EXTCAPLIST_VERSION(ecr) (((ecr) >> 16) & 0xfU)
#define PCI_EXTCAPLIST_NEXT(ecr)    (((ecr) >> 20) & 0xfffU)
#define PCI_EXTCAP_AER		    0x0001
#define PCI_EXTCAP_VC		    0x0002
#define PCI_EXTCAP_SERNUM	    0x0003
#define PCI_EXTCAP_VENDOR	    0x000b
#define PCI_EXTCAP_SRIOV	    0x0010

#endif /* KPI_DEV_PCI_PCIREG_H */
