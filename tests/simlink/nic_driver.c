/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * nic(4), for the tests of the simulated link: /dev/nic0 sends and receives messages by the card of nic.h, write(2) and read(2)
 * one each.  It has mistakes, that a test plants.
 *
 *	messages out: una <= nxt <= end; those before nxt have been sent, those before una acknowledged
 *
 * sc_lock (adaptive) guards all but sc_plant; the interrupt handler takes none and leaves the work to a soft interrupt.
 * An open device does not detach.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/bus.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/endian.h>
#include <sys/fcntl.h>
#include <sys/intr.h>
#include <sys/kernel.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <dev/pci/pcireg.h>
#include <dev/pci/pcivar.h>

#include "nic.h"

#define INQUEUE 32 /* messages that wait for read(2) */

struct message {
	uint16_t m_len;
	uint8_t m_data[NIC_MSG];
};

/* What the card sees, in one piece. */
struct nic_memory {
	uint8_t txring[NIC_RING][NIC_DESC], rxring[NIC_RING][NIC_DESC];
	uint8_t txbuf[NIC_RING][NIC_BUF], rxbuf[NIC_RING][NIC_BUF];
};
#define AT(member) offsetof(struct nic_memory, member)

struct nic_softc {
	device_t sc_dev;
	pci_chipset_tag_t sc_pc;
	bus_space_tag_t sc_bst;
	bus_space_handle_t sc_bsh;
	bus_size_t sc_bss;
	bus_dma_tag_t sc_dmat;
	bus_dma_segment_t sc_seg;
	bus_dmamap_t sc_map;
	struct nic_memory *sc_mem;
	pci_intr_handle_t *sc_pih;
	void *sc_ih, *sc_si;

	kmutex_t sc_lock;
	kcondvar_t sc_cv;
	callout_t sc_again;
	u_int sc_txhead, sc_txtail, sc_rxhead;
	uint16_t sc_una, sc_nxt, sc_end, sc_want; /* sequence numbers */
	bool sc_owesack;
	u_int sc_infirst, sc_innext;
	struct message sc_out[NIC_WINDOW], sc_in[INQUEUE];
	u_int sc_opens;
	int sc_plant; /* (a) */
};

CFDRIVER_DECL(nic, DV_IFNET, NULL);

static bool
planted(struct nic_softc *sc, int mistake)
{
	return atomic_load_relaxed(&sc->sc_plant) == mistake;
}

static void
reg_write(struct nic_softc *sc, bus_size_t reg, uint32_t v)
{
	bus_space_write_4(sc->sc_bst, sc->sc_bsh, reg, v);
}

static void
sync(struct nic_softc *sc, size_t off, size_t len, int ops)
{
	bus_dmamap_sync(sc->sc_dmat, sc->sc_map, off, len, ops);
}

static uint16_t
checksum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* ---- Frames out.  locks: sc_lock ---- */

