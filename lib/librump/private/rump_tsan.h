/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What ThreadSanitizer must be told: synchronisation that no atomic operation on a common word
 * shows, such as a grace period or a fence paid by the other side.  Nothing in other builds.
 */
#ifndef RUMP_TSAN_H
#define RUMP_TSAN_H

#if defined(RUMP_POINTS)
/* Instrumented for librumptest, which wants to know of nothing else. */
#elif defined(__SANITIZE_THREAD__)
#define RUMP_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RUMP_TSAN 1
#endif
#endif

#ifdef RUMP_TSAN
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
/* All that happened before a RELEASE of addr happens before what follows an ACQUIRE of it. */
#define RUMP_TSAN_ACQUIRE(addr) __tsan_acquire((void *)(unsigned long)(const void *)(addr))
#define RUMP_TSAN_RELEASE(addr) __tsan_release((void *)(unsigned long)(const void *)(addr))
#else
#define RUMP_TSAN_ACQUIRE(addr) ((void)0)
#define RUMP_TSAN_RELEASE(addr) ((void)0)
#endif
#define TSAN_ACQUIRE(addr) RUMP_TSAN_ACQUIRE(addr)
#define TSAN_RELEASE(addr) RUMP_TSAN_RELEASE(addr)

#endif /* RUMP_TSAN_H */
