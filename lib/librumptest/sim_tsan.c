/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What compilers call at each load and store under -fsanitize=thread, as points of the simulation.
 *
 * The names and prototypes are the compilers' interface (gcc's sanitizer.def, LLVM's
 * ThreadSanitizer pass).  Atomic operations are not instrumented in place but replaced by a call,
 * so they are carried out here, all of them sequentially consistent: one thread runs at a time.
 */
#include <string.h>

#include "sim_impl.h"

/* The compiler knows these names and has its own idea of their types. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wbuiltin-declaration-mismatch"
#endif

#define PLAIN(name, kind)                                  \
	void __tsan_##name(void *p)                        \
	{                                                  \
		rumptest__point(RUMPUSER_POINT_##kind, p); \
	}
#define SIZES(name, kind)    \
	PLAIN(name##1, kind) \
	PLAIN(name##2, kind) \
	PLAIN(name##4, kind) \
	PLAIN(name##8, kind) \
	PLAIN(name##16, kind)

SIZES(read, LOAD)
SIZES(write, STORE)
SIZES(read_write, STORE)
SIZES(unaligned_read, LOAD)
SIZES(unaligned_write, STORE)
SIZES(unaligned_read_write, STORE)
SIZES(volatile_read, LOAD)
SIZES(volatile_write, STORE)
SIZES(unaligned_volatile_read, LOAD)
SIZES(unaligned_volatile_write, STORE)

void
__tsan_read_range(void *p, size_t n)
{
	rumptest__point(RUMPUSER_POINT_LOAD, p);
}

void
__tsan_write_range(void *p, size_t n)
{
	rumptest__point(RUMPUSER_POINT_STORE, p);
}

void *
__tsan_memcpy(void *to, const void *from, size_t n)
{
	rumptest__point(RUMPUSER_POINT_STORE, to);
	return memcpy(to, from, n);
}

void *
__tsan_memmove(void *to, const void *from, size_t n)
{
	rumptest__point(RUMPUSER_POINT_STORE, to);
	return memmove(to, from, n);
}

void *
__tsan_memset(void *p, int c, size_t n)
{
	rumptest__point(RUMPUSER_POINT_STORE, p);
	return memset(p, c, n);
}

void
__tsan_init(void)
{
}

void
__tsan_func_entry(void *pc)
{
}

void
__tsan_func_exit(void)
{
}

void
__tsan_atomic_thread_fence(int order)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void
__tsan_atomic_signal_fence(int order)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#define RMW(bits, type, op, body)                                            \
	type __tsan_atomic##bits##_##op(volatile type *p, type v, int order) \
	{                                                                    \
		rumptest__point(RUMPUSER_POINT_STORE, p);                    \
		return body;                                                 \
	}
#define ATOMICS(bits, type)                                                                      \
	type __tsan_atomic##bits##_load(const volatile type *p, int order)                       \
	{                                                                                        \
		rumptest__point(RUMPUSER_POINT_LOAD, p);                                         \
		return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                     \
	}                                                                                        \
	void __tsan_atomic##bits##_store(volatile type *p, type v, int order)                    \
	{                                                                                        \
		rumptest__point(RUMPUSER_POINT_STORE, p);                                        \
		__atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                        \
	}                                                                                        \
	RMW(bits, type, exchange, __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST))                   \
	RMW(bits, type, fetch_add, __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST))                   \
	RMW(bits, type, fetch_sub, __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST))                   \
	RMW(bits, type, fetch_and, __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST))                   \
	RMW(bits, type, fetch_or, __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST))                     \
	RMW(bits, type, fetch_xor, __atomic_fetch_xor(p, v, __ATOMIC_SEQ_CST))                   \
	RMW(bits, type, fetch_nand, __atomic_fetch_nand(p, v, __ATOMIC_SEQ_CST))                 \
	int __tsan_atomic##bits##_compare_exchange_strong(                                       \
	    volatile type *p, type *expect, type v, int order, int fail)                         \
	{                                                                                        \
		rumptest__point(RUMPUSER_POINT_STORE, p);                                        \
		return __atomic_compare_exchange_n(                                              \
		    p, expect, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                    \
	}                                                                                        \
	int __tsan_atomic##bits##_compare_exchange_weak(                                         \
	    volatile type *p, type *expect, type v, int order, int fail)                         \
	{                                                                                        \
		return __tsan_atomic##bits##_compare_exchange_strong(p, expect, v, order, fail); \
	}                                                                                        \
	type __tsan_atomic##bits##_compare_exchange_val(                                         \
	    volatile type *p, type expect, type v, int order, int fail)                          \
	{                                                                                        \
		(void)__tsan_atomic##bits##_compare_exchange_strong(p, &expect, v, order, fail); \
		return expect;                                                                   \
	}

ATOMICS(8, uint8_t)
ATOMICS(16, uint16_t)
ATOMICS(32, uint32_t)
ATOMICS(64, uint64_t)
