/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * dmae(4): the example card of dmaereg.h at /dev/dmae0, ...
 *
 * write(2) hands a job of up to 16 KiB to the card, read(2) gives the oldest job's bytes when they have come
 * back.
 *
 *	a job: FREE --write--> TAKEN --start--> RUNNING --interrupt--> DONE --read--> FREE
 *
 * Locks: sc_lock guards jobs and ring; it is not held over uiomove().  dmae_lock guards who is inside
 * and outlives every device: it is taken before sc_lock.  The interrupt handler takes none, and leaves the
 * work to a soft interrupt.
 */
#include <sys/param.h>
#include <sys/bus.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/endian.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <dev/pci/pcireg.h>
#include <dev/pci/pcivar.h>

#include "dmaereg.h"

#define DMAE_RING    64 /* descriptors */
#define DMAE_JOBS    4
#define DMAE_MAXLEN  16384
#define DMAE_MAXSEGS (DMAE_MAXLEN / PAGE_SIZE + 1)

enum job_state { JOB_FREE, JOB_TAKEN, JOB_RUNNING, JOB_DONE };

/* Locks: (s) sc_lock, (i) immutable, (o) whoever took the job. */
struct dmae_job {
	enum job_state j_state; /* (s) */
	int j_error;		/* (s) of a job that is done */
	size_t j_len;		/* (o) */
	uint8_t *j_src, *j_dst; /* (i) of DMAE_MAXLEN bytes */
	bus_dmamap_t j_srcmap, j_dstmap;
	u_int j_first, j_ndesc; /* (s) in the ring */
};

struct dmae_softc {
	device_t sc_dev; /* (i) */
	pci_chipset_tag_t sc_pc;
	bus_space_tag_t sc_bst;
	bus_space_handle_t sc_bsh;
	bus_size_t sc_bss;
	bus_dma_tag_t sc_dmat;
	pci_intr_handle_t *sc_pih;
	void *sc_ih, *sc_si;

	bus_dma_segment_t sc_ringseg;
	uint8_t *sc_ring; /* descriptors: the driver's between the syncs */
	bus_dmamap_t sc_ringmap;

	kmutex_t sc_lock;
	kcondvar_t sc_cv;			      /* (s) a job changed its state */
	struct dmae_job sc_jobs[DMAE_JOBS];	      /* (s) used in turn */
	u_int sc_nextwrite, sc_nextdone, sc_nextread; /* (s) jobs, counted */
	u_int sc_prod, sc_ndesc;		      /* (s) next descriptor; those in use */
	bool sc_broken;				      /* (s) the card has stopped */

	u_int sc_users; /* dmae_lock */
	bool sc_dying;	/* dmae_lock, and sc_lock to write */
};

static kmutex_t dmae_lock;
static kcondvar_t dmae_cv; /* dmae_lock: sc_users is 0 */

CFDRIVER_DECL(dmae, DV_DULL, NULL);

static uint32_t
dmae_read(struct dmae_softc *sc, bus_size_t reg)
{
	return bus_space_read_4(sc->sc_bst, sc->sc_bsh, reg);
}

static void
dmae_write(struct dmae_softc *sc, bus_size_t reg, uint32_t v)
{
	bus_space_write_4(sc->sc_bst, sc->sc_bsh, reg, v);
}

/* ---- The ring ---- */

/* Descriptors [first, first + n) modulo the ring.  locks: sc_lock. */
static void
ring_sync(struct dmae_softc *sc, u_int first, u_int n, int ops)
{
	const u_int straight = MIN(n, DMAE_RING - first);

	bus_dmamap_sync(
	    sc->sc_dmat, sc->sc_ringmap, first * DMAE_DESC_SIZE, straight * DMAE_DESC_SIZE, ops);
	if (n > straight)
		bus_dmamap_sync(
		    sc->sc_dmat, sc->sc_ringmap, 0, (n - straight) * DMAE_DESC_SIZE, ops);
}

