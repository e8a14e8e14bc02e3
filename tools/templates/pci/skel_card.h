/* The card as a model, for the test and the fuzzer, which include it once each. */
#ifndef SKEL_CARD_H
#define SKEL_CARD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <rump/rumptest_bus.h>

#include "skel.h"

static struct rump_simdev *card;
static bool lazy; /* it answers when the test calls card_answer() */
static unsigned numbers;

static void
card_answer(void)
{
	const uint32_t n = (uint32_t)rump_simdev_get(card, 0, SKEL_DATA);

	rump_simdev_set(card, 0, SKEL_DATA, n * n);
	rump_simdev_set(card, 0, SKEL_INTSTAT, SKEL_INT_DONE);
	(void)rump_simdev_message(card, 0);
}

static void
data_write(void *arg, uint32_t index, uint64_t value)
{
	__atomic_fetch_add(&numbers, 1, __ATOMIC_RELAXED);
	if (!lazy)
		card_answer();
}

static const struct rump_simreg regs[] = {
	{ .name = "ID",
	    .offset = SKEL_ID,
	    .width = 4,
	    .kind = RUMP_SIMREG_RO,
	    .reset = SKEL_ID_VALUE },
	{ .name = "DATA", .offset = SKEL_DATA, .width = 4, .write = data_write },
	{ .name = "INTSTAT", .offset = SKEL_INTSTAT, .width = 4, .kind = RUMP_SIMREG_W1C },
};

static void
card_create(void)
{
	card = rump_simpci_create(&(struct rump_simpci){
	    .name = "squarer",
	    .dev = 3,
	    .vendor = SKEL_VENDOR,
	    .product = SKEL_PRODUCT,
	    .baseclass = 0x0b,
	    .msi = 1,
	    .bar = { { .size = 256, .regs = regs, .nregs = sizeof(regs) / sizeof(regs[0]) } },
	});
	if (card == NULL)
		abort();
}

#endif
