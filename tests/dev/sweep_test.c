/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* fuzz/devnode_fuzz.c for a moment, with inputs from a fixed seed: for builds without libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define ROUNDS 20000

static uint64_t
next(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

int
main(int argc, char **argv)
{
	/* Commands that drivers have, so that more than the switch is reached. */
	static const uint8_t groups[] = { 'R', 'd', 'f', 't', 'i', 0x54, 0x12, 0x89 };
	uint8_t input[32];

	if (LLVMFuzzerInitialize(&argc, &argv) != 0)
		return EXIT_FAILURE;
	for (int i = 0; i < ROUNDS; i++) {
		for (size_t b = 0; b < sizeof(input); b++)
			input[b] = (uint8_t)next();
		for (size_t b = 3; b < sizeof(input); b += 8)
			if (next() % 2 == 0)
				input[b] = groups[next() % sizeof(groups)];
		(void)LLVMFuzzerTestOneInput(input, sizeof(input));
	}
	return rump_sys_reboot(RUMP_RB_HALT, NULL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
