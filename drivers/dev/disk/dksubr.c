/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * dksubr: <dev/dkvar.h>.  Opening, closing and ioctls; transfers are in dksubr_io.c.
 */
#include <sys/param.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <dev/dkvar.h>

void
dk_init(struct dk_softc *dksc, device_t dev, int dtype)
{
	char name[DK_XNAME_SIZE];

	strlcpy(name, dev != NULL ? device_xname(dev) : dksc->sc_xname, sizeof(name));
	memset(dksc, 0, sizeof(*dksc));
	strlcpy(dksc->sc_xname, name, sizeof(dksc->sc_xname));
	dksc->sc_dev = dev;
	dksc->sc_dtype = dtype;
	dksc->sc_dkdev.dk_name = dksc->sc_xname;
}

void
dk_attach(struct dk_softc *dksc)
{
	mutex_init(&dksc->sc_iolock, MUTEX_DEFAULT, IPL_VM);
	dksc->sc_flags |= DKF_INITED;
}

void
dk_detach(struct dk_softc *dksc)
{
	dksc->sc_flags &= ~(u_int)DKF_INITED;
	mutex_destroy(&dksc->sc_iolock);
}

/* ---- Labels ---- */

void
dk_getdefaultlabel(struct dk_softc *dksc, struct disklabel *lp)
{
	struct disk *const dk = &dksc->sc_dkdev;
	const struct disk_geom *const dg = &dk->dk_geom;
	const uint32_t sectors = (uint32_t)MIN(dg->dg_secperunit, (int64_t)UINT_MAX);

	memset(lp, 0, sizeof(*lp));
	lp->d_magic = lp->d_magic2 = DISKMAGIC;
	lp->d_type = (uint16_t)dksc->sc_dtype;
	strlcpy(lp->d_packname, "fictitious", sizeof(lp->d_packname));
	lp->d_secsize = dg->dg_secsize;
	lp->d_nsectors = dg->dg_nsectors;
	lp->d_ntracks = dg->dg_ntracks;
	lp->d_ncylinders = dg->dg_ncylinders;
	lp->d_secpercyl = dg->dg_nsectors * dg->dg_ntracks;
	lp->d_secperunit = sectors;
	lp->d_npartitions = RAW_PART + 1;
	lp->d_partitions[RAW_PART].p_size = sectors;
	lp->d_partitions[RAW_PART].p_fstype = FS_UNUSED;
	if (dk->dk_driver->d_label != NULL)
		(*dk->dk_driver->d_label)(dksc->sc_dev, lp);
	lp->d_checksum = 0;
	lp->d_checksum = dkcksum(lp);
}

void
dk_getdisklabel(struct dk_softc *dksc, dev_t dev)
{
	dk_getdefaultlabel(dksc, dksc->sc_dkdev.dk_label);
}

/* ---- Opening ---- */

static bool
partition_there(const struct disk *dk, int part)
{
	return part == RAW_PART ||
	    (part < dk->dk_label->d_npartitions && dk->dk_label->d_partitions[part].p_size != 0 &&
		dk->dk_label->d_partitions[part].p_fstype != FS_UNUSED);
}

int
dk_open(struct dk_softc *dksc, dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct disk *const dk = &dksc->sc_dkdev;
	const int part = DISKPART(dev);
	int error = 0;

	mutex_enter(&dk->dk_openlock);
	if (!DK_ATTACHED(dksc))
		error = ENXIO;
	else if ((flags & FWRITE) != 0 && (dksc->sc_flags & DKF_READONLY) != 0)
		error = EROFS;
	else if (dk->dk_nwedges != 0 && part != RAW_PART)
		error = EBUSY;
	if (error == 0 && dk->dk_openmask == 0) {
		if (dk->dk_driver->d_firstopen != NULL)
			error = (*dk->dk_driver->d_firstopen)(dksc->sc_dev, dev, flags, fmt);
		if (error == 0)
			dk_getdisklabel(dksc, dev);
	}
	if (error == 0 && !partition_there(dk, part))
		error = ENXIO;
	if (error == 0) {
		if (fmt == S_IFCHR)
			dk->dk_copenmask |= 1U << part;
		else
			dk->dk_bopenmask |= 1U << part;
		dk->dk_openmask = dk->dk_copenmask | dk->dk_bopenmask;
	}
	mutex_exit(&dk->dk_openlock);
	return error;
}

int
dk_close(struct dk_softc *dksc, dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct disk *const dk = &dksc->sc_dkdev;
	const u_int bit = 1U << DISKPART(dev);
	int error = 0;

	mutex_enter(&dk->dk_openlock);
	if (fmt == S_IFCHR)
		dk->dk_copenmask &= ~bit;
	else
		dk->dk_bopenmask &= ~bit;
	dk->dk_openmask = dk->dk_copenmask | dk->dk_bopenmask;
	if (dk->dk_openmask == 0 && dk->dk_driver->d_lastclose != NULL)
		error = (*dk->dk_driver->d_lastclose)(dksc->sc_dev);
	mutex_exit(&dk->dk_openlock);
	return error;
}

