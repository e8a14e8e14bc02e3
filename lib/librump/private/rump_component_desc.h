/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the build's generated glue tells the kernel of a component, from the component's one
 * constructor: at program start for linked components, inside dlopen() for loaded ones.
 */
#ifndef RUMP_COMPONENT_DESC_H
#define RUMP_COMPONENT_DESC_H

#include <sys/types.h>

#define RUMP_COMPONENT_VERSION 1

/* A link set: [begin, end), both null when the component adds nothing to it. */
struct rump_linkset {
	const void *const *rls_begin;
	const void *const *rls_end;
};

/* Fields: (i) immutable, set by the glue; (k) the registering kernel's own. */
struct rump_component_desc {
	int rcd_version;		      /* (i) RUMP_COMPONENT_VERSION */
	const char *rcd_name;		      /* (i) "rumpfs_ext2fs" */
	const char *rcd_class;		      /* (i) "base", "faction", "vfs", "dev", ... */
	const char *const *rcd_needs;	      /* (i) names, ends with NULL */
	struct rump_linkset rcd_modules;      /* (i) struct modinfo */
	struct rump_linkset rcd_components;   /* (i) struct rump_component */
	struct rump_linkset rcd_sysctls;      /* (i) void (*)(struct sysctllog **) */
	struct rump_component_desc *rcd_next; /* (k) */
	void *rcd_private;		      /* (k) null when not initialised */
};

/*
 * Called by constructors: any host thread, before, during or after rump_init().  After it a driver
 * comes up at once, a faction is refused.  What is refused is said on the console.
 */
void rump_component_register(struct rump_component_desc *d);

#endif /* RUMP_COMPONENT_DESC_H */
