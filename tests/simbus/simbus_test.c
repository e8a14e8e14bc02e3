/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Simulated devices, by the toy driver: the models, and for each promise a planted mistake that must be
 * caught, with the words that say what was wrong.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_bus.h>

#include "toy_ktest.h"

#define PREREAD	  1
#define POSTREAD  2
#define PREWRITE  4
#define POSTWRITE 8

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

static struct rump_simdev *sd;
static char said[512];
static unsigned called;

static void
note(const char *text)
{
	if (said[0] == '\0')
		strncpy(said, text, sizeof(said) - 1);
}

#define ck_said(words)                                                                       \
	do {                                                                                 \
		ck_assert_msg(                                                               \
		    strstr(said, words) != NULL, "said is \"%s\", not \"%s\"", said, words); \
		said[0] = '\0';                                                              \
	} while (0)
#define ck_silent() ck_assert_str_eq(said, "")

static uint64_t
call_read(void *arg, uint32_t index)
{
	return *(unsigned *)arg = 100 + index;
}

static void
call_write(void *arg, uint32_t index, uint64_t value)
{
	*(unsigned *)arg = (unsigned)(index * 1000 + value);
}

static const struct rump_simreg regs[] = {
	{ .name = "RW",
	    .offset = 0x00,
	    .width = 4,
	    .kind = RUMP_SIMREG_RW,
	    .reset = 0x10,
	    .mask = 0xff },
	{ .name = "RO", .offset = 0x04, .width = 4, .kind = RUMP_SIMREG_RO, .reset = 0x20 },
	{ .name = "WO", .offset = 0x08, .width = 4, .kind = RUMP_SIMREG_WO },
	{ .name = "W1C",
	    .offset = 0x0c,
	    .width = 4,
	    .kind = RUMP_SIMREG_W1C,
	    .reset = 0xff,
	    .mask = 0x0f },
	{ .name = "BYTE", .offset = 0x10, .width = 1, .kind = RUMP_SIMREG_RW },
	{ .name = "WIDE", .offset = 0x18, .width = 8, .kind = RUMP_SIMREG_RW },
	{ .name = "MEM", .offset = 0x20, .width = 4, .kind = RUMP_SIMREG_MEM, .count = 8 },
	{ .name = "CALL",
	    .offset = 0x40,
	    .width = 2,
	    .kind = RUMP_SIMREG_CALL,
	    .count = 4,
	    .read = call_read,
	    .write = call_write },
};

static void
make(bool edge)
{
	const struct rump_simmain desc = {
		.name = "toy",
		.arg = &called,
		.size = 0x100,
		.regs = regs,
		.nregs = sizeof(regs) / sizeof(regs[0]),
		.edge = edge,
	};

	sd = rump_simmain_create(&desc);
	ck_assert_ptr_nonnull(sd);
	ck_assert_int_eq(rump_simdev_attach(sd), 0);
	ck_assert_int_eq(K(rump_toy_map(0, 0)), 0);
}

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
	rump_simbus_onfail(note);
	said[0] = '\0';
	make(false);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

#define RD(off, width)	    K(rump_toy_read(0, 0, off, width))
#define WR(off, width, val) KV(rump_toy_write(0, 0, off, width, val))

/* ---- Registers ---- */

START_TEST(simbus_models)
{
	ck_assert_uint_eq(RD(0, 4), 0x10);
	WR(0, 4, 0xabcd);
	ck_assert_uint_eq(RD(0, 4), 0xcd);
	ck_assert_uint_eq(RD(4, 4), 0x20);
	WR(8, 4, 7);
	ck_assert_uint_eq(rump_simdev_get(sd, 0, 8), 7);
	WR(0xc, 4, 0x35);
	ck_assert_uint_eq(RD(0xc, 4), 0xfa);
	WR(0x10, 1, 0x1ff);
	ck_assert_uint_eq(RD(0x10, 1), 0xff);
	WR(0x18, 8, 0x1122334455667788);
	ck_assert_uint_eq(RD(0x18, 8), 0x1122334455667788);
	WR(0x20, 8, 0x1122334455667788);
	ck_assert_uint_eq(RD(0x22, 2), 0x5566);
	ck_assert_uint_eq(RD(0x27, 1), 0x11);
	ck_assert_uint_eq(rump_simdev_get(sd, 0, 0x24), 0x11223344);
	ck_assert_uint_eq(RD(0x44, 2), 102);
	WR(0x46, 2, 7);
	ck_assert_uint_eq(called, 3007);
	rump_simdev_set(sd, 0, 4, 0x21);
	ck_assert_uint_eq(RD(4, 4), 0x21);
	ck_assert_int_eq(K(rump_toy_peek(0, 0, 0)), 0);
	ck_assert_int_eq(K(rump_toy_peek(0, 0, 0x80)), EFAULT);
	ck_silent();
}
END_TEST

