/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The simulated world, as the files of sim*.c see it; README.md has the model.
 *
 * All state is the baton holder's; where it is somebody else's, it is said.
 */
#ifndef SIM_IMPL_H
#define SIM_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rump/rumptest.h>
#include <rump/rumpuser_sim.h>

#define SIM_EPOCH_NS  INT64_C(1000000000)	   /* the clock's first reading */
#define SIM_WALL_NS   INT64_C(1000000000000000000) /* the wall clock's then */
#define SIM_SPIN_NS   1000     /* what a look in vain costs when all look in vain */
#define SIM_READS_MAX 1000     /* of a clock that stands still, until they count as spinning */
#define SIM_LIVELOCK  10000000 /* points without any of the test's own actors waiting */
#define SIM_WORK      65536    /* points without time passing that take SIM_WORK_NS after all */
#define SIM_WORK_NS   1000000
#define SIM_UNFAIR    1024 /* points that an actor may pass while others are READY */
#define SIM_PATIENCE_NS \
	INT64_C(3600000000000) /* of timers that wake none of the test's own actors */
#define SIM_TRACE 64	       /* switches remembered */

enum actor_state { A_NEW, A_READY, A_RUNNING, A_PARKED, A_JOINING, A_ENDED };

/* a_baton; futex word, stored by the holder and by who is lent it. */
enum { BATON_NONE, BATON_RUN, BATON_REPORT };

/* One host thread that takes part. */
struct rumpuser_sim_thread {
	uint32_t a_baton; /* (a) */
	uint32_t a_id;	  /* in the order of making, from 0 */
	enum actor_state a_state;
	bool a_test;	 /* the test's own, not the kernel's */
	bool a_last;	 /* PARKED by rumptest_advance(): woken after all others of that time */
	bool a_timedout; /* the deadline woke it */
	bool a_ending;	 /* (o) its destructors have been called once */
	bool a_spinning; /* READY, but only after a_spunat */
	uint64_t a_spunat;
	uint64_t a_order;	/* FIFO among the READY, or among the PARKED */
	int64_t a_priority;	/* PCT: the highest runs */
	const uint32_t *a_word; /* PARKED on it; NULL: for time alone */
	int64_t a_deadline;
	struct rumpuser_sim_thread *a_joins;
	struct rumpuser_sim_thread *a_next; /* in the order of making */
	char a_name[16];
};

/* What a switch was made for, beside enum rumpuser_point. */
enum { WHY_PARK = RUMPUSER_POINT_COUNT, WHY_JOIN, WHY_END, WHY_ADVANCE, WHY_COUNT };

/* One switch: at a moment of virtual time an actor gave the baton to another. */
struct sim_switch {
	int64_t ss_now;
	uint64_t ss_points;
	uint32_t ss_from, ss_to;
	int ss_why;
	const volatile void *ss_object;
	char ss_name[16]; /* of the actor that goes on */
};

/* Shared with the searching parent when there is one. */
struct sim_trace {
	uint64_t st_hash;
	uint64_t st_n; /* switches */
	struct sim_switch st_ring[SIM_TRACE];
};

struct sim_rng {
	uint64_t r_s[4];
};

/* Names with linkage begin with rumptest_: the library is static, and the program a test's. */
#define sim rumptest__sim
extern struct sim {
	bool s_on;
	uint64_t s_seed;
	int64_t s_now;
	uint64_t s_points;   /* passed so far */
	uint64_t s_next;     /* the point at which there is something to decide */
	uint64_t s_order;    /* last a_order given out */
	uint64_t s_switched; /* s_points at the last switch */
	uint64_t s_waited;   /* s_points when one of the test's own actors last waited */
	bool s_busy;	     /* deciding: a signal handler's points are none */
	uint64_t s_moved;    /* s_points when the clock last moved */
	unsigned s_reads;    /* of the clock since then */
	uint64_t s_spins;    /* times that everybody spun since a point */
	uint64_t s_spunat;   /* that point */
	int64_t s_testran;   /* when an actor of the test's last ran */
	uint32_t s_nextid;
	struct rumpuser_sim_thread *s_actors, **s_end;
	struct rumpuser_sim_thread *s_main;
	struct sim_rng s_random;
	struct sim_trace *s_trace;
} sim;
extern __thread struct rumpuser_sim_thread *rumptest__self; /* NULL: no actor */

/* sim.c */
extern struct sim_trace rumptest__private_trace;
void rumptest__begin_traced(uint64_t seed, struct sim_trace *trace);

/* sim_actor.c */
struct rumpuser_sim_thread *rumptest__actor_new(const char *name, bool test);
void rumptest__actor_free(struct rumpuser_sim_thread *a);
void rumptest__actor_begin(struct rumpuser_sim_thread *a);
void rumptest__actor_join(struct rumpuser_sim_thread *a);
int rumptest__park(const uint32_t *word, uint32_t expect, int64_t deadline_ns);
void rumptest__unpark(const uint32_t *word, int n);
void rumptest__point(enum rumpuser_point kind, const volatile void *object);
void rumptest__spin(const volatile void *object);
void rumptest__ready(struct rumpuser_sim_thread *a);
/* The caller, whose state says that it cannot run, or READY, lets the one chosen run. */
void rumptest__yield(int why, const volatile void *object);
/* Have a print itself, on its own thread, and wait for that. */
void rumptest__lend(struct rumpuser_sim_thread *a);
/* The thread must be an actor: end the process otherwise. */
struct rumpuser_sim_thread *rumptest__need_actor(const char *what);

/* rumptest__clock.c */
int64_t rumptest__clock(enum rumpuser_clock clock);
/* Time passes for those who work or spin; those PARKED that are due become READY. */
void rumptest__clock_pass(int64_t ns);
void rumptest__clock_spin(void);
/* Jump to the earliest deadline.  False: there is none, or nothing that may still happen. */
bool rumptest__clock_jump(void);

/* sim_choice.c */
uint64_t rumptest__rng_next(struct sim_rng *r);
void rumptest__rng_seed(struct sim_rng *r, uint64_t seed);
void rumptest__choice_begin(uint64_t seed);
/* The schedule's drawn points are counted from here. */
void rumptest__choice_restart(void);
void rumptest__choice_actor(struct rumpuser_sim_thread *a);
/* a has become READY, or will be when others have done something. */
void rumptest__choice_ready(const struct rumpuser_sim_thread *a);
void rumptest__choice_spins(struct rumpuser_sim_thread *a);
/* s_next has come: decide whether the runner gives way, and set the next. */
bool rumptest__choice_due(void);
/* One of the READY that may go on, or NULL. */
struct rumpuser_sim_thread *rumptest__choice_pick(void);

/* sim_report.c */
void rumptest__trace_switch(struct rumpuser_sim_thread *from, struct rumpuser_sim_thread *to,
    int why, const volatile void *object);
void rumptest__trace_jump(void);
void rumptest__trace_print(const struct sim_trace *t);
void rumptest__say(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
/* One line about a and, on its own thread, its stack. */
void rumptest__report_self(struct rumpuser_sim_thread *a);
/* Everybody's state to stderr; abort(). */
void rumptest__die(const char *why) __attribute__((__noreturn__));

#endif /* SIM_IMPL_H */