/* One descriptor for each segment of map.  locks: sc_lock. */
static void
ring_put(struct dmae_softc *sc, bus_dmamap_t map, uint32_t flags)
{
	for (int i = 0; i < map->dm_nsegs; i++) {
		uint8_t *const d = sc->sc_ring + sc->sc_prod * DMAE_DESC_SIZE;
		const bool last = (flags & DMAE_DESC_LAST) != 0 && i == map->dm_nsegs - 1;

		le64enc(d + DMAE_DESC_ADDR, map->dm_segs[i].ds_addr);
		le32enc(d + DMAE_DESC_LEN, (uint32_t)map->dm_segs[i].ds_len);
		le32enc(
		    d + DMAE_DESC_FLAGS, (flags & ~DMAE_DESC_LAST) | (last ? DMAE_DESC_LAST : 0));
		sc->sc_prod = (sc->sc_prod + 1) % DMAE_RING;
	}
}

/* Give a loaded job to the card.  locks: sc_lock. */
static void
job_start(struct dmae_softc *sc, struct dmae_job *j)
{
	KASSERT(mutex_owned(&sc->sc_lock));
	j->j_first = sc->sc_prod;
	j->j_ndesc = (u_int)(j->j_srcmap->dm_nsegs + j->j_dstmap->dm_nsegs);
	KASSERT(sc->sc_ndesc + j->j_ndesc <= DMAE_RING);
	sc->sc_ndesc += j->j_ndesc;
	bus_dmamap_sync(sc->sc_dmat, j->j_srcmap, 0, j->j_len, BUS_DMASYNC_PREWRITE);
	bus_dmamap_sync(sc->sc_dmat, j->j_dstmap, 0, j->j_len, BUS_DMASYNC_PREREAD);
	ring_put(sc, j->j_srcmap, 0);
	ring_put(sc, j->j_dstmap, DMAE_DESC_OUT | DMAE_DESC_LAST);
	ring_sync(sc, j->j_first, j->j_ndesc, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
	j->j_state = JOB_RUNNING;
	dmae_write(sc, DMAE_DOORBELL, sc->sc_prod);
}

/* The card is through with a job, or never will be.  locks: sc_lock. */
static void
job_done(struct dmae_softc *sc, struct dmae_job *j, int error)
{
	KASSERT(mutex_owned(&sc->sc_lock));
	bus_dmamap_sync(sc->sc_dmat, j->j_srcmap, 0, j->j_len, BUS_DMASYNC_POSTWRITE);
	bus_dmamap_sync(sc->sc_dmat, j->j_dstmap, 0, j->j_len, BUS_DMASYNC_POSTREAD);
	bus_dmamap_unload(sc->sc_dmat, j->j_srcmap);
	bus_dmamap_unload(sc->sc_dmat, j->j_dstmap);
	sc->sc_ndesc -= j->j_ndesc;
	sc->sc_nextdone++;
	j->j_error = error;
	j->j_state = JOB_DONE;
	cv_broadcast(&sc->sc_cv);
}

/* Jobs that the card has finished, in order.  locks: sc_lock. */
static void
jobs_harvest(struct dmae_softc *sc)
{
	struct dmae_job *j;
	uint32_t flags;
	u_int last;

	while ((j = &sc->sc_jobs[sc->sc_nextdone % DMAE_JOBS])->j_state == JOB_RUNNING) {
		last = (j->j_first + j->j_ndesc - 1) % DMAE_RING;
		ring_sync(sc, j->j_first, j->j_ndesc, BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
		flags = le32dec(sc->sc_ring + last * DMAE_DESC_SIZE + DMAE_DESC_FLAGS);
		if ((flags & DMAE_DESC_DONE) == 0) {
			/* It is still the card's. */
			ring_sync(
			    sc, j->j_first, j->j_ndesc, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
			return;
		}
		job_done(sc, j, (flags & DMAE_DESC_ERROR) != 0 ? EIO : 0);
	}
}

/* Jobs that the card will not finish any more: it has been stopped.  locks: sc_lock. */
static void
jobs_abort(struct dmae_softc *sc, int error)
{
	struct dmae_job *j;

	jobs_harvest(sc);
	while ((j = &sc->sc_jobs[sc->sc_nextdone % DMAE_JOBS])->j_state == JOB_RUNNING) {
		ring_sync(sc, j->j_first, j->j_ndesc, BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
		job_done(sc, j, error);
	}
	sc->sc_broken = true;
	cv_broadcast(&sc->sc_cv);
}

/* ---- Interrupts ---- */

static int
dmae_intr(void *arg)
{
	struct dmae_softc *const sc = arg;
	const uint32_t stat = dmae_read(sc, DMAE_INTSTAT);

	if (stat == 0 || stat == 0xffffffff)
		return 0; /* another's, or the card is gone */
	dmae_write(sc, DMAE_INTSTAT, stat & (DMAE_INT_DONE | DMAE_INT_FAULT));
	softint_schedule(sc->sc_si);
	return 1;
}

/* The card touches memory no more.  False: it does not say so, 1 ms later. */
static bool
dmae_stop(struct dmae_softc *sc)
{
	uint32_t status;
	int tries = 1000;

	dmae_write(sc, DMAE_INTMASK, 0);
	dmae_write(sc, DMAE_CTRL, 0);
	while (((status = dmae_read(sc, DMAE_STATUS)) & DMAE_STATUS_BUSY) != 0) {
		if (status == 0xffffffff)
			return true; /* it is gone */
		if (tries-- == 0)
			return false;
		delay(1);
	}
	return true;
}

static void
dmae_soft(void *arg)
{
	struct dmae_softc *const sc = arg;

	mutex_enter(&sc->sc_lock);
	jobs_harvest(sc);
	/* RUN goes off by itself when the card does not like what it reads. */
	if (!sc->sc_broken && (dmae_read(sc, DMAE_CTRL) & DMAE_CTRL_RUN) == 0) {
		aprint_error_dev(sc->sc_dev, "the card has stopped\n");
		(void)dmae_stop(sc);
		jobs_abort(sc, EIO);
	}
	mutex_exit(&sc->sc_lock);
}

/* ---- Being inside ---- */

/*
 * The device of dev, which neither goes nor is torn down until dmae_leave().  The reference keeps the softc, the
 * count in it keeps what detach destroys.  errors: ENXIO.
 */
static int
dmae_enter(dev_t dev, struct dmae_softc **scp)
{
	device_t const self = device_lookup_acquire(&dmae_cd, dev_minor_unit(dev));
	struct dmae_softc *sc;
	bool dying;

	if (self == NULL)
		return ENXIO;
	sc = device_private(self);
	mutex_enter(&dmae_lock);
	dying = sc->sc_dying;
	if (!dying)
		sc->sc_users++;
	mutex_exit(&dmae_lock);
	if (dying) {
		device_release(self);
		return ENXIO;
	}
	*scp = sc;
	return 0;
}

static void
dmae_leave(struct dmae_softc *sc)
{
	mutex_enter(&dmae_lock);
	if (--sc->sc_users == 0)
		cv_broadcast(&dmae_cv);
	mutex_exit(&dmae_lock);
	device_release(sc->sc_dev);
}

/* Wait for a change, unless it is not to be waited for.  locks: sc_lock. */
static int
dmae_wait(struct dmae_softc *sc, int ioflag)
{
	if (sc->sc_dying)
		return ENXIO;
	if (sc->sc_broken)
		return EIO;
	if ((ioflag & IO_NDELAY) != 0)
		return EAGAIN;
	return cv_wait_sig(&sc->sc_cv, &sc->sc_lock);
}

/* ---- Reading and writing ---- */

/* The next job in turn, when it is free. */
static int
job_take(struct dmae_softc *sc, int ioflag, struct dmae_job **jp)
{
	struct dmae_job *j;
	int error = 0;

	mutex_enter(&sc->sc_lock);
	while ((j = &sc->sc_jobs[sc->sc_nextwrite % DMAE_JOBS])->j_state != JOB_FREE ||
	    sc->sc_broken || sc->sc_dying) {
		error = dmae_wait(sc, ioflag);
		if (error != 0)
			break;
	}
	if (error == 0) {
		j->j_state = JOB_TAKEN;
		*jp = j;
	}
	mutex_exit(&sc->sc_lock);
	return error;
}

static int
job_load(struct dmae_softc *sc, struct dmae_job *j)
{
	int error;

	error = bus_dmamap_load(
	    sc->sc_dmat, j->j_srcmap, j->j_src, j->j_len, NULL, BUS_DMA_WAITOK | BUS_DMA_WRITE);
	if (error != 0)
		return error;
	error = bus_dmamap_load(
	    sc->sc_dmat, j->j_dstmap, j->j_dst, j->j_len, NULL, BUS_DMA_WAITOK | BUS_DMA_READ);
	if (error != 0)
		bus_dmamap_unload(sc->sc_dmat, j->j_srcmap);
	return error;
}

static int
job_write(struct dmae_softc *sc, struct dmae_job *j, struct uio *uio)
{
	int error;

	j->j_len = uio->uio_resid;
	error = uiomove(j->j_src, j->j_len, uio);
	if (error == 0)
		error = job_load(sc, j);
	mutex_enter(&sc->sc_lock);
	if (error == 0 && (sc->sc_dying || sc->sc_broken)) {
		bus_dmamap_unload(sc->sc_dmat, j->j_srcmap);
		bus_dmamap_unload(sc->sc_dmat, j->j_dstmap);
		error = sc->sc_dying ? ENXIO : EIO;
	}
	if (error == 0) {
		sc->sc_nextwrite++;
		job_start(sc, j);
	} else {
		j->j_state = JOB_FREE;
		cv_broadcast(&sc->sc_cv);
	}
	mutex_exit(&sc->sc_lock);
	return error;
}

static int
dmae_devwrite(dev_t dev, struct uio *uio, int ioflag)
{
	struct dmae_softc *sc;
	struct dmae_job *j;
	int error;

	if (uio->uio_resid == 0)
		return 0;
	if (uio->uio_resid > DMAE_MAXLEN)
		return EMSGSIZE;
	error = dmae_enter(dev, &sc);
	if (error != 0)
		return error;
	error = job_take(sc, ioflag, &j);
	if (error == 0)
		error = job_write(sc, j, uio);
	dmae_leave(sc);
	return error;
}

/* The oldest job, when it is done: it is the caller's then. */
static int
job_result(struct dmae_softc *sc, int ioflag, struct dmae_job **jp)
{
	struct dmae_job *j;
	int error = 0;

	mutex_enter(&sc->sc_lock);
	while ((j = &sc->sc_jobs[sc->sc_nextread % DMAE_JOBS])->j_state != JOB_DONE && error == 0)
		error = dmae_wait(sc, ioflag);
	if (error == 0) {
		sc->sc_nextread++;
		j->j_state = JOB_TAKEN;
		*jp = j;
	}
	mutex_exit(&sc->sc_lock);
	return error;
}

static int
dmae_devread(dev_t dev, struct uio *uio, int ioflag)
{
	struct dmae_softc *sc;
	struct dmae_job *j;
	int error;

	error = dmae_enter(dev, &sc);
	if (error != 0)
		return error;
	error = job_result(sc, ioflag, &j);
	if (error == 0) {
		error = j->j_error;
		if (error == 0)
			error = uiomove(j->j_dst, MIN(j->j_len, uio->uio_resid), uio);
		mutex_enter(&sc->sc_lock);
		j->j_state = JOB_FREE;
		cv_broadcast(&sc->sc_cv);
		mutex_exit(&sc->sc_lock);
	}
	dmae_leave(sc);
	return error;
}

static const struct cdevsw dmae_cdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_read = dmae_devread,
	.d_write = dmae_devwrite,
	.d_ioctl = noioctl,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &dmae_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_OTHER | D_MPSAFE,
};

/* ---- Attaching ---- */

static int
dmae_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct pci_attach_args *const pa = aux;

	return pa->pa_id == PCI_ID_CODE(DMAE_VENDOR, DMAE_PRODUCT);
}

static int
ring_alloc(struct dmae_softc *sc)
{
	const size_t size = DMAE_RING * DMAE_DESC_SIZE;
	void *kva;
	int error, nsegs;

	error = bus_dmamem_alloc(
	    sc->sc_dmat, size, DMAE_DESC_SIZE, 0, &sc->sc_ringseg, 1, &nsegs, BUS_DMA_WAITOK);
	if (error != 0)
		return error;
	error = bus_dmamem_map(
	    sc->sc_dmat, &sc->sc_ringseg, 1, size, &kva, BUS_DMA_WAITOK | BUS_DMA_COHERENT);
	if (error != 0)
		goto free;
	error = bus_dmamap_create(sc->sc_dmat, size, 1, size, 0, BUS_DMA_WAITOK, &sc->sc_ringmap);
	if (error != 0)
		goto unmap;
	error = bus_dmamap_load(sc->sc_dmat, sc->sc_ringmap, kva, size, NULL, BUS_DMA_WAITOK);
	if (error != 0)
		goto destroy;
	sc->sc_ring = kva;
	return 0;
destroy:
	bus_dmamap_destroy(sc->sc_dmat, sc->sc_ringmap);
unmap:
	bus_dmamem_unmap(sc->sc_dmat, kva, size);
free:
	bus_dmamem_free(sc->sc_dmat, &sc->sc_ringseg, 1);
	return error;
}

static void
ring_free(struct dmae_softc *sc)
{
	bus_dmamap_unload(sc->sc_dmat, sc->sc_ringmap);
	bus_dmamap_destroy(sc->sc_dmat, sc->sc_ringmap);
	bus_dmamem_unmap(sc->sc_dmat, sc->sc_ring, DMAE_RING * DMAE_DESC_SIZE);
	bus_dmamem_free(sc->sc_dmat, &sc->sc_ringseg, 1);
}

static void
jobs_free(struct dmae_softc *sc)
{
	for (int i = 0; i < DMAE_JOBS; i++) {
		struct dmae_job *const j = &sc->sc_jobs[i];

		if (j->j_srcmap != NULL)
			bus_dmamap_destroy(sc->sc_dmat, j->j_srcmap);
		if (j->j_dstmap != NULL)
			bus_dmamap_destroy(sc->sc_dmat, j->j_dstmap);
		kmem_free(j->j_src, DMAE_MAXLEN);
		kmem_free(j->j_dst, DMAE_MAXLEN);
	}
}

static int
jobs_alloc(struct dmae_softc *sc)
{
	int error = 0;

	for (int i = 0; i < DMAE_JOBS; i++) {
		struct dmae_job *const j = &sc->sc_jobs[i];

		j->j_src = kmem_alloc(DMAE_MAXLEN, KM_SLEEP);
		j->j_dst = kmem_alloc(DMAE_MAXLEN, KM_SLEEP);
		if (error == 0)
			error = bus_dmamap_create(sc->sc_dmat, DMAE_MAXLEN, DMAE_MAXSEGS,
			    DMAE_MAXLEN, 0, BUS_DMA_WAITOK, &j->j_srcmap);
		if (error == 0)
			error = bus_dmamap_create(sc->sc_dmat, DMAE_MAXLEN, DMAE_MAXSEGS,
			    DMAE_MAXLEN, 0, BUS_DMA_WAITOK, &j->j_dstmap);
	}
	if (error != 0)
		jobs_free(sc);
	return error;
}

static int
intr_setup(struct dmae_softc *sc, const struct pci_attach_args *pa)
{
	char buf[PCI_INTRSTR_LEN];

	if (pci_intr_alloc(pa, &sc->sc_pih, NULL, 0) != 0)
		return ENXIO;
	pci_intr_setattr(sc->sc_pc, &sc->sc_pih[0], PCI_INTR_MPSAFE, true);
	sc->sc_si = softint_establish(SOFTINT_BIO | SOFTINT_MPSAFE, dmae_soft, sc);
	if (sc->sc_si != NULL)
		sc->sc_ih = pci_intr_establish_xname(
		    sc->sc_pc, sc->sc_pih[0], IPL_BIO, dmae_intr, sc, device_xname(sc->sc_dev));
	if (sc->sc_ih == NULL) {
		if (sc->sc_si != NULL)
			softint_disestablish(sc->sc_si);
		pci_intr_release(sc->sc_pc, sc->sc_pih, 1);
		return ENOMEM;
	}
	aprint_normal_dev(sc->sc_dev, "interrupting at %s\n",
	    pci_intr_string(sc->sc_pc, sc->sc_pih[0], buf, sizeof(buf)));
	return 0;
}

/* Out of reset, with the ring, running. */
static int
card_start(struct dmae_softc *sc)
{
	int tries = 100;

	if (dmae_read(sc, DMAE_ID) != DMAE_ID_VALUE)
		return ENXIO;
	dmae_write(sc, DMAE_CTRL, DMAE_CTRL_RESET);
	while ((dmae_read(sc, DMAE_CTRL) & DMAE_CTRL_RESET) != 0) {
		if (tries-- == 0)
			return ETIMEDOUT;
		delay(10);
	}
	dmae_write(sc, DMAE_RING_LO, (uint32_t)sc->sc_ringseg.ds_addr);
	dmae_write(sc, DMAE_RING_HI, (uint32_t)((uint64_t)sc->sc_ringseg.ds_addr >> 32));
	dmae_write(sc, DMAE_RING_SIZE, DMAE_RING);
	dmae_write(sc, DMAE_INTMASK, DMAE_INT_DONE | DMAE_INT_FAULT);
	dmae_write(sc, DMAE_CTRL, DMAE_CTRL_RUN);
	return 0;
}

/* What attach has done, from the end; detach and a failing attach share it. */
enum stage { STAGE_NONE, STAGE_MAPPED, STAGE_RING, STAGE_JOBS, STAGE_INTR };

static void
teardown(struct dmae_softc *sc, enum stage stage)
{
	switch (stage) {
	case STAGE_INTR:
		pci_intr_disestablish(sc->sc_pc, sc->sc_ih);
		softint_disestablish(sc->sc_si);
		pci_intr_release(sc->sc_pc, sc->sc_pih, 1);
		__fallthrough;
	case STAGE_JOBS:
		jobs_free(sc);
		__fallthrough;
	case STAGE_RING:
		ring_free(sc);
		__fallthrough;
	case STAGE_MAPPED:
		bus_space_unmap(sc->sc_bst, sc->sc_bsh, sc->sc_bss);
		__fallthrough;
	case STAGE_NONE:
		cv_destroy(&sc->sc_cv);
		mutex_destroy(&sc->sc_lock);
	}
	sc->sc_dying = true;
}

static enum stage
setup(struct dmae_softc *sc, const struct pci_attach_args *pa, int *errorp)
{
	const pcireg_t csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);

	*errorp = pci_mapreg_map(pa, PCI_BAR0, PCI_MAPREG_TYPE_MEM | PCI_MAPREG_MEM_TYPE_32BIT, 0,
	    &sc->sc_bst, &sc->sc_bsh, NULL, &sc->sc_bss);
	if (*errorp != 0)
		return STAGE_NONE;
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG,
	    (csr & 0xffff) | PCI_COMMAND_MASTER_ENABLE);
	if ((*errorp = ring_alloc(sc)) != 0)
		return STAGE_MAPPED;
	if ((*errorp = jobs_alloc(sc)) != 0)
		return STAGE_RING;
	if ((*errorp = intr_setup(sc, pa)) != 0)
		return STAGE_JOBS;
	*errorp = card_start(sc);
	return STAGE_INTR;
}

