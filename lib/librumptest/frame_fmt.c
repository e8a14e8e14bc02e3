/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Frames from and to bytes.  All fields are big-endian.
 *
 *	Ethernet	dst 6, src 6, [0x8100, tag 2,] type 2
 *	ARP		hardware 2 = 1, protocol 2 = 0x800, lengths 6 4, op 2, sha 6, spa 4, tha 6, tpa 4
 *	IPv4		0x4:hlen/4, tos, length 2, id 2, flags:offset 2, ttl, proto, sum 2, src 4, dst 4, options
 *	IPv6		0x6:class:flow 4, payload length 2, next, hops, src 16, dst 16
 *	ICMP, ICMPv6	type, code, sum 2, rest 4
 *	UDP		sport 2, dport 2, length 2, sum 2 (0: none)
 *	TCP		sport 2, dport 2, seq 4, ack 4, hlen/4:0, flags, window 2, sum 2, urgent 2, options
 *
 * The checksums of ICMPv6, UDP and TCP take in src, dst, length and protocol.
 */
#include <string.h>

#include <rump/rumptest_frame.h>

enum { TYPE_IP4 = 0x0800, TYPE_ARP = 0x0806, TYPE_TAG = 0x8100, TYPE_IP6 = 0x86dd };
enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };
enum { ARP_LEN = 28, IP4_LEN = 20, IP6_LEN = 40, ICMP_LEN = 8, UDP_LEN = 8, TCP_LEN = 20 };
enum { FRAG_OFFSET = 0x1fff, FRAG_MORE = 0x2000 };

static uint16_t
get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* ---- Checksums ---- */

static uint64_t
sum_add(uint64_t sum, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += get16(p);
	return len != 0 ? sum + ((uint64_t)p[0] << 8) : sum;
}

