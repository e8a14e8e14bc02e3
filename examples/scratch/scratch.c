/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * scratch(4): 4 KB of shared bytes at /dev/scratch.
 *
 * Lock order: sc_lock is a leaf. It is never held over uiomove(), which may wait for a
 * remote client; bytes cross through a chunk on the stack.
 */
#include <sys/param.h>
#include <sys/conf.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/uio.h>

#define SCRATCH_SIZE 4096

/* Locks: (i) immutable after init, (s) sc_lock. */
static struct scratch_softc {
	kmutex_t sc_lock;	       /* (i) */
	uint8_t sc_data[SCRATCH_SIZE]; /* (s) */
} scratch0;

/* Read and write in one body; uio_rw says which way the bytes go. */
static int
scratch_rdwr(dev_t dev, struct uio *uio, int ioflag)
{
	struct scratch_softc *sc = &scratch0;
	const bool writing = uio->uio_rw == UIO_WRITE;
	uint8_t chunk[256];
	int error = 0;

	if (writing && uio->uio_resid > 0 && uio->uio_offset >= SCRATCH_SIZE)
		return ENOSPC;
	while (error == 0 && uio->uio_resid > 0 && uio->uio_offset < SCRATCH_SIZE) {
		const size_t off = uio->uio_offset;
		size_t n = MIN(sizeof(chunk), SCRATCH_SIZE - off);

		if (writing) {
			error = uiomove(chunk, n, uio);
			n = uio->uio_offset - off; /* what did arrive */
			mutex_enter(&sc->sc_lock);
			memcpy(sc->sc_data + off, chunk, n);
			mutex_exit(&sc->sc_lock);
		} else {
			mutex_enter(&sc->sc_lock);
			memcpy(chunk, sc->sc_data + off, n);
			mutex_exit(&sc->sc_lock);
			error = uiomove(chunk, n, uio);
		}
	}
	return error;
}

static const struct cdevsw scratch_cdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_read = scratch_rdwr,
	.d_write = scratch_rdwr,
	.d_ioctl = noioctl,
	.d_poll = seltrue,
	.d_flag = D_OTHER | D_MPSAFE,
};

MODULE(MODULE_CLASS_DRIVER, scratch, NULL);

static int
scratch_modcmd(modcmd_t cmd, void *arg)
{
	devmajor_t bmajor = NODEVMAJOR, cmajor = NODEVMAJOR;
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		mutex_init(&scratch0.sc_lock, MUTEX_DEFAULT, IPL_NONE);
		error = devsw_attach("scratch", NULL, &bmajor, &scratch_cdevsw, &cmajor);
		if (error != 0)
			mutex_destroy(&scratch0.sc_lock);
		return error;
	case MODULE_CMD_FINI:
		devsw_detach(NULL, &scratch_cdevsw);
		mutex_destroy(&scratch0.sc_lock);
		return 0;
	default:
		return ENOTTY;
	}
}
