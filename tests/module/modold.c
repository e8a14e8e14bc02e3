/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Says of itself that it is for a kernel of another age. */
#include <sys/param.h>
#include <sys/module.h>

static int modold_modcmd(modcmd_t, void *);
static const modinfo_t modold_modinfo = {
	.mi_version = 299000000,
	.mi_class = MODULE_CLASS_MISC,
	.mi_modcmd = modold_modcmd,
	.mi_name = "modold",
};
__link_set_add_rodata(modules, modold_modinfo);

static int
modold_modcmd(modcmd_t cmd, void *arg)
{
	return 0;
}
