/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* pci(4), ppb(4), pci(9) on simulated functions, by the toy driver. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_bus.h>

#include "toy_ktest.h"

#define IO    0x1u
#define MEM   0x0u
#define MEM64 0x4u

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

/* expr's value, in the kernel. */
#define K(expr)                      \
	({                           \
		__typeof__(expr) k_; \
		rump_schedule();     \
		k_ = (expr);         \
		rump_unschedule();   \
		k_;                  \
	})
#define KV(call)                   \
	do {                       \
		rump_schedule();   \
		call;              \
		rump_unschedule(); \
	} while (0)

static struct rump_simdev *
function(unsigned bus, unsigned dev, unsigned func, unsigned pin)
{
	static const struct rump_simreg regs[] = {
		{ .name = "MEM", .offset = 0, .width = 4, .kind = RUMP_SIMREG_MEM, .count = 64 },
	};
	struct rump_simdev *sd;

	sd = rump_simpci_create(&(struct rump_simpci){
	    .name = "function",
	    .bus = bus,
	    .dev = dev,
	    .func = func,
	    .vendor = TOY_VENDOR,
	    .product = (uint16_t)(bus << 8 | dev << 3 | func),
	    .baseclass = 0xff,
	    .revision = 3,
	    .intpin = (uint8_t)pin,
	    .msi = 8,
	    .msix = 16,
	    .msix_bar = 4,
	    .msix_offset = 0x100,
	    .bar = { { .size = 4096, .regs = regs, .nregs = 1 },
		{ .size = 256, .io = true, .regs = regs, .nregs = 1 },
		{ .size = 1 << 20, .wide = true, .prefetchable = true, .regs = regs, .nregs = 1 },
		{ .size = 0 }, { .size = 4096 } },
	});
	ck_assert_ptr_nonnull(sd);
	return sd;
}

static struct rump_simdev *
plugged(unsigned bus, unsigned dev, unsigned func, unsigned pin)
{
	struct rump_simdev *const sd = function(bus, dev, func, pin);

	ck_assert_int_eq(rump_simdev_attach(sd), 0);
	return sd;
}

START_TEST(pci_functions_are_found)
{
	static const unsigned places[][2] = { { 0, 0 }, { 3, 0 }, { 3, 1 }, { 3, 7 }, { 31, 0 } };
	struct toy_args args;

	/* Function 7 without a function 0 is not seen: it comes with it. */
	for (int i = 4; i >= 0; i--)
		(void)rump_simdev_attach(function(0, places[i][0], places[i][1], 1));
	ck_assert_int_eq(K(rump_toy_attached()), 5);
	for (int i = 0; i < 5; i++) {
		bool seen = false;

		for (int unit = 0; unit < 5; unit++)
			if (K(rump_toy_args(unit, &args)) && args.dev == places[i][0] &&
			    args.func == places[i][1]) {
				seen = true;
				ck_assert_uint_eq(
				    args.id, TOY_VENDOR | (args.dev << 3 | args.func) << 16);
				ck_assert_uint_eq(args.class, 0xff000003);
			}
		ck_assert_msg(seen, "dev %u function %u", places[i][0], places[i][1]);
	}
}
END_TEST

START_TEST(pci_bars_are_sized)
{
	static const struct {
		unsigned type;
		uint64_t size;
	} bars[] = { { MEM, 4096 }, { IO, 256 }, { MEM64, 1 << 20 }, { ~0u, 0 }, { MEM, 4096 },
		{ ~0u, 0 } };
	uint64_t base, size;

	(void)plugged(0, 1, 0, 1);
	const uint32_t before = K(rump_toy_conf(0, 0x10));
	for (int i = 0; i < 6; i++) {
		if (i == 3)
			continue; /* the upper half of 2 */
		ck_assert_uint_eq(K(rump_toy_type(0, i)), bars[i].type);
		if (bars[i].size == 0) {
			ck_assert_int_eq(K(rump_toy_info(0, i, MEM, &base, &size)), EINVAL);
			continue;
		}
		ck_assert_int_eq(K(rump_toy_info(0, i, bars[i].type, &base, &size)), 0);
		ck_assert_uint_eq(size, bars[i].size);
		ck_assert_uint_eq(base % size, 0);
		ck_assert_int_eq(K(rump_toy_info(0, i, bars[i].type ^ 1, &base, &size)), EINVAL);
	}
	ck_assert_int_eq(K(rump_toy_info(0, 2, MEM64, &base, &size)), 0);
	ck_assert_uint_gt(base, 0xffffffff);
	/* As it was, decoding as well. */
	ck_assert_uint_eq(K(rump_toy_conf(0, 0x10)), before);
	ck_assert_uint_eq(K(rump_toy_conf(0, 0x04)) & 7, 3);
}
END_TEST

