/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The workbench's simulated link: a cable with two ends that loses, repeats, reorders, spoils and delays frames by a
 * seed, in the kernel's time, which may be virtual.  At an end is a network card under test (<rump/rumptest_nic.h>), a
 * peer that follows a script, or functions of the test's.
 *
 *	link = rumptest_link_new(seed);
 *	rumptest_link_path(link, 0, &(struct rumptest_path){ .p_loss = 100000, .p_delay_ns = 2000000 });
 *	peer = rumptest_peer_new(link, 1, mac);
 *	rumptest_peer_expect(peer, "arp who-has 10.0.0.1 tell *", 0);
 *	rumptest_peer_answer(peer);
 *	rumptest_peer_expect(peer, "ip 10.0.0.2.* > 10.0.0.1.7: udp 5", 0);
 *	rumptest_peer_quiet(peer, 1000000000);
 *	rumptest_peer_start(peer);
 *	... what makes the driver send ...
 *	rumptest_peer_finish(peer);
 *
 * What becomes of the nth frame into an end is a function of the seed, the end and n alone: the same program with
 * the same seed gets the same frames.  Link with librumptest and the component rumpkern_test.
 *
 * Links and peers are made while a kernel is up, and freed before it is halted.  Received frames are
 * told in the kernel, in a soft interrupt, one after another: such functions neither wait nor make system calls.
 */
#ifndef RUMP_RUMPTEST_LINK_H
#define RUMP_RUMPTEST_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rump/rumptest_frame.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RUMPTEST_LINK_MAXFRAME 65536 /* bytes, at most */
#define RUMPTEST_LINK_INFLIGHT 65536 /* frames in one direction, at most */

struct rumptest_link;

/* Perfect paths, connected to nothing: frames are lost at an end that nobody is at.  NULL: no memory, or no kernel. */
struct rumptest_link *rumptest_link_new(uint64_t seed);
/* Frames that are under way are lost.  ctx: a host thread, outside of the kernel. */
void rumptest_link_free(struct rumptest_link *link);

/*
 * What becomes of frames that are sent into an end (0 or 1) from now on.  Probabilities are in millionths, each drawn for
 * itself.  All zeroes: every frame arrives a microsecond later, in order.
 */
struct rumptest_path {
	uint64_t p_rate_bps;		 /* bits a second; 0: no limit */
	int64_t p_delay_ns, p_jitter_ns; /* delay, and at most so much more; order is kept */
	uint32_t p_loss, p_duplicate, p_corrupt, p_reorder;
	int64_t p_reorder_ns; /* how much later a reordered frame comes than in order; 0: 1 ms */
	uint32_t
	    p_queue; /* frames that wait for a wire with p_rate_bps; more are dropped; 0: no limit */
	uint32_t p_mtu; /* bytes of a frame; longer ones are dropped; 0: RUMPTEST_LINK_MAXFRAME */
};
void rumptest_link_path(struct rumptest_link *link, int end, const struct rumptest_path *path);
/* The next n frames into an end are lost, whatever is drawn for them. */
void rumptest_link_lose(struct rumptest_link *link, int end, unsigned n);

/*
 * Who is at an end; NULL: nobody.  receive is called in the kernel, the frame is the link's.  The one before is not called
 * any more when this returns.  ctx: a host thread, outside of the kernel.
 */
typedef void rumptest_receive_t(void *arg, const void *frame, size_t len);
void rumptest_link_connect(
    struct rumptest_link *link, int end, rumptest_receive_t *receive, void *arg);
/*
 * Send into an end; the frame is copied.  ctx: any thread, and receive functions; no locks of the caller's that these take.
 * errors: EINVAL (no bytes), EMSGSIZE (p_mtu), ENOBUFS (p_queue, too many in flight, no memory).  What
 * is lost on the way is no error.
 */
int rumptest_link_send(struct rumptest_link *link, int end, const void *frame, size_t len);

/* Of frames into an end. */
struct rumptest_linkcount {
	uint64_t c_sent;      /* all */
	uint64_t c_delivered; /* to the other end, copies included */
	uint64_t c_lost, c_duplicated, c_corrupted, c_reordered;
	uint64_t c_overrun; /* dropped: p_queue */
	uint64_t c_toolong; /* dropped: p_mtu */
	uint64_t c_nobody;  /* came to an end without a receive function */
	uint64_t c_bytes;   /* delivered */
	uint64_t c_hash;    /* of the delivered frames, in their order */
};
struct rumptest_linkcount rumptest_link_count(struct rumptest_link *link, int end);

/*
 * Write the frames that arrive, at both ends, to a pcap file of the host's.  NULL: stop.
 * errors: those of open(2) and write(2).  A file that cannot be written any more ends the process.
 */
int rumptest_link_capture(struct rumptest_link *link, const char *path);

/* ---- A peer by script ---- */

struct rumptest_peer;

/* At an end of the link.  NULL: no memory, or no kernel. */
struct rumptest_peer *rumptest_peer_new(
    struct rumptest_link *link, int end, const uint8_t mac[RUMPTEST_MACLEN]);
void rumptest_peer_free(struct rumptest_peer *peer);

/*
 * The script, step after step, before rumptest_peer_start().  While a step waits for a frame any other fails
 * the script, but those that are ignored.
 *
 * Frames are expected as lines of rumptest_frame_line(); in a pattern '*' stands for any characters.  A frame that is
 * wrong is meant only by a pattern with "; wrong".
 */
#define RUMPTEST_PEER_WITHIN INT64_C(10000000000) /* ns: within_ns 0 */
void rumptest_peer_expect(struct rumptest_peer *peer, const char *pattern, int64_t within_ns);
/* No frame comes for so long. */
void rumptest_peer_quiet(struct rumptest_peer *peer, int64_t ns);
void rumptest_peer_ignore(struct rumptest_peer *peer, const char *pattern);
/* Send a frame; so many bytes; what fn makes of the frame that was expected last (false: the script fails). */
void rumptest_peer_send(struct rumptest_peer *peer, const struct rumptest_frame *f);
void rumptest_peer_sendbytes(struct rumptest_peer *peer, const void *bytes, size_t len);
typedef bool rumptest_reply_t(
    void *arg, const struct rumptest_frame *got, struct rumptest_frame *reply);
void rumptest_peer_reply(struct rumptest_peer *peer, rumptest_reply_t *fn, void *arg);
/*
 * Answer the frame that was expected last as its receiver would: ARP requests and neighbour solicitations with the peer's
 * MAC, echo requests, and UDP by sending it back.  Nothing else has an answer: the script fails.
 */
void rumptest_peer_answer(struct rumptest_peer *peer);

/* The script runs from now on, while the test does what it likes. */
void rumptest_peer_start(struct rumptest_peer *peer);
/*
 * Wait for its end.  Fails the test if the script failed: with the step, what came instead as a line and
 * as bytes.  sleeps.  ctx: a thread outside of the kernel.
 */
void rumptest_peer_finish(struct rumptest_peer *peer);
/* The same, without failing: NULL if all was as it should be, else the message, the peer's until it is freed. */
const char *rumptest_peer_verdict(struct rumptest_peer *peer);

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMPTEST_LINK_H */