static const struct {
	unsigned off, width;
	bool write;
	const char *words;
} wrong[] = {
	{ 0x80, 4, false,
	    "toy (toy0): read of 4 bytes at 0x80 of its window where no register is" },
	{ 0x04, 4, true,
	    "write of 4 bytes at 0x4 of its window (value 0x5) of a read-only register" },
	{ 0x08, 4, false, "of a write-only register" },
	{ 0x00, 2, false, "read of 2 bytes at 0 of its window of a part of the register" },
	{ 0x02, 2, true, "of a part of the register" },
	{ 0x02, 4, false, "that is not aligned" },
	{ 0x100, 4, false, "beyond the end of the mapping" },
	{ 0xfc, 8, false, "beyond the end of the mapping" },
	{ 0x3c, 8, false, "that is not aligned" },
};

START_TEST(simbus_wrong_accesses_are_caught)
{
	if (wrong[_i].write)
		WR(wrong[_i].off, wrong[_i].width, 5);
	else
		ck_assert_uint_eq(RD(wrong[_i].off, wrong[_i].width) & 0xff, 0xff);
	ck_said(wrong[_i].words);
}
END_TEST

/* ---- Expectations ---- */

START_TEST(simbus_queue)
{
	rump_simdev_queue(sd, 0, 4, 4, 1, 2);
	rump_simdev_queue(sd, 0, 4, 4, 2, 1);
	ck_assert_uint_eq(RD(4, 4), 1);
	ck_assert_uint_eq(RD(0, 4), 0x10);
	ck_assert_uint_eq(RD(4, 4), 1);
	ck_assert_uint_eq(RD(4, 4), 2);
	ck_assert_uint_eq(RD(4, 4), 0x20);
	rump_simdev_queue(sd, 0, 4, 4, 3, 2);
	ck_assert_int_eq(rump_simdev_detach(sd, false), 0);
	rump_simdev_destroy(sd);
	ck_said("a queued read has not come: a read of 0x4, 4 bytes, value 0x3");
}
END_TEST

static void
script(enum rump_simscript order)
{
	rump_simdev_script_begin(sd, order);
	rump_simdev_expect_write(sd, 0, 0, 4, 1);
	rump_simdev_expect_read(sd, 0, 4, 4, 0xb0);
	rump_simdev_expect_read(sd, 0, 4, 4, 0xb1);
	rump_simdev_expect_write(sd, 0, 0x80, 4, 2); /* needs no register */
}

START_TEST(simbus_script_in_order)
{
	script(RUMP_SIMSCRIPT_ORDERED);
	WR(0, 4, 1);
	ck_assert_uint_eq(RD(4, 4), 0xb0);
	ck_assert_uint_eq(RD(4, 4), 0xb1);
	WR(0x80, 4, 2);
	rump_simdev_script_end(sd);
	ck_silent();
	ck_assert_uint_eq(RD(0, 4), 1); /* the model has seen it */
}
END_TEST

START_TEST(simbus_script_in_any_order)
{
	script(RUMP_SIMSCRIPT_ANY);
	WR(0x80, 4, 2);
	ck_assert_uint_eq(RD(4, 4), 0xb0);
	WR(0, 4, 1);
	ck_assert_uint_eq(RD(4, 4), 0xb1);
	rump_simdev_script_end(sd);
	ck_silent();
}
END_TEST

START_TEST(simbus_script_is_exact)
{
	script(RUMP_SIMSCRIPT_ORDERED);
	(void)RD(4, 4);
	ck_said(
	    "toy (toy0): read of 4 bytes at 0x4 of its window against the script; expected is a "
	    "write of 4 bytes at 0, value 0x1");
	WR(0, 4, 3);
	ck_said("(value 0x3) against the script; expected is a write of 4 bytes at 0, value 0x1");
	WR(0, 4, 1);
	WR(0, 4, 1);
	ck_said("expected is a read of 4 bytes at 0x4, to give 0xb0");
	rump_simdev_script_end(sd);
	ck_said("the script ends without a read of 4 bytes at 0x4, value 0xb0");
	/* A script without steps forbids all. */
	rump_simdev_script_begin(sd, RUMP_SIMSCRIPT_ANY);
	(void)RD(4, 4);
	ck_said("against the script");
	rump_simdev_script_end(sd);
	ck_silent();
}
END_TEST

