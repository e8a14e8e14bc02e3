/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between pmf.c and pmf_event.c. */
#ifndef RUMPDEV_PMF_IMPL_H
#define RUMPDEV_PMF_IMPL_H

#include <sys/mutex.h>

extern kmutex_t pmf_lock;

/* errors: ENOMEM. */
int pmf_events_init(void);
void pmf_events_fini(void);

#endif /* RUMPDEV_PMF_IMPL_H */
