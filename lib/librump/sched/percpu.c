/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * percpu(9): an array with one object for each CPU, each on cache lines of its own.
 *
 * There is no table per CPU to grow, as on NetBSD: a percpu_t is the address of its array, and
 * percpu_getref() one multiplication.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/percpu.h>
#include <sys/xcall.h>

/* (i) all. */
struct percpu {
	size_t pc_stride;
	size_t pc_size;
	percpu_callback_t pc_dtor;
	void *pc_arg;
	char *pc_objects; /* aligned to a cache line, in pc_mem */
	void *pc_mem;
	size_t pc_memsize;
};

static void *
object(const percpu_t *pc, u_int i)
{
	return pc->pc_objects + i * pc->pc_stride;
}

percpu_t *
percpu_create(size_t size, percpu_callback_t ctor, percpu_callback_t dtor, void *arg)
{
	percpu_t *const pc = kmem_zalloc(sizeof(*pc), KM_SLEEP);

	pc->pc_size = size;
	pc->pc_stride = roundup2(size, CACHE_LINE_SIZE);
	pc->pc_dtor = dtor;
	pc->pc_arg = arg;
	pc->pc_memsize = pc->pc_stride * (size_t)ncpu + CACHE_LINE_SIZE;
	pc->pc_mem = kmem_zalloc(pc->pc_memsize, KM_SLEEP);
	pc->pc_objects = (char *)roundup2((uintptr_t)pc->pc_mem, CACHE_LINE_SIZE);
	if (ctor != NULL)
		percpu_foreach(pc, ctor, arg);
	return pc;
}

percpu_t *
percpu_alloc(size_t size)
{
	return percpu_create(size, NULL, NULL, NULL);
}

void
percpu_free(percpu_t *pc, size_t size)
{
	KASSERT(size == pc->pc_size);
	if (pc->pc_dtor != NULL)
		percpu_foreach(pc, pc->pc_dtor, pc->pc_arg);
	kmem_free(pc->pc_mem, pc->pc_memsize);
	kmem_free(pc, sizeof(*pc));
}

void *
percpu_getref(percpu_t *pc)
{
	kpreempt_disable();
	return object(pc, cpu_number());
}

void
percpu_putref(percpu_t *pc)
{
	kpreempt_enable();
}

void
percpu_foreach(percpu_t *pc, percpu_callback_t cb, void *arg)
{
	for (int i = 0; i < ncpu; i++)
		(*cb)(object(pc, (u_int)i), arg, cpu_lookup((u_int)i));
}

struct visit {
	percpu_t *v_pc;
	percpu_callback_t v_cb;
	void *v_arg;
};

static void
visit_cpu(void *arg1, void *arg2)
{
	const struct visit *const v = arg1;

	(*v->v_cb)(object(v->v_pc, cpu_number()), v->v_arg, curcpu());
}

void
percpu_foreach_xcall(percpu_t *pc, u_int xcflags, percpu_callback_t cb, void *arg)
{
	struct visit v = { .v_pc = pc, .v_cb = cb, .v_arg = arg };

	xc_wait(xc_broadcast(xcflags, visit_cpu, &v, NULL));
}

/* Objects never move: nothing to hold. */
void
percpu_traverse_enter(void)
{
}

void
percpu_traverse_exit(void)
{
}

void *
percpu_getptr_remote(percpu_t *pc, struct cpu_info *ci)
{
	return object(pc, ci->ci_index);
}
