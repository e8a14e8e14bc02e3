/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * libFuzzer target: any bytes as a frame.  What is parsed without complaint is emitted, and is the same frame when it is
 * parsed again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rumptest_frame.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[1 << 17], again[1 << 17];
	static char line[300], line2[300], dump[1000];
	struct rumptest_frame f, g;
	size_t len;

	rumptest_frame_parse(&f, data, size);
	rumptest_frame_line(&f, line, sizeof(line));
	rumptest_frame_dump(data, size, dump, sizeof(dump));
	len = rumptest_frame_emit(&f, bytes, sizeof(bytes));
	if (f.f_wrong != NULL)
		return 0;
	rumptest_frame_parse(&g, bytes, len);
	rumptest_frame_line(&g, line2, sizeof(line2));
	if (len != size || strcmp(line, line2) != 0 ||
	    rumptest_frame_emit(&g, again, sizeof(again)) != len || memcmp(bytes, again, len) != 0)
		abort();
	return 0;
}
