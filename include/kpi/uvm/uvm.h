/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef KPI_UVM_UVM_H
#define KPI_UVM_UVM_H

#include <uvm/uvm_extern.h>
#include <uvm/uvm_object.h>
#include <uvm/uvm_page.h>
#include <uvm/uvm_pager.h>
#include <uvm/uvm_pglist.h>

#endif /* KPI_UVM_UVM_H */
