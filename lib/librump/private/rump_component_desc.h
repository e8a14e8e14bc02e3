/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the build's generated glue tells the kernel of a component, from the component's one
 * constructor: at program start for linked components, inside dlopen() for loaded ones.
 */
#ifndef RUMP_COMPONENT_DESC_H
#define RUMP_COMPONENT_DESC_H

#include <sys/types.h>

/* Checked kernels have other structs and macros: components are of the kernel's flavour. */
#if defined(LOCKDEBUG)
#define RUMP_COMPONENT_FLAVOUR 0x200
#elif defined(DIAGNOSTIC)
#define RUMP_COMPONENT_FLAVOUR 0x100
#else
#define RUMP_COMPONENT_FLAVOUR 0
#endif
#define RUMP_COMPONENT_VERSION (2 | RUMP_COMPONENT_FLAVOUR)

/* A link set: [begin, end), both null when the component adds nothing to it. */
struct rump_linkset {
	const void *const *rls_begin;
	const void *const *rls_end;
};

/*
 * A name that others may link to, both as distances from their own places: no relocations are needed in a
 * program.  Sorted by name.  Only in the static and the module form: shared libraries have dlsym().
 */
struct rump_export {
	int32_t re_name;
	int32_t re_addr;
};

/* Fields: (i) immutable, set by the glue; (k) the registering kernel's own. */
struct rump_component_desc {
	int rcd_version;		       /* (i) RUMP_COMPONENT_VERSION */
	const char *rcd_name;		       /* (i) "rumpfs_ext2fs" */
	const char *rcd_class;		       /* (i) "base", "faction", "vfs", "dev", ... */
	const char *const *rcd_needs;	       /* (i) names, ends with NULL */
	struct rump_linkset rcd_modules;       /* (i) struct modinfo */
	struct rump_linkset rcd_components;    /* (i) struct rump_component */
	struct rump_linkset rcd_sysctls;       /* (i) void (*)(struct sysctllog **) */
	const struct rump_export *rcd_exports; /* (i) or NULL */
	const struct rump_export *rcd_exports_end;
	struct rump_component_desc *rcd_next; /* (k) */
	void *rcd_private;		      /* (k) null when not initialised */
};

/*
 * Called by constructors: any host thread, before, during or after rump_init().  After it a driver
 * comes up at once, a faction is refused.  What is refused is said on the console.
 */
void rump_component_register(struct rump_component_desc *d);

#endif /* RUMP_COMPONENT_DESC_H */
