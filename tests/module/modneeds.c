/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Requires another module, and calls it. */
#include <sys/param.h>
#include <sys/module.h>

int modmain_twice(int);

MODULE(MODULE_CLASS_MISC, modneeds, "modmain");

static int
modneeds_modcmd(modcmd_t cmd, void *arg)
{
	if (cmd == MODULE_CMD_INIT)
		return modmain_twice(21) == 42 ? 0 : EDOM;
	return cmd == MODULE_CMD_INIT || cmd == MODULE_CMD_FINI ? 0 : ENOTTY;
}
