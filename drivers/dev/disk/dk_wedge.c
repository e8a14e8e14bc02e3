/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Wedges: making them, finding them without a lock, taking them away.  README.md has states and locks.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/conf.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/pserialize.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "dk_var.h"

kmutex_t dk_cfglock;
static struct dkwedge_softc *dk_table[DK_UNITS]; /* (a), written with dk_tablock */
static kmutex_t dk_tablock;			 /* a leaf */
static kcondvar_t dk_tabcv;			 /* a reference went while dk_draining */
static u_int dk_draining;			 /* (a) */
static pserialize_t dk_psz;

void
dk_wedge_init(void)
{
	memset(dk_table, 0, sizeof(dk_table));
	dk_draining = 0;
	mutex_init(&dk_cfglock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&dk_tablock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&dk_tabcv, "dkdrain");
	dk_psz = pserialize_create();
}

void
dk_wedge_fini(void)
{
	pserialize_destroy(dk_psz);
	cv_destroy(&dk_tabcv);
	mutex_destroy(&dk_tablock);
	mutex_destroy(&dk_cfglock);
}

/* ---- Finding ---- */

struct dkwedge_softc *
dk_hold(dev_t dev)
{
	const u_int unit = (u_int)minor(dev);
	struct dkwedge_softc *sc = NULL;
	int s;

	if (unit >= DK_UNITS)
		return NULL;
	s = pserialize_read_enter();
	sc = atomic_load_consume(&dk_table[unit]);
	if (sc != NULL)
		atomic_inc_uint(&sc->sc_refs);
	pserialize_read_exit(s);
	return sc;
}

/* The last reference of a wedge that is out of the table may be the end of it: sc is not touched after. */
void
dk_rele(struct dkwedge_softc *sc)
{
	if (__atomic_sub_fetch(&sc->sc_refs, 1, __ATOMIC_SEQ_CST) == 0 &&
	    __predict_false(__atomic_load_n(&dk_draining, __ATOMIC_SEQ_CST) != 0)) {
		mutex_enter(&dk_tablock);
		cv_broadcast(&dk_tabcv);
		mutex_exit(&dk_tablock);
	}
}

/* The wedge of this name, and of this parent unless that is NULL.  locks: dk_tablock. */
static struct dkwedge_softc *
find_byname(const char *wname)
{
	KASSERT(mutex_owned(&dk_tablock));
	for (int i = 0; i < DK_UNITS; i++)
		if (dk_table[i] != NULL && strcmp(dk_table[i]->sc_wname, wname) == 0)
			return dk_table[i];
	return NULL;
}

device_t
dkwedge_find_by_wname(const char *wname, int *unitp)
{
	struct dkwedge_softc *sc;

	mutex_enter(&dk_tablock);
	sc = find_byname(wname);
	*unitp = sc != NULL ? sc->sc_unit : -1;
	mutex_exit(&dk_tablock);
	return NULL; /* wedges are no autoconf devices here */
}

const char *
dkwedge_get_parent_name(dev_t dev)
{
	struct dkwedge_softc *const sc = major(dev) == dk_bmajor ? dk_hold(dev) : NULL;
	const char *name;

	if (sc == NULL)
		return NULL;
	name = sc->sc_parent->dk_name;
	dk_rele(sc);
	return name;
}

/* ---- The parent's raw vnode ---- */

static int
open_vnode(dev_t dev, int mode, struct vnode **vpp)
{
	struct vnode *vp;
	int error;

	error = bdevvp(dev, &vp);
	if (error != 0)
		return error;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_OPEN(vp, mode, NOCRED);
	VOP_UNLOCK(vp);
	if (error != 0)
		vrele(vp);
	else
		*vpp = vp;
	return error;
}

static void
close_vnode(struct vnode *vp, int mode)
{
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	(void)VOP_CLOSE(vp, mode, NOCRED);
	VOP_UNLOCK(vp);
	vrele(vp);
}

/* For writing if the disk lets us: wedges that are opened later may want it. */
static int
open_parent(const struct disk *dk, int mode, int *modep, struct vnode **vpp)
{
	int error;

	*modep = FREAD | FWRITE;
	error = open_vnode(dk->dk_rawdev, *modep, vpp);
	if ((mode & FWRITE) == 0 && (error == EROFS || error == EACCES || error == EPERM)) {
		*modep = FREAD;
		error = open_vnode(dk->dk_rawdev, *modep, vpp);
	}
	return error;
}

