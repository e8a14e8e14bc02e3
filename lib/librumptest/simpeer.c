/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A peer: a script of steps, of which one is on.
 *
 *	WRITTEN --start--> RUNNING --last step--> DONE
 *	                      '--a frame that is not expected, time over, no answer--> DONE with p_message
 *
 * All moves after the start are made by functions of timers - the link's, which tells frames, and the peer's own - which are called
 * one after another: there is no lock.  p_state is stored with release by them, and read with acquire by the test.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "kern/simtimer.h"
#include "simlink_impl.h"

enum { P_WRITTEN, P_RUNNING, P_DONE };

enum kind { S_EXPECT, S_QUIET, S_SEND, S_REPLY };

struct step {
	struct step *s_next;
	enum kind s_kind;
	unsigned s_number; /* from 1 */
	int64_t s_ns;
	char *s_pattern;
	void *s_bytes;
	size_t s_len;
	rumptest_reply_t *s_fn;
	void *s_arg;
};

struct pattern {
	struct pattern *n_next;
	char *n_pattern;
};

struct rumptest_peer {
	struct rumptest_link *p_link;
	int p_end;
	uint8_t p_mac[RUMPTEST_MACLEN];
	struct rump_simtimer *p_timer;
	struct step *p_steps, **p_last; /* those to be done */
	struct pattern *p_ignored;
	unsigned p_nsteps;
	int p_state;	       /* (a) */
	int64_t p_deadline_ns; /* of the step that waits; 0: it has not begun */
	uint8_t p_got[RUMPTEST_LINK_MAXFRAME];
	size_t p_gotlen;
	char p_message[4096]; /* "": nothing is wrong */
};

static void *
must(void *p)
{
	if (p == NULL) {
		fprintf(stderr, "simulated peer: no memory\n");
		abort();
	}
	return p;
}

