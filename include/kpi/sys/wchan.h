/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Sleeping on an address: tsleep(9) and its kin.  New code uses condvar(9).
 *
 * The caller's KERNEL_LOCK, or the mutex of mtsleep(), makes look-and-sleep atomic.
 */
#ifndef KPI_SYS_WCHAN_H
#define KPI_SYS_WCHAN_H

#include <sys/types.h>
#include <sys/mutex.h>

typedef const volatile void *wchan_t;
typedef int pri_t;

__BEGIN_DECLS
/*
 * ctx: thread.  sleeps.  The KERNEL_LOCK is dropped while asleep and taken again.
 * timo: ticks of hz, 0 for no limit.  PCATCH in pri: ended by a signal too.
 * errors: EWOULDBLOCK at the time limit; EINTR, ERESTART on a signal (PCATCH only).
 * mtsleep: mtx is held on entry, and on return unless pri has PNORELOCK.
 */
int tsleep(wchan_t wchan, pri_t pri, const char *wmesg, int timo);
int mtsleep(wchan_t wchan, pri_t pri, const char *wmesg, int timo, kmutex_t *mtx);
/* Wake all that sleep on wchan.  ctx: any.  sleeps: never. */
void wakeup(wchan_t wchan);
void wakeup_one(wchan_t wchan);
/*
 * Sleep for timo ticks, at least one; mtx (or NULL) is released meanwhile.  intr: a signal ends it.
 * errors: EWOULDBLOCK when the time is over, which is the good case; EINTR, ERESTART.
 */
int kpause(const char *wmesg, bool intr, int timo, kmutex_t *mtx);
/* Give other lwps a chance to take this virtual CPU.  ctx: thread, no spin mutex held. */
void preempt(void);
void yield(void);
void preempt_point(void);
bool preempt_needed(void);
__END_DECLS

#endif /* KPI_SYS_WCHAN_H */
