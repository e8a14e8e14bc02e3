/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The keys: registering, finding and removing them.
 *
 * Lock order: etfs_reglock (registration, one at a time), vnode locks, etfs_lock (a leaf).
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/disk_image.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "rump_pub.h"
#include "rump_etfs.h"
#include "rump_namecache.h"
#include "../rumpfs/rumpfs.h"
#include "etfs.h"

kmutex_t etfs_lock;
static kmutex_t etfs_reglock;
unsigned rump_etfs_count;				   /* (a) entries; written with etfs_lock */
uint64_t rump_etfs_firsts;				   /* (a) likewise */
static TAILQ_HEAD(, etfs_entry) etfs_entries;		   /* (e), changed with etfs_reglock too */
static struct mount *etfs_mount;			   /* the root file system */
static int (*image_client)(const struct disk_image_ops *); /* etfs_reglock */

/* The list has changed: tell the walk without locks. */
static void
list_changed(int delta)
{
	const struct etfs_entry *ee;
	uint64_t firsts = 0;

	TAILQ_FOREACH (ee, &etfs_entries, ee_list)
		firsts |= RUMP_ETFS_FIRST(nc_hash_name(ee->ee_key, strcspn(ee->ee_key, "/")));
	atomic_store_relaxed(&rump_etfs_firsts, firsts);
	atomic_store_relaxed(&rump_etfs_count, rump_etfs_count + delta);
}

static void
list_insert(struct etfs_entry *ee)
{
	TAILQ_INSERT_TAIL(&etfs_entries, ee, ee_list);
	list_changed(1);
}

static void
list_remove(struct etfs_entry *ee)
{
	TAILQ_REMOVE(&etfs_entries, ee, ee_list);
	list_changed(-1);
}

/* The key without leading slashes; NULL when it is none. */
static const char *
key_canon(const char *key)
{
	if (key == NULL || key[0] != '/')
		return NULL;
	while (*key == '/')
		key++;
	return *key != '\0' ? key : NULL;
}

static struct etfs_entry *
entry_bykey(const char *key)
{
	struct etfs_entry *ee;

	KASSERT(mutex_owned(&etfs_reglock));
	TAILQ_FOREACH (ee, &etfs_entries, ee_list)
		if (strcmp(ee->ee_key, key) == 0)
			return ee;
	return NULL;
}

/* Is what is asked for what the host has?  Sets the window of ef. */
static int
check_range(const struct rumpuser_fileinfo *fi, int type, uint64_t begin, uint64_t size,
    struct etfs_file *ef)
{
	const bool whole = begin == 0 && size == ETFS_ENDOFF;
	const bool sized = fi->fi_type == RUMPUSER_FT_REG || fi->fi_type == RUMPUSER_FT_BLK;

	if (type == ETFS_DIR || type == ETFS_DIR_SUBDIRS) {
		if (fi->fi_type != RUMPUSER_FT_DIR)
			return ENOTDIR;
		return whole ? 0 : EISDIR;
	}
	if (type != ETFS_REG && type != ETFS_BLK && type != ETFS_CHR)
		return EINVAL;
	if (fi->fi_type == RUMPUSER_FT_DIR)
		return EISDIR;
	if (!whole) {
		if (!sized || begin > fi->fi_size || fi->fi_size > (uint64_t)INT64_MAX)
			return EINVAL;
		if (size == ETFS_ENDOFF)
			size = fi->fi_size - begin;
		if (size > fi->fi_size - begin)
			return EINVAL;
		ef->ef_begin = begin;
		ef->ef_size = size;
	}
	ef->ef_window = !whole || type == ETFS_BLK;
	return 0;
}

/* The node of an entry, with its device number if it is one. */
static int
make_node(struct etfs_entry *ee)
{
	static const enum vtype types[] = { VREG, VBLK, VCHR, VDIR, VDIR };
	struct etfs_file *const ef = ee->ee_file;
	struct rumpfs_mount *const rm = MP_TO_RUMPFS(etfs_mount);
	dev_t dev = NODEV;
	int error;

	if (ee->ee_type == ETFS_BLK || ee->ee_type == ETFS_CHR) {
		error = etfs_dev_attach(ef, ee->ee_type == ETFS_BLK, &ee->ee_unit, &dev);
		if (error != 0)
			return error;
	}
	ee->ee_node = rumpfs_node_new(
	    rm, types[ee->ee_type], types[ee->ee_type] == VDIR ? 0755 : 0666, 0, 0, dev, NULL);
	ee->ee_node->rn_nlink = 1;
	ee->ee_node->rn_size = (off_t)MIN(ef->ef_size, (uint64_t)INT64_MAX);
	if (types[ee->ee_type] == VDIR)
		ee->ee_node->rn_dir.dir_parent = rm->rm_root;
	if (dev == NODEV)
		ee->ee_node->rn_etfs = ef;
	return 0;
}

