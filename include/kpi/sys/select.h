/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Descriptor sets of select(2): the host's layout. */
#ifndef KPI_SYS_SELECT_H
#define KPI_SYS_SELECT_H

#include <sys/types.h>

#ifdef _KERNEL
#include <sys/selinfo.h>
#endif

typedef unsigned long __fd_mask;
typedef __fd_mask fd_mask;

#ifndef FD_SETSIZE
#define FD_SETSIZE 1024
#endif
#define __NFDBITS ((int)(8 * sizeof(__fd_mask)))
#define NFDBITS	  __NFDBITS

typedef struct fd_set {
	__fd_mask fds_bits[FD_SETSIZE / (8 * sizeof(__fd_mask))];
} fd_set;

#define FD_SET(n, p)   ((p)->fds_bits[(n) / __NFDBITS] |= 1UL << ((n) % __NFDBITS))
#define FD_CLR(n, p)   ((p)->fds_bits[(n) / __NFDBITS] &= ~(1UL << ((n) % __NFDBITS)))
#define FD_ISSET(n, p) (((p)->fds_bits[(n) / __NFDBITS] & (1UL << ((n) % __NFDBITS))) != 0)

#ifdef _KERNEL
struct lwp;
/* Remember that l waits for sip; called by fo_poll() and d_poll() when nothing holds yet. */
void selrecord(struct lwp *l, struct selinfo *sip);
/* Wake those recorded, and its knotes.  events: POLL* that hold, 0 for all.  ctx: softint too. */
void selnotify(struct selinfo *sip, int events, long knhint);
void selinit(struct selinfo *sip);
void seldestroy(struct selinfo *sip);
#endif

#endif /* KPI_SYS_SELECT_H */
