/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The simulated bus's spaces, memory and I/O.
 *
 * A handle is a number that no mapping had before, and grows by offsets: what a driver does with one that it
 * has unmapped is seen.
 */
#include "simbus.h"

#define SIMMAP_SPAN ((bus_space_handle_t)1 << 32) /* a mapping's share of handles */

static LIST_HEAD(, simmap) maps;       /* sim_lock */
static bus_space_handle_t next_handle; /* sim_lock */

const char *
simwindow_name(const struct simwindow *sw, char *buf, size_t len)
{
	if (sw->sw_dev->sd_pci != NULL)
		snprintf(buf, len, "BAR%d", sw->sw_index);
	else
		strlcpy(buf, "its window", len);
	return buf;
}

/* ---- Windows ---- */

static int
reg_check(const struct rump_simdev *sd, const struct rump_simreg *r, bus_size_t size)
{
	const uint64_t len = (uint64_t)MAX(r->count, 1) * r->width;

	if (r->name == NULL || (r->width != 1 && r->width != 2 && r->width != 4 && r->width != 8) ||
	    r->offset % r->width != 0 || r->offset > size || len > size - r->offset ||
	    (r->count > 1 && r->kind != RUMP_SIMREG_MEM && r->kind != RUMP_SIMREG_CALL) ||
	    (r->kind == RUMP_SIMREG_CALL && r->read == NULL && r->write == NULL)) {
		printf("simulated device %s: register %s at %#x makes no sense\n", sd->sd_name,
		    r->name != NULL ? r->name : "?", r->offset);
		return EINVAL;
	}
	return 0;
}

int
simwindow_init(struct rump_simdev *sd, int index, bus_size_t size, bool io,
    const struct rump_simreg *regs, size_t nregs)
{
	struct simwindow *const sw = &sd->sd_windows[index];

	for (size_t i = 0; i < nregs; i++)
		if (reg_check(sd, &regs[i], size) != 0)
			return EINVAL;
	sw->sw_dev = sd;
	sw->sw_index = index;
	sw->sw_io = io;
	sw->sw_size = size;
	sw->sw_nregs = nregs;
	if (nregs == 0)
		return 0;
	sw->sw_regs = kmem_zalloc(nregs * sizeof(*sw->sw_regs), KM_SLEEP);
	for (size_t i = 0; i < nregs; i++) {
		struct simreg *const r = &sw->sw_regs[i];

		r->sr_desc = regs[i];
		r->sr_desc.count = MAX(regs[i].count, 1);
		if (regs[i].mask == 0)
			r->sr_desc.mask = ~(uint64_t)0;
		r->sr_value = regs[i].reset;
		if (regs[i].kind == RUMP_SIMREG_MEM)
			r->sr_mem =
			    kmem_zalloc((size_t)r->sr_desc.count * r->sr_desc.width, KM_SLEEP);
	}
	return 0;
}

void
simwindow_fini(struct simwindow *sw)
{
	for (size_t i = 0; i < sw->sw_nregs && sw->sw_regs != NULL; i++) {
		const struct rump_simreg *const d = &sw->sw_regs[i].sr_desc;

		if (d->kind == RUMP_SIMREG_MEM)
			kmem_free(sw->sw_regs[i].sr_mem, (size_t)d->count * d->width);
	}
	if (sw->sw_regs != NULL)
		kmem_free(sw->sw_regs, sw->sw_nregs * sizeof(*sw->sw_regs));
	sw->sw_regs = NULL;
}

struct simreg *
simwindow_find(struct simwindow *sw, bus_size_t off, uint32_t *index)
{
	for (size_t i = 0; i < sw->sw_nregs; i++) {
		const struct rump_simreg *const d = &sw->sw_regs[i].sr_desc;
		const bus_size_t in = off - d->offset;

		if (off < d->offset || in >= (bus_size_t)d->count * d->width)
			continue;
		*index = d->kind == RUMP_SIMREG_MEM ? (uint32_t)in : (uint32_t)(in / d->width);
		return &sw->sw_regs[i];
	}
	return NULL;
}

/* ---- Mapping ---- */

struct simmap *
simdev_mapping(struct rump_simdev *sd)
{
	struct simmap *sm;

	LIST_FOREACH (sm, &maps, sm_list)
		if (sm->sm_window->sw_dev == sd)
			return sm;
	return NULL;
}