static int
make_entry(const char *key, const char *hostpath, int type, uint64_t begin, uint64_t size,
    struct etfs_entry **eep)
{
	struct rumpuser_fileinfo fi;
	struct etfs_entry *ee;
	int error;

	error = rumpuser_getfileinfo(hostpath, &fi);
	if (error != 0)
		return error;
	ee = kmem_zalloc(sizeof(*ee), KM_SLEEP);
	ee->ee_type = type;
	ee->ee_unit = -1;
	ee->ee_file = etfs_file_new(hostpath, &fi);
	ee->ee_file->ef_subdirs = type == ETFS_DIR_SUBDIRS;
	error = check_range(&fi, type, begin, size, ee->ee_file);
	if (error == 0)
		error = make_node(ee);
	if (error != 0) {
		etfs_file_free(ee->ee_file);
		kmem_free(ee, sizeof(*ee));
		return error;
	}
	ee->ee_key = kmem_strdup(key, KM_SLEEP);
	ee->ee_keylen = strlen(key);
	*eep = ee;
	return 0;
}

/* A block device may be a disk with partitions. */
static void
offer_disk(struct etfs_entry *ee)
{
	if (ee->ee_type == ETFS_BLK)
		etfs_disk_attach(ee->ee_file, ee->ee_unit, ee->ee_node->rn_rdev);
}

void
disk_image_setclient(int (*changed)(const struct disk_image_ops *))
{
	mutex_enter(&etfs_reglock);
	image_client = changed;
	if (changed != NULL && etfs_disk_ops() != NULL)
		(void)(*changed)(etfs_disk_ops());
	mutex_exit(&etfs_reglock);
}

int
disk_image_setops(const struct disk_image_ops *ops)
{
	struct etfs_entry *ee;
	int error = 0;

	mutex_enter(&etfs_reglock);
	if (ops != NULL)
		etfs_disk_setops(ops);
	if (image_client != NULL)
		error = (*image_client)(ops);
	TAILQ_FOREACH (ee, &etfs_entries, ee_list) {
		if (ops != NULL)
			offer_disk(ee);
		else if (!cold && ee->ee_file->ef_image != NULL && ee->ee_file->ef_opens != 0)
			error = EBUSY;
	}
	if (ops == NULL && error == 0) {
		TAILQ_FOREACH (ee, &etfs_entries, ee_list)
			(void)etfs_disk_detach(ee->ee_file, true);
		etfs_disk_setops(NULL);
	}
	mutex_exit(&etfs_reglock);
	return error;
}

static int
etfs_register(const char *key, const char *hostpath, int type, uint64_t begin, uint64_t size)
{
	struct etfs_entry *ee;
	int error;

	key = key_canon(key);
	if (key == NULL || hostpath == NULL)
		return EINVAL;
	mutex_enter(&etfs_reglock);
	if (entry_bykey(key) != NULL)
		error = EEXIST;
	else
		error = make_entry(key, hostpath, type, begin, size, &ee);
	if (error == 0) {
		mutex_enter(&etfs_lock);
		list_insert(ee);
		mutex_exit(&etfs_lock);
		offer_disk(ee);
	}
	mutex_exit(&etfs_reglock);
	return error;
}

/* ---- Removing ---- */

/* Free a node that has no vnode, and those below it. */
static void
free_nodes(struct rumpfs_mount *rm, struct rumpfs_node *rn)
{
	struct rumpfs_dirent *rd;

	while (rn->rn_type == VDIR && (rd = RB_TREE_MIN(&rn->rn_dir.dir_bycookie)) != NULL) {
		struct rumpfs_node *const child = rd->rd_node;
		struct etfs_file *const ef = child->rn_etfs;

		rumpfs_dir_remove(rn, rd);
		free_nodes(rm, child); /* as deep as the host's path was that led there */
		etfs_file_free(ef);
	}
	rn->rn_nlink = 0;
	rumpfs_node_free(rm, rn);
}

static void
free_entry(struct etfs_entry *ee)
{
	free_nodes(MP_TO_RUMPFS(etfs_mount), ee->ee_node);
	if (ee->ee_unit != -1)
		etfs_dev_detach(ee->ee_unit);
	etfs_file_free(ee->ee_file);
	kmem_strfree(ee->ee_key);
	kmem_free(ee, sizeof(*ee));
}