static uint16_t
sum_end(uint64_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

uint16_t
rumptest_frame_checksum(const void *bytes, size_t len)
{
	return sum_end(sum_add(0, bytes, len));
}

static size_t
address_len(const struct rumptest_frame *f)
{
	return f->f_net == RUMPTEST_IP6 ? 16 : 4;
}

/* Of a transport header and its data: 0 when the checksum in it is right. */
static uint16_t
transport_sum(const struct rumptest_frame *f, const uint8_t *p, size_t len)
{
	uint64_t sum = 0;

	if (f->f_transport != RUMPTEST_ICMP || f->f_net == RUMPTEST_IP6) {
		sum = sum_add(sum, f->f_from, address_len(f));
		sum = sum_add(sum, f->f_to, address_len(f));
		sum += (len & 0xffff) + (len >> 16) + f->f_proto;
	}
	return sum_end(sum_add(sum, p, len));
}

static uint8_t
transport_proto(const struct rumptest_frame *f)
{
	switch (f->f_transport) {
	case RUMPTEST_ICMP:
		return f->f_net == RUMPTEST_IP6 ? PROTO_ICMP6 : PROTO_ICMP;
	case RUMPTEST_UDP:
		return PROTO_UDP;
	case RUMPTEST_TCP:
		return PROTO_TCP;
	default:
		return f->f_proto;
	}
}

/* ---- Parsing: what is left of the frame from p on ---- */

static void
data_is(struct rumptest_frame *f, const uint8_t *p, size_t len)
{
	f->f_data = p;
	f->f_len = len;
}

static void
parse_icmp(struct rumptest_frame *f, const uint8_t *p, size_t len)
{
	if (len < ICMP_LEN) {
		f->f_wrong = "ICMP is cut off";
		return;
	}
	f->f_transport = RUMPTEST_ICMP;
	f->f_icmptype = p[0];
	f->f_icmpcode = p[1];
	f->f_icmprest = get32(p + 4);
	data_is(f, p + ICMP_LEN, len - ICMP_LEN);
	if (transport_sum(f, p, len) != 0)
		f->f_wrong = "ICMP checksum";
}

static void
parse_udp(struct rumptest_frame *f, const uint8_t *p, size_t len)
{
	if (len < UDP_LEN) {
		f->f_wrong = "UDP is cut off";
		return;
	}
	f->f_transport = RUMPTEST_UDP;
	f->f_sport = get16(p);
	f->f_dport = get16(p + 2);
	f->f_nosum = get16(p + 6) == 0;
	data_is(f, p + UDP_LEN, len - UDP_LEN);
	if (get16(p + 4) != len)
		f->f_wrong = "UDP length";
	else if (f->f_nosum ? f->f_net == RUMPTEST_IP6 : transport_sum(f, p, len) != 0)
		f->f_wrong = "UDP checksum";
}

static void
parse_tcp(struct rumptest_frame *f, const uint8_t *p, size_t len)
{
	const size_t hlen = len >= TCP_LEN ? (size_t)(p[12] >> 4) * 4 : 0;

	if (len < TCP_LEN || hlen > len) {
		f->f_wrong = "TCP is cut off";
		return;
	}
	if (hlen < TCP_LEN) {
		f->f_wrong = "TCP header length";
		return;
	}
	f->f_transport = RUMPTEST_TCP;
	f->f_sport = get16(p);
	f->f_dport = get16(p + 2);
	f->f_seq = get32(p + 4);
	f->f_ack = get32(p + 8);
	f->f_flags = p[13];
	f->f_window = get16(p + 14);
	f->f_urgent = get16(p + 18);
	f->f_tcpoptlen = (uint8_t)(hlen - TCP_LEN);
	memcpy(f->f_tcpopt, p + TCP_LEN, f->f_tcpoptlen);
	data_is(f, p + hlen, len - hlen);
	if ((p[12] & 0x0f) != 0)
		f->f_wrong = "TCP reserved bits";
	else if (transport_sum(f, p, len) != 0)
		f->f_wrong = "TCP checksum";
}

static void
parse_transport(struct rumptest_frame *f, const uint8_t *p, size_t len)
{
	data_is(f, p, len);
	if (f->f_proto == PROTO_UDP)
		parse_udp(f, p, len);
	else if (f->f_proto == PROTO_TCP)
		parse_tcp(f, p, len);
	else if (f->f_proto == (f->f_net == RUMPTEST_IP6 ? PROTO_ICMP6 : PROTO_ICMP))
		parse_icmp(f, p, len);
}

static void
parse_ip4(struct rumptest_frame *f, const uint8_t *p, size_t len)
{
	const size_t hlen = len >= IP4_LEN ? (size_t)(p[0] & 0x0f) * 4 : 0;
	const size_t total = len >= IP4_LEN ? get16(p + 2) : 0;

	if (len < IP4_LEN || hlen > len || total > len) {
		f->f_wrong = "IPv4 is cut off";
		return;
	}
	if (p[0] >> 4 != 4 || hlen < IP4_LEN || total < hlen) {
		f->f_wrong = "IPv4 version or length";
		return;
	}
	f->f_net = RUMPTEST_IP4;
	f->f_tos = p[1];
	f->f_id = get16(p + 4);
	f->f_frag = get16(p + 6);
	f->f_ttl = p[8];
	f->f_proto = p[9];
	memcpy(f->f_from, p + 12, 4);
	memcpy(f->f_to, p + 16, 4);
	f->f_ipoptlen = (uint8_t)(hlen - IP4_LEN);
	memcpy(f->f_ipopt, p + IP4_LEN, f->f_ipoptlen);
	f->f_pad = len - total;
	data_is(f, p + hlen, total - hlen);
	if (rumptest_frame_checksum(p, hlen) != 0)
		f->f_wrong = "IPv4 checksum";
	else if ((f->f_frag & (FRAG_OFFSET | FRAG_MORE)) == 0)
		parse_transport(f, p + hlen, total - hlen);
}

static void
parse_ip6(struct rumptest_frame *f, const uint8_t *p, size_t len)
{
	const size_t payload = len >= IP6_LEN ? get16(p + 4) : 0;

	if (len < IP6_LEN || payload > len - IP6_LEN) {
		f->f_wrong = "IPv6 is cut off";
		return;
	}
	if (p[0] >> 4 != 6) {
		f->f_wrong = "IPv6 version";
		return;
	}
	f->f_net = RUMPTEST_IP6;
	f->f_tos = (uint8_t)(get32(p) >> 20);
	f->f_flow = get32(p) & 0xfffff;
	f->f_proto = p[6];
	f->f_ttl = p[7];
	memcpy(f->f_from, p + 8, 16);
	memcpy(f->f_to, p + 24, 16);
	f->f_pad = len - IP6_LEN - payload;
	parse_transport(f, p + IP6_LEN, payload);
}

static void
parse_arp(struct rumptest_frame *f, const uint8_t *p, size_t len)
{
	if (len < ARP_LEN) {
		f->f_wrong = "ARP is cut off";
		return;
	}
	if (get16(p) != 1 || get16(p + 2) != TYPE_IP4 || p[4] != RUMPTEST_MACLEN || p[5] != 4) {
		f->f_wrong = "ARP of other addresses";
		return;
	}
	f->f_net = RUMPTEST_ARP;
	f->f_op = get16(p + 6);
	memcpy(f->f_sha, p + 8, RUMPTEST_MACLEN);
	memcpy(f->f_from, p + 14, 4);
	memcpy(f->f_tha, p + 18, RUMPTEST_MACLEN);
	memcpy(f->f_to, p + 24, 4);
	f->f_pad = len - ARP_LEN;
	data_is(f, p + ARP_LEN, 0);
}

void
rumptest_frame_parse(struct rumptest_frame *f, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	memset(f, 0, sizeof(*f));
	data_is(f, p, len);
	if (len < RUMPTEST_ETHERLEN || (get16(p + 12) == TYPE_TAG && len < RUMPTEST_ETHERLEN + 4)) {
		f->f_wrong = "Ethernet is cut off";
		return;
	}
	memcpy(f->f_dst, p, RUMPTEST_MACLEN);
	memcpy(f->f_src, p + 6, RUMPTEST_MACLEN);
	if (get16(p + 12) == TYPE_TAG) {
		f->f_tagged = true;
		f->f_tag = get16(p + 14);
		p += 4;
		len -= 4;
	}
	f->f_type = get16(p + 12);
	p += RUMPTEST_ETHERLEN;
	len -= RUMPTEST_ETHERLEN;
	data_is(f, p, len);
	if (f->f_type == TYPE_ARP)
		parse_arp(f, p, len);
	else if (f->f_type == TYPE_IP4)
		parse_ip4(f, p, len);
	else if (f->f_type == TYPE_IP6)
		parse_ip6(f, p, len);
}

/* ---- Emitting: the same, with lengths and checksums made ---- */

static size_t
transport_len(const struct rumptest_frame *f)
{
	switch (f->f_transport) {
	case RUMPTEST_ICMP:
		return ICMP_LEN;
	case RUMPTEST_UDP:
		return UDP_LEN;
	case RUMPTEST_TCP:
		return TCP_LEN + f->f_tcpoptlen;
	default:
		return 0;
	}
}

static size_t
net_len(const struct rumptest_frame *f)
{
	switch (f->f_net) {
	case RUMPTEST_ARP:
		return ARP_LEN;
	case RUMPTEST_IP4:
		return IP4_LEN + f->f_ipoptlen + transport_len(f);
	case RUMPTEST_IP6:
		return IP6_LEN + transport_len(f);
	default:
		return 0;
	}
}

static bool
sensible(const struct rumptest_frame *f)
{
	return f->f_ipoptlen <= RUMPTEST_MAXOPTIONS && f->f_tcpoptlen <= RUMPTEST_MAXOPTIONS &&
	    f->f_ipoptlen % 4 == 0 && f->f_tcpoptlen % 4 == 0 && f->f_len <= UINT16_MAX &&
	    f->f_pad <= UINT16_MAX && (f->f_net != RUMPTEST_ARP || f->f_len == 0) &&
	    (f->f_net == RUMPTEST_RAW || net_len(f) + f->f_len <= UINT16_MAX);
}

/* f_proto is set; the data stands behind. */
static void
emit_transport(const struct rumptest_frame *f, uint8_t *p, size_t len)
{
	size_t at = 2; /* of the checksum */

	if (f->f_transport == RUMPTEST_OTHER)
		return;
	if (f->f_transport == RUMPTEST_ICMP) {
		p[0] = f->f_icmptype;
		p[1] = f->f_icmpcode;
		put32(p + 4, f->f_icmprest);
	} else {
		put16(p, f->f_sport);
		put16(p + 2, f->f_dport);
	}
	if (f->f_transport == RUMPTEST_UDP) {
		put16(p + 4, (unsigned)len);
		at = 6;
	} else if (f->f_transport == RUMPTEST_TCP) {
		put32(p + 4, f->f_seq);
		put32(p + 8, f->f_ack);
		p[12] = (uint8_t)((TCP_LEN + f->f_tcpoptlen) / 4 << 4);
		p[13] = f->f_flags;
		put16(p + 14, f->f_window);
		put16(p + 18, f->f_urgent);
		memcpy(p + TCP_LEN, f->f_tcpopt, f->f_tcpoptlen);
		at = 16;
	}
	put16(p + at, 0);
	put16(p + at, transport_sum(f, p, len));
	if (f->f_transport == RUMPTEST_UDP && f->f_nosum)
		put16(p + at, 0);
	else if (f->f_transport == RUMPTEST_UDP && get16(p + at) == 0)
		put16(p + at, 0xffff); /* 0 would say that there is none */
}

static void
emit_ip4(const struct rumptest_frame *f, uint8_t *p, size_t total)
{
	const size_t hlen = IP4_LEN + f->f_ipoptlen;

	p[0] = (uint8_t)(0x40 | hlen / 4);
	p[1] = f->f_tos;
	put16(p + 2, (unsigned)total);
	put16(p + 4, f->f_id);
	put16(p + 6, f->f_frag);
	p[8] = f->f_ttl;
	p[9] = f->f_proto;
	memcpy(p + 12, f->f_from, 4);
	memcpy(p + 16, f->f_to, 4);
	memcpy(p + IP4_LEN, f->f_ipopt, f->f_ipoptlen);
	put16(p + 10, rumptest_frame_checksum(p, hlen));
	emit_transport(f, p + hlen, total - hlen);
}

static void
emit_ip6(const struct rumptest_frame *f, uint8_t *p, size_t total)
{
	put32(p, 6U << 28 | (uint32_t)f->f_tos << 20 | (f->f_flow & 0xfffff));
	put16(p + 4, (unsigned)(total - IP6_LEN));
	p[6] = f->f_proto;
	p[7] = f->f_ttl;
	memcpy(p + 8, f->f_from, 16);
	memcpy(p + 24, f->f_to, 16);
	emit_transport(f, p + IP6_LEN, total - IP6_LEN);
}

static void
emit_arp(const struct rumptest_frame *f, uint8_t *p)
{
	put16(p, 1);
	put16(p + 2, TYPE_IP4);
	p[4] = RUMPTEST_MACLEN;
	p[5] = 4;
	put16(p + 6, f->f_op);
	memcpy(p + 8, f->f_sha, RUMPTEST_MACLEN);
	memcpy(p + 14, f->f_from, 4);
	memcpy(p + 18, f->f_tha, RUMPTEST_MACLEN);
	memcpy(p + 24, f->f_to, 4);
}

static size_t
emit_ether(const struct rumptest_frame *f, uint8_t *p)
{
	static const uint16_t types[] = {
		[RUMPTEST_ARP] = TYPE_ARP,
		[RUMPTEST_IP4] = TYPE_IP4,
		[RUMPTEST_IP6] = TYPE_IP6,
	};
	size_t at = 12;

	memcpy(p, f->f_dst, RUMPTEST_MACLEN);
	memcpy(p + 6, f->f_src, RUMPTEST_MACLEN);
	if (f->f_tagged) {
		put16(p + 12, TYPE_TAG);
		put16(p + 14, f->f_tag);
		at += 4;
	}
	put16(p + at, f->f_type != 0 ? f->f_type : types[f->f_net]);
	return at + 2;
}

size_t
rumptest_frame_emit(const struct rumptest_frame *f, void *buf, size_t size)
{
	struct rumptest_frame g = *f;
	size_t ether, packet, len;
	uint8_t *p = buf;

	if (!sensible(f))
		return 0;
	ether = RUMPTEST_ETHERLEN + (f->f_tagged ? 4 : 0);
	packet = net_len(f) + f->f_len;
	len = ether + packet + f->f_pad;
	if (len > size)
		return 0;
	g.f_proto = transport_proto(f);
	g.f_ttl = f->f_ttl != 0 ? f->f_ttl : 64;
	memset(p, 0, len);
	p += emit_ether(&g, p);
	if (f->f_len != 0)
		memcpy(p + packet - f->f_len, f->f_data, f->f_len);
	if (f->f_net == RUMPTEST_ARP)
		emit_arp(&g, p);
	else if (f->f_net == RUMPTEST_IP4)
		emit_ip4(&g, p, packet);
	else if (f->f_net == RUMPTEST_IP6)
		emit_ip6(&g, p, packet);
	return len;
}
