/*
 * skel(4): a PCI card that squares numbers, at /dev/skel0, ...
 *
 *	the card: IDLE --number written--> BUSY --interrupt--> DONE --square taken--> IDLE
 *
 * Locks: sc_lock guards the card's state; the interrupt handler takes it.  skel_lock guards who is inside, and
 * outlives every device: it is taken before sc_lock.
 */
#include <sys/param.h>
#include <sys/bus.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/intr.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/systm.h>

#include <dev/pci/pcireg.h>
#include <dev/pci/pcivar.h>

#include "skel.h"

enum skel_state { SKEL_IDLE, SKEL_BUSY, SKEL_DONE };

/* Locks: (s) sc_lock, (g) skel_lock; without a letter immutable once attached. */
struct skel_softc {
	device_t sc_dev;
	pci_chipset_tag_t sc_pc;
	bus_space_tag_t sc_bst;
	bus_space_handle_t sc_bsh;
	bus_size_t sc_bss;
	pci_intr_handle_t *sc_pih;
	void *sc_ih;

	kmutex_t sc_lock;
	kcondvar_t sc_cv;	  /* (s) sc_state or sc_dying changed */
	enum skel_state sc_state; /* (s) */
	bool sc_abandoned;	  /* (s) nobody wants this square any more */
	uint32_t sc_square;	  /* (s) */

	u_int sc_users; /* (g) */
	bool sc_dying;	/* (g), and (s) to write */
};

static kmutex_t skel_lock;
static kcondvar_t skel_cv; /* (g) sc_users is 0 */

CFDRIVER_DECL(skel, DV_DULL, NULL);

static uint32_t
reg_read(struct skel_softc *sc, bus_size_t reg)
{
	return bus_space_read_4(sc->sc_bst, sc->sc_bsh, reg);
}

static void
reg_write(struct skel_softc *sc, bus_size_t reg, uint32_t v)
{
	bus_space_write_4(sc->sc_bst, sc->sc_bsh, reg, v);
}

static int
skel_intr(void *arg)
{
	struct skel_softc *const sc = arg;
	const uint32_t stat = reg_read(sc, SKEL_INTSTAT);

	if (stat == 0 || stat == 0xffffffff)
		return 0; /* another's, or the card is gone */
	mutex_enter(&sc->sc_lock);
	reg_write(sc, SKEL_INTSTAT, SKEL_INT_DONE);
	if (sc->sc_state == SKEL_BUSY) {
		sc->sc_square = reg_read(sc, SKEL_DATA);
		sc->sc_state = sc->sc_abandoned ? SKEL_IDLE : SKEL_DONE;
		sc->sc_abandoned = false;
		cv_broadcast(&sc->sc_cv);
	}
	mutex_exit(&sc->sc_lock);
	return 1;
}

/* ---- Being inside ---- */

/* The device of dev, which is not torn down until skel_leave().  errors: ENXIO. */
static int
skel_enter(dev_t dev, struct skel_softc **scp)
{
	device_t const self = device_lookup_acquire(&skel_cd, dev_minor_unit(dev));
	struct skel_softc *sc;
	bool dying;

	if (self == NULL)
		return ENXIO;
	sc = device_private(self);
	mutex_enter(&skel_lock);
	dying = sc->sc_dying;
	if (!dying)
		sc->sc_users++;
	mutex_exit(&skel_lock);
	if (dying) {
		device_release(self);
		return ENXIO;
	}
	*scp = sc;
	return 0;
}

static void
skel_leave(struct skel_softc *sc)
{
	mutex_enter(&skel_lock);
	if (--sc->sc_users == 0)
		cv_broadcast(&skel_cv);
	mutex_exit(&skel_lock);
	device_release(sc->sc_dev);
}

/* Wait until the card is in a state.  locks: sc_lock.  errors: ENXIO, EINTR, ERESTART. */
static int
skel_wait(struct skel_softc *sc, enum skel_state state)
{
	int error = 0;

	while (!sc->sc_dying && sc->sc_state != state && error == 0)
		error = cv_wait_sig(&sc->sc_cv, &sc->sc_lock);
	return sc->sc_dying ? ENXIO : error;
}

static int
skel_square(struct skel_softc *sc, unsigned *np)
{
	int error;

	mutex_enter(&sc->sc_lock);
	error = skel_wait(sc, SKEL_IDLE);
	if (error == 0) {
		sc->sc_state = SKEL_BUSY;
		reg_write(sc, SKEL_DATA, *np);
		error = skel_wait(sc, SKEL_DONE);
		if (error == 0)
			*np = sc->sc_square;
		if (error == 0 || sc->sc_state == SKEL_DONE) {
			sc->sc_state = SKEL_IDLE;
			cv_broadcast(&sc->sc_cv);
		} else {
			sc->sc_abandoned = true;
		}
	}
	mutex_exit(&sc->sc_lock);
	return error;
}

static int
skel_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct skel_softc *sc;
	int error;

	error = skel_enter(dev, &sc);
	if (error != 0)
		return error;
	switch (cmd) {
	case SKEL_SQUARE:
		error = skel_square(sc, data);
		break;
	default:
		error = ENOTTY;
	}
	skel_leave(sc);
	return error;
}

/* With d_cfdriver, units that are attached have a node, and open finds them. */
static const struct cdevsw skel_cdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = skel_ioctl,
	.d_poll = nopoll,
	.d_cfdriver = &skel_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_OTHER | D_MPSAFE,
};

/* ---- Attaching ---- */

static int
skel_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct pci_attach_args *const pa = aux;

	return pa->pa_id == PCI_ID_CODE(SKEL_VENDOR, SKEL_PRODUCT);
}