/* Descriptors that the card is done with. */
static void
tx_reclaim(struct nic_softc *sc)
{
	while (sc->sc_txhead != sc->sc_txtail) {
		const size_t off = AT(txring[0]) + sc->sc_txhead * NIC_DESC;

		sync(sc, off, NIC_DESC, BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
		if ((le32dec(sc->sc_mem->txring[sc->sc_txhead] + NIC_D_FLAGS) & NIC_D_DONE) == 0) {
			sync(sc, off, NIC_DESC, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
			return;
		}
		sync(sc, AT(txbuf[0]) + sc->sc_txhead * NIC_BUF, NIC_BUF, BUS_DMASYNC_POSTWRITE);
		sc->sc_txhead = (sc->sc_txhead + 1) % NIC_RING;
	}
}

static void
frame_make(uint8_t *p, uint8_t kind, uint16_t seq, const void *data, size_t len)
{
	uint8_t *const h = p + 14;

	memset(p, 0xff, 6);
	memset(p + 6, 0x02, 6);
	be16enc(p + 12, NIC_TYPE);
	h[0] = kind;
	h[1] = 0;
	be16enc(h + 2, seq);
	be16enc(h + 4, (uint16_t)len);
	be16enc(h + 6, 0);
	memcpy(h + NIC_HEADER, data, len);
	be16enc(h + 6, checksum(h, NIC_HEADER + len));
}

/* False: there is no room in the ring. */
static bool
tx(struct nic_softc *sc, uint8_t kind, uint16_t seq, const void *data, size_t len)
{
	const u_int i = sc->sc_txtail, next = (i + 1) % NIC_RING;
	uint8_t *const d = sc->sc_mem->txring[i];

	tx_reclaim(sc);
	if (next == sc->sc_txhead && !planted(sc, NIC_OVERRUNS))
		return false;
	frame_make(sc->sc_mem->txbuf[i], kind, seq, data, len);
	le64enc(d + NIC_D_ADDR, sc->sc_seg.ds_addr + AT(txbuf[0]) + i * NIC_BUF);
	le32enc(d + NIC_D_LEN, (uint32_t)(14 + NIC_HEADER + len));
	le32enc(d + NIC_D_FLAGS, 0);
	sync(sc, AT(txbuf[0]) + i * NIC_BUF, NIC_BUF, BUS_DMASYNC_PREWRITE);
	sync(
	    sc, AT(txring[0]) + i * NIC_DESC, NIC_DESC, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
	sc->sc_txtail = next;
	reg_write(sc, NIC_TXTAIL, next);
	return true;
}

/* Send what is to be sent, as far as there is room. */
static void
pump(struct nic_softc *sc)
{
	const struct message *m;

	KASSERT(mutex_owned(&sc->sc_lock));
	if (sc->sc_owesack && tx(sc, 'A', sc->sc_want, NULL, 0))
		sc->sc_owesack = false;
	while (sc->sc_nxt != sc->sc_end) {
		m = &sc->sc_out[sc->sc_nxt % NIC_WINDOW];
		if (!tx(sc, 'D', sc->sc_nxt, m->m_data, m->m_len))
			break;
		sc->sc_nxt++;
	}
	if (sc->sc_una != sc->sc_end && !callout_pending(&sc->sc_again))
		callout_schedule(&sc->sc_again, mstohz(NIC_AGAIN_MS));
}

/* ctx: callout. */
static void
again(void *arg)
{
	struct nic_softc *const sc = arg;

	mutex_enter(&sc->sc_lock);
	if (sc->sc_una != sc->sc_nxt && !planted(sc, NIC_SENDS_ONCE)) {
		sc->sc_nxt = sc->sc_una;
		pump(sc);
	}
	mutex_exit(&sc->sc_lock);
}

/* ---- Frames in.  locks: sc_lock ---- */

static void
acknowledged(struct nic_softc *sc, uint16_t seq)
{
	const uint16_t n = (uint16_t)(seq - sc->sc_una);

	if (n == 0 || n > (uint16_t)(sc->sc_end - sc->sc_una))
		return;
	if (n > (uint16_t)(sc->sc_nxt - sc->sc_una))
		sc->sc_nxt = seq; /* it was being sent again */
	sc->sc_una = seq;
	callout_stop(&sc->sc_again);
	cv_broadcast(&sc->sc_cv);
}

static void
data_in(struct nic_softc *sc, uint16_t seq, const uint8_t *data, uint16_t len)
{
	const int16_t ahead = (int16_t)(seq - sc->sc_want);
	struct message *const m = &sc->sc_in[sc->sc_innext % INQUEUE];

	sc->sc_owesack = true;
	if (sc->sc_innext - sc->sc_infirst == INQUEUE)
		return;
	if (ahead > 0 ? !planted(sc, NIC_TAKES_ANY) : ahead < 0 && !planted(sc, NIC_TAKES_TWICE))
		return;
	m->m_len = len;
	memcpy(m->m_data, data, len);
	sc->sc_innext++;
	if (ahead >= 0)
		sc->sc_want = (uint16_t)(seq + 1);
	cv_broadcast(&sc->sc_cv);
}

static void
frame_in(struct nic_softc *sc, const uint8_t *p, size_t size)
{
	const uint8_t *const h = p + 14;
	uint16_t len;

	if (size < 14 + NIC_HEADER || size > NIC_BUF || be16dec(p + 12) != NIC_TYPE)
		return;
	len = be16dec(h + 4);
	if (len > NIC_MSG || len > size - 14 - NIC_HEADER)
		return;
	if (checksum(h, NIC_HEADER + len) != 0 && !planted(sc, NIC_TRUSTS))
		return;
	if (h[0] == 'A')
		acknowledged(sc, be16dec(h + 2));
	else if (h[0] == 'D')
		data_in(sc, be16dec(h + 2), h + NIC_HEADER, len);
}

/* The card's, from now on. */
static void
rx_give(struct nic_softc *sc, u_int i)
{
	uint8_t *const d = sc->sc_mem->rxring[i];

	le64enc(d + NIC_D_ADDR, sc->sc_seg.ds_addr + AT(rxbuf[0]) + i * NIC_BUF);
	le32enc(d + NIC_D_LEN, NIC_BUF);
	le32enc(d + NIC_D_FLAGS, 0);
	sync(sc, AT(rxbuf[0]) + i * NIC_BUF, NIC_BUF, BUS_DMASYNC_PREREAD);
	sync(
	    sc, AT(rxring[0]) + i * NIC_DESC, NIC_DESC, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
}

static void
rx(struct nic_softc *sc)
{
	for (;;) {
		const u_int i = sc->sc_rxhead;
		const uint8_t *const d = sc->sc_mem->rxring[i];
		const size_t off = AT(rxring[0]) + i * NIC_DESC;

		sync(sc, off, NIC_DESC, BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
		if ((le32dec(d + NIC_D_FLAGS) & NIC_D_DONE) == 0) {
			sync(sc, off, NIC_DESC, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
			return;
		}
		if (!planted(sc, NIC_SYNCS_NOT))
			sync(sc, AT(rxbuf[0]) + i * NIC_BUF, NIC_BUF, BUS_DMASYNC_POSTREAD);
		frame_in(sc, sc->sc_mem->rxbuf[i], le32dec(d + NIC_D_LEN));
		rx_give(sc, i);
		sc->sc_rxhead = (i + 1) % NIC_RING;
		if (!planted(sc, NIC_HOARDS)) /* all but one descriptor are the card's */
			reg_write(sc, NIC_RXTAIL, i);
	}
}

static void
nic_softintr(void *arg)
{
	struct nic_softc *const sc = arg;

	mutex_enter(&sc->sc_lock);
	rx(sc);
	tx_reclaim(sc);
	pump(sc);
	mutex_exit(&sc->sc_lock);
}

static int
nic_intr(void *arg)
{
	struct nic_softc *const sc = arg;
	const uint32_t stat = bus_space_read_4(sc->sc_bst, sc->sc_bsh, NIC_INTSTAT);

	if (stat == 0 || stat == 0xffffffff)
		return 0;
	reg_write(sc, NIC_INTSTAT, stat);
	softint_schedule(sc->sc_si);
	return 1;
}

/* ---- Calls ---- */

static int
nic_open(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct nic_softc *const sc = device_lookup_private(&nic_cd, (int)minor(dev));

	mutex_enter(&sc->sc_lock);
	sc->sc_opens = 1;
	mutex_exit(&sc->sc_lock);
	return 0;
}

static int
nic_close(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct nic_softc *const sc = device_lookup_private(&nic_cd, (int)minor(dev));

	mutex_enter(&sc->sc_lock);
	sc->sc_opens = 0;
	mutex_exit(&sc->sc_lock);
	return 0;
}

static int
nic_write(dev_t dev, struct uio *uio, int flags)
{
	struct nic_softc *const sc = device_lookup_private(&nic_cd, (int)minor(dev));
	const size_t len = uio->uio_resid;
	uint8_t copy[NIC_MSG];
	struct message *m;
	int error;

	if (len > sizeof(copy))
		return EMSGSIZE;
	error = uiomove(copy, len, uio);
	mutex_enter(&sc->sc_lock);
	while (error == 0 && (uint16_t)(sc->sc_end - sc->sc_una) == NIC_WINDOW)
		error = cv_wait_sig(&sc->sc_cv, &sc->sc_lock);
	if (error == 0) {
		m = &sc->sc_out[sc->sc_end % NIC_WINDOW];
		m->m_len = (uint16_t)len;
		memcpy(m->m_data, copy, len);
		sc->sc_end++;
		pump(sc);
	}
	mutex_exit(&sc->sc_lock);
	return error;
}

static int
nic_read(dev_t dev, struct uio *uio, int flags)
{
	struct nic_softc *const sc = device_lookup_private(&nic_cd, (int)minor(dev));
	uint8_t copy[NIC_MSG];
	struct message *m;
	size_t len = 0;
	int error = 0;

	mutex_enter(&sc->sc_lock);
	while (error == 0 && sc->sc_infirst == sc->sc_innext)
		error = (flags & IO_NDELAY) != 0 ? EAGAIN : cv_wait_sig(&sc->sc_cv, &sc->sc_lock);
	if (error == 0) {
		m = &sc->sc_in[sc->sc_infirst++ % INQUEUE];
		len = MIN(m->m_len, uio->uio_resid);
		memcpy(copy, m->m_data, len);
	}
	mutex_exit(&sc->sc_lock);
	return error == 0 ? uiomove(copy, len, uio) : error;
}

static int
nic_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct nic_softc *const sc = device_lookup_private(&nic_cd, (int)minor(dev));

	if (cmd != NIC_PLANT)
		return ENOTTY;
	atomic_store_relaxed(&sc->sc_plant, *(int *)data);
	return 0;
}

static const struct cdevsw nic_cdevsw = {
	.d_open = nic_open,
	.d_close = nic_close,
	.d_read = nic_read,
	.d_write = nic_write,
	.d_ioctl = nic_ioctl,
	.d_poll = nopoll,
	.d_cfdriver = &nic_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_OTHER | D_MPSAFE,
};

/* ---- Attaching.  There is one card, and it is right: what fails is a broken test ---- */

static int
nic_match(device_t parent, cfdata_t cf, void *aux)
{
	const struct pci_attach_args *const pa = aux;

	return pa->pa_id == PCI_ID_CODE(NIC_VENDOR, NIC_PRODUCT);
}

static void
must(int error, const char *what)
{
	if (error != 0)
		panic("nic: %s: error %d", what, error);
}

static void
memory_alloc(struct nic_softc *sc)
{
	const size_t size = sizeof(*sc->sc_mem);
	void *kva;
	int nsegs;

	must(bus_dmamem_alloc(
		 sc->sc_dmat, size, PAGE_SIZE, 0, &sc->sc_seg, 1, &nsegs, BUS_DMA_WAITOK),
	    "bus_dmamem_alloc");
	must(bus_dmamem_map(sc->sc_dmat, &sc->sc_seg, 1, size, &kva, BUS_DMA_WAITOK),
	    "bus_dmamem_map");
	must(bus_dmamap_create(sc->sc_dmat, size, 1, size, 0, BUS_DMA_WAITOK, &sc->sc_map),
	    "bus_dmamap_create");
	must(bus_dmamap_load(sc->sc_dmat, sc->sc_map, kva, size, NULL, BUS_DMA_WAITOK),
	    "bus_dmamap_load");
	sc->sc_mem = kva;
	memset(sc->sc_mem, 0, size);
}

static void
memory_free(struct nic_softc *sc)
{
	bus_dmamap_unload(sc->sc_dmat, sc->sc_map);
	bus_dmamap_destroy(sc->sc_dmat, sc->sc_map);
	bus_dmamem_unmap(sc->sc_dmat, sc->sc_mem, sizeof(*sc->sc_mem));
	bus_dmamem_free(sc->sc_dmat, &sc->sc_seg, 1);
}

static void
card_start(struct nic_softc *sc)
{
	for (u_int i = 0; i < NIC_RING; i++)
		rx_give(sc, i);
	reg_write(sc, NIC_TXBASE, (uint32_t)(sc->sc_seg.ds_addr + AT(txring)));
	reg_write(sc, NIC_RXBASE, (uint32_t)(sc->sc_seg.ds_addr + AT(rxring)));
	reg_write(sc, NIC_TXTAIL, 0);
	reg_write(sc, NIC_RXTAIL, NIC_RING - 1);
	reg_write(sc, NIC_CTRL, NIC_RUN);
}

static void
nic_attach(device_t parent, device_t self, void *aux)
{
	const struct pci_attach_args *const pa = aux;
	struct nic_softc *const sc = device_private(self);
	const pcireg_t csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);

	sc->sc_dev = self;
	sc->sc_pc = pa->pa_pc;
	sc->sc_dmat = pa->pa_dmat;
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_SOFTNET);
	cv_init(&sc->sc_cv, "nic");
	callout_init(&sc->sc_again, CALLOUT_MPSAFE);
	callout_setfunc(&sc->sc_again, again, sc);
	pci_aprint_devinfo(pa, "network card");
	must(pci_mapreg_map(pa, PCI_BAR0, PCI_MAPREG_TYPE_MEM | PCI_MAPREG_MEM_TYPE_32BIT, 0,
		 &sc->sc_bst, &sc->sc_bsh, NULL, &sc->sc_bss),
	    "pci_mapreg_map");
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG,
	    (csr & 0xffff) | PCI_COMMAND_MASTER_ENABLE);
	memory_alloc(sc);
	sc->sc_si = softint_establish(SOFTINT_NET | SOFTINT_MPSAFE, nic_softintr, sc);
	must(pci_intr_alloc(pa, &sc->sc_pih, NULL, 0), "pci_intr_alloc");
	pci_intr_setattr(sc->sc_pc, &sc->sc_pih[0], PCI_INTR_MPSAFE, true);
	sc->sc_ih = pci_intr_establish_xname(
	    sc->sc_pc, sc->sc_pih[0], IPL_NET, nic_intr, sc, device_xname(self));
	must(sc->sc_si == NULL || sc->sc_ih == NULL, "interrupts");
	card_start(sc);
}

static int
nic_detach(device_t self, int flags)
{
	struct nic_softc *const sc = device_private(self);

	if (sc->sc_opens != 0 && (flags & DETACH_FORCE) == 0)
		return EBUSY;
	reg_write(sc, NIC_CTRL, 0);
	pci_intr_disestablish(sc->sc_pc, sc->sc_ih);
	softint_disestablish(sc->sc_si);
	pci_intr_release(sc->sc_pc, sc->sc_pih, 1);
	callout_halt(&sc->sc_again, NULL);
	callout_destroy(&sc->sc_again);
	memory_free(sc);
	bus_space_unmap(sc->sc_bst, sc->sc_bsh, sc->sc_bss);
	cv_destroy(&sc->sc_cv);
	mutex_destroy(&sc->sc_lock);
	return 0;
}

static CFATTACH_DECL_NEW(nic, sizeof(struct nic_softc), nic_match, nic_attach, nic_detach, NULL);

/* ---- The module ---- */

static int any_function[] = { PCICF_DEV_DEFAULT, PCICF_FUNCTION_DEFAULT };
static const struct cfparent at_pci = { "pci", NULL, DVUNIT_ANY };
static struct cfdata rows[] = {
	{ "nic", "nic", 0, FSTATE_STAR, any_function, 0, &at_pci },
	{ NULL, NULL, 0, 0, NULL, 0, NULL },
};
static struct cfdriver *const drivers[] = { &nic_cd, NULL };
static struct cfattach *const attachments[] = { &nic_ca, NULL };
static const struct cfattachinit inits[] = { { "nic", attachments }, { NULL, NULL } };

MODULE(MODULE_CLASS_DRIVER, nic, "pci");

static int
nic_modcmd(modcmd_t cmd, void *arg)
{
	devmajor_t bmajor = NODEVMAJOR, cmajor = NODEVMAJOR;
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		error = devsw_attach("nic", NULL, &bmajor, &nic_cdevsw, &cmajor);
		if (error != 0)
			return error;
		error = config_init_component(drivers, inits, rows);
		if (error != 0)
			devsw_detach(NULL, &nic_cdevsw);
		return error;
	case MODULE_CMD_FINI:
		error = config_fini_component(drivers, inits, rows);
		if (error == 0)
			devsw_detach(NULL, &nic_cdevsw);
		return error;
	default:
		return ENOTTY;
	}
}
