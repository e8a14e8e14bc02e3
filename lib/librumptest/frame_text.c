/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Frames as text: a line, the bytes; and addresses from text. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <rump/rumptest_frame.h>

struct text {
	char *t_at;
	size_t t_room; /* with the 0 */
};

static void __attribute__((__format__(__printf__, 2, 3))) add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->t_at, t->t_room, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < t->t_room) {
		t->t_at += n;
		t->t_room -= (size_t)n;
	} else if (t->t_room > 0) {
		t->t_at += t->t_room - 1;
		t->t_room = 1;
	}
}

static void
add_mac(struct text *t, const uint8_t *mac)
{
	add(t, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void
add_address(struct text *t, const struct rumptest_frame *f, const void *address)
{
	char buf[INET6_ADDRSTRLEN];

	(void)inet_ntop(
	    f->f_net == RUMPTEST_IP6 ? AF_INET6 : AF_INET, address, buf, (socklen_t)sizeof(buf));
	add(t, "%s", buf);
}

/* ---- Layers ---- */

static void
add_arp(struct text *t, const struct rumptest_frame *f)
{
	if (f->f_op == 1) {
		add(t, "arp who-has ");
		add_address(t, f, f->f_to);
		add(t, " tell ");
		add_address(t, f, f->f_from);
	} else if (f->f_op == 2) {
		add(t, "arp ");
		add_address(t, f, f->f_from);
		add(t, " is-at ");
		add_mac(t, f->f_sha);
	} else {
		add(t, "arp op %u", f->f_op);
	}
}

static const struct {
	enum rumptest_net net;
	uint8_t type;
	const char *name;
} icmp_names[] = {
	{ RUMPTEST_IP4, 0, "echo-reply" },
	{ RUMPTEST_IP4, 3, "unreachable" },
	{ RUMPTEST_IP4, 8, "echo-request" },
	{ RUMPTEST_IP4, 11, "time-exceeded" },
	{ RUMPTEST_IP6, 1, "unreachable" },
	{ RUMPTEST_IP6, 2, "too-big" },
	{ RUMPTEST_IP6, 128, "echo-request" },
	{ RUMPTEST_IP6, 129, "echo-reply" },
	{ RUMPTEST_IP6, 133, "router-solicit" },
	{ RUMPTEST_IP6, 134, "router-advert" },
	{ RUMPTEST_IP6, 135, "solicit" },
	{ RUMPTEST_IP6, 136, "advert" },
};

static void
add_icmp(struct text *t, const struct rumptest_frame *f)
{
	const char *const six = f->f_net == RUMPTEST_IP6 ? "6" : "", *name = NULL;

	for (size_t i = 0; i < sizeof(icmp_names) / sizeof(icmp_names[0]); i++)
		if (icmp_names[i].net == f->f_net && icmp_names[i].type == f->f_icmptype)
			name = icmp_names[i].name;
	if (name == NULL) {
		add(t, "icmp%s type %u code %u len %zu", six, f->f_icmptype, f->f_icmpcode,
		    f->f_len);
	} else if (strncmp(name, "echo", 4) == 0) {
		add(t, "icmp%s %s id %u seq %u len %zu", six, name, f->f_icmprest >> 16,
		    f->f_icmprest & 0xffff, f->f_len);
	} else if ((f->f_icmptype == 135 || f->f_icmptype == 136) && f->f_len >= 16 &&
	    f->f_net == RUMPTEST_IP6) {
		add(t, "icmp6 %s ", name);
		add_address(t, f, f->f_data);
	} else {
		add(t, "icmp%s %s code %u len %zu", six, name, f->f_icmpcode, f->f_len);
	}
}

static void
add_tcp(struct text *t, const struct rumptest_frame *f)
{
	static const char letters[] = "FSRPAUEC";
	char flags[9] = "";
	size_t n = 0;

	for (int i = 0; i < 8; i++)
		if ((f->f_flags & 1 << i) != 0)
			flags[n++] = letters[i];
	flags[n] = '\0';
	add(t, "tcp %s seq %u ack %u win %u len %zu", n != 0 ? flags : "-", f->f_seq, f->f_ack,
	    f->f_window, f->f_len);
}

static void
add_ip(struct text *t, const struct rumptest_frame *f)
{
	const bool ports = f->f_transport == RUMPTEST_UDP || f->f_transport == RUMPTEST_TCP;

	add(t, f->f_net == RUMPTEST_IP6 ? "ip6 " : "ip ");
	add_address(t, f, f->f_from);
	if (ports)
		add(t, ".%u", f->f_sport);
	add(t, " > ");
	add_address(t, f, f->f_to);
	if (ports)
		add(t, ".%u", f->f_dport);
	add(t, ": ");
	if (f->f_transport == RUMPTEST_UDP)
		add(t, "udp %zu", f->f_len);
	else if (f->f_transport == RUMPTEST_TCP)
		add_tcp(t, f);
	else if (f->f_transport == RUMPTEST_ICMP)
		add_icmp(t, f);
	else if ((f->f_frag & 0x3fff) != 0)
		add(t, "proto %u frag %u%s len %zu", f->f_proto, (f->f_frag & 0x1fffU) * 8,
		    (f->f_frag & 0x2000) != 0 ? "+" : "", f->f_len);
	else
		add(t, "proto %u len %zu", f->f_proto, f->f_len);
}

void
rumptest_frame_line(const struct rumptest_frame *f, char *buf, size_t size)
{
	struct text t = { buf, size };

	if (f->f_tagged)
		add(&t, "vlan %u ", f->f_tag & 0xfff);
	if (f->f_net == RUMPTEST_ARP) {
		add_arp(&t, f);
	} else if (f->f_net == RUMPTEST_IP4 || f->f_net == RUMPTEST_IP6) {
		add_ip(&t, f);
	} else {
		add(&t, "ether ");
		add_mac(&t, f->f_src);
		add(&t, " > ");
		add_mac(&t, f->f_dst);
		add(&t, ": type 0x%04x len %zu", f->f_type, f->f_len);
	}
	if (f->f_wrong != NULL)
		add(&t, "; wrong: %s", f->f_wrong);
}

/* ---- Bytes ---- */

static void
add_row(struct text *t, const uint8_t *p, size_t off, size_t n)
{
	add(t, "%04zx ", off);
	for (size_t i = 0; i < 16; i++) {
		if (i < n)
			add(t, " %02x", p[i]);
		else
			add(t, "   ");
	}
	add(t, "  ");
	for (size_t i = 0; i < n; i++)
		add(t, "%c", isprint(p[i]) && p[i] < 0x7f ? p[i] : '.');
	add(t, "\n");
}

void
rumptest_frame_dump(const void *bytes, size_t len, char *buf, size_t size)
{
	enum { ROW = 5 + 16 * 3 + 2 + 16 + 1, CUT = 5 };
	struct text t = { buf, size };

	if (size > 0)
		buf[0] = '\0';
	for (size_t off = 0; off < len; off += 16) {
		if (t.t_room < ROW + CUT) {
			add(&t, "...\n");
			return;
		}
		add_row(&t, (const uint8_t *)bytes + off, off, len - off < 16 ? len - off : 16);
	}
}

/* ---- From text ---- */

bool
rumptest_frame_address(uint8_t to[16], const char *text)
{
	return inet_pton(AF_INET, text, to) == 1 || inet_pton(AF_INET6, text, to) == 1;
}

bool
rumptest_frame_mac(uint8_t to[RUMPTEST_MACLEN], const char *text)
{
	unsigned v[RUMPTEST_MACLEN];
	int end = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
		&end) != RUMPTEST_MACLEN ||
	    text[end] != '\0')
		return false;
	for (int i = 0; i < RUMPTEST_MACLEN; i++)
		to[i] = (uint8_t)v[i];
	return true;
}