/* locks: sim_lock. */
static struct simmap *
handle_find(bus_space_handle_t h)
{
	struct simmap *sm;

	LIST_FOREACH (sm, &maps, sm_list)
		if (h - sm->sm_handle < SIMMAP_SPAN)
			return sm;
	return NULL;
}

/* locks: sim_lock. */
static struct simwindow *
window_find(bool io, bus_addr_t addr, bus_size_t size)
{
	struct rump_simdev *sd;

	LIST_FOREACH (sd, &simdevs, sd_list)
		for (int i = 0; i < SIM_NWINDOWS; i++) {
			struct simwindow *const sw = &sd->sd_windows[i];

			if (sw->sw_size != 0 && sw->sw_addr != 0 && sw->sw_io == io &&
			    addr - sw->sw_addr < sw->sw_size &&
			    size <= sw->sw_size - (addr - sw->sw_addr))
				return sw;
		}
	return NULL;
}

static int
space_map(void *cookie, bus_addr_t addr, bus_size_t size, int flags, bus_space_handle_t *hp)
{
	struct simmap *const sm = kmem_zalloc(sizeof(*sm), KM_SLEEP);
	struct simwindow *sw;

	mutex_enter(&sim_lock);
	sw = window_find(cookie == &sim_iot, addr, size);
	if (sw != NULL) {
		sm->sm_window = sw;
		sm->sm_off = addr - sw->sw_addr;
		sm->sm_size = size;
		sm->sm_handle = next_handle;
		next_handle += SIMMAP_SPAN;
		LIST_INSERT_HEAD(&maps, sm, sm_list);
		*hp = sm->sm_handle;
	}
	mutex_exit(&sim_lock);
	if (sw != NULL)
		return 0;
	kmem_free(sm, sizeof(*sm));
	return EINVAL;
}

static void
space_unmap(void *cookie, bus_space_handle_t h, bus_size_t size)
{
	struct simmap *sm;

	mutex_enter(&sim_lock);
	sm = handle_find(h);
	if (sm != NULL)
		LIST_REMOVE(sm, sm_list);
	mutex_exit(&sim_lock);
	if (sm == NULL)
		panic("bus_space_unmap: handle %#lx is not mapped", h);
	if (h != sm->sm_handle || size != sm->sm_size)
		simbus_fail(sm->sm_window->sw_dev, "unmapped by %#jx bytes, mapped were %#jx",
		    (uintmax_t)size, (uintmax_t)sm->sm_size);
	kmem_free(sm, sizeof(*sm));
}

/* ---- Access ---- */

/* One access, from the check to the callback. */
struct access {
	struct rump_simdev *a_dev;
	struct simwindow *a_window;
	bus_size_t a_off; /* in the window */
	unsigned a_width;
	bool a_write;
	uint64_t a_value;
	const char *a_wrong; /* what is wrong with it */
	struct simstep a_want;
	struct simreg *a_reg;
	uint32_t a_index;
	bool a_call; /* the callback has to be called */
};

static uint64_t
ones(unsigned width)
{
	return width == 8 ? ~(uint64_t)0 : ((uint64_t)1 << 8 * width) - 1;
}

/* The plain models. */
static void
model(struct access *a)
{
	struct simreg *const r = a->a_reg;
	const struct rump_simreg *const d = &r->sr_desc;
	const uint64_t mask = d->mask;

	if (d->kind == RUMP_SIMREG_MEM) {
		if (a->a_index + a->a_width > d->count * d->width)
			a->a_wrong = "beyond the end of the memory";
		else if (a->a_write)
			memcpy(r->sr_mem + a->a_index, &a->a_value, a->a_width);
		else
			memcpy(&a->a_value, r->sr_mem + a->a_index, a->a_width);
		return;
	}
	if (a->a_width != d->width || (a->a_off - d->offset) % d->width != 0) {
		a->a_wrong = "of a part of the register";
		return;
	}
	a->a_call = a->a_write ? d->write != NULL : d->kind == RUMP_SIMREG_CALL && d->read != NULL;
	if (d->kind == RUMP_SIMREG_CALL) {
		if (!a->a_call)
			a->a_wrong =
			    a->a_write ? "of a read-only register" : "of a write-only register";
	} else if (!a->a_write) {
		if (d->kind == RUMP_SIMREG_WO)
			a->a_wrong = "of a write-only register";
		a->a_value = r->sr_value;
	} else if (d->kind == RUMP_SIMREG_RO) {
		a->a_wrong = "of a read-only register";
	} else if (d->kind == RUMP_SIMREG_W1C) {
		r->sr_value &= ~(a->a_value & mask);
	} else {
		r->sr_value = (r->sr_value & ~mask) | (a->a_value & mask);
	}
}

