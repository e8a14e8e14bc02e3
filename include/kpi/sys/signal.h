/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Signals: the host's numbers. */
#ifndef KPI_SYS_SIGNAL_H
#define KPI_SYS_SIGNAL_H

#include <sys/siginfo.h>
#include <sys/types.h>

#define SIGHUP	  1
#define SIGINT	  2
#define SIGQUIT	  3
#define SIGILL	  4
#define SIGTRAP	  5
#define SIGABRT	  6
#define SIGIOT	  SIGABRT
#define SIGBUS	  7
#define SIGFPE	  8
#define SIGKILL	  9
#define SIGUSR1	  10
#define SIGSEGV	  11
#define SIGUSR2	  12
#define SIGPIPE	  13
#define SIGALRM	  14
#define SIGTERM	  15
#define SIGSTKFLT 16
#define SIGCHLD	  17
#define SIGCONT	  18
#define SIGSTOP	  19
#define SIGTSTP	  20
#define SIGTTIN	  21
#define SIGTTOU	  22
#define SIGURG	  23
#define SIGXCPU	  24
#define SIGXFSZ	  25
#define SIGVTALRM 26
#define SIGPROF	  27
#define SIGWINCH  28
#define SIGIO	  29
#define SIGPOLL	  SIGIO
#define SIGPWR	  30
#define SIGSYS	  31
#define SIGRTMIN  34
#define SIGRTMAX  64
#define _NSIG	  65
#define NSIG	  _NSIG
/* The host lacks these; they are never raised outside. */
#define SIGEMT	  SIGSYS
#define SIGINFO	  SIGPWR

/* Signal n is bit n - 1: the kernel side of the host's set. */
typedef struct {
	uint64_t __bits;
} sigset_t;
#define __sigmask(n)	  ((uint64_t)1 << ((n)-1))
#define sigemptyset(s)	  ((s)->__bits = 0)
#define sigfillset(s)	  ((s)->__bits = ~(uint64_t)0)
#define sigaddset(s, n)	  ((s)->__bits |= __sigmask(n))
#define sigdelset(s, n)	  ((s)->__bits &= ~__sigmask(n))
#define sigismember(s, n) (((s)->__bits & __sigmask(n)) != 0)
#define sigplusset(s, t)  ((t)->__bits |= (s)->__bits)
#define sigminusset(s, t) ((t)->__bits &= ~(s)->__bits)

#ifdef _KERNEL
/* Signals that wait: which, and what is known of them.  Locks: p_lock of the process. */
typedef struct sigpend {
	ksiginfoq_t sp_info; /* in the order they came; a signal may be without */
	sigset_t sp_set;
} sigpend_t;
#endif

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)

#endif /* KPI_SYS_SIGNAL_H */
