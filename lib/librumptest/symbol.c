/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Names for addresses from the debugging information of what is mapped, by libdw. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <elfutils/libdwfl.h>

#include "fixture_impl.h"

static Dwfl *
session(void)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
	};
	static Dwfl *dwfl;
	static pid_t owner;

	if (owner == getpid()) /* what a parent has mapped is another's */
		return dwfl;
	owner = getpid();
	dwfl = dwfl_begin(&callbacks);
	if (dwfl == NULL)
		return NULL;
	dwfl_report_begin(dwfl);
	if (dwfl_linux_proc_report(dwfl, owner) != 0 || dwfl_report_end(dwfl, NULL, NULL) != 0) {
		dwfl_end(dwfl);
		dwfl = NULL;
	}
	return dwfl;
}

void
rumptest__symbol(const void *addr, char *buf, size_t len)
{
	const Dwarf_Addr pc = (uintptr_t)addr - 1;
	Dwfl *const dwfl = session();
	Dwfl_Module *const mod = dwfl != NULL ? dwfl_addrmodule(dwfl, pc) : NULL;
	const char *name, *file, *slash;
	Dwfl_Line *line;
	int lineno;

	name = mod != NULL ? dwfl_module_addrname(mod, pc) : NULL;
	if (name == NULL) {
		(void)snprintf(buf, len, "%p", addr);
		return;
	}
	/* The prefix is the packaging's, not the author's. */
	if (strncmp(name, "rumpns_", 7) == 0)
		name += 7;
	line = dwfl_module_getsrc(mod, pc);
	file = line != NULL ? dwfl_lineinfo(line, NULL, &lineno, NULL, NULL, NULL) : NULL;
	if (file == NULL) {
		(void)snprintf(buf, len, "%s", name);
		return;
	}
	slash = strrchr(file, '/');
	(void)snprintf(buf, len, "%s (%s:%d)", name, slash != NULL ? slash + 1 : file, lineno);
}
