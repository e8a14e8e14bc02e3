/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* mainbus(4): the root of the device tree, attribute "mainbus" without locators. */
#ifndef KPI_DEV_MAINBUS_H
#define KPI_DEV_MAINBUS_H

#include <sys/types.h>
#include <sys/bus.h>
#include <machine/intr_line.h>

/*
 * What was found: matched by maa_name.  Where maa_name is NULL nothing was, and only drivers that need
 * nothing (a bus of software) match.
 */
struct mainbus_attach_args {
	const char *maa_name;	  /* "uart16550" */
	bus_space_tag_t maa_memt; /* registers, [maa_addr, maa_addr + maa_size) of this space */
	bus_addr_t maa_addr;
	bus_size_t maa_size;
	bus_dma_tag_t maa_dmat;	    /* NULL: no DMA */
	struct intr_line *maa_intr; /* NULL: no interrupt */
};

/* For config_found(). */
int mainbus_print(void *aux, const char *pnp);

#endif /* KPI_DEV_MAINBUS_H */
