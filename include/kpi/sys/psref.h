/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * psref(9): passive references, cheap to take and slow to wait for.
 *
 * A reference is an entry on a list of the virtual CPU where it was taken.  Each list has a lock of
 * its own, so that the holder may be on another CPU when it lets go: binding (curlwp_bind()) is not
 * needed, and no cache line is written that others write as well.
 */
#ifndef KPI_SYS_PSREF_H
#define KPI_SYS_PSREF_H

#include <sys/types.h>
#include <sys/lwp.h>

struct lwp;
struct psref_class;
typedef struct psref_class psref_class_t;

/* Locks: (i) immutable while held, (c) the lock of the list psref_cpu. */
struct psref {
	struct psref *psref_next;		 /* (c) */
	struct psref *psref_prev;		 /* (c) */
	const struct psref_target *psref_target; /* (i) */
	struct lwp *psref_lwp;			 /* (i) */
	void *psref_cpu;			 /* (i) the list that it is on */
};

/* Locks: (a) atomic, (i) immutable. */
struct psref_target {
	struct psref_class *prt_class; /* (i) */
	bool prt_draining;	       /* (a) */
};

__BEGIN_DECLS
/* sleeps.  ipl: the highest level at which references are taken. */
struct psref_class *psref_class_create(const char *name, int ipl);
void psref_class_destroy(struct psref_class *pc);

void psref_target_init(struct psref_target *t, struct psref_class *pc);
/* Wait until nobody holds a reference; new ones were made impossible before.  sleeps. */
void psref_target_destroy(struct psref_target *t, struct psref_class *pc);

/*
 * ctx: a read section or another reference guarantees that the target is there.  sleeps: never.
 * The reference may be held over sleeps.  It is released by the lwp that took it.
 */
void psref_acquire(struct psref *ref, const struct psref_target *t, struct psref_class *pc);
void psref_release(struct psref *ref, const struct psref_target *t, struct psref_class *pc);
/* pto becomes a second reference to pfrom's target. */
void psref_copy(struct psref *pto, const struct psref *pfrom, struct psref_class *pc);
/* Whether the caller's lwp holds a reference.  For assertions alone. */
bool psref_held(const struct psref_target *t, struct psref_class *pc);

__END_DECLS

#endif /* KPI_SYS_PSREF_H */