/* Where it goes.  False: nowhere.  locks: sim_lock. */
static bool
locate(struct access *a, const struct simmap *sm, bus_size_t off)
{
	struct rump_simdev *const sd = sm->sm_window->sw_dev;

	a->a_dev = sd;
	a->a_window = sm->sm_window;
	a->a_off = sm->sm_off + off;
	if (sd->sd_detached)
		a->a_wrong = "after the detach";
	else if (off >= sm->sm_size || a->a_width > sm->sm_size - off)
		a->a_wrong = "beyond the end of the mapping";
	else if (a->a_off % a->a_width != 0)
		a->a_wrong = "that is not aligned";
	else if (sd->sd_pci != NULL && !sd->sd_gone && !simpci_decodes(sd, a->a_window))
		a->a_wrong = "while its decoding is off (PCI_COMMAND)";
	return a->a_wrong == NULL && !sd->sd_gone;
}

/* locks: sim_lock. */
static void
access_locked(struct access *a)
{
	enum simscript_verdict v = simscript_access(a->a_dev, a->a_window->sw_index, a->a_off,
	    a->a_width, a->a_write, &a->a_value, &a->a_want);

	if (v == SIMSCRIPT_WRONG) {
		a->a_wrong = "against the script";
		return;
	}
	if (v == SIMSCRIPT_VALUE)
		return;
	a->a_reg = simwindow_find(a->a_window, a->a_off, &a->a_index);
	if (a->a_reg != NULL)
		model(a);
	else if (v != SIMSCRIPT_SEEN)
		a->a_wrong = "where no register is";
}

static void
access_fail(const struct access *a)
{
	char name[16], value[32] = "", want[96] = "";

	simwindow_name(a->a_window, name, sizeof(name));
	if (a->a_write)
		snprintf(value, sizeof(value), " (value %#jx)", (uintmax_t)a->a_value);
	if (a->a_want.ss_width != 0)
		snprintf(want, sizeof(want), "; expected is a %s of %u bytes at %#x%s%#jx",
		    a->a_want.ss_write ? "write" : "read", a->a_want.ss_width, a->a_want.ss_off,
		    a->a_want.ss_write ? ", value " : ", to give ", (uintmax_t)a->a_want.ss_value);
	simbus_fail(a->a_dev, "%s of %u bytes at %#jx of %s%s %s%s", a->a_write ? "write" : "read",
	    a->a_width, (uintmax_t)a->a_off, name, value, a->a_wrong, want);
}

static uint64_t
space_access(bus_space_handle_t h, bus_size_t off, unsigned width, bool write, uint64_t value)
{
	struct access a = { .a_width = width, .a_write = write, .a_value = value & ones(width) };
	const struct rump_simreg *d;
	struct simmap *sm;
	bool there;

	mutex_enter(&sim_lock);
	/* An offset may be part of the handle already, or of a subregion's. */
	sm = handle_find(h + off);
	if (sm == NULL) {
		mutex_exit(&sim_lock);
		panic("bus_space: %s of %u bytes: handle %#lx is not mapped",
		    write ? "write" : "read", width, h);
	}
	there = locate(&a, sm, h + off - sm->sm_handle);
	if (there)
		access_locked(&a);
	mutex_exit(&sim_lock);
	if (a.a_wrong != NULL) {
		access_fail(&a);
		there = false;
	}
	if (!there)
		return ones(width);
	if (a.a_call) {
		d = &a.a_reg->sr_desc;
		if (write)
			(*d->write)(a.a_dev->sd_arg, a.a_index, a.a_value);
		else
			a.a_value = (*d->read)(a.a_dev->sd_arg, a.a_index);
	}
	return a.a_value & ones(width);
}

