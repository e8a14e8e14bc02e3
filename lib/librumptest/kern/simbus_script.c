/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Expectations: values that are queued for reads, scripts of accesses. */
#include "simbus.h"

static bool
same_place(const struct simstep *ss, int window, bus_size_t off, unsigned width)
{
	return ss->ss_window == window && ss->ss_off == off && ss->ss_width == width;
}

/* One time less; it is freed when it was the last.  locks: sim_lock. */
static void
step_done(struct simsteps *list, struct simstep *ss)
{
	if (--ss->ss_times > 0)
		return;
	TAILQ_REMOVE(list, ss, ss_list);
	kmem_intr_free(ss, sizeof(*ss));
}

/* The queue of a register; false: it is empty. */
static bool
queue_take(struct rump_simdev *sd, int window, bus_size_t off, unsigned width, uint64_t *valuep)
{
	struct simstep *ss;

	TAILQ_FOREACH (ss, &sd->sd_queue, ss_list)
		if (same_place(ss, window, off, width))
			break;
	if (ss == NULL)
		return false;
	*valuep = ss->ss_value;
	step_done(&sd->sd_queue, ss);
	return true;
}

static bool
step_fits(const struct simstep *ss, int window, bus_size_t off, unsigned width, bool write,
    uint64_t value)
{
	return ss->ss_write == write && same_place(ss, window, off, width) &&
	    (!write || ss->ss_value == value);
}

enum simscript_verdict
simscript_access(struct rump_simdev *sd, int window, bus_size_t off, unsigned width, bool write,
    uint64_t *valuep, struct simstep *want)
{
	struct simstep *ss;

	KASSERT(mutex_owned(&sim_lock));
	if (!sd->sd_scripted)
		return !write && queue_take(sd, window, off, width, valuep) ? SIMSCRIPT_VALUE
									    : SIMSCRIPT_FREE;
	TAILQ_FOREACH (ss, &sd->sd_script, ss_list) {
		if (step_fits(ss, window, off, width, write, *valuep)) {
			*valuep = ss->ss_value;
			step_done(&sd->sd_script, ss);
			return write ? SIMSCRIPT_SEEN : SIMSCRIPT_VALUE;
		}
		if (sd->sd_order == RUMP_SIMSCRIPT_ORDERED)
			break;
	}
	if (ss != NULL)
		*want = *ss;
	return SIMSCRIPT_WRONG;
}

/* Forget all; the first that was left is told. */
void
simscript_clear(struct rump_simdev *sd, const char **leftp, struct simstep *left)
{
	struct simsteps *const lists[] = { &sd->sd_script, &sd->sd_queue };
	static const char *const names[] = { "what the script says", "a queued read" };
	struct simstep *ss;

	mutex_enter(&sim_lock);
	for (size_t i = 0; i < __arraycount(lists); i++)
		while ((ss = TAILQ_FIRST(lists[i])) != NULL) {
			if (leftp != NULL && *leftp == NULL) {
				*leftp = names[i];
				*left = *ss;
			}
			TAILQ_REMOVE(lists[i], ss, ss_list);
			kmem_intr_free(ss, sizeof(*ss));
		}
	sd->sd_scripted = false;
	mutex_exit(&sim_lock);
}

/* ---- For tests ---- */

static void
step_add(struct rump_simdev *sd, struct simsteps *list, const struct simstep *step)
{
	const enum simbus_entry e = simbus_enter();
	struct simstep *ss;

	if (e == SIMBUS_NO)
		return;
	ss = kmem_intr_alloc(sizeof(*ss), KM_NOSLEEP);
	if (ss == NULL)
		panic("simulated device %s: no memory for a script", sd->sd_name);
	*ss = *step;
	mutex_enter(&sim_lock);
	TAILQ_INSERT_TAIL(list, ss, ss_list);
	mutex_exit(&sim_lock);
	simbus_leave(e);
}

void
rump_simdev_queue(
    struct rump_simdev *sd, int window, uint32_t off, uint32_t width, uint64_t value, unsigned n)
{
	if (n > 0)
		step_add(sd, &sd->sd_queue,
		    &(struct simstep){ .ss_window = window,
			.ss_off = off,
			.ss_width = width,
			.ss_value = value,
			.ss_times = n });
}

void
rump_simdev_expect_read(
    struct rump_simdev *sd, int window, uint32_t off, uint32_t width, uint64_t value)
{
	step_add(sd, &sd->sd_script,
	    &(struct simstep){ .ss_window = window,
		.ss_off = off,
		.ss_width = width,
		.ss_value = value,
		.ss_times = 1 });
}

void
rump_simdev_expect_write(
    struct rump_simdev *sd, int window, uint32_t off, uint32_t width, uint64_t value)
{
	step_add(sd, &sd->sd_script,
	    &(struct simstep){ .ss_window = window,
		.ss_off = off,
		.ss_width = width,
		.ss_write = true,
		.ss_value = value,
		.ss_times = 1 });
}

void
rump_simdev_script_begin(struct rump_simdev *sd, enum rump_simscript order)
{
	const enum simbus_entry e = simbus_enter();

	if (e == SIMBUS_NO)
		return;
	mutex_enter(&sim_lock);
	sd->sd_scripted = true;
	sd->sd_order = order;
	mutex_exit(&sim_lock);
	simbus_leave(e);
}

void
rump_simdev_script_end(struct rump_simdev *sd)
{
	const enum simbus_entry e = simbus_enter();
	struct simstep *ss, left = { .ss_width = 0 };

	if (e == SIMBUS_NO)
		return;
	mutex_enter(&sim_lock);
	sd->sd_scripted = false;
	while ((ss = TAILQ_FIRST(&sd->sd_script)) != NULL) {
		if (left.ss_width == 0)
			left = *ss;
		TAILQ_REMOVE(&sd->sd_script, ss, ss_list);
		kmem_intr_free(ss, sizeof(*ss));
	}
	mutex_exit(&sim_lock);
	if (left.ss_width != 0)
		simbus_fail(sd, "the script ends without a %s of %u bytes at %#x, value %#jx",
		    left.ss_write ? "write" : "read", left.ss_width, left.ss_off,
		    (uintmax_t)left.ss_value);
	simbus_leave(e);
}
