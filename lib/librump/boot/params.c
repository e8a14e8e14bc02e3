/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The environment: every RUMP_* variable of the kernel, read and checked before anything else.
 * A value that does not parse makes the boot fail with EINVAL and a line that names it.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/inttypes.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"

struct rump_params rump_params;

/* Digits only, at most max; false when it is anything else. */
static bool
parse_number(const char *s, const char **endp, uint64_t max, uint64_t *valp)
{
	uint64_t val = 0;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		const uint64_t digit = (uint64_t)(*s - '0');

		if (val > (max - digit) / 10 && (val > max / 10 || val * 10 > max - digit))
			return false;
		val = val * 10 + digit;
	}
	*endp = s;
	*valp = val;
	return val <= max;
}

static int
bad(const char *name, const char *value, const char *what)
{
	rump_console_printf("%s=%s: %s", name, value, what);
	return EINVAL;
}

/* A number from min to max, or the default when unset. */
static int
get_number(const char *name, uint64_t min, uint64_t max, uint64_t dflt, uint64_t *valp)
{
	char buf[64], what[80];
	const char *end;
	uint64_t val;
	int error;

	error = rumpuser_getenv(name, buf, sizeof(buf));
	*valp = dflt;
	if (error == ENOENT)
		return 0;
	if (error != 0)
		return bad(name, "...", "too long");
	if (!parse_number(buf, &end, max, &val) || *end != '\0' || val < min) {
		snprintf(
		    what, sizeof(what), "must be a number from %" PRIu64 " to %" PRIu64, min, max);
		return bad(name, buf, what);
	}
	*valp = val;
	return 0;
}

static int
get_ncpu(void)
{
	static const char name[] = "RUMP_NCPU";
	char buf[64];
	const char *end;
	uint64_t n;
	int error;

	error = rumpuser_getenv(name, buf, sizeof(buf));
	if (error != 0 && error != ENOENT)
		return bad(name, "...", "too long");
	if (error == ENOENT || strcmp(buf, "host") == 0) {
		error = rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, sizeof(buf));
		if (error != 0)
			return error;
		if (!parse_number(buf, &end, INT_MAX, &n) || n == 0)
			n = 1;
		rump_params.rp_ncpu = (int)MIN(n, MAXCPUS);
		return 0;
	}
	if (!parse_number(buf, &end, MAXCPUS, &n) || *end != '\0' || n == 0)
		return bad(name, buf, "must be a number from 1 to 1024, or \"host\"");
	rump_params.rp_ncpu = (int)n;
	return 0;
}

static int
get_memlimit(void)
{
	static const char name[] = "RUMP_MEMLIMIT";
	char buf[64];
	const char *end;
	uint64_t val;
	int error, shift = 0;

	rump_params.rp_memlimit = UINT64_MAX;
	error = rumpuser_getenv(name, buf, sizeof(buf));
	if (error == ENOENT)
		return 0;
	if (error != 0)
		return bad(name, "...", "too long");
	if (!parse_number(buf, &end, INT64_MAX, &val))
		return bad(name, buf, "must be a number of bytes, or one with k, m or g");
	switch (*end) {
	case 'k':
	case 'K':
		shift = 10;
		break;
	case 'm':
	case 'M':
		shift = 20;
		break;
	case 'g':
	case 'G':
		shift = 30;
		break;
	}
	if (shift != 0)
		end++;
	if (*end != '\0' || val > (uint64_t)INT64_MAX >> shift)
		return bad(name, buf, "must be a number of bytes, or one with k, m or g");
	val <<= shift;
	if (val < RUMP_MEMLIMIT_MIN)
		return bad(name, buf, "too small: a kernel needs 1m");
	rump_params.rp_memlimit = val;
	return 0;
}

static int
get_modulebase(void)
{
	static const char name[] = "RUMP_MODULEBASE";
	char *const base = rump_params.rp_modulebase;
	const int error = rumpuser_getenv(name, base, sizeof(rump_params.rp_modulebase));

	if (error == ENOENT) {
		base[0] = '\0';
		return 0;
	}
	if (error != 0)
		return bad(name, "...", "too long");
	if (strcmp(base, "0") == 0)
		base[0] = '\0';
	if (base[0] != '\0' && base[0] != '/')
		return bad(name, base, "must be an absolute path, empty or 0");
	return 0;
}

int
rump_params_init(void)
{
	uint64_t val;
	int error;

	if ((error = get_ncpu()) != 0)
		return error;
	if ((error = get_number("RUMP_VERBOSE", 0, INT_MAX, 0, &val)) != 0)
		return error;
	rump_params.rp_verbose = val != 0;
	if ((error = get_number("RUMP_THREADS", 0, INT_MAX, 1, &val)) != 0)
		return error;
	rump_params.rp_threads = val != 0;
	if ((error = get_memlimit()) != 0)
		return error;
	if ((error = get_number("RUMP_NVNODES", 16, 1 << 24, 1024, &val)) != 0)
		return error;
	rump_params.rp_nvnodes = (int)val;
	if ((error = get_number("RUMP_BLKSECTSHIFT", 9, 16, 9, &val)) != 0)
		return error;
	rump_params.rp_blksectshift = (int)val;
	if ((error = get_number("RUMP_BLKFAIL", 0, 10000, 0, &val)) != 0)
		return error;
	rump_params.rp_blkfail = (int)val;
	if ((error = get_number("RUMP_BLKFAIL_SEED", 0, UINT64_MAX, UINT64_MAX, &val)) != 0)
		return error;
	rump_params.rp_blkfail_seeded = val != UINT64_MAX;
	rump_params.rp_blkfail_seed = val;
	return get_modulebase();
}
