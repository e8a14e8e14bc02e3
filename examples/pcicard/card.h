/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The example card as a model, for driver_test.c. */
#ifndef CARD_H
#define CARD_H

#include <stdbool.h>
#include <stdint.h>

#include <rump/rumptest_bus.h>

enum card_interrupt { CARD_INTX, CARD_MSI, CARD_MSIX };

struct card {
	struct rump_simdev *sd;
	enum card_interrupt interrupt;
	bool lazy;		 /* works when the test calls card_work(), not at the doorbell */
	bool fail;		 /* jobs end with DMAE_DESC_ERROR */
	bool spoilt;		 /* writes to the wrong address: a broken card */
	unsigned cons;		 /* next descriptor */
	uint8_t fifo[16384];	 /* what has come in */
	unsigned in, out;	 /* bytes of it */
	unsigned jobs, segments; /* done, and descriptors of these */
};

/* A card in slot dev of bus; it is not plugged in yet. */
void card_create(struct card *c, unsigned bus, unsigned dev, enum card_interrupt interrupt);
/* Do up to n jobs (those that are there). */
void card_work(struct card *c, unsigned n);
/* Read a descriptor that makes no sense: FAULT, and RUN goes off. */
void card_fault(struct card *c);

#endif /* CARD_H */
