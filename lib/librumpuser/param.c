/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Parameters of the host and the environment.
 */
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define CPUS_MAX (1 << 16)

/* CPUs that this process may run on; those online where there is no affinity. */
static long
host_ncpu(void)
{
#if defined(__linux__) && defined(CPU_ALLOC)
	/* The mask's size is not known: larger ones are tried until the host takes one. */
	for (int max = 1024; max <= CPUS_MAX; max *= 2) {
		const size_t size = CPU_ALLOC_SIZE(max);
		cpu_set_t *const set = CPU_ALLOC(max);

		if (set == NULL)
			break;
		const int r = sched_getaffinity(0, size, set);
		const long n = r == 0 ? CPU_COUNT_S(size, set) : 0;
		CPU_FREE(set);
		if (n > 0)
			return n;
		if (errno != EINVAL)
			break;
	}
#endif
	return sysconf(_SC_NPROCESSORS_ONLN);
}

int
rumpuser_getparam(enum rumpuser_param param, char *buf, size_t buflen)
{
	KEEP_ERRNO;
	char host[HOST_NAME_MAX + 1];
	long ncpu;
	int n;

	switch (param) {
	case RUMPUSER_PARAM_NCPU:
		ncpu = SIMULATED() ? rumpuser_sim->rs_ncpu : host_ncpu();
		n = snprintf(buf, buflen, "%ld", ncpu > 0 ? ncpu : 1);
		break;
	case RUMPUSER_PARAM_HOSTNAME:
		if (SIMULATED()) {
			n = snprintf(buf, buflen, "rump-sim");
			break;
		}
		if (gethostname(host, sizeof(host)) == -1)
			(void)strcpy(host, "localhost");
		host[sizeof(host) - 1] = '\0';
		n = snprintf(buf, buflen, "rump-%ld.%s", (long)getpid(), host);
		break;
	default:
		return EINVAL;
	}
	return n >= 0 && (size_t)n < buflen ? 0 : ENAMETOOLONG;
}

int
rumpuser_getenv(const char *name, char *buf, size_t buflen)
{
	const char *const value = getenv(name);

	if (value == NULL)
		return ENOENT;
	const size_t len = strlen(value);
	if (len >= buflen)
		return ENAMETOOLONG;
	(void)memcpy(buf, value, len + 1);
	return 0;
}
