/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of the vmem(9) tests of mem_test.c. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/vmem.h>

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

const char *rump_test_vmem(void);
const char *rump_test_vmem_constraints(void);
const char *rump_test_vmem_spans(void);
const char *rump_test_vmem_sleep(void);
const char *rump_test_vmem_import(void);
const char *rump_test_vmem_ximport(void);

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
	vmem_addr_t a, b, c, d;

	CHECK(vmem_alloc(vm, 1, VM_NOSLEEP, &a) == ENOMEM);
	CHECK(vmem_add(vm, 100, 1000, VM_SLEEP) == 0);
	CHECK(vmem_xalloc(vm, 10, 64, 4, 0, 0, VMEM_ADDR_MAX, VM_NOSLEEP, &a) == 0 && a == 132);
	CHECK(vmem_xalloc(vm, 10, 1, 0, 0, 500, 509, VM_NOSLEEP, &b) == 0 && b == 500);
	CHECK(vmem_xalloc(vm, 10, 1, 0, 0, 505, 514, VM_NOSLEEP, &c) == ENOMEM);
	/* Not across a multiple of 256: 250 would be. */
	CHECK(vmem_xalloc(vm, 20, 1, 0, 256, 250, VMEM_ADDR_MAX, VM_NOSLEEP, &c) == 0 && c == 256);
	vmem_xfree(vm, c, 20);
	CHECK(vmem_xalloc(vm, 300, 1, 0, 256, 0, VMEM_ADDR_MAX, VM_NOSLEEP, &c) == ENOMEM);
	/* Of the holes at 100 (32), 142 (358), 510 and behind the first that fits is taken, or the least. */
	CHECK(vmem_alloc(vm, 25, VM_NOSLEEP | VM_BESTFIT, &c) == 0 && c == 100);
	vmem_free(vm, c, 25);
	CHECK(vmem_xalloc(vm, 10, 1, 0, 0, 530, 539, VM_NOSLEEP, &d) == 0 && d == 530);
	CHECK(vmem_alloc(vm, 20, VM_NOSLEEP | VM_BESTFIT, &c) == 0 && c == 510);
	vmem_free(vm, c, 20);
	CHECK(vmem_alloc(vm, 20, VM_NOSLEEP | VM_INSTANTFIT, &c) == 0 && c == 100);
	vmem_free(vm, c, 20);
	vmem_xfree(vm, d, 10);
	vmem_xfree(vm, a, 10);
	vmem_xfree(vm, b, 10);
	CHECK(vmem_alloc(vm, 1000, VM_NOSLEEP, &a) == 0 && a == 100);
	vmem_free(vm, a, 1000);
	vmem_destroy(vm);
	return NULL;
}

/* Spans that touch stay two: nothing is allocated over their border. */
const char *
rump_test_vmem_spans(void)
{
	vmem_t *const vm =
	    vmem_create("test", 0x1000, 0x1000, 0x100, NULL, NULL, NULL, 0, VM_SLEEP, IPL_NONE);
	vmem_addr_t a[2], b;

	CHECK(vmem_add(vm, 0x2000, 0x1000, VM_SLEEP) == 0);
	for (int i = 0; i < 2; i++)
		CHECK(vmem_alloc(vm, 0x1000, VM_NOSLEEP, &a[i]) == 0);
	CHECK(a[0] + a[1] == 0x3000 && vmem_size(vm, VMEM_FREE) == 0);
	for (int i = 0; i < 2; i++)
		vmem_free(vm, 0x2000 - 0x1000 * i, 0x1000);
	CHECK(vmem_alloc(vm, 0x1100, VM_NOSLEEP, &b) == ENOMEM);
	CHECK(vmem_size(vm, VMEM_FREE) == 0x2000);
	vmem_destroy(vm);
	return NULL;
}

/* What a sleeper gets, and where. */
struct sleeper {
	vmem_t *s_vm;
	vmem_addr_t s_addr;
};

static void
sleep_for_some(void *arg)
{
	struct sleeper *const s = arg;

	kthread_exit(vmem_alloc(s->s_vm, 0x200, VM_SLEEP, &s->s_addr));
}

/* VM_SLEEP waits until there is enough: a first free that is not leaves it asleep. */
const char *
rump_test_vmem_sleep(void)
{
	struct sleeper s = { .s_vm = vmem_create("test", 0x1000, 0x400, 0x100, NULL, NULL, NULL, 0,
				 VM_SLEEP, IPL_NONE) };
	vmem_addr_t a[4];
	struct lwp *l;

	for (int i = 0; i < 4; i++)
		CHECK(vmem_alloc(s.s_vm, 0x100, VM_NOSLEEP, &a[i]) == 0);
	CHECK(kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN, NULL, sleep_for_some, &s,
		  &l, "sleeper") == 0);
	for (int i = 0; i < 10000 && atomic_load_relaxed(&l->l_stat) != LSSLEEP; i++)
		(void)kpause("vmemtest", false, 1, NULL);
	CHECK(l->l_stat == LSSLEEP);
	vmem_free(s.s_vm, a[0], 0x100);
	vmem_free(s.s_vm, a[2], 0x100);
	CHECK(vmem_size(s.s_vm, VMEM_FREE) == 0x200);
	vmem_free(s.s_vm, a[3], 0x100);
	CHECK(kthread_join(l) == 0 && s.s_addr == a[2]);
	vmem_free(s.s_vm, s.s_addr, 0x200);
	vmem_free(s.s_vm, a[1], 0x100);
	CHECK(vmem_size(s.s_vm, VMEM_ALLOC) == 0);
	vmem_destroy(s.s_vm);
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

/* Brings a whole KiB for whatever is asked. */
static int
ximport(vmem_t *source, vmem_size_t size, vmem_size_t *actual, vm_flag_t flags, vmem_addr_t *addrp)
{
	*actual = roundup2(size, 0x400);
	return vmem_alloc(source, *actual, flags, addrp);
}

const char *
rump_test_vmem_ximport(void)
{
	vmem_t *const src =
	    vmem_create("src", 0x10000, 0x1000, 0x400, NULL, NULL, NULL, 0, VM_SLEEP, IPL_NONE);
	vmem_t *const vm =
	    vmem_xcreate("test", 0, 0, 0x100, ximport, vmem_free, src, 0, VM_SLEEP, IPL_NONE);
	vmem_addr_t a[4];

	CHECK(vmem_roundup_size(vm, 1) == 0x100 && vmem_roundup_size(vm, 0x100) == 0x100);
	for (int i = 0; i < 4; i++)
		CHECK(vmem_alloc(vm, 1, VM_NOSLEEP, &a[i]) == 0);
	CHECK(vmem_size(src, VMEM_ALLOC) == 0x400 && vmem_size(vm, VMEM_FREE) == 0);
	for (int i = 0; i < 4; i++)
		vmem_free(vm, a[i], 1);
	vmem_destroy(vm);
	CHECK(vmem_size(src, VMEM_ALLOC) == 0);
	vmem_destroy(src);
	return NULL;
}