/* dk_rawvp is ours to change.  locks: dk_openlock. */
static void
raw_claim(struct disk *dk)
{
	while (dk->dk_rawbusy)
		cv_wait(&dk->dk_rawcv, &dk->dk_openlock);
}

static void
raw_unclaim(struct disk *dk)
{
	dk->dk_rawbusy = false;
	cv_broadcast(&dk->dk_rawcv);
}

int
dk_raw_open(struct disk *dk, int mode)
{
	struct vnode *vp;
	int error = 0, rawmode;

	mutex_enter(&dk->dk_openlock);
	raw_claim(dk);
	if (dk->dk_rawopens == 0) {
		dk->dk_rawbusy = true;
		mutex_exit(&dk->dk_openlock);
		error = open_parent(dk, mode, &rawmode, &vp);
		mutex_enter(&dk->dk_openlock);
		if (error == 0) {
			dk->dk_rawvp = vp;
			dk->dk_rawmode = rawmode;
		}
		raw_unclaim(dk);
	} else if ((mode & FWRITE & ~dk->dk_rawmode) != 0) {
		error = EROFS;
	}
	if (error == 0)
		dk->dk_rawopens++;
	mutex_exit(&dk->dk_openlock);
	return error;
}

void
dk_raw_close(struct disk *dk)
{
	struct vnode *vp;

	mutex_enter(&dk->dk_openlock);
	raw_claim(dk);
	KASSERT(dk->dk_rawopens > 0);
	if (--dk->dk_rawopens == 0) {
		vp = dk->dk_rawvp;
		dk->dk_rawvp = NULL;
		dk->dk_rawbusy = true;
		mutex_exit(&dk->dk_openlock);
		close_vnode(vp, dk->dk_rawmode);
		mutex_enter(&dk->dk_openlock);
		raw_unclaim(dk);
	}
	mutex_exit(&dk->dk_openlock);
}

/* ---- Adding ---- */

/* May there be such a wedge?  locks: dk_openlock. */
static int
check_range(const struct disk *dk, uint64_t offset, uint64_t size)
{
	const uint64_t total = (uint64_t)dk->dk_geom.dg_secperunit;
	const struct dkwedge_softc *sc;

	KASSERT(mutex_owned(&dk->dk_openlock));
	if (size == 0 || offset >= total || size > total - offset)
		return EINVAL;
	LIST_FOREACH (sc, &dk->dk_wedges, sc_plink)
		if (offset < sc->sc_offset ? sc->sc_offset - offset < size
					   : offset - sc->sc_offset < sc->sc_size)
			return EINVAL;
	return (dk->dk_openmask & ~(1U << RAW_PART)) != 0 ? EBUSY : 0;
}

/* A unit for sc, by name alone in the table. */
static int
table_insert(struct dkwedge_softc *sc)
{
	int error = EAGAIN;

	mutex_enter(&dk_tablock);
	if (find_byname(sc->sc_wname) != NULL)
		error = EEXIST;
	for (int i = 0; error == EAGAIN && i < DK_UNITS; i++) {
		if (dk_table[i] != NULL)
			continue;
		sc->sc_unit = i;
		snprintf(sc->sc_devname, sizeof(sc->sc_devname), "dk%d", i);
		atomic_store_release(&dk_table[i], sc);
		error = 0;
	}
	mutex_exit(&dk_tablock);
	return error;
}

static struct dkwedge_softc *
wedge_alloc(struct disk *dk, const struct dkwedge_info *dkw)
{
	struct dkwedge_softc *const sc = kmem_zalloc(sizeof(*sc), KM_SLEEP);

	sc->sc_parent = dk;
	sc->sc_pdev = dk->dk_rawdev;
	sc->sc_offset = (uint64_t)dkw->dkw_offset;
	sc->sc_size = dkw->dkw_size;
	sc->sc_blkoff = (daddr_t)(sc->sc_offset << dk->dk_blkshift);
	sc->sc_bytes = sc->sc_size << dk->dk_byteshift;
	strlcpy(sc->sc_wname, (const char *)dkw->dkw_wname, sizeof(sc->sc_wname));
	strlcpy(sc->sc_ptype, dkw->dkw_ptype, sizeof(sc->sc_ptype));
	return sc;
}

