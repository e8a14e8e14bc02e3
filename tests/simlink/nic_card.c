/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The card as a model: registers by <rump/rumptest_bus.h>, frames by <rump/rumptest_link.h>. */
#include <endian.h>
#include <string.h>

#include <check.h>

#include "nic.h"
#include "nic_card.h"

static uint32_t
reg(struct nic_card *c, uint32_t offset)
{
	return (uint32_t)rump_simdev_get(c->c_sd, 0, offset);
}

static void
raise(struct nic_card *c, uint32_t bits)
{
	rump_simdev_set(c->c_sd, 0, NIC_INTSTAT, reg(c, NIC_INTSTAT) | bits);
	(void)rump_simdev_message(c->c_sd, 0);
}

/* The descriptor at a ring's head: where it is, and what it says. */
static uint64_t
descriptor(struct nic_card *c, uint32_t base, unsigned head, uint64_t *addrp, uint32_t *lenp)
{
	const uint64_t at = reg(c, base) + (uint64_t)head * NIC_DESC;
	uint8_t d[NIC_DESC];

	memset(d, 0, sizeof(d));
	(void)rump_simdma_read(c->c_sd, at, d, sizeof(d));
	memcpy(addrp, d + NIC_D_ADDR, sizeof(*addrp));
	memcpy(lenp, d + NIC_D_LEN, sizeof(*lenp));
	*addrp = le64toh(*addrp);
	*lenp = le32toh(*lenp);
	return at;
}

static void
finish(struct nic_card *c, uint64_t at, uint32_t len)
{
	const uint32_t end[] = { htole32(len), htole32(NIC_D_DONE) };

	(void)rump_simdma_write(c->c_sd, at + NIC_D_LEN, end, sizeof(end));
}

void
nic_card_send(struct nic_card *c, unsigned n)
{
	static uint8_t frame[NIC_BUF];
	bool any = false;
	uint64_t addr, at;
	uint32_t len;

	for (; n > 0 && (reg(c, NIC_CTRL) & NIC_RUN) != 0 && c->c_txhead != reg(c, NIC_TXTAIL);
	     n--) {
		at = descriptor(c, NIC_TXBASE, c->c_txhead, &addr, &len);
		c->c_txhead = (c->c_txhead + 1) % NIC_RING;
		if (len <= sizeof(frame) && rump_simdma_read(c->c_sd, addr, frame, len))
			(void)rumptest_link_send(c->c_link, c->c_end, frame, len);
		finish(c, at, len);
		any = true;
	}
	if (any)
		raise(c, NIC_INT_TX);
}

static void
receive(void *arg, const void *frame, size_t len)
{
	struct nic_card *const c = arg;
	uint64_t addr, at;
	uint32_t size;

	if ((reg(c, NIC_CTRL) & NIC_RUN) == 0)
		return;
	if (c->c_rxhead == reg(c, NIC_RXTAIL) || len > NIC_BUF) {
		c->c_overruns++;
		raise(c, NIC_OVERRUN);
		return;
	}
	at = descriptor(c, NIC_RXBASE, c->c_rxhead, &addr, &size);
	c->c_rxhead = (c->c_rxhead + 1) % NIC_RING;
	(void)rump_simdma_write(c->c_sd, addr, frame, len);
	finish(c, at, (uint32_t)len);
	raise(c, NIC_INT_RX);
}

static void
ctrl_write(void *arg, uint32_t index, uint64_t value)
{
	struct nic_card *const c = arg;

	if ((value & NIC_RUN) != 0)
		c->c_txhead = c->c_rxhead = 0;
}

static void
doorbell_write(void *arg, uint32_t index, uint64_t value)
{
	struct nic_card *const c = arg;

	if (!c->c_lazy)
		nic_card_send(c, NIC_RING);
}

static const struct rump_simreg regs[] = {
	{ .name = "ID",
	    .offset = NIC_ID,
	    .width = 4,
	    .kind = RUMP_SIMREG_RO,
	    .reset = NIC_ID_VALUE },
	{ .name = "CTRL", .offset = NIC_CTRL, .width = 4, .mask = NIC_RUN, .write = ctrl_write },
	{ .name = "INTSTAT", .offset = NIC_INTSTAT, .width = 4, .kind = RUMP_SIMREG_W1C },
	{ .name = "TXBASE", .offset = NIC_TXBASE, .width = 4 },
	{ .name = "TXTAIL",
	    .offset = NIC_TXTAIL,
	    .width = 4,
	    .mask = NIC_RING - 1,
	    .write = doorbell_write },
	{ .name = "RXBASE", .offset = NIC_RXBASE, .width = 4 },
	{ .name = "RXTAIL", .offset = NIC_RXTAIL, .width = 4, .mask = NIC_RING - 1 },
};

void
nic_card_create(struct nic_card *c, unsigned dev, struct rumptest_link *link, int end)
{
	memset(c, 0, sizeof(*c));
	c->c_link = link;
	c->c_end = end;
	c->c_sd = rump_simpci_create(&(struct rump_simpci){
	    .name = "network card",
	    .arg = c,
	    .dev = dev,
	    .vendor = NIC_VENDOR,
	    .product = NIC_PRODUCT,
	    .baseclass = 0x02,
	    .msi = 1,
	    .bar = { { .size = 4096, .regs = regs, .nregs = sizeof(regs) / sizeof(regs[0]) } },
	});
	ck_assert_ptr_nonnull(c->c_sd);
	rumptest_link_connect(link, end, receive, c);
}

void
nic_card_destroy(struct nic_card *c)
{
	rumptest_link_connect(c->c_link, c->c_end, NULL, NULL);
	rump_simdev_destroy(c->c_sd);
}