/* Is a register there?  Its value does not matter. */
static int
space_probe(void *cookie, bus_space_handle_t h, bus_size_t off, size_t width, bool write)
{
	struct simmap *sm;
	uint32_t index;
	bool there;

	mutex_enter(&sim_lock);
	sm = handle_find(h + off);
	there = sm != NULL && h + off - sm->sm_handle < sm->sm_size &&
	    !sm->sm_window->sw_dev->sd_gone &&
	    simwindow_find(sm->sm_window, sm->sm_off + (h + off - sm->sm_handle), &index) != NULL;
	mutex_exit(&sim_lock);
	return there ? 0 : EFAULT;
}

#define SPACE_ACCESS(N, type)                                                                   \
	static type space_read_##N(void *cookie, bus_space_handle_t h, bus_size_t off)          \
	{                                                                                       \
		return (type)space_access(h, off, N, false, 0);                                 \
	}                                                                                       \
	static void space_write_##N(void *cookie, bus_space_handle_t h, bus_size_t off, type v) \
	{                                                                                       \
		(void)space_access(h, off, N, true, v);                                         \
	}
SPACE_ACCESS(1, uint8_t)
SPACE_ACCESS(2, uint16_t)
SPACE_ACCESS(4, uint32_t)
SPACE_ACCESS(8, uint64_t)

static const struct bus_space_ops space_ops = {
	.bs_map = space_map,
	.bs_unmap = space_unmap,
	.bs_probe = space_probe,
	.bs_read_1 = space_read_1,
	.bs_read_2 = space_read_2,
	.bs_read_4 = space_read_4,
	.bs_read_8 = space_read_8,
	.bs_write_1 = space_write_1,
	.bs_write_2 = space_write_2,
	.bs_write_4 = space_write_4,
	.bs_write_8 = space_write_8,
};

struct bus_space_tag sim_memt = { &space_ops, &sim_memt, "simulated memory" };
struct bus_space_tag sim_iot = { &space_ops, &sim_iot, "simulated I/O" };

void
simspace_init(void)
{
	LIST_INIT(&maps);
	next_handle = SIMMAP_SPAN;
}

void
simspace_fini(void)
{
	struct simmap *sm;

	while ((sm = LIST_FIRST(&maps)) != NULL) {
		LIST_REMOVE(sm, sm_list);
		kmem_free(sm, sizeof(*sm));
	}
}

/* ---- The device's own view ---- */

static struct simreg *
own_reg(struct rump_simdev *sd, int window, uint32_t off, uint32_t *index)
{
	struct simreg *r = NULL;

	if (window >= 0 && window < SIM_NWINDOWS)
		r = simwindow_find(&sd->sd_windows[window], off, index);
	if (r == NULL || r->sr_desc.kind == RUMP_SIMREG_CALL)
		panic("simulated device %s: no register with a value at %#x of window %d",
		    sd->sd_name, off, window);
	return r;
}

uint64_t
rump_simdev_get(struct rump_simdev *sd, int window, uint32_t off)
{
	const enum simbus_entry e = simbus_enter();
	struct simreg *r;
	uint64_t v = 0;
	uint32_t index;

	if (e == SIMBUS_NO)
		return 0;
	r = own_reg(sd, window, off, &index);
	mutex_enter(&sim_lock);
	if (r->sr_desc.kind == RUMP_SIMREG_MEM)
		memcpy(&v, r->sr_mem + rounddown(index, r->sr_desc.width), r->sr_desc.width);
	else
		v = r->sr_value;
	mutex_exit(&sim_lock);
	simbus_leave(e);
	return v;
}

void
rump_simdev_set(struct rump_simdev *sd, int window, uint32_t off, uint64_t v)
{
	const enum simbus_entry e = simbus_enter();
	struct simreg *r;
	uint32_t index;

	if (e == SIMBUS_NO)
		return;
	r = own_reg(sd, window, off, &index);
	mutex_enter(&sim_lock);
	if (r->sr_desc.kind == RUMP_SIMREG_MEM)
		memcpy(r->sr_mem + rounddown(index, r->sr_desc.width), &v, r->sr_desc.width);
	else
		r->sr_value = v;
	mutex_exit(&sim_lock);
	simbus_leave(e);
}
