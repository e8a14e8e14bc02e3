/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pci(9): base address registers.
 *
 * A register's size shows in the bits that stay 0 when ones are written (PCI 3.0, 6.2.5.1).  Meanwhile it
 * decodes a wrong address, so decoding is off.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <dev/pci/pcivar.h>

static bool
reg_is_bar(int reg)
{
	return reg >= PCI_MAPREG_START && reg < PCI_MAPREG_END && (reg & 3) == 0;
}

pcireg_t
pci_mapreg_type(pci_chipset_tag_t pc, pcitag_t tag, int reg)
{
	const pcireg_t v = pci_conf_read(pc, tag, reg);

	return PCI_MAPREG_TYPE(v) == PCI_MAPREG_TYPE_IO
	    ? PCI_MAPREG_TYPE_IO
	    : PCI_MAPREG_TYPE(v) | PCI_MAPREG_MEM_TYPE(v);
}

/* What the register reads after ones were written to it. */
static pcireg_t
sized(pci_chipset_tag_t pc, pcitag_t tag, int reg)
{
	const pcireg_t before = pci_conf_read(pc, tag, reg);
	pcireg_t mask;

	pci_conf_write(pc, tag, reg, 0xffffffff);
	mask = pci_conf_read(pc, tag, reg);
	pci_conf_write(pc, tag, reg, before);
	return mask;
}

/* Address and mask of a register, and of its upper half if it has one. */
static void
bar_read(pci_chipset_tag_t pc, pcitag_t tag, int reg, bool wide, uint64_t *addr, uint64_t *mask)
{
	const pcireg_t csr = pci_conf_read(pc, tag, PCI_COMMAND_STATUS_REG) & 0xffff;

	pci_conf_write(pc, tag, PCI_COMMAND_STATUS_REG,
	    csr & ~(PCI_COMMAND_MEM_ENABLE | PCI_COMMAND_IO_ENABLE));
	*addr = pci_conf_read(pc, tag, reg);
	*mask = sized(pc, tag, reg);
	if (wide) {
		*addr |= (uint64_t)pci_conf_read(pc, tag, reg + 4) << 32;
		*mask |= (uint64_t)sized(pc, tag, reg + 4) << 32;
	}
	pci_conf_write(pc, tag, PCI_COMMAND_STATUS_REG, csr);
}

int
pci_mapreg_probe(pci_chipset_tag_t pc, pcitag_t tag, int reg, pcireg_t *typep)
{
	uint64_t addr, mask;

	if (!reg_is_bar(reg))
		return 0;
	bar_read(pc, tag, reg, false, &addr, &mask);
	if (mask == 0 || mask == 0xffffffff)
		return 0;
	if (typep != NULL)
		*typep = pci_mapreg_type(pc, tag, reg);
	return 1;
}

int
pci_mapreg_info(pci_chipset_tag_t pc, pcitag_t tag, int reg, pcireg_t type, bus_addr_t *basep,
    bus_size_t *sizep, int *flagsp)
{
	const bool io = PCI_MAPREG_TYPE(type) == PCI_MAPREG_TYPE_IO;
	const bool wide = !io && PCI_MAPREG_MEM_TYPE(type) == PCI_MAPREG_MEM_TYPE_64BIT;
	uint64_t addr, mask;

	if (!reg_is_bar(reg) || (wide && !reg_is_bar(reg + 4)) ||
	    pci_mapreg_type(pc, tag, reg) != type)
		return EINVAL;
	bar_read(pc, tag, reg, wide, &addr, &mask);
	if (flagsp != NULL)
		*flagsp = !io && PCI_MAPREG_MEM_PREFETCHABLE(addr) ? BUS_SPACE_MAP_PREFETCHABLE : 0;
	if (io) {
		/* The upper half may be hard-wired to 0. */
		addr &= PCI_MAPREG_IO_ADDR_MASK;
		mask &= PCI_MAPREG_IO_ADDR_MASK;
	} else {
		addr &= PCI_MAPREG_MEM64_ADDR_MASK;
		mask &= PCI_MAPREG_MEM64_ADDR_MASK;
	}
	if (mask == 0 || addr == 0)
		return EINVAL;
	if (basep != NULL)
		*basep = addr;
	if (sizep != NULL)
		*sizep = mask & -mask;
	return 0;
}

int
pci_mapreg_submap(const struct pci_attach_args *pa, int reg, pcireg_t type, int flags,
    bus_size_t size, bus_size_t offset, bus_space_tag_t *tagp, bus_space_handle_t *handlep,
    bus_addr_t *basep, bus_size_t *sizep)
{
	const bool io = PCI_MAPREG_TYPE(type) == PCI_MAPREG_TYPE_IO;
	const bus_space_tag_t tag = io ? pa->pa_iot : pa->pa_memt;
	bus_space_handle_t handle;
	bus_addr_t base;
	bus_size_t whole;
	int busflags, error;

	if ((pa->pa_flags & (io ? PCI_FLAGS_IO_OKAY : PCI_FLAGS_MEM_OKAY)) == 0)
		return EINVAL;
	error = pci_mapreg_info(pa->pa_pc, pa->pa_tag, reg, type, &base, &whole, &busflags);
	if (error != 0)
		return error;
	if (offset >= whole || size > whole - offset)
		return EINVAL;
	if (size == 0)
		size = whole - offset;
	error = bus_space_map(tag, base + offset, size, busflags | flags, &handle);
	if (error != 0)
		return error;
	if (tagp != NULL)
		*tagp = tag;
	if (handlep != NULL)
		*handlep = handle;
	if (basep != NULL)
		*basep = base + offset;
	if (sizep != NULL)
		*sizep = size;
	return 0;
}

int
pci_mapreg_map(const struct pci_attach_args *pa, int reg, pcireg_t type, int flags,
    bus_space_tag_t *tagp, bus_space_handle_t *handlep, bus_addr_t *basep, bus_size_t *sizep)
{
	return pci_mapreg_submap(pa, reg, type, flags, 0, 0, tagp, handlep, basep, sizep);
}
