/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The card of nic.h as a model, at an end of a link. */
#ifndef NIC_CARD_H
#define NIC_CARD_H

#include <rump/rumptest_bus.h>
#include <rump/rumptest_link.h>

struct nic_card {
	struct rump_simdev *c_sd;
	struct rumptest_link *c_link;
	int c_end;
	bool c_lazy; /* sends when the test calls nic_card_send(), not at the doorbell */
	unsigned c_txhead, c_rxhead;
	unsigned c_overruns;
};

/* In slot dev of bus 0, not plugged in yet. */
void nic_card_create(struct nic_card *c, unsigned dev, struct rumptest_link *link, int end);
/* Send up to n frames that are there. */
void nic_card_send(struct nic_card *c, unsigned n);
/* It is not attached. */
void nic_card_destroy(struct nic_card *c);

#endif /* NIC_CARD_H */