START_TEST(pci_bars_are_mapped)
{
	static const int bars[] = { 0, 1, 2 };
	struct rump_simdev *const sd = plugged(0, 1, 0, 1);

	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(K(rump_toy_map(0, bars[i])), 0);
		KV(rump_toy_write(0, bars[i], 8, 4, 0x11223344));
		ck_assert_uint_eq(rump_simdev_get(sd, bars[i], 8), 0x11223344);
		ck_assert_uint_eq(K(rump_toy_read(0, bars[i], 10, 2)), 0x1122);
	}
	/* Moved by a driver, it is elsewhere. */
	KV(rump_toy_unmap(0, 0));
	KV(rump_toy_conf_write(0, 0x10, 0xd0000000));
	ck_assert_int_eq(K(rump_toy_map(0, 0)), 0);
	ck_assert_uint_eq(K(rump_toy_read(0, 0, 8, 4)), 0x11223344);
	/* Without an address it is nowhere. */
	KV(rump_toy_unmap(0, 0));
	KV(rump_toy_conf_write(0, 0x10, 0));
	ck_assert_int_eq(K(rump_toy_map(0, 0)), EINVAL);
}
END_TEST

START_TEST(pci_configuration_space)
{
	struct rump_simdev *const sd = plugged(0, 1, 0, 1);

	KV(rump_toy_conf_write(0, 0x00, 0xffffffff));
	ck_assert_uint_eq(K(rump_toy_conf(0, 0x00)), TOY_VENDOR | 8 << 16);
	/* Beyond the end, or between registers. */
	ck_assert_uint_eq(K(rump_toy_conf(0, 0x1000)), 0xffffffff);
	ck_assert_uint_eq(K(rump_toy_conf(0, 0x02)), 0xffffffff);
	/* Errors in the status register are cleared by ones. */
	rump_simpci_conf_set(sd, 0x04, rump_simpci_conf_get(sd, 0x04) | 0x80000000);
	KV(rump_toy_conf_write(0, 0x04, 0x00000003));
	ck_assert_uint_eq(K(rump_toy_conf(0, 0x04)) >> 31, 1);
	KV(rump_toy_conf_write(0, 0x04, 0x80000003));
	ck_assert_uint_eq(K(rump_toy_conf(0, 0x04)) >> 31, 0);
}
END_TEST

START_TEST(pci_capabilities)
{
	static const uint8_t bytes[20] = { 0, 0, 0xaa, 0xbb, 0xcc };
	struct rump_simdev *const sd = plugged(0, 1, 0, 1);
	unsigned vendor, express, serial, aer;

	ck_assert_int_ne(K(rump_toy_cap(0, false, 0x05)), 0);
	ck_assert_int_ne(K(rump_toy_cap(0, false, 0x11)), 0);
	ck_assert_int_eq(K(rump_toy_cap(0, false, 0x09)), 0);
	vendor = rump_simpci_capability(sd, false, 0x09, bytes, 5);
	ck_assert_int_eq(K(rump_toy_cap(0, false, 0x09)), (int)vendor);
	ck_assert_uint_eq(K(rump_toy_conf(0, vendor)), 0xbbaa0009);
	/* Extended ones are of PCI Express. */
	serial = rump_simpci_capability(sd, true, 0x0003, bytes, 12);
	ck_assert_int_eq(K(rump_toy_cap(0, true, 0x0003)), 0);
	express = rump_simpci_capability(sd, false, 0x10, bytes, 20);
	ck_assert_uint_ne(express, 0);
	ck_assert_int_eq(K(rump_toy_cap(0, true, 0x0003)), (int)serial);
	aer = rump_simpci_capability(sd, true, 0x0001, bytes, 20);
	ck_assert_int_eq(K(rump_toy_cap(0, true, 0x0001)), (int)aer);
	ck_assert_int_eq(K(rump_toy_cap(0, true, 0x0002)), 0);
}
END_TEST