static void
dmae_attach(device_t parent, device_t self, void *aux)
{
	const struct pci_attach_args *const pa = aux;
	struct dmae_softc *const sc = device_private(self);
	enum stage stage;
	int error;

	sc->sc_dev = self;
	sc->sc_pc = pa->pa_pc;
	sc->sc_dmat = pci_dma64_available(pa) ? pa->pa_dmat64 : pa->pa_dmat;
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&sc->sc_cv, "dmae");
	pci_aprint_devinfo(pa, "DMA engine");
	stage = setup(sc, pa, &error);
	if (error != 0) {
		aprint_error_dev(self, "cannot be used: error %d\n", error);
		teardown(sc, stage);
		return;
	}
	(void)pmf_device_register(self, NULL, NULL);
}

/* An open device is no reason to stay: readers and writers hear ENXIO. */
static int
dmae_detach(device_t self, int flags)
{
	struct dmae_softc *const sc = device_private(self);

	if (sc->sc_dying)
		return 0; /* attach did not get far */
	config_detach_commit(self);
	mutex_enter(&dmae_lock);
	mutex_enter(&sc->sc_lock);
	sc->sc_dying = true;
	if (!dmae_stop(sc))
		aprint_error_dev(self, "the card does not stop\n");
	jobs_abort(sc, ENXIO);
	mutex_exit(&sc->sc_lock);
	while (sc->sc_users != 0)
		cv_wait(&dmae_cv, &dmae_lock);
	mutex_exit(&dmae_lock);
	pmf_device_deregister(self);
	teardown(sc, STAGE_INTR);
	return 0;
}

