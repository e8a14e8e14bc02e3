/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The module: everything of disk(9) and dk(4) comes up together, before the drivers that require it. */
#include <sys/param.h>
#include <sys/errno.h>
#include <sys/module.h>

#include "dk_var.h"

MODULE(MODULE_CLASS_DRIVER, disk, NULL);

static int
disk_start(void)
{
	int error;

	disk_list_init();
	disk_iostat_init();
	dk_wedge_init();
	error = dk_dev_attach();
	if (error != 0) {
		dk_wedge_fini();
		disk_iostat_fini();
		(void)disk_list_fini();
		return error;
	}
	dk_image_init();
	return 0;
}

static int
disk_stop(void)
{
	int error;

	error = dk_image_fini();
	if (error != 0)
		return error;
	error = disk_list_fini();
	if (error != 0) {
		dk_image_init();
		return error;
	}
	dk_dev_detach();
	dk_wedge_fini();
	disk_iostat_fini();
	return 0;
}

static int
disk_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return disk_start();
	case MODULE_CMD_FINI:
		return disk_stop();
	default:
		return ENOTTY;
	}
}
