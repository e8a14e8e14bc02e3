/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of the vmem(9) tests of mem_test.c. */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/systm.h>
#include <sys/vmem.h>

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

const char *rump_test_vmem(void);
const char *rump_test_vmem_constraints(void);
const char *rump_test_vmem_import(void);

#define N 256

/* Everything can be had, in any order of frees, and nothing twice. */
const char *
rump_test_vmem(void)
{
	vmem_t *const vm =
	    vmem_create("test", 0x1000, N * 16, 16, NULL, NULL, NULL, 0, VM_SLEEP, IPL_NONE);
	vmem_addr_t a, big;
	uint8_t *const seen = kmem_zalloc(N, KM_SLEEP);

	for (int round = 0; round < 3; round++) {
		memset(seen, 0, N);
		for (int i = 0; i < N; i++) {
			CHECK(vmem_alloc(vm, 16, VM_NOSLEEP, &a) == 0);
			CHECK(a >= 0x1000 && a < 0x1000 + N * 16 && a % 16 == 0);
			CHECK(seen[(a - 0x1000) / 16]++ == 0);
		}
		CHECK(vmem_alloc(vm, 1, VM_NOSLEEP, &a) == ENOMEM);
		CHECK(vmem_size(vm, VMEM_FREE) == 0 && vmem_size(vm, VMEM_ALLOC) == N * 16);
		for (int i = 0; i < N; i++)
			vmem_free(vm, 0x1000 + (i * 37) % N * 16, 16);
		/* All joined again. */
		CHECK(vmem_alloc(vm, N * 16, VM_NOSLEEP, &big) == 0 && big == 0x1000);
		vmem_free(vm, big, N * 16);
	}
	vmem_destroy(vm);
	kmem_free(seen, N);
	return NULL;
}

const char *
rump_test_vmem_constraints(void)
{
	vmem_t *const vm = vmem_create("test", 0, 0, 1, NULL, NULL, NULL, 0, VM_SLEEP, IPL_NONE);
	vmem_addr_t a, b, c;

	CHECK(vmem_alloc(vm, 1, VM_NOSLEEP, &a) == ENOMEM);
	CHECK(vmem_add(vm, 100, 1000, VM_SLEEP) == 0);
	CHECK(vmem_xalloc(vm, 10, 64, 4, 0, 0, VMEM_ADDR_MAX, VM_NOSLEEP, &a) == 0 && a == 132);
	CHECK(vmem_xalloc(vm, 10, 1, 0, 0, 500, 509, VM_NOSLEEP, &b) == 0 && b == 500);
	CHECK(vmem_xalloc(vm, 10, 1, 0, 0, 505, 514, VM_NOSLEEP, &c) == ENOMEM);
	/* Not across a multiple of 256: 250 would be. */
	CHECK(vmem_xalloc(vm, 20, 1, 0, 256, 250, VMEM_ADDR_MAX, VM_NOSLEEP, &c) == 0 && c == 256);
	vmem_xfree(vm, c, 20);
	CHECK(vmem_xalloc(vm, 300, 1, 0, 256, 0, VMEM_ADDR_MAX, VM_NOSLEEP, &c) == ENOMEM);
	/* The hole before a is the smallest that fits. */
	CHECK(vmem_alloc(vm, 30, VM_NOSLEEP | VM_BESTFIT, &c) == 0 && c == 100);
	vmem_free(vm, c, 30);
	vmem_xfree(vm, a, 10);
	vmem_xfree(vm, b, 10);
	CHECK(vmem_alloc(vm, 1000, VM_NOSLEEP, &a) == 0 && a == 100);
	vmem_free(vm, a, 1000);
	vmem_destroy(vm);
	return NULL;
}

static int
import(vmem_t *source, vmem_size_t size, vm_flag_t flags, vmem_addr_t *addrp)
{
	return vmem_alloc(source, size, flags, addrp);
}

const char *
rump_test_vmem_import(void)
{
	vmem_t *const src =
	    vmem_create("src", 0x10000, 0x1000, 0x100, NULL, NULL, NULL, 0, VM_SLEEP, IPL_NONE);
	vmem_t *const vm =
	    vmem_create("test", 0, 0, 0x100, import, vmem_free, src, 0, VM_SLEEP, IPL_NONE);
	vmem_addr_t a;

	CHECK(vmem_alloc(vm, 0x800, VM_NOSLEEP, &a) == 0);
	CHECK(vmem_size(src, VMEM_ALLOC) == 0x800);
	CHECK(vmem_alloc(vm, 0x900, VM_NOSLEEP, &a) == ENOMEM);
	vmem_free(vm, a, 0x800);
	CHECK(vmem_alloc(vm, 0x100, VM_NOSLEEP, &a) == 0 && vmem_size(src, VMEM_ALLOC) == 0x800);
	vmem_free(vm, a, 0x100);
	vmem_destroy(vm);
	CHECK(vmem_size(src, VMEM_ALLOC) == 0);
	vmem_destroy(src);
	return NULL;
}