static CFATTACH_DECL_NEW(
    dmae, sizeof(struct dmae_softc), dmae_match, dmae_attach, dmae_detach, NULL);

/* ---- The module: what config(1) would write, by hand ---- */

static int any_function[] = { PCICF_DEV_DEFAULT, PCICF_FUNCTION_DEFAULT };
static const struct cfparent at_pci = { "pci", NULL, DVUNIT_ANY };
static struct cfdata rows[] = {
	/* dmae* at pci? dev ? function ? */
	{ "dmae", "dmae", 0, FSTATE_STAR, any_function, 0, &at_pci },
	{ NULL, NULL, 0, 0, NULL, 0, NULL },
};
static struct cfdriver *const drivers[] = { &dmae_cd, NULL };
static struct cfattach *const attachments[] = { &dmae_ca, NULL };
static const struct cfattachinit inits[] = { { "dmae", attachments }, { NULL, NULL } };

MODULE(MODULE_CLASS_DRIVER, dmae, "pci");

static int
dmae_modcmd(modcmd_t cmd, void *arg)
{
	devmajor_t bmajor = NODEVMAJOR, cmajor = NODEVMAJOR;
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		mutex_init(&dmae_lock, MUTEX_DEFAULT, IPL_NONE);
		cv_init(&dmae_cv, "dmaego");
		error = devsw_attach("dmae", NULL, &bmajor, &dmae_cdevsw, &cmajor);
		if (error == 0) {
			error = config_init_component(drivers, inits, rows);
			if (error != 0)
				devsw_detach(NULL, &dmae_cdevsw);
		}
		if (error != 0) {
			cv_destroy(&dmae_cv);
			mutex_destroy(&dmae_lock);
		}
		return error;
	case MODULE_CMD_FINI:
		error = config_fini_component(drivers, inits, rows);
		if (error != 0)
			return error;
		devsw_detach(NULL, &dmae_cdevsw);
		cv_destroy(&dmae_cv);
		mutex_destroy(&dmae_lock);
		return 0;
	default:
		return ENOTTY;
	}
}
