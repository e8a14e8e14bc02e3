/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Dynamic loading of components.  Their constructors run in the caller's thread, without a virtual
 * CPU.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static void
report(const char *what)
{
	char msg[512];
	const char *const why = dlerror();
	const int n =
	    snprintf(msg, sizeof(msg), "rump: %s: %s\n", what, why ? why : "cannot be loaded");

	rumpuser_console(false, msg, n < (int)sizeof(msg) ? (size_t)n : sizeof(msg) - 1);
}

int
rumpuser_dlopen(const char *path, void **handle)
{
	HOST_SECTION;
	void *const cookie = LEAVE();
	int error = 0;

	if (strchr(path, '/') != NULL && access(path, F_OK) == -1)
		error = ENOENT;
	else if ((*handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL)) == NULL) {
		report(path);
		error = ENOEXEC;
	}
	ENTER(cookie);
	return error;
}

int
rumpuser_dlclose(void *handle)
{
	HOST_SECTION;
	void *const cookie = LEAVE();
	const int error = dlclose(handle) == 0 ? 0 : EINVAL;

	ENTER(cookie);
	return error;
}

int
rumpuser_dlsym(void *handle, const char *name, void **ptr)
{
	HOST_SECTION;

	(void)dlerror();
	void *const sym = dlsym(handle, name);
	if (dlerror() != NULL)
		return ENOENT;
	*ptr = sym;
	return 0;
}
