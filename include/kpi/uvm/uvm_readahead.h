/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Read-ahead advice for a range of a vnode. */
#ifndef KPI_UVM_UVM_READAHEAD_H
#define KPI_UVM_UVM_READAHEAD_H

#include <sys/types.h>

struct uvm_object;

/* posix_fadvise(POSIX_FADV_WILLNEED): bring the range in, as far as the cache has room.  sleeps. */
int uvm_readahead(struct uvm_object *uobj, off_t off, size_t size);

#endif /* KPI_UVM_UVM_READAHEAD_H */
