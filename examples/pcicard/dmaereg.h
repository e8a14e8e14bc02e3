/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The example card, as its data sheet has it: it reads memory, and writes what it read elsewhere.
 *
 * BAR 0, 4 KiB of memory, registers of 32 bits.  A ring of descriptors of 16 bytes lies in memory.  A job is
 * one or more source descriptors, then one or more destination ones, the last of them with LAST; as many bytes
 * go out as come in.  When DOORBELL moves the card works off all jobs up to it, in order.
 */
#ifndef DMAEREG_H
#define DMAEREG_H

#define DMAE_VENDOR  0x1209 /* of the pid.codes registry */
#define DMAE_PRODUCT 0xd3ae

#define DMAE_ID		 0x00 /* read-only: DMAE_ID_VALUE */
#define DMAE_ID_VALUE	 0x454d4144
#define DMAE_CTRL	 0x04
#define DMAE_CTRL_RUN	 0x00000001
#define DMAE_CTRL_RESET	 0x00000002 /* reads 0 when the reset is over */
#define DMAE_STATUS	 0x08
#define DMAE_STATUS_BUSY 0x00000001 /* memory is being touched: RUN off makes it go, soon */
#define DMAE_INTSTAT	 0x0c	    /* written as 1, cleared */
#define DMAE_INTMASK	 0x10	    /* those that raise the interrupt */
#define DMAE_INT_DONE	 0x00000001 /* a job is done, well or not */
#define DMAE_INT_FAULT	 0x00000002 /* a descriptor makes no sense: the card has stopped */
#define DMAE_RING_LO	 0x14
#define DMAE_RING_HI	 0x18
#define DMAE_RING_SIZE	 0x1c /* descriptors, a power of two */
#define DMAE_DOORBELL	 0x20 /* index after the last descriptor that is the card's */

/* A descriptor, little-endian: address (8), length (4), flags (4). */
#define DMAE_DESC_SIZE	16
#define DMAE_DESC_ADDR	0
#define DMAE_DESC_LEN	8
#define DMAE_DESC_FLAGS 12
#define DMAE_DESC_OUT	0x00000001 /* destination */
#define DMAE_DESC_LAST	0x00000002
#define DMAE_DESC_DONE	0x80000000 /* by the card, in the last one */
#define DMAE_DESC_ERROR 0x40000000 /* so, but the job has failed */

#endif /* DMAEREG_H */