/* Lists that lead round in a circle, or out of the space, end. */
START_TEST(pci_bad_capability_lists_end)
{
	struct rump_simdev *const sd = plugged(0, 1, 0, 1);
	static const uint8_t bytes[20] = { 0 };

	(void)rump_simpci_capability(sd, false, 0x10, bytes, 20);
	rump_simpci_conf_set(sd, 0x34, 0x40);
	rump_simpci_conf_set(sd, 0x40, 0x4010);
	ck_assert_int_eq(K(rump_toy_cap(0, false, 0x10)), 0x40);
	ck_assert_int_eq(K(rump_toy_cap(0, false, 0x05)), 0);
	rump_simpci_conf_set(sd, 0x40, 0x0410);
	ck_assert_int_eq(K(rump_toy_cap(0, false, 0x05)), 0);
	rump_simpci_conf_set(sd, 0x100, 0x100u << 20 | 0x10001);
	ck_assert_int_eq(K(rump_toy_cap(0, true, 0x0002)), 0);
	rump_simpci_conf_set(sd, 0x100, 0xffcu << 20 | 0x10001);
	ck_assert_int_eq(K(rump_toy_cap(0, true, 0x0002)), 0);
}
END_TEST

START_TEST(pci_intx)
{
	struct rump_simdev *const sd = plugged(0, 1, 0, 2);

	ck_assert_int_eq(K(rump_toy_intr(0, 0, 1)), 1);
	ck_assert_str_eq(K(rump_toy_intrstr(0, 0)), "INTC"); /* pin B of device 1 */
	rump_simdev_set(sd, 0, 0, 0);
	/* The handler claims it without letting it fall. */
	rump_simdev_intr(sd, true);
	ck_assert_int_eq(K(rump_toy_intrs(0, 0)), 10000);
	ck_assert_uint_eq(K(rump_toy_conf(0, 4)) & 0x80000, 0x80000);
	rump_simdev_intr(sd, false);
	KV(rump_toy_conf_write(0, 4, 0x403)); /* interrupts off */
	rump_simdev_intr(sd, true);
	ck_assert_int_eq(K(rump_toy_intrs(0, 0)), 10000);
	KV(rump_toy_conf_write(0, 4, 0x003));
	ck_assert_int_eq(K(rump_toy_intrs(0, 0)), 20000);
	rump_simdev_intr(sd, false);
	KV(rump_toy_unintr(0));
}
END_TEST

static const struct {
	int type, want, get;
} messages[] = { { 1, 1, 1 }, { 1, 4, 4 }, { 1, 7, 4 }, { 1, -1, 8 }, { 2, 1, 1 }, { 2, 5, 5 },
	{ 2, -1, 16 } };

START_TEST(pci_messages)
{
	struct rump_simdev *const sd = plugged(0, 1, 0, 1);
	char name[32];

	ck_assert(!rump_simdev_message(sd, 0)); /* off */
	ck_assert_int_eq(
	    K(rump_toy_intr(0, messages[_i].type, messages[_i].want)), messages[_i].get);
	ck_assert(!rump_simdev_message(sd, 0)); /* it is no bus master */
	KV(rump_toy_conf_write(0, 4, 0x7));
	for (int i = 0; i < messages[_i].get; i++) {
		snprintf(
		    name, sizeof(name), "%s vec %d", messages[_i].type == 1 ? "msi" : "msix", i);
		ck_assert_str_eq(K(rump_toy_intrstr(0, i)), name);
		for (int n = 0; n <= i; n++)
			ck_assert(rump_simdev_message(sd, (unsigned)i));
	}
	for (int i = 0; i < messages[_i].get; i++)
		ck_assert_int_eq(K(rump_toy_intrs(0, i)), i + 1);
	ck_assert(!rump_simdev_message(sd, 30));
	KV(rump_toy_unintr(0));
	ck_assert(!rump_simdev_message(sd, 0));
	/* All of them come again. */
	ck_assert_int_eq(K(rump_toy_intr(0, 2, -1)), 16);
	ck_assert_int_eq(rump_simdev_detach(sd, false), 0);
}
END_TEST

