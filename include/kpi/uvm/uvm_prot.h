/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Protections and advice of memory: the argument types of uvm(9). */
#ifndef KPI_UVM_UVM_PROT_H
#define KPI_UVM_UVM_PROT_H

#include <sys/types.h>

#define VM_PROT_NONE	0x00
#define VM_PROT_READ	0x01
#define VM_PROT_WRITE	0x02
#define VM_PROT_EXECUTE 0x04
#define VM_PROT_ALL	(VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE)
#define VM_PROT_DEFAULT VM_PROT_ALL

#define UVM_PROT_NONE VM_PROT_NONE
#define UVM_PROT_R    VM_PROT_READ
#define UVM_PROT_W    VM_PROT_WRITE
#define UVM_PROT_RW   (VM_PROT_READ | VM_PROT_WRITE)
#define UVM_PROT_ALL  VM_PROT_ALL

#endif /* KPI_UVM_UVM_PROT_H */
