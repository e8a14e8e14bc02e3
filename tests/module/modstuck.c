/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Does not want to stop. */
#include <sys/param.h>
#include <sys/module.h>

MODULE(MODULE_CLASS_MISC, modstuck, NULL);

static int
modstuck_modcmd(modcmd_t cmd, void *arg)
{
	return cmd == MODULE_CMD_INIT ? 0 : cmd == MODULE_CMD_FINI ? EBUSY : ENOTTY;
}
