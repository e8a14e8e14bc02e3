/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Compiler attributes and link sets.
 *
 * A link set is an array of pointers that the linker gathers from all objects of one component.
 * Each component has sets of its own: the build gives the sections of a component's relocatable
 * object names of its own, so that a static program does not join the sets of two components.
 */
#ifndef KPI_SYS_CDEFS_H
#define KPI_SYS_CDEFS_H

#ifdef __cplusplus
#define __BEGIN_DECLS extern "C" {
#define __END_DECLS   }
#else
#define __BEGIN_DECLS
#define __END_DECLS
#endif

#define __CONCAT1(x, y) x##y
#define __CONCAT(x, y)	__CONCAT1(x, y)
#define __STRING(x)	#x
#define ___STRING(x)	__STRING(x)

#define __attribute_use	   __attribute__((__used__))
#define __dead		   __attribute__((__noreturn__))
#define __unused	   __attribute__((__unused__))
#define __diagused	   __unused
#define __debugused	   __unused
#define __used		   __attribute__((__used__))
#define __packed	   __attribute__((__packed__))
#define __aligned(x)	   __attribute__((__aligned__(x)))
#define __section(x)	   __attribute__((__section__(x)))
#define __pure		   __attribute__((__pure__))
#define __constfunc	   __attribute__((__const__))
#define __noinline	   __attribute__((__noinline__))
#define __always_inline	   inline __attribute__((__always_inline__))
#define __weak		   __attribute__((__weak__))
#define __returns_twice	   __attribute__((__returns_twice__))
#define __noasan	   __attribute__((__no_sanitize_address__))
#define __nothing	   ((void)0)
#define __restrict_	   __restrict
#define __printflike(f, a) __attribute__((__format__(__printf__, f, a)))
#define __format_arg(f)	   __attribute__((__format_arg__(f)))
#define __predict_true(e)  __builtin_expect((e) != 0, 1)
#define __predict_false(e) __builtin_expect((e) != 0, 0)
#define __read_mostly
#define __cacheline_aligned __aligned(64)
#define __insn_barrier()    __asm__ volatile("" ::: "memory")
#define __arraycount(a)	    (sizeof(a) / sizeof((a)[0]))
#define __UNCONST(a)	    ((void *)(unsigned long)(const void *)(a))
#define __UNVOLATILE(a)	    ((void *)(unsigned long)(volatile void *)(a))
#define __CTASSERT(x)	    _Static_assert(x, #x)
#define __USE(x)	    ((void)(x))
#define __FPTRCAST(t, f)    ((t)(void *)(f))
#define __type_fit(t, a)    ((t)(a) == (a))
#define __BIT(n)	    ((uintmax_t)1 << (n))
#define __BITS(m, n)                                                         \
	((__BIT((m) > (n) ? (m) : (n)) - 1 + __BIT((m) > (n) ? (m) : (n))) & \
	    ~(__BIT((m) < (n) ? (m) : (n)) - 1))
#define __LOWEST_SET_BIT(m)	     ((((m)-1) & (m)) ^ (m))
#define __SHIFTOUT(x, m)	     (((x) & (m)) / __LOWEST_SET_BIT(m))
#define __SHIFTIN(x, m)		     ((x)*__LOWEST_SET_BIT(m))
#define __SHIFTOUT_MASK(m)	     __SHIFTOUT((m), (m))
#define __containerof_check(p, t, m) (0 ? (void)((p) == &((t *)0)->m) : (void)0)
#define container_of(p, t, m)	     ((t *)(void *)((char *)__UNCONST(p) - __builtin_offsetof(t, m)))

/* Identification strings have no place here. */
#define __KERNEL_RCSID(n, s) _Static_assert(1, "")
#define __RCSID(s)	     _Static_assert(1, "")
#define __COPYRIGHT(s)	     _Static_assert(1, "")

#if __has_attribute(__fallthrough__)
#define __fallthrough __attribute__((__fallthrough__))
#else
#define __fallthrough ((void)0)
#endif

/* Kept by the compiler and, where the tools know how, by --gc-sections. */
#if __has_attribute(__retain__)
#define __link_set_attr __attribute__((__used__, __retain__))
#else
#define __link_set_attr __attribute__((__used__))
#endif
#define __link_set_make_entry(set, sym)                                 \
	static void const *const __CONCAT(__link_set_##set##_sym_, sym) \
	    __link_set_attr __section("link_set_" #set) = (const void *)&sym
#define __link_set_add_text(set, sym)	__link_set_make_entry(set, sym)
#define __link_set_add_data(set, sym)	__link_set_make_entry(set, sym)
#define __link_set_add_rodata(set, sym) __link_set_make_entry(set, sym)
#define __link_set_add_bss(set, sym)	__link_set_make_entry(set, sym)
#define __link_set_decl(set, ptype)                                                             \
	extern ptype *const __start_link_set_##set[] __attribute__((__visibility__("hidden"))); \
	extern ptype *const __stop_link_set_##set[] __attribute__((__visibility__("hidden")))
#define __link_set_start(set) (__start_link_set_##set)
#define __link_set_end(set)   (__stop_link_set_##set)
#define __link_set_count(set) (__link_set_end(set) - __link_set_start(set))
#define __link_set_foreach(pvar, set) \
	for (pvar = __link_set_start(set); pvar < __link_set_end(set); pvar++)

#endif /* KPI_SYS_CDEFS_H */