static void
wedge_nodes(const struct dkwedge_softc *sc)
{
	char rname[sizeof(sc->sc_devname) + 1];

	(void)rump_devnode_add(sc->sc_devname, S_IFBLK | 0600, makedev(dk_bmajor, sc->sc_unit));
	snprintf(rname, sizeof(rname), "r%s", sc->sc_devname);
	(void)rump_devnode_add(rname, S_IFCHR | 0600, makedev(dk_cmajor, sc->sc_unit));
}

int
dk_wedge_add(struct disk *dk, struct dkwedge_info *dkw)
{
	struct dkwedge_softc *sc;
	int error;

	KASSERT(mutex_owned(&dk_cfglock));
	if (dkw->dkw_wname[0] == '\0' || dkw->dkw_offset < 0)
		return EINVAL;
	mutex_enter(&dk->dk_openlock);
	error = check_range(dk, (uint64_t)dkw->dkw_offset, dkw->dkw_size);
	mutex_exit(&dk->dk_openlock);
	if (error != 0)
		return error;
	sc = wedge_alloc(dk, dkw);
	error = table_insert(sc);
	if (error != 0) {
		kmem_free(sc, sizeof(*sc));
		return error;
	}
	mutex_enter(&dk->dk_openlock);
	LIST_INSERT_HEAD(&dk->dk_wedges, sc, sc_plink);
	dk->dk_nwedges++;
	mutex_exit(&dk->dk_openlock);
	wedge_nodes(sc);
	strlcpy(dkw->dkw_devname, sc->sc_devname, sizeof(dkw->dkw_devname));
	return 0;
}

int
dkwedge_add(struct dkwedge_info *dkw)
{
	struct disk *dk;
	int error;

	mutex_enter(&dk_cfglock);
	dk = disk_find(dkw->dkw_parent);
	error = dk == NULL || dk->dk_rawdev == NODEV ? ENODEV : dk_wedge_add(dk, dkw);
	mutex_exit(&dk_cfglock);
	return error;
}

/* ---- Deleting ---- */

/* RUNNING to DYING.  errors: EBUSY.  locks: dk_openlock. */
static int
wedge_kill(struct dkwedge_softc *sc, bool force)
{
	KASSERT(mutex_owned(&sc->sc_parent->dk_openlock));
	if (sc->sc_openmask != 0 && !force)
		return EBUSY;
	atomic_store_relaxed(&sc->sc_state, DKW_DYING);
	return 0;
}

/* What is DYING ends: from here on nobody finds it, and nobody has it open. */
static void
wedge_bury(struct dkwedge_softc *sc)
{
	struct disk *const dk = sc->sc_parent;
	const int unit = sc->sc_unit;

	KASSERT(mutex_owned(&dk_cfglock));
	rump_devnode_remove_dev(S_IFBLK, makedev(dk_bmajor, unit));
	rump_devnode_remove_dev(S_IFCHR, makedev(dk_cmajor, unit));
	vdevgone(dk_bmajor, unit, unit, VBLK); /* other nodes that somebody made */
	vdevgone(dk_cmajor, unit, unit, VCHR);
	mutex_enter(&dk->dk_openlock);
	LIST_REMOVE(sc, sc_plink);
	dk->dk_nwedges--;
	mutex_exit(&dk->dk_openlock);

	__atomic_store_n(&dk_draining, 1, __ATOMIC_SEQ_CST);
	mutex_enter(&dk_tablock);
	atomic_store_release(&dk_table[unit], NULL);
	mutex_exit(&dk_tablock);
	pserialize_perform(dk_psz);
	mutex_enter(&dk_tablock);
	while (__atomic_load_n(&sc->sc_refs, __ATOMIC_SEQ_CST) != 0)
		cv_wait(&dk_tabcv, &dk_tablock);
	mutex_exit(&dk_tablock);
	__atomic_store_n(&dk_draining, 0, __ATOMIC_SEQ_CST);
	kmem_free(sc, sizeof(*sc));
}

/* A wedge of dk that is dying; NULL: none. */
static struct dkwedge_softc *
next_dying(struct disk *dk)
{
	struct dkwedge_softc *sc;

	mutex_enter(&dk->dk_openlock);
	LIST_FOREACH (sc, &dk->dk_wedges, sc_plink)
		if (sc->sc_state == DKW_DYING)
			break;
	mutex_exit(&dk->dk_openlock);
	return sc;
}

static void
bury_dying(struct disk *dk)
{
	struct dkwedge_softc *sc;

	while ((sc = next_dying(dk)) != NULL)
		wedge_bury(sc);
}

