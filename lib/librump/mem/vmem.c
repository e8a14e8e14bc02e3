/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * vmem(9): intervals out of spans of numbers.
 *
 *	span	what vmem_add() or an import brought
 *	seg	a free interval of one span, in a tree by address; neighbours are joined
 *
 * Allocation is first fit (VM_BESTFIT: the smallest that fits).  A free must not fail for want of a
 * seg, so each allocation leaves one in vm_spares for its free.
 */
#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/rbtree.h>
#include <sys/systm.h>
#include <sys/vmem.h>

#include <lib/libkern/libkern.h>

/* Locks: (i) immutable, (v) vm_lock. */
struct span {
	LIST_ENTRY(span) sp_list; /* (v) */
	vmem_addr_t sp_addr;	  /* (i) */
	vmem_size_t sp_size;	  /* (i) */
	vmem_size_t sp_used;	  /* (v) */
	bool sp_imported;	  /* (i) */
};

struct seg {
	union {
		rb_node_t sg_node;	   /* (v) */
		SLIST_ENTRY(seg) sg_spare; /* (v) */
	};
	vmem_addr_t sg_addr;  /* (v) */
	vmem_size_t sg_size;  /* (v) */
	struct span *sg_span; /* (v) */
};

struct vmem {
	kmutex_t vm_lock;
	kcondvar_t vm_cv;	      /* something was freed */
	char vm_name[16];	      /* (i) */
	vmem_size_t vm_quantum;	      /* (i) a power of two */
	vmem_import_t *vm_importfn;   /* (i) this one, */
	vmem_ximport_t *vm_ximportfn; /* (i) or this, or none */
	vmem_release_t *vm_releasefn; /* (i) */
	vmem_t *vm_source;	      /* (i) */
	rb_tree_t vm_segs;	      /* (v) */
	SLIST_HEAD(, seg) vm_spares;  /* (v) */
	LIST_HEAD(, span) vm_spans;   /* (v) */
	vmem_size_t vm_used, vm_size; /* (v) */
};

/* What an allocation must satisfy. */
struct wish {
	vmem_size_t size, align, phase, nocross;
	vmem_addr_t min, max;
};

static int
compare_segs(void *context, const void *a, const void *b)
{
	const vmem_addr_t x = ((const struct seg *)a)->sg_addr,
			  y = ((const struct seg *)b)->sg_addr;

	return x < y ? -1 : x > y;
}

static int
compare_addr(void *context, const void *a, const void *key)
{
	const vmem_addr_t x = ((const struct seg *)a)->sg_addr, y = *(const vmem_addr_t *)key;

	return x < y ? -1 : x > y;
}

static const rb_tree_ops_t seg_ops = { .rbto_compare_nodes = compare_segs,
	.rbto_compare_key = compare_addr,
	.rbto_node_offset = offsetof(struct seg, sg_node) };

/* ---- Segs ---- */

static struct seg *
seg_create(vm_flag_t flags)
{
	return kmem_intr_alloc(sizeof(struct seg), (flags & VM_SLEEP) != 0 ? KM_SLEEP : KM_NOSLEEP);
}

static void
seg_put_spare(vmem_t *vm, struct seg *sg)
{
	SLIST_INSERT_HEAD(&vm->vm_spares, sg, sg_spare);
}

static struct seg *
seg_take_spare(vmem_t *vm)
{
	struct seg *const sg = SLIST_FIRST(&vm->vm_spares);

	SLIST_REMOVE_HEAD(&vm->vm_spares, sg_spare);
	return sg;
}

/* Where in the seg the wish fits, if it does. */
static bool
seg_fits(const struct seg *sg, const struct wish *w, vmem_addr_t *addrp)
{
	const vmem_addr_t last = MIN(sg->sg_addr + (sg->sg_size - 1), w->max);
	vmem_addr_t start = MAX(sg->sg_addr, w->min);

	start = roundup2(start - w->phase, w->align) + w->phase;
	if (w->nocross != 0 &&
	    (start & ~(w->nocross - 1)) != ((start + w->size - 1) & ~(w->nocross - 1)))
		start = roundup2(roundup2(start, w->nocross) - w->phase, w->align) + w->phase;
	if (start < sg->sg_addr || start < w->min || start > last || last - start < w->size - 1)
		return false;
	*addrp = start;
	return true;
}

