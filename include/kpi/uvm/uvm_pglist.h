/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Lists of pages. */
#ifndef KPI_UVM_UVM_PGLIST_H
#define KPI_UVM_UVM_PGLIST_H

#include <sys/queue.h>

struct vm_page;

TAILQ_HEAD(pglist, vm_page);
LIST_HEAD(pgflist, vm_page);

#endif /* KPI_UVM_UVM_PGLIST_H */
