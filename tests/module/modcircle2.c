/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Requires one that requires it. */
#include <sys/param.h>
#include <sys/module.h>

MODULE(MODULE_CLASS_MISC, modcircle2, "modcircle");

static int
modcircle2_modcmd(modcmd_t cmd, void *arg)
{
	return cmd == MODULE_CMD_INIT || cmd == MODULE_CMD_FINI ? 0 : ENOTTY;
}
