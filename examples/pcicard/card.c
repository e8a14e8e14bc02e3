/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The example card of dmaereg.h as a model: registers by <rump/rumptest_bus.h>, and what it does when
 * the doorbell rings.  Host code; the callbacks run where the driver's access was made.
 */
#include <endian.h>
#include <string.h>

#include "card.h"
#include "dmaereg.h"

static uint32_t
reg(struct card *c, uint32_t offset)
{
	return (uint32_t)rump_simdev_get(c->sd, 0, offset);
}

/* The interrupt follows INTSTAT and INTMASK. */
static void
interrupt(struct card *c)
{
	const bool on = (reg(c, DMAE_INTSTAT) & reg(c, DMAE_INTMASK)) != 0;

	if (c->interrupt == CARD_INTX)
		rump_simdev_intr(c->sd, on);
	else if (on)
		(void)rump_simdev_message(c->sd, 0);
}

static void
raise(struct card *c, uint32_t bits)
{
	rump_simdev_set(c->sd, 0, DMAE_INTSTAT, reg(c, DMAE_INTSTAT) | bits);
	interrupt(c);
}

/* ---- Jobs ---- */

static uint64_t
descriptor_address(struct card *c, unsigned i)
{
	return (reg(c, DMAE_RING_LO) | (uint64_t)reg(c, DMAE_RING_HI) << 32) + i * DMAE_DESC_SIZE;
}

/* One descriptor.  True: the job is done. */
static bool
descriptor_work(struct card *c)
{
	const uint64_t at = descriptor_address(c, c->cons);
	uint8_t d[DMAE_DESC_SIZE];
	uint32_t len, flags, status;
	uint64_t addr;

	c->cons = (c->cons + 1) % reg(c, DMAE_RING_SIZE);
	if (!rump_simdma_read(c->sd, at, d, sizeof(d)))
		return true;
	memcpy(&addr, d + DMAE_DESC_ADDR, sizeof(addr));
	memcpy(&len, d + DMAE_DESC_LEN, sizeof(len));
	memcpy(&flags, d + DMAE_DESC_FLAGS, sizeof(flags));
	addr = le64toh(addr);
	len = le32toh(len);
	flags = le32toh(flags);
	c->segments++;
	if ((flags & DMAE_DESC_OUT) == 0) {
		if (len <= sizeof(c->fifo) - c->in &&
		    rump_simdma_read(c->sd, addr, c->fifo + c->in, len))
			c->in += len;
	} else if (!c->fail && len <= c->in - c->out) {
		(void)rump_simdma_write(
		    c->sd, addr + (c->spoilt ? 1 << 20 : 0), c->fifo + c->out, len);
		c->out += len;
	}
	if ((flags & DMAE_DESC_LAST) == 0)
		return false;
	status = htole32(flags | DMAE_DESC_DONE | (c->fail ? DMAE_DESC_ERROR : 0));
	(void)rump_simdma_write(c->sd, at + DMAE_DESC_FLAGS, &status, sizeof(status));
	c->in = c->out = 0;
	__atomic_fetch_add(&c->jobs, 1, __ATOMIC_RELAXED); /* tests look from other threads */
	return true;
}

void
card_work(struct card *c, unsigned n)
{
	bool any = false;

	while (
	    n > 0 && (reg(c, DMAE_CTRL) & DMAE_CTRL_RUN) != 0 && c->cons != reg(c, DMAE_DOORBELL)) {
		if (descriptor_work(c)) {
			any = true;
			n--;
		}
	}
	if (any)
		raise(c, DMAE_INT_DONE);
}

void
card_fault(struct card *c)
{
	rump_simdev_set(c->sd, 0, DMAE_CTRL, 0);
	raise(c, DMAE_INT_FAULT);
}

/* ---- Registers ---- */

static void
ctrl_write(void *arg, uint32_t index, uint64_t value)
{
	struct card *const c = arg;

	if ((value & DMAE_CTRL_RESET) == 0)
		return;
	/* It is over at once. */
	rump_simdev_set(c->sd, 0, DMAE_CTRL, 0);
	rump_simdev_set(c->sd, 0, DMAE_DOORBELL, 0);
	c->cons = c->in = c->out = 0;
}

static void
doorbell_write(void *arg, uint32_t index, uint64_t value)
{
	struct card *const c = arg;

	if (!c->lazy)
		card_work(c, ~0U);
}

static void
interrupt_write(void *arg, uint32_t index, uint64_t value)
{
	interrupt(arg);
}

static const struct rump_simreg regs[] = {
	{ .name = "ID",
	    .offset = DMAE_ID,
	    .width = 4,
	    .kind = RUMP_SIMREG_RO,
	    .reset = DMAE_ID_VALUE },
	{ .name = "CTRL", .offset = DMAE_CTRL, .width = 4, .mask = 3, .write = ctrl_write },
	{ .name = "STATUS", .offset = DMAE_STATUS, .width = 4, .kind = RUMP_SIMREG_RO },
	{ .name = "INTSTAT",
	    .offset = DMAE_INTSTAT,
	    .width = 4,
	    .kind = RUMP_SIMREG_W1C,
	    .write = interrupt_write },
	{ .name = "INTMASK",
	    .offset = DMAE_INTMASK,
	    .width = 4,
	    .mask = 3,
	    .write = interrupt_write },
	{ .name = "RING_LO", .offset = DMAE_RING_LO, .width = 4 },
	{ .name = "RING_HI", .offset = DMAE_RING_HI, .width = 4 },
	{ .name = "RING_SIZE", .offset = DMAE_RING_SIZE, .width = 4, .mask = 0xffff },
	{ .name = "DOORBELL",
	    .offset = DMAE_DOORBELL,
	    .width = 4,
	    .mask = 0xffff,
	    .write = doorbell_write },
};

void
card_create(struct card *c, unsigned bus, unsigned dev, enum card_interrupt interrupt)
{
	const struct rump_simpci desc = {
		.name = "DMA card",
		.arg = c,
		.bus = bus,
		.dev = dev,
		.vendor = DMAE_VENDOR,
		.product = DMAE_PRODUCT,
		.baseclass = 0x08,
		.subclass = 0x01,
		.intpin = 1,
		.msi = interrupt == CARD_MSI ? 1 : 0,
		.msix = interrupt == CARD_MSIX ? 4 : 0,
		.msix_offset = 2048,
		.bar = { { .size = 4096, .regs = regs, .nregs = sizeof(regs) / sizeof(regs[0]) } },
	};

	memset(c, 0, sizeof(*c));
	c->interrupt = interrupt;
	c->sd = rump_simpci_create(&desc);
}
