/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Why a signal was sent. */
#ifndef KPI_SYS_SIGINFO_H
#define KPI_SYS_SIGINFO_H

#include <sys/queue.h>
#include <sys/types.h>

union sigval {
	int sival_int;
	void *sival_ptr;
};

#define SI_USER	   0
#define SI_QUEUE   (-1)
#define SI_TIMER   (-2)
#define SI_MESGQ   (-3)
#define SI_ASYNCIO (-4)
#define SI_NOINFO  32767
#define POLL_IN	   1
#define POLL_OUT   2
#define POLL_MSG   3
#define POLL_ERR   4
#define POLL_PRI   5
#define POLL_HUP   6

#ifdef _KERNEL
typedef struct ksiginfo {
	u_long ksi_flags;
	TAILQ_ENTRY(ksiginfo) ksi_list;
	int ksi_signo;
	int ksi_code;
	int ksi_errno;
	pid_t ksi_pid;
	uid_t ksi_uid;
	union sigval ksi_value;
	long ksi_band;
	int ksi_fd;
	int ksi_trap;
	void *ksi_addr;
	lwpid_t ksi_lid; /* for this lwp; 0: for the process */
	int ksi_timerid; /* SI_TIMER */
	int ksi_overrun; /* SI_TIMER: of the signal as it was taken */
} ksiginfo_t;

TAILQ_HEAD(ksiginfo_queue, ksiginfo);
typedef struct ksiginfo_queue ksiginfoq_t;

#define KSI_TRAP     0x01
#define KSI_EMPTY    0x02
#define KSI_QUEUED   0x04 /* on the list of a sigpend_t */
#define KSI_FROMPOOL 0x08 /* allocated: whoever takes it off frees it */
#define KSI_TIMER    0x10 /* part of a timer, which queues it itself and counts */

#define KSI_TRAP_P(ksi)	 (((ksi)->ksi_flags & KSI_TRAP) != 0)
#define KSI_EMPTY_P(ksi) (((ksi)->ksi_flags & KSI_EMPTY) != 0)

#define KSI_INIT(ksi)	       (*(ksi) = (ksiginfo_t){ .ksi_flags = KSI_EMPTY })
#define KSI_INIT_EMPTY(ksi)    KSI_INIT(ksi)
#define KSI_INIT_TRAP(ksi)     (*(ksi) = (ksiginfo_t){ .ksi_flags = KSI_TRAP })
#define ksiginfo_queue_init(q) TAILQ_INIT(q)
#endif /* _KERNEL */

#endif /* KPI_SYS_SIGINFO_H */
