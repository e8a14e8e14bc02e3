/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The place of a simulated host: <rump/rumpuser_sim.h>. */
#include "internal.h"

const struct rumpuser_sim *rumpuser_sim;

int
rumpuser_sim_set(const struct rumpuser_sim *sim)
{
	if (rumpuser__started())
		return EBUSY;
	rumpuser_sim = sim;
	return 0;
}

void
rumpuser_sim_describe(char *buf, size_t len)
{
	buf[0] = '\0';
	if (rumpuser__up.hyp_describe != NULL)
		rumpuser__up.hyp_describe(buf, len);
}