/* ---- Interrupts ---- */

START_TEST(simbus_level_interrupt)
{
	ck_assert_int_eq(K(rump_toy_intr(0, 0, 1)), 1);
	ck_assert(!rump_simdev_message(sd, 0));
	ck_said("it has no edge-triggered interrupt");
	rump_simdev_intr(sd, true);
	rump_simdev_intr(sd, true);
	rump_simdev_intr(sd, false);
	ck_assert_int_eq(K(rump_toy_intrs(0, 0)), 10000); /* the toy does not quiet its card */
	KV(rump_toy_unintr(0));
}
END_TEST

START_TEST(simbus_edge_interrupt)
{
	ck_assert_int_eq(rump_simdev_detach(sd, false), 0);
	make(true);
	ck_assert_int_eq(K(rump_toy_intr(0, 0, 1)), 1);
	for (int i = 1; i <= 3; i++) {
		ck_assert(rump_simdev_message(sd, 0));
		ck_assert_int_eq(K(rump_toy_intrs(0, 0)), i);
	}
	KV(rump_toy_unintr(0));
	ck_silent();
}
END_TEST

/* ---- DMA ---- */

START_TEST(simbus_dma_by_the_book)
{
	const uint64_t addr = K(rump_toy_dma(0, true));
	uint8_t *const buf = K(rump_toy_dma_buf(0)), bytes[8];

	memcpy(buf, "to card!", 8);
	KV(rump_toy_sync(0, 0, 8, PREWRITE));
	ck_assert(rump_simdma_read(sd, addr, bytes, 8));
	ck_assert_mem_eq(bytes, "to card!", 8);
	KV(rump_toy_sync(0, 0, 8, POSTWRITE));
	KV(rump_toy_sync(0, 0, 8, PREREAD));
	ck_assert(rump_simdma_write(sd, addr + 3, "abc", 3));
	ck_assert_mem_eq(buf, "to card!", 8); /* not before the sync */
	KV(rump_toy_sync(0, 0, 8, POSTREAD));
	ck_assert_mem_eq(buf, "to abcd!", 8); /* and nothing else */
	KV(rump_toy_dma_free(0));
	ck_silent();
}
END_TEST

/* Over the segments, by their addresses. */
START_TEST(simbus_dma_segments)
{
	uint8_t *buf, byte;
	uint64_t addr, len;
	int nsegs;
	size_t off = 0;

	(void)K(rump_toy_dma(0, true));
	buf = K(rump_toy_dma_buf(0));
	for (size_t i = 0; i < TOY_DMALEN; i++)
		buf[i] = (uint8_t)(i * 13);
	KV(rump_toy_sync(0, 0, TOY_DMALEN, PREWRITE | PREREAD));
	nsegs = K(rump_toy_segs(0, 99, &addr, &len));
	ck_assert_int_ge(nsegs, 3);
	for (int i = 0; i < nsegs; i++) {
		(void)K(rump_toy_segs(0, i, &addr, &len));
		ck_assert(rump_simdma_read(sd, addr + len - 1, &byte, 1));
		ck_assert_uint_eq(byte, (uint8_t)((off + len - 1) * 13));
		off += len;
	}
	ck_silent();
	ck_assert(!rump_simdma_read(sd, addr + len, &byte, 1));
	ck_said("reads memory that no DMA map has");
	KV(rump_toy_dma_free(0));
}
END_TEST

enum {
	DMA_UNMAPPED,
	DMA_UNSYNCED_READ,
	DMA_UNSYNCED_WRITE,
	DMA_OWNED_BY_CPU,
	DMA_PART,
	DMA_STALE,
	DMA_UNLOAD,
	DMA_LOST,
	DMA_UNLOADED,
	NDMA
};
static const char *const dma_words[NDMA] = {
	[DMA_UNMAPPED] =
	    "toy (toy0): reads memory that no DMA map has: 4 bytes at bus address 0x1000",
	[DMA_UNSYNCED_READ] = "reads memory that is not synced for it by PREWRITE",
	[DMA_UNSYNCED_WRITE] = "writes memory that is not synced for it by PREREAD",
	[DMA_OWNED_BY_CPU] = "writes memory that is not synced for it by PREREAD",
	[DMA_PART] = "reads memory that is not synced for it by PREWRITE",
	[DMA_UNLOAD] = "DMA map unloaded without POSTREAD of 4 bytes that the device wrote",
	[DMA_LOST] =
	    "over 4 bytes that the device wrote and nobody has synced after it: they are lost",
	[DMA_UNLOADED] = "writes memory that no DMA map has",
};