/* locks: vm_lock. */
static struct seg *
seg_find(vmem_t *vm, const struct wish *w, bool best, vmem_addr_t *addrp)
{
	struct seg *sg, *found = NULL;
	vmem_addr_t addr;

	RB_TREE_FOREACH (sg, &vm->vm_segs) {
		if (!seg_fits(sg, w, &addr) || (found != NULL && found->sg_size <= sg->sg_size))
			continue;
		found = sg;
		*addrp = addr;
		if (!best)
			break;
	}
	return found;
}

/* Cut [addr, addr + size) out; rest is for what is left behind it, and is used or made a spare. */
static void
seg_cut(vmem_t *vm, struct seg *sg, vmem_addr_t addr, vmem_size_t size, struct seg *rest)
{
	const vmem_size_t before = addr - sg->sg_addr, after = sg->sg_size - before - size;

	sg->sg_span->sp_used += size;
	vm->vm_used += size;
	if (after > 0) {
		rest->sg_addr = addr + size;
		rest->sg_size = after;
		rest->sg_span = sg->sg_span;
		rb_tree_insert_node(&vm->vm_segs, rest);
	} else
		seg_put_spare(vm, rest);
	sg->sg_size = before;
	if (before == 0) {
		rb_tree_remove_node(&vm->vm_segs, sg);
		seg_put_spare(vm, sg);
	}
}

/* ---- Spans ---- */

static int
span_add(vmem_t *vm, vmem_addr_t addr, vmem_size_t size, vm_flag_t flags, bool imported)
{
	const km_flag_t kmflags = (flags & VM_SLEEP) != 0 ? KM_SLEEP : KM_NOSLEEP;
	struct span *const sp = kmem_intr_alloc(sizeof(*sp), kmflags);
	struct seg *const sg = sp != NULL ? seg_create(flags) : NULL;

	if (sg == NULL) {
		if (sp != NULL)
			kmem_intr_free(sp, sizeof(*sp));
		return ENOMEM;
	}
	*sp = (struct span){ .sp_addr = addr, .sp_size = size, .sp_imported = imported };
	sg->sg_addr = addr;
	sg->sg_size = size;
	sg->sg_span = sp;
	mutex_enter(&vm->vm_lock);
	LIST_INSERT_HEAD(&vm->vm_spans, sp, sp_list);
	rb_tree_insert_node(&vm->vm_segs, sg);
	vm->vm_size += size;
	mutex_exit(&vm->vm_lock);
	return 0;
}

static int
span_import(vmem_t *vm, const struct wish *w, vm_flag_t flags)
{
	vmem_size_t size = w->size;
	vmem_addr_t addr;
	int error;

	if ((vm->vm_importfn == NULL && vm->vm_ximportfn == NULL) || w->align > vm->vm_quantum ||
	    w->nocross != 0 || w->min != 0 || w->max != VMEM_ADDR_MAX)
		return ENOMEM;
	if (vm->vm_ximportfn != NULL)
		error = (*vm->vm_ximportfn)(vm->vm_source, size, &size, flags, &addr);
	else
		error = (*vm->vm_importfn)(vm->vm_source, size, flags, &addr);
	if (error != 0)
		return error;
	KASSERT(size >= w->size && ((addr | size) & (vm->vm_quantum - 1)) == 0);
	if ((error = span_add(vm, addr, size, flags, true)) != 0 && vm->vm_releasefn != NULL)
		(*vm->vm_releasefn)(vm->vm_source, addr, size);
	return error;
}

/* ---- The interface ---- */

