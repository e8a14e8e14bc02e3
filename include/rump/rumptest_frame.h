/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Ethernet frames as tests see them: ARP, IPv4, IPv6, ICMP, ICMPv6, UDP, TCP, to and from bytes, and as a line.
 *
 * Numbers are the host's byte order.  Sources: IEEE 802.3 and 802.1Q, RFC 826, 791, 8200, 792, 4443, 4861,
 * 768, 9293, 1071.
 */
#ifndef RUMP_RUMPTEST_FRAME_H
#define RUMP_RUMPTEST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RUMPTEST_MACLEN	    6
#define RUMPTEST_ETHERLEN   14 /* bytes of the header */
#define RUMPTEST_MAXOPTIONS 40 /* bytes, of IPv4 and of TCP */

enum rumptest_net { RUMPTEST_RAW, RUMPTEST_ARP, RUMPTEST_IP4, RUMPTEST_IP6 };
enum rumptest_transport { RUMPTEST_OTHER, RUMPTEST_ICMP, RUMPTEST_UDP, RUMPTEST_TCP };

/* TCP's flags. */
enum {
	RUMPTEST_FIN = 0x01,
	RUMPTEST_SYN = 0x02,
	RUMPTEST_RST = 0x04,
	RUMPTEST_PSH = 0x08,
	RUMPTEST_ACK = 0x10,
	RUMPTEST_URG = 0x20,
	RUMPTEST_ECE = 0x40,
	RUMPTEST_CWR = 0x80,
};

struct rumptest_frame {
	uint8_t f_dst[RUMPTEST_MACLEN], f_src[RUMPTEST_MACLEN];
	bool f_tagged;
	uint16_t f_tag;	 /* 802.1Q, if tagged */
	uint16_t f_type; /* Ethernet's; of ARP and IP: 0 is theirs */

	enum rumptest_net f_net;
	/* ARP.  Addresses of protocols: f_from, f_to. */
	uint16_t f_op; /* 1: request, 2: reply */
	uint8_t f_sha[RUMPTEST_MACLEN], f_tha[RUMPTEST_MACLEN];
	/* IP.  Of IPv4 and ARP the first four bytes. */
	uint8_t f_from[16], f_to[16];
	uint8_t f_tos, f_ttl,
	    f_proto; /* ttl when emitting: 0 is 64; proto is the transport's, if not OTHER */
	uint16_t f_id, f_frag; /* IPv4; frag: flags and offset as they stand there */
	uint32_t f_flow;       /* IPv6 */
	uint8_t f_ipopt[RUMPTEST_MAXOPTIONS];
	uint8_t f_ipoptlen; /* a multiple of 4 */

	enum rumptest_transport f_transport; /* of a first fragment, or a whole packet */
	uint8_t f_icmptype, f_icmpcode;
	uint32_t f_icmprest; /* the four bytes after the checksum: id << 16 | sequence of an echo */
	uint16_t f_sport, f_dport;
	bool f_nosum; /* UDP on IPv4 without a checksum */
	uint32_t f_seq, f_ack;
	uint8_t f_flags;
	uint16_t f_window, f_urgent;
	uint8_t f_tcpopt[RUMPTEST_MAXOPTIONS];
	uint8_t f_tcpoptlen; /* a multiple of 4 */

	const void *f_data; /* what follows the last header that is known */
	size_t f_len;
	size_t f_pad;	     /* bytes after the packet; zeroes when emitting */
	const char *f_wrong; /* by parse: what is wrong with the frame; NULL: nothing */
};

/*
 * Decode as many headers as are right; f_wrong says what is wrong with the next: cut off, a checksum, a length.
 * f_data points into bytes.
 */
void rumptest_frame_parse(struct rumptest_frame *f, const void *bytes, size_t len);
/*
 * Lengths and checksums are computed.  The number of bytes; 0: there is no room, or no such frame (an options' length, a
 * payload that is too long).
 */
size_t rumptest_frame_emit(const struct rumptest_frame *f, void *buf, size_t size);

/*
 * One line, cut at size, such as
 *
 *	arp who-has 10.0.0.1 tell 10.0.0.2
 *	arp 10.0.0.1 is-at 02:00:00:00:00:01
 *	ip 10.0.0.2.1024 > 10.0.0.1.7: udp 5
 *	ip 10.0.0.2.1024 > 10.0.0.1.80: tcp S seq 1 ack 0 win 65535 len 0
 *	ip 10.0.0.2 > 10.0.0.1: icmp echo-request id 1 seq 2 len 56
 *	ip6 fe80::1 > ff02::1:ff00:2: icmp6 solicit fe80::2
 *	ip 10.0.0.2 > 10.0.0.1: proto 47 len 20
 *	ether 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff: type 0x88b5 len 46
 *
 * with "vlan 5 " before and "; wrong: UDP checksum" behind.
 */
void rumptest_frame_line(const struct rumptest_frame *f, char *buf, size_t size);
/* Lines of sixteen bytes, with their offsets and characters; cut at size with "...". */
void rumptest_frame_dump(const void *bytes, size_t len, char *buf, size_t size);

/* "10.0.0.1" or "fe80::1" into f_from or f_to; "02:00:00:00:00:01" into a MAC.  False: it is none. */
bool rumptest_frame_address(uint8_t to[16], const char *text);
bool rumptest_frame_mac(uint8_t to[RUMPTEST_MACLEN], const char *text);
/* The Internet checksum (RFC 1071) of bytes, as it stands in a header. */
uint16_t rumptest_frame_checksum(const void *bytes, size_t len);

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMPTEST_FRAME_H */