int
dkwedge_del(struct dkwedge_info *dkw)
{
	struct dkwedge_softc *sc = NULL;
	struct disk *dk;
	int error = ESRCH;

	mutex_enter(&dk_cfglock);
	dk = disk_find(dkw->dkw_parent);
	if (dk == NULL) {
		mutex_exit(&dk_cfglock);
		return ENODEV;
	}
	mutex_enter(&dk->dk_openlock);
	LIST_FOREACH (sc, &dk->dk_wedges, sc_plink)
		if (strcmp(sc->sc_devname, dkw->dkw_devname) == 0)
			break;
	if (sc != NULL)
		error = wedge_kill(sc, false);
	mutex_exit(&dk->dk_openlock);
	if (error == 0)
		wedge_bury(sc);
	mutex_exit(&dk_cfglock);
	return error;
}

int
dk_wedge_delset(struct disk *dk, bool force)
{
	struct dkwedge_softc *sc;
	int error = 0;

	mutex_enter(&dk_cfglock);
	mutex_enter(&dk->dk_openlock);
	LIST_FOREACH (sc, &dk->dk_wedges, sc_plink)
		if (sc->sc_openmask != 0 && !force)
			error = EBUSY;
	if (error == 0)
		LIST_FOREACH (sc, &dk->dk_wedges, sc_plink)
			(void)wedge_kill(sc, true);
	mutex_exit(&dk->dk_openlock);
	bury_dying(dk);
	mutex_exit(&dk_cfglock);
	return error;
}

void
dkwedge_delall(struct disk *dk)
{
	(void)dk_wedge_delset(dk, true);
}

void
dkwedge_delidle(struct disk *dk)
{
	struct dkwedge_softc *sc;

	mutex_enter(&dk_cfglock);
	mutex_enter(&dk->dk_openlock);
	LIST_FOREACH (sc, &dk->dk_wedges, sc_plink)
		(void)wedge_kill(sc, false);
	mutex_exit(&dk->dk_openlock);
	bury_dying(dk);
	mutex_exit(&dk_cfglock);
}

/* ---- Listing ---- */

void
dk_wedge_info(const struct dkwedge_softc *sc, struct dkwedge_info *dkw)
{
	memset(dkw, 0, sizeof(*dkw));
	strlcpy(dkw->dkw_devname, sc->sc_devname, sizeof(dkw->dkw_devname));
	strlcpy((char *)dkw->dkw_wname, sc->sc_wname, sizeof(dkw->dkw_wname));
	strlcpy(dkw->dkw_parent, sc->sc_parent->dk_name, sizeof(dkw->dkw_parent));
	dkw->dkw_offset = (daddr_t)sc->sc_offset;
	dkw->dkw_size = sc->sc_size;
	strlcpy(dkw->dkw_ptype, sc->sc_ptype, sizeof(dkw->dkw_ptype));
}

/* The nth of a disk's wedges by where they lie; false: there are fewer. */
static bool
nth_info(struct disk *dk, u_int n, struct dkwedge_info *dkw)
{
	const struct dkwedge_softc *sc, *other;
	u_int before;

	mutex_enter(&dk->dk_openlock);
	LIST_FOREACH (sc, &dk->dk_wedges, sc_plink) {
		before = 0;
		LIST_FOREACH (other, &dk->dk_wedges, sc_plink)
			before += other->sc_offset < sc->sc_offset;
		if (before == n)
			break;
	}
	if (sc != NULL)
		dk_wedge_info(sc, dkw);
	mutex_exit(&dk->dk_openlock);
	return sc != NULL;
}

int
dkwedge_list(struct disk *dk, struct dkwedge_list *dkwl, struct lwp *l)
{
	struct dkwedge_info *const dkw = kmem_alloc(sizeof(*dkw), KM_SLEEP);
	char *const out = dkwl->dkwl_buf;
	int error = 0;
	u_int n;

	for (n = 0; nth_info(dk, n, dkw); n++) {
		if (error != 0 || (n + 1) * sizeof(*dkw) > dkwl->dkwl_bufsize)
			continue;
		error = copyout(dkw, out + n * sizeof(*dkw), sizeof(*dkw));
	}
	dkwl->dkwl_nwedges = n;
	dkwl->dkwl_ncopied = (u_int)MIN((size_t)n, dkwl->dkwl_bufsize / sizeof(*dkw));
	kmem_free(dkw, sizeof(*dkw));
	return error;
}