vmem_t *
vmem_create(const char *name, vmem_addr_t base, vmem_size_t size, vmem_size_t quantum,
    vmem_import_t *importfn, vmem_release_t *releasefn, vmem_t *source, vmem_size_t qcache_max,
    vm_flag_t flags, int ipl)
{
	vmem_t *const vm =
	    kmem_zalloc(sizeof(*vm), (flags & VM_SLEEP) != 0 ? KM_SLEEP : KM_NOSLEEP);

	KASSERT(quantum > 0 && powerof2(quantum));
	if (vm == NULL)
		return NULL;
	mutex_init(&vm->vm_lock, MUTEX_DEFAULT, ipl);
	cv_init(&vm->vm_cv, "vmem");
	strlcpy(vm->vm_name, name, sizeof(vm->vm_name));
	vm->vm_quantum = quantum;
	vm->vm_importfn = importfn;
	vm->vm_releasefn = releasefn;
	vm->vm_source = source;
	rb_tree_init(&vm->vm_segs, &seg_ops);
	SLIST_INIT(&vm->vm_spares);
	LIST_INIT(&vm->vm_spans);
	if (size != 0 && vmem_add(vm, base, size, flags) != 0) {
		vmem_destroy(vm);
		return NULL;
	}
	return vm;
}

vmem_t *
vmem_xcreate(const char *name, vmem_addr_t base, vmem_size_t size, vmem_size_t quantum,
    vmem_ximport_t *importfn, vmem_release_t *releasefn, vmem_t *source, vmem_size_t qcache_max,
    vm_flag_t flags, int ipl)
{
	vmem_t *const vm =
	    vmem_create(name, base, size, quantum, NULL, releasefn, source, qcache_max, flags, ipl);

	if (vm != NULL)
		vm->vm_ximportfn = importfn;
	return vm;
}

void
vmem_destroy(vmem_t *vm)
{
	struct seg *sg;
	struct span *sp;

	KASSERTMSG(vm->vm_used == 0, "vmem %s: %zu still in use", vm->vm_name, vm->vm_used);
	while ((sg = RB_TREE_MIN(&vm->vm_segs)) != NULL) {
		rb_tree_remove_node(&vm->vm_segs, sg);
		kmem_intr_free(sg, sizeof(*sg));
	}
	while (!SLIST_EMPTY(&vm->vm_spares))
		kmem_intr_free(seg_take_spare(vm), sizeof(*sg));
	while ((sp = LIST_FIRST(&vm->vm_spans)) != NULL) {
		LIST_REMOVE(sp, sp_list);
		if (sp->sp_imported && vm->vm_releasefn != NULL)
			(*vm->vm_releasefn)(vm->vm_source, sp->sp_addr, sp->sp_size);
		kmem_intr_free(sp, sizeof(*sp));
	}
	cv_destroy(&vm->vm_cv);
	mutex_destroy(&vm->vm_lock);
	kmem_free(vm, sizeof(*vm));
}

int
vmem_add(vmem_t *vm, vmem_addr_t addr, vmem_size_t size, vm_flag_t flags)
{
	KASSERT(size > 0 && ((addr | size) & (vm->vm_quantum - 1)) == 0);
	return span_add(vm, addr, size, flags, false);
}

int
vmem_xalloc(vmem_t *vm, vmem_size_t size, vmem_size_t align, vmem_size_t phase, vmem_size_t nocross,
    vmem_addr_t minaddr, vmem_addr_t maxaddr, vm_flag_t flags, vmem_addr_t *addrp)
{
	const struct wish w = { .size = roundup2(size, vm->vm_quantum),
		.align = MAX(align, vm->vm_quantum),
		.phase = phase,
		.nocross = nocross,
		.min = minaddr,
		.max = maxaddr };
	struct seg *sg, *spare, *rest;

	KASSERT(size > 0 && powerof2(w.align) && phase < w.align && powerof2(nocross));
	if (w.size < size || (nocross != 0 && w.size > nocross))
		return ENOMEM;
	if ((spare = seg_create(flags)) == NULL)
		return ENOMEM;
	if ((rest = seg_create(flags)) == NULL) {
		kmem_intr_free(spare, sizeof(*spare));
		return ENOMEM;
	}
	mutex_enter(&vm->vm_lock);
	while ((sg = seg_find(vm, &w, (flags & VM_BESTFIT) != 0, addrp)) == NULL) {
		mutex_exit(&vm->vm_lock);
		if (span_import(vm, &w, flags) != 0) {
			if ((flags & VM_SLEEP) == 0) {
				kmem_intr_free(spare, sizeof(*spare));
				kmem_intr_free(rest, sizeof(*rest));
				return ENOMEM;
			}
			mutex_enter(&vm->vm_lock);
			if ((sg = seg_find(vm, &w, false, addrp)) != NULL)
				break;
			cv_wait(&vm->vm_cv, &vm->vm_lock);
		} else
			mutex_enter(&vm->vm_lock);
	}
	seg_cut(vm, sg, *addrp, w.size, rest);
	seg_put_spare(vm, spare);
	mutex_exit(&vm->vm_lock);
	return 0;
}

