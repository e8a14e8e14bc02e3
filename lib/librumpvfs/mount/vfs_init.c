/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Boot and halt of the VFS faction: one table, gone through forwards and back.  After it rumpfs is
 * the root file system and process 1 stands in its root.
 */
#include <sys/param.h>
#include <sys/dirhash.h>
#include <sys/systm.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/reboot.h>

#include "rump_bio.h"
#include "rump_boot.h"
#include "rump_buf.h"
#include "rump_component.h"
#include "rump_cwd.h"
#include "rump_fifo.h"
#include "rump_mem.h"
#include "rump_mount.h"
#include "rump_namei.h"
#include "rump_rcu.h"
#include "rump_spec.h"
#include "rump_ubc.h"
#include "rump_vfs.h"

dev_t rootdev = NODEV;
struct vnode *rootvp;

static int
vfs_dirhash_init(void)
{
	dirhash_init();
	return 0;
}

static const struct vnodeopv_desc *const deadfs_opv_descs[] = { &dead_vnodeop_opv_desc, NULL };

static int
vfs_deadfs_init(void)
{
	/* With its file system's node and its names a vnode takes about 1.5 KiB. */
	desiredvnodes = rump_mem_share((size_t)rump_params.rp_nvnodes * 1536, 15) / 1536;
	prtactive = 0;
	vfs_opv_init(deadfs_opv_descs);
	return 0;
}

static void
vfs_deadfs_fini(void)
{
	vfs_opv_free(deadfs_opv_descs);
}

/* rumpfs becomes the root. */
static int
vfs_root_init(void)
{
	struct mount *mp;
	size_t len = 0;
	int error;

	error = vfs_attach(&rumpfs_vfsops);
	if (error != 0)
		return error;
	error = vfs_rootmountalloc(MOUNT_RUMPFS, "rumpfs", &mp);
	if (error != 0)
		goto detach;
	mp->mnt_flag = MNT_ROOTFS;
	mutex_enter(mp->mnt_updating);
	error = VFS_MOUNT(mp, "/", NULL, &len);
	mutex_exit(mp->mnt_updating);
	if (error != 0) {
		vfs_rele(mp);
		goto detach;
	}
	mountlist_append(mp);
	(void)VFS_STATVFS(mp, &mp->mnt_stat);
	error = VFS_ROOT(mp, LK_NONE, &rootvnode);
	if (error == 0)
		return 0;
	(void)dounmount(mp, MNT_FORCE, curlwp);
detach:
	(void)vfs_detach(&rumpfs_vfsops);
	return error;
}

static void
vfs_root_fini(void)
{
	struct vnode *root = rootvnode;

	rootvnode = NULL;
	vrele(root);
	if (!vfs_unmountall1(curlwp, true, true))
		panic("a file system stays mounted at halt");
	spec_flush();
	(void)vfs_detach(&rumpfs_vfsops);
}

/* Halting: the file systems go while processes may still have files open. */
static void
vfs_reboot(int howto)
{
	if ((howto & RB_NOSYNC) == 0)
		vfs_sync_all(curlwp);
}

static int
vfs_reboot_init(void)
{
	rump_vfs_shutdown = vfs_reboot;
	rump_vfs_unmount = vfs_unmount_halting;
	return 0;
}

static void
vfs_reboot_fini(void)
{
	rump_vfs_shutdown = NULL;
	rump_vfs_unmount = NULL;
}

void
vfs_shutdown(void)
{
	vfs_sync_all(curlwp);
}

static const struct {
	const char *name;
	int (*init)(void);
	void (*fini)(void);
} vfs_parts[] = {
	{ "dead vnodes", vfs_deadfs_init, vfs_deadfs_fini },
	{ "vnodes", vcache_init, vcache_fini },
	{ "names", nchinit, nchfini },
	{ "paths", pathbuf_init, pathbuf_fini },
	{ "directory hashes", vfs_dirhash_init, dirhash_finish },
	{ "mount data", vfs_specific_init, vfs_specific_fini },
	{ "mounts", vfs_mountlist_init, vfs_mountlist_fini },
	{ "buffers", bufinit, bufcache_fini },
	{ "transfers", bufio_init, bufio_fini },
	{ "pages", ubc_init, ubc_fini },
	{ "devices", spec_init, spec_fini },
	{ "named pipes", rump_fifo_init, NULL },
	{ "syncer", vfs_syncer_init, vfs_syncer_fini },
	{ "file locks", lf_init, lf_fini },
	{ "root file system", vfs_root_init, vfs_root_fini },
	{ "working directories", vfs_cwd_init, vfs_cwd_fini },
	{ "system calls", vfs_syscalls_init, vfs_syscalls_fini },
	{ "module files", vfs_modfile_init, vfs_modfile_fini },
	{ "shutdown", vfs_reboot_init, vfs_reboot_fini },
	{ "census", vfs_census_init, vfs_census_fini },
};

static void
vfs_unwind(size_t n)
{
	while (n-- > 0)
		if (vfs_parts[n].fini != NULL)
			(*vfs_parts[n].fini)();
	rump_rcu_barrier();
}

static int
vfs_init(void)
{
	size_t i;
	int error;

	for (i = 0; i < __arraycount(vfs_parts); i++) {
		error = (*vfs_parts[i].init)();
		if (error != 0) {
			printf("vfs: %s: error %d\n", vfs_parts[i].name, error);
			vfs_unwind(i);
			return error;
		}
	}
	return 0;
}

static void
vfs_fini(void)
{
	vfs_unwind(__arraycount(vfs_parts));
}

RUMP_COMPONENT_INIT2(RUMP_COMPONENT_VFS, vfs_init, vfs_fini);
