/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The simulated link: frames under way, by the time at which they arrive.
 *
 *	send --fate--> the wire (p_rate_bps) --delay, jitter--> due --timer--> receive of the other end
 *
 * A frame that is lost on the way has had its time on the wire; it is taken out when it would have arrived.  l_lock
 * (a host's mutex) guards all but what does not change.  It is a leaf: nothing of the kernel's is called with it held, for
 * in a simulated world who calls the kernel may lose the baton, and another would wait for the lock and not for the
 * baton.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "kern/simtimer.h"
#include "simlink_impl.h"

#define MIN_TRANSIT_NS	   1000 /* so that two ends that answer each other take time */
#define DEFAULT_REORDER_NS 1000000

struct inflight {
	TAILQ_ENTRY(inflight) i_list;
	int64_t i_wire_ns; /* it is on the wire until then */
	int64_t i_due_ns;
	bool i_lost;
	size_t i_len;
	uint8_t i_bytes[];
};

struct end {
	rumptest_receive_t *e_receive; /* of what comes out here */
	void *e_arg;
	/* Of what is sent into here: */
	struct rumptest_path e_path;
	unsigned e_lose;
	int64_t e_wire_ns;  /* the wire is free from then on */
	int64_t e_order_ns; /* what is in order comes no earlier */
	uint32_t e_inflight;
	TAILQ_HEAD(inflights, inflight) e_queue; /* by i_due_ns, first come first */
	struct rumptest_linkcount e_count;
};

struct rumptest_link {
	pthread_mutex_t l_lock;
	struct rump_simtimer *l_timer;
	uint64_t l_seed;
	int l_capture; /* a descriptor, or -1 */
	struct end l_ends[2];
};

/* ---- Sending ---- */

/* locks: l_lock. */
static uint32_t
waiting(const struct end *e, int64_t now)
{
	const struct inflight *i;
	uint32_t n = 0;

	TAILQ_FOREACH (i, &e->e_queue, i_list)
		n += i->i_wire_ns > now;
	return n;
}

/* locks: l_lock. */
static int
admit(struct end *e, size_t len, int64_t now)
{
	const struct rumptest_path *const p = &e->e_path;

	e->e_count.c_sent++;
	if (len > (p->p_mtu != 0 ? p->p_mtu : RUMPTEST_LINK_MAXFRAME)) {
		e->e_count.c_toolong++;
		return EMSGSIZE;
	}
	if (e->e_inflight >= RUMPTEST_LINK_INFLIGHT ||
	    (p->p_rate_bps != 0 && p->p_queue != 0 && waiting(e, now) > p->p_queue)) {
		e->e_count.c_overrun++;
		return ENOBUFS;
	}
	return 0;
}

/* locks: l_lock. */
static void
queue(struct end *e, struct inflight *i)
{
	struct inflight *before = TAILQ_LAST(&e->e_queue, inflights);

	while (before != NULL && before->i_due_ns > i->i_due_ns)
		before = TAILQ_PREV(before, inflights, i_list);
	if (before != NULL)
		TAILQ_INSERT_AFTER(&e->e_queue, before, i, i_list);
	else
		TAILQ_INSERT_HEAD(&e->e_queue, i, i_list);
	e->e_inflight++;
}

static struct inflight *
inflight_new(const void *frame, size_t len)
{
	struct inflight *const i = malloc(sizeof(*i) + len);

	if (i != NULL) {
		i->i_len = len;
		memcpy(i->i_bytes, frame, len);
	}
	return i;
}

/* When it will have left, and come.  locks: l_lock. */
static void
travel(struct end *e, struct inflight *i, const struct rumptest__fate *ft, int64_t now)
{
	const struct rumptest_path *const p = &e->e_path;
	const int64_t start = now > e->e_wire_ns ? now : e->e_wire_ns;
	const int64_t late = p->p_reorder_ns > 0 ? p->p_reorder_ns : DEFAULT_REORDER_NS;
	int64_t transit = (p->p_delay_ns > 0 ? p->p_delay_ns : 0) + ft->ft_jitter_ns;

	i->i_wire_ns = start;
	if (p->p_rate_bps != 0)
		i->i_wire_ns += (int64_t)((double)i->i_len * 8e9 / (double)p->p_rate_bps);
	e->e_wire_ns = i->i_wire_ns;
	transit = transit < MIN_TRANSIT_NS ? MIN_TRANSIT_NS : transit;
	i->i_due_ns = i->i_wire_ns + transit;
	if (i->i_due_ns < e->e_order_ns)
		i->i_due_ns = e->e_order_ns;
	if (ft->ft_reordered)
		i->i_due_ns += late;
	else
		e->e_order_ns = i->i_due_ns;
}

/* The frame i, and maybe its copy, are on their way.  locks: l_lock. */
static void
send_off(
    struct end *e, struct inflight *i, struct inflight *copy, struct rumptest__fate ft, int64_t now)
{
	struct rumptest_linkcount *const c = &e->e_count;

	if (e->e_lose > 0) {
		e->e_lose--;
		ft.ft_lost = true;
	}
	i->i_lost = ft.ft_lost;
	travel(e, i, &ft, now);
	queue(e, i);
	c->c_lost += ft.ft_lost;
	if (ft.ft_lost) {
		free(copy);
		return;
	}
	c->c_reordered += ft.ft_reordered;
	c->c_corrupted += ft.ft_corrupted;
	if (ft.ft_corrupted)
		i->i_bytes[ft.ft_at] ^= ft.ft_flip;
	if (copy != NULL) {
		c->c_duplicated++;
		memcpy(copy, i, sizeof(*i) + i->i_len);
		queue(e, copy);
	}
}

int
rumptest_link_send(struct rumptest_link *link, int end, const void *frame, size_t len)
{
	struct end *const e = &link->l_ends[end];
	const int64_t now = rump_simtimer_now();
	struct inflight *const i = len != 0 ? inflight_new(frame, len) : NULL;
	struct inflight *copy = NULL;
	struct rumptest__fate ft;
	int64_t due = RUMP_SIMTIMER_NEVER;
	int error;

	if (i == NULL)
		return len == 0 ? EINVAL : ENOBUFS;
	pthread_mutex_lock(&link->l_lock);
	error = admit(e, len, now);
	if (error == 0) {
		ft = rumptest__fate(link->l_seed, end, e->e_count.c_sent, &e->e_path, len);
		if (ft.ft_duplicated && (copy = inflight_new(frame, len)) == NULL)
			error = ENOBUFS;
	}
	if (error == 0) {
		send_off(e, i, copy, ft, now);
		due = TAILQ_FIRST(&e->e_queue)->i_due_ns;
	}
	pthread_mutex_unlock(&link->l_lock);
	if (error != 0)
		free(i);
	else
		rump_simtimer_set(link->l_timer, due);
	return error;
}

/* ---- Arriving ---- */

/* The frame that is due first, into *endp; NULL: none by now, and *nextp is when.  locks: l_lock. */
static struct inflight *
first_due(struct rumptest_link *link, int64_t now, int *endp, int64_t *nextp)
{
	struct inflight *first = NULL;

	for (int end = 0; end < 2; end++) {
		struct inflight *const i = TAILQ_FIRST(&link->l_ends[end].e_queue);

		if (i != NULL && (first == NULL || i->i_due_ns < first->i_due_ns)) {
			first = i;
			*endp = end;
		}
	}
	*nextp = first != NULL ? first->i_due_ns : RUMP_SIMTIMER_NEVER;
	if (first == NULL || first->i_due_ns > now)
		return NULL;
	TAILQ_REMOVE(&link->l_ends[*endp].e_queue, first, i_list);
	link->l_ends[*endp].e_inflight--;
	return first;
}

/* locks: l_lock. */
static void
arrived(struct rumptest_link *link, int end, const struct inflight *i)
{
	struct rumptest_linkcount *const c = &link->l_ends[end].e_count;
	int error;

	c->c_delivered++;
	c->c_bytes += i->i_len;
	c->c_hash = rumptest__hash(c->c_hash, i->i_bytes, i->i_len);
	c->c_nobody += link->l_ends[1 - end].e_receive == NULL;
	if (link->l_capture == -1)
		return;
	error = rumptest__pcap_write(link->l_capture, i->i_due_ns, i->i_bytes, i->i_len);
	if (error != 0) {
		fprintf(stderr, "simulated link: the capture: %s\n", strerror(error));
		abort();
	}
}

/* ctx: the timer's. */
static long long
deliver(void *arg)
{
	struct rumptest_link *const link = arg;
	const int64_t now = rump_simtimer_now();
	rumptest_receive_t *receive;
	void *receive_arg;
	struct inflight *i;
	int64_t next;
	int end;

	for (;;) {
		pthread_mutex_lock(&link->l_lock);
		i = first_due(link, now, &end, &next);
		if (i != NULL && !i->i_lost)
			arrived(link, end, i);
		receive = i != NULL && !i->i_lost ? link->l_ends[1 - end].e_receive : NULL;
		receive_arg = link->l_ends[i != NULL ? 1 - end : 0].e_arg;
		pthread_mutex_unlock(&link->l_lock);
		if (i == NULL)
			return next;
		if (receive != NULL)
			(*receive)(receive_arg, i->i_bytes, i->i_len);
		free(i);
	}
}

/* ---- The rest ---- */

struct rumptest_link *
rumptest_link_new(uint64_t seed)
{
	struct rumptest_link *const link = calloc(1, sizeof(*link));

	if (link == NULL)
		return NULL;
	link->l_timer = rump_simtimer_new(deliver, link);
	if (link->l_timer == NULL) {
		free(link);
		return NULL;
	}
	pthread_mutex_init(&link->l_lock, NULL);
	link->l_seed = seed;
	link->l_capture = -1;
	for (int end = 0; end < 2; end++)
		TAILQ_INIT(&link->l_ends[end].e_queue);
	return link;
}

void
rumptest_link_free(struct rumptest_link *link)
{
	struct inflight *i;

	if (link == NULL)
		return;
	rump_simtimer_free(link->l_timer);
	for (int end = 0; end < 2; end++)
		while ((i = TAILQ_FIRST(&link->l_ends[end].e_queue)) != NULL) {
			TAILQ_REMOVE(&link->l_ends[end].e_queue, i, i_list);
			free(i);
		}
	if (link->l_capture != -1)
		close(link->l_capture);
	pthread_mutex_destroy(&link->l_lock);
	free(link);
}

void
rumptest_link_path(struct rumptest_link *link, int end, const struct rumptest_path *path)
{
	pthread_mutex_lock(&link->l_lock);
	link->l_ends[end].e_path = *path;
	pthread_mutex_unlock(&link->l_lock);
}

void
rumptest_link_lose(struct rumptest_link *link, int end, unsigned n)
{
	pthread_mutex_lock(&link->l_lock);
	link->l_ends[end].e_lose = n;
	pthread_mutex_unlock(&link->l_lock);
}

void
rumptest_link_connect(struct rumptest_link *link, int end, rumptest_receive_t *receive, void *arg)
{
	pthread_mutex_lock(&link->l_lock);
	link->l_ends[end].e_receive = receive;
	link->l_ends[end].e_arg = arg;
	pthread_mutex_unlock(&link->l_lock);
	rump_simtimer_drain(link->l_timer);
}

struct rumptest_linkcount
rumptest_link_count(struct rumptest_link *link, int end)
{
	struct rumptest_linkcount count;

	pthread_mutex_lock(&link->l_lock);
	count = link->l_ends[end].e_count;
	pthread_mutex_unlock(&link->l_lock);
	return count;
}

int
rumptest_link_capture(struct rumptest_link *link, const char *path)
{
	const int fd = path != NULL ? rumptest__pcap_open(path) : -1;
	int old;

	if (path != NULL && fd < 0)
		return -fd;
	pthread_mutex_lock(&link->l_lock);
	old = link->l_capture;
	link->l_capture = fd;
	pthread_mutex_unlock(&link->l_lock);
	if (old != -1)
		close(old);
	return 0;
}
