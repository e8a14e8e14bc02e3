/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The ioctls of buggy(4), for driver and test alike: _IO('b', n). */
#ifndef FIXTURE_DRIVER_H
#define FIXTURE_DRIVER_H

#define BUGGY_(n)	      (0x20006200ul | (n))
#define BUGGY_LEAK_KMEM	      BUGGY_(1)
#define BUGGY_LEAK_POOL	      BUGGY_(2)
#define BUGGY_LEAK_PAGES      BUGGY_(3)
#define BUGGY_LEAK_VNODE      BUGGY_(4)
#define BUGGY_LEAK_THREAD     BUGGY_(5)
#define BUGGY_LOCK_HELD	      BUGGY_(6)
#define BUGGY_SLEEP_WITH_SPIN BUGGY_(7)
#define BUGGY_LOCK_ORDER      BUGGY_(8)
#define BUGGY_ALLOC_WRONG     BUGGY_(9)
#define BUGGY_ALLOC_RIGHT     BUGGY_(10)
#define BUGGY_START_STOP      BUGGY_(11)

#endif /* FIXTURE_DRIVER_H */