START_TEST(simbus_dma_mistakes_are_caught)
{
	uint64_t addr = K(rump_toy_dma(0, true));
	uint8_t *const buf = K(rump_toy_dma_buf(0)), bytes[4] = { 9, 9, 9, 9 };

	switch (_i) {
	case DMA_UNMAPPED:
		(void)rump_simdma_read(sd, 0x1000, bytes, 4);
		break;
	case DMA_UNSYNCED_READ:
		KV(rump_toy_sync(0, 0, 8, PREREAD));
		(void)rump_simdma_read(sd, addr, bytes, 4);
		break;
	case DMA_UNSYNCED_WRITE:
		KV(rump_toy_sync(0, 0, 8, PREWRITE));
		(void)rump_simdma_write(sd, addr, bytes, 4);
		break;
	case DMA_OWNED_BY_CPU:
		KV(rump_toy_sync(0, 0, 8, PREREAD));
		KV(rump_toy_sync(0, 0, 8, POSTREAD));
		(void)rump_simdma_write(sd, addr, bytes, 4);
		break;
	case DMA_PART:
		KV(rump_toy_sync(0, 0, 3, PREWRITE));
		(void)rump_simdma_read(sd, addr, bytes, 4);
		break;
	case DMA_STALE: /* nobody says anything, but the driver's late change does not arrive */
		buf[0] = 1;
		KV(rump_toy_sync(0, 0, 8, PREWRITE));
		buf[0] = 2;
		ck_assert(rump_simdma_read(sd, addr, bytes, 4));
		ck_assert_uint_eq(bytes[0], 1);
		KV(rump_toy_dma_free(0));
		ck_silent();
		return;
	case DMA_UNLOAD:
		KV(rump_toy_sync(0, 0, 8, PREREAD));
		(void)rump_simdma_write(sd, addr, bytes, 4);
		KV(rump_toy_dma_free(0));
		break;
	case DMA_LOST:
		KV(rump_toy_sync(0, 0, 8, PREREAD));
		(void)rump_simdma_write(sd, addr, bytes, 4);
		KV(rump_toy_sync(0, 0, 8, PREWRITE));
		break;
	case DMA_UNLOADED:
		KV(rump_toy_sync(0, 0, 8, PREREAD));
		KV(rump_toy_dma_free(0));
		(void)rump_simdma_write(sd, addr, bytes, 4);
		break;
	}
	ck_said(dma_words[_i]);
	KV(rump_toy_dma_free(0));
}
END_TEST

/* A card that addresses 32 bits gets memory there. */
START_TEST(simbus_dma_of_32_bits)
{
	const struct rump_simmain desc = { .name = "toy", .size = 0x100, .dma_bits = 32 };
	struct rump_simdev *const old = sd;
	uint8_t bytes[2];
	uint64_t addr;

	ck_assert_int_eq(rump_simdev_detach(old, false), 0);
	sd = rump_simmain_create(&desc);
	ck_assert_int_eq(rump_simdev_attach(sd), 0);
	addr = K(rump_toy_dma(0, true));
	ck_assert_uint_ne(addr, 0);
	ck_assert_uint_lt(addr, 1ULL << 32);
	memset(K(rump_toy_dma_buf(0)), 5, TOY_DMALEN);
	KV(rump_toy_sync(0, 0, TOY_DMALEN, PREWRITE | PREREAD));
	ck_assert(rump_simdma_read(sd, addr + TOY_DMALEN - 2, bytes, 2)); /* one segment */
	ck_assert_uint_eq(bytes[1], 5);
	ck_assert(rump_simdma_write(sd, addr + 4, "x", 1));
	KV(rump_toy_sync(0, 4, 1, POSTREAD));
	ck_assert_uint_eq(K(rump_toy_dma_buf(0))[4], 'x');
	KV(rump_toy_dma_free(0));
	ck_silent();
}
END_TEST

/* ---- After the detach ---- */

