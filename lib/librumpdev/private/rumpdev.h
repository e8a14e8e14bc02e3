/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The device faction, for the base's other factions and for components of class test. */
#ifndef RUMPDEV_H
#define RUMPDEV_H

#include <sys/types.h>
#include <sys/device.h>

/* A device has been detached, its memory is still there.  One listener: the workbench.  ctx: thread. */
extern void (*rumpdev_detached)(device_t dev);
/* mainbus0. */
extern device_t rumpdev_mainbus;

#endif /* RUMPDEV_H */
