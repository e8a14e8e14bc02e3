/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * vmem(9): an arena of numbers (addresses, ids) from which intervals are taken.
 *
 * Every size and address is a multiple of the quantum.
 */
#ifndef KPI_SYS_VMEM_H
#define KPI_SYS_VMEM_H

#include <sys/types.h>

typedef struct vmem vmem_t;
typedef unsigned int vm_flag_t;
typedef uintptr_t vmem_addr_t;
typedef size_t vmem_size_t;

#define VMEM_ADDR_MIN ((vmem_addr_t)0)
#define VMEM_ADDR_MAX (~(vmem_addr_t)0)

#define VM_SLEEP       0x00000001
#define VM_NOSLEEP     0x00000002
#define VM_INSTANTFIT  0x00001000
#define VM_BESTFIT     0x00002000
#define VM_BOOTSTRAP   0x00010000
#define VM_POPULATING  0x00040000
#define VM_LARGEIMPORT 0x00080000
#define VM_XIMPORT     0x00100000
#define VM_PRIVTAGS    0x00200000

typedef int(vmem_import_t)(vmem_t *, vmem_size_t, vm_flag_t, vmem_addr_t *);
/* May bring more than was asked for: *actual. */
typedef int(vmem_ximport_t)(vmem_t *, vmem_size_t, vmem_size_t *actual, vm_flag_t, vmem_addr_t *);
typedef void(vmem_release_t)(vmem_t *, vmem_addr_t, vmem_size_t);

/*
 * size 0: empty, filled by vmem_add() or by import from source.  NULL with VM_NOSLEEP only.
 * qcache_max is NetBSD's hint for caches of small sizes; all sizes come out of the arena here.
 */
vmem_t *vmem_create(const char *name, vmem_addr_t base, vmem_size_t size, vmem_size_t quantum,
    vmem_import_t *importfn, vmem_release_t *releasefn, vmem_t *source, vmem_size_t qcache_max,
    vm_flag_t flags, int ipl);
/* The same with an import function that may bring more than is asked for. */
vmem_t *vmem_xcreate(const char *name, vmem_addr_t base, vmem_size_t size, vmem_size_t quantum,
    vmem_ximport_t *importfn, vmem_release_t *releasefn, vmem_t *source, vmem_size_t qcache_max,
    vm_flag_t flags, int ipl);
/* Everything has been freed. */
void vmem_destroy(vmem_t *vm);
/* errors: ENOMEM. */
int vmem_add(vmem_t *vm, vmem_addr_t addr, vmem_size_t size, vm_flag_t flags);
int vmem_alloc(vmem_t *vm, vmem_size_t size, vm_flag_t flags, vmem_addr_t *addrp);
void vmem_free(vmem_t *vm, vmem_addr_t addr, vmem_size_t size);
/* With alignment and phase, not crossing a multiple of nocross, within [minaddr, maxaddr]. */
int vmem_xalloc(vmem_t *vm, vmem_size_t size, vmem_size_t align, vmem_size_t phase,
    vmem_size_t nocross, vmem_addr_t minaddr, vmem_addr_t maxaddr, vm_flag_t flags,
    vmem_addr_t *addrp);
void vmem_xfree(vmem_t *vm, vmem_addr_t addr, vmem_size_t size);

/* What an allocation of size takes. */
vmem_size_t vmem_roundup_size(vmem_t *vm, vmem_size_t size);

#define VMEM_ALLOC 0x01
#define VMEM_FREE  0x02
/* Bytes in use, free, or both. */
vmem_size_t vmem_size(vmem_t *vm, int typemask);

#endif /* KPI_SYS_VMEM_H */
