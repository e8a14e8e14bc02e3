/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The slots of the device switches: devsw.c has the model. */
#ifndef RUMP_DEVSW_VAR_H
#define RUMP_DEVSW_VAR_H

#include <sys/types.h>

#define DEVSW_MAJORS   512 /* of each kind */
#define DEVSW_FIRST    128 /* majors given out on request start here */
#define DEVSW_NAMESIZE 16

/* Locks: (d) devsw_lock, (a) atomic. */
struct devsw_slot {
	const void *ds_sw;	      /* (a) written with (d) */
	uint32_t ds_calls;	      /* (a) threads in the driver */
	uint32_t ds_draining;	      /* (a) devsw_detach() waits */
	char ds_name[DEVSW_NAMESIZE]; /* (d) "" when the slot is empty */
};

extern struct devsw_slot devsw_bslots[DEVSW_MAJORS], devsw_cslots[DEVSW_MAJORS];
#define bslots devsw_bslots
#define cslots devsw_cslots

/* The last call has left a slot that is being detached. */
void devsw_drained(void);

/* The driver of dev, which stays attached until devsw_leave(); NULL: none. */
static inline const void *
devsw_enter(struct devsw_slot *slots, dev_t dev)
{
	const uint32_t maj = (uint32_t)major(dev);
	struct devsw_slot *ds;
	const void *sw;

	if (maj >= DEVSW_MAJORS)
		return NULL;
	ds = &slots[maj];
	__atomic_add_fetch(&ds->ds_calls, 1, __ATOMIC_SEQ_CST);
	sw = __atomic_load_n(&ds->ds_sw, __ATOMIC_SEQ_CST);
	if (__predict_true(sw != NULL))
		return sw;
	if (__atomic_sub_fetch(&ds->ds_calls, 1, __ATOMIC_SEQ_CST) == 0 &&
	    __atomic_load_n(&ds->ds_draining, __ATOMIC_SEQ_CST) != 0)
		devsw_drained();
	return NULL;
}

static inline void
devsw_leave(struct devsw_slot *slots, dev_t dev)
{
	struct devsw_slot *const ds = &slots[major(dev)];

	if (__atomic_sub_fetch(&ds->ds_calls, 1, __ATOMIC_SEQ_CST) == 0 &&
	    __predict_false(__atomic_load_n(&ds->ds_draining, __ATOMIC_SEQ_CST) != 0))
		devsw_drained();
}

#endif /* RUMP_DEVSW_VAR_H */
