/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef KPI_UVM_UVM_PARAM_H
#define KPI_UVM_UVM_PARAM_H

#include <sys/param.h>
#include <uvm/uvm_prot.h>

#define VM_MIN_ADDRESS ((vaddr_t)PAGE_SIZE)

#endif /* KPI_UVM_UVM_PARAM_H */
