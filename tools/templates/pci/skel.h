/* skel(4): the ioctl commands, for driver and program alike; and the card's data sheet. */
#ifndef SKEL_H
#define SKEL_H

#ifdef _KERNEL
#include <sys/ioccom.h>
#else
#include <sys/ioctl.h>
#endif

#define SKEL_SQUARE _IOWR('s', 1, unsigned) /* a number becomes its square, modulo 2^32 */

/* The card: BAR 0, 256 bytes of memory, registers of 32 bits; an interrupt when a square is there. */
#define SKEL_VENDOR   0x1209
#define SKEL_PRODUCT  0x5ce1
#define SKEL_ID	      0x00 /* read-only: SKEL_ID_VALUE */
#define SKEL_ID_VALUE 0x4c454b53
#define SKEL_DATA     0x04 /* a number is written, its square read when DONE is set */
#define SKEL_INTSTAT  0x08 /* written as 1, cleared */
#define SKEL_INT_DONE 0x00000001

#endif