/* ---- ioctls ---- */

static int
strategy_ioctl(struct dk_softc *dksc, u_long cmd, struct disk_strategy *dks)
{
	struct bufq_state *bq, *old;
	int error;

	if (dksc->sc_bufq == NULL)
		return ENOTTY;
	if (cmd == DIOCGSTRATEGY) {
		mutex_enter(&dksc->sc_iolock);
		strlcpy(dks->dks_name, bufq_getstrategyname(dksc->sc_bufq), sizeof(dks->dks_name));
		mutex_exit(&dksc->sc_iolock);
		dks->dks_paramlen = 0;
		return 0;
	}
	dks->dks_name[sizeof(dks->dks_name) - 1] = '\0';
	if (dks->dks_param != NULL)
		return EINVAL;
	error = bufq_alloc(&bq, dks->dks_name, BUFQ_EXACT | BUFQ_SORT_RAWBLOCK);
	if (error != 0)
		return error;
	mutex_enter(&dksc->sc_iolock);
	old = dksc->sc_bufq;
	bufq_move(bq, old);
	dksc->sc_bufq = bq;
	mutex_exit(&dksc->sc_iolock);
	bufq_free(old);
	return 0;
}

static int
label_ioctl(struct dk_softc *dksc, dev_t dev, u_long cmd, void *data, int flag)
{
	struct disk *const dk = &dksc->sc_dkdev;
	struct partinfo *pi;
	int error = 0;

	mutex_enter(&dk->dk_openlock);
	switch (cmd) {
	case DIOCGDINFO:
		*(struct disklabel *)data = *dk->dk_label;
		break;
	case DIOCGDEFLABEL:
		dk_getdefaultlabel(dksc, data);
		break;
	case DIOCGPARTINFO:
		pi = data;
		memset(pi, 0, sizeof(*pi));
		pi->pi_secsize = dk->dk_geom.dg_secsize;
		pi->pi_bsize = BLKDEV_IOSIZE;
		pi->pi_offset = (off_t)dk->dk_label->d_partitions[DISKPART(dev)].p_offset
		    << dk->dk_byteshift;
		pi->pi_size = DISKPART(dev) == RAW_PART
		    ? (uint64_t)dk->dk_geom.dg_secperunit
		    : dk->dk_label->d_partitions[DISKPART(dev)].p_size;
		pi->pi_fstype = dk->dk_label->d_partitions[DISKPART(dev)].p_fstype;
		break;
	default: /* DIOCSDINFO */
		error = (flag & FWRITE) == 0
		    ? EBADF
		    : setdisklabel(dk->dk_label, data, dk->dk_openmask, dk->dk_cpulabel);
		break;
	}
	mutex_exit(&dk->dk_openlock);
	return error;
}

int
dk_ioctl(struct dk_softc *dksc, dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	int error;

	if (!DK_ATTACHED(dksc))
		return ENXIO;
	error = disk_ioctl(&dksc->sc_dkdev, dev, cmd, data, flag, l);
	if (error != EPASSTHROUGH)
		return error;
	switch (cmd) {
	case DIOCGDINFO:
	case DIOCGDEFLABEL:
	case DIOCGPARTINFO:
	case DIOCSDINFO:
		return label_ioctl(dksc, dev, cmd, data, flag);
	case DIOCGSTRATEGY:
		return strategy_ioctl(dksc, cmd, data);
	case DIOCSSTRATEGY:
		return (flag & FWRITE) == 0 ? EBADF : strategy_ioctl(dksc, cmd, data);
	default:
		return ENOTTY;
	}
}

int
dk_size(struct dk_softc *dksc, dev_t dev)
{
	const struct disk *const dk = &dksc->sc_dkdev;
	const int part = DISKPART(dev);
	uint64_t sectors;

	if (!DK_ATTACHED(dksc) || !partition_there(dk, part))
		return -1;
	sectors = part == RAW_PART ? (uint64_t)dk->dk_geom.dg_secperunit
				   : dk->dk_label->d_partitions[part].p_size;
	return (int)MIN(sectors << dk->dk_blkshift, (uint64_t)INT_MAX);
}

int
dk_dump(struct dk_softc *dksc, dev_t dev, daddr_t blkno, void *va, size_t size, int flags)
{
	return ENODEV; /* this kernel does not dump itself to disks */
}

int
dk_lookup(struct pathbuf *pb, struct lwp *l, struct vnode **vpp)
{
	struct vnode *vp;
	int error;

	error = vn_open(NULL, pb, 0, FREAD | FWRITE, 0, &vp, NULL, NULL);
	if (error != 0)
		return error;
	if (vp->v_type != VBLK) {
		VOP_UNLOCK(vp);
		(void)vn_close(vp, FREAD | FWRITE, l->l_cred);
		return ENOTBLK;
	}
	VOP_UNLOCK(vp);
	*vpp = vp;
	return 0;
}
