/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Atomic operations, as in atomic_ops(3), atomic_loadstore(9) and membar_ops(3).
 *
 * All are inline over the compiler's builtins.  The read-modify-write operations are sequentially
 * consistent towards each other on one word and full barriers on the machines that we run on;
 * those named _ni ("not interlocked") are only atomic with respect to the own virtual CPU, and are
 * the full ones here.  Loads and stores order exactly what their names say.
 */
#ifndef KPI_SYS_ATOMIC_H
#define KPI_SYS_ATOMIC_H

#include <sys/types.h>

/* ctx: any.  p points to an object of 1, 2, 4 or 8 bytes, naturally aligned. */
#define atomic_load_relaxed(p)	   __atomic_load_n((p), __ATOMIC_RELAXED)
#define atomic_load_acquire(p)	   __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define atomic_load_consume(p)	   __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define atomic_store_relaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define atomic_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

/*
 * One family of functions for each operand type T, called by its name N:
 *	atomic_{add,and,or,inc,dec}_N and the same with _nv, which return the new value;
 *	atomic_swap_N returns the old value;
 *	atomic_cas_N stores new if the word is old, and returns what the word was.
 */
#define KPI_ATOMIC_RMW(N, T, OPERAND, op, builtin)                                  \
	static __inline __unused void atomic_##op##_##N(volatile T *p, OPERAND v)   \
	{                                                                           \
		(void)builtin(p, (T)v, __ATOMIC_SEQ_CST);                           \
	}                                                                           \
	static __inline __unused T atomic_##op##_##N##_nv(volatile T *p, OPERAND v) \
	{                                                                           \
		return builtin(p, (T)v, __ATOMIC_SEQ_CST);                          \
	}

#define KPI_ATOMIC_STEP(N, T, op, builtin)                               \
	static __inline __unused void atomic_##op##_##N(volatile T *p)   \
	{                                                                \
		(void)builtin(p, 1, __ATOMIC_SEQ_CST);                   \
	}                                                                \
	static __inline __unused T atomic_##op##_##N##_nv(volatile T *p) \
	{                                                                \
		return builtin(p, 1, __ATOMIC_SEQ_CST);                  \
	}

#define KPI_ATOMIC_SWAP(N, T)                                                        \
	static __inline __unused T atomic_swap_##N(volatile T *p, T v)               \
	{                                                                            \
		return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                  \
	}                                                                            \
	static __inline __unused T atomic_cas_##N(volatile T *p, T old, T new_)      \
	{                                                                            \
		(void)__atomic_compare_exchange_n(                                   \
		    p, &old, new_, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
		return old;                                                          \
	}                                                                            \
	static __inline __unused T atomic_cas_##N##_ni(volatile T *p, T old, T new_) \
	{                                                                            \
		return atomic_cas_##N(p, old, new_);                                 \
	}

/* S is the signed type by which the add of N takes its operand. */
#define KPI_ATOMIC_FAMILY(N, T, S)                       \
	KPI_ATOMIC_RMW(N, T, S, add, __atomic_add_fetch) \
	KPI_ATOMIC_RMW(N, T, T, and, __atomic_and_fetch) \
	KPI_ATOMIC_RMW(N, T, T, or, __atomic_or_fetch)   \
	KPI_ATOMIC_STEP(N, T, inc, __atomic_add_fetch)   \
	KPI_ATOMIC_STEP(N, T, dec, __atomic_sub_fetch)   \
	KPI_ATOMIC_SWAP(N, T)

/* clang-format off */
KPI_ATOMIC_FAMILY(32, uint32_t, int32_t)
KPI_ATOMIC_FAMILY(64, uint64_t, int64_t)
KPI_ATOMIC_FAMILY(uint, unsigned int, int)
KPI_ATOMIC_FAMILY(ulong, unsigned long, long)
/* The signed add of atomic_add_int() and atomic_add_long(). */
KPI_ATOMIC_RMW(int, unsigned int, int, add, __atomic_add_fetch)
KPI_ATOMIC_RMW(long, unsigned long, long, add, __atomic_add_fetch)
/* clang-format on */

static __inline __unused void *
atomic_swap_ptr(volatile void *p, void *v)
{
	return __atomic_exchange_n((void *volatile *)p, v, __ATOMIC_SEQ_CST);
}

static __inline __unused void *
atomic_cas_ptr(volatile void *p, void *old, void *new_)
{
	(void)__atomic_compare_exchange_n(
	    (void *volatile *)p, &old, new_, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return old;
}

static __inline __unused void *
atomic_cas_ptr_ni(volatile void *p, void *old, void *new_)
{
	return atomic_cas_ptr(p, old, new_);
}

static __inline __unused void
atomic_add_ptr(volatile void *p, ssize_t n)
{
	(void)__atomic_add_fetch((volatile uintptr_t *)p, (uintptr_t)n, __ATOMIC_SEQ_CST);
}

static __inline __unused void *
atomic_add_ptr_nv(volatile void *p, ssize_t n)
{
	return (void *)__atomic_add_fetch((volatile uintptr_t *)p, (uintptr_t)n, __ATOMIC_SEQ_CST);
}

static __inline __unused void
atomic_inc_ptr(volatile void *p)
{
	atomic_add_ptr(p, 1);
}

static __inline __unused void
atomic_dec_ptr(volatile void *p)
{
	atomic_add_ptr(p, -1);
}

static __inline __unused void *
atomic_inc_ptr_nv(volatile void *p)
{
	return atomic_add_ptr_nv(p, 1);
}

static __inline __unused void *
atomic_dec_ptr_nv(volatile void *p)
{
	return atomic_add_ptr_nv(p, -1);
}

/*
 * Memory barriers.  ThreadSanitizer does not model fences, so its build replaces each by an
 * ordered operation on one shared word: no false alarm, at the price of a few missed ones.
 */
#if defined(RUMP_POINTS)
/* Instrumented, but not for ThreadSanitizer: librumptest. */
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KPI_TSAN 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define KPI_TSAN 1
#endif
#ifdef KPI_TSAN
extern unsigned int rump_membar_word;
#define KPI_FENCE(order) (void)__atomic_fetch_add(&rump_membar_word, 0, __ATOMIC_ACQ_REL)
#else
#define KPI_FENCE(order) __atomic_thread_fence(order)
#endif

#define membar_sync()		  KPI_FENCE(__ATOMIC_SEQ_CST)
#define membar_acquire()	  KPI_FENCE(__ATOMIC_ACQUIRE)
#define membar_release()	  KPI_FENCE(__ATOMIC_RELEASE)
#define membar_producer()	  KPI_FENCE(__ATOMIC_RELEASE)
#define membar_consumer()	  KPI_FENCE(__ATOMIC_ACQUIRE)
#define membar_enter()		  KPI_FENCE(__ATOMIC_SEQ_CST)
#define membar_exit()		  KPI_FENCE(__ATOMIC_RELEASE)
#define membar_datadep_consumer() KPI_FENCE(__ATOMIC_ACQUIRE)

#endif /* KPI_SYS_ATOMIC_H */