START_TEST(simbus_what_is_kept_is_caught)
{
	static const char *const words[] = {
		"after the detach its window is still mapped, 256 bytes from 0",
		"after the detach there is still an interrupt handler",
		"after the detach there are still 1 DMA maps", ""
	};

	if (_i != 0)
		KV(rump_toy_unmap(0, 0));
	if (_i == 1)
		ck_assert_int_eq(K(rump_toy_intr(0, 0, 1)), 1);
	if (_i == 2)
		(void)K(rump_toy_dma(0, true));
	KV(rump_toy_careless(0));
	ck_assert_int_eq(rump_simdev_detach(sd, false), 0);
	if (_i == 3)
		ck_silent();
	else
		ck_said(words[_i]);
	if (_i == 0) {
		ck_assert_uint_eq(K(rump_toy_ghost_read(4)), 0xffffffff);
		ck_said("read of 4 bytes at 0x4 of its window after the detach");
	}
	exit(EXIT_SUCCESS); /* a kernel with that in it cannot be halted */
}
END_TEST

START_TEST(simbus_use_after_detach_is_caught)
{
	uint8_t byte;

	ck_assert_int_eq(rump_simdev_detach(sd, false), 0);
	ck_silent();
	ck_assert(!rump_simdma_read(sd, 0x1000, &byte, 1));
	ck_said("is at work after the detach");
	ck_assert_int_eq(rump_simdev_detach(sd, false), ENXIO);
	ck_assert_int_eq(rump_simdev_attach(sd), 0);
	rump_simdev_destroy(sd);
	ck_said("destroyed while it is attached");
	exit(EXIT_SUCCESS);
}
END_TEST

/* A pulled device reads all ones, and its driver goes. */
START_TEST(simbus_pulled)
{
	rump_simdev_queue(sd, 0, 4, 4, 1, 1);
	ck_assert_int_eq(rump_simdev_detach(sd, true), 0);
	ck_assert_int_eq(K(rump_toy_attached()), 0);
	ck_silent();
}
END_TEST

/* Without anybody to tell, the program ends. */
START_TEST(simbus_failure_ends_the_program)
{
	rump_simbus_onfail(NULL);
	(void)RD(0x80, 4);
}
END_TEST

START_TEST(simbus_unmapped_handle_ends_the_program)
{
	KV(rump_toy_unmap(0, 0));
	(void)RD(0, 4);
}
END_TEST

static const struct rump_simreg odd[] = {
	{ .name = "odd", .offset = 2, .width = 4 },
	{ .name = "wide", .offset = 0, .width = 3 },
	{ .name = "far", .offset = 0x100, .width = 4 },
	{ .name = "many", .offset = 0, .width = 4, .count = 5 },
	{ .name = "call", .offset = 0, .width = 4, .kind = RUMP_SIMREG_CALL },
	{ .name = NULL, .offset = 0, .width = 4 },
};

START_TEST(simbus_senseless_registers_are_refused)
{
	const struct rump_simmain desc = {
		.name = "odd", .size = 0x100, .regs = &odd[_i], .nregs = 1
	};

	ck_assert_ptr_null(rump_simmain_create(&desc));
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("simbus");
	TCase *const tc = tcase_create("simbus");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, simbus_models);
	tcase_add_loop_test(
	    tc, simbus_wrong_accesses_are_caught, 0, (int)(sizeof(wrong) / sizeof(wrong[0])));
	tcase_add_test(tc, simbus_queue);
	tcase_add_test(tc, simbus_script_in_order);
	tcase_add_test(tc, simbus_script_in_any_order);
	tcase_add_test(tc, simbus_script_is_exact);
	tcase_add_test(tc, simbus_level_interrupt);
	tcase_add_test(tc, simbus_edge_interrupt);
	tcase_add_test(tc, simbus_dma_by_the_book);
	tcase_add_test(tc, simbus_dma_segments);
	tcase_add_loop_test(tc, simbus_dma_mistakes_are_caught, 0, NDMA);
	tcase_add_test(tc, simbus_dma_of_32_bits);
	tcase_add_loop_test(tc, simbus_what_is_kept_is_caught, 0, 4);
	tcase_add_test(tc, simbus_use_after_detach_is_caught);
	tcase_add_test(tc, simbus_pulled);
	tcase_add_test_raise_signal(tc, simbus_failure_ends_the_program, SIGABRT);
	tcase_add_test_raise_signal(tc, simbus_unmapped_handle_ends_the_program, SIGABRT);
	tcase_add_loop_test(
	    tc, simbus_senseless_registers_are_refused, 0, (int)(sizeof(odd) / sizeof(odd[0])));
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
