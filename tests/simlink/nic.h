/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A small network card, as its data sheet has it, and what its driver does.
 *
 * BAR 0, 4 KiB of memory, registers of 32 bits.  Two rings of NIC_RING descriptors of 16 bytes, little-endian: address 8, length 4,
 * flags 4.  The card has those from HEAD up to TAIL; it writes length (RX) and DONE, and interrupts.  A frame that comes when
 * it has no RX descriptor is dropped: OVERRUN.
 */
#ifndef NIC_H
#define NIC_H

#ifdef _KERNEL
#include <sys/ioccom.h>
#else
#include <sys/ioctl.h>
#endif

#define NIC_VENDOR  0x1209
#define NIC_PRODUCT 0x71c0

#define NIC_ID	     0x00 /* read-only: NIC_ID_VALUE */
#define NIC_ID_VALUE 0x3043494e
#define NIC_CTRL     0x04
#define NIC_RUN	     0x00000001 /* heads are 0 when it is set */
#define NIC_INTSTAT  0x08	/* written as 1, cleared */
#define NIC_INT_TX   0x00000001
#define NIC_INT_RX   0x00000002
#define NIC_OVERRUN  0x00000004
#define NIC_TXBASE   0x10 /* below 4 GiB */
#define NIC_TXTAIL   0x14
#define NIC_RXBASE   0x18
#define NIC_RXTAIL   0x1c

#define NIC_RING    8
#define NIC_BUF	    2048 /* bytes of an RX buffer: longer frames are dropped */
#define NIC_DESC    16
#define NIC_D_ADDR  0
#define NIC_D_LEN   8
#define NIC_D_FLAGS 12
#define NIC_D_DONE  0x80000000

/*
 * The driver's protocol: messages of up to NIC_MSG bytes, each in a frame of type 0x88b5, come once, in order and whole.
 *
 *	kind 1 ('D', 'A'), 0, seq 2, length 2, Internet checksum of it all 2, the message
 *
 * An 'A' has the sequence number that its receiver wants next.
 */
#define NIC_TYPE     0x88b5
#define NIC_MSG	     768
#define NIC_HEADER   8
#define NIC_WINDOW   16 /* messages that are not acknowledged */
#define NIC_AGAIN_MS 50

/* Mistakes of the driver's, planted by NIC_PLANT. */
enum {
	NIC_GOOD,
	NIC_SENDS_ONCE,	 /* what is lost is not sent again */
	NIC_TAKES_ANY,	 /* sequence numbers that are ahead are taken for the next */
	NIC_TAKES_TWICE, /* those behind, too */
	NIC_TRUSTS,	 /* the checksum is not looked at */
	NIC_OVERRUNS,	 /* puts frames into descriptors that the card still has */
	NIC_HOARDS,	 /* RX descriptors are not given back to the card */
	NIC_SYNCS_NOT,	 /* looks into RX buffers without POSTREAD */
	NIC_MISTAKES,
};
#define NIC_PLANT _IOW('n', 1, int)

#endif /* NIC_H */
