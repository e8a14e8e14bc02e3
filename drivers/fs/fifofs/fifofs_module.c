/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * fifofs as a module, for programs that link it by name and modules that require it.  Named pipes
 * themselves are in librumpvfs/fifofs: every file system's table of operations refers to them.
 */
#include <sys/param.h>
#include <sys/module.h>

MODULE(MODULE_CLASS_VFS, fifofs, NULL);

static int
fifofs_modcmd(modcmd_t cmd, void *arg)
{
	return cmd == MODULE_CMD_INIT || cmd == MODULE_CMD_FINI ? 0 : ENOTTY;
}