static int
intr_setup(struct skel_softc *sc, const struct pci_attach_args *pa)
{
	char buf[PCI_INTRSTR_LEN];

	if (pci_intr_alloc(pa, &sc->sc_pih, NULL, 0) != 0)
		return ENXIO;
	pci_intr_setattr(sc->sc_pc, &sc->sc_pih[0], PCI_INTR_MPSAFE, true);
	sc->sc_ih = pci_intr_establish_xname(
	    sc->sc_pc, sc->sc_pih[0], IPL_BIO, skel_intr, sc, device_xname(sc->sc_dev));
	if (sc->sc_ih == NULL) {
		pci_intr_release(sc->sc_pc, sc->sc_pih, 1);
		return ENOMEM;
	}
	aprint_normal_dev(sc->sc_dev, "interrupting at %s\n",
	    pci_intr_string(sc->sc_pc, sc->sc_pih[0], buf, sizeof(buf)));
	return 0;
}

static int
setup(struct skel_softc *sc, const struct pci_attach_args *pa)
{
	const pcireg_t csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);
	int error;

	error = pci_mapreg_map(pa, PCI_BAR0, PCI_MAPREG_TYPE_MEM | PCI_MAPREG_MEM_TYPE_32BIT, 0,
	    &sc->sc_bst, &sc->sc_bsh, NULL, &sc->sc_bss);
	if (error != 0)
		return error;
	/* A message that interrupts is a write to memory: the card must be master. */
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG,
	    (csr & 0xffff) | PCI_COMMAND_MASTER_ENABLE);
	error = reg_read(sc, SKEL_ID) == SKEL_ID_VALUE ? intr_setup(sc, pa) : ENXIO;
	if (error != 0)
		bus_space_unmap(sc->sc_bst, sc->sc_bsh, sc->sc_bss);
	return error;
}

static void
skel_attach(device_t parent, device_t self, void *aux)
{
	const struct pci_attach_args *const pa = aux;
	struct skel_softc *const sc = device_private(self);
	int error;

	sc->sc_dev = self;
	sc->sc_pc = pa->pa_pc;
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_BIO);
	cv_init(&sc->sc_cv, "skel");
	pci_aprint_devinfo(pa, "squarer");
	error = setup(sc, pa);
	if (error != 0) {
		aprint_error_dev(self, "cannot be used: error %d\n", error);
		cv_destroy(&sc->sc_cv);
		mutex_destroy(&sc->sc_lock);
		mutex_enter(&skel_lock);
		sc->sc_dying = true;
		mutex_exit(&skel_lock);
		return;
	}
	(void)pmf_device_register(self, NULL, NULL);
}

/* An open device is no reason to stay: who waits hears ENXIO. */
static int
skel_detach(device_t self, int flags)
{
	struct skel_softc *const sc = device_private(self);

	if (sc->sc_dying)
		return 0; /* attach did not get far */
	config_detach_commit(self);
	mutex_enter(&skel_lock);
	mutex_enter(&sc->sc_lock);
	sc->sc_dying = true;
	cv_broadcast(&sc->sc_cv);
	mutex_exit(&sc->sc_lock);
	while (sc->sc_users != 0)
		cv_wait(&skel_cv, &skel_lock);
	mutex_exit(&skel_lock);
	pmf_device_deregister(self);
	pci_intr_disestablish(sc->sc_pc, sc->sc_ih);
	pci_intr_release(sc->sc_pc, sc->sc_pih, 1);
	bus_space_unmap(sc->sc_bst, sc->sc_bsh, sc->sc_bss);
	cv_destroy(&sc->sc_cv);
	mutex_destroy(&sc->sc_lock);
	return 0;
}

static CFATTACH_DECL_NEW(
    skel, sizeof(struct skel_softc), skel_match, skel_attach, skel_detach, NULL);

/* ---- The module: what config(1) would write, by hand ---- */

static int any_function[] = { PCICF_DEV_DEFAULT, PCICF_FUNCTION_DEFAULT };
static const struct cfparent at_pci = { "pci", NULL, DVUNIT_ANY };
static struct cfdata rows[] = {
	/* skel* at pci? dev ? function ? */
	{ "skel", "skel", 0, FSTATE_STAR, any_function, 0, &at_pci },
	{ NULL, NULL, 0, 0, NULL, 0, NULL },
};
static struct cfdriver *const drivers[] = { &skel_cd, NULL };
static struct cfattach *const attachments[] = { &skel_ca, NULL };
static const struct cfattachinit inits[] = { { "skel", attachments }, { NULL, NULL } };

MODULE(MODULE_CLASS_DRIVER, skel, "pci");

static int
skel_init(void)
{
	devmajor_t bmajor = NODEVMAJOR, cmajor = NODEVMAJOR;
	int error;

	mutex_init(&skel_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&skel_cv, "skelgo");
	error = devsw_attach("skel", NULL, &bmajor, &skel_cdevsw, &cmajor);
	if (error == 0) {
		error = config_init_component(drivers, inits, rows);
		if (error != 0)
			devsw_detach(NULL, &skel_cdevsw);
	}
	if (error != 0) {
		cv_destroy(&skel_cv);
		mutex_destroy(&skel_lock);
	}
	return error;
}

static int
skel_modcmd(modcmd_t cmd, void *arg)
{
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		return skel_init();
	case MODULE_CMD_FINI:
		error = config_fini_component(drivers, inits, rows);
		if (error != 0)
			return error;
		devsw_detach(NULL, &skel_cdevsw);
		cv_destroy(&skel_cv);
		mutex_destroy(&skel_lock);
		return 0;
	default:
		return ENOTTY;
	}
}
