/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ioctl commands, from the host's encoding to BSD's.
 *
 *	host	31-30 direction (1 in, 2 out)	29-16 size	15-8 group	7-0 number
 *	BSD	31 in, 30 out, 29 void		28-16 size	15-8 group	7-0 number
 *
 * The two directions have each other's bits, so one number may be a host's "out" or a BSD's "in".
 * The host's meaning is taken, except for the commands in the table, which are exact.
 */
#include <sys/types.h>
#include <sys/dkio.h>
#include <sys/filio.h>
#include <sys/ioccom.h>
#include <sys/sockio.h>
#include <sys/ttycom.h>

#include "rump_hostabi.h"

#define HOST_DIR_IN    1u
#define HOST_DIR_OUT   2u
#define HOST_DIRSHIFT  30
#define HOST_SIZESHIFT 16
#define HOST_SIZEMASK  0x3fffu

/* Commands of the host from before it encoded anything, and some whose size means nothing. */
static const struct {
	u_long host;
	u_long bsd;
} legacy[] = {
	{ 0x1268, DIOCGSECTORSIZE },	/* BLKSSZGET */
	{ 0x80081272, DIOCGMEDIASIZE }, /* BLKGETSIZE64 */
	{ 0x540e, TIOCSCTTY },
	{ 0x540f, TIOCGPGRP },
	{ 0x5410, TIOCSPGRP },
	{ 0x5411, TIOCOUTQ },
	{ 0x5413, TIOCGWINSZ },
	{ 0x5414, TIOCSWINSZ },
	{ 0x541b, FIONREAD },
	{ 0x5421, FIONBIO },
	{ 0x5422, TIOCNOTTY },
	{ 0x5429, TIOCGSID },
	{ 0x5450, FIONCLEX },
	{ 0x5451, FIOCLEX },
	{ 0x5452, FIOASYNC },
	{ 0x8901, FIOSETOWN },
	{ 0x8902, SIOCSPGRP },
	{ 0x8903, FIOGETOWN },
	{ 0x8904, SIOCGPGRP },
	{ 0x8905, SIOCATMARK },
};

u_long
hostabi_ioctl(u_long com)
{
	const u_long dir = com >> HOST_DIRSHIFT & 3, size = com >> HOST_SIZESHIFT & HOST_SIZEMASK;
	u_long bsd = com & 0xffff;

	com &= 0xffffffff;
	for (size_t i = 0; i < __arraycount(legacy); i++)
		if (com == legacy[i].host || com == legacy[i].bsd)
			return legacy[i].bsd;
	if (dir == 0 && (com & IOC_VOID) != 0)
		return com; /* no host command has bit 29 without a direction: BSD's */
	if (dir == 0)
		return bsd | IOC_VOID;
	if ((dir & HOST_DIR_IN) != 0)
		bsd |= IOC_IN;
	if ((dir & HOST_DIR_OUT) != 0)
		bsd |= IOC_OUT;
	return bsd | (size & IOCPARM_MASK) << IOCPARM_SHIFT;
}
