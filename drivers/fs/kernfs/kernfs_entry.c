/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Which files there are: kernfs's own from a table, and what drivers add.  Entries come and never go until the
 * module ends, so who has found one needs no lock for it.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "kernfs_var.h"

static const struct kern_target own_files[] = {
#define FILE(name, data, tag, mode)                                             \
	{                                                                       \
		DT_REG, sizeof(name) - 1, name, (void *)(data), tag, VREG, mode \
	}
	FILE("boottime", NULL, KFSboottime, 0444),
	FILE("copyright", copyright, KFStext, 0444),
	FILE("domainname", NULL, KFSdomainname, 0444),
	FILE("hostname", NULL, KFShostname, 0644),
	FILE("hz", &hz, KFSint, 0444),
	FILE("loadavg", NULL, KFSloadavg, 0444),
	FILE("msgbuf", NULL, KFSmsgbuf, 0444),
	FILE("ncpu", &ncpu, KFSint, 0444),
	FILE("osrelease", osrelease, KFSstring, 0444),
	FILE("ostype", ostype, KFSstring, 0444),
	FILE("pagesize", NULL, KFSpagesize, 0444),
	FILE("physmem", NULL, KFSphysmem, 0444),
	FILE("time", NULL, KFStime, 0444),
	FILE("uptime", NULL, KFSuptime, 0444),
	FILE("version", version, KFStext, 0444),
#undef FILE
};

/* Locks: entry_lock; types also atomic, for reading. */
static kmutex_t entry_lock;
static struct dyn_kern_target root_entry;
static struct kernfs_dir root_dir;
static ino_t last_ino;
static kernfs_fileop_t fileops[KFSlasttype][KERNFS_NFILEOPS];
static int ntypes;

static struct kernfs_dir *
dir_of(const struct kern_target *kt)
{
	KASSERT(kt->kt_vtype == VDIR);
	return kt->kt_data;
}

const struct dyn_kern_target *
kernfs_root_entry(void)
{
	return &root_entry;
}

static const struct dyn_kern_target *
find_locked(struct kernfs_dir *kd, const char *name, size_t len)
{
	const struct dyn_kern_target *dkt;

	SIMPLEQ_FOREACH (dkt, &kd->kd_entries, dkt_queue)
		if (dkt->dkt_kt.kt_namlen == len && memcmp(dkt->dkt_kt.kt_name, name, len) == 0)
			break;
	return dkt;
}

const struct dyn_kern_target *
kernfs_find(const struct kern_target *dir, const char *name, size_t len)
{
	const struct dyn_kern_target *dkt;

	mutex_enter(&entry_lock);
	dkt = find_locked(dir_of(dir), name, len);
	mutex_exit(&entry_lock);
	return dkt;
}

const struct dyn_kern_target *
kernfs_nth(const struct kern_target *dir, size_t n)
{
	const struct dyn_kern_target *dkt;

	mutex_enter(&entry_lock);
	SIMPLEQ_FOREACH (dkt, &dir_of(dir)->kd_entries, dkt_queue)
		if (n-- == 0)
			break;
	mutex_exit(&entry_lock);
	return dkt;
}

unsigned int
kernfs_ndirs(const struct kern_target *dir)
{
	return __atomic_load_n(&dir_of(dir)->kd_ndirs, __ATOMIC_RELAXED);
}

static bool
entry_valid(const struct kern_target *kt)
{
	if (kt->kt_name == NULL || kt->kt_namlen == 0 || strlen(kt->kt_name) != kt->kt_namlen ||
	    strchr(kt->kt_name, '/') != NULL || strcmp(kt->kt_name, ".") == 0 ||
	    strcmp(kt->kt_name, "..") == 0 || (kt->kt_mode & ~(mode_t)ALLPERMS) != 0)
		return false;
	if (kt->kt_vtype == VDIR)
		return kt->kt_tag == KFSsubdir;
	return kt->kt_vtype == VREG && kt->kt_tag > KFSsubdir && kt->kt_tag < KFSlasttype;
}