/* '*' is any characters; nothing else is special. */
static bool
matches(const char *pattern, const char *line)
{
	const char *star = NULL, *from = NULL;

	while (*line != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			from = line;
		} else if (*pattern == *line) {
			pattern++;
			line++;
		} else if (star != NULL) {
			pattern = star;
			line = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* ---- The end of a script ---- */

static void
done(struct rumptest_peer *p)
{
	__atomic_store_n(&p->p_state, P_DONE, __ATOMIC_RELEASE);
	rump_simtimer_wake(p->p_timer);
}

static const char *
step_name(const struct step *s, char *buf, size_t size)
{
	switch (s->s_kind) {
	case S_EXPECT:
		snprintf(buf, size, "expects \"%s\"", s->s_pattern);
		break;
	case S_QUIET:
		snprintf(buf, size, "expects nothing for %lld ns", (long long)s->s_ns);
		break;
	case S_SEND:
		snprintf(buf, size, "sends %zu bytes", s->s_len);
		break;
	case S_REPLY:
		snprintf(buf, size, "answers");
		break;
	}
	return buf;
}

/* The step that is on has failed; frame: what has to do with it, or NULL. */
static void __attribute__((__format__(__printf__, 4, 5)))
script_fails(struct rumptest_peer *p, const void *frame, size_t len, const char *fmt, ...)
{
	char name[320], what[512], line[256] = "", dump[2400] = "";
	struct rumptest_frame f;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (frame != NULL) {
		rumptest_frame_parse(&f, frame, len);
		rumptest_frame_line(&f, line, sizeof(line));
		rumptest_frame_dump(frame, len, dump, sizeof(dump));
	}
	snprintf(p->p_message, sizeof(p->p_message),
	    "simulated peer, step %u of %u, %s: %s%s%s%s%s%s", p->p_steps->s_number, p->p_nsteps,
	    step_name(p->p_steps, name, sizeof(name)), what, frame != NULL ? " \"" : "", line,
	    frame != NULL ? "\"" : "", frame != NULL ? "\n" : "", dump);
	done(p);
}

/* ---- Steps ---- */

static void
step_over(struct rumptest_peer *p)
{
	struct step *const s = p->p_steps;

	p->p_steps = s->s_next;
	p->p_deadline_ns = 0;
	free(s->s_pattern);
	free(s->s_bytes);
	free(s);
}

static void
send_step(struct rumptest_peer *p)
{
	const struct step *const s = p->p_steps;
	const int error = rumptest_link_send(p->p_link, p->p_end, s->s_bytes, s->s_len);

	if (error != 0)
		script_fails(
		    p, s->s_bytes, s->s_len, "the link does not take it (%s):", strerror(error));
	else
		step_over(p);
}

static void
reply_step(struct rumptest_peer *p)
{
	static const uint8_t zero[RUMPTEST_MACLEN];
	static uint8_t buf[RUMPTEST_LINK_MAXFRAME]; /* used by one peer after another */
	const struct step *const s = p->p_steps;
	struct rumptest_frame got, reply;
	size_t len;
	int error;

	if (p->p_gotlen == 0) {
		script_fails(p, NULL, 0, "nothing was expected before");
		return;
	}
	rumptest_frame_parse(&got, p->p_got, p->p_gotlen);
	memset(&reply, 0, sizeof(reply));
	if (!(*s->s_fn)(s->s_arg, &got, &reply)) {
		script_fails(p, p->p_got, p->p_gotlen, "there is no answer to");
		return;
	}
	if (memcmp(reply.f_src, zero, sizeof(zero)) == 0)
		memcpy(reply.f_src, p->p_mac, sizeof(reply.f_src));
	len = rumptest_frame_emit(&reply, buf, sizeof(buf));
	error = rumptest_link_send(p->p_link, p->p_end, buf, len);
	if (error != 0)
		script_fails(p, buf, len, "the link does not take it (%s):", strerror(error));
	else
		step_over(p);
}

/* Go on until a step waits.  Then the timer is set for its deadline. */
static void
run(struct rumptest_peer *p)
{
	struct step *s;

	while (p->p_state == P_RUNNING && (s = p->p_steps) != NULL) {
		if (s->s_kind == S_SEND) {
			send_step(p);
		} else if (s->s_kind == S_REPLY) {
			reply_step(p);
		} else {
			if (p->p_deadline_ns == 0)
				p->p_deadline_ns = rump_simtimer_now() + s->s_ns;
			rump_simtimer_set(p->p_timer, p->p_deadline_ns);
			return;
		}
	}
	if (p->p_state == P_RUNNING)
		done(p);
}

/* A frame with something wrong is meant only by patterns that say so: the last '*' does not take it in. */
static bool
meant(const char *pattern, const char *line, const struct rumptest_frame *f)
{
	return matches(pattern, line) && (f->f_wrong == NULL || strstr(pattern, "; wrong") != NULL);
}

static bool
ignored(const struct rumptest_peer *p, const char *line, const struct rumptest_frame *f)
{
	for (const struct pattern *n = p->p_ignored; n != NULL; n = n->n_next)
		if (meant(n->n_pattern, line, f))
			return true;
	return false;
}

/* ctx: the link's timer. */
static void
peer_receive(void *arg, const void *frame, size_t len)
{
	struct rumptest_peer *const p = arg;
	const struct step *s;
	struct rumptest_frame f;
	char line[256];

	if (__atomic_load_n(&p->p_state, __ATOMIC_ACQUIRE) != P_RUNNING)
		return;
	run(p); /* the frame may be here before the start is, which comes by the peer's own timer */
	if (p->p_state != P_RUNNING)
		return;
	s = p->p_steps;
	rumptest_frame_parse(&f, frame, len);
	rumptest_frame_line(&f, line, sizeof(line));
	if (s->s_kind == S_EXPECT && meant(s->s_pattern, line, &f)) {
		memcpy(p->p_got, frame, len);
		p->p_gotlen = len;
		step_over(p);
		run(p);
	} else if (!ignored(p, line, &f)) {
		script_fails(p, frame, len, "what comes is");
	}
}

/* ctx: the peer's timer. */
static long long
peer_due(void *arg)
{
	struct rumptest_peer *const p = arg;

	if (__atomic_load_n(&p->p_state, __ATOMIC_ACQUIRE) != P_RUNNING)
		return RUMP_SIMTIMER_NEVER;
	if (p->p_deadline_ns != 0 && p->p_deadline_ns <= rump_simtimer_now()) {
		if (p->p_steps->s_kind == S_EXPECT) {
			script_fails(
			    p, NULL, 0, "nothing comes for %lld ns", (long long)p->p_steps->s_ns);
			return RUMP_SIMTIMER_NEVER;
		}
		step_over(p); /* it was quiet */
	}
	run(p);
	return RUMP_SIMTIMER_NEVER;
}

/* ---- The usual answers ---- */

static bool
answer_net(
    const struct rumptest_peer *p, const struct rumptest_frame *got, struct rumptest_frame *r)
{
	*r = *got;
	memcpy(r->f_dst, got->f_src, sizeof(r->f_dst));
	memcpy(r->f_src, p->p_mac, sizeof(r->f_src));
	memcpy(r->f_from, got->f_to, sizeof(r->f_from));
	memcpy(r->f_to, got->f_from, sizeof(r->f_to));
	r->f_pad = 0;
	return got->f_wrong == NULL;
}

/* RFC 4861, 4.4: the target, and its link-layer address; solicited, override. */
static bool
answer_solicit(struct rumptest_peer *p, const struct rumptest_frame *got, struct rumptest_frame *r)
{
	static uint8_t body[24]; /* used by one peer after another */

	if (got->f_len < 16)
		return false;
	memcpy(body, got->f_data, 16);
	body[16] = 2;
	body[17] = 1;
	memcpy(body + 18, p->p_mac, RUMPTEST_MACLEN);
	memcpy(r->f_from, body, 16);
	r->f_icmptype = 136;
	r->f_icmprest = 0x60000000;
	r->f_ttl = 255;
	r->f_data = body;
	r->f_len = sizeof(body);
	return true;
}

static bool
answer(void *arg, const struct rumptest_frame *got, struct rumptest_frame *r)
{
	struct rumptest_peer *const p = arg;
	const bool six = got->f_net == RUMPTEST_IP6;

	if (!answer_net(p, got, r))
		return false;
	if (got->f_net == RUMPTEST_ARP) {
		r->f_op = 2;
		memcpy(r->f_sha, p->p_mac, sizeof(r->f_sha));
		memcpy(r->f_tha, got->f_sha, sizeof(r->f_tha));
		return got->f_op == 1;
	}
	if (got->f_transport == RUMPTEST_UDP) {
		r->f_sport = got->f_dport;
		r->f_dport = got->f_sport;
		return true;
	}
	if (got->f_transport != RUMPTEST_ICMP)
		return false;
	if (six && got->f_icmptype == 135)
		return answer_solicit(p, got, r);
	r->f_icmptype = six ? 129 : 0;
	return got->f_icmptype == (six ? 128 : 8);
}

/* ---- Writing a script ---- */

static struct step *
step_add(struct rumptest_peer *p, enum kind kind)
{
	struct step *const s = must(calloc(1, sizeof(*s)));

	if (p->p_state != P_WRITTEN) {
		fprintf(stderr, "simulated peer: the script has been started\n");
		abort();
	}
	s->s_kind = kind;
	s->s_number = ++p->p_nsteps;
	*p->p_last = s;
	p->p_last = &s->s_next;
	return s;
}

void
rumptest_peer_expect(struct rumptest_peer *p, const char *pattern, int64_t within_ns)
{
	struct step *const s = step_add(p, S_EXPECT);

	s->s_pattern = must(strdup(pattern));
	s->s_ns = within_ns > 0 ? within_ns : RUMPTEST_PEER_WITHIN;
}

void
rumptest_peer_quiet(struct rumptest_peer *p, int64_t ns)
{
	step_add(p, S_QUIET)->s_ns = ns;
}

void
rumptest_peer_ignore(struct rumptest_peer *p, const char *pattern)
{
	struct pattern *const n = must(calloc(1, sizeof(*n)));

	n->n_pattern = must(strdup(pattern));
	n->n_next = p->p_ignored;
	p->p_ignored = n;
}

void
rumptest_peer_sendbytes(struct rumptest_peer *p, const void *bytes, size_t len)
{
	struct step *const s = step_add(p, S_SEND);

	s->s_bytes = must(malloc(len != 0 ? len : 1));
	s->s_len = len;
	memcpy(s->s_bytes, bytes, len);
}

void
rumptest_peer_send(struct rumptest_peer *p, const struct rumptest_frame *f)
{
	uint8_t *const buf = must(malloc(RUMPTEST_LINK_MAXFRAME));

	rumptest_peer_sendbytes(p, buf, rumptest_frame_emit(f, buf, RUMPTEST_LINK_MAXFRAME));
	free(buf);
}

void
rumptest_peer_reply(struct rumptest_peer *p, rumptest_reply_t *fn, void *arg)
{
	struct step *const s = step_add(p, S_REPLY);

	s->s_fn = fn;
	s->s_arg = arg;
}

void
rumptest_peer_answer(struct rumptest_peer *p)
{
	rumptest_peer_reply(p, answer, p);
}

/* ---- Life ---- */

struct rumptest_peer *
rumptest_peer_new(struct rumptest_link *link, int end, const uint8_t mac[RUMPTEST_MACLEN])
{
	struct rumptest_peer *const p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->p_timer = rump_simtimer_new(peer_due, p);
	if (p->p_timer == NULL) {
		free(p);
		return NULL;
	}
	p->p_link = link;
	p->p_end = end;
	p->p_last = &p->p_steps;
	memcpy(p->p_mac, mac, sizeof(p->p_mac));
	rumptest_link_connect(link, end, peer_receive, p);
	return p;
}

void
rumptest_peer_free(struct rumptest_peer *p)
{
	struct pattern *n;

	if (p == NULL)
		return;
	rumptest_link_connect(p->p_link, p->p_end, NULL, NULL);
	rump_simtimer_free(p->p_timer);
	while (p->p_steps != NULL)
		step_over(p);
	while ((n = p->p_ignored) != NULL) {
		p->p_ignored = n->n_next;
		free(n->n_pattern);
		free(n);
	}
	free(p);
}

void
rumptest_peer_start(struct rumptest_peer *p)
{
	__atomic_store_n(&p->p_state, P_RUNNING, __ATOMIC_RELEASE);
	rump_simtimer_set(p->p_timer, rump_simtimer_now());
}

const char *
rumptest_peer_verdict(struct rumptest_peer *p)
{
	unsigned seen;

	if (__atomic_load_n(&p->p_state, __ATOMIC_ACQUIRE) == P_WRITTEN)
		return "simulated peer: the script was not started";
	for (;;) {
		seen = rump_simtimer_wakeups(p->p_timer);
		if (__atomic_load_n(&p->p_state, __ATOMIC_ACQUIRE) == P_DONE)
			break;
		rump_simtimer_wait(p->p_timer, seen, RUMP_SIMTIMER_NEVER);
	}
	return p->p_message[0] != '\0' ? p->p_message : NULL;
}

void
rumptest_peer_finish(struct rumptest_peer *p)
{
	const char *const message = rumptest_peer_verdict(p);

	if (message != NULL)
		ck_abort_msg("%s", message);
}
