/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What is said of a run: the trace and its hash, and who waits for what when nobody can go on.
 *
 * The hash takes in who gave the baton to whom, when, and after how many points; no address.
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim_impl.h"

static const char *const why_names[WHY_COUNT] = {
	[RUMPUSER_POINT_ENTER] = "enter",
	[RUMPUSER_POINT_LEAVE] = "leave",
	[RUMPUSER_POINT_LOCK] = "lock",
	[RUMPUSER_POINT_UNLOCK] = "unlock",
	[RUMPUSER_POINT_SLEEP] = "sleep",
	[RUMPUSER_POINT_WAKE] = "wake",
	[RUMPUSER_POINT_SOFTINT] = "softint",
	[RUMPUSER_POINT_REF] = "reference",
	[RUMPUSER_POINT_HOST] = "host",
	[RUMPUSER_POINT_LOAD] = "load",
	[RUMPUSER_POINT_STORE] = "store",
	[RUMPUSER_POINT_SPIN] = "spin",
	[WHY_PARK] = "park",
	[WHY_JOIN] = "join",
	[WHY_END] = "end",
	[WHY_ADVANCE] = "advance",
};

static const char *const state_names[] = {
	[A_NEW] = "new",
	[A_READY] = "ready",
	[A_RUNNING] = "running",
	[A_PARKED] = "parked",
	[A_JOINING] = "joining",
	[A_ENDED] = "ended",
};

/* Past stdio, whose locks an actor without the baton may hold. */
void
rumptest__say(const char *fmt, ...)
{
	char buf[512];
	va_list ap;

	va_start(ap, fmt);
	const int n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n > 0)
		(void)!write(
		    STDERR_FILENO, buf, (size_t)n < sizeof(buf) ? (size_t)n : sizeof(buf) - 1);
}

static void
hash(uint64_t value)
{
	uint64_t h = sim.s_trace->st_hash ^ value;

	h *= UINT64_C(0x9e3779b97f4a7c15);
	sim.s_trace->st_hash = h ^ (h >> 29);
}

void
rumptest__trace_switch(struct rumpuser_sim_thread *from, struct rumpuser_sim_thread *to, int why,
    const volatile void *object)
{
	struct sim_switch *const ss = &sim.s_trace->st_ring[sim.s_trace->st_n++ % SIM_TRACE];

	ss->ss_now = sim.s_now;
	ss->ss_points = sim.s_points;
	ss->ss_from = from->a_id;
	ss->ss_to = to->a_id;
	ss->ss_why = why;
	ss->ss_object = object;
	(void)memcpy(ss->ss_name, to->a_name, sizeof(ss->ss_name));
	hash((uint64_t)from->a_id << 40 | (uint64_t)to->a_id << 8 | (uint64_t)why);
	hash(sim.s_points);
}

void
rumptest__trace_jump(void)
{
	hash((uint64_t)sim.s_now);
}

/* An address as a symbol, or as a place in a library: the same in all runs. */
static const char *
object_name(const volatile void *object, char *buf, size_t len)
{
	const uintptr_t at = (uintptr_t)object;
	Dl_info info;

	if (object == NULL)
		return "";
	if (dladdr((const void *)at, &info) == 0)
		(void)snprintf(buf, len, "%p", (const void *)at);
	else if (info.dli_sname != NULL)
		(void)snprintf(
		    buf, len, "%s+%zu", info.dli_sname, (size_t)(at - (uintptr_t)info.dli_saddr));
	else {
		const char *const slash = strrchr(info.dli_fname, '/');

		(void)snprintf(buf, len, "%s+0x%zx", slash != NULL ? slash + 1 : info.dli_fname,
		    (size_t)(at - (uintptr_t)info.dli_fbase));
	}
	return buf;
}

void
rumptest__trace_print(const struct sim_trace *t)
{
	const uint64_t first = t->st_n > SIM_TRACE ? t->st_n - SIM_TRACE : 0;
	char buf[96];

	rumptest__say("simulation: trace %016" PRIx64 ", %" PRIu64 " switches, the last:\n",
	    t->st_hash, t->st_n);
	for (uint64_t i = first; i < t->st_n; i++) {
		const struct sim_switch *const ss = &t->st_ring[i % SIM_TRACE];

		rumptest__say("  %" PRId64 ".%09" PRId64 " point %" PRIu64 ": %" PRIu32
			      " to %" PRIu32 " (%s) at %s %s\n",
		    ss->ss_now / 1000000000, ss->ss_now % 1000000000, ss->ss_points, ss->ss_from,
		    ss->ss_to, ss->ss_name, why_names[ss->ss_why],
		    object_name(ss->ss_object, buf, sizeof(buf)));
	}
}

/* What a waits for, as the simulation sees it. */
static void
waits_for(const struct rumpuser_sim_thread *a, char *buf, size_t len)
{
	char name[96];

	if (a->a_state == A_JOINING)
		(void)snprintf(
		    buf, len, " thread %" PRIu32 " (%s)", a->a_joins->a_id, a->a_joins->a_name);
	else if (a->a_state == A_PARKED && a->a_deadline != RUMPUSER_FOREVER)
		(void)snprintf(buf, len, " on %s until %" PRId64 " ns",
		    object_name(a->a_word, name, sizeof(name)), a->a_deadline);
	else if (a->a_state == A_PARKED)
		(void)snprintf(buf, len, " on %s", object_name(a->a_word, name, sizeof(name)));
	else
		buf[0] = '\0';
}

void
rumptest__report_self(struct rumpuser_sim_thread *a)
{
	char where[160], what[240];

	waits_for(a, where, sizeof(where));
	rumpuser_sim_describe(what, sizeof(what));
	rumptest__say("thread %" PRIu32 " (%s): %s%s%s%s\n", a->a_id, a->a_name,
	    state_names[a->a_state], where, what[0] != '\0' ? "; " : "", what);
	rumpuser_backtrace();
}

void
rumptest__die(const char *why)
{
	rumptest__say("simulation: %s (seed %" PRIu64 ", %" PRId64 " ns, %" PRIu64 " points)\n",
	    why, sim.s_seed, sim.s_now, sim.s_points);
	for (struct rumpuser_sim_thread *a = sim.s_actors; a != NULL; a = a->a_next) {
		if (a == rumptest__self)
			rumptest__report_self(a);
		else if (a->a_state != A_ENDED)
			rumptest__lend(a);
	}
	if (sim.s_trace == &rumptest__private_trace) /* else the searcher prints it */
		rumptest__trace_print(sim.s_trace);
	abort();
}
