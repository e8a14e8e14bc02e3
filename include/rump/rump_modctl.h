/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rump_sys_modctl(): modules of the kernel.
 *
 *	RUMP_MODCTL_LOAD	struct rump_modctl_load *: a name, looked for in RUMP_MODULEBASE, or a path
 *	RUMP_MODCTL_UNLOAD	const char *: a name
 *	RUMP_MODCTL_STAT	struct iovec *: a buffer that gets as much as fits of an int, the number of modules,
 *				an int of padding, so many struct rump_modctl_stat, and the strings they refer to;
 *				iov_len becomes what all of it takes
 *	RUMP_MODCTL_EXISTS	0: can modules be loaded; 1: are they loaded automatically.  ENOSYS if not
 */
#ifndef RUMP_RUMP_MODCTL_H
#define RUMP_RUMP_MODCTL_H

#include <stddef.h>
#include <stdint.h>

enum rump_modctl {
	RUMP_MODCTL_LOAD = 0,
	RUMP_MODCTL_UNLOAD = 1,
	RUMP_MODCTL_STAT = 2,
	RUMP_MODCTL_EXISTS = 3
};

#define RUMP_MODCTL_LOAD_FORCE 0x01 /* ml_flags: even one that was unloaded by hand */
#define RUMP_MODCTL_MAXPROPS   8192 /* bytes */
#define RUMP_MAXMODNAME	       32   /* bytes, with the NUL */

struct rump_modctl_load {
	const char *ml_filename;
	int ml_flags;
	const char *
	    ml_props; /* text of a dictionary (proplib(3)), without a NUL: for the module's start; or NULL */
	size_t ml_propslen;
};

enum rump_modsrc { RUMP_MODULE_SOURCE_KERNEL, RUMP_MODULE_SOURCE_BOOT, RUMP_MODULE_SOURCE_FILESYS };
#define RUMP_MODFLG_MUST_FORCE	0x01U
#define RUMP_MODFLG_AUTO_LOADED 0x02U

struct rump_modctl_stat {
	char ms_name[RUMP_MAXMODNAME];
	uint64_t ms_addr; /* of one from a file */
	int32_t ms_source, ms_class;
	uint32_t ms_size; /* bytes of memory of one from a file */
	uint32_t ms_refcnt;
	uint32_t ms_flags;
	uint32_t
	    ms_reqoffset; /* of the names it requires, with commas, from the buffer's start; 0: none */
	uint32_t ms_reserved[4];
};

#endif /* RUMP_RUMP_MODCTL_H */