/* Reclaim the vnodes of a node and of those below it.  errors: EBUSY, one is in use. */
static int
reclaim_nodes(struct rumpfs_node *rn)
{
	struct rumpfs_dirent *rd;
	struct vnode *vp;
	int error;

	if (rn->rn_type == VDIR) {
		for (rd = RB_TREE_MIN(&rn->rn_dir.dir_bycookie); rd != NULL;
		     rd = RB_TREE_NEXT(&rn->rn_dir.dir_bycookie, rd)) {
			error = reclaim_nodes(rd->rd_node);
			if (error != 0)
				return error;
		}
	}
	error = rumpfs_node_vnode(etfs_mount, rn, &vp);
	if (error != 0)
		return error;
	if (vrecycle(vp))
		return 0;
	vrele(vp);
	return EBUSY;
}

static int
etfs_remove(const char *key)
{
	struct etfs_entry *ee = NULL;
	int error;

	key = key_canon(key);
	mutex_enter(&etfs_reglock);
	if (key != NULL)
		ee = entry_bykey(key);
	if (ee == NULL) {
		mutex_exit(&etfs_reglock);
		return ENOENT;
	}
	mutex_enter(&etfs_lock);
	list_remove(ee); /* nobody finds it from here on */
	mutex_exit(&etfs_lock);
	error = reclaim_nodes(ee->ee_node);
	if (error == 0 && ee->ee_file->ef_opens != 0)
		error = EBUSY; /* by a partition, or another node of the same number */
	if (error == 0)
		error = etfs_disk_detach(ee->ee_file, false);
	if (error != 0) {
		mutex_enter(&etfs_lock);
		list_insert(ee);
		mutex_exit(&etfs_lock);
	} else {
		free_entry(ee);
	}
	mutex_exit(&etfs_reglock);
	return error;
}

/* ---- Finding ---- */

static bool
key_matches(const struct etfs_entry *ee, const char *path, size_t len)
{
	const bool dir = ee->ee_type == ETFS_DIR || ee->ee_type == ETFS_DIR_SUBDIRS;

	if (len < ee->ee_keylen || memcmp(path, ee->ee_key, ee->ee_keylen) != 0)
		return false;
	return len == ee->ee_keylen || (dir && path[ee->ee_keylen] == '/');
}

/* The longest key that the path begins with. */
int
rump_etfs_lookup(const char *path, size_t *matched, struct vnode **vpp)
{
	const size_t len = strlen(path);
	struct etfs_entry *ee, *best = NULL;
	struct rumpfs_node *rn = NULL;

	mutex_enter(&etfs_lock);
	TAILQ_FOREACH (ee, &etfs_entries, ee_list)
		if (key_matches(ee, path, len) && (best == NULL || ee->ee_keylen > best->ee_keylen))
			best = ee;
	if (best != NULL) {
		rn = best->ee_node;
		*matched = best->ee_keylen;
	}
	mutex_exit(&etfs_lock);
	return rn == NULL ? ENOENT : rumpfs_node_vnode(etfs_mount, rn, vpp);
}

/* ---- Boot and halt ---- */

static const struct rump_etfs_ops etfs_ops = {
	.eo_register = etfs_register,
	.eo_remove = etfs_remove,
};

int
etfs_init(struct mount *mp)
{
	struct rump_boot_etfs *eb;
	int error;

	TAILQ_INIT(&etfs_entries);
	rump_etfs_count = 0;
	rump_etfs_firsts = 0;
	mutex_init(&etfs_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&etfs_reglock, MUTEX_DEFAULT, IPL_NONE);
	error = etfs_dev_init();
	if (error != 0) {
		mutex_destroy(&etfs_reglock);
		mutex_destroy(&etfs_lock);
		return error;
	}
	etfs_mount = mp;
	rump_etfs_ops = &etfs_ops;
	for (eb = rump_boot_etfs; eb != NULL; eb = eb->_eb_next)
		eb->eb_status = etfs_register(
		    eb->eb_key, eb->eb_hostpath, (int)eb->eb_type, eb->eb_begin, eb->eb_size);
	return 0;
}

void
etfs_fini(struct mount *mp)
{
	struct etfs_entry *ee;

	if (mp != etfs_mount)
		return;
	rump_etfs_ops = NULL;
	while ((ee = TAILQ_FIRST(&etfs_entries)) != NULL) {
		list_remove(ee);
		free_entry(ee);
	}
	etfs_dev_fini();
	etfs_mount = NULL;
	mutex_destroy(&etfs_reglock);
	mutex_destroy(&etfs_lock);
}