START_TEST(pci_bridges)
{
	struct rump_simdev *bridge[2], *sd;
	struct toy_args args;
	unsigned bus1, bus2;

	bridge[0] = rump_simpci_bridge(0, 5, &bus1);
	bridge[1] = rump_simpci_bridge(bus1, 2, &bus2);
	ck_assert_int_eq(rump_simdev_attach(bridge[0]), 0);
	ck_assert_int_eq(rump_simdev_attach(bridge[1]), 0);
	ck_assert_uint_eq(rump_simpci_conf_get(bridge[0], 0x18), bus1 << 8 | bus2 << 16);
	sd = plugged(bus2, 3, 0, 1);
	ck_assert(K(rump_toy_args(0, &args)));
	ck_assert_uint_eq(args.bus, bus2);
	ck_assert_uint_eq(args.rawintrpin, 1);
	ck_assert_uint_eq(args.intrpin, (1 - 1 + 3 + 2) % 4 + 1);
	/* The card's pin and the driver's line are one. */
	ck_assert_int_eq(K(rump_toy_intr(0, 0, 1)), 1);
	rump_simdev_intr(sd, true);
	ck_assert_int_gt(K(rump_toy_intrs(0, 0)), 0);
	rump_simdev_intr(sd, false);
	KV(rump_toy_unintr(0));
	/* The upper bridge takes all below with it. */
	ck_assert_int_eq(rump_simdev_detach(bridge[0], false), 0);
	ck_assert_int_eq(K(rump_toy_attached()), 0);
}
END_TEST

/* A bridge that leads to where it comes from. */
START_TEST(pci_bad_bridges_are_refused)
{
	static const uint32_t numbers[] = { 0, 0x010000, 0x000100, 0xff0000 };
	struct rump_simdev *bridge;
	unsigned bus;

	bridge = rump_simpci_bridge(0, 5, &bus);
	rump_simpci_conf_set(bridge, 0x18, numbers[_i]);
	(void)function(bus, 0, 0, 1);
	ck_assert_int_eq(rump_simdev_attach(bridge), 0);
	ck_assert_int_eq(K(rump_toy_attached()), 0);
}
END_TEST

START_TEST(pci_plugging_and_pulling)
{
	struct rump_simdev *const a = plugged(0, 1, 0, 1), *const b = plugged(0, 2, 0, 1);

	ck_assert_str_eq(rump_simdev_xname(a), "toy0");
	ck_assert_str_eq(rump_simdev_xname(b), "toy1");
	ck_assert_int_eq(rump_simdev_attach(a), EBUSY);
	ck_assert_int_eq(rump_simdev_detach(a, true), 0);
	ck_assert_ptr_null(rump_simdev_xname(a));
	ck_assert_int_eq(rump_simdev_detach(a, true), ENXIO);
	/* Another slot looks anew: the pulled one stays out. */
	ck_assert_int_eq(rump_simdev_detach(b, false), 0);
	ck_assert_int_eq(rump_simdev_attach(b), 0);
	ck_assert_int_eq(K(rump_toy_attached()), 1);
	ck_assert_str_eq(rump_simdev_xname(b), "toy0");
	ck_assert_int_eq(rump_simdev_attach(a), 0);
	ck_assert_int_eq(K(rump_toy_attached()), 2);
}
END_TEST

START_TEST(pci_nobody_wants_it)
{
	struct rump_simdev *sd;

	sd = rump_simpci_create(
	    &(struct rump_simpci){ .name = "other", .dev = 1, .vendor = 0x4321 });
	ck_assert_int_eq(rump_simdev_attach(sd), ENXIO);
	/* What makes no sense is refused. */
	ck_assert_ptr_null(rump_simpci_create(&(struct rump_simpci){ .name = "again", .dev = 1 }));
	ck_assert_ptr_null(rump_simpci_create(&(struct rump_simpci){ .name = "far", .bus = 9 }));
	ck_assert_ptr_null(rump_simpci_create(
	    &(struct rump_simpci){ .name = "odd", .dev = 2, .bar = { { .size = 100 } } }));
	ck_assert_ptr_null(
	    rump_simpci_create(&(struct rump_simpci){ .name = "msix", .dev = 2, .msix = 4 }));
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("pci");
	TCase *const tc = tcase_create("pci");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, pci_functions_are_found);
	tcase_add_test(tc, pci_bars_are_sized);
	tcase_add_test(tc, pci_bars_are_mapped);
	tcase_add_test(tc, pci_configuration_space);
	tcase_add_test(tc, pci_capabilities);
	tcase_add_test(tc, pci_bad_capability_lists_end);
	tcase_add_test(tc, pci_intx);
	tcase_add_loop_test(tc, pci_messages, 0, (int)(sizeof(messages) / sizeof(messages[0])));
	tcase_add_test(tc, pci_bridges);
	tcase_add_loop_test(tc, pci_bad_bridges_are_refused, 0, 4);
	tcase_add_test(tc, pci_plugging_and_pulling);
	tcase_add_test(tc, pci_nobody_wants_it);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