int
kernfs_addentry(kernfs_parentdir_t *pkt, kernfs_entry_t *dkt)
{
	struct kern_target *const parent = pkt != NULL ? pkt : &root_entry.dkt_kt;
	struct kernfs_dir *kd = NULL;
	int error = 0;

	if (parent->kt_vtype != VDIR)
		return ENOTDIR;
	if (!entry_valid(&dkt->dkt_kt))
		return EINVAL;
	if (dkt->dkt_kt.kt_vtype == VDIR) {
		kd = kmem_zalloc(sizeof(*kd), KM_SLEEP);
		SIMPLEQ_INIT(&kd->kd_entries);
	}
	mutex_enter(&entry_lock);
	if (find_locked(dir_of(parent), dkt->dkt_kt.kt_name, dkt->dkt_kt.kt_namlen) != NULL) {
		error = EEXIST;
	} else {
		if (kd != NULL)
			dkt->dkt_kt.kt_data = kd;
		dkt->dkt_parent = parent;
		dkt->dkt_ino = ++last_ino;
		SIMPLEQ_INSERT_TAIL(&dir_of(parent)->kd_entries, dkt, dkt_queue);
		dir_of(parent)->kd_nentries++;
		dir_of(parent)->kd_ndirs += kd != NULL;
	}
	mutex_exit(&entry_lock);
	if (error != 0 && kd != NULL)
		kmem_free(kd, sizeof(*kd));
	return error;
}

/* ---- Types ---- */

kfstype
kernfs_alloctype(int nkf, const kernfs_fileop_t *kf)
{
	int type;

	mutex_enter(&entry_lock);
	if (ntypes == KFSlasttype)
		panic("kernfs_alloctype: more than %d types", KFSlasttype);
	type = ntypes++;
	for (int i = 0; i < nkf; i++)
		fileops[type][kf[i].kf_fileop] = kf[i];
	mutex_exit(&entry_lock);
	return (kfstype)type;
}

const kernfs_fileop_t *
kernfs_fileop(kfstype type, enum kernfs_fileop_kind kind)
{
	const kernfs_fileop_t *const kf = &fileops[type][kind];

	return kf->kf_vop != NULL ? kf : NULL;
}

/* ---- The module ---- */

int
kernfs_entry_init(void)
{
	kernfs_entry_t *dkt;

	mutex_init(&entry_lock, MUTEX_DEFAULT, IPL_NONE);
	memset(fileops, 0, sizeof(fileops));
	ntypes = KFSlastreserved;
	SIMPLEQ_INIT(&root_dir.kd_entries);
	root_dir.kd_nentries = root_dir.kd_ndirs = 0;
	KERNFS_INITENTRY(&root_entry, DT_DIR, "", &root_dir, KFSkern, VDIR, 0555);
	root_entry.dkt_parent = &root_entry.dkt_kt;
	root_entry.dkt_ino = last_ino = KERNFS_ROOT_INO;
	for (size_t i = 0; i < __arraycount(own_files); i++) {
		KERNFS_ALLOCENTRY(dkt, KM_SLEEP);
		dkt->dkt_kt = own_files[i];
		if (kernfs_addentry(NULL, dkt) != 0)
			panic("kernfs: %s is there twice", own_files[i].kt_name);
	}
	return 0;
}

/* Nothing is mounted.  Directories lie in one another as deep as drivers made them: no recursion. */
void
kernfs_entry_fini(void)
{
	struct kern_target *dir = &root_entry.dkt_kt;
	struct dyn_kern_target *dkt;

	for (;;) {
		dkt = SIMPLEQ_FIRST(&dir_of(dir)->kd_entries);
		if (dkt == NULL) {
			if (dir == &root_entry.dkt_kt)
				break;
			/* What was gone into is its parent's first. */
			dkt = SIMPLEQ_FIRST(
			    &dir_of(container_of(dir, struct dyn_kern_target, dkt_kt)->dkt_parent)
				 ->kd_entries);
			dir = dkt->dkt_parent;
			kmem_free(dkt->dkt_kt.kt_data, sizeof(struct kernfs_dir));
		} else if (dkt->dkt_kt.kt_vtype == VDIR) {
			dir = &dkt->dkt_kt;
			continue;
		}
		SIMPLEQ_REMOVE_HEAD(&dir_of(dir)->kd_entries, dkt_queue);
		kmem_free(dkt, sizeof(*dkt));
	}
	mutex_destroy(&entry_lock);
}