int
vmem_alloc(vmem_t *vm, vmem_size_t size, vm_flag_t flags, vmem_addr_t *addrp)
{
	return vmem_xalloc(vm, size, 0, 0, 0, VMEM_ADDR_MIN, VMEM_ADDR_MAX, flags, addrp);
}

/* Join sg, which is not in the tree, with its free neighbours of the same span. */
static void
seg_insert(vmem_t *vm, struct seg *sg, struct seg *unused[2])
{
	const vmem_addr_t end = sg->sg_addr + sg->sg_size;
	struct seg *const next = rb_tree_find_node(&vm->vm_segs, &end);
	struct seg *const prev = rb_tree_find_node_leq(&vm->vm_segs, &sg->sg_addr);

	if (next != NULL && next->sg_span == sg->sg_span) {
		sg->sg_size += next->sg_size;
		rb_tree_remove_node(&vm->vm_segs, next);
		unused[0] = next;
	}
	KASSERTMSG(prev == NULL || prev->sg_span != sg->sg_span ||
		prev->sg_addr + prev->sg_size <= sg->sg_addr,
	    "vmem %s: %#zx freed twice", vm->vm_name, (size_t)sg->sg_addr);
	if (prev != NULL && prev->sg_span == sg->sg_span &&
	    prev->sg_addr + prev->sg_size == sg->sg_addr) {
		prev->sg_size += sg->sg_size;
		unused[1] = sg;
	} else
		rb_tree_insert_node(&vm->vm_segs, sg);
}

void
vmem_xfree(vmem_t *vm, vmem_addr_t addr, vmem_size_t size)
{
	struct seg *unused[2] = { NULL, NULL }, *sg;
	struct span *sp;

	size = roundup2(size, vm->vm_quantum);
	mutex_enter(&vm->vm_lock);
	LIST_FOREACH (sp, &vm->vm_spans, sp_list)
		if (addr - sp->sp_addr < sp->sp_size)
			break;
	KASSERTMSG(sp != NULL && sp->sp_used >= size, "vmem %s: %#zx was not allocated",
	    vm->vm_name, (size_t)addr);
	sg = seg_take_spare(vm);
	sg->sg_addr = addr;
	sg->sg_size = size;
	sg->sg_span = sp;
	sp->sp_used -= size;
	vm->vm_used -= size;
	seg_insert(vm, sg, unused);
	cv_broadcast(&vm->vm_cv);
	mutex_exit(&vm->vm_lock);
	for (u_int i = 0; i < 2; i++)
		if (unused[i] != NULL)
			kmem_intr_free(unused[i], sizeof(*unused[i]));
}

void
vmem_free(vmem_t *vm, vmem_addr_t addr, vmem_size_t size)
{
	vmem_xfree(vm, addr, size);
}

vmem_size_t
vmem_roundup_size(vmem_t *vm, vmem_size_t size)
{
	return roundup2(size, vm->vm_quantum);
}

vmem_size_t
vmem_size(vmem_t *vm, int typemask)
{
	vmem_size_t size = 0;

	mutex_enter(&vm->vm_lock);
	if ((typemask & VMEM_ALLOC) != 0)
		size += vm->vm_used;
	if ((typemask & VMEM_FREE) != 0)
		size += vm->vm_size - vm->vm_used;
	mutex_exit(&vm->vm_lock);
	return size;
}
