/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * How the sources of a component say what is to be run when it starts.
 *
 *	RUMP_COMPONENT(RUMP_COMPONENT_NET) { domain_attach(&foodomain); }
 *	RUMP_COMPONENT_INIT2(RUMP_COMPONENT_VFS, foo_init, foo_fini)
 *
 * Components start by class, in the order of the enum, and within a class those that are
 * needed before those that need them; they stop in the opposite order.
 */
#ifndef RUMP_COMPONENT_H
#define RUMP_COMPONENT_H

#include <sys/cdefs.h>

#include "rump_component_desc.h"

enum rump_component_type {
	RUMP_COMPONENT_KERN,
	RUMP_COMPONENT_VFS,
	RUMP_COMPONENT_KERN_VFS,
	RUMP_COMPONENT_DEV,
	RUMP_COMPONENT_DEV_AFTERMAINBUS,
	RUMP_COMPONENT_NET,
	RUMP_COMPONENT_NET_ROUTE,
	RUMP_COMPONENT_NET_IF,
	RUMP_COMPONENT_NET_IFCFG,
	RUMP_COMPONENT_SYSCALL,
	RUMP_COMPONENT_POSTINIT,
	RUMP_COMPONENT_MAX
};

/* Locks: (i) immutable. */
struct rump_component {
	enum rump_component_type rc_type; /* (i) */
	const char *rc_name;		  /* (i) for messages */
	int (*rc_init)(void);		  /* (i) this one or rc_run */
	void (*rc_run)(void);		  /* (i) cannot fail */
	void (*rc_fini)(void);		  /* (i) undoes rc_init; or NULL */
};

/* Followed by the body of a function without arguments or result. */
#define RUMP_COMPONENT(type)                                     \
	static void rumpcompinit_##type(void);                   \
	static const struct rump_component rumpcomp_##type = {   \
		.rc_type = (type),                               \
		.rc_name = #type,                                \
		.rc_run = rumpcompinit_##type,                   \
	};                                                       \
	__link_set_add_rodata(rump_components, rumpcomp_##type); \
	static void rumpcompinit_##type(void)

/* int init(void): 0 or an errno, and then nothing is left.  void fini(void), or NULL. */
#define RUMP_COMPONENT_INIT2(type, init, fini)                  \
	static const struct rump_component rumpcomp2_##init = { \
		.rc_type = (type),                              \
		.rc_name = #init,                               \
		.rc_init = (init),                              \
		.rc_fini = (fini),                              \
	};                                                      \
	__link_set_add_rodata(rump_components, rumpcomp2_##init)

#endif /* RUMP_COMPONENT_H */
