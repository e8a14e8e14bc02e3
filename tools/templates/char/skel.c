/*
 * skel(4): a character device at /dev/skel, 256 bytes that are shared by all who open it.
 *
 * Lock order: sc_lock is a leaf.  It is not held over uiomove(), which may sleep for a remote
 * client: bytes cross through a buffer on the stack.
 */
#include <sys/param.h>
#include <sys/conf.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "skel.h"

#define SKEL_SIZE 256

/* Locks: (s) sc_lock. */
static struct skel_softc {
	kmutex_t sc_lock;
	uint8_t sc_data[SKEL_SIZE]; /* (s) */
	unsigned sc_writes;	    /* (s) */
} skel0;

static int
skel_read(dev_t dev, struct uio *uio, int flag)
{
	struct skel_softc *const sc = &skel0;
	uint8_t copy[SKEL_SIZE];

	mutex_enter(&sc->sc_lock);
	memcpy(copy, sc->sc_data, sizeof(copy));
	mutex_exit(&sc->sc_lock);
	return uiomove_frombuf(copy, sizeof(copy), uio);
}

static int
skel_write(dev_t dev, struct uio *uio, int flag)
{
	struct skel_softc *const sc = &skel0;
	const off_t off = uio->uio_offset;
	uint8_t copy[SKEL_SIZE];
	int error;

	if (off < 0)
		return EINVAL;
	if (off >= SKEL_SIZE)
		return ENOSPC;
	error = uiomove(copy, MIN(uio->uio_resid, (size_t)(SKEL_SIZE - off)), uio);
	mutex_enter(&sc->sc_lock);
	memcpy(sc->sc_data + off, copy, uio->uio_offset - off); /* what did arrive */
	sc->sc_writes++;
	mutex_exit(&sc->sc_lock);
	return error;
}

static int
skel_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct skel_softc *const sc = &skel0;
	int error = 0;

	mutex_enter(&sc->sc_lock);
	switch (cmd) {
	case SKEL_CLEAR:
		memset(sc->sc_data, 0, sizeof(sc->sc_data));
		break;
	case SKEL_GETCOUNT:
		*(unsigned *)data = sc->sc_writes;
		break;
	default:
		error = ENOTTY;
	}
	mutex_exit(&sc->sc_lock);
	return error;
}

static const struct cdevsw skel_cdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_read = skel_read,
	.d_write = skel_write,
	.d_ioctl = skel_ioctl,
	.d_poll = seltrue,
	.d_flag = D_OTHER | D_MPSAFE,
};

MODULE(MODULE_CLASS_DRIVER, skel, NULL);

static int
skel_modcmd(modcmd_t cmd, void *arg)
{
	devmajor_t bmajor = NODEVMAJOR, cmajor = NODEVMAJOR;
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		memset(&skel0, 0, sizeof(skel0));
		mutex_init(&skel0.sc_lock, MUTEX_DEFAULT, IPL_NONE);
		error = devsw_attach("skel", NULL, &bmajor, &skel_cdevsw, &cmajor);
		if (error != 0)
			mutex_destroy(&skel0.sc_lock);
		return error;
	case MODULE_CMD_FINI:
		devsw_detach(NULL, &skel_cdevsw);
		mutex_destroy(&skel0.sc_lock);
		return 0;
	default:
		return ENOTTY;
	}
}
